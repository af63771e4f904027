"""The check of `RNNCell`."""

import torch

from helpers.checks.expectations import Mistake, compare, expect, expect_tensor, same
from helpers.checks.modules import expect_linear, expect_module


def RNNCell(answer):  # noqa: N802 (named like the exercise)
    """tanh of the sum of two linear maps, with a gradient for input and state."""
    cell = answer(input_size=5, hidden_size=6)
    expect_module(cell, "RNNCell")
    expect_linear(cell, "input_to_hidden", (6, 5), "input_size 5 and hidden_size 6")
    expect_linear(cell, "hidden_to_hidden", (6, 6), "input_size 5 and hidden_size 6")
    expect(
        cell.input_to_hidden is not cell.hidden_to_hidden,
        "both maps are one and the same layer: make two",
    )
    inputs, hidden = torch.randn(3, 5), torch.randn(3, 6, requires_grad=True)
    given = hidden.detach().clone()
    result = cell(inputs, hidden)
    expect(same(hidden.detach(), given), "`forward` changes the state that it is given: make a new one")
    if isinstance(result, tuple):
        raise Mistake("`forward` of a cell should return one thing, the next state; it returns several")
    expect_tensor(result, "the next state for 3 inputs", shape=(3, 6))
    expect(
        not same(cell(inputs, hidden + 1).detach(), result.detach(), 1e-6),
        "the old state is not used: add `self.hidden_to_hidden(hidden)` before the tanh",
    )
    ours, old = cell.input_to_hidden(inputs), cell.hidden_to_hidden(hidden)
    compare(
        result.detach(), torch.tanh(ours + old).detach(), "the next state of an example",
        [
            ((ours + old).detach(), "the tanh is missing"),
            (torch.tanh(old).detach(), "the input is not used: add `self.input_to_hidden(inputs)` before the tanh"),
            ((torch.tanh(ours) + torch.tanh(old)).detach(), "the tanh is taken of each map: add them first, then take one tanh"),
            ((torch.tanh(ours) + old).detach(), "the tanh is taken of the input only: add both maps first"),
            (torch.sigmoid(ours + old).detach(), "that is a sigmoid: the formula has tanh"),
            (torch.relu(ours + old).detach(), "that is a ReLU: the formula has tanh"),
            (given, "that is the state you were given: return the new one"),
        ],
        tolerance=1e-4,
    )  # fmt: skip
    _expect_gradient(result, [hidden, cell.input_to_hidden.weight, cell.hidden_to_hidden.weight])


def _expect_gradient(result: torch.Tensor, origins: list[torch.Tensor]) -> None:
    message = "no gradient gets through the cell: no torch.no_grad(), .detach() or .data in `forward`"
    expect(result.requires_grad, message)
    gradients = torch.autograd.grad(result.sum(), origins, allow_unused=True)
    expect(all(gradient is not None for gradient in gradients), message)
