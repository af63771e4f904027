"""The table of all corpora: what they are, how large, and whether they are on this disk."""

from pathlib import Path

from helpers.corpora import made
from helpers.corpora.folder import data_folder, find_pinned, find_published
from helpers.corpora.registry import REGISTRY, Made, Pinned, Published


def table() -> str:
    """Return a line for each corpus under a line of headings, and below where texts are kept."""
    rows = [("name", "size", "symbols", "language", "licence", "where"), *map(_row, REGISTRY.values())]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    return "\n".join([*lines, "", f"Downloads are kept in {data_folder()} (set COURSE_DATA to change that)."])


def where(entry: Made) -> Path | None:
    """Return the file or folder that holds a text of the network, None if it is not on this disk."""
    if isinstance(entry, Pinned):
        return find_pinned(entry)
    return find_published(entry) if isinstance(entry, Published) else None


def _row(entry: Made) -> tuple[str, ...]:
    size, symbols = _measured(entry)
    if isinstance(entry, Pinned | Published):
        place = "on this disk" if where(entry) else "not here yet: fetch it"
    else:
        place = "made by code" if entry.name != "python-docs" else "comes with Python"
    return entry.name, size, str(symbols or "?"), entry.language, entry.licence, place


def _measured(entry: Made) -> tuple[str, int | None]:
    """Return size and number of symbols, counted where that takes no download and no long calculation."""
    if isinstance(entry, Pinned):
        return f"{entry.bytes:,} bytes", entry.symbols
    if isinstance(entry, Published):
        return f"{entry.bytes / 1e6:.1f} MB", entry.symbols
    if entry.name == "tales":
        return "any, 1,000,000 characters at first", entry.symbols
    try:
        text = made.alphabet().text if entry.name == "alphabet" else made.python_docs().text
    except FileNotFoundError:
        return "not installed", None
    return f"{len(text):,} characters", len(set(text))
