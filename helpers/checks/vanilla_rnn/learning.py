"""Checks of lesson 02, third part: clipping, and the step of Adagrad."""

import torch

from helpers.checks.contract import Checks
from helpers.checks.expectations import Mistake, compare, expect, expect_parts, expect_tensor, expect_type, same
from helpers.checks.vanilla_rnn.reference import NAMES, Tensors, flat, random_parameters


def register(check: Checks) -> None:
    """Add the checks of this module to those of the lesson."""
    for exercise in (clip_gradients, adagrad_update):
        check.exercise(exercise)


def _expect_five(result, what: str, like: Tensors) -> None:
    expect_parts(result, 5, what)
    for tensor, name, wanted in zip(result, NAMES, like, strict=True):
        expect_type(tensor, torch.Tensor, f"of {what}, that of {name}")
        expect_tensor(tensor, f"of {what}, that of {name},", shape=wanted.shape)


# -------------------------------------------------------------------------------------------------- clipping


def clip_gradients(answer):
    """Both ways, with the limit that is given, and nothing done to what is short already."""
    gradients = tuple(4 * gradient for gradient in random_parameters())
    for limit in (2.0, 5.0):
        result = answer(gradients, limit, False)
        _expect_five(result, "five gradients", gradients)
        _compare_by_value(flat(result), flat(gradients), limit)
    short = tuple(0.01 * gradient for gradient in gradients)
    norm = flat(gradients).norm().item()
    for limit in (2.0, 5.0):
        result = answer(gradients, limit, True)
        _expect_five(result, "five gradients", gradients)
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


# --------------------------------------------------------------------------------------------------- Adagrad


def adagrad_update(answer):
    """The memory of all squares, and the step divided by its root."""
    parameters, gradients = random_parameters(), random_parameters(scale=2.0)
    memory = tuple(noise.abs() + 0.5 for noise in random_parameters())
    result = answer(parameters, gradients, memory, 0.1)
    expect_parts(result, 2, "two tuples, the new parameters and the new memory")
    new, grown = result
    _expect_five(new, "the new parameters", parameters)
    _expect_five(grown, "the new memory", parameters)
    old, g, m = flat(parameters), flat(gradients), flat(memory)
    _compare_memory(flat(grown), flat(new), old, g, m)
    _compare_step(flat(new), old, g, m)
    slow = flat(answer(parameters, gradients, memory, 0.02)[0])
    compare(
        slow, old - 0.02 * g / (m + g * g).sqrt(), "with a learning rate of 0.02, the new parameters",
        [(flat(new), "the learning rate is 0.1 whatever is asked for: use the argument `learning_rate`")],
    )  # fmt: skip
    zeros = tuple(torch.zeros_like(parameter) for parameter in parameters)
    still = answer(parameters, zeros, zeros, 0.1)[0]
    expect(
        not flat(still).isnan().any(),
        "a weight that never had a gradient becomes nan, 0 divided by 0: add 1e-8 to the memory under the root",
    )
    expect(same(flat(still), old), "a weight without a gradient moves: its step should be 0")


def _compare_memory(grown, new, old, g, m) -> None:
    if same(new, m + g * g, 1e-4):
        raise Mistake("parameters and memory are returned the wrong way round: the parameters come first")
    compare(
        grown, m + g * g, "the new memory",
        [
            (g * g, "the memory forgets what was before: *add* the squared gradients to it"),
            (m, "the memory does not change: add the squared gradients to it, and return it"),
            (m + g, "the gradients are added as they are: add their squares"),
            (m + g.abs(), "the absolute values are added: add the squares"),
            (0.9 * m + 0.1 * g * g, "that memory fades (it is RMSprop's): Adagrad adds the squares and forgets nothing"),
            (0.99 * m + 0.01 * g * g, "that memory fades (it is RMSprop's): Adagrad adds the squares and forgets nothing"),
            (m - g * g, "the squares are subtracted: add them to the memory"),
            ((m + g * g).sqrt(), "the memory is kept as a root: keep the sum of squares, and take the root in the step"),
        ],
    )  # fmt: skip


def _compare_step(new, old, g, m) -> None:
    root = (m + g * g).sqrt()
    compare(
        new, old - 0.1 * g / root, "the new parameters",
        [
            (old, "the parameters do not move: return the new ones"),
            (old + 0.1 * g / root, "the step goes up the slope: the loss falls *against* the gradient, subtract"),
            (old - 0.1 * g, "that is the plain step, without the memory: divide it by the root of the memory"),
            (old - 0.1 * g / (m + g * g), "the square root is missing: divide by the root of the memory"),
            (old - 0.1 * g / m.sqrt(), "the step uses the old memory: add the squares first"),
            (old - g / root, "the learning rate is missing"),
            (old - 0.1 * g * root, "the step is multiplied by the root of the memory: divide by it"),
            (old - 0.1 / root, "the gradient itself is missing in the step"),
            (old - 0.1 * g.sign(), "every step is the learning rate itself: divide by the root of the *memory*, not of this gradient's square"),
            (-0.1 * g / root, "that is the step alone: subtract it from the parameters"),
        ],
    )  # fmt: skip
