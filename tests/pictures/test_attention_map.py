"""Pictures of attention: one square for each head, and nothing that does not fit its text."""

import matplotlib.pyplot as plt
import pytest
import torch

from helpers.models.attention_lstm import CharAttentionLSTM
from helpers.pictures.attention_map import plot_attention

TEXT = "a\nbc"


@pytest.fixture(autouse=True)
def close_pictures():
    yield
    plt.close("all")


def test_each_head_has_a_square_with_its_own_weights():
    model = CharAttentionLSTM(5, 4, 8, num_heads=2)
    weights = model.attention_weights(torch.tensor([[0, 1, 2, 3]]))[0]
    drawn = plot_attention(TEXT, weights, title="Two heads")
    assert [axes.get_title() for axes in drawn] == ["head 1", "head 2"]
    for axes, own in zip(drawn, weights, strict=True):
        assert torch.equal(torch.as_tensor(axes.images[0].get_array()), own)
        assert axes.images[0].get_clim() == (0, 1)
        assert [label.get_text() for label in axes.get_xticklabels()] == ["a", "¶", "b", "c"]


@pytest.mark.parametrize("shape", [(4, 4), (1, 4, 5), (1, 3, 3)])
def test_weights_of_another_shape_are_refused(shape):
    with pytest.raises(ValueError, match=r"4 characters needs weights of shape \(heads, 4, 4\)"):
        plot_attention(TEXT, torch.zeros(shape))


def test_an_empty_text_is_refused():
    with pytest.raises(ValueError, match="a text of 0 characters"):
        plot_attention("", torch.zeros(1, 0, 0))
