"""`python -m helpers.generate`: text in the terminal, from a run, a checkpoint or a model that ships."""

import os
import signal
import subprocess
import sys

import pytest

from helpers.command_line.generate import main
from helpers.ground.checkpoints import save_checkpoint
from helpers.ground.vocabulary import Vocabulary
from helpers.models.lstm import CharLSTM
from tests.commands import environment, start


@pytest.fixture
def written(capsys):
    """Return a function that calls the command and gives its exit code, its text and its remarks."""

    def call(*arguments):
        try:
            code = main([*map(str, arguments)])
        except SystemExit as ended:
            code = ended.code
        return code, *capsys.readouterr()

    return call


@pytest.fixture
def folder(tmp_path):
    """Return the folder of a run of which only the last checkpoint is there, of a text that was lower-cased."""
    model = CharLSTM(4, 3, 5)
    notes = {"settings": {"model": model.settings, "lower": True}}
    return save_checkpoint(tmp_path / "run" / "last.safetensors", model, Vocabulary.from_text("anh\n"), **notes).parent


def test_the_same_seed_writes_the_same_text(written):
    given = ["tales", "--prime", "There", "--length", "80", "--seed", "5"]
    code, text, remarks = written(*given)
    assert (code, remarks) == (0, "")
    assert text.startswith("There")
    assert len(text) == 5 + 80 + 1
    assert written(*given)[1] == text


def test_without_a_seed_each_text_is_another_and_says_how_to_have_it_again(written):
    given = ["tales", "--prime", "There", "--length", "80", "--temperature", "1.5"]
    _, text, remark = written(*given)
    seed = remark.split()[1]
    assert written(*given, "--seed", seed)[1] == text
    assert written(*given)[1] != text


def test_several_texts_at_once(written):
    code, text, _ = written("tales", "--prime", "There", "--length", "30", "--seed", "5", "--count", "3")
    assert code == 0
    assert [line for line in text.splitlines() if line.startswith("---")] == ["--- 1 ---", "--- 2 ---", "--- 3 ---"]


@pytest.mark.parametrize(
    "options",
    [
        ["--top-k", "1"],
        ["--top-p", "0.01"],
        ["--min-p", "0.9"],
        ["--temperature", "0"],
        ["--typical-p", "0.9"],
        ["--no-repeat-ngram", "8"],
        ["--stop", "."],
    ],
    ids=" ".join,
)
def test_every_filter_has_an_effect(written, options):
    given = ["tales", "--prime", "There", "--length", "200", "--seed", "5", "--temperature", "1.2"]
    code, text, _ = written(*given, *options)
    assert code == 0
    assert text != written(*given)[1]
    if options[0] == "--stop":
        assert text.endswith(".\n")


def test_a_run_is_named_by_its_folder_and_the_prime_read_like_its_text(written, folder):
    code, text, _ = written(folder, "--prime", "Anna", "--length", "5", "--seed", "1")
    assert code == 0
    assert text.startswith("anna")
    assert written(folder / "last.safetensors", "--prime", "Anna", "--length", "5", "--seed", "1")[1] == text


def test_without_a_prime_it_begins_as_the_samples_of_the_run_did_or_with_a_new_line(written, folder, tmp_path):
    assert written(folder, "--length", "5", "--seed", "1")[1].startswith("\n")
    model = CharLSTM(4, 3, 5)
    notes = {"settings": {"model": model.settings, "prime": "nah"}}
    path = save_checkpoint(tmp_path / "one.safetensors", model, Vocabulary.from_text("anh\n"), **notes)
    assert written(path, "--length", "5", "--seed", "1")[1].startswith("nah")


@pytest.mark.parametrize(
    ("options", "line"),
    [
        (["nowhere"], "there is no checkpoint 'nowhere'; those that come with the course: python-docs, rec"),
        (["tales", "--prime", "€"], "the prime holds '€'"),
        (["tales", "--prime", ""], "the prime is empty"),
        (["tales", "--length", "-1"], "length must be at least 0"),
        (["tales", "--temperature", "-1"], "temperature must be a finite number of at least 0"),
        (["tales", "--top-k", "0"], "top_k must be at least 1"),
        (["tales", "--seed", str(10**30)], "seed must be at least -9223372036854775808 and below"),
        (["tales", "--count", "0"], "count must be at least 1"),
        (["tales", "--top-q", "0"], "unrecognized arguments: --top-q"),
        (["empty"], "there is no checkpoint in empty"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_what_is_refused_is_refused_in_one_line_with_2(written, tmp_path, options, line):
    (tmp_path / "empty").mkdir()
    code, text, error = written(*options)
    assert (code, text, error.count("\n")) == (2, "", 1)
    assert line in error


@pytest.mark.skipif(os.name == "nt", reason="Windows ends a process without asking it")
@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM"])
def test_a_text_that_is_stopped_ends_with_130_after_what_was_written(tmp_path, name):
    process = start("generate", "tales", "--prime", "There", "--length", "10000000", "--seed", "1", cwd=tmp_path)
    assert process.stdout.read(20).startswith("There"), "it streams"
    process.send_signal(getattr(signal, name))
    rest, _ = process.communicate(timeout=60)
    assert process.returncode == 130
    assert rest.endswith("\n")


def test_a_reader_who_has_seen_enough_is_no_error(tmp_path):
    line = [sys.executable, "-m", "helpers.generate", "tales", "--length", "100000", "--seed", "1"]
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run(
        line, cwd=tmp_path, env=environment(), stdout=writer, stderr=subprocess.PIPE, text=True, timeout=60
    )
    os.close(writer)
    assert (done.returncode, done.stderr) == (0, "")


def test_help_fits_a_screen_and_shows_an_example(written):
    code, text, _ = written("--help")
    assert code == 0
    assert len(text.splitlines()) <= 24
    assert max(map(len, text.splitlines())) <= 80
    assert "examples: python -m helpers.generate" in text
