"""Reading a lesson: one Python file in jupytext's percent format, and the rules that its exercises keep."""

import ast
import builtins
import importlib
import re
import symtable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import jupytext

from helpers.course.exercises import BEGIN, END, without_markers

ROOT = Path(__file__).parent.parent
_CELL = re.compile(r"# %%")
_EXERCISE_KEYS = {"exercise", "minutes"}


class LessonError(Exception):
    """A lesson that breaks a rule: file, line, and what is wrong."""

    def __init__(self, path: Path, line: int, problem: str):
        super().__init__(f"{path.parent.name}/{path.name}:{line}: {problem}")


@dataclass
class Cell:
    """One cell of a lesson, with its answer in it."""

    kind: str  # "code" or "markdown"
    source: str
    line: int  # of the first line of the source in the lesson's file
    metadata: dict[str, Any] = field(default_factory=dict)

    @property
    def exercise(self) -> str | None:
        return self.metadata.get("exercise")


@dataclass
class Lesson:
    """A lesson that keeps the rules."""

    path: Path
    cells: list[Cell]
    data: list[str]  # files that its cells read, relative to the root of the project

    @property
    def name(self) -> str:
        return self.path.stem

    @property
    def module(self) -> str:
        """The name of its modules in helpers.checks and helpers.answers: "alphabet" for "01_alphabet"."""
        return self.name.split("_", 1)[1]

    @property
    def exercises(self) -> list[Cell]:
        return [cell for cell in self.cells if cell.exercise]

    def imports(self) -> list[str]:
        """Return the import statements of the lesson, each as one line of code."""
        nodes = [node for cell in self.cells if cell.kind == "code" and not cell.exercise for node in _tree(cell).body]
        return [ast.unparse(node) for node in nodes if isinstance(node, ast.Import | ast.ImportFrom)]


def all_lessons(root: Path = ROOT) -> list[Path]:
    """Return the files of all lessons in the order of their numbers."""
    return sorted((root / "lessons").glob("[0-9][0-9]_*.py"))


def read_lesson(path: Path) -> Lesson:
    """Read a lesson and hold it to the rules. Raises LessonError at the first that it breaks."""
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise LessonError(path, 1, f"not UTF-8: {error.reason} at byte {error.start}") from None
    notebook = jupytext.reads(text, fmt="py:percent")
    starts = [number for number, line in enumerate(text.splitlines(), 1) if _CELL.match(line)]
    if len(starts) != len(notebook.cells):
        raise LessonError(path, 1, "each cell must begin with a line `# %%`, and no other line may begin so")
    cells = []
    for start, cell in zip(starts, notebook.cells, strict=True):
        metadata = {key: value for key, value in cell.metadata.items() if key in _EXERCISE_KEYS | {"tags"}}
        cells.append(Cell(cell.cell_type, cell.source, start + 1, metadata))
    lesson = Lesson(path, cells, notebook.metadata.get("course", {}).get("data", []))
    _check_rules(lesson)
    return lesson


def _check_rules(lesson: Lesson) -> None:
    if not any(cell.kind == "code" for cell in lesson.cells):
        raise LessonError(lesson.path, 1, "there is no code cell")
    for name in lesson.data:
        if not (lesson.path.parent.parent / name).is_file():
            raise LessonError(lesson.path, 1, f"its header names the data {name!r}, and there is no such file")
    for cell in lesson.cells:
        _check_markers(lesson, cell)
        if cell.kind == "code":
            _check_python(lesson, cell)
    seen: set[str] = set()
    known = set().union(*map(bound_names, lesson.imports()))
    for number, cell in enumerate(lesson.cells):
        if not cell.exercise:
            continue
        if cell.exercise in seen:
            raise LessonError(lesson.path, cell.line, f"there are two exercises called {cell.exercise!r}")
        seen.add(cell.exercise)
        definition = _check_definition(lesson, cell)
        _check_place_of_solution(lesson, cell, definition)
        _check_names(lesson, cell, known | seen)
        _check_is_checked(lesson, cell, lesson.cells[number + 1 :])


def _check_markers(lesson: Lesson, cell: Cell) -> None:
    opened = None
    for offset, line in enumerate(cell.source.splitlines()):
        marker, here = line.strip(), cell.line + offset
        if marker == BEGIN:
            if opened is not None:
                raise LessonError(lesson.path, here, f"a second `{BEGIN}` before the `{END}` of the first")
            opened = here
        elif marker == END:
            if opened is None:
                raise LessonError(lesson.path, here, f"`{END}` without its `{BEGIN}`")
            opened = None
        elif marker.startswith((BEGIN, END)):
            raise LessonError(lesson.path, here, "a marker must stand alone on its line")
    if opened is not None:
        raise LessonError(lesson.path, opened, f"`{BEGIN}` without its `{END}`")
    if BEGIN in cell.source and cell.kind == "code" and not cell.exercise:
        raise LessonError(lesson.path, cell.line, "a solution in a code cell that is no exercise")


