"""`python -m tests.checks.on_a_busy_machine`: the tests of the checks while other programs keep every core busy.

Then 500 right answers are handed in, and none may be refused. Prints both counts; exit code 1 where something failed.
"""

import contextlib
import importlib
import io
import itertools
import multiprocessing
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator

from tests.cells import lessons
from tools.lesson import ROOT

ANSWERS = 500


def main() -> int:
    """Keep the cores busy, run the tests of the checks, and hand in right answers."""
    with busy_cores():
        command = [sys.executable, "-m", "pytest", "-q", "-n", str(os.cpu_count() or 1), "tests/checks"]
        code = subprocess.run(command, cwd=ROOT, check=False).returncode
        refused = hand_in(ANSWERS)
    print(f"{ANSWERS} right answers handed in beside busy cores, {len(refused)} refused")
    print("\n".join(refused))
    return int(bool(code or refused))


@contextlib.contextmanager
def busy_cores() -> Iterator[None]:
    """Start a process for each core that does nothing but compute."""
    context = multiprocessing.get_context("spawn")
    burners = [context.Process(target=compute, daemon=True) for _ in range(os.cpu_count() or 1)]
    for burner in burners:
        burner.start()
    try:
        yield
    finally:
        for burner in burners:
            burner.kill()


def compute() -> None:
    """Never end."""
    while True:
        pass


def hand_in(count: int) -> list[str]:
    """Hand in so many right answers, of all exercises in turn; return what was said to those that were refused."""
    modules = [lesson.module for lesson in lessons()]
    known = [
        (importlib.import_module(f"helpers.checks.{module}").check, exercise, answer)
        for module in modules
        for exercise, answers in importlib.import_module(f"tests.checks.{module}").ANSWERS.right.items()
        for answer in answers
    ]
    refused = []
    with tempfile.TemporaryDirectory() as folder:
        os.environ["COURSE_PROGRESS"] = folder
        for check, exercise, answer in itertools.islice(itertools.cycle(known), count):
            with contextlib.redirect_stdout(io.StringIO()) as said:
                if getattr(check, exercise)(answer) is not answer:
                    refused.append(said.getvalue())
    return refused


if __name__ == "__main__":
    sys.exit(main())
