"""The filters before the dice, held against those of transformers and against what must hold of any."""

import math

import pytest
import torch
from safetensors.torch import load_file

from helpers.sampling.filters import (
    block_repeats,
    check_logits,
    keep_min_p,
    keep_top_k,
    keep_top_p,
    keep_typical,
    scale_by_temperature,
)
from helpers.sampling.generation import make_filters
from tests.sampling.recorded.filters import FILE, ROWS, SETTINGS, unpack

FILTERS = {"top_k": keep_top_k, "top_p": keep_top_p, "min_p": keep_min_p, "typical_p": keep_typical}
LOGITS = torch.tensor([3.0, 1.0, 2.0, -1.0, 0.0])


def kept(logits):
    return logits.isfinite().nonzero().flatten().tolist()


@pytest.fixture(scope="module")
def recorded():
    tensors = load_file(FILE)
    return {name: one if name == "logits" else unpack(one) for name, one in tensors.items()}


@pytest.mark.parametrize("name", FILTERS)
def test_what_is_left_is_what_transformers_leaves(name, recorded):
    """Of characters that are equally likely any may go: so the logits that are left are compared, not their places."""
    logits = recorded["logits"].float()
    assert len(logits) == ROWS
    for number, setting in enumerate(SETTINGS[name]):
        rows = slice(number, None, len(SETTINGS[name]))
        ours = FILTERS[name](logits[rows], setting)
        theirs = logits[rows].masked_fill(~recorded[name][rows], -torch.inf)
        assert torch.equal(ours.sort(-1).values, theirs.sort(-1).values), setting


@pytest.mark.parametrize("name", FILTERS)
def test_the_record_is_no_triviality(name, recorded):
    shares = recorded[name].float().mean(-1)
    assert shares.unique().numel() > 10
    assert (recorded[name].sum(-1) >= 1).all()


@pytest.mark.parametrize(("name", "setting"), [("top_k", 2), ("top_p", 0.7), ("min_p", 0.2), ("typical_p", 0.6)])
def test_a_filter_leaves_its_argument_alone_and_the_rest_as_it_was(name, setting):
    before = LOGITS.clone()
    after = FILTERS[name](LOGITS, setting)
    assert torch.equal(LOGITS, before)
    assert torch.equal(after[after.isfinite()], LOGITS[after.isfinite()])
    assert 1 <= after.isfinite().sum() < 5
    batch = torch.stack([LOGITS, LOGITS.flip(0)])[:, None]  # (2, 1, 5)
    assert torch.equal(FILTERS[name](batch, setting), torch.stack([after, after.flip(0)])[:, None])


def test_small_examples_by_hand():
    assert kept(keep_top_k(LOGITS, 2)) == [0, 2]
    assert kept(keep_top_k(torch.tensor([1.0, 1.0, 0.0]), 1)) == [0, 1]
    probabilities = torch.tensor([0.5, 0.3, 0.15, 0.05])
    assert kept(keep_top_p(probabilities.log(), 0.79)) == [0, 1]
    assert kept(keep_top_p(probabilities.log(), 0.81)) == [0, 1, 2]
    assert kept(keep_min_p(probabilities.log(), 0.2)) == [0, 1, 2]
    # Entropy 1.14; surprises 0.69, 1.20, 1.90, 3.00: the second is the most typical, then the first.
    assert kept(keep_typical(probabilities.log(), 0.2)) == [1]
    assert kept(keep_typical(probabilities.log(), 0.7)) == [0, 1]


@pytest.mark.parametrize(("name", "setting"), [("top_k", 5), ("top_k", 99), ("top_p", 1.0), ("min_p", 0.0)])
def test_the_widest_setting_keeps_all(name, setting):
    assert torch.equal(FILTERS[name](LOGITS, setting), LOGITS)


def test_temperature_scales_differences():
    scaled = scale_by_temperature(LOGITS, 0.5)
    torch.testing.assert_close(scaled.softmax(-1), (2 * LOGITS).softmax(-1))
    assert kept(scale_by_temperature(LOGITS, 0)) == [0]
    entropies = [torch.special.entr(scale_by_temperature(LOGITS, t).softmax(-1)).sum() for t in (0, 0.5, 1, 2, 100)]
    assert entropies == sorted(entropies)
    assert entropies[-1] == pytest.approx(math.log(5), rel=1e-3)


@pytest.mark.parametrize(
    ("name", "setting"),
    [("top_k", k) for k in (0, -1)]
    + [("top_p", p) for p in (0, -0.1, 1.1, math.nan)]
    + [("min_p", p) for p in (1, -0.1, math.nan)]
    + [("typical_p", p) for p in (0, 1.1, math.nan)]
    + [("temperature", t) for t in (-1, math.nan, math.inf)],
)
def test_a_setting_that_makes_no_sense_is_named(name, setting):
    with pytest.raises(ValueError, match=rf"{name} must be .*{setting}"):
        make_filters(**{name: setting})


def test_filters_come_in_the_order_temperature_k_p():
    names = [one.func for one in make_filters(typical_p=0.9, min_p=0.1, top_p=0.9, top_k=3, temperature=0.5)]
    assert names == [scale_by_temperature, keep_top_k, keep_top_p, keep_min_p, keep_typical]
    assert make_filters() == []


def test_a_repeated_passage_is_blocked():
    tokens = torch.tensor([[1, 2, 3, 0, 1, 2], [1, 2, 3, 0, 2, 1]])
    blocked = block_repeats(torch.zeros(2, 5), tokens, 3)
    assert kept(blocked[0]) == [0, 1, 2, 4]  # "1 2 3" was there
    assert kept(blocked[1]) == [0, 1, 2, 3, 4]
    assert kept(block_repeats(torch.zeros(2, 5), tokens, 1)[0]) == [4]
    assert torch.equal(block_repeats(torch.zeros(2, 5), tokens, 7), torch.zeros(2, 5))


@pytest.mark.parametrize("size", [2, 3, 8])
def test_no_passage_of_the_size_comes_twice(size):
    torch.manual_seed(0)
    tokens = torch.randint(3, (4, 1))
    for _ in range(3 ** (size - 1)):  # far from the number of passages that there are
        logits = block_repeats(torch.randn(4, 3), tokens, size)
        tokens = torch.cat([tokens, logits.argmax(-1, keepdim=True)], dim=1)
    for row in tokens.tolist()[:1] if size == 8 else tokens.tolist():
        passages = [tuple(row[start : start + size]) for start in range(len(row) - size + 1)]
        assert len(set(passages)) == len(passages)


def test_where_every_character_is_blocked_the_best_is_kept_and_said():
    with pytest.warns(UserWarning, match="every character would repeat a passage of 1: the likeliest is kept"):
        logits = block_repeats(torch.tensor([[0.0, 2.0, 1.0]]), torch.tensor([[0, 1, 2]]), 1)
    assert kept(logits[0]) == [1]
    with pytest.raises(ValueError, match="no_repeat_ngram must be at least 1"):
        block_repeats(torch.zeros(1, 3), torch.tensor([[0]]), 0)


@pytest.mark.parametrize("bad", [[math.nan, 0.0], [math.inf, 0.0], [-math.inf, -math.inf]])
def test_broken_logits_are_refused(bad):
    with pytest.raises(ValueError, match="NaN or infinity"):
        check_logits(torch.tensor([[0.0, 1.0], bad]))
    check_logits(torch.tensor([[0.0, -math.inf]]))
