"""A loss that a learner returns: its shape, and the values that a wrong loss would have."""

import contextlib
from collections.abc import Callable, Iterator

import torch
import torch.nn.functional as F

from helpers.checks.expectations import Mistake

_ADVICE = (
    "F.cross_entropy did not take these shapes: make (batch · time, vocab) of the logits, `.flatten(0, 1)`, and "
    "(batch · time,) of the targets, `.flatten()`"
)


@contextlib.contextmanager
def naming_shapes() -> Iterator[None]:
    """Run the block; say what to do where F.cross_entropy refuses the shapes."""
    try:
        yield
    except (ValueError, RuntimeError) as error:
        if "batch_size" in str(error) or "Expected target size" in str(error):
            raise Mistake(_ADVICE) from None
        raise


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
