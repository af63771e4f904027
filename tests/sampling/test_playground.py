"""The panel of sliders: it writes what `generate` writes, streams it, and is not there where it must not be."""

from itertools import pairwise

import pytest
import torch

from helpers.ground.vocabulary import Vocabulary
from helpers.models.lstm import CharLSTM
from helpers.sampling import playground
from helpers.sampling.generation import generate
from helpers.sampling.playground import can_show_widgets, make_panel, play

VOCABULARY = Vocabulary.from_text("There was abcdfg.")
SETTINGS = {"prime": "The", "length": 20, "temperature": 0.8, "top_k": 5, "top_p": 0.9, "min_p": 0.0, "seed": 3}


@pytest.fixture
def model():
    torch.manual_seed(0)
    return CharLSTM(len(VOCABULARY), 4, 8)


def expected(model, **changed):
    settings = SETTINGS | changed
    generator = torch.Generator().manual_seed(settings["seed"])
    filters = {"temperature": settings["temperature"], "top_k": settings["top_k"], "top_p": settings["top_p"]}
    return generate(model, VOCABULARY, settings["prime"], settings["length"], generator=generator, **filters)


def test_without_a_notebook_the_text_is_written_once_as_it_comes(model, capsys):
    text = play(model, VOCABULARY, **SETTINGS)
    assert text == expected(model)
    assert capsys.readouterr().out == text + "\n"


def test_the_button_writes_with_the_values_of_the_sliders(model):
    panel = make_panel(model, VOCABULARY, SETTINGS)
    panel.button.click()
    assert panel.text.value == expected(model)
    panel.controls["seed"].value = 4
    panel.controls["temperature"].value = 1.2
    panel.button.click()
    assert panel.text.value == expected(model, seed=4, temperature=1.2)
    assert not panel.button.disabled


def test_filters_at_their_neutral_end_are_off(model):
    panel = make_panel(model, VOCABULARY, SETTINGS | {"top_k": 0, "top_p": 1.0, "temperature": 1.0})
    panel.button.click()
    assert panel.text.value == generate(model, VOCABULARY, "The", 20, generator=torch.Generator().manual_seed(3))


def test_the_text_grows_while_it_is_written(model):
    panel = make_panel(model, VOCABULARY, SETTINGS)
    seen = []
    panel.text.observe(lambda change: seen.append(change["new"]), "value")
    panel.button.click()
    assert len(seen) >= 2
    assert all(later.startswith(earlier) for earlier, later in pairwise(seen))


def test_the_text_is_as_wide_as_its_place_allows_and_only_the_button_writes_it(model):
    panel = make_panel(model, VOCABULARY, SETTINGS)
    assert (panel.text.layout.width, panel.text.layout.max_width, panel.layout.max_width) == ("100%", "760px", "100%")
    assert panel.text.disabled
    assert (panel.text.value, panel.text.placeholder) == ("", "Press Write")


def test_a_setting_that_makes_no_sense_is_said_in_the_panel(model):
    panel = make_panel(model, VOCABULARY, SETTINGS | {"prime": ""})
    panel.button.click()
    assert panel.text.value.startswith("✗ the prime is empty")
    assert not panel.button.disabled


def test_in_a_notebook_the_panel_is_shown(model, monkeypatch):
    shown = []
    fake = type("IPython", (), {"display": type("display", (), {"display": staticmethod(shown.append)})})
    monkeypatch.setitem(playground.sys.modules, "IPython", fake)
    monkeypatch.setattr(playground, "can_show_widgets", lambda: True)
    panel = play(model, VOCABULARY, prime="The", length=20)
    assert shown == [panel]
    assert panel.controls["prime"].value == "The"


def test_a_notebook_that_a_machine_executes_shows_no_widget(monkeypatch):
    class Shell:
        kernel = object()

    monkeypatch.setitem(playground.sys.modules, "IPython", type("IPython", (), {"get_ipython": staticmethod(Shell)}))
    monkeypatch.delenv("COURSE_WIDGETS", raising=False)
    assert can_show_widgets()
    monkeypatch.setenv("COURSE_WIDGETS", "0")
    assert not can_show_widgets()
