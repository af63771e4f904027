"""The loss of a language model, and means over batches of different sizes."""

from dataclasses import dataclass
from typing import NamedTuple

import torch
import torch.nn.functional as F


class Score(NamedTuple):
    """Mean loss in nats per character, and the share of characters predicted right."""

    loss: float
    accuracy: float


@dataclass
class Tally:
    """Adds up loss and hits over batches, weighted by their number of characters."""

    loss: float = 0.0
    hits: int = 0
    count: int = 0

    def add(self, loss: float, logits: torch.Tensor, targets: torch.Tensor) -> None:
        """Count a batch with its mean loss."""
        self.loss += loss * targets.numel()
        self.hits += int((logits.argmax(-1) == targets).sum())
        self.count += targets.numel()

    def score(self) -> Score:
        """Return the means over all characters so far."""
        return Score(self.loss / self.count, self.hits / self.count)


def sequence_loss(logits: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
    """Return the mean cross-entropy in nats per character of logits (batch, time, vocab) and targets (batch, time)."""
    return F.cross_entropy(logits.flatten(0, -2), targets.flatten())
