"""Checks of lesson 07: the learning rate of a batch that has grown."""

import math
from collections.abc import Callable

from helpers.checks.expectations import Mistake, expect_number, same

# step, rate of the small batch, how many times larger the batch is, steps of warm-up
_CASES = [(1, 0.1, 4, 10), (5, 0.1, 4, 10), (10, 0.1, 4, 10), (11, 0.1, 4, 10), (500, 0.1, 4, 10), (3, 0.02, 8, 6)]


def _rule(step: int, rate: float, times: float, warmup: int) -> float:
    return rate * (1 + (times - 1) * min(step / warmup, 1) if warmup else times)


_WRONG_RULES: list[tuple[Callable[[int, float, float, int], float], str]] = [
    (lambda step, rate, times, warmup: rate / times, "the rate is divided: a larger batch has a surer gradient, and may take a longer step"),
    (lambda step, rate, times, warmup: _rule(step, rate, 1 / times, warmup), "the rate falls: a larger batch has a surer gradient, and may take a longer step"),
    (lambda step, rate, times, warmup: rate * times, "there is no warm-up: the first steps must not have the full rate yet"),
    (lambda step, rate, times, warmup: rate, "the rate stays as it was: after the warm-up it is `times` times as large"),
    (lambda step, rate, times, warmup: rate * times * min(step / warmup, 1), "the warm-up begins at 0: begin at the rate of the small batch, which is known to be safe"),
    (lambda step, rate, times, warmup: _rule(step - 1, rate, times, warmup), "the warm-up ends one step late: steps are counted from 1, and step `warmup_steps` has the full rate"),
    (lambda step, rate, times, warmup: _rule(step - 1, rate, times, warmup - 1), "step 1 has the base rate: it is already one step on the way; the base rate would be step 0"),
    (lambda step, rate, times, warmup: _rule(step + 1, rate, times, warmup), "the warm-up ends one step early: step `warmup_steps` is the first with the full rate"),
    (lambda step, rate, times, warmup: _rule(step, rate, math.sqrt(times), warmup), "that is the rule of the square root: this exercise asks for the linear one"),
    (lambda step, rate, times, warmup: rate * (1 + (times - 1) * step / warmup), "the rate goes on rising after the warm-up: from step `warmup_steps` on it stays"),
    (lambda step, rate, times, warmup: rate * (1 + times * min(step / warmup, 1)), "the rate ends one base rate too high: it rises *by* (times - 1) of them, *to* `times`"),
    (lambda step, rate, times, warmup: rate + (times - rate) * min(step / warmup, 1), "the rate rises to `times` itself: it rises to `times` times the base rate"),
    (lambda step, rate, times, warmup: rate * times ** min(step / warmup, 1), "the rate rises along a curve: the exercise asks for a straight line"),
    (lambda step, rate, times, warmup: rate * times if step > warmup else rate, "the rate jumps from small to large: let it rise in a straight line"),
    (lambda step, rate, times, warmup: rate * times if step >= warmup else rate, "the rate jumps from small to large: let it rise in a straight line"),
    (lambda step, rate, times, warmup: rate * min(1 + times * step / warmup, times), "the rate rises too steeply: the way is `base_rate * (times - 1)` long, not `base_rate * times`"),
    (lambda step, rate, times, warmup: _rule(step, rate, times, warmup + 1), "the way has `warmup_steps` steps, not one more: step `warmup_steps` has the full rate"),
    (lambda step, rate, times, warmup: rate + (times - 1) * min(step / warmup, 1), "multiply the way by the base rate, too: it is `base_rate * (times - 1)` long"),
    (lambda step, rate, times, warmup: rate * (1 + (times - 1) * math.sqrt(min(step / warmup, 1))), "the share of the way is bent by a root: the exercise asks for a straight line"),
    (lambda step, rate, times, warmup: rate * (1 + (times - 1) * min(step / warmup, 1) ** 2), "the share of the way is bent: the exercise asks for a straight line"),
    (lambda step, rate, times, warmup: rate * (times - 1) * min(step / warmup, 1), "that is the way alone: add the base rate, at which it begins"),
    (lambda step, rate, times, warmup: rate + rate * times * min(step / warmup, 1) - 1, "brackets are missing: `(times - 1)` is multiplied as a whole"),
    (lambda step, rate, times, warmup: rate * (1 + (times - 1) * max(step / warmup, 1)), "`max` takes the larger of the two: the share of the way is `min(step / warmup_steps, 1)`"),
    (lambda step, rate, times, warmup: rate * (1 + (times - 1) * min(warmup / step, 1)), "the share of the way is upside down: it is `step / warmup_steps`"),
    (lambda step, rate, times, warmup: rate * (1 + (times - 1) * warmup / step), "the share of the way is upside down: it is `step / warmup_steps`"),
    (lambda step, rate, times, warmup: rate * (1 + (1 - times) * min(step / warmup, 1)), "with `(1 - times)` the way goes down: it is `(times - 1)`, and goes up"),
    (lambda step, rate, times, warmup: rate * (1 + (times + 1) * min(step / warmup, 1)), "the rate ends two base rates too high: it rises *by* (times - 1) of them, *to* `times`"),
    (lambda step, rate, times, warmup: rate * (1 + (times - 1) * step / warmup) if step <= warmup else rate, "after the warm-up the rate drops back to the base rate: it stays at `times` times as much"),
    (lambda step, rate, times, warmup: rate * (1 + (times - 1) * (1 - math.cos(math.pi * min(step / warmup, 1))) / 2), "the rate rises like a cosine: the exercise asks for a straight line"),
    (lambda step, rate, times, warmup: 1 + (times - 1) * min(step / warmup, 1), "that is the factor: multiply by the base rate"),
]  # fmt: skip


def scaled_rate(answer):
    """A straight line from the small batch's rate to `times` times as much, and no warm-up without steps for it."""
    results = [expect_number(answer(*case), f"`scaled_rate{case}`") for case in _CASES]
    if not same(results, [_rule(*case) for case in _CASES], 1e-6):
        for rule, message in _WRONG_RULES:
            if same(results, [rule(*case) for case in _CASES], 1e-6):
                raise Mistake(message)
        case, wanted, own = next(
            (case, _rule(*case), own)
            for case, own in zip(_CASES, results, strict=True)
            if not same(own, _rule(*case), 1e-6)
        )
        raise Mistake(f"`scaled_rate{case}` should give {wanted:g}, and gives {own:g}")
    try:
        without = expect_number(answer(1, 0.1, 4, 0), "`scaled_rate(1, 0.1, 4, 0)`")
    except ZeroDivisionError:
        raise Mistake("with no warm-up steps it divides by 0: then the rate is the full one from the start") from None
    if not same(without, 0.4, 1e-6):
        raise Mistake(f"with no warm-up steps the first step should have the full rate, 0.4, and has {without:g}")
