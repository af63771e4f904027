"""The first code cell of every notebook: in Colab it brings the course, elsewhere it does nothing."""

import subprocess
import sys
import tomllib
import types

import pytest

from tools.lesson import ROOT
from tools.notebooks import setup_source


@pytest.fixture
def source(tmp_path):
    """Return a function that gives the cell for a repository's address."""

    def source(address):
        (tmp_path / "tools").mkdir(exist_ok=True)
        (tmp_path / "tools" / "setup_cell.py").write_bytes((ROOT / "tools" / "setup_cell.py").read_bytes())
        (tmp_path / "pyproject.toml").write_text(f"[tool.course]\nrepository = {str(address)!r}\n", encoding="utf-8")
        return setup_source(tmp_path)

    return source


@pytest.fixture
def colab(monkeypatch, tmp_path, repository):
    """Pretend to be in Colab: its module is there; pip is recorded, git is real."""
    monkeypatch.setitem(sys.modules, "google.colab", types.ModuleType("google.colab"))
    monkeypatch.setattr(sys, "path", list(sys.path))
    monkeypatch.chdir(tmp_path)
    commands, run = [], subprocess.run

    def record(command, **options):
        commands.append([str(part) for part in command])
        return run(command, **options) if command[0] == "git" else None

    monkeypatch.setattr(subprocess, "run", record)
    return commands


@pytest.fixture
def repository(tmp_path):
    """Return a small git repository with a data folder."""
    folder = tmp_path / "published"
    (folder / "data").mkdir(parents=True)
    (folder / "data" / "README.md").write_text("data", encoding="utf-8")
    for command in (
        ["init", "-q"],
        ["add", "."],
        ["-c", "user.name=a", "-c", "user.email=a@b", "commit", "-qm", "first"],
    ):
        subprocess.run(["git", *command], cwd=folder, check=True)
    return folder


def test_where_the_package_is_installed_it_does_nothing(source, capsys):
    before = list(sys.path)
    exec(source("https://example.org/course.git"), {})
    exec(source(""), {})
    assert capsys.readouterr().out == ""
    assert sys.path == before


def test_where_the_package_is_missing_it_says_what_to_type(source, capsys, monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    exec(source(""), {})
    said = capsys.readouterr().out
    assert "pip install -e ." in said
    assert said.count("\n") == 1


def test_colab_without_an_address_says_what_to_set(source, colab, capsys):
    exec(source(""), {})
    assert "set `repository` in pyproject.toml" in capsys.readouterr().out
    assert colab == []


def test_colab_clones_and_installs_once(source, colab, repository, tmp_path):
    for _ in range(2):
        exec(source(repository.as_uri()), {})
    clone = tmp_path / "from-alphabet-to-attention"
    assert (clone / "data" / "README.md").exists()
    assert sys.path[0] == str(clone)
    assert [command[0] for command in colab] == ["git", sys.executable]
    assert colab[1][-2:] == ["-e", str(clone)]


def test_colab_after_a_restart_does_not_clone_again(source, colab, repository, tmp_path):
    exec(source(repository.as_uri()), {})
    sys.path.remove(str(tmp_path / "from-alphabet-to-attention"))
    exec(source(repository.as_uri()), {})
    assert [command[0] for command in colab] == ["git", sys.executable, sys.executable]


def test_address_comes_from_the_one_place():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert f'REPOSITORY = "{project["tool"]["course"]["repository"]}"' in setup_source()
