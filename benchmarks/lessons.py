"""How long a learner waits for the notebooks, and how fast this machine is."""

from collections.abc import Iterator

from benchmarks.figures import show_number, show_seconds
from benchmarks.notebooks import PATIENCE, blank_notebook, execute_timed, solutions
from benchmarks.rows import Row, compare, hold_to_limit
from helpers.measuring.machine import REFERENCE_SECONDS, REFERENCE_SPEED, measure_speed

BLANK = "01_alphabet"
BLANK_LIMIT, SOLUTION_LIMIT = 60.0, 120.0  # seconds


def rows(quick: bool) -> Iterator[Row]:
    """Measure the speed of the machine, a blank notebook cut short and, unless quick, all solutions at full length."""
    speeds = [measure_speed() for _ in range(1 if quick else 3)]
    yield compare(
        "characters a second in training",
        speeds,
        [REFERENCE_SPEED] * len(speeds),
        show_number,
        more_is_better=True,
        peer_name="reference",
    )
    yield time_blank()
    if not quick:
        yield from time_solutions()


def time_blank() -> Row:
    """Execute the blank notebook as `COURSE_QUICK=1` runs it: nothing filled in, training cut short."""
    run = execute_timed(blank_notebook(BLANK), stop_after=PATIENCE * BLANK_LIMIT, quick=True, strict=False)
    return hold_to_limit(f"blank {BLANK}, quick", [run.seconds], BLANK_LIMIT, show_seconds, problem=run.problem)


def time_solutions() -> Iterator[Row]:
    """Execute each solution at full length; if all reached their end, compare their sum with the reference."""
    runs = []
    for path in solutions():
        run = execute_timed(path, stop_after=PATIENCE * SOLUTION_LIMIT, quick=False, strict=True)
        yield hold_to_limit(f"solution {path.stem}", [run.seconds], SOLUTION_LIMIT, show_seconds, problem=run.problem)
        runs.append(run)
    if not any(run.problem for run in runs):
        total = sum(run.seconds for run in runs)
        yield compare("all solutions together", [total], [REFERENCE_SECONDS], show_seconds, peer_name="reference")
