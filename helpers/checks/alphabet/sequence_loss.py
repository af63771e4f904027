"""The check of `sequence_loss`."""

import math

import torch
import torch.nn.functional as F

from helpers.checks.expectations import Mistake, compare, expect, expect_type


def sequence_loss(answer):
    """The mean over all positions, of logits as they are."""
    logits, targets = torch.randn(3, 4, 5) * 2, torch.randint(5, (3, 4))
    try:
        result = answer(logits, targets)
    except (RuntimeError, ValueError) as error:
        if "size" in str(error).lower() or "shape" in str(error).lower():
            raise Mistake(
                "F.cross_entropy did not take these shapes: make (batch · time, vocab) of the logits and "
                "(batch · time,) of the targets"
            ) from None
        raise
    expect_type(result, (torch.Tensor, float), "the loss")
    expect(isinstance(result, torch.Tensor), "the loss is a plain number: return the tensor, `backward` needs it")
    if result.dim() and result.numel() > 1:
        raise Mistake(f"the loss should be one number, and has shape {tuple(result.shape)}: take the mean")
    right = F.cross_entropy(logits.flatten(0, 1), targets.flatten())
    _compare_loss(result, right, logits, targets)
    learned = torch.zeros(1, 1, 2, requires_grad=True)
    loss = answer(learned, torch.tensor([[1]]))
    expect(
        loss.requires_grad and torch.autograd.grad(loss, learned, allow_unused=True)[0] is not None,
        "the loss has no gradient: keep it a tensor, without .item(), .detach() or torch.no_grad()",
    )


def _compare_loss(result: torch.Tensor, right: torch.Tensor, logits: torch.Tensor, targets: torch.Tensor) -> None:
    flat, wanted = logits.flatten(0, 1), targets.flatten()
    scrambled = F.cross_entropy(logits.reshape(3, 5, 4), targets)
    compare(
        result.detach().reshape(()), right, "the loss of an example",
        [
            (F.cross_entropy(flat.softmax(-1), wanted), "the softmax is taken twice: F.cross_entropy contains it, give it the logits"),
            (right * 12, "that is the sum over all positions: take the mean"),
            (right * 4, "that is the sum over time: take the mean over all positions"),
            (right * 3, "that is the sum over the batch: take the mean over all positions"),
            (right / math.log(2), "that is in bits: the course counts in nats, with the natural logarithm"),
            (-right, "the sign is wrong: the loss is the *negative* logarithm"),
            (scrambled, "view or reshape to (batch, vocab, time) mixes the numbers up: join batch and time instead"),
            (F.cross_entropy(logits[:, -1], targets[:, -1]), "that is the loss of the last position only: take all positions"),
            (F.cross_entropy(logits[:, 0], targets[:, 0]), "that is the loss of the first position only: take all positions"),
        ],
    )  # fmt: skip
