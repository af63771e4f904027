"""`python -m helpers.evaluate`: a model beside those that count."""

import math
import re
from pathlib import Path

import pytest

from helpers.command_line.evaluate import main
from helpers.command_line.train import main as train
from helpers.corpora import load_corpus
from helpers.ground.checkpoints import save_checkpoint
from helpers.ground.vocabulary import Vocabulary
from helpers.models.lstm import CharLSTM
from helpers.text.baselines import measure
from helpers.text.splits import make_split
from tests.commands import SMALL, write_book

pytestmark = pytest.mark.usefixtures("one_thread")


@pytest.fixture
def rated(capsys):
    """Return a function that calls the command and gives its exit code, the figures of each row, and its remarks."""

    def call(*arguments):
        capsys.readouterr()
        try:
            code = main([*map(str, arguments)])
        except SystemExit as ended:
            code = ended.code
        out, error = capsys.readouterr()
        lines = [line for line in out.splitlines() if re.search(r"\d\.\d{3} ", line)]
        rows = {line[:26].strip(): [float(one.rstrip("%")) for one in line[26:].split()] for line in lines}
        return code, rows, out, error

    return call


@pytest.fixture
def run(tmp_path):
    """Return the folder of a small run on a text of its own."""
    write_book(tmp_path, 20_000)
    assert train(["book.txt", *SMALL, "--steps", "5", "--out", "run"]) == 0
    return tmp_path / "run"


def test_the_model_of_tales_stands_between_the_floor_and_the_counts(rated):
    code, rows, out, _ = rated("tales")
    assert code == 0
    assert "on the validation part of tales" in out
    own = rows["this model (lstm)"]
    assert rows["floor: the true source"][0] < own[0] < min(row[0] for name, row in rows.items() if "gram" in name)
    assert own[1] == pytest.approx(own[0] / math.log(2), abs=0.002)
    assert own[2] == pytest.approx(math.exp(own[0]), rel=0.01)
    assert own[3] > rows["bigram"][3] > rows["unigram"][3]


def test_a_run_is_rated_on_the_part_that_it_kept_back(rated, run):
    code, rows, out, error = rated(run)
    assert (code, error) == (0, "")
    assert "run/best.safetensors on the validation part of book.txt, 2,000 characters" in out.replace("\\", "/")
    split = make_split(load_corpus("book.txt"))
    counted = measure(split.train, split.val)
    assert rows["bigram"][0] == pytest.approx(counted.by_context[1], abs=0.02)
    best = next(row for name, row in rows.items() if name.startswith("best n-gram"))
    assert best[0] == pytest.approx(min(counted.by_context), abs=0.05)
    val_loss = float((run / "history.csv").read_text().splitlines()[-1].split(",")[3])
    assert rows["this model (lstm)"][0] == pytest.approx(val_loss, abs=0.001)


def test_another_text_is_rated_whole_without_what_the_model_does_not_know(rated, run, tmp_path):
    (tmp_path / "other.txt").write_text("The € was 5 § tall.\n" * 20, encoding="utf-8")
    code, rows, out, error = rated(run, "other.txt")
    assert code == 0
    assert "on other.txt, 3" in out
    assert "of 400 characters are left out: the model does not know them" in error
    assert "bigram" in rows


def test_where_the_own_text_is_gone_another_one_can_still_be_rated(rated, run, tmp_path):
    (tmp_path / "book.txt").rename(tmp_path / "moved.txt")
    code, _, _, error = rated(run)
    assert code == 2
    assert error.count("\n") == 1
    code, rows, _, error = rated(run, "moved.txt")
    assert code == 0
    assert error.startswith("no counting models beside it")
    assert list(rows) == [
        "this model (lstm)",
        f"knowing nothing, 1 in {len(set((tmp_path / 'moved.txt').read_text()))}",
    ]


def test_a_text_that_has_changed_is_not_taken_for_the_own_one(rated, run, tmp_path):
    """What was trained on could stand in the part that seems to be kept back."""
    book = tmp_path / "book.txt"
    book.write_text(book.read_text(encoding="utf-8")[-19_000:], encoding="utf-8")
    code, _, _, error = rated(run)
    assert code == 2
    assert "book.txt has changed since the model was trained on it" in error


def test_a_checkpoint_that_does_not_name_its_text_needs_one(rated, tmp_path):
    model = CharLSTM(5, 3, 4)
    path = save_checkpoint(tmp_path / "own.safetensors", model, Vocabulary.from_text("abcd\n"), model=model.settings)
    assert "does not say which text" in rated(path)[3]
    (tmp_path / "other.txt").write_text("abcd\n" * 50)
    assert rated(path, "other.txt")[0] == 0


def test_a_loss_beyond_all_numbers_is_no_crash(rated, tmp_path):
    model = CharLSTM(5, 3, 4)
    model.output.bias.data[0] = 1e6
    path = save_checkpoint(tmp_path / "own.safetensors", model, Vocabulary.from_text("abcd\n"), model=model.settings)
    (tmp_path / "other.txt").write_text("abcd\n" * 50)
    assert rated(path, "other.txt")[0] == 0


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (["nowhere"], "there is no checkpoint 'nowhere'"),
        (["tales", "nowhere.txt"], "'nowhere.txt' is neither a corpus"),
        (["tales", "tiny.txt"], "1 characters are too few"),
        (["tales", "--device", "abacus"], "there is no device 'abacus' here"),
        ([], "the following arguments are required: MODEL"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_what_is_refused_is_refused_in_one_line_with_2(rated, arguments, line):
    Path("tiny.txt").write_text("a")
    code, _, out, error = rated(*arguments)
    assert (code, out, error.count("\n")) == (2, "", 1)
    assert line in error


def test_help_fits_a_screen_and_shows_an_example(rated):
    code, _, out, _ = rated("--help")
    assert code == 0
    assert len(out.splitlines()) <= 24
    assert max(map(len, out.splitlines())) <= 80
    assert "example: python -m helpers.evaluate" in out
