"""Measures of a written text, held against texts whose answer is known, and against a slow way to find it."""

import random
from difflib import SequenceMatcher

import pytest

from helpers.sampling.text_measures import distinct, longest_copied, repetition_rate


def test_distinct_counts_different_runs():
    assert distinct("abab", 2) == 2 / 3
    assert distinct("abcd", 2) == 1.0
    assert distinct("aaaa", 1) == 0.25


def test_repetition_is_what_is_not_new():
    assert repetition_rate("abcdefgh" * 4, 8) == pytest.approx(1 - 8 / 25)
    assert repetition_rate("abcdefgh", 4) == 0.0


@pytest.mark.parametrize("seed", range(8))
def test_longest_copied_passage_is_found(seed):
    draw = random.Random(seed)
    source, text = ("".join(draw.choices("abc", k=length)) for length in (300, 120))
    slow = SequenceMatcher(None, text, source, autojunk=False).find_longest_match()
    found = longest_copied(text, source)
    assert found in text
    assert found in source
    assert len(found) == slow.size


def test_the_ends_are_passages_too():
    assert longest_copied("xyzab", "qqxyz") == "xyz"
    assert longest_copied("abc", "abc") == "abc"
    assert longest_copied("abc", "def") == ""
    assert longest_copied("", "def") == ""


@pytest.mark.parametrize("size", [0, 4])
def test_a_text_without_such_runs_is_refused(size):
    with pytest.raises(ValueError, match=f"a text of 3 characters has no runs of {size}"):
        distinct("abc", size)
