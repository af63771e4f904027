"""Checks of lesson 06, min-p: what has at least p times the probability of the likeliest."""

from functools import partial

import torch

from helpers.checks.expectations import expect
from helpers.checks.sampling.filters import LOGITS, ROWS, expect_kept, known_counts

_P = 0.4


def keep_min_p(answer):
    """What has at least p times the probability of its row's likeliest stays."""
    hold = partial(expect_kept, answer, name="keep_min_p")
    best = ROWS.amax(-1, keepdim=True)
    kept = _P * best <= ROWS
    hold(LOGITS, _P, kept, _known(kept))
    expect(
        bool(answer(LOGITS.clone(), 1.0).isfinite().any()),
        "with p = 1 even the likeliest is ruled out: it has *at least* p times its own probability, so rule out with `<`",
    )
    hold(LOGITS, 1.0, best == ROWS)
    hold(LOGITS[0], _P, kept[0])


def _known(kept: torch.Tensor) -> list[tuple[torch.Tensor, str]]:
    best = ROWS.amax(-1, keepdim=True)
    over_rows = LOGITS.softmax(0)
    return [
        (_P <= ROWS, "each probability is held against p itself: the bar is p times the largest of the row"),
        (_P * LOGITS.amax(-1, keepdim=True) <= LOGITS, "logits are compared: compare probabilities with probabilities, after the softmax"),
        (_P * ROWS.amax(-1) <= ROWS, "the largest of each row is held against the columns: keep its dimension, `amax(-1, keepdim=True)`"),
        (_P * ROWS.max() <= ROWS, "the bar is the same for all rows: take the largest of each row, `amax(-1, keepdim=True)`"),
        (~kept, "the wrong ones are ruled out: those *below* the bar go"),
        ((1 - _P) * best <= ROWS, "the bar is at 1 − p times the largest: it is p times the largest"),
        (best - _P <= ROWS, "the bar lies p below the largest: multiply, do not subtract"),
        (best <= ROWS, "only the likeliest stays: the bar is p times the largest"),
        (_P * ROWS.amax(0) <= ROWS, "the largest of each column is taken: the characters are the last dimension"),
        (_P * over_rows.amax(-1, keepdim=True) <= over_rows, "the softmax runs over the rows: the characters are the last dimension, `softmax(-1)`"),
        (_P * ROWS.mean(-1, keepdim=True) <= ROWS, "the bar is p times the mean: it is p times the largest"),
        *known_counts(),
    ]  # fmt: skip
