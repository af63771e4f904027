"""The project's own promises: its dependencies, its layout, its direction of imports."""

import ast
import re
import subprocess
import sys
import tomllib

import pytest

from tests.cells import lessons
from tools.lesson import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
# Each line may import from itself and from the lines below it.
LAYERS = [
    ["checks"],
    ["answers"],
    ["train", "generate", "evaluate", "progress", "machine"],
    ["command_line"],
    ["attention_pictures", "diagrams", "gradient_pictures", "training_pictures", "recall_pictures"],
    ["gate_pictures", "text_pictures", "decoding_pictures"],
    ["presets", "playground"],
    ["plots"],
    ["distributed_demo"],
    ["decoders", "recall_runs"],
    ["distributed"],
    ["training", "sampling"],
    ["trained_models"],
    ["checkpoints"],
    ["checkpoint_files"],
    ["models"],
    ["recall", "floor", "text_losses"],
    ["reading_tales"],
    ["distributed_batches"],
    ["batching", "baselines"],
    ["ngrams"],
    ["splits"],
    ["corpora"],
    ["tales"],
    ["gradient_reach"],
    ["vocabulary", "device", "state", "parameters", "filters", "probes", "text_measures"],
    ["nested"],
    ["distributed_launch"],
    ["execution", "exercises", "records", "pretended_processes"],
    ["settings", "console"],
    ["files", "signals"],
]


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


def test_imports_run_downward():
    depth = {name: level for level, names in enumerate(LAYERS) for name in names}
    for path in (ROOT / "helpers").rglob("*.py"):
        own = path.relative_to(ROOT / "helpers").parts[0].removesuffix(".py")
        if own == "__init__":
            continue
        tree = ast.parse(path.read_text(encoding="utf-8"))
        top_level = [
            node for node in tree.body if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("helpers")
        ]
        for node in top_level:
            names = [node.module.split(".")[1]] if "." in node.module else [alias.name for alias in node.names]
            for name in names:
                assert depth[own] <= depth[name], f"{path.name} imports {name}"


def test_nothing_heavy_is_imported_early():
    code = "import sys, helpers; print(len([n for n in sys.modules if n.split('.')[0] in ('torch', 'datasets')]))"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "0\n"
    code = "import sys, helpers.checks.alphabet, helpers.corpora; print('datasets' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "False\n"


def test_readme_lists_every_lesson():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    for lesson in lessons():
        assert f"| {lesson.name[:2]} · " in readme
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
