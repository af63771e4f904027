"""Checks of lesson 04: characters as one-hot vectors."""

import torch

from helpers.checks.expectations import Mistake, compare, expect_tensor, expect_type, same


def one_hot(answer):
    """A 1 at each token's own place, 0 elsewhere, as float32, as long as the vocabulary."""
    tokens, size = torch.tensor([[2, 0, 4], [1, 1, 3]]), 7  # the last characters of the vocabulary do not come
    result = _make_one_hot(answer, tokens, size)
    expect_type(result, torch.Tensor, "`one_hot` of two texts of three tokens")
    right = torch.eye(size)[tokens]
    if result.shape == (2, 3, 5):
        raise Mistake("the vectors are as long as this batch needs: make them `vocab_size` long")
    if result.shape == (6, size):
        raise Mistake("all positions stand in one long row: keep the shape (batch, time, vocab_size)")
    if result.shape == (2, size, 3):
        raise Mistake("the characters stand before the time: the last dimension should be the vocabulary")
    if result.shape == (3, 2, size):
        raise Mistake("texts and time are exchanged: the batch comes first")
    expect_tensor(result, "`one_hot` of two texts of three tokens", shape=(2, 3, size))
    if not result.is_floating_point() and same(result.float(), right):
        kind = "true and false" if result.dtype == torch.bool else "whole"
        raise Mistake(f"the numbers are right but {kind}, and a layer multiplies them with float32: add `.float()`")
    compare(
        result, right, "`one_hot` of two texts of three tokens",
        [
            (right * tokens[..., None], "the token's number stands where a 1 should stand"),
            (right.roll(1, -1), "the 1 stands one place too far right: token 0 has its 1 at place 0"),
            (1 - right, "ones and zeros are exchanged"),
            (right.amax((0, 1)).expand_as(right), "every position marks all tokens of the batch: set one 1 at each position, with F.one_hot or `scatter_`"),
            (right.amax(1, keepdim=True).expand_as(right), "every position marks all tokens of its text: set one 1 at each position, with F.one_hot or `scatter_`"),
        ],
    )  # fmt: skip
    expect_tensor(result, "`one_hot`", dtype=torch.float32)
    expect_tensor(answer(tokens[:1, :1], size), "`one_hot` of one text of one token", shape=(1, 1, size))


def _make_one_hot(answer, tokens: torch.Tensor, size: int):
    try:
        return answer(tokens, size)
    except RuntimeError as error:
        if "smaller than num_classes" in str(error):
            raise Mistake("the vectors are too short for the tokens: make them `vocab_size` long") from None
        if "Index tensor must have the same number of dimensions" in str(error):
            raise Mistake("`scatter_` wants the tokens with a dimension more: `tokens.unsqueeze(-1)`") from None
        raise
