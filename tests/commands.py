"""Commands of the course, started as a user starts them: in a process of their own."""

import os
import subprocess
import sys
import time
from pathlib import Path

from helpers.tales import write_tales
from tools.lesson import ROOT

SMALL = ["--model", "lstm", "--hidden-size", "16", "--batch-size", "8", "--sequence-length", "16", "--threads", "1"]
TIME_LIMIT = 120.0


def write_book(folder: Path, length: int = 50_000) -> Path:
    """Write a text of tales into a folder, as a text of one's own."""
    path = folder / "book.txt"
    path.write_text(write_tales(length, seed=3).text, encoding="utf-8")
    return path


def environment() -> dict[str, str]:
    """Return the variables of a process that finds the package of this checkout from any folder."""
    return os.environ | {"PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1", "PYTHONUTF8": "1"}


def start(command: str, *arguments: object, cwd: Path, **options) -> subprocess.Popen:
    """Start `python -m helpers.COMMAND` in a folder."""
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True, "encoding": "utf-8"}
    line = [sys.executable, "-m", f"helpers.{command}", *map(str, arguments)]
    return subprocess.Popen(line, cwd=cwd, env=environment(), **pipes | options)


def run(command: str, *arguments: object, cwd: Path, **options) -> tuple[int, str, str]:
    """Run a command to its end; return its exit code and what it wrote to stdout and stderr."""
    process = start(command, *arguments, cwd=cwd, **options)
    try:
        out, error = process.communicate(timeout=TIME_LIMIT)
    finally:
        process.kill()
    return process.returncode, out, error


def wait_for(path: Path, process: subprocess.Popen) -> None:
    """Wait until a file is there, as long as the process lives."""
    end = time.monotonic() + TIME_LIMIT
    while not path.exists():
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < end, f"{path} did not come"
        time.sleep(0.01)


def read_all(folder: Path) -> dict[str, bytes]:
    """Return the bytes of what a run has left, but for its lock."""
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.name != ".lock"}
