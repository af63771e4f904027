"""Settings by one word: what they are made of, and that they can be trained with."""

import pytest
import torch

from helpers.corpora import load_corpus
from helpers.ground.vocabulary import Vocabulary
from helpers.text.batching import StreamBatches, WindowBatches
from helpers.training import fit
from helpers.training.presets import preset

ALL = [
    ("quick", None, "stacked-rnn"),
    ("quick", None, "lstm"),
    ("full", None, "stacked-rnn"),
    ("full", "wikitext-2", None),
    ("full", None, "lstm"),
    ("full", "pushkin", None),
    ("full", "tinyshakespeare", None),
    ("full", None, "gru"),
    ("quick", None, "vanilla-rnn"),
    ("quick", None, "gru"),
    ("quick", None, "attention-lstm"),
]


def test_full_is_war_and_peace_as_the_tutorial_trained_on_it():
    full = preset("full")
    assert (full.corpus, full.corpus_options) == ("war-and-peace", {"lower": True})
    assert (full.hidden_size, full.embedding_size, full.sequence_length, full.stride) == (500, 30, 100, 10)
    assert (full.batch_size, full.epochs, full.learning_rate) == (64, 10, 1e-3)


def test_wikitext_is_trained_with_a_stack():
    assert preset("full", "wikitext-2").num_layers > 1


def test_anna_karenina_is_the_most_copied_character_model():
    full = preset("full", "anna-karenina")
    assert (full.architecture, full.embedding_size, full.hidden_size, full.num_layers) == ("lstm", None, 512, 2)
    assert (full.dropout, full.batch_size, full.sequence_length, full.clip_norm) == (0.5, 64, 100, 5.0)
    assert preset("full", architecture="lstm") == full


def test_tinyshakespeare_is_the_hundred_line_network():
    full = preset("full", architecture="vanilla-rnn")
    assert (full.corpus, full.embedding_size, full.hidden_size) == ("tinyshakespeare", None, 100)
    assert (full.batch_size, full.sequence_length, full.learning_rate) == (1, 25, 0.1)
    assert isinstance(full.make_optimizer(full.make_model(65)), torch.optim.Adagrad)


def test_pushkin_is_read_with_attention():
    full = preset("full", "pushkin")
    model = full.make_model(131)
    assert (full.architecture, model.settings["hidden_size"], model.settings["block_size"]) == (
        "attention-lstm",
        384,
        256,
    )
    assert (full.batch_size, full.dropout, full.steps, full.epochs) == (64, 0.2, 5_000, None)
    optimizer = full.make_optimizer(model)
    assert isinstance(optimizer, torch.optim.AdamW)
    assert (optimizer.defaults["lr"], optimizer.defaults["weight_decay"]) == (3e-4, 0.01)


def test_what_few_presets_have_is_shown_by_those_alone():
    assert "optimizer" not in repr(preset("full"))
    assert "steps=5000, optimizer='adamw', weight_decay=0.01, num_heads=6)" in repr(preset("full", "pushkin"))


def test_quick_is_the_default_and_needs_no_network():
    assert preset() == preset("quick")
    assert load_corpus(preset().corpus, **preset().corpus_options).text


@pytest.mark.parametrize(("name", "corpus", "architecture"), ALL)
def test_each_preset_makes_a_model_and_batches_that_fit_trains_with(name, corpus, architecture):
    settings = preset(name, corpus, architecture=architecture)
    assert architecture in (None, settings.architecture)
    symbols = "".join(chr(97 + number) for number in range(20))
    tokens = torch.randint(20, (settings.batch_size * (settings.sequence_length + 11),))
    batches = settings.make_batches(tokens)
    inputs, _ = next(iter(batches))
    assert inputs.shape == (settings.batch_size, settings.sequence_length)
    model = settings.make_model(len(Vocabulary(symbols)))
    assert model.architecture == settings.architecture
    assert model.settings["hidden_size"] == settings.hidden_size
    assert model.settings.get("dropout", 0.0) == settings.dropout
    history = fit(model, batches, steps=1, progress=False, **settings.optimization)
    assert history.steps == [1]


def test_a_stride_makes_windows_in_an_order_of_their_own_and_no_stride_makes_streams():
    tokens = torch.arange(10_000)
    assert isinstance(preset("quick").make_batches(tokens), StreamBatches)
    windows = [preset("full").make_batches(tokens, seed=seed) for seed in (0, 0, 1)]
    assert all(isinstance(one, WindowBatches) and one.stride == 10 and one.shuffle for one in windows)
    first = [next(iter(one))[0] for one in windows]
    assert torch.equal(first[0], first[1])
    assert not torch.equal(first[0], first[2])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("huge",), "no preset 'huge': take 'quick' or 'full'"),
        (("full", "tales"), "'war-and-peace' with 'stacked-rnn' or .* not for 'tales'"),
        (("quick", None, "gpt"), "'python-docs' with 'stacked-rnn' or 'python-docs' with 'lstm' or .* not for 'gpt'"),
    ],
)
def test_unknown_settings_are_refused_with_those_that_there_are(arguments, message):
    with pytest.raises(ValueError, match=message):
        preset(*arguments[:2], architecture=dict(enumerate(arguments)).get(2))


def test_a_preset_is_printed_one_setting_a_line():
    lines = str(preset("full", "war-and-peace")).splitlines()
    assert "stride           10" in lines
    assert "corpus_options   {'lower': True}" in lines
    assert not [line for line in lines if line.startswith(("num_heads", "optimizer"))]
    assert "num_heads        6" in str(preset("full", "pushkin")).splitlines()
