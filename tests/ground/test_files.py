"""Files that are written whole or not at all."""

import os

import pytest

from helpers.ground.files import remove_leftovers, write_whole


@pytest.fixture
def path(tmp_path):
    """Return the path of a file that is there already, alone in its folder."""
    (tmp_path / "folder").mkdir()
    path = tmp_path / "folder" / "answers.txt"
    path.write_bytes(b"old")
    return path


@pytest.mark.parametrize("content", [b"", b"\x00\xff", b"new" * 1_000_000], ids=["nothing", "bytes", "3 MB"])
def test_the_content_takes_the_place_of_the_old(path, content):
    assert write_whole(path, content) == path
    assert path.read_bytes() == content
    assert os.listdir(path.parent) == ["answers.txt"]


def test_text_is_written_as_utf_8_with_plain_line_ends(path):
    write_whole(path, "naïve\nмир 🙂\r\n")
    assert path.read_bytes() == "naïve\nмир 🙂\r\n".encode()


def test_missing_folders_are_made(tmp_path):
    path = write_whole(str(tmp_path / "a" / "b" / "c.txt"), "text")
    assert path == tmp_path / "a" / "b" / "c.txt"
    assert path.read_text(encoding="utf-8") == "text"


def test_the_old_file_stands_until_the_new_one_is_complete_beside_it(path, monkeypatch):
    seen, replace = {}, os.replace

    def watched(source, target):
        with open(source, "rb") as new, open(target, "rb") as old:
            seen.update(new=new.read(), old=old.read(), together=os.path.dirname(source) == os.path.dirname(target))
        replace(source, target)

    monkeypatch.setattr(os, "replace", watched)
    write_whole(path, b"new")
    assert seen == {"new": b"new", "old": b"old", "together": True}


def test_the_content_is_on_the_disk_before_it_takes_the_place(path, monkeypatch):
    order = []
    for name in ("fsync", "replace"):
        original = getattr(os, name)
        monkeypatch.setattr(os, name, lambda *a, name=name, original=original: (order.append(name), original(*a)))
    write_whole(path, b"new")
    assert order == ["fsync", "replace"]


@pytest.mark.parametrize(
    "error", [OSError(28, "No space left on device"), KeyboardInterrupt()], ids=["full", "stopped"]
)
@pytest.mark.parametrize("step", ["fsync", "replace", "chmod"])
def test_a_write_that_fails_leaves_the_old_file_and_no_other(path, monkeypatch, step, error):
    def fail(*_):
        raise error

    monkeypatch.setattr(os, step, fail)
    with pytest.raises(type(error)):
        write_whole(path, b"new")
    assert path.read_bytes() == b"old"
    assert os.listdir(path.parent) == ["answers.txt"]


def test_text_that_utf_8_cannot_hold_leaves_the_old_file(path):
    with pytest.raises(UnicodeEncodeError):
        write_whole(path, "\ud83d")
    assert path.read_bytes() == b"old"
    assert os.listdir(path.parent) == ["answers.txt"]


def test_a_read_only_folder_raises_and_leaves_the_old_file(path):
    path.parent.chmod(0o555)
    try:
        if os.access(path.parent, os.W_OK):
            pytest.skip("this user may write to any folder")
        with pytest.raises(PermissionError):
            write_whole(path, b"new")
        assert path.read_bytes() == b"old"
    finally:
        path.parent.chmod(0o755)


def test_a_file_in_the_place_of_a_folder_raises(path):
    with pytest.raises(OSError, match=r"answers\.txt"):
        write_whole(path / "below.txt", b"new")
    assert path.read_bytes() == b"old"


def test_what_a_kill_left_half_written_is_removed_and_nothing_else(path):
    for name in (".answers.txt.a1b2", ".answers.txt.zz", ".other.txt.a1b2", "answers.txt.a1b2", ".answers.txt"):
        (path.parent / name).write_bytes(b"half")
    remove_leftovers(path.parent, "answers.txt")
    assert sorted(os.listdir(path.parent)) == [".answers.txt", ".other.txt.a1b2", "answers.txt", "answers.txt.a1b2"]
    remove_leftovers(path.parent / "nowhere", "answers.txt")


def test_a_leftover_is_named_as_it_is_looked_for(path, monkeypatch):
    """The names that the one makes and the other looks for must not drift apart."""

    def die(*_):
        raise SystemExit

    with monkeypatch.context() as killed:
        killed.setattr(os, "fsync", die)
        killed.setattr(type(path), "unlink", lambda *_, **__: None)  # a killed program tidies nothing up
        with pytest.raises(SystemExit):
            write_whole(path, b"new")
    assert len(os.listdir(path.parent)) == 2
    remove_leftovers(path.parent, "*.txt")
    assert os.listdir(path.parent) == ["answers.txt"]
