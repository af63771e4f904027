"""What can go wrong around a run: a full or read-only disk, a second run, a text or a checkpoint that changed."""

import json
import os
import subprocess
import sys

import pytest
from safetensors import safe_open
from safetensors.torch import save

from helpers.command_line.train import main
from helpers.ground.checkpoints import read_checkpoint
from tests.commands import SMALL, environment, read_all, run, start, wait_for, write_book

LONG = ["--steps", "100000", "--evaluate-every", "1000", "--save-every", "5"]


@pytest.fixture
def call(tmp_path, capsys, one_thread):
    """Return a function that calls the command within this process; it must end with this code, and one line."""

    def call(*arguments, code):
        assert main(list(map(str, arguments))) == code
        error = capsys.readouterr().err
        assert error.count("\n") == (code != 0), error
        return error

    return call


@pytest.fixture
def finished(tmp_path, call):
    """Return the folder of a small run that has ended."""
    write_book(tmp_path, 20_000)
    call("book.txt", *SMALL, "--steps", "3", "--out", "run", code=0)
    return tmp_path / "run"


def test_the_folder_of_another_run_is_refused(finished, call):
    before = read_all(finished)
    line = call("book.txt", *SMALL, "--steps", "3", "--out", "run", code=2)
    assert line == "run holds a run already: go on with it by --resume run, or name another folder with --out\n"
    (finished / "settings.toml").unlink()
    assert "holds a run already" in call("book.txt", *SMALL, "--steps", "3", "--out", "run", code=2)
    assert "holds no run to go on with" in call("--resume", "run", code=2)
    before.pop("settings.toml")
    assert read_all(finished) == before


def test_other_settings_than_those_of_the_run_are_refused(finished, call):
    line = call("--resume", "run", "--hidden-size", "99", code=2)
    assert line.startswith("--resume goes on with the settings of the run in run, where hidden_size is 16: leave --hid")
    assert "settings of the run in run, where steps is 3: leave --minutes" in call(
        "--resume", "run", "--minutes", "1", code=2
    )
    assert "settings of the run in run: leave --preset out" in call("--resume", "run", "--preset", "quick", code=2)
    assert "where stride is 'none': leave --stride out" in call("--resume", "run", "--stride", "4", code=2)
    call("--resume", "run", "--hidden-size", "16", code=0)


@pytest.mark.parametrize(
    ("change", "line"),
    [
        (lambda text: text[:-500], "it had 20,000 characters and has 19,500 now"),
        (lambda text: text + "more", "it had 20,000 characters and has 20,004 now"),
        (lambda text: text.replace("a", "e", 1), "some characters differ"),
    ],
    ids=["shrunk", "grown", "other"],
)
def test_a_text_that_has_changed_is_refused(finished, call, change, line):
    book, before = finished.parent / "book.txt", read_all(finished)
    old = book.read_text(encoding="utf-8")
    book.write_text(change(old), encoding="utf-8")
    found = call("--resume", "run", code=2)
    assert f"book.txt has changed since this run began ({line})" in found
    assert read_all(finished) == before
    book.write_text(old, encoding="utf-8")
    call("--resume", "run", code=0)


def test_a_checkpoint_of_a_newer_version_is_refused(finished, call):
    path = finished / "last.safetensors"
    with safe_open(path, framework="pt") as file:
        header = json.loads(file.metadata()["course"])
        tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 (not a dict)
    path.write_bytes(save(tensors, metadata={"course": json.dumps(header | {"version": header["version"] + 1})}))
    before = path.read_bytes()
    assert "was written by a newer version of the course" in call("--resume", "run", code=2)
    assert path.read_bytes() == before
    for command in ("generate", "evaluate"):
        code, out, error = run(command, path, cwd=finished.parent)
        assert (code, out, error.count("\n")) == (2, "", 1)
        assert "was written by a newer version of the course" in error


def test_settings_of_a_newer_version_are_refused(finished, call):
    path = finished / "settings.toml"
    path.write_text(path.read_text() + 'rotation = "left"\n')
    assert "settings.toml: there is no setting 'rotation'" in call("--resume", "run", code=2)


