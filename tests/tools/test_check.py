"""What `make check` finds to be tested."""

from pathlib import Path

import pytest

from tools.check import changed_files, find_lessons, find_tests, main
from tools.lesson import ROOT


def test_a_module_is_tested_by_what_imports_it():
    tests = find_tests([Path("helpers/text/ngrams.py")], ROOT)
    assert "tests/text/test_ngrams.py" in tests
    assert "tests/ground/test_files.py" not in tests
    assert find_tests([Path("README.md")], ROOT) == []


def test_a_test_that_changed_is_run():
    assert find_tests([Path("tests/ground/test_files.py")], ROOT) == ["tests/ground/test_files.py"]


def test_a_check_or_its_answers_is_tested_with_its_lesson():
    changed = [
        "helpers/checks/lstm/gates.py",
        "tests/checks/alphabet/network.py",
        "lessons/06_sampling.py",
        "lessons/ruff.toml",
    ]
    assert find_lessons([Path(name) for name in changed]) == ["alphabet", "lstm", "sampling"]
    assert find_lessons([Path("helpers/checks/contract.py"), Path("tests/checks/answers.py")]) == []


def test_an_unknown_commit_is_one_clear_error(capsys):
    with pytest.raises(ValueError, match="git does not know 'nothing'"):
        changed_files("nothing", ROOT)
    with pytest.raises(SystemExit):
        main(["--since", "nothing"])
    assert "git does not know 'nothing'" in capsys.readouterr().err
