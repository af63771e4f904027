"""What learners hand in for `warmup_cosine` of lesson 03."""

import math

import torch

from helpers.answers.training import warmup_cosine as course_schedule
from tests.checks.answers import Answers

ANSWERS = Answers()


def schedule(*, counted=0, share=20, lowest=0.1, pi=math.pi, start=None, half=2, line=False, fixed=None, over=0):
    def warmup_cosine(step, total_steps):
        warmup = (total_steps // share if share else 0) if fixed is None else fixed
        if step <= warmup:
            return (step - counted) / warmup
        p = step / total_steps if start == 0 else (step - warmup) / (total_steps - warmup + over)
        return lowest + (1 - lowest) * (1 - p if line else (1 + math.cos(pi * p)) / half)

    return warmup_cosine


def divides(step, total_steps):
    warmup = total_steps // 20
    if step / warmup <= 1:
        return step / warmup
    return course_schedule(step, total_steps)


def none_for_few(step, total_steps):
    return schedule(share=0)(step, total_steps) if total_steps <= 20 else course_schedule(step, total_steps)


def all_for_few(step, total_steps):
    return 1.0 if total_steps < 20 else course_schedule(step, total_steps)


def in_the_warm_up(factor):
    """Make a schedule with another factor in the warm-up, of the step, its steps and all of them."""

    def warmup_cosine(step, total_steps):
        warmup = total_steps // 20
        return factor(step, warmup, total_steps) if step <= warmup else course_schedule(step, total_steps)

    return warmup_cosine


def without_a_tenth(step, total_steps):
    return course_schedule(step, total_steps) - 0.1 * (step > total_steps // 20)


def rising(step, total_steps):
    if step <= total_steps // 20:
        return course_schedule(step, total_steps)
    return 1.1 - course_schedule(step, total_steps)


for function in (divides, none_for_few, all_for_few, without_a_tenth, rising):
    function.__name__ = "warmup_cosine"
ANSWERS.is_wrong("with 20 steps the warm-up takes 1")(none_for_few)
ANSWERS.is_wrong("the cosine falls from the first step on")(all_for_few)
ANSWERS.is_wrong("the warm-up rises over all steps")(in_the_warm_up(lambda step, warmup, total: step / total))
ANSWERS.is_wrong("`//` makes 0 of all but the last")(in_the_warm_up(lambda step, warmup, total: step // warmup))
ANSWERS.is_wrong("0.1 is left out")(without_a_tenth)
ANSWERS.is_wrong("0.1 and 0.9 are exchanged")(schedule(lowest=0.9))
ANSWERS.is_wrong("1 − cos rises: 1 + cos falls")(rising)

ANSWERS.is_wrong("the first step has the factor 0 and is wasted")(schedule(counted=1))
ANSWERS.is_wrong("there is no warm-up: the first")(schedule(share=0))
ANSWERS.is_wrong("the factor falls to 0")(schedule(lowest=0.0))
ANSWERS.is_wrong("π is missing in the cosine")(schedule(pi=1.0))
ANSWERS.is_wrong("that is a whole wave")(schedule(pi=2 * math.pi))
ANSWERS.is_wrong("the cosine starts before the warm-up is over")(schedule(start=0))
ANSWERS.is_wrong("divide it by 2")(schedule(half=1))
ANSWERS.is_wrong("that falls in a straight line")(schedule(line=True))
ANSWERS.is_wrong("with 1000 steps the warm-up should take 50")(schedule(fixed=10))
ANSWERS.is_wrong("and you divide by 0")(divides)
ANSWERS.is_wrong("p does not reach 1 at the last step")(schedule(over=1))
ANSWERS.is_wrong("`warmup_cosine(13, 200)` should give 0.9994, and gives 0.9995")(schedule(over=2))
ANSWERS.is_wrong("`warmup_cosine(1, 200)` should give 0.1000, and gives 0.0500")(schedule(share=10))


@ANSWERS.is_wrong("`total_steps // 20` cuts off, it does not round")
def warmup_cosine(step, total_steps):
    return schedule(fixed=round(total_steps / 20))(step, total_steps)


@ANSWERS.is_wrong("is a tensor: make it a plain number")
def warmup_cosine(step, total_steps):
    return torch.tensor(course_schedule(step, total_steps))


@ANSWERS.is_right
def warmup_cosine(step, total_steps):
    warmup = int(total_steps * 0.05)
    if warmup and step < warmup:
        return step / warmup
    angle = math.pi * (step - warmup) / (total_steps - warmup)
    return 0.55 + 0.45 * math.cos(angle)


@ANSWERS.is_right
def warmup_cosine(step, total_steps):
    warmup = total_steps // 20
    progress = max(step - warmup, 0) / (total_steps - warmup)
    rise = min(1.0, step / max(warmup, 1))
    return rise * (0.1 + 0.9 * math.cos(math.pi * progress / 2) ** 2)
