"""The loss over all positions, for the checks of lesson 04, with the mistakes that learners make in it."""

from collections.abc import Callable

import torch
import torch.nn.functional as F


def loss_of(logits: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
    """Return the mean cross-entropy of logits (batch, time, vocab) and targets (batch, time)."""
    return F.cross_entropy(logits.flatten(0, 1), targets.flatten())


def _of_mixed(logits: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
    """Take the loss where `view` stands in the place of a transpose."""
    batch, time, vocab = logits.shape
    return F.cross_entropy(logits.reshape(batch, vocab, time), targets)


WRONG_LOSSES: list[tuple[Callable[[torch.Tensor, torch.Tensor], torch.Tensor], str]] = [
    (lambda logits, targets: loss_of(logits.softmax(-1), targets), "a softmax is taken before the loss: F.cross_entropy takes logits, and does that itself"),
    (lambda logits, targets: loss_of(logits[:, -1:], targets[:, -1:]), "the loss is taken at the last position only: take the mean over all positions"),
    (lambda logits, targets: loss_of(logits[:, :1], targets[:, :1]), "the loss is taken at the first position only: take the mean over all positions"),
    (_of_mixed, "`view` mixes time and vocabulary: flatten batch and time, `logits.flatten(0, 1)`, or exchange the two, `logits.transpose(1, 2)`"),
]  # fmt: skip
