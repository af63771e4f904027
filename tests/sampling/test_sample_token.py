"""Temperature and generation."""

import math
import re

import pytest
import torch
from torch import nn

from helpers.ground.vocabulary import Vocabulary
from helpers.models.vanilla_rnn import CharRNN
from helpers.sampling.generation import generate, sample_token

VOCABULARY = Vocabulary.from_text("abcdefgh")
LOGITS = torch.tensor([1.0, -2.0, 0.5, 3.0, 2.5, -0.5])
BAD_TEMPERATURES = [-1.0, -1e-9, math.nan, math.inf, -math.inf]


def seeded(seed):
    return torch.Generator().manual_seed(seed)


def draw(temperature, count=3_000, logits=LOGITS):
    generator = seeded(0)
    tokens = [sample_token(logits, temperature, generator) for _ in range(count)]
    return torch.bincount(torch.tensor(tokens), minlength=len(logits)) / count


@pytest.fixture
def model():
    torch.manual_seed(0)
    model = CharRNN(len(VOCABULARY), embedding_size=8, hidden_size=16)
    with torch.no_grad():
        model.output.weight.mul_(8)  # far from uniform, so that one wrong step shows in the text
    return model


def test_temperature_0_is_the_argmax():
    for logits in torch.randn(100, 7, generator=seeded(0)):
        assert sample_token(logits, 0) == logits.argmax()


def test_temperature_0_draws_nothing():
    generator = seeded(0)
    before = generator.get_state()
    sample_token(LOGITS, 0, generator)
    assert torch.equal(generator.get_state(), before)


def test_temperature_1_changes_nothing():
    default, ours, plain = seeded(0), seeded(0), seeded(0)
    for _ in range(200):
        expected = torch.multinomial(torch.softmax(LOGITS, dim=-1), 1, generator=plain).item()
        assert sample_token(LOGITS, 1.0, ours) == expected
        assert sample_token(LOGITS, generator=default) == expected


@pytest.mark.parametrize("temperature", [0.3, 0.7, 1.0, 2.0, 10.0])
def test_draws_are_as_frequent_as_the_softmax_says(temperature):
    expected = torch.softmax(LOGITS / temperature, dim=-1)
    standard_error = (expected * (1 - expected) / 3_000).sqrt()
    assert ((draw(temperature) - expected).abs() < 4.5 * standard_error + 1e-3).all()


def test_the_entropy_of_the_draws_rises_with_the_temperature():
    entropies = [torch.special.entr(draw(temperature)).sum().item() for temperature in (0, 0.3, 0.7, 1, 2, 10)]
    assert entropies[0] == 0
    assert entropies == sorted(set(entropies))


def test_a_temperature_near_0_is_nearly_the_argmax():
    assert draw(1e-3, count=100)[LOGITS.argmax()] == 1


@pytest.mark.parametrize("temperature", [0, 1e-3, 1.0, 1e300])
def test_huge_logits_do_not_overflow(temperature):
    assert sample_token(torch.tensor([-1e30, 1e30, 0.0]), temperature) in ((1,) if temperature < 1e300 else (0, 1, 2))


@pytest.mark.parametrize("temperature", [1e-46, 1e-300])
def test_the_smallest_temperatures_are_the_argmax(temperature):
    assert sample_token(LOGITS, temperature) == LOGITS.argmax()


def test_logits_are_left_as_they_were():
    logits = LOGITS.clone()
    sample_token(logits, 0.5)
    assert torch.equal(logits, LOGITS)


@pytest.mark.parametrize("temperature", BAD_TEMPERATURES)
def test_a_temperature_without_meaning_is_refused(temperature):
    message = re.escape(f"temperature must be a finite number of at least 0, not {temperature}")
    with pytest.raises(ValueError, match=message):
        sample_token(LOGITS, temperature)


@pytest.mark.parametrize("temperature", BAD_TEMPERATURES)
def test_generate_refuses_it_before_it_writes(model, temperature):
    with pytest.raises(ValueError, match="temperature must be a finite number of at least 0"):
        generate(model, VOCABULARY, "a", 0, temperature=temperature)


@pytest.mark.parametrize("length", [0, 1, 25])
def test_a_text_is_the_prime_and_as_many_characters_as_asked(model, length):
    text = generate(model, VOCABULARY, "bad", length, generator=seeded(0))
    assert text.startswith("bad")
    assert len(text) == 3 + length


