"""The count models as models: they keep the common protocol, so everything that takes a model takes them."""

import pytest
import torch

from helpers.ground.vocabulary import Vocabulary
from helpers.sampling.generation import generate
from helpers.text.batching import StreamBatches
from helpers.text.ngrams import NgramModel
from helpers.training import evaluate

TEXT = "the cat sat on the mat, and the rat ran at the cat. " * 4
VOCABULARY = Vocabulary.from_text(TEXT + "z")
TOKENS = VOCABULARY.encode(TEXT)


def model(context_length=3):
    return NgramModel(TOKENS, len(VOCABULARY), context_length)


@pytest.mark.parametrize("context_length", [0, 1, 2, 5])
def test_logits_are_logarithms_of_distributions(context_length):
    logits, _ = model(context_length)(torch.randint(len(VOCABULARY), (3, 20)))
    assert logits.shape == (3, 20, len(VOCABULARY))
    assert torch.allclose(logits.exp().sum(-1), torch.ones(3, 20), atol=1e-5)


@pytest.mark.parametrize("context_length", [0, 1, 2, 5])
def test_both_ways_to_the_loss_agree(context_length):
    val = VOCABULARY.encode("the mat sat, z and the cat ran")
    logits, _ = model(context_length)(val[None, :-1])
    losses = -logits[0].gather(1, val[1:, None])[:, 0]
    assert torch.allclose(losses.double(), torch.from_numpy(model(context_length).losses(val)[-1]), atol=1e-5)


@pytest.mark.parametrize("context_length", [0, 1, 2, 5])
@pytest.mark.parametrize("cut", [1, 2, 3, 9])
def test_two_halves_with_the_carried_state_equal_one_pass(context_length, cut):
    tokens = TOKENS[None, :20].repeat(2, 1)
    whole, _ = model(context_length)(tokens)
    first, state = model(context_length)(tokens[:, :cut])
    second, _ = model(context_length)(tokens[:, cut:], state)
    assert torch.allclose(torch.cat([first, second], dim=1), whole, atol=1e-6)


def test_the_future_changes_nothing():
    tokens = TOKENS[None, :30].clone()
    before, _ = model()(tokens)
    tokens[0, 20] = VOCABULARY.encode("z")
    after, _ = model()(tokens)
    assert torch.equal(before[:, :20], after[:, :20])
    assert not torch.equal(before[:, 20], after[:, 20])


def test_it_writes_text_from_its_counts():
    text = generate(model(4), VOCABULARY, "the ", 200, temperature=0.3, generator=torch.Generator().manual_seed(0))
    assert len(text) == 204
    assert {"cat", "mat", "rat"} & set(text.replace(".", " ").replace(",", " ").split())


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((TOKENS, len(VOCABULARY), -1), "context_length must be at least 0"),
        ((TOKENS[:3], len(VOCABULARY), 3), "3 characters are too few to count contexts of 3"),
        ((TOKENS, 5, 1), "tokens outside 0 to 4"),
    ],
)
def test_bad_input_is_one_clear_error(arguments, message):
    with pytest.raises(ValueError, match=message):
        NgramModel(*arguments)


def test_evaluation_takes_it_like_a_network():
    counts = model(3)
    score = evaluate(counts, StreamBatches(TOKENS, 16, batch_size=1))
    assert score.loss == pytest.approx(counts.losses(TOKENS)[-1].mean(), rel=1e-5)
