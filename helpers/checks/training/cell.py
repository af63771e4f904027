"""Checks of lesson 03, the smallest parts: one cell, and how many parameters a model has."""

import torch
from torch import nn

from helpers.checks.expectations import Mistake, compare, expect, expect_tensor, expect_type, same
from helpers.checks.modules import expect_linear, expect_module
from helpers.checks.spies import called


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


@called("CharRNN")
class _Tied(nn.Module):
    """A network whose output layer and embedding are one table."""

    def __init__(self):
        super().__init__()
        self.embedding, self.output = nn.Embedding(7, 5), nn.Linear(5, 7)
        self.output.weight = self.embedding.weight


def count_parameters(answer):
    """Every number that is trained, once."""
    result = answer(nn.Sequential(nn.Embedding(7, 5), nn.Linear(5, 6)))
    what = "the number for an embedding of 7 × 5 and a linear map from 5 to 6"
    expect(
        not isinstance(result, torch.Tensor),
        f"{what} is a tensor: `numel()` gives plain numbers, and so does their sum",
    )
    expect_type(result, int, what)
    compare(
        result, 71, what,
        [
            (3, "that is the number of tensors: add up how many numbers are in each, with `.numel()`"),
            (65, "the biases are missing: `model.parameters()` holds them, too"),
            (19, "`len` of a parameter is its first dimension only: take `.numel()`"),
            (29, "you add up the sizes of the dimensions: they are to be multiplied, as `.numel()` does"),
            (35, "that is the first parameter only: is the `return` inside the loop?"),
            (6, "that is the last parameter only: add them all up"),
        ],
        tolerance=0,
    )  # fmt: skip
    partly = nn.Sequential(nn.Embedding(7, 5), nn.Linear(5, 6))
    partly[1].weight.requires_grad_(False)
    number = answer(partly)
    expect(
        number != 71, "a parameter whose `requires_grad` is False is counted: training does not change it, leave it out"
    )
    expect(number == 41, f"with the weight of the linear map fixed it should be 41, and is {number}")
    number = answer(nn.BatchNorm1d(4))
    expect(
        number == 8, f"a layer with 8 parameters counts as {number}: take `model.parameters()`, buffers are not trained"
    )
    number = answer(_Tied())
    expect(number != 77, "a table that two layers share is counted twice: `model.parameters()` gives it once")
    expect(number == 42, f"two layers that share a table of 7 × 5 have 42 parameters with the bias, and not {number}")
