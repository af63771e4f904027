"""Who has done what: the last verdict on each exercise, kept in a small file beside the notebooks."""

import contextlib
import json
import os
from pathlib import Path

from helpers.ground.files import write_whole

# what a check can say of an exercise, each with its sign
SIGNS = {"right": "✓", "wrong": "✗", "blank": "○", "course's version": "↺", "not tried yet": "·"}


def folder() -> Path:
    """Return where the records lie: `COURSE_PROGRESS` if it is set, else runs/progress beside the notebook."""
    return Path(os.environ.get("COURSE_PROGRESS") or Path("runs") / "progress")


def read(lesson: str, where: Path | None = None) -> dict[str, str]:
    """Return the last verdict on each exercise of a lesson; empty where there is none, or the file is damaged.

    The record is looked for in the folder `where`, if given, else where `store` keeps it.
    """
    try:
        record = json.loads(((where or folder()) / f"{lesson}.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    if not isinstance(record, dict):
        return {}
    return {name: verdict for name, verdict in record.items() if isinstance(verdict, str)}


def store(lesson: str, exercise: str, verdict: str) -> None:
    """Keep a verdict. A disk that refuses is no reason to interrupt the learner: the record is then left as it was."""
    with contextlib.suppress(OSError):
        write_whole(folder() / f"{lesson}.json", json.dumps(read(lesson) | {exercise: verdict}, indent=1) + "\n")
