"""Execution of notebooks within limits, whatever they do."""

import time
import uuid

import nbformat
import psutil
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from helpers.course.execution import execute_notebook


@pytest.fixture
def run(tmp_path):
    """Return a function that executes code cells as a notebook in an empty folder."""

    def run(*cells, **limits):
        nbformat.write(new_notebook(cells=[new_code_cell(cell) for cell in cells]), tmp_path / "in.ipynb")
        return execute_notebook(tmp_path / "in.ipynb", tmp_path / "out.ipynb", cwd=tmp_path, **limits)

    return run


def processes_with(variable):
    """Return the processes that were started with an environment variable, zombies aside."""
    return [
        process
        for process in psutil.process_iter(["environ", "status"])
        if variable in (process.info["environ"] or {}) and process.info["status"] != psutil.STATUS_ZOMBIE
    ]


def test_notebook_runs_in_its_folder_without_widgets(run, tmp_path):
    outcome = run("import os; print(os.environ['COURSE_WIDGETS']); open('made.txt', 'w').close()")
    assert outcome.problem == ""
    assert (tmp_path / "made.txt").exists()
    cell = nbformat.read(tmp_path / "out.ipynb", as_version=4).cells[0]
    assert cell.outputs[0].text == "0\n"
    assert "execution" not in cell.metadata


def test_error_is_told_in_one_line(run, tmp_path):
    outcome = run("1 / 0", "print('not reached')")
    assert outcome.problem == "a cell raised ZeroDivisionError: division by zero"
    assert not outcome.hung
    assert not (tmp_path / "out.ipynb").exists()


def test_errors_can_be_passed_over(run, tmp_path):
    assert run("1 / 0", "print('reached')", allow_errors=True).problem == ""
    assert nbformat.read(tmp_path / "out.ipynb", as_version=4).cells[1].outputs[0].text == "reached\n"


def test_cell_that_takes_too_long_is_stopped(run):
    outcome = run("while True: pass", cell_timeout=1)
    assert outcome.problem == "a cell was stopped after 1 s"
    assert outcome.hung


def test_dead_kernel_is_told(run):
    outcome = run("import os; os._exit(1)")
    assert outcome.problem == "the kernel died"
    assert outcome.hung


@pytest.mark.slow
def test_notebook_that_ignores_every_limit_is_killed_with_its_kernel(run):
    mark = f"COURSE_TEST_{uuid.uuid4().hex}"
    start = time.perf_counter()
    cell = "import signal, time; signal.signal(signal.SIGINT, signal.SIG_IGN)\nwhile True: time.sleep(1)"
    outcome = run(cell, notebook_timeout=6, environment={mark: "1"})
    assert outcome.problem == "stopped after 6 s"
    assert outcome.hung
    assert time.perf_counter() - start < 20
    assert processes_with(mark) == []
