"""Malformed lessons are refused with file and line."""

import pytest

from tests.tools.projects import CELLS, write_lesson
from tools.lesson import LessonError, all_lessons, read_lesson

TWICE = CELLS + CELLS[CELLS.index('# %% exercise="next') : CELLS.index("# %% [markdown]\n# Why")]
BEGIN, END = "### BEGIN SOLUTION", "### END SOLUTION"
BROKEN = {
    "BEGIN without END": (CELLS.replace(f"    {END}\n", "", 1), 11, "without its `### END"),
    "END without BEGIN": (CELLS.replace(f"    {BEGIN}\n", "", 1), 12, "without its `### BEGIN"),
    "BEGIN twice": (CELLS.replace(BEGIN, f"{BEGIN}\n    {BEGIN}", 1), 12, "a second"),
    "marker with more on its line": (CELLS.replace(BEGIN, f"{BEGIN} here", 1), 11, "must stand alone"),
    "no END in a text cell": (CELLS.replace(f"# {END}\n", ""), 24, "without its `### END"),
    "another name": (CELLS.replace("def next_letter", "def following"), 8, "called 'next_letter'"),
    "two functions": (CELLS.replace("\n\n# %%\nfrom", "\n\ndef other(): ...\n\n# %%\nfrom"), 8, "exactly one"),
    "a statement beside it": (CELLS.replace("def next_letter", "x = 1\ndef next_letter"), 8, "exactly one"),
    "not Python": (CELLS.replace("def next_letter(letter: str)", "def next_letter(letter: str"), 8, "not Python"),
    "no solution": (CELLS.replace(f"    {BEGIN}\n", "", 1).replace(f"    {END}\n", "", 1), 8, "no solution"),
    "solution around the function": (
        CELLS.replace(f"    {BEGIN}\n", "", 1)
        .replace(f"    {END}\n", END + "\n", 1)
        .replace("def next_letter", f"{BEGIN}\ndef next_letter"),
        9,
        "inside a function's body",
    ),
    "solution in an ordinary cell": (CELLS.replace("import math", f"{BEGIN}\nimport math\n{END}"), 5, "no exercise"),
    "no check after it": (CELLS.replace("next_letter = check.", "check."), 8, "must hold the check"),
    "an ordinary cell that is not Python": (CELLS.replace("import math", "%matplotlib inline"), 5, "not Python"),
    "an empty solution": (CELLS.replace("    return chr((ord(letter) - 97 + 1) % 26 + 97)\n", "\n"), 8, "is empty"),
    "no code cell": ("# %% [markdown]\n# # A lesson\n", 1, "no code cell"),
    "data that is not there": (
        "# ---\n# jupyter:\n#   course:\n#     data: [data/nothing.txt]\n# ---\n\n" + CELLS, 1, "no such file"
    ),
    "a global of the notebook": (CELLS.replace("chr((ord", "offset + chr((ord"), 12, "uses 'offset'"),
    "a later exercise": (CELLS.replace("chr((ord", "later + chr((ord"), 12, "uses 'later'"),
    "the same name twice": (TWICE, 31, "two exercises"),
}  # fmt: skip


@pytest.mark.parametrize("kind", BROKEN)
def test_malformed_lesson_is_refused_with_its_line(kind, tmp_path):
    cells, line, problem = BROKEN[kind]
    assert cells != CELLS
    path = write_lesson(tmp_path, cells)
    with pytest.raises(LessonError) as caught:
        read_lesson(path)
    assert str(caught.value).startswith(f"lessons/00_start_here.py:{line}: ")
    assert problem in str(caught.value)


def test_exercise_without_a_check_in_the_package(tmp_path):
    cells = CELLS.replace("next_letter", "last_letter")
    with pytest.raises(LessonError, match=r"py:8: helpers\.checks\.start_here has no check 'last_letter'"):
        read_lesson(write_lesson(tmp_path, cells))
    with pytest.raises(LessonError, match=r"there is no module helpers/checks/nowhere\.py"):
        read_lesson(write_lesson(tmp_path, CELLS, "00_nowhere"))


def test_good_lesson_is_read(tmp_path):
    lesson = read_lesson(write_lesson(tmp_path, CELLS))
    assert [cell.exercise for cell in lesson.exercises] == ["next_letter"]
    assert lesson.imports() == ["import math", "from helpers.checks.start_here import check"]
    assert [cell.kind for cell in lesson.cells] == ["markdown", "code", "code", "code", "markdown", "code"]
    lines = lesson.path.read_text(encoding="utf-8").splitlines()
    for cell in lesson.cells:
        assert cell.source.splitlines()[0] in lines[cell.line - 1]


def test_names_may_come_from_imports_builtins_and_earlier_exercises(tmp_path):
    cells = CELLS.replace("chr((ord", "chr(int(math.fabs(0)) + (ord")
    assert read_lesson(write_lesson(tmp_path, cells)).exercises


def test_data_is_named_in_the_header(tmp_path):
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "README.md").touch()
    header = "# ---\n# jupyter:\n#   course:\n#     data: [data/README.md]\n# ---\n\n"
    assert read_lesson(write_lesson(tmp_path, header + CELLS)).data == ["data/README.md"]


def test_every_lesson_of_the_course_keeps_the_rules():
    assert [read_lesson(path).name for path in all_lessons()][:2] == ["00_start_here", "01_alphabet"]
