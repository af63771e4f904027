"""The texts that have a name, and those that are loaded by their path."""

import platform
import re
import sys
from pathlib import Path

import numpy as np
import pooch
import pytest

from helpers.corpora import ALPHABET, REGISTRY, Corpus, data_folder, folder, load_corpus, python_docs
from helpers.corpora.registry import Pinned
from tools.lesson import ROOT


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


def test_a_missing_file_is_named_beside_the_names_of_the_corpora():
    with pytest.raises(FileNotFoundError, match=r"'novel\.txt' is neither a corpus \(alphabet, tales, .*\) nor a file"):
        load_corpus("novel.txt")


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("war_and_peace.txt", "war-and-peace"),
        ("TinyShakespeare", "tinyshakespeare"),
        ("wikitext2", "wikitext-2"),
        ("pythondocs", "python-docs"),
    ],
)
def test_a_name_that_is_nearly_right_draws_the_right_one(name, meant):
    with pytest.raises(FileNotFoundError, match=f"did you mean '{meant}'"):
        load_corpus(name)


@pytest.mark.parametrize("name", [".", ""])
def test_a_folder_is_not_taken_for_a_text(name):
    with pytest.raises(IsADirectoryError, match=r"is neither a corpus .* nor a file: it is a folder"):
        load_corpus(name)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"name_or_path": "book.txt", "seed": 1}, r"seed does not apply to 'book\.txt'; encoding would"),
        ({"name_or_path": "book.txt", "raw": True}, "raw does not apply"),
        ({"name_or_path": "book.txt", "repeats": 3}, "repeats does not apply"),
        ({"name_or_path": "alphabet", "length": 5}, "length does not apply to 'alphabet'; repeats would"),
        ({"name_or_path": "tales", "repeats": 3}, "repeats does not apply to 'tales'; length and seed would"),
        ({"name_or_path": "tinyshakespeare", "encoding": "latin-1"}, "encoding does not apply to 'tinyshakespeare'"),
        ({"name_or_path": "wikitext-2", "raw": True}, "raw does not apply to 'wikitext-2'"),
        ({"name_or_path": "python-docs", "seed": 0}, "seed does not apply"),
    ],
    ids=str,
)
def test_an_option_that_does_not_apply_is_refused(file, options, message):
    file(b"text")
    with pytest.raises(ValueError, match=message):
        load_corpus(**options)


def test_a_text_of_its_own_parts_is_a_value_like_any_other():
    one, other = (Corpus("a", "text", "", "", "", "", splits={"train": "text"}) for _ in range(2))
    assert one == other
    assert hash(one) == hash(other)


def test_the_floor_is_the_mean_loss_of_the_grammar_where_it_is_known():
    known = Corpus("a", "text", "", "", "", "", log_probabilities=np.log([0.5, 0.25, 1.0, 0.5]))
    assert known.floor == pytest.approx(np.log(2))
    assert load_corpus("alphabet").floor is None


def test_tales_are_as_long_as_wanted_and_another_seed_tells_others():
    corpus = load_corpus("tales", length=50_000)
    assert len(corpus.text) == len(corpus.log_probabilities) == 50_000
    assert corpus.text == load_corpus("tales", length=50_000, seed=0).text
    assert corpus.text != load_corpus("tales", length=50_000, seed=1).text
    assert len(set(corpus.text)) == REGISTRY["tales"].symbols


def test_every_pinned_text_lies_at_a_commit_that_cannot_change():
    pinned = [entry for entry in REGISTRY.values() if isinstance(entry, Pinned)]
    assert {entry.name for entry in pinned} == {"tinyshakespeare", "war-and-peace", "anna-karenina"}
    for entry in pinned:
        assert re.match(r"https://raw\.githubusercontent\.com/[\w-]+/[\w-]+/[0-9a-f]{40}/", entry.url)
        assert len(entry.sha256) == 64


@pytest.mark.parametrize("name", REGISTRY)
def test_the_page_of_the_data_folder_knows_every_text(name):
    entry = REGISTRY[name]
    rows = [
        line for line in (ROOT / "data" / "README.md").read_text(encoding="utf-8").splitlines() if f"| `{name}`" in line
    ]
    assert len(rows) == 1
    for fact in (f"{entry.symbols} " if entry.symbols else "", entry.source if "://" in entry.source else ""):
        assert fact in rows[0]
    if isinstance(entry, Pinned):
        assert f"{entry.bytes:,} bytes" in rows[0]
        assert f"commit {re.search('[0-9a-f]{40}', entry.url).group()[:7]}" in rows[0]


def test_texts_are_kept_where_the_environment_says(monkeypatch, tmp_path):
    monkeypatch.setenv("COURSE_DATA", str(tmp_path))
    assert data_folder() == tmp_path


def test_texts_of_a_checkout_are_kept_in_its_folder():
    assert data_folder() == ROOT / "data"


def test_texts_of_an_installed_package_are_kept_in_the_cache(monkeypatch, tmp_path):
    monkeypatch.setattr(folder, "_CHECKOUT", tmp_path)
    assert data_folder() == pooch.os_cache("from-alphabet-to-attention")
