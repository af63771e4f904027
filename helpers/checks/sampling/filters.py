"""What the checks of the two filters of lesson 06 share: rows of probabilities, and how a filtered row is compared."""

import math
from collections.abc import Iterable

import torch

from helpers.checks.expectations import Mistake, expect, expect_tensor, expect_type, same

# So chosen that each known mistake keeps other places than the right filter and than the other mistakes.
ROWS = torch.tensor([[0.14, 0.18, 0.48, 0.2], [0.22, 0.24, 0.26, 0.28], [0.06, 0.1, 0.76, 0.08], [0.42, 0.14, 0.38, 0.06]])  # fmt: skip
LOGITS = ROWS.log() + 1.5  # no log-probabilities, and none of them 0
_VERY_LOW = -1000.0


def expect_kept(
    answer, logits: torch.Tensor, p: float, kept: torch.Tensor, masks: Iterable = (), name: str = ""
) -> None:
    """Hold a filter of `logits` to the places that it should keep, each with the logit that it had.

    `masks` holds pairs of the places that a known mistake keeps, and the line for it.
    """
    result = _filtered(answer, logits, p, name)
    if same(result, _fill(logits, kept), 1e-5):
        return
    for wrong, message in _wrong_forms(logits, kept):
        if same(result, wrong, 1e-3):
            raise Mistake(message)
    expect(
        not bool((result == math.inf).any()),
        "some logits are plus infinity, and would come always: make them *minus* infinity",
    )
    expect(
        not bool(((result == 0) & (logits != 0)).any()),
        "the others are 0, and e to the power of 0 is 1: make them minus infinity",
    )
    expect(
        not bool((result.isfinite() & (result < _VERY_LOW)).any()),
        "the others are very low, and still finite: make them minus infinity, `-torch.inf`, which can be told from a logit",
    )
    for mask, message in masks:
        if same(result, _fill(logits, mask), 1e-3):
            raise Mistake(message)
    _compare_places(result.isfinite(), kept, logits.softmax(-1), p)
    raise Mistake("what stays is changed: leave these logits as they were given")


def known_counts() -> list[tuple[torch.Tensor, str]]:
    """Return the mistakes that both filters share: to keep in all rows the same number, or the same places."""
    ranks = ROWS.argsort(dim=-1, descending=True).argsort(-1)
    message = "the same number stays in each row: each row has its own"
    return [(ranks < count, message) for count in (2, 3)]


def _filtered(answer, logits: torch.Tensor, p: float, name: str) -> torch.Tensor:
    result = answer(logits.clone(), p)
    expect_type(result, torch.Tensor, f"`{name}`")
    if result.dtype == torch.bool:
        raise Mistake("those are truth values: return logits, with minus infinity where one is ruled out")
    expect_tensor(result, f"the logits that `{name}` returns", logits.shape)
    return result


def _fill(logits: torch.Tensor, kept: torch.Tensor) -> torch.Tensor:
    return logits.masked_fill(~kept, -math.inf)


def _wrong_forms(logits: torch.Tensor, kept: torch.Tensor) -> list[tuple[torch.Tensor, str]]:
    """Return what is right but for its form."""
    right = _fill(logits, kept)
    probabilities = logits.softmax(-1)
    is_sorted = "the logits are sorted: each must stay at its own place"
    is_changed = "those are log-probabilities: leave the logits that stay as they were given"
    return [
        (right.softmax(-1), "those are probabilities: return logits, the softmax comes before the draw"),
        (probabilities.masked_fill(~kept, 0.0), "those are probabilities, some of them 0: return logits, some of them minus infinity"),
        (_fill(probabilities, kept), "the numbers that stay are probabilities: fill the logits, and return them"),
        (right.log_softmax(-1), is_changed),
        (_fill(logits.log_softmax(-1), kept), is_changed),
        (right.sort(-1, descending=True).values, is_sorted),
        (right.sort(-1).values, is_sorted),
        (logits, "nothing is ruled out"),
    ]  # fmt: skip


def _compare_places(found: torch.Tensor, kept: torch.Tensor, probabilities: torch.Tensor, p: float) -> None:
    """Name the first row in which other places stay."""
    rows = zip(*(part.reshape(-1, part.shape[-1]) for part in (found, kept, probabilities)), strict=True)
    for own, right, row in rows:
        if not torch.equal(own, right):
            numbers = ", ".join(f"{one:.2f}" for one in row)
            raise Mistake(
                f"of the probabilities {numbers} with p = {p:g} {_places(right)} should stay, and yours keeps {_numbers(own)}"
            )


def _places(mask: torch.Tensor) -> str:
    return f"place{'s' * (int(mask.sum()) > 1)} {_numbers(mask)}"


def _numbers(mask: torch.Tensor) -> str:
    numbers = [str(number) for number in mask.nonzero()[:, 0].tolist()]
    return " and ".join([", ".join(numbers[:-1]), numbers[-1]]) if len(numbers) > 1 else "".join(numbers) or "none"
