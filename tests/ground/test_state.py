"""What a model carries on: detached, moved, and divided among the texts of a batch."""

from typing import NamedTuple

import pytest
import torch

from helpers.ground.nested import detach, map_tensors, select_rows, to_device


class Memory(NamedTuple):
    keys: torch.Tensor
    length: int


def tensors_of(state):
    found = []
    map_tensors(found.append, state)
    return found


def states():
    """Return one state of each form, its tensors of shape (batch 3, 2) with gradients."""

    def hidden():
        return torch.arange(6.0).view(3, 2).requires_grad_() * 2

    return [hidden(), (hidden(), hidden()), [(hidden(), None), {"cell": hidden()}], Memory(hidden(), 7)]


STATES = pytest.mark.parametrize("state", states(), ids=["tensor", "tuple", "nested", "named"])


@STATES
def test_no_gradient_flows_through_a_detached_state(state):
    detached = detach(state)
    assert type(detached) is type(state)
    for before, after in zip(tensors_of(state), tensors_of(detached), strict=True):
        assert before.grad_fn is not None
        assert not after.requires_grad
        assert torch.equal(before, after)


def test_a_detached_state_has_memory_of_its_own_and_the_layout_of_a_stored_one():
    outputs = torch.arange(24.0).view(2, 4, 3)
    state = detach(outputs[:, -1])
    assert state.is_contiguous()
    assert state.untyped_storage().nbytes() == state.numel() * state.element_size()
    outputs.zero_()
    assert state.tolist() == [[9, 10, 11], [21, 22, 23]]


@pytest.mark.parametrize(
    "function", [detach, lambda state: to_device(state, "cpu"), lambda state: select_rows(state, 0)]
)
def test_no_state_stays_none(function):
    assert function(None) is None


@STATES
def test_every_tensor_is_moved(state):
    moved = to_device(state, "meta")
    assert type(moved) is type(state)
    assert {tensor.device.type for tensor in tensors_of(moved)} == {"meta"}


@STATES
@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        pytest.param(1, [1], id="one"),
        pytest.param(-1, [2], id="from the end"),
        pytest.param([2, 0, 2], [2, 0, 2], id="any order"),
        pytest.param(slice(0, 2), [0, 1], id="slice"),
        pytest.param(torch.tensor([1, 1]), [1, 1], id="tensor"),
    ],
)
def test_rows_are_taken_out_of_every_tensor_and_the_batch_dimension_stays(state, rows, expected):
    for before, after in zip(tensors_of(state), tensors_of(select_rows(state, rows)), strict=True):
        assert torch.equal(after, torch.stack([before[row] for row in expected]))


def test_rows_can_be_taken_along_another_dimension():
    state = (torch.arange(12).view(2, 3, 2), torch.arange(6).view(1, 3, 2))  # (layers, batch, hidden)
    taken = select_rows(state, [2, 1], dim=1)
    assert torch.equal(taken[0], state[0][:, [2, 1]])
    assert torch.equal(taken[1], state[1][:, [2, 1]])


def test_a_row_that_is_not_there_is_an_error():
    with pytest.raises(IndexError):
        select_rows(torch.zeros(3, 2), [3])
