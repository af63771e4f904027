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
    """Return the files of the package that a lesson imports, anywhere in its code, directly or through others."""
    found: set[Path] = set()
    waiting = set().union(*(_modules(cell.source) for cell in lesson.cells if cell.kind == "code"))
    while waiting:
        path = _file(waiting.pop(), root)
        if path and path not in found:
            found.add(path)
            waiting |= _modules(path.read_text(encoding="utf-8"))
    return found


def _modules(source: str) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    own = [name.split(".") for name in names if name.split(".")[0] == "helpers"]
    return {".".join(parts[:length]) for parts in own for length in range(1, len(parts) + 1)}  # packages run, too


def _file(module: str, root: Path) -> Path | None:
    base = root.joinpath(*module.split("."))
    for path in (base.with_suffix(".py"), base / "__init__.py"):
        if path.exists():
            return path
    return None
