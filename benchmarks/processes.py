"""A step of training in two processes, against one process with the same rows, and how much of it is talk."""

import json
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median

from benchmarks.figures import show_bytes, show_seconds
from benchmarks.processes_run import SIZES
from benchmarks.rows import Row, compare, show_spread
from benchmarks.timing import alternate
from helpers.distributed_launch import launch, supported


def rows(quick: bool) -> Iterator[Row]:
    """Compare seconds a step, the sides in turn; then the part of a step in which two processes exchange gradients."""
    if not supported():
        yield Row("two processes", "none", "", "", "", problem="not supported on Windows")
        return
    steps, alternations = (10, 1) if quick else (25, 5)
    names = list(SIZES)[1:2] if quick else list(SIZES)  # each pair starts six processes, which takes seconds
    for name in names:
        talks: list[dict] = []
        figures = alternate(_step(name, 2, 1, steps, talks), _step(name, 1, 1, steps, []), alternations)
        yield compare(f"a step of {name}, 2 processes", *figures, show_seconds, peer_name="1 process")
        exchange = [one["exchange"] for one in talks]
        share = median(one["exchange"] / one["step"] for one in talks)
        what = f"exchange of {show_bytes(talks[0]['bytes'])} a step, {name}"
        spread = show_spread(exchange, show_seconds)
        yield Row(what, show_seconds(median(exchange)), f"{share:.0%} of a step", "", spread)
    for name in names:
        figures = alternate(_step(name, 2, 1, steps, []), _step(name, 1, 2, steps, []), alternations)
        yield compare(f"a step of {name}, 2 processes", *figures, show_seconds, peer_name="1, 2 threads")


def _step(name: str, processes: int, threads: int, steps: int, measured: list[dict]) -> Callable[[], float]:
    def seconds() -> float:
        measured.append(measure(name, processes, threads, steps))
        return measured[-1]["step"]

    return seconds


def measure(name: str, processes: int, threads: int, steps: int) -> dict[str, float]:
    """Train in processes of their own, and return what the first of them measured: step and exchange in seconds."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "measured.json"
        arguments = (name, str(steps), str(threads), str(file))
        launch("benchmarks.processes_run", *arguments, processes=processes, seconds=300)
        return json.loads(file.read_text(encoding="utf-8"))
