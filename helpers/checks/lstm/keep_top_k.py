"""Checks of lesson 04: the likeliest k."""

import math

import torch

from helpers.checks.expectations import Mistake, compare, expect, expect_tensor, expect_type, same


def keep_top_k(answer):
    """The k largest stay as they are, wherever they stand, and all others are minus infinity."""
    logits, k = torch.tensor([[1.0, -2.0, 3.0, 0.5, 2.0, -1.0, 0.0], [3.5, -1.0, -4.0, 2.5, -6.0, -5.0, -3.0]]), 3
    single, both, more = (_keep(answer, one, k) for one in (logits[0], logits, logits[:, None]))
    _compare_kept(single, logits[0], k, "`keep_top_k` of seven logits, k = 3,")
    _compare_kept(both, logits, k, "`keep_top_k` of two rows of logits")
    _compare_kept(more, logits[:, None], k, "`keep_top_k` of logits of shape (2, 1, 7)")
    expect(same(answer(logits[0], 7), logits[0]), "with k as large as the vocabulary all logits should stay")


def _keep(answer, logits: torch.Tensor, k: int):
    try:
        result = answer(logits.clone(), k)
    except (RuntimeError, IndexError) as error:
        raise _explained(error) from None
    expect_type(result, torch.Tensor, "`keep_top_k`")
    if result.shape[-1:] == (k,):
        raise Mistake(
            "only the k best are returned, and their places are lost: keep all places, the others minus infinity"
        )
    expect_tensor(result, "the logits that `keep_top_k` returns", logits.shape, torch.float32)
    return result


def _explained(error: Exception) -> Exception:
    """Say what is wrong where torch refuses the shapes; any other error comes back as it is."""
    said = str(error)
    if "must match the size" in said:
        return Mistake(
            "the k-th largest of each row does not fit the logits: take the last of its k values, and keep the dimension, `[..., -1:]`"
        )
    if "too many indices" in said or "Dimension out of range" in said:
        return Mistake(
            "logits may have any number of dimensions, also one: name the last one only, `[..., -1:]` and `dim=-1`"
        )
    if "selected index k out of range" in said:
        return Mistake("the k largest are looked for in another dimension: those of the last one, `topk(k, dim=-1)`")
    return error


def _compare_kept(result: torch.Tensor, logits: torch.Tensor, k: int, what: str) -> None:
    minus = -math.inf
    ordered = logits.sort(-1, descending=True).values

    def kept(mask: torch.Tensor, other: float = minus) -> torch.Tensor:
        return logits.masked_fill(~mask, other)

    def best(count: int) -> torch.Tensor:
        return logits >= ordered[..., count - 1 : count]

    right = kept(best(k))
    compare(
        result, right, what,
        [
            (kept(best(k), 0.0), "the others are 0, and e to the power of 0 is 1: make them minus infinity, which the softmax turns into 0"),
            (kept(~best(logits.shape[-1] - k)), "the k *smallest* stay: keep the largest"),
            (kept(~best(k)), "the k best are the ones ruled out: rule out all others"),
            (kept(best(k - 1)), "one too few stay: take the k-th largest, and fill where the logits are smaller than it, with `<`"),
            (kept(best(k + 1)), f"{k + 1} stay: one too many"),
            (kept(best(1)), "only the best stays: `topk` gives the largest first, so the k-th is the last, `[..., -1:]`"),
            (kept(logits <= ordered[..., k - 1 : k]), "the largest are ruled out: fill where the logits are *smaller* than the k-th largest, with `<`"),
            (kept(best(logits.shape[-1] - k + 1)), "the logits are held against the k-th *smallest*: `topk` has the largest first, and their sizes in `.values`"),
            (right.softmax(-1), "those are probabilities: return logits, the softmax comes before the draw"),
            (ordered.masked_fill(~best(k).sort(-1, descending=True).values, minus), "the logits are sorted: each must stay at its own place"),
            (logits >= ordered[..., k - 1 : k], "those are truth values: return logits"),
            (-kept(best(k)), "the signs are exchanged: the others are *minus* infinity"),
            (kept(best(k), math.inf), "the others are plus infinity: then one of them is always drawn"),
            (logits.masked_fill(logits < ordered.flatten()[k - 1], minus), "both rows are cut at the first row's k-th best: each row has its own"),
            (logits.masked_fill(logits < logits.flatten().topk(k).values[-1], minus), "the k best of *all* rows stay: each row has its own, `dim=-1`"),
            (logits.masked_fill(logits < ordered[..., k - 1].min(), minus), "all rows are held against the same number, the smallest of their k-th largest: each row has its own, `[..., -1:]`"),
            (logits, "nothing is ruled out"),
        ],
    )  # fmt: skip
