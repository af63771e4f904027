"""Classes of the checks that stand in for one of the course: errors call them by a name that a learner knows."""

from collections.abc import Callable


def called(name: str) -> Callable[[type], type]:
    """Return a decorator that has Python and torch call a class by this name in their errors."""

    def rename(stand_in: type) -> type:
        stand_in.__name__ = stand_in.__qualname__ = name
        return stand_in

    return rename
