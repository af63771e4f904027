"""Runs of the command line killed at random moments and gone on with by `--resume`: do they end as if never killed?"""

import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from itertools import cycle
from pathlib import Path

from benchmarks.kills import TIME_LIMIT, Outcome, compare, look, show
from benchmarks.rows import Row
from helpers.tales import write_tales

KILLS, QUICK_KILLS = 20, 2
_ROOT = Path(__file__).resolve().parents[1]
_SHARED = ["--batch-size", "8", "--sequence-length", "20", "--hidden-size", "160", "--threads", "1", "--steps", "90"]
_SHARED += ["--evaluate-every", "30", "--save-every", "1", "--schedule", "warmup_cosine"]
KINDS = {
    "streams": ["--model", "lstm", "--dropout", "0.2", *_SHARED],
    "windows": ["--model", "stacked-rnn", "--num-layers", "2", "--dropout", "0.2", "--stride", "10", *_SHARED],
}


def rows(quick: bool) -> Iterator[Row]:
    """Kill and resume runs, and show how many checkpoints were lost and how many runs ended differently."""
    yield from show(run_campaign(QUICK_KILLS if quick else KILLS, seed=0), ", from the command line")


def run_campaign(kills: int, *, seed: int) -> Outcome:
    """Start run after run, each killed and gone on with until it ends by itself, until there were this many kills."""
    moments, outcome = random.Random(seed), Outcome()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "book.txt").write_text(write_tales(20_000).text, encoding="utf-8")
        uninterrupted = {kind: _train_whole(folder / kind, kind) for kind in KINDS}
        for kind in cycle(KINDS):
            if outcome.kills >= kills:
                return outcome
            outcome.runs += 1
            run = folder / f"run {outcome.runs}"
            _train_killed(run, kind, kills, uninterrupted[kind], moments, outcome)
            compare(folder / kind, run, outcome)


def _train_whole(folder: Path, kind: str) -> float:
    """Train without a stop, and return the seconds from the first step to the end."""
    process = _start(folder, kind)
    start = time.perf_counter()
    _, error = process.communicate(timeout=TIME_LIMIT)
    if process.returncode != 0:
        raise RuntimeError(f"the uninterrupted run on {kind} ended with exit code {process.returncode}: {error}")
    return time.perf_counter() - start


def _train_killed(folder: Path, kind: str, kills: int, seconds: float, moments: random.Random, outcome: Outcome):
    """Start a run again and again, each time killed at a random moment, until it ends or there were enough kills."""
    step = 0
    while True:
        process = _start(folder, kind)
        try:
            _, error = process.communicate(timeout=moments.uniform(0, seconds) if outcome.kills < kills else TIME_LIMIT)
        except subprocess.TimeoutExpired:
            process.kill()
            _, error = process.communicate()
        if process.returncode != -signal.SIGKILL:
            if process.returncode:
                outcome.lost.append(f"{folder.name} could not go on from step {step}: {error}")
            return
        outcome.kills += 1
        outcome.amid_a_write += any(folder.glob(".*.safetensors.*"))
        step = look(folder, step, outcome)
        outcome.resumed += 1


def _start(folder: Path, kind: str) -> subprocess.Popen:
    """Start a run, or go on with the one in the folder, and wait until it is about to train."""
    given = ["--resume", folder.name] if folder.exists() else ["book.txt", *KINDS[kind], "--out", folder.name]
    process = subprocess.Popen(
        [sys.executable, "-m", "helpers.train", *given],
        cwd=folder.parent,
        env=os.environ | {"PYTHONPATH": str(_ROOT), "OMP_NUM_THREADS": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    for line in process.stdout:
        if line.startswith("writing to "):
            break
    return process
