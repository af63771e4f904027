"""Checks of lesson 06: the rule against repeated runs."""

import math
from collections.abc import Callable, Iterable

import torch

from helpers.checks.expectations import Mistake, expect, expect_tensor, same

_VOCAB, _SIZE = 12, 3


# So chosen that each known mistake rules out other tokens than the right rule and than the other mistakes.
_TOKENS = [8, 2, 0, 8, 1, 8, 2, 3, 6, 6, 7, 2, 8, 2, 7, 8, 0, 1, 2, 2, 2, 7, 1, 8, 2]


_RIGHT = {0, 3, 7}  # what followed 8 2


_LOGITS = torch.arange(_VOCAB) / 2 + 1.3


_FILLER = [7, 8, 9, 10, 11] * 12


# Texts with a size, what should be ruled out, and what a wrong answer to it has not seen.
_CASES = [
    ([5, 1, 2, 0, 1], 3, set(), "0 1 was not there before: both tokens must agree"),
    ([1, 0, 2, 0, 1], 3, set(), "1 0 is not 0 1: the order counts"),
    ([6, 5, 0, 1, 2, 7, 0, 1], 4, set(), "7 0 1 was not there before: all three tokens must agree"),
    ([1, 1, 1], 3, {1}, "a run that was there may overlap the last tokens"),
    ([1, 1, 1, 2, 1, 1], 3, {1, 2}, "1 1 stands at place 0 and at place 1: look at every place"),
    ([3, 3, 3], 2, {3}, "a run of two is 3 3"),
    ([4, 2, 10, 4, 2], 3, {10}, "10 is one token, though it has two digits"),
    ([0, 1, 2, 3], 3, set(), "nothing repeats"),
    ([4], 3, set(), "the text is shorter than a run"),
    ([4, 2], 3, set(), "two tokens are no run of three"),
    ([4, 2, 0], 3, set(), "the text is a single run"),
    ([4, 2, 4], 1, {2, 4}, "a run is one character, and the last 0 tokens agree everywhere (`tokens[-0:]` is all of them)"),
    ([4, 5, 6, *_FILLER, 4, 5], 3, {6}, "a run may stand far back: the whole text counts"),
    ([1, 11, 5, 11, 1], 3, set(), "1 11 is not 11 1: compare the tokens, and not their digits joined to a string"),
]  # fmt: skip


def block_repeats(answer):
    """Exactly what would complete a run that was there is ruled out, for every size and every text."""
    _compare(_call(answer, _TOKENS, _SIZE))
    for tokens, size, right, hint in _CASES:
        ruled_out = _ruled_out(_call(answer, tokens, size))
        expect(
            ruled_out == right,
            f"after {_shown(tokens)} with size {size} {_shown(right)} should be ruled out, and you rule out "
            f"{_shown(ruled_out)}: {hint}",
        )


def _call(answer, tokens: list[int], size: int) -> torch.Tensor:
    try:
        result = answer(_LOGITS.clone(), torch.tensor(tokens), size)
    except (IndexError, RuntimeError, ValueError) as error:
        if len(tokens) < size:
            raise Mistake(
                f"with fewer tokens than `size` your code fails ({error}): there is nothing to rule out"
            ) from None
        if "out of bounds" in str(error) or "out of range" in str(error):
            raise Mistake(
                "the last tokens are found themselves, and nothing follows them: the places where a whole run may stand are "
                "`range(len(tokens) - size + 1)`"
            ) from None
        raise
    expect_tensor(result, "what `block_repeats` returns", _LOGITS.shape)
    return result


