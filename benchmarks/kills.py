"""Training runs killed at random moments: is any checkpoint lost, and do they end as if nothing had happened?"""

import multiprocessing
import random
import signal
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import cycle
from pathlib import Path

from benchmarks.figures import show_count
from benchmarks.rows import Row, hold_to_limit
from benchmarks.small_run import KINDS, train
from helpers.checkpoints import read_checkpoint

KILLS, QUICK_KILLS = 50, 6
TIME_LIMIT = 120.0  # seconds after which a run that nobody killed counts as hung


@dataclass
class Outcome:
    """What was counted. `problems` says in one line each what went wrong."""

    kills: int = 0
    runs: int = 0
    resumed: int = 0
    amid_a_write: int = 0
    lost: list[str] = field(default_factory=list)
    different: list[str] = field(default_factory=list)


def rows(quick: bool) -> Iterator[Row]:
    """Kill and resume runs, and show how many checkpoints were lost and how many runs ended differently."""
    wanted = QUICK_KILLS if quick else KILLS
    yield from show(run_campaign(wanted, seed=0))


def show(outcome: Outcome, what: str = "") -> Iterator[Row]:
    """Show a campaign in two rows; `what` is said of the runs."""
    name = f"checkpoints lost by {outcome.kills} kills ({outcome.amid_a_write} amid a write){what}"
    yield _row(name, outcome.lost)
    yield _row(f"ended otherwise, of {outcome.runs} runs resumed {outcome.resumed} times{what}", outcome.different)


def _row(name: str, problems: list[str]) -> Row:
    return hold_to_limit(name, [len(problems)], 0, show_count, problem=problems[0] if problems else "")


def run_campaign(kills: int, *, seed: int) -> Outcome:
    """Train run after run, each killed and resumed until it ends by itself, until there were this many kills."""
    moments, outcome = random.Random(seed), Outcome()
    with tempfile.TemporaryDirectory() as folder:
        uninterrupted = {kind: _train_whole(Path(folder) / kind, kind) for kind in KINDS}
        for kind in cycle(KINDS):
            if outcome.kills >= kills:
                return outcome
            outcome.runs += 1
            run = Path(folder) / f"run {outcome.runs}"
            _train_killed(run, kind, kills, uninterrupted[kind], moments, outcome)
            compare(Path(folder) / kind, run, outcome)


def _train_whole(folder: Path, kind: str) -> float:
    """Train without a stop, and return the seconds that training took."""
    process = _start(folder, kind)
    start = time.perf_counter()
    process.join(TIME_LIMIT)
    if process.exitcode != 0:
        process.kill()
        raise RuntimeError(f"the uninterrupted run on {kind} ended with exit code {process.exitcode}")
    return time.perf_counter() - start


def _train_killed(folder: Path, kind: str, kills: int, seconds: float, moments: random.Random, outcome: Outcome):
    """Start a run again and again, each time killed at a random moment, until it ends or there were enough kills."""
    step = 0
    while True:
        process = _start(folder, kind)
        process.join(moments.uniform(0, seconds) if outcome.kills < kills else TIME_LIMIT)
        process.kill()
        process.join()
        if process.exitcode != -signal.SIGKILL:
            if process.exitcode:
                outcome.lost.append(f"{folder.name} could not go on from step {step}: exit code {process.exitcode}")
            return
        outcome.kills += 1
        outcome.amid_a_write += any(folder.glob(".*.safetensors.*"))
        step = look(folder, step, outcome)
        outcome.resumed += 1


def _start(folder: Path, kind: str) -> multiprocessing.Process:
    """Start a run in a process of its own, and wait until it is about to train."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["torch._dynamo", "helpers.training"])  # what takes seconds to import, once
    here, there = context.Pipe(duplex=False)
    process = context.Process(target=train, args=(str(folder), kind, there), daemon=True)
    process.start()
    here.poll(TIME_LIMIT)
    return process


def look(folder: Path, step: int, outcome: Outcome) -> int:
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


def compare(whole: Path, killed: Path, outcome: Outcome) -> None:
    """Compare all checkpoints byte by byte: weights, optimizer, random states, history."""
    expected, found = ({path.name: path.read_bytes() for path in folder.iterdir()} for folder in (whole, killed))
    if expected != found:
        names = sorted(name for name in expected | found if expected.get(name) != found.get(name))
        outcome.different.append(f"{killed.name}: {', '.join(names)}")
