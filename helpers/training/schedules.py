"""Learning-rate schedules: the factor on the learning rate at each step, counted from 1 to `total_steps`."""

import hashlib
import math
from array import array
from collections.abc import Callable

Schedule = Callable[[int, int], float]


def constant(step: int, total_steps: int) -> float:
    """Return 1: the learning rate stays as it is."""
    return 1.0


def warmup_cosine(step: int, total_steps: int, *, warmup_steps: int | None = None, final_factor: float = 0.1) -> float:
    """Rise in a straight line to 1 within `warmup_steps`, then fall along half a cosine to `final_factor`.

    After Loshchilov and Hutter, "SGDR" (2017), with the warm-up of Goyal et al. (2017).

    Args:
        step: from 1 to `total_steps`.
        total_steps: of the whole training.
        warmup_steps: a twentieth of all steps if not given; 0 for none.
        final_factor: reached at the last step.
    """
    warmup_steps = total_steps // 20 if warmup_steps is None else warmup_steps
    if step <= warmup_steps:
        return step / warmup_steps
    share = (step - warmup_steps) / max(total_steps - warmup_steps, 1)
    return final_factor + (1 - final_factor) * (1 + math.cos(math.pi * share)) / 2


SCHEDULES: dict[str, Schedule] = {"constant": constant, "warmup_cosine": warmup_cosine}


def find_schedule(schedule: str | Schedule) -> Schedule:
    """Return a schedule by its name; a function is a schedule already. Raises ValueError for an unknown name."""
    if callable(schedule):
        return schedule
    if schedule not in SCHEDULES:
        raise ValueError(f"there is no schedule {schedule!r}: take {' or '.join(map(repr, SCHEDULES))}, or a function")
    return SCHEDULES[schedule]


def describe_schedule(schedule: Schedule, total_steps: int) -> str:
    """Return the name of a schedule with a checksum over its factors, so that two that differ anywhere are told apart.

    Raises:
        ValueError: a factor that is no number, negative or infinite; the message names the step.
    """
    factors = array("d")
    for step in range(1, total_steps + 1):
        factor = schedule(step, total_steps)
        try:
            factors.append(factor)
        except TypeError:
            factors.append(math.nan)
        if not 0 <= factors[-1] < math.inf:
            raise ValueError(f"the schedule gives {factor} at step {step}: it must give a number of at least 0")
    checksum = hashlib.sha256(factors.tobytes()).hexdigest()
    return f"{getattr(schedule, '__name__', 'a function')}, checksum {checksum[:12]}"
