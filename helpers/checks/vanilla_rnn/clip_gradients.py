"""The check of `clip_gradients`."""

import torch

from helpers.checks.expectations import compare, expect, same
from helpers.checks.vanilla_rnn.five_tensors import expect_five
from helpers.checks.vanilla_rnn.reference import Tensors, flat, random_parameters


def clip_gradients(answer):
    """Both ways, with the limit that is given, and nothing done to what is short already."""
    gradients = tuple(4 * gradient for gradient in random_parameters())
    for limit in (2.0, 5.0):
        result = answer(gradients, limit, False)
        expect_five(result, "five gradients", gradients)
        _compare_by_value(flat(result), flat(gradients), limit)
    short = tuple(0.01 * gradient for gradient in gradients)
    norm = flat(gradients).norm().item()
    for limit in (2.0, 5.0):
        result = answer(gradients, limit, True)
        expect_five(result, "five gradients", gradients)
        _compare_by_norm(result, gradients, limit, norm)
    kept = answer(short, 5.0, True)
    expect(
        same(flat(kept), flat(short), 1e-5),
        "by norm, gradients that are short enough are made longer: their numbers stay as they are",
    )
    expect(
        not any(one.data_ptr() == given.data_ptr() for one, given in zip(kept, short, strict=True)),
        "by norm, gradients that are short enough are handed back themselves: give new tensors, with `gradient.clone()`",
    )
    zeros = answer(tuple(torch.zeros_like(gradient) for gradient in gradients), 5.0, True)
    expect(not flat(zeros).any(), "by norm, gradients of zero become nan: leave what is short enough as it is")


def _compare_by_value(result: torch.Tensor, before: torch.Tensor, limit: float) -> None:
    compare(
        result, before.clamp(-limit, limit), f"clipping by value at {limit:g}",
        [
            (before, "nothing is clipped: `clamp` gives a *new* tensor, keep what it returns"),
            (before.clamp(max=limit), "only what is too large is clipped: what is below -limit should become -limit"),
            (before.clamp(min=-limit), "only what is below -limit is clipped: what is above the limit should become the limit"),
            (before.clamp(0, limit), "negative numbers become 0: they may go down to -limit"),
            (before.clamp(-5.0, 5.0), "the limit is 5, whatever is asked for: use the argument `limit`"),
            (before.clamp(-1.0, 1.0), "the limit is 1, whatever is asked for: use the argument `limit`"),
            (limit * before / before.norm(), "that is clipping by norm: without `by_norm`, treat each number alone"),
            (torch.where(before.abs() > limit, 0.0, before), "what is beyond the limit becomes 0: it should become the limit itself"),
            (limit * before.sign(), "every number becomes the limit: those within it should stay as they are"),
        ],
    )  # fmt: skip


def _compare_by_norm(result, gradients: Tensors, limit: float, norm: float) -> None:
    before = flat(gradients)
    alone = torch.cat([(gradient * min(1, limit / gradient.norm().item())).flatten() for gradient in gradients])
    largest, lengths = before.abs().max(), sum(gradient.norm() for gradient in gradients)
    compare(
        flat(result), before * limit / norm, f"clipping by norm at {limit:g}",
        [
            (before, "with by_norm nothing happens: multiply all by limit / length"),
            (before.clamp(-limit, limit), "with by_norm each number is still clipped by value"),
            (alone, "each gradient is shortened by its own length: take one length, of all five together"),
            (before * limit / norm**2, "the square root is missing: the length is the root of the sum of squares"),
            (before / norm, "the length becomes 1 whatever the limit is: multiply by limit / length"),
            (before * limit / before.abs().sum(), "that length is the sum of absolute values: take the root of the sum of squares"),
            (before * limit / lengths, "the five lengths are added up: add up the *squares* of all numbers, and take one root"),
            (before * limit / largest, "that divides by the largest number: divide by the length of all together"),
            (before * norm / limit, "the factor is upside down: limit / length"),
        ],
    )  # fmt: skip
