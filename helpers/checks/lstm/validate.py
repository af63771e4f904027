"""Checks of lesson 04: the validation pass."""

import math

import torch

from helpers.checks.expectations import compare, expect, expect_number
from helpers.checks.losses import WRONG_LOSSES, loss_of, naming_shapes
from helpers.checks.modules import (
    call_validation,
    expect_evaluation,
    expect_every_batch,
    expect_modes_put_back,
    expect_nothing_learned,
    expect_one_walk,
)
from helpers.checks.recorded_lstm import Spy
from helpers.checks.spies import random_batches, weights_of


def validate(answer):
    """The mean loss from a state of its own, without dropout or gradients, and the model as it was."""
    spied, batches = Spy(), random_batches(4, 4, 4)
    before = weights_of(spied)
    spied.train()
    result = _call(answer, spied, batches)
    expect_every_batch(spied.calls, len(batches))
    expect_evaluation(spied.calls)
    expect_nothing_learned(spied, before)
    expect(
        all(parameter.grad is None for parameter in spied.parameters()),
        "validation calls `backward`: nothing is learned here",
    )
    spied.expect_carried("validation has a state of its own", "carry it from batch to batch")
    _compare_loss(result, spied, batches)
    expect_modes_put_back(spied, lambda: _call(answer, spied, batches))
    expect_one_walk(lambda walked: _call(answer, spied, walked), batches)


def _call(answer, model: Spy, batches):
    with naming_shapes():
        return call_validation(answer, model, batches, "validate")


def _compare_loss(result, model: Spy, batches) -> None:
    losses = _losses(model, batches, loss_of)
    mean, count = sum(losses) / len(losses), sum(targets.numel() for _, targets in batches)
    compare(
        expect_number(result, "the loss that you return"), mean, "the loss that you return",
        [
            (losses[-1], "that is the last batch's loss: return the mean over all batches"),
            (losses[0], "that is the first batch's loss: return the mean over all batches"),
            (sum(losses), "that is the sum of the batches' losses: divide it by their number"),
            (mean * count, "that is the sum over all characters: divide by their number"),
            (sum(losses) / count, "a batch's loss is a mean already: divide by the number of batches, not of characters"),
            (_mean_of(_losses(model, [(inputs, inputs) for inputs, _ in batches], loss_of)), "the loss is taken against the inputs: hold the logits against the targets"),
            (_mean_of(_losses(model, [(targets, inputs) for inputs, targets in batches], loss_of)), "inputs and targets are exchanged: a batch is (inputs, targets)"),
            (mean / math.log(2), "that is in bits: the course counts in nats, with the natural logarithm"),
            (math.exp(mean), "that is the perplexity: return the loss itself"),
            (mean * count / len(losses), "that is the sum over all positions of a batch: take their mean, without `reduction=\"sum\"`"),
            *((sum(_losses(model, batches, wrong)) / len(losses), message) for wrong, message in WRONG_LOSSES),
        ],
        tolerance=1e-5,
    )  # fmt: skip


def _mean_of(losses: list[float]) -> float:
    return sum(losses) / len(losses)


@torch.no_grad()
def _losses(model: Spy, batches, loss) -> list[float]:
    losses, state = [], None
    for inputs, targets in batches:
        logits, state = model(inputs, state)
        losses.append(loss(logits, targets).item())
    return losses
