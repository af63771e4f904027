"""Blank notebooks run to their end, as an impatient learner would run them."""

import nbformat
import pytest

from helpers.course.execution import execute_notebook
from tests.cells import lessons
from tools.lesson import ROOT

LESSONS = {lesson.name: lesson for lesson in lessons()}


@pytest.fixture(scope="module", params=LESSONS)
def executed(request, tmp_path_factory):
    """Return a lesson and its blank notebook, executed with training cut short."""
    folder = tmp_path_factory.mktemp("learner")
    outcome = execute_notebook(
        ROOT / "notebooks" / f"{request.param}.ipynb",
        folder / "out.ipynb",
        cwd=folder,
        environment={"COURSE_QUICK": "1", "COURSE_STRICT": "0"},
    )
    assert outcome.problem == ""
    return LESSONS[request.param], nbformat.read(folder / "out.ipynb", as_version=4)


def text_of(cell):
    return "".join(output.get("text", "") + output.get("data", {}).get("text/plain", "") for output in cell.outputs)


def test_every_check_says_not_filled_in_yet(executed):
    lesson, notebook = executed
    said = "\n".join(text_of(cell) for cell in notebook.cells if cell.cell_type == "code")
    for cell in lesson.exercises:
        assert f"○ {cell.exercise}: not filled in yet. Going on with the course's version." in said
    assert f"0 of {len(lesson.exercises)} right" in said


def test_no_progress_bar_is_a_widget(executed):
    _, notebook = executed
    kinds = {kind for cell in notebook.cells for output in cell.get("outputs", []) for kind in output.get("data", {})}
    assert kinds <= {"text/plain", "text/html", "image/png"}


@pytest.mark.slow
def test_first_check_raises_in_strict_mode(tmp_path):
    name = "00_start_here"  # of one lesson, since all checks are of one class
    first = LESSONS[name].exercises[0].exercise
    outcome = execute_notebook(
        ROOT / "notebooks" / f"{name}.ipynb", cwd=tmp_path, environment={"COURSE_QUICK": "1", "COURSE_STRICT": "1"}
    )
    assert outcome.problem.startswith(f"a cell raised CheckFailed: ○ {first}: not filled in yet")
