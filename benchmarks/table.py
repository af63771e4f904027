"""The table, printed row by row while the measurements go on. It is Markdown, to be pasted into a text."""

from benchmarks.rows import Row

LEGEND = (
    "All figures are medians. Ratio: how many times better ours is than the peer (shorter, smaller, more a second).\n"
    "Spread: the smallest and the largest ratio of all alternations, and their number; where there is no ratio,\n"
    "the smallest and the largest figure, and their number."
)
_WIDTHS = {"name": 46, "ours": 12, "peer": 20, "ratio": 24, "spread": 0}


def print_head() -> None:
    """Print the names of the columns, and the line below them."""
    _print_cells(list(_WIDTHS))
    print("|" + "|".join("-" * max(width + 2, 8) for width in _WIDTHS.values()) + "|", flush=True)


def print_row(row: Row) -> None:
    """Print one row. A cell wider than its column moves those after it."""
    _print_cells([row.name, row.ours, row.peer, row.ratio, row.spread])


def _print_cells(cells: list[str]) -> None:
    padded = [f"{cell:<{width}}" for cell, width in zip(cells, _WIDTHS.values(), strict=True)]
    print("| " + " | ".join(padded) + " |", flush=True)
