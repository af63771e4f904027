"""The check of `adagrad_update`."""

import torch

from helpers.checks.expectations import Mistake, compare, expect, expect_parts, same
from helpers.checks.vanilla_rnn.five_tensors import expect_five
from helpers.checks.vanilla_rnn.reference import flat, random_parameters


def adagrad_update(answer):
    """The memory of all squares, and the step divided by its root."""
    parameters, gradients = random_parameters(), random_parameters(scale=2.0)
    memory = tuple(noise.abs() + 0.5 for noise in random_parameters())
    result = answer(parameters, gradients, memory, 0.1)
    expect_parts(result, 2, "two tuples, the new parameters and the new memory")
    new, grown = result
    expect_five(new, "the new parameters", parameters)
    expect_five(grown, "the new memory", parameters)
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
