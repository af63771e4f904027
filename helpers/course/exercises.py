"""The form of an exercise: its answer stands between two marker lines inside the body of one function or class."""

import ast

BEGIN = "### BEGIN SOLUTION"  # nbgrader's spelling, so that the ecosystem's tools know it
END = "### END SOLUTION"


def blank(source: str, replacement: str = "...") -> str:
    """Put `replacement` in place of each marked answer, markers included, at the indentation of the marker."""
    lines, inside = [], False
    for line in source.splitlines():
        if line.strip() == BEGIN:
            lines.append(line.replace(BEGIN, replacement))
            inside = True
        elif line.strip() == END:
            inside = False
        elif not inside:
            lines.append(line)
    return "\n".join(lines)


def without_markers(source: str) -> str:
    """Take out the marker lines and keep the answer."""
    return "\n".join(line for line in source.splitlines() if line.strip() not in (BEGIN, END))


def open_places(source: str, blank_source: str, name: str) -> list[str]:
    """Name the functions, or methods of a class, that hold nothing beyond what the blank exercise `name` gave.

    Told by the syntax tree, not by what the function returns: docstrings, comments, `...`, `pass` and
    `raise NotImplementedError` do not count as an answer, and a forgotten `...` beside an answer does no harm.
    """
    own = _functions(find_definition(source, name))
    return [place for place in places_to_fill(blank_source, name) if _is_open(own.get(place), blank_source, name)]


def places_to_fill(blank_source: str, name: str) -> list[str]:
    """Name the functions, or methods of a class, that the blank exercise leaves to the learner."""
    functions = _functions(find_definition(blank_source, name))
    return [place for place, function in functions.items() if any(_is_filler(node) for node in function.body)]


def find_definition(source: str, name: str) -> ast.FunctionDef | ast.ClassDef | None:
    """Return the last function or class called `name` at the top level of `source`, or None."""
    try:
        tree = ast.parse(source)
    except SyntaxError:
        return None
    found = [node for node in tree.body if isinstance(node, ast.FunctionDef | ast.ClassDef) and node.name == name]
    return found[-1] if found else None


def _functions(definition: ast.FunctionDef | ast.ClassDef | None) -> dict[str, ast.FunctionDef]:
    if definition is None:
        return {}
    nodes = definition.body if isinstance(definition, ast.ClassDef) else [definition]
    return {node.name: node for node in nodes if isinstance(node, ast.FunctionDef)}


def _is_open(function: ast.FunctionDef | None, blank_source: str, name: str) -> bool:
    if function is None:
        return False  # inherited or forgotten: the check will tell
    given = _functions(find_definition(blank_source, name))[function.name]
    return _statements(function) in ([], _statements(given))


def _statements(function: ast.FunctionDef) -> list[str]:
    """Return what the body says, without docstring and fillers."""
    body = function.body[1:] if ast.get_docstring(function) is not None else function.body
    return [ast.dump(node) for node in body if not _is_filler(node)]


def _is_filler(node: ast.stmt) -> bool:
    if isinstance(node, ast.Expr):
        return isinstance(node.value, ast.Constant) and node.value.value is ...
    return isinstance(node, ast.Pass) or (isinstance(node, ast.Raise) and "NotImplementedError" in ast.dump(node))
