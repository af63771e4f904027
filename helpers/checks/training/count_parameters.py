"""The check of `count_parameters`."""

import torch
from torch import nn

from helpers.checks.expectations import compare, expect, expect_type
from helpers.checks.spies import called


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
