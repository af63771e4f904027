"""Nests of tensors: what goes through a file comes back as it was."""

import json
from typing import NamedTuple

import pytest
import torch

from helpers.ground.nested import flatten, map_tensors, unflatten


class Pair(NamedTuple):
    first: torch.Tensor
    second: object


NESTS = [
    None,
    torch.tensor([1, 2]),
    torch.tensor(3.5),
    (torch.ones(2), torch.zeros(1, 3)),
    [torch.ones(2), (None, True, 1, 1 / 3, float("inf"), "text", {})],
    {0: {"step": torch.tensor(3.0), "betas": (0.9, 0.999)}, "tensor": [{"tuple": torch.ones(1)}], None: []},
    ((), [], ((),)),
]


def same(left, right):
    """Compare two nests: kinds, order of keys, values, and the bits and types of tensors."""
    if isinstance(left, torch.Tensor):
        return isinstance(right, torch.Tensor) and left.dtype == right.dtype and torch.equal(left, right)
    if type(left) is not type(right):
        return False
    if isinstance(left, dict):
        return list(left) == list(right) and all(same(left[key], right[key]) for key in left)
    if isinstance(left, (list, tuple)):
        return len(left) == len(right) and all(map(same, left, right))
    return left == right


@pytest.mark.parametrize("nest", NESTS, ids=str)
def test_a_nest_taken_apart_and_put_together_is_the_same(nest):
    tensors, outline = flatten(nest, "nest")
    assert same(unflatten(json.loads(json.dumps(outline)), tensors), nest)


def test_each_tensor_is_named_after_its_place():
    tensors, _ = flatten({"state": {0: (torch.ones(1), [torch.zeros(1)])}}, "optimizer")
    assert list(tensors) == ["optimizer.state.0.0", "optimizer.state.0.1.0"]


@pytest.mark.parametrize(
    "thing", [{1, 2}, object(), Pair(torch.ones(1), None), {(1, 2): 3}], ids=lambda x: type(x).__name__
)
def test_what_a_file_cannot_hold_is_refused_with_its_place(thing):
    with pytest.raises(ValueError, match=rf"run\.state\.1 is a {type(thing).__name__}, which a checkpoint cannot hold"):
        flatten({"state": [0, thing]}, "run")


@pytest.mark.parametrize("outline", [{"tensor": "nowhere"}, {"set": []}, {}, {"tuple": 5}, {"dict": [[1]]}], ids=str)
def test_a_damaged_outline_is_an_error(outline):
    with pytest.raises((KeyError, ValueError, TypeError)):
        unflatten(outline, {})


def test_a_function_reaches_every_tensor_and_nothing_else():
    nest = {"a": (torch.ones(1), 5), "b": [None, Pair(torch.ones(1), "text")]}
    mapped = map_tensors(lambda tensor: tensor + 1, nest)
    assert same(mapped, {"a": (torch.full((1,), 2.0), 5), "b": [None, Pair(torch.full((1,), 2.0), "text")]})
    assert torch.equal(nest["a"][0], torch.ones(1)), "the nest itself is left as it was"
