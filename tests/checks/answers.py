"""Where the answers of one lesson are collected."""

import importlib
import pkgutil
from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import Any


class Answers:
    """Right and wrong answers to the exercises of one lesson, by exercise."""

    def __init__(self):
        self.wrong: dict[str, list[tuple[Any, str]]] = defaultdict(list)
        self.right: dict[str, list[Any]] = defaultdict(list)

    def is_wrong(self, line: str) -> Callable[[Any], Any]:
        """Note a wrong answer, named like its exercise, and a part of the line that it must draw."""

        def note(answer: Any) -> Any:
            self.wrong[answer.__name__].append((answer, line))
            return answer

        return note

    def is_right(self, answer: Any) -> Any:
        """Note a right answer, named like its exercise and written differently from the course's."""
        self.right[answer.__name__].append(answer)
        return answer

    def add_wrong(self, exercise: str, line: str, answer: Any) -> None:
        """Name a function like its exercise, and note it as a wrong answer."""
        answer.__name__ = exercise
        self.is_wrong(line)(answer)

    def add_right(self, exercise: str, answer: Any) -> None:
        """Name a function like its exercise, and note it as a right answer."""
        answer.__name__ = exercise
        self.is_right(answer)

    def include(self, other: "Answers") -> None:
        """Take in the answers of another exercise."""
        for mine, theirs in ((self.wrong, other.wrong), (self.right, other.right)):
            for exercise, answers in theirs.items():
                mine[exercise].extend(answers)


def collect(folder: Iterable[str], package: str) -> Answers:
    """Return what the modules of a lesson's folder hold in their ANSWERS."""
    together = Answers()
    for module in pkgutil.iter_modules(folder):
        together.include(importlib.import_module(f"{package}.{module.name}").ANSWERS)
    return together
