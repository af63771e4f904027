"""Checks of lesson 06, top-p: as few of the likeliest as reach p together."""

from functools import partial

import torch

from helpers.checks.expectations import expect
from helpers.checks.sampling.filters import LOGITS, ROWS, expect_kept, known_counts

_P = 0.7


def keep_top_p(answer):
    """As few of the likeliest as reach p together, each at its place; the one that crosses the line belongs to them."""
    hold = partial(expect_kept, answer, name="keep_top_p")
    kept = _by_sums(ROWS, lambda sums, own: sums - own < _P)
    hold(LOGITS, _P, kept, _known(kept))
    hold(LOGITS, 0.25, ROWS.amax(-1, keepdim=True) == ROWS)  # the likeliest alone reaches it in each row
    hold(LOGITS, 1.0, torch.ones_like(kept))
    hold(LOGITS[0], _P, kept[0])
    exactly = torch.tensor([0.5, 0.25, 0.25])
    if torch.equal(exactly.log().softmax(-1), exactly):  # nothing is rounded here
        expect(
            bool(answer(exactly.log(), 0.5)[1:].isinf().all()),
            "of the probabilities 0.5, 0.25 and 0.25 the first alone reaches p = 0.5: what comes after goes, with `>=`",
        )


def _by_sums(numbers: torch.Tensor, stays, *, descending: bool = True, dim: int = -1) -> torch.Tensor:
    """Sort, add up, and return where `stays` of the sums and the numbers holds, at the places before sorting."""
    ordered, order = numbers.sort(dim=dim, descending=descending)
    mask = stays(ordered.cumsum(dim), ordered)
    return torch.zeros_like(mask).scatter(dim, order, mask)


def _known(kept: torch.Tensor) -> list[tuple[torch.Tensor, str]]:
    ordered, order = ROWS.sort(dim=-1, descending=True)
    in_order = ordered.cumsum(-1) - ordered < _P
    best = ROWS.amax(-1, keepdim=True)
    below = _by_sums(ROWS, lambda sums, own: sums <= _P)
    along_rows = "you work over the rows: the characters are the last dimension, `dim=-1`"
    raw = "the logits are added up: take their softmax first"

    def before(sums: torch.Tensor, own: torch.Tensor) -> torch.Tensor:
        return sums - own < _P

    return [
        (below, "the one that crosses the line is ruled out: it belongs to those that stay"),
        (below | (best == ROWS), "the one that crosses the line is ruled out where it is not the first: it belongs to those that stay, always"),
        (in_order, "the mask is in sorted order and the logits are not: put it back to its places, with `scatter`"),
        (in_order.gather(-1, order), "the mask goes to the wrong places: `gather` with `order` sorts it once more, and `scatter` puts it back"),
        (ROWS.cumsum(-1) - ROWS < _P, "the probabilities are added up as they stand: sort them first, the likeliest in front"),
        (_P <= ROWS, "each probability is held against p by itself: add them up, from the likeliest down"),
        (_by_sums(ROWS, before, descending=False), "you add up from the unlikeliest: sort with `descending=True`"),
        (_P * best <= ROWS, "that is min-p: add up the probabilities, and keep as few as reach p"),
        (_by_sums(ROWS, lambda sums, own: sums - 2 * own < _P), "one too many stays: those before it have reached p already"),
        (kept[:1].expand_as(kept), "every row is cut like the first one: each row has its own"),
        (kept.all(0).expand_as(kept), "what one row rules out is ruled out in all of them: each row has its own"),
        (~kept, "what should stay is ruled out, and the tail stays: it is the other way round"),
        (_by_sums(ROWS, lambda sums, own: sums - own < 1 - _P), "those that stay reach 1 − p and not p"),
        (_by_sums(LOGITS, before), raw),
        (_by_sums(LOGITS, lambda sums, own: sums < _P), raw),
        (_by_sums(LOGITS.softmax(0), before), along_rows),
        (_by_sums(ROWS, before, dim=0), along_rows),
        (_by_sums(LOGITS.softmax(0), before, dim=0), along_rows),
        *known_counts(),
    ]  # fmt: skip
