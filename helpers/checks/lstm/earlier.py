"""Checks of lesson 04: where an answer is wrong because it calls an earlier one that is."""

import contextlib
import inspect
from collections.abc import Callable, Iterator
from types import CodeType
from typing import Any

from helpers.checks.attempt import Guarded
from helpers.checks.expectations import Mistake


@contextlib.contextmanager
def naming_earlier(answer: Guarded, *checks: Callable[[Any], None]) -> Iterator[None]:
    """Run the block; where it finds a mistake, put the earlier exercises that the answer calls through their checks.

    The check hands back the course's version of what is blank or wrong, so this happens only to those who leave out the
    cell of an earlier check.
    """
    try:
        yield
    except Exception:
        for check in checks:
            name = check.__name__
            earlier = _global_of(answer.function, name)
            if earlier is not None and not _is_right(check, earlier):
                raise Mistake(
                    f"it calls your `{name}`, which is blank or wrong (did you run the check of `{name}`?)"
                ) from None
        raise


def _global_of(answer: Any, name: str) -> Any:
    """Return the global that an answer calls by this name; None where it calls no such thing."""
    functions = vars(answer).values() if inspect.isclass(answer) else [answer]
    for function in filter(inspect.isfunction, map(inspect.unwrap, functions)):
        if name in _names_in(function.__code__):
            return function.__globals__.get(name)
    return None


def _names_in(code: CodeType) -> set[str]:
    """Return the globals and attributes that code uses, those of its comprehensions and inner functions included."""
    inner = (constant for constant in code.co_consts if isinstance(constant, CodeType))
    return set(code.co_names).union(*map(_names_in, inner))


def _is_right(check: Callable[[Any], None], earlier: Any) -> bool:
    try:
        check(Guarded(earlier, check.__name__))
    except Exception:
        return False
    return True
