"""The notebooks of the course, executed against the clock."""

import tempfile
import time
from pathlib import Path
from typing import NamedTuple

from helpers.course.execution import execute_notebook

ROOT = Path(__file__).parent.parent
PATIENCE = 3  # an execution is stopped only after this many times its limit: "over" should say by how much


class Execution(NamedTuple):
    """Seconds that an execution took, and why it did not reach the end: an empty string if it did."""

    seconds: float
    problem: str
    hung: bool


def blank_notebook(lesson: str) -> Path:
    """Return the notebook that a learner begins with."""
    return ROOT / "notebooks" / f"{lesson}.ipynb"


def solutions() -> list[Path]:
    """Return the executed solutions, in the order of the lessons."""
    return sorted((ROOT / "solutions").glob("*.ipynb"))


def execute_timed(notebook: Path, *, stop_after: float, quick: bool, strict: bool) -> Execution:
    """Execute a notebook in a folder of its own, with training cut short or not, and measure the seconds it takes.

    The time is that of the whole process: the start of the kernel and the imports are part of a learner's wait.
    """
    environment = {
        "COURSE_QUICK": str(int(quick)),
        "COURSE_STRICT": str(int(strict)),
        "COURSE_PROGRESS": "",  # beside the notebook, and so in the temporary folder
        "PYTHONHASHSEED": "0",
    }
    limits = {"cell_timeout": stop_after, "notebook_timeout": stop_after}
    with tempfile.TemporaryDirectory() as folder:
        start = time.perf_counter()
        outcome = execute_notebook(notebook, cwd=Path(folder), environment=environment, **limits)
        return Execution(time.perf_counter() - start, outcome.problem, outcome.hung)
