"""Training and evaluation of any model of the form `logits, state = model(tokens, state)`."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import nn
from tqdm.std import tqdm  # text, never a widget: executions of notebooks hang on widgets now and then

Batches = Iterable[tuple[torch.Tensor, torch.Tensor]]


class Score(NamedTuple):
    """Mean loss in nats per character, and the share of characters predicted right."""

    loss: float
    accuracy: float


@dataclass
class History:
    """One entry an epoch: losses in nats per character, accuracies between 0 and 1."""

    train_loss: list[float] = field(default_factory=list)
    train_accuracy: list[float] = field(default_factory=list)
    val_loss: list[float] = field(default_factory=list)
    val_accuracy: list[float] = field(default_factory=list)

    def plot(self, **baselines: float):
        """Draw both losses over the epochs, and each baseline as a level line. Returns the matplotlib axes."""
        from helpers.plots import plot_losses  # drawing is not needed for training

        losses = {"training": self.train_loss} | ({"validation": self.val_loss} if self.val_loss else {})
        return plot_losses(losses, baselines=baselines, step_name="epoch")


class Tally:
    """Adds up loss and hits over batches, weighted by their number of characters."""

    def __init__(self):
        self.loss, self.hits, self.count = 0.0, 0, 0

    def add(self, loss: torch.Tensor, logits: torch.Tensor, targets: torch.Tensor) -> None:
        self.loss += loss.item() * targets.numel()
        self.hits += (logits.argmax(-1) == targets).sum().item()
        self.count += targets.numel()

    def score(self) -> Score:
        return Score(self.loss / self.count, self.hits / self.count)


def sequence_loss(logits: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
    """Return the mean cross-entropy in nats per character of logits (batch, time, vocab) and targets (batch, time)."""
    return F.cross_entropy(logits.flatten(0, -2), targets.flatten())


def fit(
    model: nn.Module,
    train_batches: Batches,
    *,
    epochs: int,
    val_batches: Batches | None = None,
    learning_rate: float = 1e-3,
    optimizer: torch.optim.Optimizer | None = None,
    clip_norm: float | None = 1.0,
    progress: bool = True,
) -> History:
    """Train `model`, every window from a fresh state, and return the losses and accuracies of each epoch.

    Args:
        model: any model of the common protocol.
        train_batches: pairs (inputs, targets) of shape (batch, time); iterated over once an epoch.
        epochs: passes over the training batches, at least 1.
        val_batches: evaluated after each epoch, if given.
        learning_rate: for Adam, used if no optimizer is given.
        clip_norm: largest norm of the gradient over all parameters; None leaves it as it is.
        progress: show a bar of text for each epoch.

    Raises:
        ValueError: no epochs, or no batches.
    """
    if epochs < 1:
        raise ValueError(f"epochs must be at least 1, not {epochs}")
    optimizer = optimizer or torch.optim.Adam(model.parameters(), lr=learning_rate)
    history = History()
    for epoch in range(1, epochs + 1):
        bar = tqdm(train_batches, desc=f"epoch {epoch}/{epochs}", disable=not progress, leave=False)
        score = _train_epoch(model, bar, optimizer, clip_norm)
        history.train_loss.append(score.loss)
        history.train_accuracy.append(score.accuracy)
        if val_batches is not None:
            score = evaluate(model, val_batches)
            history.val_loss.append(score.loss)
            history.val_accuracy.append(score.accuracy)
    return history


def _train_epoch(model: nn.Module, batches: Batches, optimizer: torch.optim.Optimizer, clip_norm) -> Score:
    model.train()
    device = next(model.parameters()).device
    tally = Tally()
    for inputs, targets in batches:
        inputs, targets = inputs.to(device), targets.to(device)
        logits, _ = model(inputs)
        loss = sequence_loss(logits, targets)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        if clip_norm is not None:
            nn.utils.clip_grad_norm_(model.parameters(), clip_norm)
        optimizer.step()
        tally.add(loss.detach(), logits, targets)
    if not tally.count:
        raise ValueError(
            "there was not one batch to train on: is the text too short for its windows and batch size, "
            "or can the batches be gone through only once?"
        )
    return tally.score()


@torch.no_grad()
def evaluate(model: nn.Module, batches: Batches) -> Score:
    """Return mean loss in nats per character and accuracy over all batches; the model is left in the mode it was in.

    Raises:
        ValueError: there was not one batch (a loss of 0 would be a lie).
    """
    training = model.training
    model.eval()
    device = next(model.parameters()).device
    tally = Tally()
    try:
        for inputs, targets in batches:
            inputs, targets = inputs.to(device), targets.to(device)
            logits, _ = model(inputs)
            tally.add(sequence_loss(logits, targets), logits, targets)
    finally:
        model.train(training)
    if not tally.count:
        raise ValueError("there was not one batch to evaluate: a loss of 0 would be a lie; take a longer text")
    return tally.score()