def _check_python(lesson: Lesson, cell: Cell) -> None:
    try:
        _tree(cell)
    except SyntaxError as error:
        raise LessonError(lesson.path, cell.line + (error.lineno or 1) - 1, f"not Python: {error.msg}") from None


def _check_definition(lesson: Lesson, cell: Cell) -> ast.FunctionDef | ast.ClassDef:
    body = _tree(cell).body
    if len(body) != 1 or not isinstance(body[0], ast.FunctionDef | ast.ClassDef) or body[0].name != cell.exercise:
        raise LessonError(
            lesson.path, cell.line, f"the cell must hold exactly one function or class, called {cell.exercise!r}"
        )
    if BEGIN not in cell.source:
        raise LessonError(lesson.path, cell.line, f"the exercise {cell.exercise!r} has no solution to leave blank")
    return body[0]


def _check_place_of_solution(lesson: Lesson, cell: Cell, definition: ast.FunctionDef | ast.ClassDef) -> None:
    nodes = definition.body if isinstance(definition, ast.ClassDef) else [definition]
    bodies = [(node.body[0].lineno, node.end_lineno) for node in nodes if isinstance(node, ast.FunctionDef)]
    lines = cell.source.splitlines()
    answers: list[int] = []
    inside = False
    for number, line in enumerate(lines, 1):
        inside = (inside or line.strip() == BEGIN) and line.strip() != END
        if inside and line.strip() and line.strip() != BEGIN:
            answers.append(number)
    if not answers:
        raise LessonError(lesson.path, cell.line, f"the solution of {cell.exercise!r} is empty")
    for number in answers:
        if not any(first <= number <= last for first, last in bodies):
            raise LessonError(lesson.path, cell.line + number - 1, "a solution must stand inside a function's body")


def _check_names(lesson: Lesson, cell: Cell, known: set[str]) -> None:
    for name in sorted(used_names(without_markers(cell.source))):
        if name not in known and not hasattr(builtins, name):
            line = _line_of_name(cell, name)
            raise LessonError(
                lesson.path,
                cell.line + line - 1,
                f"{cell.exercise!r} uses {name!r}, which is no argument, import or earlier exercise",
            )


def _line_of_name(cell: Cell, name: str) -> int:
    nodes = [node for node in ast.walk(_tree(cell)) if isinstance(node, ast.Name) and node.id == name]
    return min(node.lineno for node in nodes)


def _check_is_checked(lesson: Lesson, cell: Cell, following: list[Cell]) -> None:
    line = f"{cell.exercise} = check.{cell.exercise}({cell.exercise})"
    code = next((later for later in following if later.kind == "code"), None)
    if code is None or line not in code.source.splitlines():
        raise LessonError(lesson.path, cell.line, f"the next code cell must hold the check: {line}")
    try:
        checks = importlib.import_module(f"helpers.checks.{lesson.module}").check
    except ModuleNotFoundError:
        raise LessonError(lesson.path, cell.line, f"there is no module helpers/checks/{lesson.module}.py") from None
    if cell.exercise not in checks.exercises:
        raise LessonError(lesson.path, cell.line, f"helpers.checks.{lesson.module} has no check {cell.exercise!r}")


def used_names(source: str) -> set[str]:
    """Return the names that the code takes from outside itself."""
    table = symtable.symtable(source, "cell", "exec")
    defined = {symbol.get_name() for symbol in table.get_symbols() if symbol.is_assigned() or symbol.is_imported()}
    return _global_names(table) - defined


def _global_names(table: symtable.SymbolTable) -> set[str]:
    outer = table.get_type() == "module"
    names = {
        symbol.get_name() for symbol in table.get_symbols() if (symbol.is_global() or outer) and symbol.is_referenced()
    }
    return names.union(*(_global_names(child) for child in table.get_children()))


def bound_names(statement: str) -> set[str]:
    """Return the names that an import statement binds."""
    (node,) = ast.parse(statement).body
    return {(alias.asname or alias.name).split(".")[0] for alias in node.names}


def _tree(cell: Cell) -> ast.Module:
    return ast.parse(cell.source)
