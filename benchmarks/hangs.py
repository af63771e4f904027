"""How often the execution of a notebook hangs: the first half of a lesson, many times."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import nbformat

from benchmarks.figures import show_count, show_seconds
from benchmarks.notebooks import ROOT, Execution, execute_timed
from benchmarks.rows import Row, hold_to_limit

LESSON = "01_alphabet"
LAST_CELL = "optimizer = torch.optim.Adam(model.parameters()"  # stands in the cell that trains the alphabet
TIME_LIMIT = 120.0  # seconds after which a run counts as hung
RUNS, QUICK_RUNS = 30, 3


def rows(quick: bool) -> Iterator[Row]:
    """Count the runs that hung (stopped, or a dead kernel) and those that failed; show the seconds of the others."""
    with tempfile.TemporaryDirectory() as folder:
        notebook = write_first_half(ROOT / "solutions" / f"{LESSON}.ipynb", Path(folder))
        runs = [run_once(notebook) for _ in range(QUICK_RUNS if quick else RUNS)]
    hung = [run for run in runs if run.hung]
    failed = [run for run in runs if run.problem and not run.hung]
    yield count_row("hung", hung, len(runs))
    yield count_row("failed", failed, len(runs))
    ended = [run.seconds for run in runs if not run.problem]
    yield hold_to_limit(f"seconds of a run of {LESSON}, first half", ended, TIME_LIMIT, show_seconds)


def write_first_half(solution: Path, folder: Path) -> Path:
    """Write a notebook of all cells up to the one that trains, and that one. Raises ValueError if there is none."""
    notebook = nbformat.read(solution, as_version=4)
    ends = [number for number, cell in enumerate(notebook.cells, 1) if LAST_CELL in cell.source]
    if not ends:
        raise ValueError(
            f"no cell of {solution.name} contains {LAST_CELL!r}: say in LAST_CELL where its first half ends"
        )
    notebook.cells = notebook.cells[: ends[0]]
    path = folder / solution.name
    nbformat.write(notebook, path)
    return path


def run_once(notebook: Path) -> Execution:
    """Execute the notebook at full length in a process of its own."""
    return execute_timed(notebook, stop_after=TIME_LIMIT, quick=False, strict=True)


def count_row(what: str, runs: list[Execution], total: int) -> Row:
    """Hold the number of such runs to none; the problem is that of the first."""
    problem = runs[0].problem if runs else ""
    return hold_to_limit(f"{what}, of {total} runs", [len(runs)], 0, show_count, problem=problem)
