"""Hints at what an error often means: each is met by code that raises it as it is raised today."""

import math
import re

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from helpers.checks.hints import _MEANINGS, hint

X = torch.ones(3, 4)
LSTM = nn.LSTM(4, 5, batch_first=True)
LINEAR = nn.Linear(5, 2)
IDS = torch.tensor([0, 1, 2])


class Forgetful(nn.Module):
    def __init__(self):
        self.layer = nn.Linear(1, 1)


def backward_twice():
    loss = (torch.ones(1, requires_grad=True) ** 2).sum()
    loss.backward()
    loss.backward()


def enter_uncalled():
    with torch.no_grad:
        pass


def sum_without_start():
    for number in (1, 2):
        total += number  # noqa: F821
    return total


def shrunk_gradient():
    weight = nn.Parameter(torch.ones(3))
    weight.grad = torch.ones(())


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
    "context manager without brackets": (enter_uncalled, "brackets"),
    "layer without self": (lambda: IDS(X), "`self.`"),
    "shape compared": (lambda: X.shape >= 2, "`.dim()`"),
    "length of a single number": (lambda: len(X.sum()), "fewer dimensions"),
    "dimension that is not there": (lambda: IDS.shape[1], "fewer dimensions"),
    "math's root of a tensor": (lambda: math.sqrt(X), "whole tensors"),
    "softmax without a dimension": (lambda: torch.softmax(X), "dim=-1"),
    "item of two results": (lambda: X.max(-1).item(), "two results"),
    "largest of nothing": (lambda: X[:0].max(), "is the slice empty"),
    "layer not called": (lambda: LINEAR @ X, "is called with what it reads"),
    "layer made of a tensor": (lambda: nn.Linear(X, 3), "made of its sizes"),
    "layer in small letters": (lambda: nn.linear(3, 3), "capital"),
    "false in small letters": (lambda: nn.Linear(3, 3, bias=false), "with a capital"),  # noqa: F821
    "cat of two arguments": (lambda: torch.cat(X, X, dim=1), "one list"),
    "exchanged arguments": (lambda: X.masked_fill(-math.inf, X > 0), "in the right order"),
    "too many indices": (lambda: IDS[0, 1], "fewer dimensions"),
    "twice two results": (lambda: 0.5 * X.max(-1), "two results"),
    "math not imported": (lambda: eval("math.exp(1)", {}), "import math"),
    "gather of too few dimensions": (lambda: X.gather(-1, IDS), "as many dimensions"),
    "generator without its name": (lambda: torch.multinomial(X, 1, torch.Generator()), "by its name"),
    "softmax forgotten": (lambda: torch.multinomial(-X, 1), "is the softmax missing"),
    "append to a tensor": (lambda: X.append(X), "torch.cat"),
    "permute of two": (lambda: X[None].permute(1, 2), "transpose"),
    "index past the first dimension": (lambda: X[3], "first dimension"),
    "backward without gradients": (lambda: torch.tensor(1.0).backward(), "no_grad"),
    "backward twice": (backward_twice, ".detach()"),
    "numpy with gradients": (lambda: LINEAR.weight.numpy(), ".detach()"),
    "tensor asked for its truth": (lambda: bool(X), "is not None"),
    "backward of a number": (lambda: (0.5).backward(), "after `backward`"),
    "detach of a number": (lambda: (0.5).detach(), "plain number, neither"),
    "pairs not taken apart": (lambda: [a for i, a, b in enumerate([(1, 2)])], "as many names as values"),
    "names of parameters": (lambda: [name for name, _ in LSTM.parameters()], "as many names as values"),
    "stack of two arguments": (lambda: torch.stack(X, X), "one list"),
    "tensor of two arguments": (lambda: torch.tensor(1, 2), "one list"),
    "stack of a number": (lambda: torch.stack([X.sum(), 3]), "list of tensors"),
    "cat of single numbers": (lambda: torch.cat([X.sum(), X.sum()]), "torch.stack"),
    "flat logits": (lambda: F.cross_entropy(X.flatten(), IDS), "(number, vocab_size)"),
    "targets first": (lambda: F.cross_entropy(IDS[:, None], X[:, :1]), "logits first"),
    "norm before parameters": (lambda: nn.utils.clip_grad_norm_(1.0, LINEAR.parameters()), "are arguments exchanged"),
    "whole division of a loss": (lambda: (LINEAR.weight.sum() // 2).backward(), "no gradient"),
    "sum without a start": (sum_without_start, "before the loop"),
    "steps of zero": (lambda: X[3::0], "[begin:end:step]"),
    "mean for a gradient": (shrunk_gradient, "shape of its parameter"),
    "division by nothing": (lambda: 1 / 0, "divisor"),
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


def test_in_a_class_a_self_may_be_missing_or_too_many():
    assert "is `self.` missing" in hint(raised_by(SLIPS["unknown name"][0]), in_class=True)
    assert "without `self.`" in hint(raised_by(lambda: LINEAR.attend(X)), in_class=True)
    assert hint(raised_by(lambda: LINEAR.attend(X))) == ""
    assert hint(raised_by(lambda: X.squash()), in_class=True) == ""
    assert "capital" in hint(raised_by(SLIPS["false in small letters"][0]), in_class=True)


def test_an_error_that_is_not_known_gets_no_hint():
    assert hint(ValueError("the text is too short")) == ""
    assert hint(KeyError("function")) == ""


def test_hints_begin_as_sentences_and_leave_the_full_stop_to_the_check():
    assert all(re.match(r"[A-Z`]", meaning) and not meaning.endswith(".") for _, meaning in _MEANINGS)
