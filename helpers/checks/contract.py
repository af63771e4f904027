"""The contract of every check: `f = check.f(f)` answers with one line and hands back a function to go on with.

The learner's own function comes back where it is right; the course's version where it is blank or wrong, so that no
exercise blocks the next.
"""

import importlib
import inspect
import linecache
import traceback
from collections.abc import Callable
from functools import partial
from types import ModuleType
from typing import Any

from helpers.checks.attempt import Guarded, nothing_global_changes, printing_caught
from helpers.checks.display import Progress, Report, show_printed, show_report
from helpers.checks.expectations import Mistake, describe_type
from helpers.checks.hints import hint
from helpers.checks.time_limit import OutOfTime, allowed_seconds, time_limit
from helpers.course import records
from helpers.course.exercises import blank, open_places, places_to_fill, without_markers
from helpers.course.settings import is_on

_GO_ON = "Going on with the course's version."

_LIMIT = 300  # characters of an error's message: those of the package fit, some of torch's fill a screen

_MISSING = object()


class CheckFailed(AssertionError):
    """Raised by a check that does not pass while `COURSE_STRICT` is set."""


class Checks:
    """The checks of one lesson: `check.NAME(answer)` for each exercise, and `show`, `reset` and `progress`."""

    def __init__(self, lesson: str):
        """Take the file name of a lesson, "01_alphabet"; its answers are the module helpers.answers.alphabet."""
        self.lesson = lesson
        self._checks: dict[str, Callable[[Any], None]] = {}

    def exercise(self, check: Callable[[Any], None]) -> Callable[[Any], None]:
        """Register a check: a function named like the exercise, which takes the answer and raises Mistake."""
        if hasattr(type(self), check.__name__):
            raise ValueError(f"no exercise can be called {check.__name__!r}: the checks need that name themselves")
        self._checks[check.__name__] = check
        return check

    @property
    def exercises(self) -> list[str]:
        """The names of the exercises, in the order of the lesson."""
        return list(self._checks)

    def __getattr__(self, name: str) -> Callable[[Any], Any]:
        if name.startswith("_") or name not in self._checks:
            raise AttributeError(f"there is no exercise {name!r}; this lesson has {', '.join(self._checks)}")
        return partial(self._run, name)

    def __dir__(self) -> list[str]:
        return ["show", "reset", "progress", *self._checks]

    def show(self, exercise: str) -> None:
        """Print the course's answer to one exercise."""
        print(without_markers(self._source(exercise)))

    def reset(self, exercise: str) -> None:
        """Print one exercise as it was when blank, to be copied back into its cell."""
        print(blank(self._source(exercise)))

    def progress(self) -> None:
        """Show the last verdict on each exercise of this lesson; it survives a restart of the kernel."""
        record = records.read(self.lesson)
        verdicts = {name: record.get(name, "not tried yet") for name in self._checks}
        show_report(Progress(self.lesson, verdicts))

    def _run(self, name: str, answer: Any = _MISSING) -> Any:
        course = getattr(self._answers(), name)
        report, printed = self._judge(name, answer, course)
        if report.verdict != "course's version":
            records.store(self.lesson, name, report.verdict)
        show_printed(printed)
        show_report(report)
        if is_on("COURSE_STRICT") and report.verdict != "right":
            raise CheckFailed(repr(report))
        return answer if report.verdict == "right" else course

    def _judge(self, name: str, answer: Any, course: Any) -> tuple[Report, str]:
        if answer is course:
            message = (
                "this is still the course's version: run your cell first "
                "(if you did: does it show an error, or use another name?)."
            )
            return Report(name, "course's version", message), ""
        if problem := _kind_problem(name, answer, course):
            return Report(name, "wrong", _and_go_on(problem)), ""
        if report := self._blank_report(name, answer):
            return report, ""
        mistake, printed = _attempt(self._checks[name], name, answer)
        if mistake:
            return Report(name, "wrong", _and_go_on(mistake)), printed
        return Report(name, "right", "right."), printed

    def _blank_report(self, name: str, answer: Any) -> Report | None:
        blank_source, own_source = blank(self._source(name)), _cell_of(answer)
        places = open_places(own_source, blank_source, name) if own_source else []
        if not places:
            return None
        if places == places_to_fill(blank_source, name):
            return Report(name, "blank", _and_go_on("not filled in yet"))
        missing = " and ".join(f"`{place}`" for place in places)
        return Report(name, "blank", _and_go_on(f"partly filled in: {missing} still to do"))

    def _answers(self) -> ModuleType:
        return importlib.import_module(f"helpers.answers.{self.lesson.split('_', 1)[1]}")

    def _source(self, exercise: str) -> str:
        if exercise not in self._checks:
            raise ValueError(f"there is no exercise {exercise!r}; this lesson has {', '.join(self._checks)}")
        return inspect.getsource(getattr(self._answers(), exercise))


