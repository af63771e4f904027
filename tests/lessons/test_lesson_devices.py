"""In section 7 of lesson 04 the model may be on a GPU: tried on torch's device "meta", so without one."""

from types import SimpleNamespace

import pytest
import torch

from helpers.checks.lstm.device import Absent
from helpers.ground.vocabulary import Vocabulary
from tests.cells import lessons, namespace_of, run_cell

LESSON = next(lesson for lesson in lessons() if lesson.module == "lstm")
VOCABULARY = Vocabulary("abdehlo")


def devices_of(model):
    return {parameter.device.type for parameter in model.parameters()}


def test_sample_feeds_the_tokens_where_the_model_is():
    model = Absent(len(VOCABULARY), "cpu")
    text = namespace_of(LESSON)["sample"](model, VOCABULARY, 5, "hello", 3, torch.Generator())
    assert text.startswith("hello")
    assert len(text) == 10
    assert model.devices == ["meta"] * 5
    assert devices_of(model) == {"meta"}


def test_sample_draws_on_the_cpu_where_its_generator_is():
    model = Absent(len(VOCABULARY), "meta")
    with pytest.raises(NotImplementedError, match="Cannot copy out of meta tensor"):  # what .cpu() says here
        namespace_of(LESSON)["sample"](model, VOCABULARY, 5, "hello", 3, torch.Generator())


def test_showing_progress_leaves_the_model_where_it_is(capsys):
    source = next(cell.source for cell in LESSON.cells if "def show_progress" in cell.source)
    vocabulary = Vocabulary(" Tabceh")
    tools = {"model": Absent(len(vocabulary), "cpu"), "vocabulary": vocabulary, "samples": torch.Generator()}
    cell = run_cell(source, tools | {"sample": namespace_of(LESSON)["sample"]})
    history = SimpleNamespace(train_loss=[2.0], val_loss=[1.5])
    cell["show_progress"](SimpleNamespace(epoch=1, history=history))
    assert capsys.readouterr().out.startswith("epoch  1   2.000   1.500   'The ")
    assert devices_of(tools["model"]) == {"meta"}
