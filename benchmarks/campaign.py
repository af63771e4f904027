"""Training runs killed at random moments: is any checkpoint lost, and do they end as if nothing had happened?"""

import random
import signal
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import cycle
from pathlib import Path

from benchmarks.figures import show_count
from benchmarks.rows import Row, hold_to_limit
from helpers.checkpoints import read_checkpoint

TIME_LIMIT = 120.0  # seconds after which a run that nobody killed counts as hung

End = Callable[[float], tuple[int, str]]
"""Waits so many seconds, kills what has not ended by then, and returns the exit code and what was said to be wrong."""

Start = Callable[[Path, str], End]
"""Starts a run of some kind in a folder, or goes on with the one there; returns when it is about to train."""


@dataclass
class Outcome:
    """What was counted; `lost` and `different` say in one line each what went wrong."""

    kills: int = 0
    runs: int = 0
    resumed: int = 0
    amid_a_write: int = 0
    lost: list[str] = field(default_factory=list)
    different: list[str] = field(default_factory=list)


def show(outcome: Outcome, what: str = "") -> Iterator[Row]:
    """Show a campaign in two rows; `what` is said of the runs."""
    name = f"checkpoints lost by {outcome.kills} kills ({outcome.amid_a_write} amid a write){what}"
    yield _row(name, outcome.lost)
    yield _row(f"ended otherwise, of {outcome.runs} runs resumed {outcome.resumed} times{what}", outcome.different)


def _row(name: str, problems: list[str]) -> Row:
    return hold_to_limit(name, [len(problems)], 0, show_count, problem=problems[0] if problems else "")


def run_campaign(start: Start, kinds: Sequence[str], kills: int, *, seed: int) -> Outcome:
    """Train run after run, each killed and resumed until it ends by itself, until there were this many kills.

    Args:
        start: how a run is started.
        kinds: of runs, taken in turn.
        kills: how many there shall be, at the least: the last run is gone on with to its end.
        seed: of the moments at which runs are killed.
    """
    chance, outcome = random.Random(seed), Outcome()

    def moments(seconds: float) -> Iterator[float]:
        while True:
            yield chance.uniform(0, seconds) if outcome.kills < kills else TIME_LIMIT

    with tempfile.TemporaryDirectory() as folder:
        uninterrupted = {kind: _train_whole(start, Path(folder) / kind, kind) for kind in kinds}
        for kind in cycle(kinds):
            if outcome.kills >= kills:
                return outcome
            outcome.runs += 1
            run = Path(folder) / f"run {outcome.runs}"
            _train_killed(start, run, kind, moments(uninterrupted[kind]), outcome)
            _compare(Path(folder) / kind, run, outcome)


def _train_whole(start: Start, folder: Path, kind: str) -> float:
    """Train without a stop, and return the seconds from the first step to the end."""
    end, began = start(folder, kind), time.perf_counter()
    code, complaint = end(TIME_LIMIT)
    if code != 0:
        raise RuntimeError(f"the uninterrupted run on {kind} ended with exit code {code}: {complaint}")
    return time.perf_counter() - began


def _train_killed(start: Start, folder: Path, kind: str, moments: Iterator[float], outcome: Outcome) -> None:
    """Start a run again and again, each time killed at the next moment, until it ends by itself."""
    step = 0
    for moment in moments:
        code, complaint = start(folder, kind)(moment)
        if code != -signal.SIGKILL:
            if code:
                outcome.lost.append(f"{folder.name} could not go on from step {step}: {complaint}")
            return
        outcome.kills += 1
        outcome.amid_a_write += any(folder.glob(".*.safetensors.*"))
        step = _look(folder, step, outcome)
        outcome.resumed += 1


def _look(folder: Path, step: int, outcome: Outcome) -> int:
    """Read every checkpoint that a killed run has left; return the step of its last, which never goes back."""
    try:
        notes = {path.stem: read_checkpoint(path).notes for path in folder.glob("*.safetensors")}
        found = notes["last"]["step"] if step or "last" in notes else 0
    except (KeyError, ValueError) as error:
        outcome.lost.append(f"{folder.name} after step {step}: {error!r}")
        return step
    if found < step:
        outcome.lost.append(f"{folder.name}: the last checkpoint went back from step {step} to {found}")
    return found


def _compare(whole: Path, killed: Path, outcome: Outcome) -> None:
    """Compare all checkpoints byte by byte: weights, optimizer, random states, history."""
    expected, found = ({path.name: path.read_bytes() for path in folder.iterdir()} for folder in (whole, killed))
    if expected != found:
        names = sorted(name for name in expected | found if expected.get(name) != found.get(name))
        outcome.different.append(f"{killed.name}: {', '.join(names)}")
