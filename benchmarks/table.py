"""The table as lines of Markdown, to be printed one by one while the measurements go on, or kept in a file."""

from collections.abc import Iterable

from benchmarks.rows import Row

_LEGEND = """\
All figures are medians. Ratio: how many times better ours is than the peer (shorter, smaller, more a second); below
1×, the peer is better. Spread: the smallest and the largest ratio of all alternations, and their number; where there
is no ratio, the smallest and the largest figure, and their number."""
_WIDTHS = {"name": 46, "ours": 12, "peer": 20, "ratio": 24, "spread": 0}


def head() -> str:
    """Return the names of the columns, and the line below them."""
    return _line(list(_WIDTHS)) + "\n|" + "|".join("-" * max(width + 2, 8) for width in _WIDTHS.values()) + "|"


def line(row: Row) -> str:
    """Return one row. A cell wider than its column moves those after it."""
    return _line([row.name, row.ours, row.peer, row.ratio, row.spread])


def closing(rows: Iterable[Row], seconds: float) -> str:
    """Return what stands below the table: how to read it, how long it took, and what was wrong."""
    problems = [f"- {row.name}: {row.problem}" for row in rows if row.problem]
    return "\n".join(["", f"{_LEGEND} The table took {seconds:.0f} s.", *([""] if problems else []), *problems])


def _line(cells: list[str]) -> str:
    padded = [f"{cell:<{width}}" for cell, width in zip(cells, _WIDTHS.values(), strict=True)]
    return "| " + " | ".join(padded) + " |"
