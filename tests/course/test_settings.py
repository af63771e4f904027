"""The switch between full and shortened training."""

from pathlib import Path

import pytest

from helpers.course.settings import full_or_quick, is_on, quick, set_quick

CHOICE = Path("runs") / "settings.json"


@pytest.mark.parametrize(("value", "on"), [("1", True), ("yes", True), ("0", False), ("", False), (None, False)])
def test_a_variable_is_on_unless_it_is_missing_empty_or_0(monkeypatch, value, on):
    if value is not None:
        monkeypatch.setenv("COURSE_QUICK", value)
    assert is_on("COURSE_QUICK") is on
    assert quick() is on


def test_training_runs_in_full_unless_someone_chose_otherwise():
    assert quick() is False


@pytest.mark.parametrize("on", [True, False])
def test_the_choice_is_kept(on):
    set_quick(not on)
    set_quick(on)
    assert quick() is on


@pytest.mark.parametrize(("on", "line"), [(True, "cut short from now on"), (False, "full length from now on")])
def test_the_choice_is_confirmed_in_one_line(capsys, on, line):
    set_quick(on)
    assert line in capsys.readouterr().out


@pytest.mark.parametrize("chosen", [True, False])
@pytest.mark.parametrize(("value", "on"), [("1", True), ("0", False)])
def test_the_environment_beats_the_choice(monkeypatch, chosen, value, on):
    set_quick(chosen)
    monkeypatch.setenv("COURSE_QUICK", value)
    assert quick() is on


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"{}", b"5", b"null", b"\xff\xfe", b'"quick"'])
def test_a_damaged_file_is_ignored_and_can_be_written_again(content):
    CHOICE.parent.mkdir()
    CHOICE.write_bytes(content)
    assert quick() is False
    set_quick(True)
    assert quick() is True


def test_a_folder_in_the_place_of_the_file_is_ignored():
    CHOICE.mkdir(parents=True)
    assert quick() is False


def test_a_number_is_shortened_only_where_training_is():
    assert full_or_quick(3_000, 30) == 3_000
    set_quick(True)
    assert full_or_quick(3_000, 30) == 30
