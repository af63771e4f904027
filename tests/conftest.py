"""What all tests share."""

import os
from pathlib import Path

import matplotlib
import pytest

matplotlib.use("agg")
# One thread a process, in every program that a test starts as well: workers beside each other already keep all cores
# busy, and with more threads than cores torch takes many times as long.
for library in ("OMP", "MKL", "OPENBLAS"):
    os.environ[f"{library}_NUM_THREADS"] = "1"


@pytest.fixture(autouse=True)
def a_folder_of_its_own(tmp_path, monkeypatch):
    """Run each test in an empty folder and without the switches of whoever started it."""
    monkeypatch.chdir(tmp_path)
    for variable in ("COURSE_QUICK", "COURSE_STRICT", "COURSE_PROGRESS", "COURSE_CHECK_SECONDS", "COURSE_DATA"):
        monkeypatch.delenv(variable, raising=False)


@pytest.fixture
def one_thread():
    """Compute in one thread: with several, sums may round differently from run to run."""
    import torch

    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.fixture
def file(tmp_path):
    """Return a function that writes bytes to a file and returns its path."""

    def write(content: bytes) -> Path:
        path = tmp_path / "book.txt"
        path.write_bytes(content)
        return path

    return write
