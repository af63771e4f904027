"""The file of results: a marked section for each command whose table it keeps. What is written by hand stays."""

from pathlib import Path

from helpers.ground.files import write_whole

FILE = Path(__file__).parent / "results.md"


def keep(command: str, text: str, path: Path | None = None) -> None:
    """Write a text into the section of a command, in place of what stands there; a new section goes to the end.

    Raises ValueError, and leaves the file alone, if the marks of the section are not whole.
    """
    begin, end = f"<!-- written by `{command} --write`: begin -->", f"<!-- written by `{command} --write`: end -->"
    section = f"{begin}\n\n{text.strip()}\n\n{end}"
    path = path or FILE
    old = path.read_text(encoding="utf-8")
    if (old.count(begin), old.count(end)) == (0, 0):
        write_whole(path, f"{old.rstrip()}\n\n## `{command}`\n\n{section}\n")
        return
    before, _, rest = old.partition(begin)
    _, found, after = rest.partition(end)
    if not found or old.count(begin) > 1 or old.count(end) > 1:
        raise ValueError(f"{path} must hold once each, in this order: {begin} and {end}")
    write_whole(path, before + section + after)
