"""What learners hand in for `scaled_rate` of lesson 07."""

import math

from tests.checks.answers import Answers

ANSWERS = Answers()
right, wrong = ANSWERS.add_right, ANSWERS.add_wrong


def share(step, warmup_steps):
    return min(step / warmup_steps, 1) if warmup_steps else 1


for line, function in {
    "the rate is divided": lambda step, base_rate, times, warmup_steps: base_rate / times,
    "the rate falls": lambda s, b, t, w: b * (1 + (1 / t - 1) * share(s, w)),
    "there is no warm-up": lambda s, b, t, w: b * t,
    "the rate stays as it was": lambda s, b, t, w: b,
    "the warm-up begins at 0": lambda s, b, t, w: b * t * share(s, w),
    "the warm-up ends one step late": lambda s, b, t, w: b * (1 + (t - 1) * share(s - 1, w)),
    "step 1 has the base rate": lambda s, b, t, w: b * (1 + (t - 1) * share(s - 1, w - 1)),
    "the warm-up ends one step early": lambda s, b, t, w: b * (1 + (t - 1) * share(s + 1, w)),
    "that is the rule of the square root": lambda s, b, t, w: b * (1 + (t**0.5 - 1) * share(s, w)),
    "goes on rising after the warm-up": lambda s, b, t, w: b * (1 + (t - 1) * s / w),
    "one base rate too high": lambda s, b, t, w: b * (1 + t * share(s, w)),
    "rises to `times` itself": lambda s, b, t, w: b + (t - b) * share(s, w),
    "rises along a curve": lambda s, b, t, w: b * t ** share(s, w),
    "jumps from small to large": lambda s, b, t, w: b * t if s >= w else b,
    "that is the factor: multiply": lambda s, b, t, w: 1 + (t - 1) * share(s, w),
    "with no warm-up steps it divides by 0": lambda s, b, t, w: b * (1 + (t - 1) * min(s / w, 1)),
    "with no warm-up steps the first step should have": lambda s, b, t, w: b * (1 + (t - 1) * share(s, w)) if w else b,
}.items():
    wrong("scaled_rate", line, function)


wrong("scaled_rate", "the way is `base_rate * (times - 1)` long", lambda s, b, t, w: b * min(1 + t * s / w, t))
wrong("scaled_rate", "the way has `warmup_steps` steps, not", lambda s, b, t, w: b * (1 + (t - 1) * share(s, w + 1)))
wrong("scaled_rate", "multiply the way by the base rate, too", lambda s, b, t, w: b + (t - 1) * share(s, w))
wrong("scaled_rate", "the share of the way is bent", lambda s, b, t, w: b * (1 + (t - 1) * share(s, w) ** 0.5))


def falls_back(s, b, t, w):
    return b * (1 + (t - 1) * share(s, w)) if s <= w else b


for line, function in {
    "that is the way alone": lambda s, b, t, w: b * (t - 1) * share(s, w),
    "brackets are missing": lambda s, b, t, w: b + b * t * share(s, w) - 1,
    "`max` takes the larger": lambda s, b, t, w: b * (1 + (t - 1) * max(s / w, 1)),
    "the share of the way is upside down": lambda s, b, t, w: b * (1 + (t - 1) * min(w / s, 1)),
    "the way goes down": lambda s, b, t, w: b * (1 + (1 - t) * share(s, w)),
    "two base rates too high": lambda s, b, t, w: b * (1 + (t + 1) * share(s, w)),
    "drops back to the base rate": falls_back,
    "rises like a cosine": lambda s, b, t, w: b * (1 + (t - 1) * (1 - math.cos(math.pi * share(s, w))) / 2),
}.items():
    wrong("scaled_rate", line, function)
wrong("scaled_rate", "the share of the way is upside down", lambda s, b, t, w: b * (1 + (t - 1) * w / s))


def in_two_cases(step, base_rate, times, warmup_steps):
    if step >= warmup_steps:
        return times * base_rate
    return base_rate + step * (times * base_rate - base_rate) / warmup_steps


right("scaled_rate", in_two_cases)
right("scaled_rate", lambda s, b, t, w: b * (1 - share(s, w)) + b * t * share(s, w))
