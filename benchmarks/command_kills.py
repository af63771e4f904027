"""Runs of the command line killed at random moments and gone on with by `--resume`: do they end as if never killed?"""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks.kill_campaign import Campaign, Ending, Outcome, show
from benchmarks.notebooks import ROOT
from benchmarks.rows import Row
from helpers.tales import write_tales

KILLS, QUICK_KILLS = 30, 2
# Much to write and little to compute, so that a fair share of the moments falls amid a write.
_SHARED = ["--batch-size", "2", "--sequence-length", "10", "--hidden-size", "320", "--save-every", "1"]
_SHARED += ["--steps", "90", "--evaluate-every", "45", "--schedule", "warmup_cosine", "--threads", "1"]
KINDS = {
    "streams": ["--model", "lstm", "--dropout", "0.2", *_SHARED],
    "windows": ["--model", "stacked-rnn", "--num-layers", "2", "--dropout", "0.2", "--stride", "10", *_SHARED],
}


def rows(quick: bool) -> Iterator[Row]:
    """Kill and resume runs, and show how many checkpoints were lost and how many runs ended differently."""
    yield from show(run_campaign(QUICK_KILLS if quick else KILLS, seed=0), ", from the command line")


def run_campaign(kills: int, *, seed: int) -> Outcome:
    """Start run after run, each killed and gone on with until it ends by itself, until there were this many kills."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "book.txt").write_text(write_tales(20_000).text, encoding="utf-8")
        return Campaign(_train_for, kills, seed=seed).run(folder, list(KINDS))


def _train_for(folder: Path, kind: str, seconds: float) -> Ending:
    """Do what `Campaign` asks, by `helpers.train`."""
    process = _start(folder, kind)
    start = time.perf_counter()
    try:
        _, error = process.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        _, error = process.communicate()
    return Ending(process.returncode, time.perf_counter() - start, error)


def _start(folder: Path, kind: str) -> subprocess.Popen:
    """Start a run, or go on with the one in the folder, and wait until it is about to train."""
    given = ["--resume", folder.name] if folder.exists() else ["book.txt", *KINDS[kind], "--out", folder.name]
    process = subprocess.Popen(
        [sys.executable, "-m", "helpers.train", *given],
        cwd=folder.parent,
        env=os.environ | {"PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    for line in process.stdout:
        if line.startswith("writing to "):
            break
    return process
