"""Runs that are killed at random moments and gone on with until they end by themselves: what is lost, what differs?"""

import random
import signal
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import cycle
from pathlib import Path
from typing import NamedTuple

from benchmarks.figures import show_count
from benchmarks.rows import Row, hold_to_limit
from helpers.ground.checkpoints import read_checkpoint

TIME_LIMIT = 120.0  # seconds after which a run that nobody meant to kill counts as hung


class Ending(NamedTuple):
    """How a process ended: its exit code (minus the signal that killed it), after how many seconds, its last words."""

    exit_code: int
    seconds: float
    said: str = ""

    def __str__(self) -> str:
        return " ".join(f"exit code {self.exit_code} after {self.seconds:.1f} s {self.said}".split())


@dataclass
class Outcome:
    """What was counted. `lost` and `different` say in one line each what went wrong."""

    kills: int = 0
    runs: int = 0
    resumed: int = 0
    amid_a_write: int = 0
    lost: list[str] = field(default_factory=list)
    different: list[str] = field(default_factory=list)


class Campaign:
    """Trains run after run until there were so many kills, at moments drawn evenly from the time that a run takes.

    Args:
        train_for: starts the run of a folder and a kind in a process of its own, or goes on with it, lets it train for
            so many seconds, kills it if it has not ended by then, and returns how it ended.
        kills: how many of them.
        seed: of the moments.
    """

    def __init__(self, train_for: Callable[[Path, str, float], Ending], kills: int, *, seed: int):
        self.train_for, self.kills = train_for, kills
        self.moments, self.outcome = random.Random(seed), Outcome()

    def run(self, folder: Path, kinds: Sequence[str]) -> Outcome:
        """Train each kind without a stop, then the kinds in turn, killed. Raises RuntimeError if the former fails."""
        uninterrupted = {kind: self._train_whole(folder / kind, kind) for kind in kinds}
        for kind in cycle(kinds):
            if self.outcome.kills >= self.kills:
                break
            self.outcome.runs += 1
            run = folder / f"run {self.outcome.runs}"
            self._train_killed(run, kind, uninterrupted[kind])
            self._compare(folder / kind, run)
        return self.outcome

    def _train_whole(self, folder: Path, kind: str) -> float:
        """Train without a stop, and return the seconds that training took."""
        ending = self.train_for(folder, kind, TIME_LIMIT)
        if ending.exit_code:
            raise RuntimeError(f"the uninterrupted run on {kind}: {ending}")
        return ending.seconds

    def _train_killed(self, folder: Path, kind: str, seconds: float) -> None:
        """Start a run again and again, killed at random moments, until it ends by itself or there were enough kills."""
        step = 0
        while True:
            before, spared = _half_written(folder), self.outcome.kills >= self.kills
            ending = self.train_for(folder, kind, TIME_LIMIT if spared else self.moments.uniform(0, seconds))
            if spared or ending.exit_code != -signal.SIGKILL:
                break
            self.outcome.kills += 1
            self.outcome.resumed += 1
            self.outcome.amid_a_write += bool(_half_written(folder) - before)
            step = self._look(folder, step)
        if ending.exit_code:
            self.outcome.lost.append(f"{folder.name} could not go on from step {step}: {ending}")

    def _look(self, folder: Path, step: int) -> int:
        """Read every checkpoint that a killed run has left; return the step of its last, which never goes back."""
        try:
            notes = {path.stem: read_checkpoint(path).notes for path in folder.glob("*.safetensors")}
            found = notes["last"]["step"] if step or "last" in notes else 0
        except (KeyError, ValueError) as error:
            self.outcome.lost.append(f"{folder.name} after step {step}: {error!r}")
            return step
        if found < step:
            self.outcome.lost.append(f"{folder.name}: the last checkpoint went back from step {step} to {found}")
        return found

    def _compare(self, whole: Path, killed: Path) -> None:
        """Compare all files byte by byte: weights, optimizer, random states, history."""
        expected, found = ({path.name: path.read_bytes() for path in folder.iterdir()} for folder in (whole, killed))
        if expected != found:
            names = sorted(name for name in expected | found if expected.get(name) != found.get(name))
            self.outcome.different.append(f"{killed.name}: {', '.join(names)}")


def show(outcome: Outcome, what: str = "") -> Iterator[Row]:
    """Show a campaign in two rows; `what` is said of the runs."""
    name = f"checkpoints lost by {outcome.kills} kills ({outcome.amid_a_write} amid a write){what}"
    yield _row(name, outcome.lost)
    yield _row(f"ended otherwise, of {outcome.runs} runs resumed {outcome.resumed} times{what}", outcome.different)


def _row(name: str, problems: list[str]) -> Row:
    return hold_to_limit(name, [len(problems)], 0, show_count, problem=problems[0] if problems else "")


def _half_written(folder: Path) -> set[str]:
    """Return the files of checkpoints that were being written: a run that goes on soon removes them, not at once."""
    return {path.name for path in folder.glob(".*.safetensors.*")}
