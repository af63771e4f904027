"""What the checks of `encode` and `decode` ask where a character or a number is unknown: an error."""

from collections.abc import Callable
from typing import Any

from helpers.checks.expectations import Mistake, show


def expect_error(call: Callable[[], Any], what: str) -> None:
    """Hold the call to an error of whatever kind, but for a mistake that the check itself has found."""
    try:
        unknown = call()
    except Mistake:
        raise
    except Exception:
        return
    raise Mistake(f"{what} becomes {show(unknown)} in silence: let it be an error")
