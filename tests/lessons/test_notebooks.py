"""The built notebooks: what is blank, what is solved, and what is stored."""

import re

import nbformat
import pytest

from tests.cells import lessons
from tools.lesson import ROOT
from tools.notebooks import untrue_statements

LESSONS = {lesson.name: lesson for lesson in lessons()}
IGNORE = "nbval-ignore-output"
MOST_IGNORED = 8


def read(folder, name):
    return nbformat.read(ROOT / folder / f"{name}.ipynb", as_version=4)


def code_cells(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


@pytest.mark.parametrize("name", LESSONS)
def test_blank_and_solution_differ_only_in_answers_and_outputs(name):
    blank, solved = read("notebooks", name), read("solutions", name)
    assert blank.metadata == solved.metadata
    assert len(blank.cells) == len(solved.cells)
    different = []
    for left, right in zip(blank.cells, solved.cells, strict=True):
        assert (left.id, left.cell_type, left.metadata) == (right.id, right.cell_type, right.metadata)
        if left.source != right.source:
            different.append(left)
    answers = [cell for cell in LESSONS[name].cells if "### BEGIN SOLUTION" in cell.source]
    assert len(different) == len(answers)
    assert {cell.metadata.get("exercise") for cell in different} == {cell.exercise for cell in answers}


@pytest.mark.parametrize("name", LESSONS)
def test_blank_notebook_holds_no_output_and_no_answer(name):
    blank = read("notebooks", name)
    for cell in code_cells(blank):
        assert (cell.outputs, cell.execution_count) == ([], None)
        if "exercise" in cell.metadata:
            assert "..." in [line.strip() for line in cell.source.splitlines()]
    assert "SOLUTION" not in "".join(cell.source for cell in blank.cells)


@pytest.mark.parametrize("name", LESSONS)
def test_solution_was_executed_from_top_to_bottom_without_an_error(name):
    cells = code_cells(read("solutions", name))
    assert [cell.execution_count for cell in cells] == list(range(1, len(cells) + 1))
    outputs = [output for cell in cells for output in cell.outputs]
    assert not [output for output in outputs if output.output_type == "error"]
    assert not [output for output in outputs if "application/vnd.jupyter.widget-view+json" in output.get("data", {})]
    assert not [output for output in outputs if "\r" in output.get("text", "")]


@pytest.mark.parametrize("name", LESSONS)
def test_no_stored_statement_is_false(name):
    assert untrue_statements(read("solutions", name)) == []


def test_the_sanity_check_of_lesson_01_holds():
    text = (ROOT / "solutions" / "01_alphabet.ipynb").read_text(encoding="utf-8")
    for statement in (
        "the loss is below 0.01: True",
        "every letter right: True",
        *(f"temperature {temperature}: the alphabet, ten times: True" for temperature in (0, 0.2, 0.5)),
        "beats the bigram by more than half a nat: True",
    ):
        assert statement in text


def test_the_gradient_of_lesson_02_is_proved():
    text = (ROOT / "solutions" / "02_vanilla_rnn.ipynb").read_text(encoding="utf-8")
    for parameter in ("Wxh", "Whh", "Why", "bh ", "by "):
        assert f"{parameter}  relative error below 1e-7: True" in text
        assert f"{parameter}  equal to autograd within 1e-12: True" in text
    for argument in ("inputs", "start ", "Whh   "):
        assert f"{argument}  equal to autograd: True" in text
    assert "beats the bigram by more than 0.1 nats per character: True" in text


@pytest.mark.parametrize("name", LESSONS)
def test_few_cells_are_not_compared(name):
    ignored = [cell for cell in code_cells(read("solutions", name)) if IGNORE in cell.metadata.get("tags", [])]
    assert len(ignored) <= MOST_IGNORED


@pytest.mark.parametrize("name", LESSONS)
def test_a_cell_that_trains_is_followed_by_a_compared_statement(name):
    cells = code_cells(read("solutions", name))
    for number, cell in enumerate(cells):
        if IGNORE in cell.metadata.get("tags", []) and "optimizer" in cell.source and "train_epoch(" in cell.source:
            following = cells[number + 1]
            assert IGNORE not in following.metadata.get("tags", [])
            assert any(": True" in output.get("text", "") for output in following.outputs)


@pytest.mark.parametrize("name", LESSONS)
def test_nothing_stored_names_a_machine(name):
    text = (ROOT / "solutions" / f"{name}.ipynb").read_text(encoding="utf-8")
    assert not re.search(r"/home/|/Users/|/tmp/|site-packages|0x[0-9a-f]{8}", text)


@pytest.mark.parametrize("name", LESSONS)
def test_code_cells_are_short(name):
    for cell in LESSONS[name].cells:
        if cell.kind == "code" and not cell.exercise:
            assert len([line for line in cell.source.splitlines() if line.strip()]) <= 10, cell.source


@pytest.mark.parametrize("name", LESSONS)
def test_code_fits_a_laptop(name):
    code = [line for cell in LESSONS[name].cells if cell.kind == "code" for line in cell.source.splitlines()]
    assert [line for line in code if len(line) > 100] == []


@pytest.mark.parametrize("name", LESSONS)
def test_exercises_have_minutes_and_hints(name):
    cells = LESSONS[name].cells
    for number, cell in enumerate(cells):
        if cell.exercise:
            assert 1 <= cell.metadata["minutes"] <= 30
            before = "".join(earlier.source for earlier in cells[max(0, number - 2) : number])
            assert "<details><summary>Hint" in before, cell.exercise


def test_first_code_cell_is_the_same_everywhere():
    first = {code_cells(read(folder, name))[0].source for folder in ("notebooks", "solutions") for name in LESSONS}
    assert len(first) == 1
