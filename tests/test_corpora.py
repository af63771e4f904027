"""The texts that the lessons learn from, and files that are not what they should be."""

import platform
import sys
from pathlib import Path

import pytest

from helpers.corpora import ALPHABET, load_corpus, python_docs, read_text


@pytest.fixture
def file(tmp_path):
    """Return a function that writes bytes to a file and returns its path."""

    def write(content: bytes) -> Path:
        path = tmp_path / "book.txt"
        path.write_bytes(content)
        return path

    return write


def test_the_alphabet_is_repeated():
    assert load_corpus("alphabet", repeats=3).text == "abcdefghijklmnopqrstuvwxyz" * 3


@pytest.mark.parametrize("repeats", [0, -1])
def test_the_alphabet_less_than_once_is_refused(repeats):
    with pytest.raises(ValueError, match=f"repeats must be at least 1, not {repeats}"):
        load_corpus("alphabet", repeats=repeats)


def test_python_docs_are_a_long_english_text_without_a_download():
    text = load_corpus("python-docs").text
    assert len(text) > 200_000
    assert text.count(" the ") > 1_000


def test_python_docs_name_the_version_of_python():
    assert platform.python_version() in python_docs().description


def test_python_docs_do_not_depend_on_the_order_of_their_topics(monkeypatch):
    from pydoc_data import topics

    expected = python_docs().text
    monkeypatch.setattr(topics, "topics", dict(reversed(topics.topics.items())))
    assert python_docs().text == expected


def test_a_python_without_its_documentation_says_what_to_do(monkeypatch):
    monkeypatch.setitem(sys.modules, "pydoc_data.topics", None)
    with pytest.raises(FileNotFoundError, match=r"pydoc_data.*install the full standard library, or give the path"):
        load_corpus("python-docs")


@pytest.mark.parametrize("kind", [str, Path])
def test_a_file_is_loaded_by_its_path(file, kind):
    path = file("Война и мир 🙂".encode())
    corpus = load_corpus(kind(path))
    assert corpus.text == "Война и мир 🙂"
    assert corpus.name == "book"
    assert corpus.path == path


def test_every_corpus_says_where_it_comes_from(file):
    for corpus in (load_corpus("alphabet"), load_corpus("python-docs"), load_corpus(file(b"text"))):
        assert all((corpus.name, corpus.description, corpus.language, corpus.licence, corpus.source))


def test_a_corpus_shows_its_size_instead_of_its_text():
    assert repr(load_corpus("alphabet", repeats=100)) == "Corpus('alphabet': 2,600 characters, 26 different)"
    assert len(ALPHABET) == 26


@pytest.mark.parametrize("ends", [b"\n", b"\r\n", b"\r"])
def test_any_line_end_becomes_a_newline(file, ends):
    assert read_text(file(b"one" + ends + b"two" + ends + ends)) == "one\ntwo\n\n"


def test_a_byte_order_mark_is_no_part_of_the_text(file):
    assert read_text(file(b"\xef\xbb\xbfabc")) == "abc"


def test_a_text_of_one_character_is_loaded(file):
    assert load_corpus(file(b"a")).text == "a"


@pytest.mark.parametrize("content", [b"", b"\xef\xbb\xbf"], ids=["nothing", "a byte order mark"])
def test_an_empty_file_is_refused(file, content):
    with pytest.raises(ValueError, match=r"book\.txt is empty: there is nothing to learn from"):
        load_corpus(file(content))


@pytest.mark.parametrize(
    ("content", "byte", "position"),
    [
        pytest.param("caf\xe9 au lait".encode("latin-1"), "0xe9", 3, id="Latin-1"),
        pytest.param("мир".encode("cp1251"), "0xec", 0, id="Windows-1251"),
        pytest.param("text".encode("utf-16"), "0xff" if sys.byteorder == "little" else "0xfe", 0, id="UTF-16"),
        pytest.param("мир".encode()[:-1], "0xd1", 4, id="cut in the middle of a character"),
        pytest.param(b"ok " * 100_000 + b"\x80", "0x80", 300_000, id="the last byte"),
        pytest.param(b"\xed\xa0\xbd", "0xed", 0, id="a surrogate"),
        pytest.param(b"\xef\xbb\xbfcaf\xe9 au lait", "0xe9", 6, id="after a byte order mark"),
    ],
)
def test_the_first_byte_that_is_not_utf_8_is_named(file, content, byte, position):
    with pytest.raises(ValueError, match=rf"book\.txt is not UTF-8: byte {byte} at position {position};"):
        load_corpus(file(content))


def test_a_file_that_is_not_utf_8_says_what_to_do(file):
    with pytest.raises(ValueError, match="save it as UTF-8 in your editor"):
        load_corpus(file(b"\xff"))


def test_a_missing_file_is_named_beside_the_names_of_the_corpora():
    with pytest.raises(FileNotFoundError, match=r"'war_and_peace\.txt' is neither a corpus \(alphabet, python-docs\)"):
        load_corpus("war_and_peace.txt")


@pytest.mark.parametrize("name", [".", ""])
def test_a_folder_is_not_taken_for_a_text(name):
    with pytest.raises((FileNotFoundError, IsADirectoryError), match="is neither a corpus"):
        load_corpus(name)
