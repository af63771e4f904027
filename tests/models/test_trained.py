"""Models from checkpoints alone: made as the notes say, and refused where these do not say it."""

import json

import pytest
import torch

from helpers.corpora import load_corpus
from helpers.ground.checkpoints import save_checkpoint
from helpers.ground.vocabulary import Vocabulary
from helpers.models.architectures import ARCHITECTURES
from helpers.models.lstm import CharLSTM
from helpers.models.trained import SHIPPED, load_trained
from helpers.sampling.generation import generate
from helpers.sampling.likelihood import log_probabilities
from tools.checkpoints import RECIPES

VOCABULARY = Vocabulary.from_text("abcdefg")
LARGEST = 2_000_000  # bytes of a file that ships


@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_a_model_is_made_from_its_checkpoint_alone(architecture, tmp_path):
    torch.manual_seed(0)
    sizes = (5, 8, 2) if architecture == "stacked-rnn" else (5, 8)
    model = ARCHITECTURES[architecture](7, *sizes)
    path = save_checkpoint(tmp_path / "one.safetensors", model, VOCABULARY, model=model.settings)
    loaded, vocabulary, _ = load_trained(path)
    tokens = torch.randint(7, (2, 9))
    assert torch.equal(loaded(tokens)[0], model.eval()(tokens)[0])
    assert vocabulary == VOCABULARY
    assert not loaded.training


def test_what_cannot_be_made_is_refused(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"come with the course: .*tales"):
        load_trained("no-such-thing")
    path = save_checkpoint(tmp_path / "one.safetensors", CharLSTM(7, 5, 8), VOCABULARY)
    with pytest.raises(ValueError, match="does not say how to make its model"):
        load_trained(path)


@pytest.mark.parametrize("recipe", RECIPES, ids=lambda recipe: recipe.corpus)
def test_what_ships_is_small_and_is_what_its_recipe_says(recipe):
    path = SHIPPED / f"{recipe.corpus}.safetensors"
    assert path.stat().st_size < LARGEST
    model, vocabulary, notes = load_trained(recipe.corpus)
    assert notes == notes | json.loads((SHIPPED / f"{recipe.corpus}.json").read_text(encoding="utf-8"))
    assert notes["recipe"]["steps"] == recipe.steps
    assert model.architecture == recipe.architecture
    assert len(generate(model, vocabulary, "The ", 30)) == 34


def test_the_model_of_tales_has_the_loss_that_is_written_beside_it():
    model, vocabulary, notes = load_trained("tales")
    text = load_corpus("tales").text[-30_000:]
    loss = -log_probabilities(model, vocabulary, text).mean().item()
    assert loss == pytest.approx(notes["val_loss"], abs=0.03)
