"""The preset of the hundred-line RNN against the same network in numpy alone: characters a second in training.

Ours is `fit` with the preset's own model and optimizer, as `python -m helpers.train --preset tinyshakespeare` runs it.
At one text at a time the numbers of a step are few, and what counts is what each small operation costs beside its
arithmetic; with more texts at once the arithmetic counts. numpy computes in float64 unless told otherwise, as the
published script does; a second row tells it otherwise, since ours computes in float32.
"""

import math
from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np
import torch
from torch import nn

from benchmarks.figures import show_count
from benchmarks.numpy_rnn import NumpyRNN
from benchmarks.rows import Row, compare
from benchmarks.timing import alternate, seconds_of
from helpers.text.batching import StreamBatches
from helpers.training import fit, sequence_loss
from helpers.training.presets import Preset, preset

VOCAB_SIZE = 65  # of tinyshakespeare
BATCHES = (1, 16)
PRECISIONS = {"numpy": np.float64, "numpy, float32": np.float32}
STEPS = 100  # in one measurement
ALTERNATIONS, QUICK_ALTERNATIONS = 15, 3


def rows(quick: bool) -> Iterator[Row]:
    """Compare the characters a second, one text at a time as in the preset, then more."""
    for batch_size in BATCHES:
        settings = replace(preset("full", "tinyshakespeare"), batch_size=batch_size)
        expect_same_losses(settings)
        ours = train_ours(settings)
        for name, precision in PRECISIONS.items():
            figures = alternate(ours, train_peer(settings, precision), QUICK_ALTERNATIONS if quick else ALTERNATIONS)
            what = f"hundred-line RNN, characters a second, batch {batch_size}"
            row = compare(what, *figures, show_count, more_is_better=True, peer_name=name)
            ahead = all(own < other for own, other in zip(*figures, strict=True))
            yield row._replace(ratio=f"{row.ratio}, numpy is faster") if ahead else row


def expect_same_losses(settings: Preset) -> None:
    """Raise AssertionError unless both sides have the same loss at each of ten steps, from the weights of the peer.

    Their updates differ in what the preset says of itself (which gradients are clipped, two biases for one), so ours
    takes over the peer's weights before each step; the state it carries itself.
    """
    model, batches = make_model(settings), make_batches(settings, steps=10)
    peer, state = NumpyRNN(read_weights(model, np.float64)), None
    hidden = np.zeros((settings.hidden_size, settings.batch_size))
    for inputs, targets in batches:
        write_weights(model, peer.weights)
        with torch.no_grad():
            logits, state = model(inputs, state)
        ours = sequence_loss(logits, targets).item() * settings.sequence_length
        loss, hidden = peer.step(inputs.numpy().T, targets.numpy().T, hidden, settings.learning_rate)
        if not math.isclose(ours, loss, rel_tol=1e-4):
            raise AssertionError(f"the two sides have different losses: {ours} and {loss}")


def train_ours(settings: Preset) -> Callable[[], float]:
    """Return a measurement of the characters a second that `fit` trains on."""
    model, batches = make_model(settings), make_batches(settings, STEPS)
    optimizer = settings.make_optimizer(model)

    def train() -> None:
        fit(model, batches, steps=STEPS, optimizer=optimizer, progress=False, **settings.optimization)

    return characters_a_second(train, settings)


def train_peer(settings: Preset, precision: type) -> Callable[[], float]:
    """Return a measurement of the characters a second that numpy trains on in this precision."""
    network = NumpyRNN(read_weights(make_model(settings), precision))
    pairs = [(inputs.numpy().T, targets.numpy().T) for inputs, targets in make_batches(settings, STEPS)]

    def train() -> None:
        hidden = np.zeros((settings.hidden_size, settings.batch_size), precision)
        for inputs, targets in pairs:
            _, hidden = network.step(inputs, targets, hidden, settings.learning_rate)

    return characters_a_second(train, settings)


def characters_a_second(train: Callable[[], None], settings: Preset) -> Callable[[], float]:
    """Return a measurement of a function that trains for `STEPS`. One call has warmed it up."""
    train()
    characters = STEPS * settings.batch_size * settings.sequence_length
    return lambda: characters / seconds_of(train)


def make_model(settings: Preset) -> nn.Module:
    """Return the preset's model, with the same weights each time."""
    torch.manual_seed(0)
    return settings.make_model(VOCAB_SIZE)


def make_batches(settings: Preset, steps: int) -> StreamBatches:
    """Return so many batches of random characters: for the speed, it does not matter which."""
    generator = torch.Generator().manual_seed(0)
    length = settings.batch_size * (steps * settings.sequence_length + 1)
    return settings.make_batches(torch.randint(VOCAB_SIZE, (length,), generator=generator))


def read_weights(model: nn.Module, precision: type) -> dict[str, np.ndarray]:
    """Return a model's weights under the names of the hundred lines, the two biases of its recurrence added up."""
    bias = model.input_to_hidden.bias + model.hidden_to_hidden.bias
    named = {"Wxh": model.input_to_hidden.weight, "Whh": model.hidden_to_hidden.weight, "Why": model.output.weight}
    named |= {"bh": bias[:, None], "by": model.output.bias[:, None]}
    return {name: tensor.detach().numpy().astype(precision) for name, tensor in named.items()}


@torch.no_grad()
def write_weights(model: nn.Module, weights: dict[str, np.ndarray]) -> None:
    """Write such weights into a model; of the two biases, the second becomes zero."""
    given = {name: torch.from_numpy(weight) for name, weight in weights.items()}
    model.input_to_hidden.weight.copy_(given["Wxh"])
    model.hidden_to_hidden.weight.copy_(given["Whh"])
    model.output.weight.copy_(given["Why"])
    model.input_to_hidden.bias.copy_(given["bh"][:, 0])
    model.hidden_to_hidden.bias.zero_()
    model.output.bias.copy_(given["by"][:, 0])
