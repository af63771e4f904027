"""What the checks of lesson 04 ask of a loop over batches: that they need be gone through only once."""

from collections.abc import Callable, Sequence
from typing import Any

from helpers.checks.expectations import Mistake


def expect_one_walk(call: Callable[[Any], Any], batches: Sequence) -> None:
    """Call an answer with batches that come one by one, as `get_batches` yields them: they have no length."""
    try:
        call(iter(batches))
    except (TypeError, ZeroDivisionError) as error:
        if isinstance(error, TypeError) and "has no len()" not in str(error):
            return  # an index: works with the lists of the lesson
        raise Mistake(
            f"batches that `get_batches` yields have no length and come only once, and then it fails ({error}): count them in "
            "the loop"
        ) from None
