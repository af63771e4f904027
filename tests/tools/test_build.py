"""The build, on small projects and on this one."""

import json
import os
import subprocess
import sys

import nbformat
import pytest

from helpers.course.execution import Outcome
from tests.tools.projects import CELLS, make_project, write_lesson
from tools import build as build_module
from tools.build import Build
from tools.fingerprint import fingerprint, imported_files
from tools.lesson import ROOT, all_lessons, read_lesson
from tools.notebooks import answers_module, make_notebook, notebook_text


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """Return a project that was built once; tests copy what they change."""
    root = make_project(tmp_path_factory.mktemp("project"))
    assert Build(root).run() == []
    return root


@pytest.fixture
def project(built, tmp_path):
    """Return a built project of the test's own."""
    for path in built.rglob("*"):
        if path.is_file():
            (tmp_path / path.relative_to(built)).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / path.relative_to(built)).write_bytes(path.read_bytes())
    return tmp_path


@pytest.fixture
def executions(monkeypatch):
    """Replace the execution of notebooks by outcomes of the test's choice, and count."""
    outcomes, asked = [], []

    def execute(source, out, **limits):
        asked.append(limits)
        outcome = outcomes.pop(0) if outcomes else Outcome("")
        if not outcome.problem:
            out.write_bytes(source.read_bytes())
        return outcome

    monkeypatch.setattr(build_module, "execute_notebook", execute)
    execute.outcomes, execute.asked = outcomes, asked
    return execute


def files(root):
    return {path.relative_to(root): path.read_bytes() for path in root.rglob("*") if path.is_file()}


def notebook(root, folder):
    return nbformat.read(root / folder / "00_start_here.ipynb", as_version=4)


def test_this_project_is_built():
    assert Build(ROOT).differences() == []


def test_build_writes_blank_solution_and_answers(built):
    blank, solved = notebook(built, "notebooks"), notebook(built, "solutions")
    assert blank.cells[3].source.endswith("    # TODO\n    ...")
    assert "Because" not in blank.cells[5].source
    assert solved.cells[5].source.endswith("Because.")
    assert solved.cells[-1].outputs[0].text == "b\n"
    assert all(cell.outputs == [] and cell.execution_count is None for cell in blank.cells if cell.cell_type == "code")
    answers = built / "helpers" / "answers" / "start_here.py"
    namespace = {}
    exec(answers.read_text(encoding="utf-8"), namespace)
    assert namespace["next_letter"]("z") == "a"


def test_second_build_changes_and_executes_nothing(project, executions):
    before = files(project)
    assert Build(project).run() == []
    assert executions.asked == []
    assert files(project) == before


