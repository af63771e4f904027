"""Wall-clock time of a function, and measurements of two sides in turn."""

import gc
import time
from collections.abc import Callable
from typing import Any

ENOUGH = 0.01  # seconds that one measurement takes at least: a call of microseconds is repeated until then


def alternate(
    ours: Callable[[], float], peer: Callable[[], float], alternations: int
) -> tuple[list[float], list[float]]:
    """Measure ours, peer, ours, peer, and so on, so that a busy minute of the machine falls on both sides alike."""
    pairs = [(ours(), peer()) for _ in range(alternations)]
    return [own for own, _ in pairs], [other for _, other in pairs]


def stopwatch(function: Callable[[], Any]) -> Callable[[], float]:
    """Return a measurement of `function` in seconds a call. The calls that settle how many are needed warm it up."""
    calls = 1
    while _elapsed(function, calls) < ENOUGH:
        calls *= 2
    return lambda: seconds_of(function, calls)


def seconds_of(function: Callable[[], Any], calls: int = 1) -> float:
    """Return the mean seconds of a call, without the time that it takes to give the last result's memory back.

    The garbage collector is off meanwhile, as in `timeit`: that favours a side that makes many objects.
    """
    collecting = gc.isenabled()
    gc.disable()
    try:
        return _elapsed(function, calls) / calls
    finally:
        if collecting:
            gc.enable()


def _elapsed(function: Callable[[], Any], calls: int) -> float:
    start = time.perf_counter()
    for _ in range(calls):
        result = function()  # kept, so that it is not taken down before the clock is read
    elapsed = time.perf_counter() - start
    del result
    return elapsed
