"""The training command in two processes, started by torchrun: the same losses, one voice, and a good end in a fault."""

import csv
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from helpers.ground.checkpoints import read_checkpoint
from helpers.tales import write_tales
from tools.lesson import ROOT

SMALL = ["--model", "lstm", "--hidden-size", "16", "--dropout", "0", "--batch-size", "8", "--evaluate-every", "10"]
SECONDS = 120

pytestmark = pytest.mark.skipif(os.name == "nt", reason="several processes are not supported on Windows")


@pytest.fixture(scope="module")
def text(tmp_path_factory):
    path = tmp_path_factory.mktemp("text") / "tales.txt"
    path.write_text(write_tales(30_000).text, encoding="utf-8")
    return path


def start(*arguments, size: int) -> subprocess.Popen:
    """Start the command, alone or by torchrun, in a process group of its own."""
    launcher = ["-m", "torch.distributed.run", "--standalone", "--nproc-per-node", str(size)] if size > 1 else []
    return subprocess.Popen(
        [sys.executable, *launcher, "-m", "helpers.train", *map(str, arguments), "--no-bar"],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env=os.environ | {"PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"},
    )


def run(*arguments, size: int) -> tuple[int, str]:
    process = start(*arguments, size=size)
    said, _ = process.communicate(timeout=SECONDS)
    return process.returncode, said


def losses(folder: Path) -> list[float]:
    with (folder / "history.csv").open(encoding="utf-8") as file:
        return [float(row[name]) for row in csv.DictReader(file) for name in ("train_loss", "val_loss")]


def test_two_processes_have_the_losses_of_one_and_speak_with_one_voice(text, tmp_path):
    for size in (1, 2):
        code, said = run(text, *SMALL, "--steps", 50, "--out", tmp_path / str(size), size=size)
        assert code == 0, said
        assert said.count("step 50: train") == 1
    assert losses(tmp_path / "2") == pytest.approx(losses(tmp_path / "1"), abs=1e-5)
    assert len(losses(tmp_path / "2")) == 10
    assert (tmp_path / "2" / "loss_curve.png").is_file()
    code, said = run("--resume", tmp_path / "2", size=1)
    assert (code, "belongs to a run of 2 processes, and this is 1" in said) == (2, True), said


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self").exists(), reason="finds the processes in /proc")
def test_a_killed_process_ends_the_run_with_one_line_and_a_good_checkpoint(text, tmp_path):
    folder = tmp_path / "run"
    process = start(text, *SMALL, "--steps", 100_000, "--save-every", 5, "--out", folder, size=2)
    wait_for(folder / "last.safetensors", process)
    os.kill(children(process.pid)[-1], signal.SIGKILL)
    said, _ = process.communicate(timeout=SECONDS)
    assert process.returncode != 0
    lines = [line for line in said.splitlines() if "another process of the run has ended" in line]
    assert len(lines) == 1, said
    assert "The last good checkpoint is" in lines[0]
    assert read_checkpoint(folder / "last.safetensors").notes["step"] % 5 == 0


@pytest.mark.slow
def test_a_run_that_is_stopped_says_how_as_many_processes_go_on_with_it(text, tmp_path):
    folder = tmp_path / "run"
    process = start(text, *SMALL, "--steps", 100_000, "--save-every", 5, "--out", folder, size=2)
    wait_for(folder / "last.safetensors", process)
    process.terminate()
    said, _ = process.communicate(timeout=SECONDS)
    assert f"To go on: torchrun --nproc-per-node 2 -m helpers.train --resume {folder}\n" in said


def test_bad_input_ends_all_processes_with_exit_code(tmp_path):
    code, said = run(tmp_path / "nothing.txt", size=2)
    assert code != 0
    assert "nothing.txt" in said


def wait_for(path: Path, process: subprocess.Popen) -> None:
    deadline = time.monotonic() + SECONDS
    while not path.exists():
        assert process.poll() is None, process.stdout.read()
        assert time.monotonic() < deadline, "it wrote no checkpoint"
        time.sleep(0.1)


def children(parent: int) -> list[int]:
    """Return the processes that `parent` started, in the order of their numbers."""
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text().rpartition(")")[2].split()
        except OSError:
            continue  # it has ended meanwhile
        if int(fields[1]) == parent:
            found.append(int(path.parent.name))
    return sorted(found)
