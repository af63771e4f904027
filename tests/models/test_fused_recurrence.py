"""The recurrence by torch's fused kernel: it must give what ours gives, so that a GPU trains the same network.

The kernel has a version for the CPU, so most of it can be tested without a GPU.
"""

import pytest
import torch

from helpers.models import stacked_rnn, vanilla_rnn
from helpers.models.recurrence import can_fuse, unroll_fused
from helpers.models.stacked_rnn import RNNCell, StackedRNN
from helpers.models.vanilla_rnn import CharRNN
from helpers.training import sequence_loss


@pytest.fixture
def cell():
    torch.manual_seed(0)
    return RNNCell(5, 6).double()


def results(cell, unroll):
    """Return the states, and all gradients of a sum over them."""
    torch.manual_seed(1)
    inputs = torch.randn(9, 3, 5, dtype=torch.float64, requires_grad=True)
    hidden = torch.randn(3, 6, dtype=torch.float64, requires_grad=True)
    states = unroll(inputs, hidden)
    cell.zero_grad()
    (states * torch.randn_like(states)).sum().backward()
    return states, inputs.grad, hidden.grad, [parameter.grad for parameter in cell.parameters()]


def test_states_and_gradients_equal_those_of_the_cell(cell):
    fused = results(cell, lambda *given: unroll_fused(given[0], cell.input_to_hidden, cell.hidden_to_hidden, given[1]))
    torch.testing.assert_close(fused, results(cell, cell.unroll))


@pytest.mark.parametrize(
    ("module", "make"),
    [
        (vanilla_rnn, lambda: CharRNN(7, 5, 6)),
        (vanilla_rnn, lambda: CharRNN(7, None, 6)),
        (stacked_rnn, lambda: StackedRNN(7, 5, 6, num_layers=2)),
    ],
    ids=["embedding", "one-hot", "stack"],
)
def test_a_model_gives_the_same_where_the_kernel_is_taken(module, make, monkeypatch):
    torch.manual_seed(0)
    model, tokens = make(), torch.randint(7, (3, 11))
    found = []
    for fused in (False, True):
        taken = []
        monkeypatch.setattr(module, "can_fuse", lambda inputs, fused=fused, taken=taken: taken.append(1) or fused)
        model.zero_grad()
        logits, state = model(tokens)
        sequence_loss(logits, tokens).backward()
        assert taken
        found.append([logits, state, [parameter.grad for parameter in model.parameters()]])
    torch.testing.assert_close(*found)


def test_autocast_leaves_the_recurrence_in_the_precision_of_its_weights(cell):
    cell.float()
    inputs, hidden = torch.randn(9, 3, 5), torch.zeros(3, 6)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        states = unroll_fused(inputs.bfloat16(), cell.input_to_hidden, cell.hidden_to_hidden, hidden)
    assert states.dtype == torch.float32


def test_on_a_cpu_the_kernel_is_not_taken():
    assert not can_fuse(torch.zeros(9, 3, 5))


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")
def test_on_a_gpu_the_kernel_is_taken_and_gives_what_the_cpu_gives():
    torch.manual_seed(0)
    model, tokens = StackedRNN(7, 5, 64, num_layers=2), torch.randint(7, (3, 50))
    expected = model(tokens)[0]
    assert can_fuse(torch.zeros(9, 3, 5, device="cuda"))
    torch.testing.assert_close(model.cuda()(tokens.cuda())[0].cpu(), expected, atol=1e-2, rtol=1e-2)
