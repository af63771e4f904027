"""Checks of lesson 06: the rule against repeated runs."""

import math

import torch

from helpers.checks.expectations import Mistake, expect, expect_tensor, show

_VOCAB = 6
_TOKENS = [0, 1, 2, 4, 0, 1, 3, 5, 2, 0, 1]  # "0 1" was followed by 2 and by 3, and "1" by 2 and 3
_SIZE = 3


def block_repeats(answer):
    """Exactly what would complete a run that was there is ruled out, for every size and every text."""
    logits = torch.arange(_VOCAB) / 2 + 1.0
    result = _call(answer, logits, _TOKENS, _SIZE)
    _compare(result, logits)
    _expect(answer, logits, [3, 3, 3], 2, {3}, "after 3 3 3 with size 2")
    _expect(answer, logits, [0, 1, 2, 3], 3, set(), "in a text without repetition")
    _expect(answer, logits, [4], 3, set(), "in a text that is shorter than the run")
    _expect(answer, logits, [4, 2, 0], 3, set(), "in a text as long as the run")
    _expect(
        answer, logits, [4, 2, 4], 1, {2, 4}, "with size 1, where a run is one character (`tokens[-0:]` is everything)"
    )


def _call(answer, logits: torch.Tensor, tokens: list[int], size: int) -> torch.Tensor:
    try:
        result = answer(logits.clone(), torch.tensor(tokens), size)
    except (IndexError, RuntimeError) as error:
        if len(tokens) < size:
            raise Mistake(
                f"with fewer tokens than `size` your code fails ({error}): there is nothing to rule out"
            ) from None
        raise
    expect_tensor(result, "what `block_repeats` returns", logits.shape)
    return result


def _compare(result: torch.Tensor, logits: torch.Tensor) -> None:
    ruled_out = _ruled_out(result)
    if ruled_out == {2, 3}:
        left = [token for token in range(_VOCAB) if token not in ruled_out]
        expect(
            bool((result[left] == logits[left]).all()),
            "the logits of those that stay are changed: leave them as they are",
        )
        return
    expect(
        not bool(((result == 0) & (logits != 0)).any()),
        "the others are 0, and e to the power of 0 is 1: make them minus infinity",
    )
    expect(
        ruled_out or not bool((result < logits).any()),
        "those that would repeat are only made less likely: rule them out, with minus infinity",
    )
    known = {
        frozenset(): "nothing is ruled out: find where the last size − 1 tokens have been before",
        frozenset(
            {0, 1, 2, 3, 4, 5}
        ): "everything that has been used is ruled out: only what completes a *run* should be",
        frozenset({2}): "only the first repetition is found: go through all places where the run has been",
        frozenset({3}): "only the last repetition is found: go through all places where the run has been",
        frozenset({0, 1}): "the last tokens themselves are ruled out: rule out what followed them earlier",
        frozenset({1}): "the last token is ruled out: rule out what followed the same tokens earlier",
        frozenset({4, 5}): "what is ruled out stands one place too far: the character right after the run",
        frozenset({0, 1, 4, 5}): "what would repeat stays, and all others go: it is the other way round",
    }
    if frozenset(ruled_out) in known:
        raise Mistake(known[frozenset(ruled_out)])
    raise Mistake(
        f"in {_TOKENS} with size {_SIZE} the last two are 0 1, which were followed by 2 and by 3; "
        f"you rule out {sorted(ruled_out)}"
    )


def _expect(answer, logits: torch.Tensor, tokens: list[int], size: int, right: set[int], where: str) -> None:
    ruled_out = _ruled_out(_call(answer, logits, tokens, size))
    expect(
        ruled_out == right,
        f"{where} {show(sorted(right)) if right else 'nothing'} should be ruled out, and you rule out {sorted(ruled_out)}",
    )


def _ruled_out(result: torch.Tensor) -> set[int]:
    return set((result == -math.inf).nonzero()[:, 0].tolist())