def test_same_lesson_gives_the_same_bytes_in_another_process(built):
    code = (
        "import sys, pathlib; from tools.lesson import read_lesson; from tools.notebooks import *;"
        "lesson = read_lesson(pathlib.Path(sys.argv[1]));"
        "sys.stdout.buffer.write((notebook_text(make_notebook(lesson, solved=True)) + answers_module(lesson)).encode())"
    )
    path = built / "lessons" / "00_start_here.py"
    outputs = {
        subprocess.run(
            [sys.executable, "-c", code, str(path)],
            cwd=ROOT,
            env=os.environ | {"PYTHONHASHSEED": seed},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    lesson = read_lesson(path)
    assert outputs == {(notebook_text(make_notebook(lesson, solved=True)) + answers_module(lesson)).encode()}


def test_forced_build_executes(project, executions):
    assert Build(project).run(force=True) == []
    assert len(executions.asked) == 1


@pytest.mark.parametrize(
    "changed", ["lesson", "constraints.txt", "helpers/checks/start_here/__init__.py", "data/book.txt"]
)
def test_what_a_solution_depends_on(changed, project, executions):
    header = "# ---\n# jupyter:\n#   course:\n#     data: [data/book.txt]\n# ---\n\n"
    write_lesson(project, header + CELLS)
    for name in ("helpers/checks/start_here/__init__.py", "data/book.txt"):
        (project / name).parent.mkdir(parents=True, exist_ok=True)
        (project / name).write_text("x = 1\n", encoding="utf-8")
    Build(project).run()
    executions.asked.clear()
    Build(project).run()
    assert executions.asked == []
    if changed == "lesson":
        write_lesson(project, header + CELLS.replace('print(next_letter("a"))', 'print(next_letter("b"))'))
    else:
        (project / changed).write_text("x = 2\n", encoding="utf-8")
    Build(project).run()
    assert len(executions.asked) == 1


def test_imports_are_followed_through_the_package():
    lesson = read_lesson(ROOT / "lessons" / "01_alphabet.py")
    names = {path.relative_to(ROOT).as_posix() for path in imported_files(lesson)}
    assert {"helpers/checks/alphabet/char_rnn.py", "helpers/checks/contract.py", "helpers/ground/files.py"} <= names
    assert {"helpers/__init__.py", "helpers/checks/__init__.py"} <= names
    assert "helpers/course/progress.py" not in names
    assert fingerprint(lesson) == fingerprint(read_lesson(lesson.path))


def test_failing_lesson_keeps_its_old_solution(project):
    before = (project / "solutions" / "00_start_here.ipynb").read_bytes()
    write_lesson(project, CELLS.replace('print(next_letter("a"))', 'raise OSError("no such luck")'))
    assert Build(project).run() == ["00_start_here: a cell raised OSError: no such luck; its solution stays as it was"]
    assert (project / "solutions" / "00_start_here.ipynb").read_bytes() == before
    assert Build(project).differences() == ["solutions/00_start_here.ipynb (must be executed again)"]


def test_hanging_kernel_is_tried_once_more(project, executions, capsys):
    executions.outcomes.append(Outcome("stopped after 900 s", hung=True))
    assert Build(project).run(force=True) == []
    assert len(executions.asked) == 2
    assert "00_start_here: stopped after 900 s; once more" in capsys.readouterr().out


def test_kernel_that_hangs_twice_is_reported_by_name(project, executions):
    before = (project / "solutions" / "00_start_here.ipynb").read_bytes()
    executions.outcomes += [Outcome("the kernel died", hung=True)] * 2
    assert Build(project).run(force=True) == ["00_start_here: the kernel died; its solution stays as it was"]
    assert (project / "solutions" / "00_start_here.ipynb").read_bytes() == before


def test_error_in_a_cell_is_not_tried_again(project, executions):
    executions.outcomes.append(Outcome("a cell raised OSError: no"))
    assert len(Build(project).run(force=True)) == 1
    assert len(executions.asked) == 1


def test_malformed_lesson_changes_nothing(project):
    write_lesson(project, CELLS.replace("def next_letter", "def other"))
    before = files(project)
    problems = Build(project).run()
    assert len(problems) == 1
    assert problems[0].startswith("lessons/00_start_here.py:8:")
    assert files(project) == before


def test_hand_edited_notebook_is_moved_to_work(project, executions):
    path = project / "notebooks" / "00_start_here.ipynb"
    for number, name in ((1, "00_start_here.ipynb"), (2, "00_start_here-edited-1.ipynb")):
        edited = path.read_text(encoding="utf-8").replace("...", f"return {number}")
        path.write_text(edited, encoding="utf-8")
        Build(project).run()
        assert (project / "work" / name).read_text(encoding="utf-8") == edited
        assert Build(project).differences() == []


def test_interrupted_build_takes_no_notebook_for_edited(project, monkeypatch):
    def interrupted(*args, **limits):
        raise KeyboardInterrupt

    write_lesson(project, CELLS.replace("# Why?", "# Why not?"))
    with monkeypatch.context() as patch:
        patch.setattr(build_module, "execute_notebook", interrupted)
        with pytest.raises(KeyboardInterrupt):
            Build(project).run()
    write_lesson(project, CELLS.replace("# Why?", "# Why, then?"))
    assert Build(project).run() == []
    assert not (project / "work").exists()
    assert Build(project).differences() == []


def test_lost_state_is_built_anew(project, executions):
    for damage in (None, "{"):
        state = project / "tools" / "built.json"
        state.unlink() if damage is None else state.write_text(damage, encoding="utf-8")
        assert Build(project).differences() != []
        assert Build(project).run() == []
        assert Build(project).differences() == []
        assert not (project / "work").exists()


def test_file_saved_during_the_execution_is_not_taken_for_executed(project, executions, monkeypatch):
    path = project / "constraints.txt"

    def save_meanwhile(source, out, **limits):
        path.write_text("saved meanwhile", encoding="utf-8")
        out.write_bytes(source.read_bytes())
        return Outcome("")

    monkeypatch.setattr(build_module, "execute_notebook", save_meanwhile)
    Build(project).run(force=True)
    assert Build(project).differences() == ["solutions/00_start_here.ipynb (must be executed again)"]


def test_statement_that_does_not_hold_is_refused(project):
    before = (project / "solutions" / "00_start_here.ipynb").read_bytes()
    write_lesson(project, CELLS.replace('print(next_letter("a"))', 'print("b follows a:", next_letter("a") == "c")'))
    assert Build(project).run() == ["00_start_here: does not hold: b follows a: False; its solution stays as it was"]
    assert (project / "solutions" / "00_start_here.ipynb").read_bytes() == before


def test_work_is_never_touched(project, executions):
    work = project / "work" / "00_start_here.ipynb"
    work.parent.mkdir()
    work.write_text("my answers", encoding="utf-8")
    write_lesson(project, CELLS.replace("# Why?", "# Why not?"))
    Build(project).run(force=True)
    assert work.read_text(encoding="utf-8") == "my answers"


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("notebooks/00_start_here.ipynb", "# A lesson", "# Another"),
        ("helpers/answers/start_here.py", "+ 1", "+ 2"),
        ("solutions/00_start_here.ipynb", "Because.", "Perhaps."),
    ],
)
def test_differences_finds_what_was_changed(file, old, new, project):
    assert Build(project).differences() == []
    text = (project / file).read_text(encoding="utf-8")
    assert old in text
    (project / file).write_text(text.replace(old, new), encoding="utf-8")
    assert len(Build(project).differences()) == 1
    assert Build(project).differences()[0].startswith(file)


