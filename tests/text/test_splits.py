"""Contiguous parts of a text."""

import numpy as np
import pytest

from helpers.corpora import Corpus, load_corpus
from helpers.text.splits import make_split


@pytest.fixture(scope="module")
def tales():
    return load_corpus("tales", length=60_000)


def corpus_of(text="", **parts):
    return Corpus("sample", text or parts.get("train", ""), "a sample", "none", "none", "made here", splits=parts)


def test_the_parts_follow_each_other_and_make_up_the_whole():
    text = "".join(chr(97 + number % 26) for number in range(1000))
    split = make_split(text, validation=0.1, test=0.2)
    assert split.train.text + split.val.text + split.test.text == text
    assert (len(split.train), len(split.val), len(split.test)) == (700, 100, 200)


def test_the_usual_split_is_nine_to_one():
    split = make_split("ab" * 500)
    assert (len(split.train), len(split.val), len(split.test)) == (900, 100, 0)
    assert split.test.floor is None


def test_tokens_are_the_text_under_the_vocabulary_of_the_whole():
    split = make_split("abcabcabcz", validation=0.2)
    for part in (split.train, split.val):
        assert split.vocabulary.decode(part.tokens) == part.text
        assert part.vocabulary is split.vocabulary


def test_characters_that_training_never_shows_are_reported(capsys):
    split = make_split(corpus_of("aaaaaaaabzzq"), validation=0.25)
    assert split.unseen == {"q": 1, "z": 2}
    printed = capsys.readouterr().out
    assert printed.count("\n") == 1
    assert (
        "sample: not in the training part, so no model can learn them there: 'q' 'z' (different characters: 2"
        in printed
    )


def test_nothing_is_printed_where_training_shows_all(capsys):
    assert make_split("abc" * 100).unseen == {}
    assert capsys.readouterr().out == ""


def test_parts_that_were_published_are_kept():
    split = make_split(corpus_of(train="aabb" * 5, validation="ab", test="ba"))
    assert (split.train.text, split.val.text, split.test.text) == ("aabb" * 5, "ab", "ba")


def test_validation_comes_from_the_end_of_training_if_none_was_published():
    split = make_split(corpus_of(train="aabb" * 5, test="ba"))
    assert (split.train.text, split.val.text, split.test.text) == ("aabb" * 4 + "aa", "bb", "ba")


def test_tales_are_cut_where_a_tale_begins(tales):
    split = make_split(tales, validation=0.1, test=0.1)
    for part in (split.train, split.val, split.test):
        assert part.starts[0] == 0
        assert abs(len(part) - len(tales.text) * (0.8 if part is split.train else 0.1)) < 3000
    assert split.train.text.endswith("\n\n")
    assert sum(len(part.starts) for part in (split.train, split.val, split.test)) == len(tales.starts)


def test_floor_and_recalls_move_with_their_part(tales):
    split = make_split(tales)
    start = len(split.train)
    assert split.val.floor == pytest.approx(-tales.log_probabilities[start:].mean())
    assert np.array_equal(split.val.log_probabilities, tales.log_probabilities[start:])
    assert len(split.val.recalls) > 50
    whole = {recall.start: recall for recall in tales.recalls}
    for recall in split.val.recalls:
        assert whole[recall.start + start] == recall._replace(start=recall.start + start)


@pytest.mark.parametrize(("validation", "test"), [(-0.1, 0), (0, -0.1), (0.6, 0.4), (1.5, 0)])
def test_shares_out_of_range_are_refused(validation, test):
    with pytest.raises(ValueError, match="must be at least 0, and together below 1"):
        make_split("abc" * 10, validation=validation, test=test)


def test_a_text_too_short_for_a_part_is_refused():
    with pytest.raises(ValueError, match="a text of 1 characters is too short: nothing is left for train"):
        make_split("a")
