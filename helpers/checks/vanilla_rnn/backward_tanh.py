"""The check of `backward_tanh`."""

import torch

from helpers.checks.expectations import Mistake, compare, expect, expect_tensor, expect_type, same


def backward_tanh(answer):
    """The slope of tanh from the state, for any shape."""
    dhidden, hidden = torch.tensor([1.0, -2.0, 0.5, 3.0]), torch.tensor([0.5, -0.9, 0.0, 0.2])
    result = answer(dhidden, hidden)
    expect_type(result, torch.Tensor, "`backward_tanh`")
    if result.shape == ():
        raise Mistake("that is one number: the slope is multiplied number by number, with `*` and not with `@`")
    expect_tensor(result, "`backward_tanh` of four numbers", shape=(4,))
    slope = 1 - hidden**2
    compare(
        result, dhidden * slope, "`backward_tanh` of dhidden [1, -2, 0.5, 3] and hidden [0.5, -0.9, 0, 0.2]",
        [
            (slope, "that is the slope alone: multiply the gradient that comes in, dhidden, by it"),
            (dhidden, "the slope of tanh is missing: multiply by 1 - hidden²"),
            (dhidden * (1 - hidden), "the square is missing: the slope is 1 - hidden²"),
            (dhidden * (1 - hidden.tanh() ** 2), "the tanh is taken twice: `hidden` has passed through it already"),
            (dhidden * (1 - dhidden**2), "the slope is taken at dhidden: take it at hidden"),
            (hidden * (1 - dhidden**2), "the two are exchanged: the gradient is dhidden, and the slope comes from hidden"),
            (dhidden * hidden * (1 - hidden), "that is the slope of the sigmoid: that of tanh is 1 - hidden²"),
            (dhidden + slope, "the slope is added: the chain rule multiplies"),
            (dhidden / slope, "the gradient is divided by the slope: multiply by it"),
            (dhidden * (hidden**2 - 1), "the sign is wrong: the slope is 1 - hidden², and never negative"),
            (dhidden * (1 + hidden**2), "the sign is wrong: the slope is 1 *minus* hidden²"),
            (dhidden * hidden.tanh(), "that multiplies by tanh itself: multiply by its slope, 1 - hidden²"),
        ],
    )  # fmt: skip
    batch, states = torch.randn(2, 3, 4), torch.randn(2, 3, 4).tanh()
    try:
        result = answer(batch, states)
    except (RuntimeError, TypeError, ValueError) as error:
        raise Mistake(f"it fails for a batch, of shape (2, 3, 4): work number by number ({error})") from None
    expect(
        same(result, batch * (1 - states**2), 1e-5),
        "for a batch, of shape (2, 3, 4), the numbers are wrong: work number by number",
    )