def test_changed_output_is_no_difference(project):
    path = project / "solutions" / "00_start_here.ipynb"
    path.write_text(path.read_text(encoding="utf-8").replace('"b\\n"', '"c\\n"'), encoding="utf-8")
    assert Build(project).differences() == []


def test_removed_lesson_takes_its_notebooks_along(project):
    edited = (project / "notebooks" / "00_start_here.ipynb").read_text(encoding="utf-8").replace("...", "return 1")
    (project / "notebooks" / "00_start_here.ipynb").write_text(edited, encoding="utf-8")
    (project / "lessons" / "00_start_here.py").unlink()
    Build(project).run()
    assert [path.relative_to(project).as_posix() for path in project.glob("*/*.ipynb")] == ["work/00_start_here.ipynb"]
    assert (project / "work" / "00_start_here.ipynb").read_text(encoding="utf-8") == edited
    assert json.loads((project / "tools" / "built.json").read_text(encoding="utf-8")) == {
        "executed": {},
        "notebooks": {},
    }


def test_ids_stay_when_another_cell_changes(tmp_path):
    first = make_notebook(read_lesson(write_lesson(tmp_path, CELLS)), solved=False)
    second = make_notebook(read_lesson(write_lesson(tmp_path, CELLS.replace("# A lesson", "# B lesson"))), solved=False)
    assert [a.id == b.id for a, b in zip(first.cells, second.cells, strict=True)] == [False] + [True] * 6


def test_progress_bars_are_stored_as_a_terminal_shows_them():
    output = nbformat.v4.new_output("stream", name="stderr", text="  0%|  |\r 50%|# |\r100%|##|\r\nnext\n")
    cell = nbformat.v4.new_code_cell("", id="a", outputs=[output])
    text = notebook_text(nbformat.v4.new_notebook(cells=[cell]))
    assert nbformat.reads(text, as_version=4).cells[0].outputs[0].text == "100%|##|\nnext\n"


def test_progress_bar_that_was_taken_away_leaves_nothing():
    outputs = [
        nbformat.v4.new_output("stream", name="stderr", text="  0%|  |\r 50%|# |\r           \r"),
        nbformat.v4.new_output("stream", name="stdout", text="done\n"),
    ]
    cell = nbformat.v4.new_code_cell("", id="a", outputs=outputs)
    text = notebook_text(nbformat.v4.new_notebook(cells=[cell]))
    assert [output.text for output in nbformat.reads(text, as_version=4).cells[0].outputs] == ["done\n"]


def test_every_lesson_has_all_that_is_built():
    for path in all_lessons():
        lesson = read_lesson(path)
        for built in (
            f"notebooks/{lesson.name}.ipynb",
            f"solutions/{lesson.name}.ipynb",
            f"helpers/answers/{lesson.module}.py",
        ):
            assert (ROOT / built).exists()
