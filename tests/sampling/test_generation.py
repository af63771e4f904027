"""Several continuations, filters, a text to stop at, streaming, and Ctrl-C."""

import itertools

import pytest
import torch

from helpers.ground.vocabulary import Vocabulary
from helpers.models.attention_lstm import CharAttentionLSTM
from helpers.models.gru import CharGRU
from helpers.models.lstm import CharLSTM
from helpers.models.stacked_rnn import StackedRNN
from helpers.models.vanilla_rnn import CharRNN
from helpers.sampling.generation import generate
from helpers.text.ngrams import NgramModel

VOCABULARY = Vocabulary.from_text("abcdefgh.")


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


def make(architecture=CharLSTM):
    torch.manual_seed(0)
    sizes = (8, 16, 2) if architecture is StackedRNN else (8, 16)
    model = architecture(len(VOCABULARY), *sizes)
    with torch.no_grad():
        model.output.weight.mul_(8)  # far from uniform, so that one wrong step shows in the text
    return model


@pytest.fixture
def model():
    return make()


@pytest.mark.parametrize("architecture", [CharRNN, StackedRNN, CharLSTM, CharGRU, CharAttentionLSTM])
def test_each_of_several_continuations_is_drawn_from_its_own_past(architecture):
    model = make(architecture)
    texts = generate(model, VOCABULARY, "ab", 30, count=6, generator=seeded())
    assert len(set(texts)) > 3
    generator = seeded()
    for place in range(2, 32):
        rows = torch.stack([VOCABULARY.encode(text[:place]) for text in texts])
        expected = torch.multinomial(model(rows)[0][:, -1].softmax(-1), 1, generator=generator)
        assert [text[place] for text in texts] == list(VOCABULARY.decode(expected[:, 0].tolist()))


def test_one_continuation_is_a_text_and_a_count_of_one_a_list(model):
    text = generate(model, VOCABULARY, "ab", 9, generator=seeded())
    assert [text] == generate(model, VOCABULARY, "ab", 9, count=1, generator=seeded())


def test_a_count_model_takes_part():
    counts = NgramModel(VOCABULARY.encode("abcabcabd." * 9), len(VOCABULARY), 2)
    assert len(generate(counts, VOCABULARY, "ab", 9, count=3, generator=seeded())) == 3


@pytest.mark.parametrize(
    ("settings", "choices"),
    [({"top_k": 2}, 2), ({"top_p": 1e-6}, 1), ({"min_p": 0.99}, 1), ({"temperature": 0}, 1), ({"typical_p": 1e-6}, 1)],
)
def test_only_what_a_filter_leaves_is_drawn(model, settings, choices):
    texts = generate(model, VOCABULARY, "a", 1, count=300, generator=seeded(), **settings)
    assert len({text[-1] for text in texts}) <= choices
    assert len({text[-1] for text in generate(model, VOCABULARY, "a", 1, count=300, generator=seeded())}) > 2


def test_passages_are_not_repeated_the_prime_included(model):
    looping = generate(model, VOCABULARY, "abcdabcd", 60, temperature=0)
    text = generate(model, VOCABULARY, "abcdabc", 60, temperature=0, no_repeat_ngram=4)
    assert passages(text, 4) == len(text) - 3
    assert passages(looping, 4) < len(looping) - 3


def passages(text, size):
    return len({text[start : start + size] for start in range(len(text) - size + 1)})


def test_it_stops_after_the_text_that_it_is_to_stop_at(model):
    texts = generate(model, VOCABULARY, ".", 200, count=8, stop=".", temperature=2.0, generator=seeded())
    ended = [text for text in texts if len(text) < 201]
    assert len({len(text) for text in ended}) > 1
    for text in ended:
        assert text.endswith(".")
        assert text.count(".") == 2


def test_the_text_to_stop_at_may_be_longer_and_does_not_count_the_prime(model):
    free = generate(model, VOCABULARY, "ab", 60, generator=seeded())
    stop = free[20:23]
    text = generate(model, VOCABULARY, "ab", 60, stop=stop, generator=seeded())
    assert text == free[: free.index(stop, 2) + 3]


def test_the_callback_sees_each_character_as_it_comes(model):
    seen = []
    text = generate(model, VOCABULARY, "ab", 12, generator=seeded(), callback=seen.append)
    assert "ab" + "".join(seen) == text
    assert len(seen) == 12
    rows = []
    texts = generate(model, VOCABULARY, "ab", 50, count=3, stop=".", generator=seeded(), callback=rows.append)
    assert ["ab" + "".join(column) for column in zip(*rows, strict=True)] == texts


def test_an_interrupt_returns_what_was_written(model):
    for count in (None, 2):
        counter = itertools.count(1)

        def interrupt(_, counter=counter):
            if next(counter) == 5:
                raise KeyboardInterrupt

        model.train()
        text = generate(model, VOCABULARY, "ab", 50, count=count, generator=seeded(), callback=interrupt)
        whole = generate(model, VOCABULARY, "ab", 50, count=count, generator=seeded())
        assert text == (whole[:7] if count is None else [one[:7] for one in whole])
        assert model.training


def test_a_top_k_beyond_the_vocabulary_is_said_to_have_no_effect(model):
    with pytest.warns(UserWarning, match="top_k is 10, and there are only 9 characters: all of them stay"):
        text = generate(model, VOCABULARY, "ab", 20, top_k=10, generator=seeded())
    assert text == generate(model, VOCABULARY, "ab", 20, generator=seeded())


@pytest.mark.parametrize(
    ("settings", "line"),
    [
        ({"count": 0}, "count must be at least 1, not 0"),
        ({"stop": ""}, "stop is empty"),
        ({"no_repeat_ngram": 0}, "no_repeat_ngram must be at least 1"),
        ({"top_k": 0}, "top_k must be at least 1"),
        ({"top_p": 2}, "top_p must be above 0 and at most 1"),
    ],
)
def test_a_bad_setting_is_refused_before_a_character_is_written(model, settings, line):
    with pytest.raises(ValueError, match=line):
        generate(model, VOCABULARY, "ab", 5, callback=pytest.fail, **settings)
    with pytest.raises(ValueError, match=line):
        generate(model, VOCABULARY, "ab", 0, **settings)
