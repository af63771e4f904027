"""The probability of a given text: against the loss, and against a model whose probabilities are known."""

import math

import pytest
import torch

from helpers.ground.vocabulary import Vocabulary
from helpers.models.lstm import CharLSTM
from helpers.sampling.likelihood import log_probabilities, perplexity
from helpers.text.ngrams import NgramModel
from helpers.training import sequence_loss

TEXT = "abba cabba dabba. " * 5
VOCABULARY = Vocabulary.from_text(TEXT)


def test_their_mean_is_minus_the_loss():
    torch.manual_seed(0)
    model = CharLSTM(len(VOCABULARY), 4, 8, dropout=0.5)
    rated = log_probabilities(model, VOCABULARY, TEXT)
    assert rated.shape == (len(TEXT) - 1,)
    assert model.training
    tokens = VOCABULARY.encode(TEXT)[None]
    loss = sequence_loss(model.eval()(tokens[:, :-1])[0], tokens[:, 1:])
    assert rated.mean().item() == pytest.approx(-loss.item(), rel=1e-5)
    assert perplexity(model, VOCABULARY, TEXT) == pytest.approx(math.exp(loss.item()), rel=1e-5)


def test_each_character_has_its_own():
    counts = NgramModel(VOCABULARY.encode(TEXT), len(VOCABULARY), 2)
    rated = log_probabilities(counts, VOCABULARY, TEXT)
    expected = torch.tensor(counts.losses(VOCABULARY.encode(TEXT))[-1]).float()
    torch.testing.assert_close(-rated, expected, rtol=1e-4, atol=1e-5)


def test_a_model_that_knows_nothing_chooses_among_all():
    model = NgramModel(VOCABULARY.encode(TEXT), len(VOCABULARY), 0)
    uniform = CharLSTM(len(VOCABULARY), 4, 8)
    torch.nn.init.zeros_(uniform.output.weight)
    torch.nn.init.zeros_(uniform.output.bias)
    assert perplexity(uniform, VOCABULARY, TEXT) == pytest.approx(len(VOCABULARY))
    assert perplexity(model, VOCABULARY, TEXT) < len(VOCABULARY)


@pytest.mark.parametrize("text", ["", "a"])
def test_a_text_without_a_character_to_rate_is_refused(text):
    with pytest.raises(ValueError, match=f"a text of {len(text)} characters has none to rate"):
        log_probabilities(CharLSTM(len(VOCABULARY), 4, 8), VOCABULARY, text)


def test_a_character_that_is_unknown_is_refused():
    with pytest.raises(ValueError, match="z"):
        log_probabilities(CharLSTM(len(VOCABULARY), 4, 8), VOCABULARY, "abz")
