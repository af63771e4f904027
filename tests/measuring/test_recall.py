"""Recall by distance and the excess over the floor, measured on models whose answers are known."""

import math

import pytest
import torch
from torch import nn

from helpers.corpora import load_corpus
from helpers.measuring.floor import excess_over_floor
from helpers.measuring.recall import recall_by_distance
from helpers.text.ngrams import NgramModel
from helpers.text.splits import make_split


@pytest.fixture(scope="module")
def split():
    return make_split(load_corpus("tales", length=150_000), validation=0.4)


class Oracle(nn.Module):
    """Knows the tales by heart: `reach` characters after a mention it still knows the fact, and no further."""

    def __init__(self, part, share=1.0):
        super().__init__()
        tales = zip(part.starts, [*part.starts[1:], len(part)], strict=True)
        self.tales = {tuple(part.tokens[start : start + 90].tolist()): part.tokens[start:end] for start, end in tales}
        self.vocab_size, self.share = len(part.vocabulary), share

    def forward(self, tokens, state=None):
        logits = torch.zeros(*tokens.shape, self.vocab_size)
        for row, own in zip(logits, tokens, strict=True):
            tale = self.tales[tuple(own[:90].tolist())]
            known = int(self.share * len(tale))  # the row may be longer: it is padded
            row[torch.arange(known - 1), tale[1:known]] = 50.0
        return logits, state


def test_who_knows_the_future_recalls_all_and_is_caught_below_the_floor(split):
    oracle = Oracle(split.val)
    assert all(found.accuracy == 1 for found in recall_by_distance(oracle, split.val) if found.count)
    excess = excess_over_floor(oracle, split.val)
    assert excess.excess < -10 * excess.standard_error
    assert excess.loss == pytest.approx(0, abs=1e-6)


def test_a_model_without_a_memory_recalls_no_better_than_chance(split):
    bigram = NgramModel(split.train.tokens, len(split.vocabulary), 1)
    found = recall_by_distance(bigram, split.val)
    assert sum(one.count for one in found) > 100
    assert all(one.accuracy < 0.2 for one in found)


def test_counts_never_go_below_the_floor(split):
    excess = excess_over_floor(NgramModel(split.train.tokens, len(split.vocabulary), 6), split.val)
    assert excess.excess > 10 * excess.standard_error
    assert excess.excess == pytest.approx(excess.loss - excess.floor)


def test_each_recall_falls_into_the_bin_of_its_distance(split):
    bins = recall_by_distance(Oracle(split.val), split.val, facts=("hero",), distances=(0, 100, 5000))
    distances = [recall.distance for recall in split.val.recalls if recall.fact == "hero"]
    assert [one.count for one in bins] == [sum(d < 100 for d in distances), sum(d >= 100 for d in distances)]


def test_half_a_memory_gets_a_part_right_with_its_error(split):
    bins = recall_by_distance(Oracle(split.val, share=0.5), split.val, distances=(0, 5000))
    assert 0.2 < bins[0].accuracy < 0.8
    share = bins[0].accuracy
    assert bins[0].standard_error == pytest.approx(math.sqrt(share * (1 - share) / bins[0].count))


def test_a_bin_without_recalls_has_no_accuracy(split):
    empty = recall_by_distance(Oracle(split.val), split.val, distances=(90_000, 90_001))[0]
    assert empty.count == 0
    assert math.isnan(empty.accuracy)


def test_the_model_stays_in_its_mode(split):
    oracle = Oracle(split.val).train()
    recall_by_distance(oracle, split.val)
    assert oracle.training


def test_an_unknown_fact_and_bad_borders_are_named(split):
    with pytest.raises(ValueError, match=r"no recalls of shoe size; it holds .*hero"):
        recall_by_distance(Oracle(split.val), split.val, facts=("shoe size",))
    with pytest.raises(ValueError, match="rising borders"):
        recall_by_distance(Oracle(split.val), split.val, distances=(100, 50))


def test_a_text_without_tales_has_no_floor():
    part = make_split("abc" * 100).val
    with pytest.raises(ValueError, match="the floor is known for parts of make_split"):
        excess_over_floor(NgramModel(part.tokens, 3, 1), part)
