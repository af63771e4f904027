"""The project's own promises: its dependencies, its layout, its direction of imports."""

import ast
import graphlib
import re
import subprocess
import sys
import tomllib

import pytest

from tests.cells import lessons
from tools.lesson import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
# The rooms of the package in the way of the data, from its end to its beginning: each may import from itself and from
# those after it. The modules beside them are doors, which nothing imports.
ROOMS = ["checks", "answers", "command_line", "pictures", "distributed", "measuring", "sampling", "training", "models"]
ROOMS += ["text", "corpora", "tales", "course", "ground"]
DOORS = ["train", "generate", "evaluate", "progress", "baselines"]
DRAWS = [("training/history.py", "pictures")]  # inside a function, when asked to


def requirement(text):
    """Return the name and the version range of a requirement, spaces and torch's name on conda aside."""
    name, versions = re.match(r"([A-Za-z-]+)\s*(.*)", text.split("#")[0].strip()).groups()
    return {"pytorch": "torch"}.get(name, name), versions.replace(" ", "")


def test_conda_environment_has_the_same_dependencies():
    text = (ROOT / "environment.yml").read_text(encoding="utf-8")
    entries = [requirement(line.removeprefix("  - ")) for line in text.splitlines() if re.match(r"  - [a-z]", line)]
    conda = {name: versions for name, versions in entries if name not in ("conda-forge", "pip", "pip:")}
    python = conda.pop("python")
    conda.pop("conda-forge", None)
    assert conda == dict(requirement(text) for text in PROJECT["dependencies"])
    assert python == PROJECT["requires-python"].replace(" ", "")


def test_constraints_pin_every_dependency_within_its_range():
    packaging = pytest.importorskip("packaging.requirements")
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pins = dict(line.lower().split("==") for line in lines if "==" in line)
    for text in [*PROJECT["dependencies"], *PROJECT["optional-dependencies"]["dev"]]:
        needed = packaging.Requirement(text)
        assert pins[needed.name] in needed.specifier, text
    assert pins["torch"] == "2.13.0"


def own_imports(path):
    """Return the modules of the package that a file imports, with whether it does so as soon as it is read."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "helpers":
            for alias in node.names:
                yield f"{node.module}.{alias.name}", node in tree.body
        elif isinstance(node, ast.Import):
            yield from ((alias.name, node in tree.body) for alias in node.names if alias.name.startswith("helpers."))


def test_imports_run_downward():
    package = ROOT / "helpers"
    for path in package.rglob("*.py"):
        name = path.relative_to(package).as_posix()
        own = name.split("/")[0].removesuffix(".py")
        for module, at_once in own_imports(path):
            room = module.split(".")[1]
            assert room in ROOMS, f"{name} imports {module}: nothing imports a door"
            if own in ROOMS and (at_once or (name, room) not in DRAWS):
                assert ROOMS.index(own) <= ROOMS.index(room), f"{name} imports {module}, which lies above it"


def test_package_is_rooms_and_doors():
    entries = {path.name for path in (ROOT / "helpers").iterdir() if not path.name.startswith("__")}
    assert entries == {*ROOMS, *(f"{door}.py" for door in DOORS)}


def test_modules_within_a_room_import_in_no_circle():
    package = ROOT / "helpers"
    files = {
        ".".join(("helpers", *path.relative_to(package).with_suffix("").parts)): path for path in package.rglob("*.py")
    }
    arrows = {
        name: {
            other
            for module, at_once in own_imports(path)
            if at_once
            for other in files
            if f"{module}.".startswith(f"{other}.")
        }
        for name, path in files.items()
    }
    list(graphlib.TopologicalSorter(arrows).static_order())  # raises CycleError, which names the circle


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_is_small_enough_to_overlook(room):
    modules = [path.name for path in (ROOT / "helpers" / room).glob("[a-z]*.py")]
    assert len(modules) <= 15, modules
    said = ast.get_docstring(ast.parse((ROOT / "helpers" / room / "__init__.py").read_text(encoding="utf-8")))
    assert said, "its __init__ says what lives there"


def test_nothing_heavy_is_imported_early():
    code = "import sys, helpers; print(len([n for n in sys.modules if n.split('.')[0] in ('torch', 'datasets')]))"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "0\n"
    code = "import sys, helpers.checks.alphabet, helpers.corpora; print('datasets' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "False\n"


def test_readme_lists_every_lesson():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    for lesson in lessons():
        assert f"| {lesson.name[:2]} · " in readme
    for page in re.findall(r"\]\(([A-Za-z/_.]+\.md)\)", readme):
        assert (ROOT / page).exists(), page
    for picture in re.findall(r"!\[[^\]]+\]\(([^)]+)\)", readme):
        assert (ROOT / picture).exists(), picture


def test_make_help_lists_every_command():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = re.search(r"\.PHONY: (.*)", makefile).group(1).split()
    for target in targets:
        assert re.search(rf"^{target}:.*##", makefile, re.MULTILINE), target


def test_learners_files_and_downloads_stay_out_of_git():
    ignored = (ROOT / ".gitignore").read_text(encoding="utf-8").split()
    assert {"/work/", "runs/", ".venv/"} <= set(ignored)


def test_the_map_names_every_room():
    page = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    named = re.findall(r"^\| `([a-z_]+)` \|", page, re.MULTILINE)
    assert named == list(reversed(ROOMS))
    for path in re.findall(r"`((?:helpers|tools)/[a-z_/]+\.py)`", page):
        assert (ROOT / path).exists(), path