def _and_go_on(problem: str) -> str:
    return f"{problem}{'' if problem.endswith('?') else '.'} {_GO_ON}"


def _kind_problem(name: str, answer: Any, course: Any) -> str:
    wanted = "class" if inspect.isclass(course) else "function"
    if answer is _MISSING:
        return f"hand over your {wanted}: `{name} = check.{name}({name})`"
    if inspect.isclass(course) != inspect.isclass(answer) or not callable(answer):
        given = describe_type(type(answer)) if not inspect.isclass(answer) else "a class"
        return f"`{name}` should be a {wanted}, and is {given}: run the cell that defines it, and hand it over uncalled"
    return ""


def _attempt(check: Callable[[Any], None], name: str, answer: Any) -> tuple[str, str]:
    """Run one check. Returns what is wrong, empty if nothing is, and what the learner's code printed."""
    with printing_caught() as printed, nothing_global_changes():
        try:
            with time_limit(allowed_seconds()) as limit:
                check(Guarded(answer, name))
            mistake = ""
        except Mistake as error:
            mistake = str(error).rstrip(".")
        except OutOfTime:
            mistake = limit.exceeded.rstrip(".")
        except (Exception, SystemExit) as error:
            mistake = _explain(error, name, answer)
    return mistake, printed.getvalue()


def _explain(error: BaseException, name: str, answer: Any) -> str:
    """Say in one line what was raised and where: in the learner's code, in the call, or on what it returned."""
    said = _first_words(f"{type(error).__name__}: {error}").rstrip(".:,; ")
    file = _file_of(answer)
    if isinstance(error, NotImplementedError) and "forward" in said:
        return "there is no `forward` in your class: is it indented as deep as `__init__`?"
    if isinstance(error, TypeError) and "forward() takes 1 positional argument" in said:
        return f"`forward` could not be called ({said}): its first argument is `self`"
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if frame.filename == file]
    if own:
        meaning = f". {known}" if (known := hint(error, in_class=inspect.isclass(answer))) else ""
        return f"your code raised {said}, in line {own[-1].lineno} of the cell: `{own[-1].line}`{meaning}"
    if frames and frames[-1].name == "__call__" and isinstance(error, TypeError):
        constructor = ", and write `__init__` with two underscores on each side" * inspect.isclass(answer)
        return f"`{name}` could not be called ({said}): keep the arguments of the blank cell{constructor}"
    return f"the check could not use what `{name}` returned ({said})"


def _first_words(said: str) -> str:
    """Return the first line of a message; of a long one only its first sentence, and at most _LIMIT characters."""
    line = said.splitlines()[0].removesuffix(" but expected one of:")  # what follows in torch's are all signatures
    if len(line) <= _LIMIT:
        return line
    ends = [line.find(mark) for mark in (". ", "; ") if mark in line]
    sentence = line[: min(ends, default=len(line))]
    if len(sentence) <= _LIMIT:
        return sentence
    return sentence[:_LIMIT].rsplit(" ", 1)[0].rstrip(".:,; ") + " …"


def _cell_of(answer: Any) -> str:
    """Return the source of the cell that defines the answer; empty where it cannot be found."""
    file = _file_of(answer)
    return "".join(linecache.getlines(file)) if file else ""


def _file_of(answer: Any) -> str:
    """Return the file, or the notebook cell's stand-in for one, in which a function or class was defined."""
    if inspect.isclass(answer):
        functions = [value for value in vars(answer).values() if inspect.isfunction(value)]
        answer = functions[0] if functions else None
    code = getattr(inspect.unwrap(answer), "__code__", None) if answer is not None else None
    return code.co_filename if code else ""
