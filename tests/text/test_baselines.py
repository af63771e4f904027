"""The count models, held against slow ones that are written as one would say them."""

import math
import os
import re
from collections import Counter, defaultdict
from itertools import pairwise

import pytest
import torch

from helpers.corpora import REGISTRY, load_corpus
from helpers.corpora.folder import find_pinned
from helpers.ground.vocabulary import Vocabulary
from helpers.text.baselines import baseline_table, bigram_loss, main, ngram_losses, uniform_loss
from helpers.text.splits import make_split
from tests.commands import run

BOOK = find_pinned(REGISTRY["tinyshakespeare"])  # looked for before the tests get a folder of their own


def slow_bigram_loss(train, val, vocab_size):
    """Return the same loss from dictionaries of characters."""
    singles, followers = Counter(train), defaultdict(Counter)
    for first, second in pairwise(train):
        followers[first][second] += 1

    def unigram(second):
        return (singles[second] + len(singles) / vocab_size) / (len(train) + len(singles))

    def bigram(first, second):
        seen = followers.get(first)
        if not seen:
            return unigram(second)
        return (seen[second] + len(seen) * unigram(second)) / (seen.total() + len(seen))

    losses = [-math.log(bigram(first, second)) for first, second in pairwise(val)]
    return sum(losses) / len(losses)


@pytest.mark.parametrize(
    ("train", "val"),
    [
        pytest.param("abracadabra", "abracadabra", id="the same text"),
        pytest.param("abracadabra", "cadabcab", id="pairs that were never seen"),
        pytest.param("abracadabra", "zabazzq", id="characters that were never seen"),
        pytest.param("aaaab", "ba", id="a character that nothing followed"),
        pytest.param("to be or not to be " * 20, "be not to be or not " * 5, id="words"),
        pytest.param("ab", "ba", id="the shortest texts"),
    ],
)
def test_bigram_loss_equals_the_slow_one(train, val):
    vocabulary = Vocabulary.from_text(train + val)
    fast = bigram_loss(vocabulary.encode(train), vocabulary.encode(val), len(vocabulary))
    assert fast == pytest.approx(slow_bigram_loss(train, val, len(vocabulary)), rel=1e-9)


def test_the_probabilities_after_each_character_sum_to_1():
    train, vocab_size = torch.tensor([0, 1, 0, 2, 0, 1, 3]), 6  # 3 is followed by nothing, 4 and 5 are never seen
    for first in range(vocab_size):
        losses = [bigram_loss(train, torch.tensor([first, second]), vocab_size) for second in range(vocab_size)]
        assert math.fsum(math.exp(-loss) for loss in losses) == pytest.approx(1)


def test_the_loss_is_a_mean_over_all_but_the_first_character():
    train = torch.arange(50) % 3
    first, second, both = (
        bigram_loss(train, torch.tensor(val), 3) for val in ([0, 1], [1, 1], [0, 1, 1])
    )  # fmt: skip
    assert both == pytest.approx((first + second) / 2)


def test_a_cycle_is_nearly_certain():
    tokens = torch.arange(26_000) % 26
    assert bigram_loss(tokens, tokens, 26) < 0.01


def test_noise_is_nearly_uniform():
    tokens = torch.randint(10, (50_000,), generator=torch.Generator().manual_seed(0))
    assert bigram_loss(tokens[:40_000], tokens[40_000:], 10) == pytest.approx(uniform_loss(10), abs=0.02)


@pytest.mark.parametrize("vocab_size", [1, 2, 26, 100_000])
def test_knowing_nothing_costs_the_logarithm_of_the_vocabulary(vocab_size):
    assert uniform_loss(vocab_size) == pytest.approx(math.log(vocab_size), abs=1e-6)


@pytest.mark.parametrize(("train", "val"), [("", "ab"), ("a", "ab"), ("ab", ""), ("ab", "a")])
def test_a_text_of_no_or_one_character_has_no_bigram(train, val):
    vocabulary = Vocabulary.from_text("ab")
    with pytest.raises(ValueError, match="a bigram needs at least two characters in each part"):
        bigram_loss(vocabulary.encode(train), vocabulary.encode(val), 2)


# --- longer contexts


