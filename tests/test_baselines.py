"""The count models, held against slow ones that are written as one would say them."""

import math
from collections import Counter, defaultdict
from itertools import pairwise

import pytest
import torch

from helpers.baselines import bigram_loss, uniform_loss
from helpers.vocabulary import Vocabulary


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
