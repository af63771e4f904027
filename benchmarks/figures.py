"""Figures as a reader wants them: three digits that count, and a unit that fits."""

import math


def show_seconds(value: float) -> str:
    """Write seconds as s, ms or µs."""
    for unit, size in (("s", 1.0), ("ms", 1e-3)):
        if value >= size:
            return f"{show_number(value / size)} {unit}"
    return f"{show_number(value / 1e-6)} µs"


def show_bytes(value: float) -> str:
    """Write bytes as MB or kB (of 1000), or as they are."""
    for unit, size in (("MB", 1e6), ("kB", 1e3)):
        if value >= size:
            return f"{show_number(value / size)} {unit}"
    return f"{show_number(value)} B"


def show_rate(value: float) -> str:
    """Write operations a second, in thousands of millions."""
    return f"{show_number(value / 1e9)} GFLOP/s"


def show_ratio(value: float) -> str:
    """Write how many times."""
    return f"{show_number(value)}×"


def show_count(value: float) -> str:
    """Write how many: all digits, with commas between thousands."""
    return f"{value:,.0f}"


def show_number(value: float) -> str:
    """Write a number with three digits that count, and commas between thousands."""
    if value == 0 or not math.isfinite(value):
        return f"{value:g}"
    places = 2 - math.floor(math.log10(abs(value)))
    return f"{round(value, places):,.{max(places, 0)}f}"
