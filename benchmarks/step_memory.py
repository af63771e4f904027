"""The most memory that one step of training takes, measured in a process of its own.

`python -m benchmarks.step_memory NAME` is that process: it prints bytes.
"""

import subprocess
import sys

import psutil

from benchmarks.memory import peak_resident_bytes
from benchmarks.notebooks import ROOT
from benchmarks.training_step import make_network, make_step


def step_memory(name: str) -> int:
    """Return the bytes of a step of the network of this name, in a fresh process: see `measure`."""
    command = [sys.executable, "-m", "benchmarks.step_memory", name]
    return int(subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout)


def measure(name: str) -> int:
    """Return how far the resident memory of this process rises during its first step of training.

    It is what the operating system counts: tensors, the working space of the matrix products, what Python makes. The
    network, its optimizer and the libraries are there before, since a step on two characters has brought them in.
    """
    network = make_network(name)
    make_step(network, batch=1, length=2)()
    step = make_step(network)
    before, earlier_peak = psutil.Process().memory_info().rss, peak_resident_bytes()
    step()
    peak = peak_resident_bytes()
    if peak == earlier_peak:
        raise RuntimeError("the step took less memory than the start of the process: its peak cannot be seen")
    return peak - before


if __name__ == "__main__":
    print(measure(sys.argv[1]))
