"""Runs of `fit` killed at random moments and started again: do they end as if never killed?"""

import multiprocessing
from collections.abc import Iterator
from pathlib import Path

from benchmarks.campaign import TIME_LIMIT, End, run_campaign, show
from benchmarks.rows import Row
from benchmarks.small_run import KINDS, train

KILLS, QUICK_KILLS = 50, 6


def rows(quick: bool) -> Iterator[Row]:
    """Kill and resume runs, and show how many checkpoints were lost and how many runs ended differently."""
    yield from show(run_campaign(start, KINDS, QUICK_KILLS if quick else KILLS, seed=0))


def start(folder: Path, kind: str) -> End:
    """Start a run in a process of its own, and wait until it is about to train."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["torch._dynamo", "helpers.training"])  # what takes seconds to import, once
    here, there = context.Pipe(duplex=False)
    process = context.Process(target=train, args=(str(folder), kind, there), daemon=True)
    process.start()
    here.poll(TIME_LIMIT)

    def end(seconds: float) -> tuple[int, str]:
        process.join(seconds)
        process.kill()
        process.join()
        return process.exitcode, f"exit code {process.exitcode}"

    return end
