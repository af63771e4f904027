"""When a solution must be executed again: its lesson, what it imports, its data or the pinned versions changed."""

import ast
import hashlib
from pathlib import Path

from tools.lesson import ROOT, Lesson
from tools.notebooks import make_notebook, notebook_text


def fingerprint(lesson: Lesson, root: Path = ROOT) -> str:
    """Return a digest of everything that the outputs of a solution depend on."""
    digest = hashlib.sha256(notebook_text(make_notebook(lesson, solved=True)).encode())
    files = {*imported_files(lesson, root), *(root / name for name in lesson.data), root / "constraints.txt"}
    for path in sorted(files):
        digest.update(path.relative_to(root).as_posix().encode())
        digest.update(path.read_bytes().replace(b"\r\n", b"\n"))
    return digest.hexdigest()


def imported_files(lesson: Lesson, root: Path = ROOT) -> set[Path]:
    """Return the files of the package that a lesson imports, directly or through others; built answers left out."""
    found: set[Path] = set()
    waiting = _modules("\n".join(lesson.imports()))
    while waiting:
        path = _file(waiting.pop(), root)
        if path and path not in found:
            found.add(path)
            waiting |= _modules(path.read_text(encoding="utf-8"))
    return {path for path in found if path.parent.name != "answers"}


def _modules(source: str) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return {name for name in names if name.split(".")[0] == "helpers"}


def _file(module: str, root: Path) -> Path | None:
    base = root.joinpath(*module.split("."))
    for path in (base.with_suffix(".py"), base / "__init__.py"):
        if path.exists():
            return path
    return None
