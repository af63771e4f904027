"""Switches that shorten or change a run: from the environment, or from what the learner chose in lesson 00."""

import functools
import json
import os
from pathlib import Path

from helpers.ground.files import write_whole

_CHOICE = Path("runs") / "settings.json"


def is_on(variable: str) -> bool:
    """Tell whether an environment variable is set to something other than empty or 0."""
    return os.environ.get(variable, "") not in ("", "0")


def quick() -> bool:
    """Tell whether training is cut short: `COURSE_QUICK` if it is set, else the choice kept by `set_quick`."""
    if "COURSE_QUICK" in os.environ:
        return is_on("COURSE_QUICK")
    try:
        return bool(json.loads(_CHOICE.read_text(encoding="utf-8"))["quick"])
    except (OSError, ValueError, KeyError, TypeError):
        return False


def set_quick(on: bool) -> None:
    """Keep the choice between full and shortened training for all notebooks in this folder."""
    write_whole(_CHOICE, json.dumps({"quick": bool(on)}))
    print("Training is cut short from now on." if on else "Training runs at its full length from now on.")


def full_or_quick(full: int, short: int) -> int:
    """Return `full`, or `short` where training is cut short: for a slow machine, and for the tests. Says so once."""
    if not quick():
        return full
    _say_once("Training is cut short (by `set_quick` or COURSE_QUICK): comparisons below will not hold.")
    return short


@functools.cache
def _say_once(text: str) -> None:
    print(text)
