"""`python -m helpers.train`: what it prints and leaves, and that a run can be stopped, gone on with and repeated."""

import csv
import gzip
import os
import re
import shlex
import signal
import tomllib

import pytest

from helpers.command_line.run_folder import RunFolder
from helpers.command_line.train import main
from helpers.ground.checkpoints import read_checkpoint
from helpers.models.trained import load_trained
from tests.commands import SMALL, read_all, run, start, wait_for, write_book

STEPS = ["--steps", "120", "--evaluate-every", "20", "--save-every", "1", "--dropout", "0.1"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Return a folder with a text of one's own in it."""
    folder = tmp_path_factory.mktemp("own")
    write_book(folder)
    return folder


@pytest.fixture
def call(folder, monkeypatch, capsys, one_thread):
    """Return a function that calls the command within this process, in that folder: sooner than a process anew."""
    monkeypatch.chdir(folder)

    def call(*arguments):
        code = main(list(map(str, arguments)))
        return code, *capsys.readouterr()

    return call


@pytest.fixture(scope="module")
def whole(folder):
    """Return the folder of a run that nobody stopped."""
    code, _, error = run("train", "book.txt", *SMALL, *STEPS, "--out", "whole", cwd=folder)
    assert (code, error) == (0, "")
    return folder / "whole"


def test_minutes_become_steps_and_all_that_was_promised_is_there(folder):
    code, out, error = run("train", "book.txt", *SMALL, "--minutes", "0.05", "--bar", cwd=folder)
    assert code == 0, error
    run_folder = folder / "runs" / "book-lstm"
    names = {"best.safetensors", "last.safetensors", "history.csv", "loss_curve.png", "settings.toml"}
    assert set(read_all(run_folder)) == names
    assert (run_folder / "loss_curve.png").read_bytes().startswith(b"\x89PNG")
    steps = tomllib.loads((run_folder / "settings.toml").read_text())["steps"]
    rows = list(csv.DictReader((run_folder / "history.csv").open()))
    assert int(rows[-1]["step"]) == steps
    assert f"{steps:,} steps fit into 0.05 min" in out
    assert f"{steps}/{steps}" in error or "100%" in error, "the bar"
    for word in ("knowing nothing", "unigram", "bigram", "best n-gram", f"val {float(rows[-1]['val_loss']):.3f}"):
        assert word in out
    assert out.count("\n    ") >= len(rows), "a sample for each loss"
    assert out.count("epoch ") == len(rows)


def test_a_second_run_takes_a_folder_of_its_own(call):
    for number in (1, 2):
        code, out, _ = call("book.txt", *SMALL, "--model", "gru", "--steps", "1")
        assert code == 0
        assert f"writing to {os.path.join('runs', 'book-gru' + ('-2' if number == 2 else ''))}\n" in out


def test_what_it_says_to_type_next_can_be_typed(call, folder):
    packed = gzip.compress((folder / "book.txt").read_bytes())
    (folder / "my book.txt.gz").write_bytes(packed)
    code, out, _ = call("my book.txt.gz", *SMALL, "--validation", "0", "--steps", "1")
    assert code == 0
    named = [shlex.split(line.split("helpers.")[1], posix=os.name != "nt") for line in out.splitlines()[-2:]]
    path = RunFolder(os.path.join("runs", "my book-lstm"))
    run_folder = path.typed if os.name == "nt" else str(path)
    assert named == [["generate", run_folder], ["evaluate", run_folder, "ANOTHER_TEXT"]]
    refused = call("my book.txt.gz", *SMALL, "--steps", "1", "--out", path)
    assert f"by --resume {path.typed}, or" in refused[2]


def test_a_finished_run_says_so_and_off_a_terminal_there_is_no_bar(call, whole):
    code, out, error = call("--resume", whole)
    assert (code, error) == (0, "")
    assert "ended after 120 steps (all steps)" in out


def test_the_settings_of_a_run_repeat_it_to_the_bit(call, folder, whole):
    code, _, error = call("--config", whole / "settings.toml", "--out", "again")
    assert code == 0, error
    assert read_all(folder / "again") == read_all(whole)


def test_a_run_of_some_minutes_is_repeated_with_as_many_steps(call, folder):
    assert call("book.txt", *SMALL, "--dropout", "0.1", "--minutes", "0.02", "--out", "minutes")[0] == 0
    code, out, _ = call("--config", folder / "minutes" / "settings.toml", "--out", "minutes again")
    assert code == 0
    assert "fit into" not in out
    assert read_all(folder / "minutes again") == read_all(folder / "minutes")


def test_a_flag_goes_before_the_settings_of_a_file(call, folder, whole):
    given = ["--config", whole / "settings.toml", "--steps", "2", "--hidden-size", "8", "--out", "smaller"]
    assert call(*given)[0] == 0
    assert load_trained(folder / "smaller").model.settings["hidden_size"] == 8
    assert len((folder / "smaller" / "history.csv").read_text().splitlines()) == 3


@pytest.mark.skipif(os.name == "nt", reason="Windows ends a process without asking it")
@pytest.mark.parametrize("name", ["SIGINT", pytest.param("SIGTERM", marks=pytest.mark.slow), "SIGKILL"])
def test_a_run_that_was_stopped_goes_on_as_if_nothing_had_happened(folder, whole, name):
    """SIGKILL leaves the last checkpoint that was written; the others write one before they end."""
    goal = folder / name
    process = start("train", "book.txt", *SMALL, *STEPS, "--out", name, cwd=folder)
    wait_for(goal / "history.csv", process)
    process.send_signal(getattr(signal, name))
    out, error = process.communicate(timeout=60)
    assert process.returncode == (-signal.SIGKILL if name == "SIGKILL" else 130)
    assert error == ""
    assert ("loss_curve.png" in read_all(goal)) == (name != "SIGKILL")
    if name != "SIGKILL":
        assert "of 120. The last checkpoint is" in out
        assert out.endswith(f"To go on: python -m helpers.train --resume {name}\n")
    step = read_checkpoint(goal / "last.safetensors").notes["step"]
    assert 19 <= step < 120
    code, out, error = run("train", "--resume", name, cwd=folder)
    assert (code, error) == (0, "")
    assert [int(one) for one in re.findall(r"step (\d+): train", out)] == list(range(20 * (step // 20 + 1), 121, 20))
    assert read_all(goal) == read_all(whole)


@pytest.mark.skipif(os.name == "nt", reason="Windows ends a process without asking it")
def test_a_script_that_has_a_run_ignore_ctrl_c_can_still_end_it(folder):
    ignoring = {"preexec_fn": lambda: signal.signal(signal.SIGINT, signal.SIG_IGN)}
    process = start("train", "book.txt", *SMALL, *STEPS, "--out", "script", cwd=folder, **ignoring)
    wait_for(folder / "script" / "last.safetensors", process)
    process.terminate()
    out, _ = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "The last checkpoint is" in out


def test_a_run_can_go_on_with_its_text_at_another_place(call, tmp_path):
    (tmp_path / "first").mkdir()
    book = write_book(tmp_path / "first", 20_000)
    assert call(book, *SMALL, "--steps", "2", "--out", tmp_path / "moved")[0] == 0
    book.rename(tmp_path / "elsewhere.txt")
    code, _, error = call("--resume", tmp_path / "moved")
    assert code == 2
    assert error.count("\n") == 1
    assert call(tmp_path / "elsewhere.txt", "--resume", tmp_path / "moved")[0] == 0
    assert call("--resume", tmp_path / "moved")[0] == 0, "the new place is remembered"


def test_windows_without_validation_leave_a_last_checkpoint(call, folder):
    given = ["--stride", "40", "--validation", "0", "--steps", "2", "--out", "windows"]
    code, out, error = call("book.txt", *SMALL, *given)
    assert (code, error) == (0, "")
    assert "val " not in out
    assert "best.safetensors" not in read_all(folder / "windows")
    assert load_trained(folder / "windows").notes["step"] == 2


def test_a_run_that_diverges_ends_with_1_and_one_line(folder):
    given = ["--learning-rate", "1e37", "--clip-norm", "none", "--steps", "20", "--out", "diverged"]
    code, _, error = run("train", "book.txt", *SMALL, *given, cwd=folder)
    assert code == 1
    assert error.count("\n") == 1
    assert "training stopped at step" in error
    assert "likely causes: the learning rate" in error


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (["nowhere.txt"], "'nowhere.txt' is neither a corpus"),
        (["book.txt", "--hidden-size", "0"], "hidden_size must be at least 1, not 0"),
        (["book.txt", "--hidden-size", "many"], "'many' is not a whole number"),
        (["book.txt", "--out", ""], "argument --out: the path is empty"),
        (["--resume", ""], "argument --resume: the path is empty"),
        (["book.txt", "--dropout", "1"], "dropout must be at least 0 and below 1, not 1.0"),
        (["book.txt", "--model", "gpt"], "invalid choice: 'gpt'"),
        (["book.txt", "--steps", "5", "--epochs", "5"], "not allowed with argument"),
        (["book.txt", "--learning-rate", "0"], "learning_rate must be above 0"),
        (["book.txt", "--prime", "€"], "the prime holds '€', which the text does not have"),
        (["book.txt", "--batch-size", "9999"], "take a longer text"),
        (["book.txt", "--device", "abacus"], "there is no device 'abacus' here"),
        (["book.txt", "--model", "rnn", "--num-layers", "2"], "the model rnn has one layer"),
        (["book.txt", "--model", "attention", "--num-heads", "5"], "cannot be shared by 5 heads"),
        (["book.txt", "--config", "nowhere.toml"], "nowhere.toml: No such file"),
        (["--resume", "nowhere"], "nowhere holds no run to go on with"),
        (["--resume", "nowhere", "--out", "here"], "leave --config and --out out"),
        (["empty.txt"], "is empty"),
        (["tiny.txt"], "too short"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_what_is_refused_is_refused_in_one_line_with_2(tmp_path, capsys, arguments, line):
    write_book(tmp_path, 5_000)
    (tmp_path / "empty.txt").write_text("")
    (tmp_path / "tiny.txt").write_text("a")
    try:
        code = main(arguments)
    except SystemExit as ended:
        code = ended.code
    error = capsys.readouterr().err
    assert code == 2
    assert error.count("\n") == 1, error
    assert line in error
    assert not (tmp_path / "runs").exists()


def test_help_fits_a_screen_and_shows_an_example(capsys):
    with pytest.raises(SystemExit) as ended:
        main(["--help"])
    lines = capsys.readouterr().out.splitlines()
    assert ended.value.code == 0
    assert len(lines) <= 50
    assert max(map(len, lines)) <= 80
    assert any(line.startswith("examples: python -m helpers.train") for line in lines)
    assert any("exit codes: 0 done" in line for line in lines)
