"""How long a learner waits for the answer of a check."""

import contextlib
import importlib
import io
import os
import pkgutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple
from unittest.mock import patch

import helpers.answers
from benchmarks.figures import show_seconds
from benchmarks.rows import Row, hold_to_limit
from benchmarks.timing import seconds_of
from helpers.checks.contract import CheckFailed

LIMIT = 1.0  # seconds


class Timed(NamedTuple):
    """The check of one exercise: seconds of each repetition, and what it said if it did not find the answer right."""

    exercise: str
    seconds: list[float]
    problem: str = ""


def rows(quick: bool) -> Iterator[Row]:
    """Check a right answer to every exercise; show the slowest check, the median over all, and answers not accepted."""
    with (
        tempfile.TemporaryDirectory() as folder,
        patch.dict(os.environ, {"COURSE_PROGRESS": folder, "COURSE_STRICT": "1"}),
    ):
        timed = [one for lesson in lessons() for one in time_checks(lesson, 1 if quick else 7)]
    for one in timed:
        if one.problem:
            yield hold_to_limit(f"check: {one.exercise}", [], LIMIT, show_seconds, problem=one.problem)
    if accepted := [one for one in timed if not one.problem]:
        slowest = max(accepted, key=lambda one: median(one.seconds))
        yield hold_to_limit(f"slowest check: {slowest.exercise}", slowest.seconds, LIMIT, show_seconds)
        medians = [median(one.seconds) for one in accepted]
        yield hold_to_limit(f"check, median over {len(medians)} exercises", medians, LIMIT, show_seconds)


def lessons() -> list[str]:
    """Name the lessons that have exercises, as their modules are named: "alphabet" for lesson 01."""
    return sorted(module.name for module in pkgutil.iter_modules(helpers.answers.__path__))


def time_checks(lesson: str, repetitions: int) -> Iterator[Timed]:
    """Time the check of each exercise of a lesson."""
    check = importlib.import_module(f"helpers.checks.{lesson}").check
    answers = right_answers(lesson)
    for exercise in check.exercises:
        yield time_check(f"{lesson}.{exercise}", getattr(check, exercise), answers[exercise], repetitions)


def time_check(exercise: str, check: Callable[[Any], Any], answer: Any, repetitions: int) -> Timed:
    """Time one check, its display kept quiet. With `COURSE_STRICT` it raises unless it finds the answer right."""
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            return Timed(exercise, [seconds_of(lambda: check(answer)) for _ in range(repetitions)])
    except CheckFailed as failure:
        return Timed(exercise, [], str(failure))


def right_answers(lesson: str) -> dict[str, Any]:
    """Execute the course's answers once more: right, and yet not the objects that a check knows as its own.

    They keep the name of their file, so that a check finds their source there.
    """
    path = Path(importlib.import_module(f"helpers.answers.{lesson}").__file__)
    namespace: dict[str, Any] = {"__name__": f"answers_to_{lesson}"}
    exec(compile(path.read_text(encoding="utf-8"), str(path), "exec"), namespace)
    return namespace