def test_a_file_in_the_place_of_the_folder_is_refused(finished, call):
    assert "book.txt is a file: name a folder" in call("book.txt", *SMALL, "--steps", "1", "--out", "book.txt", code=2)
    call("book.txt", *SMALL, "--steps", "1", "--out", "book.txt/below", code=2)


def test_a_folder_that_takes_no_files_is_refused(finished, call):
    closed = finished.parent / "closed"
    closed.mkdir()
    closed.chmod(0o555)
    try:
        if os.access(closed, os.W_OK):
            pytest.skip("this user may write to any folder")
        assert "Permission denied" in call("book.txt", *SMALL, "--steps", "1", "--out", "closed", code=2)
    finally:
        closed.chmod(0o755)


@pytest.mark.skipif(not os.path.isdir("/sys/kernel"), reason="there is no file system here that is read-only for all")
def test_a_file_system_that_takes_no_files_is_refused(finished, call):
    for folder in ("/sys/kernel", "/sys/kernel/run"):
        line = call("book.txt", *SMALL, "--steps", "1", "--out", folder, code=2)
        assert line.startswith("/sys/kernel/")


@pytest.mark.skipif(os.name == "nt", reason="Windows ends a process without asking it")
def test_two_runs_in_one_folder_are_refused_and_a_killed_one_blocks_nobody(tmp_path, call):
    write_book(tmp_path, 20_000)
    process = start("train", "book.txt", *SMALL, *LONG, "--out", "run", cwd=tmp_path)
    try:
        wait_for(tmp_path / "run" / "last.safetensors", process)
        line = call("--resume", "run", code=2)
        assert line == "another run is at work in run: wait for its end, or name another folder with --out\n"
        assert "holds a run already" in call("book.txt", *SMALL, *LONG, "--out", "run", code=2)
    finally:
        process.kill()
        process.communicate()
    step = read_checkpoint(tmp_path / "run" / "last.safetensors").notes["step"]
    assert (tmp_path / "run" / ".lock").exists()
    process = start("train", "--resume", "run", cwd=tmp_path)
    try:
        wait_for_step(tmp_path / "run" / "last.safetensors", step, process)
    finally:
        process.terminate()
        process.communicate()
    assert process.returncode == 130


def wait_for_step(path, step, process):
    while read_checkpoint(path).notes["step"] <= step:
        assert process.poll() is None, process.communicate()


LIMITED = """
import resource, runpy, sys
resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))
sys.argv = ["train", *sys.argv[1:]]
runpy.run_module("helpers.train", run_name="__main__")
"""


@pytest.mark.parametrize(
    ("options", "line"),
    [
        (["--minutes", "0.05", "--forget-bias", "nan"], "training stopped at step 1: the loss is NaN"),
        (["--steps", "1", "--embedding-size", str(10**12)], "allocate"),
    ],
    ids=["measuring", "memory"],
)
def test_what_fails_before_the_first_step_ends_with_1_and_leaves_no_run(tmp_path, call, options, line):
    write_book(tmp_path, 20_000)
    assert line in call("book.txt", *SMALL, *options, "--out", "run", code=1)
    call("book.txt", *SMALL, "--steps", "1", "--out", "run", code=0)


@pytest.mark.skipif(os.name == "nt", reason="Windows has no limit on the size of a file")
def test_a_full_disk_ends_a_run_with_1_and_leaves_the_checkpoint_before(tmp_path):
    """The system itself refuses here, in the middle of a checkpoint, as a full disk does."""
    write_book(tmp_path, 20_000)
    process = start("train", "book.txt", *SMALL, *LONG, "--out", "run", cwd=tmp_path)
    wait_for(tmp_path / "run" / "last.safetensors", process)
    process.terminate()
    process.communicate()
    before = read_all(tmp_path / "run")
    code, _, error = run_limited("--resume", "run", cwd=tmp_path)
    assert code == 1
    assert error.count("\n") == 1
    assert "bytes not written, the one before is as it was: File too large" in error
    assert read_all(tmp_path / "run")["last.safetensors"] == before["last.safetensors"]
    assert not [name for name in read_all(tmp_path / "run") if name.startswith(".")]


def run_limited(*arguments, cwd):
    line = [sys.executable, "-c", LIMITED, *arguments]
    done = subprocess.run(line, cwd=cwd, env=environment(), capture_output=True, text=True, timeout=120)
    return done.returncode, done.stdout, done.stderr
