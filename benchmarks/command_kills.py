"""Runs of the command line killed at random moments and gone on with by `--resume`: do they end as if never killed?"""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from benchmarks.campaign import End, run_campaign, show
from benchmarks.rows import Row
from helpers.tales import write_tales

KILLS, QUICK_KILLS = 20, 2
_ROOT = Path(__file__).resolve().parents[1]
# Short steps of a large model: so writing it down after each takes a good part of the time, and kills fall amid it.
_SHARED = ["--batch-size", "4", "--sequence-length", "10", "--hidden-size", "320", "--threads", "1", "--steps", "90"]
_SHARED += ["--evaluate-every", "30", "--save-every", "1", "--schedule", "warmup_cosine", "--validation", "0.05"]
KINDS = {
    "streams": ["--model", "lstm", "--dropout", "0.2", *_SHARED],
    "windows": ["--model", "stacked-rnn", "--num-layers", "2", "--dropout", "0.2", "--stride", "10", *_SHARED],
}


def rows(quick: bool) -> Iterator[Row]:
    """Kill and resume runs, and show how many checkpoints were lost and how many runs ended differently."""
    yield from show(
        run_campaign(start, list(KINDS), QUICK_KILLS if quick else KILLS, seed=0), ", from the command line"
    )


def start(folder: Path, kind: str) -> End:
    """Start a run, or go on with the one in the folder, and wait until it is about to train."""
    book = folder.with_name("book.txt")
    if not book.exists():
        book.write_text(write_tales(20_000).text, encoding="utf-8")
    given = ["--resume", folder.name] if folder.exists() else [book.name, *KINDS[kind], "--out", folder.name]
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

    def end(seconds: float) -> tuple[int, str]:
        try:
            _, error = process.communicate(timeout=seconds)
        except subprocess.TimeoutExpired:
            process.kill()
            _, error = process.communicate()
        return process.returncode, error

    return end
