"""The record of who has done what: it survives a restart, and its damage disturbs nobody."""

import os
from pathlib import Path

import pytest

from helpers.course.records import folder, read, store

RECORD = Path("runs") / "progress" / "alphabet.json"
DAMAGED = [b"", b"{", b"[]", b"null", b'"right"', b"\xff\xfe", b"{'encode': 'right'}"]


def test_nothing_is_recorded_at_first():
    assert read("alphabet") == {}


def test_verdicts_are_kept_and_the_last_one_counts():
    store("alphabet", "encode", "wrong")
    store("alphabet", "decode", "blank")
    store("alphabet", "encode", "right")
    assert read("alphabet") == {"encode": "right", "decode": "blank"}


def test_each_lesson_has_a_record_of_its_own():
    store("alphabet", "encode", "right")
    store("start_here", "next_letter", "wrong")
    assert read("alphabet") == {"encode": "right"}
    assert read("start_here") == {"next_letter": "wrong"}


def test_records_lie_beside_the_notebook_unless_the_environment_says_otherwise(monkeypatch, tmp_path):
    store("alphabet", "encode", "right")
    assert RECORD.exists()
    monkeypatch.setenv("COURSE_PROGRESS", str(tmp_path / "elsewhere"))
    assert folder() == tmp_path / "elsewhere"
    assert read("alphabet") == {}
    store("alphabet", "encode", "wrong")
    assert (tmp_path / "elsewhere" / "alphabet.json").exists()


def test_a_record_of_another_folder_can_be_read(monkeypatch, tmp_path):
    monkeypatch.setenv("COURSE_PROGRESS", str(tmp_path / "elsewhere"))
    store("alphabet", "encode", "right")
    monkeypatch.delenv("COURSE_PROGRESS")
    assert read("alphabet", tmp_path / "elsewhere") == {"encode": "right"}


@pytest.mark.parametrize("content", DAMAGED)
def test_a_damaged_record_counts_as_empty_and_is_written_again(content):
    RECORD.parent.mkdir(parents=True)
    RECORD.write_bytes(content)
    assert read("alphabet") == {}
    store("alphabet", "encode", "right")
    assert read("alphabet") == {"encode": "right"}


def test_entries_that_are_no_verdicts_are_left_out():
    RECORD.parent.mkdir(parents=True)
    RECORD.write_text('{"encode": "right", "decode": 5, "batch": null}', encoding="utf-8")
    assert read("alphabet") == {"encode": "right"}


def test_a_folder_that_cannot_be_made_does_not_interrupt_the_learner():
    Path("runs").write_text("a file in the place of the folder", encoding="utf-8")
    store("alphabet", "encode", "right")
    assert read("alphabet") == {}


def test_a_disk_that_refuses_leaves_the_record_as_it_was(monkeypatch):
    store("alphabet", "encode", "right")

    def refuse(*_):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as full_disk:
        full_disk.setattr(os, "fsync", refuse)
        store("alphabet", "encode", "wrong")
    assert read("alphabet") == {"encode": "right"}
    assert os.listdir(RECORD.parent) == ["alphabet.json"]