def slow_ngram_loss(train, val, vocab_size, longest):
    """Return the same loss, context by context, as one would say it."""
    followers = defaultdict(Counter)
    for length in range(longest + 1):
        for end in range(length, len(train)):
            followers[length, train[end - length : end]][train[end]] += 1

    def probability(history, symbol, length):
        if length < 0:
            return 1 / vocab_size
        shorter = probability(history, symbol, length - 1)
        seen = followers.get((length, history[len(history) - length :])) if length <= len(history) else None
        if not seen:
            return shorter
        return (seen[symbol] + len(seen) * shorter) / (seen.total() + len(seen))

    losses = [-math.log(probability(val[:end], val[end], longest)) for end in range(1, len(val))]
    return sum(losses) / len(losses)


@pytest.mark.parametrize(
    ("train", "val"),
    [
        pytest.param("abracadabra", "abracadabra", id="the same text"),
        pytest.param("abracadabra", "zabazzqabr", id="characters that were never seen"),
        pytest.param("the cat sat on the mat and the rat ran " * 5, "the rat sat on the cat", id="words"),
        pytest.param("aaaaaab", "baaaa", id="a context that ends the text"),
    ],
)
def test_every_context_length_equals_the_slow_one(train, val):
    vocabulary = Vocabulary.from_text(train + val)
    fast = ngram_losses(vocabulary.encode(train), vocabulary.encode(val), len(vocabulary), 4)
    slow = [slow_ngram_loss(train, val, len(vocabulary), length) for length in range(5)]
    assert fast == pytest.approx(slow, rel=1e-9)


def test_the_table_prints_every_context_and_the_floor(capsys):
    split = make_split(load_corpus("tales", length=30_000))
    found = baseline_table(split.train, split.val)
    printed = capsys.readouterr().out
    assert f"knowing nothing, ln {len(split.vocabulary)}" in printed
    for length, loss in enumerate(found.by_context):
        assert re.search(rf"context {length}\b.* {loss:.3f}$", printed, re.MULTILINE)
    assert f"{split.val.floor:.3f}" in printed.splitlines()[-1]
    assert found.floor == split.val.floor
    assert len(found.by_context) >= 6
    assert found.by_context[found.best_context] == min(found.by_context)


def test_the_table_goes_on_until_a_longer_context_does_worse(capsys):
    text = "".join(f"{number * number:06d}" for number in range(60)) * 30  # a period that takes a long context
    assert len(baseline_table(text, text).by_context) > 7
    assert len(baseline_table(text, text, longest=2).by_context) == 3


def test_no_count_model_goes_below_the_floor_of_the_tales():
    split = make_split(load_corpus("tales", length=200_000))
    assert min(ngram_losses(split.train.tokens, split.val.tokens, len(split.vocabulary), 8)) > split.val.floor


def test_the_command_prints_a_row_for_each_text(tmp_path, capsys):
    path = tmp_path / "counting.txt"
    path.write_text("one two three four five " * 50, encoding="utf-8")
    assert main([str(path)]) == 0
    row = capsys.readouterr().out.splitlines()[-1]
    assert row.startswith(f"| {path} | {math.log(len(set(path.read_text()))):.3f} |")
    assert main([str(tmp_path / "nothing.txt")]) == 2
    assert len(capsys.readouterr().err.splitlines()) == 1


def test_the_help_of_the_command_fits_a_screen_and_is_all_that_it_prints(capsys):
    with pytest.raises(SystemExit) as ended:
        main(["--help"])
    lines = capsys.readouterr().out.splitlines()
    assert ended.value.code == 0
    assert lines[0].startswith("usage: python -m helpers.baselines")
    assert max(map(len, lines)) <= 80
    assert any("exit codes: 0 done" in line for line in lines)


def test_a_reader_of_the_command_who_has_seen_enough_is_no_error(tmp_path):
    (tmp_path / "counting.txt").write_text("one two three four five " * 50, encoding="utf-8")
    reader, writer = os.pipe()
    os.close(reader)
    code, _, error = run("baselines", "counting.txt", cwd=tmp_path, stdout=writer)
    os.close(writer)
    assert (code, error) == (0, "")


@pytest.mark.skipif(BOOK is None, reason="tinyshakespeare is not on this disk")
def test_tinyshakespeare_has_the_known_losses():
    split = make_split(load_corpus(BOOK))
    losses = ngram_losses(split.train.tokens, split.val.tokens, len(split.vocabulary), 5)
    assert losses == pytest.approx([3.347, 2.486, 2.049, 1.774, 1.669, 1.698], abs=0.002)
