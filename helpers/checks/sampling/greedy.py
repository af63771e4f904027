"""The check of `greedy`."""

import torch

from helpers.checks.expectations import Mistake, compare, expect, expect_tensor, expect_type, same


def greedy(answer):
    """The place of the largest logit of each row, for logits of any shape."""
    logits = torch.tensor([[0.1, 2.0, -3.0, 1.9, 0.0], [-1.0, 0.5, -0.3, 0.2, 4.0]])
    result = answer(logits)
    expect_type(result, torch.Tensor, "`greedy` of two rows of logits")
    if same(result.flatten(), logits.amax(-1), 1e-5):
        raise Mistake("those are the largest logits themselves: return their places, with argmax")
    if same(result.flatten(), logits.softmax(-1).amax(-1), 1e-5):
        raise Mistake("those are the largest probabilities: return their places, with argmax")
    if result.dim() == 0:
        raise Mistake("there is one place for all rows together: look along the last dimension, `argmax(-1)`")
    if result.shape == logits.shape:
        raise Mistake("there is a number for every character: return one index for each row")
    if result.shape == (2, 1):
        raise Mistake("a dimension of size 1 is left over: the result has shape (...,), so no `keepdim`")
    if result.shape == (5,):
        raise Mistake("you look along the rows: the characters are the last dimension, `argmax(-1)`")
    expect_tensor(result, "`greedy` of two rows of logits", shape=(2,), dtype=torch.int64)
    compare(
        result, torch.tensor([1, 4]), "`greedy` of two rows of logits",
        [
            (logits.argmin(-1), "those are the places of the *smallest* logits"),
            (logits.abs().argmax(-1), "a logit far below 0 is taken for a large one: compare the logits as they are"),
            (logits.softmax(0).argmax(-1), "the softmax runs over the rows: the characters are the last dimension (and `greedy` needs no softmax)"),
        ],
    )  # fmt: skip
    below = answer(torch.tensor([[-3.0, -1.5, -2.5, -4.0]]))
    expect(same(below, torch.tensor([1])), "where all logits are below 0, the largest is the one nearest to 0")
    near = answer(torch.tensor([[0.3, 1.1, 1.4, -2.0]]))
    expect(same(near, torch.tensor([2])), "of two logits 1.1 and 1.4 the second is larger: compare them unrounded")
    deep = torch.randn(2, 3, 7)
    expect(same(answer(deep), deep.argmax(-1)), "for logits of shape (2, 3, 7) the result should have shape (2, 3)")
    expect(same(answer(deep[0, 0]), deep[0, 0].argmax()), "for logits of shape (7,) the result should be one index")
