"""The rows of the table: two sides compared, or one figure held against a limit."""

import math
import re
import traceback
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median
from typing import NamedTuple

from benchmarks.figures import show_ratio


class Row(NamedTuple):
    """One line of the table. `problem` says in one line why there is no valid figure."""

    name: str
    ours: str
    peer: str
    ratio: str
    spread: str
    good: bool = True
    problem: str = ""


def compare(
    name: str,
    ours: Sequence[float],
    peer: Sequence[float],
    show: Callable[[float], str],
    *,
    target: float | None = None,
    more_is_better: bool = False,
    peer_name: str = "",
) -> Row:
    """Compare two sides that were measured alternately.

    Args:
        name: of the row.
        ours: one figure for each alternation.
        peer: the figures measured beside them.
        show: writes such a figure with its unit.
        target: how many times better ours must be, if there is such a promise.
        more_is_better: true of a speed; false of seconds and bytes.
        peer_name: written before the peer's figure.
    """
    pairs = list(zip(ours, peer, strict=True))
    ratios = [_divide(own, other) if more_is_better else _divide(other, own) for own, other in pairs]
    ratio = median(ratios)
    good = target is None or ratio >= target
    promise = "" if target is None else f", {'ok' if good else 'under'} (≥ {_plain(show_ratio(target))})"
    theirs = f"{peer_name} {show(median(peer))}".strip()
    return Row(name, show(median(ours)), theirs, show_ratio(ratio) + promise, show_spread(ratios, show_ratio), good)


def hold_to_limit(
    name: str, figures: Sequence[float], limit: float, show: Callable[[float], str], *, problem: str = ""
) -> Row:
    """Hold the median of some figures to a limit that it may reach but not pass. With a problem, the row has failed."""
    ours, spread = (show(median(figures)), show_spread(figures, show)) if figures else ("none", "(0)")
    good = bool(figures) and median(figures) <= limit and not problem
    verdict = "failed" if problem or not figures else "ok" if good else "over"
    return Row(name, ours, f"limit {_plain(show(limit))}", verdict, spread, good, problem)


def failed(name: str, error: Exception) -> Row:
    """Return the row of a benchmark that raised: what, in one line, and where."""
    frame = traceback.extract_tb(error.__traceback__)[-1]
    message = " ".join(f"{type(error).__name__}: {error}".split())
    problem = f"{message} ({Path(frame.filename).name}, line {frame.lineno})"
    return Row(name, "none", "", "failed", "", good=False, problem=problem)


def show_spread(figures: Sequence[float], show: Callable[[float], str]) -> str:
    """Write the smallest and the largest of some figures, and how many there are."""
    low, high = show(min(figures)), show(max(figures))
    return f"{low if low == high else f'{low} – {high}'} ({len(figures)})"


def _plain(figure: str) -> str:
    """Write a number that was chosen, not measured, without zeros after the point."""
    return re.sub(r"\.0+(?!\d)", "", figure)


def _divide(dividend: float, divisor: float) -> float:
    return dividend / divisor if divisor else math.inf
