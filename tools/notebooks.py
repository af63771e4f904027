"""From a lesson to its two notebooks and its module of answers. Same lesson, same bytes."""

import hashlib
import re
import tomllib
from collections import Counter
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from helpers.course.exercises import blank, without_markers
from tools.lesson import ROOT, Cell, Lesson, bound_names, used_names

_METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}
_YOUR_ANSWER = "*Your answers: double-click here and write.*"


def make_notebook(lesson: Lesson, *, solved: bool) -> NotebookNode:
    """Return the notebook of a lesson without outputs; solved or blank it has the same cells with the same ids."""
    cells: list[NotebookNode] = []
    ids: Counter[str] = Counter()
    for cell in _with_setup(lesson.cells):
        source = _source(cell, solved)
        make = new_code_cell if cell.kind == "code" else new_markdown_cell
        cells.append(make(source, id=_cell_id(cell, ids), metadata=cell.metadata))
    return new_notebook(cells=cells, metadata=_METADATA)


def notebook_text(notebook: NotebookNode) -> str:
    """Write a notebook as it stands on disk, without what differs from run to run."""
    notebook = nbformat.from_dict(notebook)
    notebook.metadata = nbformat.from_dict(_METADATA)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs = [output for output in map(_settled, cell.outputs) if output]
    return nbformat.writes(notebook) + "\n"


def without_outputs(notebook: NotebookNode) -> NotebookNode:
    """Return a copy of a notebook as it was before it was executed."""
    bare = nbformat.from_dict(notebook)
    for cell in bare.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    return bare


def untrue_statements(notebook: NotebookNode) -> list[str]:
    """Return each printed line that states something and ends in `False`: a solution must not hold one."""
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    lines = [line for output in outputs for line in output.get("text", "").splitlines()]
    return [line for line in lines if re.search(r": False\b", line)]


def answers_module(lesson: Lesson) -> str:
    """Return the solved exercises of a lesson as the source of a module, their markers kept for `check.reset`."""
    used = {name for cell in lesson.exercises for name in used_names(without_markers(cell.source))}
    imports = [line for line in lesson.imports() if used & bound_names(line)]
    own_imports = [line for line in imports if "helpers" in line]
    blocks = [
        f'"""The course\'s answers to lesson {lesson.name}, built by `make build`: edit lessons/{lesson.path.name}."""',
        "\n".join(line for line in imports if line not in own_imports),
        "\n".join(own_imports),
    ]
    head = "\n\n".join(block for block in blocks if block)
    return "\n\n\n".join([head, *(cell.source for cell in lesson.exercises)]) + "\n"


def setup_source(root: Path = ROOT) -> str:
    """Return the set-up cell, the same for all notebooks, with the address of the repository filled in."""
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
    template = (root / "tools" / "setup_cell.py").read_text(encoding="utf-8")
    return template.replace('"@REPOSITORY@"', f'"{project["tool"]["course"]["repository"]}"').strip()


def _with_setup(cells: list[Cell]) -> list[Cell]:
    first = next(number for number, cell in enumerate(cells) if cell.kind == "code")
    folded = {"jupyter": {"source_hidden": True}}
    return [*cells[:first], Cell("code", setup_source(), 0, folded), *cells[first:]]


def _source(cell: Cell, solved: bool) -> str:
    if cell.kind == "markdown":
        return without_markers(cell.source) if solved else blank(cell.source, _YOUR_ANSWER)
    return cell.source if solved else blank(cell.source)


def _cell_id(cell: Cell, seen: Counter[str]) -> str:
    """Name a cell after its exercise, or after its blank content, so that an edit elsewhere does not change it."""
    name = cell.exercise or hashlib.sha256(blank(cell.source).encode()).hexdigest()[:12]
    seen[name] += 1
    return name if seen[name] == 1 else f"{name}-{seen[name]}"


def _settled(output: NotebookNode) -> NotebookNode | None:
    """Keep of each printed line what a terminal would show at the end, since progress bars overwrite themselves.

    Returns None where nothing is left: a bar that was taken away.
    """
    if output.output_type != "stream" or "\r" not in output.text:
        return output
    output.text = "\n".join(map(_as_on_a_terminal, output.text.split("\n")))
    return output if output.text.strip() else None


def _as_on_a_terminal(line: str) -> str:
    shown = ""
    for part in line.split("\r"):
        shown = part + shown[len(part) :]
    return shown.rstrip()
