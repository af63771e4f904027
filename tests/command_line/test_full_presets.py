"""The five ancestors at full size, cut short, through the command line alone: with checkpoint, picture and sample."""

import pytest

from helpers.models.trained import load_trained
from helpers.training.presets import PRESET_NAMES, preset
from tests.commands import run, write_book

pytestmark = pytest.mark.slow

ANCESTORS = PRESET_NAMES[2:]


def test_they_are_five():
    assert sorted(ANCESTORS) == ["anna-karenina", "pushkin", "tinyshakespeare", "war-and-peace", "wikitext-2"]


@pytest.mark.parametrize("name", ANCESTORS)
def test_a_shortened_run_leaves_all_that_a_full_one_does(tmp_path, name):
    write_book(tmp_path)
    code, out, error = run("train", "book.txt", "--preset", name, "--steps", "2", "--out", "run", cwd=tmp_path)
    assert (code, error) == (0, "")
    assert (tmp_path / "run" / "loss_curve.png").read_bytes().startswith(b"\x89PNG")
    assert len((tmp_path / "run" / "history.csv").read_text().splitlines()) == 3
    assert out.count("\n    ") >= 2, "samples"
    model, vocabulary, notes = load_trained(tmp_path / "run")
    full = preset("full", name)
    assert model.architecture == full.architecture
    assert model.settings == model.settings | full.sizes | {"vocab_size": len(vocabulary)}
    assert ("T" in vocabulary) != full.corpus_options.get("lower", False)
    assert notes["settings"]["lower"] == full.corpus_options.get("lower", False)


def test_minutes_cut_a_full_preset_short(tmp_path):
    write_book(tmp_path)
    given = ["--preset", "war-and-peace", "--minutes", "0.1", "--out", "run"]
    code, out, error = run("train", "book.txt", *given, cwd=tmp_path)
    assert (code, error) == (0, "")
    assert "steps fit into 0.1 min" in out
    assert {"best.safetensors", "loss_curve.png"} <= {path.name for path in (tmp_path / "run").iterdir()}
