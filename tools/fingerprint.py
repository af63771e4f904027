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
    """Return the files of the package that a lesson imports, anywhere in its code, directly or through others.

    A name that is imported from a room is followed through the room's signpost to its module. The signpost itself does
    not count: a new line in it, for another lesson, changes no output.
    """
    found: set[Path] = set()
    seen: set[str] = set()
    waiting = set().union(*(_modules(cell.source, root) for cell in lesson.cells if cell.kind == "code"))
    while waiting:
        module = waiting.pop()
        path = _file(module, root)
        if module in seen or path is None:
            continue
        seen.add(module)
        if not _signpost(path):
            found.add(path)
            waiting |= _modules(path.read_text(encoding="utf-8"), root)
    return found


def _modules(source: str, root: Path) -> set[str]:
    """Return the modules that a source imports, those of the packages around them included, since they run, too."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {module for alias in node.names for module in _sources(node.module, alias.name, root)}
    own = [name.split(".") for name in names if name.split(".")[0] == "helpers"]
    return {".".join(parts[:length]) for parts in own for length in range(1, len(parts) + 1)}


def _sources(module: str, name: str, root: Path) -> set[str]:
    """Return the modules that `from module import name` reads: of a whole room, all that its signpost points to."""
    inner = f"{module}.{name}"
    if path := _file(inner, root):  # the name is a module, or a room
        return {inner, *(f"{inner}.{part}" for part in _signpost(path))}
    path = _file(module, root)
    part = next((part for part, names in _signpost(path).items() if name in names), None) if path else None
    return {f"{module}.{part}"} if part else {module}


def _signpost(path: Path) -> dict[str, list[str]]:
    """Return the modules that a room's `__init__` points to, with their names; empty for any other file."""
    if path.name != "__init__.py":
        return {}
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.keyword) and node.arg == "submod_attrs":
            return ast.literal_eval(node.value)
    return {}


def _file(module: str, root: Path) -> Path | None:
    base = root.joinpath(*module.split("."))
    for path in (base.with_suffix(".py"), base / "__init__.py"):
        if path.exists():
            return path
    return None
