"""`python -m helpers.progress FILES`: who has done what, for an instructor.

Each notebook is executed on a copy, in a process of its own with a time limit, training cut short. It is other
people's code: run it where that is safe.
"""

import argparse
import csv
import io
import json
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

from helpers.course import records
from helpers.course.console import INTERRUPTED
from helpers.course.execution import execute_notebook
from helpers.ground.files import write_whole


class Row(NamedTuple):
    """What one notebook has shown: the verdict on each of its exercises, and a remark if it did not run to its end."""

    file: str
    verdicts: dict[str, str]  # "not reached" where the notebook ended before the check
    remark: str

    @property
    def right(self) -> int:
        return sum(verdict == "right" for verdict in self.verdicts.values())


def examine(notebook: Path, seconds: float) -> Row:
    """Execute one notebook in an empty folder and collect the verdicts of its checks."""
    if not notebook.is_file():
        return Row(str(notebook), {}, "no such file")
    with tempfile.TemporaryDirectory() as folder:
        kept = Path(folder) / "progress"
        environment = {"COURSE_QUICK": "1", "COURSE_STRICT": "0", "COURSE_PROGRESS": str(kept)}
        outcome = execute_notebook(
            notebook.absolute(),
            cwd=Path(folder),
            cell_timeout=seconds,
            notebook_timeout=seconds,
            allow_errors=True,
            environment=environment,
        )
        verdicts = dict.fromkeys(_exercises(notebook), "not reached")
        for lesson in sorted(kept.glob("*.json")):
            verdicts |= records.read(lesson.stem, kept)
    remark = outcome.problem or ("" if verdicts else "no exercise was checked")
    return Row(str(notebook), verdicts, remark)


def _exercises(notebook: Path) -> list[str]:
    """Return the names of the exercises in a notebook, none if it cannot be read."""
    try:
        cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
        return [cell["metadata"]["exercise"] for cell in cells if "exercise" in cell["metadata"]]
    except (ValueError, KeyError, TypeError):
        return []


def table(rows: list[Row]) -> str:
    """Return the rows as lines of text: a sign for each exercise, in the order in which the notebook checks them."""
    width = max(len(row.file) for row in rows)
    lines = []
    for row in rows:
        signs = " ".join(f"{records.SIGNS.get(verdict, '·')}{exercise}" for exercise, verdict in row.verdicts.items())
        remark = f"  [{row.remark}]" if row.remark else ""
        lines.append(f"{row.file:<{width}}  {row.right:>2}/{len(row.verdicts):<2}  {signs}{remark}")
    return "\n".join([*lines, "✓ right   ✗ wrong   ○ blank   · not reached"])


def csv_text(rows: list[Row]) -> str:
    """Return the rows as CSV: file, right, of how many, remark, and a column for each exercise."""
    exercises = list(dict.fromkeys(exercise for row in rows for exercise in row.verdicts))
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["file", "right", "of", "remark", *exercises])
    for row in rows:
        verdicts = [row.verdicts.get(exercise, "") for exercise in exercises]
        writer.writerow([row.file, row.right, len(row.verdicts), row.remark, *verdicts])
    return out.getvalue()


def main(arguments: list[str] | None = None) -> int:
    """Examine the notebooks and print the table, of those examined until then where it is stopped."""
    parser = argparse.ArgumentParser(
        prog="python -m helpers.progress",
        description="Execute notebooks that were handed in, and print who has solved what.",
        epilog="exit codes: 0 done, 1 a notebook did not end, 2 bad usage or no CSV, 130 stopped\n"
        "example: python -m helpers.progress handed_in/*.ipynb --csv progress.csv",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("files", nargs="+", type=Path, help="notebooks, or patterns that name them")
    parser.add_argument("--seconds", type=float, default=300, help="time limit for each notebook (default: 300)")
    parser.add_argument("--csv", type=Path, help="write the table to this file, too")
    options = parser.parse_args(arguments)
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="replace")  # a console that lacks a sign must not cost the table
    rows, stopped = [], False
    try:
        for file in _expand(options.files):
            print(f"running {file} …", file=sys.stderr)
            rows.append(examine(file, options.seconds))
    except KeyboardInterrupt:
        stopped = True
        print("stopped", file=sys.stderr)
        if not rows:
            return INTERRUPTED
    print(table(rows))
    if options.csv:
        try:
            write_whole(options.csv, csv_text(rows))
        except OSError as error:
            print(f"could not write {options.csv}: {error.strerror}", file=sys.stderr)
            return 2
    return INTERRUPTED if stopped else int(any(row.remark for row in rows))


def _expand(files: list[Path]) -> list[Path]:
    """Replace patterns by the files they stand for, as Windows' own shell does not; one that fits none stays."""
    return [
        path for file in files for path in (sorted(file.parent.glob(file.name)) if "*" in file.name else []) or [file]
    ]
