"""Training runs killed at random moments: is any checkpoint lost, and do they end as if nothing had happened?"""

import multiprocessing
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks.kill_campaign import TIME_LIMIT, Campaign, Ending, Outcome, show
from benchmarks.rows import Row
from benchmarks.small_run import KINDS, train

KILLS, QUICK_KILLS = 50, 6


def rows(quick: bool) -> Iterator[Row]:
    """Kill and resume runs, and show how many checkpoints were lost and how many runs ended differently."""
    yield from show(run_campaign(QUICK_KILLS if quick else KILLS, seed=0))


def run_campaign(kills: int, *, seed: int) -> Outcome:
    """Train run after run, each killed and resumed until it ends by itself, until there were this many kills."""
    with tempfile.TemporaryDirectory() as folder:
        return Campaign(_train_for, kills, seed=seed).run(Path(folder), KINDS)


def _train_for(folder: Path, kind: str, seconds: float) -> Ending:
    """Do what `Campaign` asks, by `fit`: in a process of a server that has imported what takes seconds to import."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["torch._dynamo", "helpers.training"])
    here, there = context.Pipe(duplex=False)
    process = context.Process(target=train, args=(str(folder), kind, there), daemon=True)
    process.start()
    here.poll(TIME_LIMIT)
    start = time.perf_counter()
    process.join(seconds)
    process.kill()
    process.join()
    return Ending(process.exitcode, time.perf_counter() - start)
