"""What learners hand in for `backward_tanh` of lesson 02."""

import torch

from tests.checks.answers import Answers

ANSWERS = Answers()


def through_tanh(line, change):
    def backward_tanh(dhidden, hidden):
        return change(dhidden, hidden)

    ANSWERS.is_wrong(line)(backward_tanh)


through_tanh("that is the slope alone", lambda d, h: 1 - h**2)
through_tanh("the slope of tanh is missing", lambda d, h: d.clone())
through_tanh("the square is missing", lambda d, h: d * (1 - h))
through_tanh("the tanh is taken twice", lambda d, h: d * (1 - torch.tanh(h) ** 2))
through_tanh("the tanh is taken twice", lambda d, h: d / torch.cosh(h) ** 2)
through_tanh("the slope is taken at dhidden", lambda d, h: d * (1 - d**2))
through_tanh("the two are exchanged", lambda d, h: h * (1 - d**2))
through_tanh("the slope of the sigmoid", lambda d, h: d * h * (1 - h))
through_tanh("the slope is added", lambda d, h: d + (1 - h**2))
through_tanh("divided by the slope", lambda d, h: d / (1 - h**2))
through_tanh("and never negative", lambda d, h: d * (h**2 - 1))
through_tanh("1 *minus* hidden²", lambda d, h: d * (1 + h**2))
through_tanh("number by number, with `*` and not with `@`", lambda d, h: d @ (1 - h**2))
through_tanh("multiply by its slope, 1 - hidden²", lambda d, h: d * torch.tanh(h))
through_tanh("it fails for a batch", lambda d, h: torch.stack([a * (1 - b.item() ** 2) for a, b in zip(d, h)]))


@ANSWERS.is_wrong("changes its argument `dhidden`")
def backward_tanh(dhidden, hidden):
    dhidden *= 1 - hidden**2
    return dhidden


@ANSWERS.is_right
def backward_tanh(dhidden, hidden):
    return dhidden - dhidden * hidden**2


@ANSWERS.is_right
def backward_tanh(dhidden, hidden):
    slope = (1 - hidden) * (1 + hidden)
    return torch.mul(slope, dhidden)
