"""What a machine can do for the course: the self-test and the speed test of lesson 00."""

import os
import platform
import sys
import time
from importlib.metadata import PackageNotFoundError, version

import psutil
import torch

from helpers.ground.device import choose_device
from helpers.models.vanilla_rnn import CharRNNLoop
from helpers.text.batching import WindowBatches
from helpers.training import fit

# `python -m benchmarks lessons` prints both figures; these were measured on two cores of a server (CPython 3.11).
REFERENCE_SPEED = 150_000  # characters a second in `measure_speed`
REFERENCE_SECONDS = 320  # from the start to the end of all executed solutions

_NEEDED = ("torch", "jupyterlab", "matplotlib", "tqdm", "safetensors")
_MEMORY_NEEDED = 2.0  # GiB


def self_test() -> None:
    """Print what the course needs and what this machine has, a line each."""
    free = psutil.virtual_memory().available / 2**30
    choice = choose_device()
    python = sys.version_info
    lines = [
        (python >= (3, 11), f"Python {platform.python_version()}", "the course needs Python 3.11 or newer"),
        *(_package_line(name) for name in _NEEDED),
        (True, f"device {choice.device}: {choice.reason}", ""),
        (free >= _MEMORY_NEEDED, f"{free:.1f} GiB of memory free", "close other programs: 2 GiB should be free"),
        (True, f"{os.cpu_count()} processor cores, {torch.get_num_threads()} of them used by torch", ""),
    ]
    for good, found, advice in lines:
        print(f"✓ {found}" if good else f"✗ {found} – {advice}")


def speed_test() -> None:
    """Train a small network for a few seconds and print how long the course will compute on this machine."""
    speed = measure_speed()
    minutes = REFERENCE_SECONDS * REFERENCE_SPEED / speed / 60
    print(f"{speed:,.0f} characters a second: {speed / REFERENCE_SPEED:.1f} times the machine of the authors.")
    print(f"All lessons that are here will compute for about {max(minutes, 1):.0f} min in total.")
    slow = speed < REFERENCE_SPEED / 4
    print("This machine is slow: consider the switch below." if slow else "This machine is fast enough.")


def measure_speed(stretches: int = 5) -> float:
    """Return how many characters a second the network of lesson 01 trains on here, on the CPU.

    It is the best of several short stretches, so that another program's moment of work does not count.
    """
    with torch.random.fork_rng(devices=range(torch.cuda.device_count())):
        torch.manual_seed(0)
        model = CharRNNLoop(vocab_size=100, embedding_size=32, hidden_size=256)
        tokens = torch.randint(100, (64 * 32 * 20 + 1,))
    batches = WindowBatches(tokens, 64, batch_size=32)
    return max(len(batches) * 64 * 32 / _seconds_of_an_epoch(model, batches) for _ in range(stretches))


def _seconds_of_an_epoch(model: CharRNNLoop, batches: WindowBatches) -> float:
    start = time.perf_counter()
    fit(model, batches, epochs=1, progress=False)
    return time.perf_counter() - start


def _package_line(package: str) -> tuple[bool, str, str]:
    try:
        return True, f"{package} {version(package)}", ""
    except PackageNotFoundError:
        return False, f"{package} is missing", f"type: pip install {package}"
