"""Running code as a notebook cell would: its source can be looked up, as Jupyter makes it."""

import functools
import itertools
import linecache
from typing import Any

from helpers.course.exercises import blank
from tools.lesson import Lesson, all_lessons, read_lesson

_numbers = itertools.count()


def run_cell(source: str, namespace: dict[str, Any] | None = None) -> dict[str, Any]:
    """Execute source under a file name of its own, and return the namespace."""
    name = f"<cell {next(_numbers)}>"
    linecache.cache[name] = (len(source), None, source.splitlines(keepends=True), name)
    namespace = {"__name__": "__main__"} if namespace is None else namespace
    exec(compile(source, name, "exec"), namespace)
    return namespace


@functools.cache
def lessons() -> list[Lesson]:
    """Return all lessons of the course, read once a process: it takes seconds."""
    return [read_lesson(path) for path in all_lessons()]


def namespace_of(lesson: Lesson) -> dict[str, Any]:
    """Return a namespace with the lesson's imports and all its exercises solved, from the lesson's own source."""
    namespace = run_cell("\n".join(lesson.imports()))
    for cell in lesson.exercises:
        run_cell(cell.source, namespace)
    return namespace


def blank_answer(lesson: Lesson, exercise: str) -> Any:
    """Return the exercise as the learner finds it."""
    source = next(cell.source for cell in lesson.exercises if cell.exercise == exercise)
    return run_cell(blank(source), namespace_of(lesson))[exercise]
