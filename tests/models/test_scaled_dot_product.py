"""Attention by the formula, against torch's kernel and against what must hold of any weights."""

import pytest
import torch
import torch.nn.functional as F

from helpers.models.self_attention import attend, attend_by_hand, attention_weights, band_mask

BOTH = [attend, attend_by_hand]


def draw(time=7, past=0, head_size=4):
    torch.manual_seed(0)
    shapes = [(2, 3, time, head_size), (2, 3, past + time, head_size), (2, 3, past + time, head_size)]
    return [torch.randn(shape, dtype=torch.float64).requires_grad_() for shape in shapes]


@pytest.mark.parametrize("function", BOTH)
def test_the_causal_mask_gives_what_torch_gives(function):
    arguments = draw()
    attended = function(*arguments, band_mask(7, 0, 100))
    torch.testing.assert_close(attended, F.scaled_dot_product_attention(*arguments, is_causal=True))


def test_both_give_the_same_gradients():
    arguments = draw(past=5)
    outside = torch.randn(2, 3, 7, 4, dtype=torch.float64)
    results = [torch.autograd.grad(function(*arguments, band_mask(7, 5, 4)), arguments, outside) for function in BOTH]
    torch.testing.assert_close(*results)


def test_weights_are_a_distribution_over_what_may_be_seen():
    queries, keys, _ = draw(past=5)
    mask = band_mask(7, 5, 4)
    weights = attention_weights(queries, keys, mask)
    torch.testing.assert_close(weights.sum(-1), torch.ones(2, 3, 7).double())
    assert (weights[:, :, mask] > 0).all()
    assert not weights[:, :, ~mask].any()


def test_scores_of_long_vectors_are_not_sharper():
    entropies = []
    for head_size in (4, 1024):
        torch.manual_seed(0)
        queries, keys = torch.randn(2, 64, 64, head_size)
        weights = attention_weights(queries, keys, torch.ones(64, 64).bool())
        entropies.append(-torch.xlogy(weights, weights).sum(-1).mean())
    torch.testing.assert_close(*entropies, rtol=0.05, atol=0)


@pytest.mark.parametrize("function", BOTH)
def test_a_row_that_may_look_nowhere_takes_nothing(function):
    arguments = draw()
    mask = band_mask(7, 0, 100)
    mask[2] = False
    attended = function(*arguments, mask)
    assert not attended[:, :, 2].any()
    for gradient in torch.autograd.grad(attended.sum(), arguments):
        assert gradient.isfinite().all()


@pytest.mark.parametrize("function", BOTH)
def test_a_wrong_mask_is_refused(function):
    with pytest.raises(ValueError, match=r"it must be of torch.bool"):
        function(*draw(), torch.ones(7, 7))
