"""Checks of lesson 03: the learning-rate schedule."""

import math

from helpers.checks.expectations import Mistake, expect, expect_number, same


def warmup_cosine(answer):
    """A straight line up to 1, half a cosine down to a tenth, whatever the number of steps."""
    total = 200
    result = [expect_number(answer(step, total), f"`warmup_cosine({step}, {total})`") for step in range(1, total + 1)]
    right = [_factor(step, total) for step in range(1, total + 1)]
    _compare_factors(result, right, total)
    short = _factors(answer, 1000)
    expect(
        same(short[:50], [step / 50 for step in range(1, 51)], 1e-6),
        "with 1000 steps the warm-up should take 50, a twentieth of them: `total_steps // 20`",
    )
    expect(
        same(short, [_factor(step, 1000) for step in range(1, 1001)], 1e-6), "with 1000 steps the factors are others"
    )
    expect(
        same(_factors(answer, 30), [_factor(step, 30) for step in range(1, 31)], 1e-6),
        "with 30 steps the warm-up should take 1: `total_steps // 20` cuts off, it does not round",
    )
    expect(
        same(_factors(answer, 20), [_factor(step, 20) for step in range(1, 21)], 1e-6),
        "with 20 steps the warm-up takes 1, and the cosine goes on from there",
    )
    try:
        few = _factors(answer, 10)
    except ZeroDivisionError:
        raise Mistake(
            "with 10 steps the warm-up has none, and you divide by 0: then go straight to the cosine"
        ) from None
    expect(
        same(few, [_factor(step, 10) for step in range(1, 11)], 1e-6),
        "with 10 steps there is no warm-up, and the cosine falls from the first step on",
    )


def _factors(answer, total: int) -> list[float]:
    return [float(answer(step, total)) for step in range(1, total + 1)]


def _factor(
    step, total, *, late=0, warm_up=True, lowest=0.1, pi=math.pi, from_start=False, halved=True, line=False, over=0,
    slope=1.0, sign=1, whole=False,
):  # fmt: skip
    """Return the factor of the text; the arguments bring in one mistake each."""
    warmup_steps = total // 20 if warm_up else 0
    if step - late < warmup_steps or step == warmup_steps:
        return (step - late) // warmup_steps if whole else (step - late) / (warmup_steps * slope)
    progress = step / total if from_start else (step - warmup_steps) / (total - warmup_steps + over)
    wave = 1 - progress if line else (1 + sign * math.cos(pi * progress)) / (2 if halved else 1)
    return lowest + (1 - lowest) * wave


def _compare_factors(result: list[float], right: list[float], total: int) -> None:
    if same(result, right, 1e-6):
        return

    def variant(**mistake) -> list[float]:
        return [_factor(step, total, **mistake) for step in range(1, total + 1)]

    mistakes = [
        (variant(late=1), "the first step has the factor 0 and is wasted: steps are counted from 1, so step s of the warm-up has s / W"),
        (variant(warm_up=False), "there is no warm-up: the first total_steps // 20 steps rise in a straight line"),
        (variant(lowest=0.0), "the factor falls to 0: it should end at 0.1"),
        (variant(pi=1.0), "π is missing in the cosine, so the wave hardly falls"),
        (variant(pi=2 * math.pi), "that is a whole wave, which rises again at the end: half of one, cos(π p)"),
        (variant(from_start=True), "the cosine starts before the warm-up is over: p runs from 0 to 1 over the steps *after* it"),
        (variant(halved=False), "1 + cos runs from 2 to 0: divide it by 2"),
        (variant(line=True), "that falls in a straight line: along a cosine, (1 + cos(π p)) / 2"),
        (variant(over=1), "p does not reach 1 at the last step: divide by total_steps - W, without adding 1"),
        (variant(slope=20), "the warm-up rises over all steps: over its own W, so s / W"),
        (variant(sign=-1), "1 − cos rises: 1 + cos falls"),
        (variant(lowest=0.9), "0.1 and 0.9 are exchanged: the wave is 0.9 high, and stands on 0.1"),
        (variant(whole=True), "`//` makes 0 of all but the last step of the warm-up: divide with `/`"),
        ([one if step <= total // 20 else (one - 0.1) for step, one in enumerate(right, 1)], "0.1 is left out: the factor ends at 0.1"),
        (right[::-1], "the schedule runs backwards"),
    ]  # fmt: skip
    for wrong, message in mistakes:
        if same(result, wrong, 1e-6):
            raise Mistake(message)
    for step, (own, wanted) in enumerate(zip(result, right, strict=True), 1):
        if f"{own:.4f}" != f"{wanted:.4f}":
            raise Mistake(f"`warmup_cosine({step}, {total})` should give {wanted:.4f}, and gives {own:.4f}")
    raise Mistake("the factors are right in the first four digits only")
