"""Checks of lesson 03: when to stop."""

import itertools
from collections.abc import Callable

from helpers.checks.expectations import Mistake, expect, expect_type

_CASES = [
    ([3.0, 2.5, 2.6, 2.7], 2),
    ([3.0, 2.5, 2.6, 2.4], 2),
    ([3.0, 2.5, 2.6, 2.55], 2),
    ([3.0, 2.5, 2.6, 2.4, 2.45], 2),
    ([3.0, 2.5, 2.6], 2),
    ([3.0, 2.5, 2.5, 2.5], 2),
    ([3.0, 2.5, 2.9, 2.5], 2),
    ([3.0, 2.5, 2.9, 2.8, 2.7], 2),
    ([3.0, 2.8, 2.7], 1),
    ([3.0, 2.8, 2.9], 1),
    ([2.0, 2.6, 2.5, 2.4], 3),
    ([2.0, 2.6, 2.5, 2.4], 4),
    ([2.0, 2.1, 2.2, 2.3, 2.4, 2.5], 3),
    ([3.0], 1),
    ([3.0, 3.1, 3.2, 2.0], 2),
]


def _rule(losses: list[float], patience: int, *, more: int = 0, last: bool = False) -> bool:
    place = max(i for i, loss in enumerate(losses) if loss == min(losses)) if last else losses.index(min(losses))
    return len(losses) - 1 - place >= patience + more


def _rises(losses: list[float], patience: int) -> bool:
    return len(losses) > patience and all(losses[-i] > losses[-i - 1] for i in range(1, patience + 1))


def _worse_than_before(losses: list[float], patience: int) -> bool:
    return len(losses) > patience and losses[-1] > losses[-1 - patience]


def _never_set_back(losses: list[float], patience: int) -> bool:
    return sum(min(losses[:i]) <= losses[i] for i in range(1, len(losses))) >= patience


def _since_last_fall(losses: list[float], patience: int) -> bool:
    waited = 0
    for before, loss in itertools.pairwise(losses):
        waited = 0 if loss < before else waited + 1
    return waited >= patience


def _ever(losses: list[float], patience: int) -> bool:
    return any(_rule(losses[:count], patience) for count in range(1, len(losses) + 1))


def _just_now(losses: list[float], patience: int) -> bool:
    return losses.index(min(losses)) != len(losses) - 1


_WRONG_RULES: list[tuple[Callable[[list[float], int], bool], str]] = [
    (lambda losses, patience: _rule(losses, patience, more=1), "that stops one too late: with patience 2, two losses without a new lowest are enough"),
    (lambda losses, patience: _rule(losses, patience, more=-1), "that stops one too early: with patience 2, two losses must have come after the lowest"),
    (lambda losses, patience: _rule(losses, patience, last=True), "an equal loss counts as a new lowest in yours: it must be lower"),
    (_rises, "that asks whether the loss rose each time: 2.6, then 2.55 is a fall, but no new lowest"),
    (_since_last_fall, "your count starts anew whenever a loss falls: after 2.5 and 2.6, 2.55 is no new lowest"),
    (_never_set_back, "your count is never set back: each new lowest loss starts it from 0 again"),
    (_worse_than_before, "that compares the last loss with one that is `patience` back: compare with the lowest so far"),
    (_just_now, "the patience is not used: go on until that many losses have come without a new lowest"),
    (lambda losses, patience: losses.index(min(losses)) >= patience, "that is the place of the lowest loss: count how many came *after* it"),
    (lambda losses, patience: len(losses) - 1 - losses.index(max(losses)) >= patience, "that looks for the highest loss: a good one is low"),
    (lambda losses, patience: not _rule(losses, patience), "that is the wrong way round: True means stop"),
    (_ever, "that stops for good once `patience` losses were no better: a new lowest one, as 2.0 after 3.0, 3.1 and 3.2, sets the count back"),
    (lambda losses, patience: len(losses) >= patience, "that counts all losses: count those after the lowest"),
]  # fmt: skip


def should_stop(answer):
    """True once `patience` losses have come after the first lowest."""
    results = []
    for losses, patience in _CASES:
        result = answer(list(losses), patience)
        expect_type(result, bool, f"`should_stop({losses}, {patience})`")
        results.append(result)
    right = [_rule(*case) for case in _CASES]
    if results != right:
        for rule, message in _WRONG_RULES:
            if results == [rule(*case) for case in _CASES]:
                raise Mistake(message)
        (losses, patience), wanted = next(
            (case, goal) for case, goal, own in zip(_CASES, right, results, strict=True) if goal != own
        )
        raise Mistake(f"`should_stop({losses}, {patience})` should be {wanted}")
    try:
        empty = answer([], 2)
    except (ValueError, IndexError) as error:
        raise Mistake(
            f"with no losses yet it raises {type(error).__name__} ({error}): then go on, return False"
        ) from None
    expect(empty is False, "with no losses yet it should go on: return False")
