"""A step of training in two processes, against one process with the same rows, and how much of it is talk."""

import json
import tempfile
from collections.abc import Iterator
from pathlib import Path
from statistics import median

from benchmarks.figures import show_bytes, show_seconds
from benchmarks.processes_run import SIZES
from benchmarks.rows import Row, compare, show_spread
from helpers.distributed.launch import launch, supported

OURS = "2 processes"
SIDES = {OURS: (2, 1), "1 process": (1, 1), "1, 2 threads": (1, 2)}  # processes, and threads of each


def rows(quick: bool) -> Iterator[Row]:
    """Compare seconds a step, the three sides in turn; then the part of a step in which two processes exchange."""
    if not supported():
        yield Row("two processes", "none", "", "", "", problem="not supported on Windows")
        return
    steps, alternations = (10, 1) if quick else (25, 5)
    for name in list(SIZES)[1:2] if quick else SIZES:  # starting the processes takes longer than their steps
        in_turn = [
            {side: measure(name, *numbers, steps) for side, numbers in SIDES.items()} for _ in range(alternations)
        ]
        for peer in list(SIDES)[1:]:
            figures = ([one[side]["step"] for one in in_turn] for side in (OURS, peer))
            yield compare(f"a step of {name}, {OURS}", *figures, show_seconds, peer_name=peer)
        yield show_exchange(name, [one[OURS] for one in in_turn])


def show_exchange(name: str, measured: list[dict[str, float]]) -> Row:
    """Show what the exchange of gradients takes, in seconds and as a part of a step."""
    exchange = [one["exchange"] for one in measured]
    share = median(one["exchange"] / one["step"] for one in measured)
    what = f"exchange of {show_bytes(measured[0]['bytes'])} a step, {name}"
    return Row(what, show_seconds(median(exchange)), f"{share:.0%} of a step", "", show_spread(exchange, show_seconds))


def measure(name: str, processes: int, threads: int, steps: int) -> dict[str, float]:
    """Train in processes of their own, and return what the first of them measured: step and exchange in seconds."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "measured.json"
        arguments = (name, str(steps), str(threads), str(file))
        launch("benchmarks.processes_run", *arguments, processes=processes, seconds=300)
        return json.loads(file.read_text(encoding="utf-8"))