def test_the_same_seed_gives_the_same_text(model):
    texts = [generate(model, VOCABULARY, "a", 50, generator=seeded(seed)) for seed in (1, 1, 2)]
    assert texts[0] == texts[1] != texts[2]


def test_draws_from_a_generator_leave_the_global_random_state(model):
    before = torch.get_rng_state()
    generate(model, VOCABULARY, "a", 5, generator=seeded(0))
    assert torch.equal(torch.get_rng_state(), before)


@pytest.mark.parametrize("temperature", [0, 0.8, 1.5])
def test_generate_equals_steps_by_hand(model, temperature):
    generator, text = seeded(3), "cab"
    logits, state = model(VOCABULARY.encode(text)[None])
    for _ in range(30):
        token = sample_token(logits[0, -1], temperature, generator)
        text += VOCABULARY.decode([token])
        logits, state = model(torch.tensor([[token]]), state)
    assert generate(model, VOCABULARY, "cab", 30, temperature=temperature, generator=seeded(3)) == text


def test_the_greedy_continuation_is_the_argmax_after_the_whole_text_so_far(model):
    text = "hag"
    for _ in range(30):
        logits, _ = model(VOCABULARY.encode(text)[None])
        text += VOCABULARY.decode(logits[0, -1:].argmax(-1))
    assert generate(model, VOCABULARY, "hag", 30, temperature=0) == text


def test_greedy_text_can_be_continued_in_two_parts(model):
    half = generate(model, VOCABULARY, "a", 15, temperature=0)
    whole = generate(model, VOCABULARY, half, 15, temperature=0)
    assert whole == generate(model, VOCABULARY, "a", 30, temperature=0)


class WithLSTM(nn.Module):
    """A model whose state is a pair, with dropout."""

    def __init__(self):
        super().__init__()
        self.embedding, self.lstm = nn.Embedding(8, 8), nn.LSTM(8, 8, batch_first=True)
        self.dropout = nn.Dropout(0.5)

    def forward(self, tokens, state=None):
        outputs, state = self.lstm(self.dropout(self.embedding(tokens)), state)
        return outputs * 8, state


@pytest.mark.parametrize("training", [True, False])
def test_any_model_of_the_protocol_writes_without_dropout_and_keeps_its_mode(training):
    model = WithLSTM().train(training)
    first, second = (generate(model, VOCABULARY, "ab", 20, temperature=0) for _ in range(2))
    assert first == second
    assert [module.training for module in model.modules()] == [training] * 4


def test_weights_are_left_without_gradients(model):
    generate(model, VOCABULARY, "a", 5)
    assert all(parameter.grad is None for parameter in model.parameters())


def test_an_empty_prime_is_refused(model):
    with pytest.raises(ValueError, match="the prime is empty: give the model at least one character"):
        generate(model, VOCABULARY, "", 5)


def test_a_negative_length_is_refused(model):
    with pytest.raises(ValueError, match="length must be at least 0, not -1"):
        generate(model, VOCABULARY, "a", -1)


@pytest.mark.parametrize("length", [0, 5])
def test_a_prime_outside_the_vocabulary_is_refused(model, length):
    with pytest.raises(ValueError, match="'Z' at position 2, which is not in the vocabulary of 8 characters"):
        generate(model, VOCABULARY, "abZcY", length)


def test_a_refused_prime_leaves_the_mode_of_the_model(model):
    model.train()
    with pytest.raises(ValueError, match="'Z'"):
        generate(model, VOCABULARY, "Z", 5)
    assert model.training


def test_the_advice_for_a_prime_outside_the_vocabulary_can_be_followed(model):
    with pytest.raises(ValueError, match="'Z'") as caught:
        generate(model, VOCABULARY, "Z", 5)
    assert "prime" in str(caught.value)
    assert "unknown=" not in str(caught.value)


@pytest.mark.parametrize(
    ("symbols", "prime"),
    [("abcdefghijkl", "l"), ("abcdefghijkl", "a"), ("ab", "a")],
    ids=["larger, new prime", "larger, known prime", "smaller"],
)
def test_a_vocabulary_of_another_model_is_refused(model, symbols, prime):
    with pytest.raises(ValueError, match="vocabulary") as caught:
        generate(model, Vocabulary.from_text(symbols), prime, 20, generator=seeded(0))
    assert {str(len(symbols)), "8"} <= set(re.findall(r"\d+", str(caught.value))), "both sizes"