def _compare(result: torch.Tensor) -> None:
    """Hold the logits after `_TOKENS` to the right ones: first their form, then what is ruled out."""
    ruled_out = _ruled_out(result)
    if ruled_out == _RIGHT and same(result[result.isfinite()], _LOGITS[result.isfinite()]):
        return
    if bool((result >= 0).all()) and same(result.sum(), torch.tensor(1.0), 1e-4):
        raise Mistake("those are probabilities: return logits, the softmax comes before the draw")
    expect(
        not bool((result == math.inf).any()),
        "some logits are plus infinity, and would come always: make them *minus* infinity",
    )
    stay = result.isfinite()
    for form, name in ((_LOGITS.softmax(-1), "probabilities"), (_LOGITS.log_softmax(-1), "log-probabilities")):
        expect(
            not same(result[stay], form[stay]) or not bool(stay.any()),
            f"the numbers that stay are {name}: begin with a copy of the logits, `logits.clone()`",
        )
    expect(ruled_out != _RIGHT, "the logits of those that stay are changed: leave them as they are")
    expect(not bool((result == 0).any()), "the others are 0, and e to the power of 0 is 1: make them minus infinity")
    lower = set((result < _LOGITS).nonzero()[:, 0].tolist())
    if not ruled_out and lower == set(_TOKENS):
        raise Mistake(
            "that is a penalty on everything that has been used: rule out, with minus infinity, only what completes a run"
        )
    expect(
        ruled_out or not lower, "those that would repeat are only made less likely: rule them out, with minus infinity"
    )
    for wrong, message in _known():
        if ruled_out == wrong:
            raise Mistake(message)
    raise Mistake(
        f"after {_shown(_TOKENS)} with size {_SIZE} the last two are 8 2, which were followed by 0, by 3 and by 7; you "
        f"rule out {_shown(ruled_out)}"
    )


def _known() -> list[tuple[set[int], str]]:
    """Return what known mistakes rule out after `_TOKENS`, each with its line."""
    last = _TOKENS[-2:]
    everywhere = range(len(_TOKENS) - 2)
    found = [at for at in everywhere if _TOKENS[at : at + 2] == last]
    longer = [at for at in everywhere[1:] if _TOKENS[at - 1 : at + 2] == _TOKENS[-3:]]

    def agreeing(agree: Callable[[int, int], bool]) -> set[int]:
        return _at((at for at in everywhere if agree(*_TOKENS[at : at + 2])), 2)

    return [
        (set(), "nothing is ruled out: find where the last size − 1 tokens have been before, and return what is changed then"),
        (_at(found, 0), "the run's own first token is ruled out: what followed the run is `tokens[start + size - 1]`"),
        (set(_TOKENS), "everything that has been used is ruled out: only what completes a *run* should be"),
        (_at(found[:1], 2), "only the first repetition is found: go through all places where the run has been"),
        (_at(found[-1:], 2), "only the last repetition is found: go through all places where the run has been"),
        (_at(found[1:], 2), "the run at the very start is not found: the first place is 0"),
        (_at((at for at in found if at % _SIZE == 0), 2), "you go through the text in steps of `size`: a run may begin anywhere"),
        (agreeing(lambda one, two: one == last[0] or two == last[1]), "one token that agrees is enough for you: all size − 1 must, `all` and not `any`"),
        (agreeing(lambda one, two: two == last[1]), "only the last token is compared: the last size − 1 must agree"),
        (agreeing(lambda one, two: one == last[0]), "only the first token of the run is compared: the last size − 1 must agree"),
        (agreeing(lambda one, two: {one, two} == set(last)), "the tokens may stand in any order for you: they must agree one by one"),
        (_at(longer, 2), "you compare the last `size` tokens: the last size − 1 must agree, and the new one makes the run"),
        (set(last), "the last tokens themselves are ruled out: rule out what followed them earlier"),
        ({last[1]}, "the last token is ruled out: rule out what followed the same tokens earlier"),
        (_at(found, 3), "what is ruled out stands one place too far: the character right after the run"),
        (_at((at for at in found if at), -1), "what stood *before* the run is ruled out: rule out what followed it"),
        (set(range(_VOCAB)) - _RIGHT, "what would repeat stays, and all others go: it is the other way round"),
    ]  # fmt: skip


def _at(places: Iterable[int], ahead: int) -> set[int]:
    return {_TOKENS[at + ahead] for at in places}


def _ruled_out(result: torch.Tensor) -> set[int]:
    return set((result == -math.inf).nonzero()[:, 0].tolist())


def _shown(tokens: Iterable[int]) -> str:
    numbers = [str(token) for token in (sorted(tokens) if isinstance(tokens, set) else tokens)]
    return " ".join(numbers if len(numbers) <= 25 else [*numbers[:5], "…", *numbers[-3:]]) or "nothing"
