"""The numpy network that the course is measured against is a fair peer: its gradient is right, and it learns."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from torch.nn import functional

from benchmarks.hundred_lines import expect_same_losses
from benchmarks.numpy_rnn import NumpyRNN
from helpers.training.presets import preset

VOCAB_SIZE, HIDDEN_SIZE, TIME = 7, 5, 6
SHAPES = {
    "Wxh": (HIDDEN_SIZE, VOCAB_SIZE),
    "Whh": (HIDDEN_SIZE, HIDDEN_SIZE),
    "Why": (VOCAB_SIZE, HIDDEN_SIZE),
    "bh": (HIDDEN_SIZE, 1),
    "by": (VOCAB_SIZE, 1),
}


def make_network(precision=np.float64):
    draw = np.random.default_rng(0)
    return NumpyRNN({name: draw.normal(scale=0.5, size=shape).astype(precision) for name, shape in SHAPES.items()})


@pytest.mark.parametrize("batch", [1, 3])
def test_its_gradient_is_that_of_autograd(batch):
    draw, network = np.random.default_rng(1), make_network()
    inputs, targets = draw.integers(VOCAB_SIZE, size=(2, TIME, batch))
    start = draw.normal(size=(HIDDEN_SIZE, batch))
    loss, gradients, last = network.differentiate(inputs, targets, start)

    leaves = {name: torch.tensor(weight, requires_grad=True) for name, weight in network.weights.items()}
    hidden, expected = torch.tensor(start), 0.0
    for t in range(TIME):
        hidden = torch.tanh(leaves["Wxh"][:, inputs[t]] + leaves["Whh"] @ hidden + leaves["bh"])
        logits = leaves["Why"] @ hidden + leaves["by"]  # (vocab, batch)
        expected = expected + functional.cross_entropy(logits.T, torch.tensor(targets[t]))
    expected.backward()

    assert loss == pytest.approx(expected.item())
    assert np.allclose(last, hidden.detach().numpy())
    for name, leaf in leaves.items():
        assert np.allclose(gradients[name], leaf.grad.numpy(), atol=1e-12), name


@pytest.mark.parametrize("precision", [np.float32, np.float64])
def test_it_learns_a_text_that_repeats_in_the_precision_of_its_weights(precision):
    network, ids = make_network(precision), np.arange(TIME + 1)[:, None]
    for _ in range(100):
        loss, hidden = network.step(ids[:-1], ids[1:], np.zeros((HIDDEN_SIZE, 1), precision), 0.1)
    assert loss / TIME < 0.1
    assert hidden.dtype == network.weights["Whh"].dtype == precision


def test_the_preset_and_numpy_have_the_same_losses():
    expect_same_losses(replace(preset("full", "tinyshakespeare"), batch_size=2))


def test_a_state_that_is_not_carried_on_is_seen(monkeypatch):
    right = NumpyRNN.differentiate

    def forgetful(network, inputs, targets, hidden):
        return right(network, inputs, targets, np.zeros_like(hidden))

    monkeypatch.setattr(NumpyRNN, "differentiate", forgetful)
    with pytest.raises(AssertionError, match="different losses"):
        expect_same_losses(preset("full", "tinyshakespeare"))
