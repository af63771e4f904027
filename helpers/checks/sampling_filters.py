"""Checks of lesson 06, two filters: the nucleus, and a share of the likeliest."""

import math

import torch

from helpers.checks.expectations import Mistake, compare, expect, expect_tensor, expect_type, same

_ROWS = torch.tensor([[0.15, 0.5, 0.05, 0.3], [0.1, 0.04, 0.84, 0.02], [0.3, 0.24, 0.2, 0.26]])


def keep_top_p(answer):
    """As few of the likeliest as reach p together, each at its place; the one that crosses the line belongs to them."""
    logits, p = _ROWS.log() + 1.5, 0.68  # logits that are no log-probabilities
    kept = torch.tensor([[0, 1, 0, 1], [0, 0, 1, 0], [1, 1, 0, 1]]).bool()
    ordered, order = _ROWS.sort(dim=-1, descending=True)
    sums = ordered.cumsum(-1)

    def back(mask: torch.Tensor) -> torch.Tensor:
        return torch.zeros_like(mask).scatter(-1, order, mask)

    result = _filtered(answer, logits, p, "keep_top_p")
    compare(
        result, _fill(logits, kept), "`keep_top_p` of three rows, p = 0.68,",
        [
            (_fill(logits, back(sums <= p)), "the one that crosses the line is ruled out: it belongs to those that stay"),
            (_fill(logits, sums - ordered < p), "the mask is in sorted order and the logits are not: put it back to its places, with `scatter`"),
            (_fill(ordered.log() + 1.5, sums - ordered < p), "the logits are sorted: each must stay at its own place"),
            (_fill(logits, p <= _ROWS), "each probability is held against p by itself: add them up, from the likeliest down"),
            (_fill(logits, _from_the_unlikeliest(p)), "you add up from the unlikeliest: sort with `descending=True`"),
            (_fill(logits, p * _ROWS.amax(-1, keepdim=True) <= _ROWS), "that is min-p: add up the probabilities, and keep as few as reach p"),
            (_fill(logits, back((sums - 2 * ordered) < p)), "one too many stays: those before it have reached p already"),
            (_fill(logits, kept[:1].expand_as(kept)), "every row is cut like the first one: each row has its own"),
            *_wrong_forms(logits, kept),
        ],
    )  # fmt: skip
    expect(
        same(
            _filtered(answer, logits, 0.25, "keep_top_p"), _fill(logits, logits == logits.amax(-1, keepdim=True)), 1e-5
        ),
        "with p = 0.25 the likeliest alone reaches p in each row: it must stay, and nothing else",
    )
    expect(same(_filtered(answer, logits, 1.0, "keep_top_p").isfinite(), torch.ones(3, 4).bool()), "p = 1 keeps all")
    expect(
        same(_filtered(answer, logits[0], p, "keep_top_p"), _fill(logits, kept)[0], 1e-5),
        "one row of shape (vocab,) should do, too",
    )


def _from_the_unlikeliest(p: float) -> torch.Tensor:
    ordered, order = _ROWS.sort(dim=-1)
    mask = ordered.cumsum(-1) - ordered < p
    return torch.zeros_like(mask).scatter(-1, order, mask)


def keep_min_p(answer):
    """What has at least p times the probability of its row's likeliest stays."""
    logits, p = _ROWS.log() + 1.0, 0.25
    best = _ROWS.amax(-1, keepdim=True)
    kept = p * best <= _ROWS
    result = _filtered(answer, logits, p, "keep_min_p")
    compare(
        result, _fill(logits, kept), "`keep_min_p` of three rows, p = 0.25,",
        [
            (_fill(logits, p <= _ROWS), "each probability is held against p itself: the bar is p times the largest of the row"),
            (_fill(logits, p * logits.amax(-1, keepdim=True) <= logits), "logits are held against logits: compare probabilities, after the softmax"),
            (_fill(logits, p * _ROWS.max() <= _ROWS), "the bar is the same for all rows: take the largest of each row, `amax(-1, keepdim=True)`"),
            (_fill(logits, p * best > _ROWS), "the wrong ones are ruled out: those *below* the bar go"),
            (_fill(logits, (1 - p) * best <= _ROWS), "the bar is at 1 − p times the largest: it is p times the largest"),
            (_fill(logits, best - p <= _ROWS), "the bar lies p below the largest: multiply, do not subtract"),
            (_fill(logits, best <= _ROWS), "only the likeliest stays: the bar is p times the largest"),
            (_fill(logits, p * _ROWS.amax(0) <= _ROWS), "the largest of each column is taken: the characters are the last dimension"),
            *_wrong_forms(logits, kept),
        ],
    )  # fmt: skip
    expect(same(_filtered(answer, logits, 0.0, "keep_min_p"), logits, 1e-5), "p = 0 should keep all")
    expect(
        same(_filtered(answer, logits[0], p, "keep_min_p"), _fill(logits, kept)[0], 1e-5),
        "one row of shape (vocab,) should do, too",
    )


def _filtered(answer, logits: torch.Tensor, p: float, name: str) -> torch.Tensor:
    result = answer(logits.clone(), p)
    expect_type(result, torch.Tensor, f"`{name}`")
    if result.dtype == torch.bool:
        raise Mistake("those are truth values: return logits, with minus infinity where one is ruled out")
    expect_tensor(result, f"the logits that `{name}` returns", logits.shape)
    return result


def _fill(logits: torch.Tensor, kept: torch.Tensor, other: float = -math.inf) -> torch.Tensor:
    return logits.masked_fill(~kept, other)


def _wrong_forms(logits: torch.Tensor, kept: torch.Tensor) -> list[tuple[torch.Tensor, str]]:
    """Return what is right but for its form."""
    right = _fill(logits, kept)
    probabilities = logits.softmax(-1)
    return [
        (_fill(logits, kept, 0.0), "the others are 0, and e to the power of 0 is 1: make them minus infinity"),
        (right.softmax(-1), "those are probabilities: return logits, the softmax comes before the draw"),
        (probabilities.masked_fill(~kept, 0.0), "those are probabilities, some of them 0: return logits, some of them minus infinity"),
        (probabilities.masked_fill(~kept, -math.inf), "the numbers that stay are probabilities: fill the logits, and return them"),
        (logits, "nothing is ruled out"),
    ]  # fmt: skip
