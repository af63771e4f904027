"""Hints at what an error often means: each is met by code that raises it as it is raised today."""

import math
import re

import pytest
import torch
from torch import nn

from helpers.checks.hints import _MEANINGS, hint

X = torch.ones(3, 4)
LSTM = nn.LSTM(4, 5, batch_first=True)
LINEAR = nn.Linear(5, 2)


class Forgetful(nn.Module):
    def __init__(self):
        self.layer = nn.Linear(1, 1)


def backward_twice():
    loss = (torch.ones(1, requires_grad=True) ** 2).sum()
    loss.backward()
    loss.backward()


# what a learner wrote, and words of the hint
SLIPS = {
    "for over a method": (lambda: list({}.items), "brackets"),
    "method in a comparison": (lambda: X.dim >= 2, "brackets"),
    "function instead of its result": (lambda: (lambda: 1) + 1, "brackets"),
    "attribute of a method": (lambda: nn.Module().parameters.shape, "brackets"),
    "shape called": (lambda: X.shape(0), "no function"),
    "list called": (lambda: list(X)(0), "no function"),
    "attribute called": (lambda: X.ndim(), "number is called"),
    "number in the place of a layer": (lambda: X.std().item()(X), "number is called"),
    "nothing called": (lambda: {}.get(0)(X), "None"),
    "layer of another size": (lambda: LINEAR(X), "last dimension"),
    "tuple into a layer": (lambda: LINEAR(LSTM(X[None])), "several results"),
    "attribute of a tuple": (lambda: LSTM(X[None]).shape, "several results"),
    "tuple plus tensor": (lambda: LSTM(X[None]) + X, "several results"),
    "tuple plus number": (lambda: LSTM(X[None]) + 1.0, "several results"),
    "width by one slash": (lambda: X.view(3, 2, 4 / 2), "whole number"),
    "range of a float": (lambda: range(4 / 2), "whole number"),
    "slice by a float": (lambda: X[: 4 / 2], "whole number"),
    "list by a float": (lambda: list(X)[4 / 4], "whole number"),
    "torch's root of a number": (lambda: torch.sqrt(4), "math"),
    "root of a shape": (lambda: math.sqrt(X.shape), ".shape[-1]"),
    "item of several": (lambda: X.item(), "just one"),
    "cat of two and one": (lambda: torch.cat([X, X[:, 0]], dim=1), "lacks a dimension"),
    "no super": (Forgetful, "super().__init__()"),
    "append to a tensor": (lambda: X.append(X), "torch.cat"),
    "permute of two": (lambda: X[None].permute(1, 2), "transpose"),
    "index past the first dimension": (lambda: X[3], "first dimension"),
    "backward without gradients": (lambda: torch.tensor(1.0).backward(), "no_grad"),
    "backward twice": (backward_twice, ".detach()"),
    "numpy with gradients": (lambda: LINEAR.weight.numpy(), ".detach()"),
    "unknown name": (lambda: no_such_name, "misspelt"),  # noqa: F821
    "nothing returned": (lambda: None + 1, "return"),
}


def raised_by(slip) -> Exception:
    with pytest.raises(Exception) as caught:  # noqa: PT011
        slip()
    return caught.value


@pytest.mark.parametrize("name", SLIPS)
def test_a_common_slip_gets_its_hint(name):
    slip, words = SLIPS[name]
    assert words in hint(raised_by(slip))


def test_no_hint_is_never_met():
    met = {hint(raised_by(slip)) for slip, _ in SLIPS.values()}
    assert met == {meaning for _, meaning in _MEANINGS}


def test_an_error_that_is_not_known_gets_no_hint():
    assert hint(ValueError("the text is too short")) == ""
    assert hint(KeyError("tuple")) == ""


def test_hints_begin_as_sentences_and_leave_the_full_stop_to_the_check():
    assert all(re.match(r"[A-Z`]", meaning) and not meaning.endswith(".") for _, meaning in _MEANINGS)
