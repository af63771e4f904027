"""The most memory that one step of training takes, measured in a process of its own.

`python -m benchmarks.step_memory NAME` is that process: it prints both figures.
"""

import json
import subprocess
import sys
from typing import NamedTuple

import psutil

from benchmarks.memory import peak_resident_bytes, peak_tensor_bytes
from benchmarks.notebooks import ROOT
from benchmarks.training_step import make_network, make_step


class StepMemory(NamedTuple):
    """Bytes that a step takes beyond what was there before: the network, its optimizer, the libraries.

    `tensors` is what torch allocates, and always the same. `resident` is what the operating system counts, so the
    working space of the matrix products too; it varies by some MB.
    """

    tensors: int
    resident: int


def step_memory(name: str) -> StepMemory:
    """Measure a step of the network of this name in a fresh process."""
    command = [sys.executable, "-m", "benchmarks.step_memory", name]
    return StepMemory(*json.loads(subprocess.run(command, cwd=ROOT, capture_output=True, check=True).stdout))


def measure(name: str) -> StepMemory:
    """Measure two steps in this process. A step on two characters has brought in the libraries before."""
    network = make_network(name)
    make_step(network, batch=1, length=2)()
    step = make_step(network)
    before, earlier_peak = psutil.Process().memory_info().rss, peak_resident_bytes()
    step()
    peak = peak_resident_bytes()
    if peak == earlier_peak:
        raise RuntimeError("the step took less memory than the start of the process: its peak cannot be seen")
    network.zero_grad()
    return StepMemory(peak_tensor_bytes(step), peak - before)


if __name__ == "__main__":
    print(json.dumps(measure(sys.argv[1])))
