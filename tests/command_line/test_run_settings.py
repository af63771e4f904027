"""The settings of a run: presets, files and flags over each other, and what is refused."""

import tomllib
from dataclasses import fields, replace

import pytest

from helpers.command_line.run_settings import MODELS, NONE, RunSettings, find_preset, model_name, resolve
from helpers.command_line.toml_file import read_settings, write_settings
from helpers.models.architectures import ARCHITECTURES
from helpers.training.presets import PRESET_NAMES, preset


def test_every_model_of_the_course_has_a_word():
    assert set(MODELS.values()) == set(ARCHITECTURES)
    assert all(model_name(architecture) == word for word, architecture in MODELS.items())


@pytest.mark.parametrize("name", PRESET_NAMES[2:])
def test_an_ancestor_is_one_word(name):
    settings = resolve({"preset": name})
    assert settings.text == name
    assert settings.lower == (name == "war-and-peace")
    assert replace(settings.recipe, corpus_options={}) == replace(preset("full", name), corpus_options={})


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("name", ["quick", "full"])
def test_a_preset_takes_ones_own_text_and_any_model(name, model):
    settings = resolve({"preset": name, "model": model, "text": "my.txt"})
    assert (settings.text, settings.model) == ("my.txt", model)
    expected = preset(name, architecture=MODELS[model])
    assert replace(settings.recipe, corpus=expected.corpus) == replace(expected, corpus_options={})


def test_full_takes_what_was_made_for_the_text():
    assert find_preset("full", "wikitext-2", None) == preset("full", "wikitext-2")
    assert find_preset("full", "wikitext-2", "lstm") == preset("full", architecture="lstm")
    assert find_preset("war-and-peace", None, "lstm") == replace(preset("full"), architecture="lstm")


def test_flags_go_before_a_file_and_a_file_before_a_preset():
    config = {"preset": "full", "model": "lstm", "hidden_size": 64, "dropout": 0.2}
    settings = resolve({"hidden_size": 32}, config)
    assert (settings.hidden_size, settings.dropout, settings.num_layers) == (32, 0.2, 2)


@pytest.mark.parametrize("name", ["epochs", "steps", "minutes"])
def test_one_length_takes_the_place_of_another(name):
    settings = resolve({name: 7}, {"steps": 100, "evaluate_every": 10})
    lengths = {one: getattr(settings, one) for one in ("epochs", "steps", "minutes")}
    assert lengths == dict.fromkeys(lengths) | {name: 7}
    assert settings.evaluate_every is None
    assert resolve({}, {"steps": 100}).epochs is None


@pytest.mark.parametrize("name", PRESET_NAMES)
def test_settings_come_back_from_their_file(tmp_path, name):
    settings = resolve({"preset": name, "text": 'C:\\a "b"\n\x7f\tü🙂.txt', "learning_rate": 1e-05, "threads": 1})
    path = write_settings(tmp_path / "settings.toml", settings)
    assert resolve({}, read_settings(path)) == settings
    found = tomllib.loads(path.read_text(encoding="utf-8"))
    assert all(isinstance(value, (str, int, float, bool)) for value in found.values())
    assert found["patience"] == NONE


def test_a_file_may_hold_some_settings_with_dashes(tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text('preset = "full"\nmodel = "lstm"\nhidden-size = 64\nclip-norm = 2\nstride = "none"\n')
    settings = resolve({}, read_settings(path))
    assert (settings.hidden_size, settings.clip_norm, settings.stride) == (64, 2.0, None)
    assert isinstance(settings.clip_norm, float)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("hiden_size = 5", "there is no setting 'hiden_size'; did you mean 'hidden_size'?"),
        ('hidden_size = "many"', "hidden_size must be a whole number, not 'many'"),
        ("hidden_size = 5.5", "hidden_size must be a whole number, not 5.5"),
        ("hidden_size = true", "hidden_size must be a whole number, not True"),
        ('stride = "wide"', "stride must be a whole number or 'none', not 'wide'"),
        ("lower = 1", "lower must be true or false, not 1"),
        ("preset = 5", "preset must be a text in quotes, not 5"),
        ("text = 5", "text must be a text in quotes, not 5"),
        ("[model]\nname = 1", "model must be a text in quotes"),
        ("hidden_size 5", "mine.toml: Expected '='"),
    ],
)
def test_a_file_with_a_mistake_is_refused_with_its_name(tmp_path, line, message):
    path = tmp_path / "mine.toml"
    path.write_text(line)
    with pytest.raises(ValueError, match=r"mine.toml: ") as refused:
        read_settings(path)
    assert message in str(refused.value)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"preset": "huge"}, "no preset 'huge': take quick, full, war-and-peace"),
        ({"model": "stacked-rnn", "embedding_size": None}, "stacked-rnn needs an embedding_size"),
        ({"preset": "anna-karenina", "model": "rnn"}, "the model rnn has one layer and no dropout"),
        ({"clip_norm": 0}, 'clip_norm must be above 0; "none" leaves it out'),
        ({"minutes": 0}, "minutes must be above 0"),
        ({"optimizer": "sgd"}, "optimizer must be one of adam, adamw, adagrad, not 'sgd'"),
        ({"validation": 1.0}, "validation must be at least 0 and below 1"),
        ({"learning_rate": float("nan")}, "learning_rate must be at least 0, not nan"),
        ({"threads": 10**6}, "threads must be at least 1 and below 1025, not 1000000"),
        ({"seed": -1}, "seed must be at least 0"),
        ({"seed": 10**30}, "seed must be at least 0 and below 9223372036854775808, not 1000000"),
        ({"model": "transformer"}, "model must be one of rnn, stacked-rnn, lstm, gru, attention, not 'transformer'"),
    ],
)
def test_settings_that_make_no_sense_are_refused(given, message):
    with pytest.raises(ValueError, match=message):
        resolve(given)


def test_every_setting_can_be_given_on_the_command_line_but_what_a_run_finds_out_itself():
    from helpers.command_line.options import train_parser

    flags = {action.dest for action in train_parser()._actions}
    assert {one.name for one in fields(RunSettings)} - flags == {"characters", "checksum"}
