"""Checks of lesson 04: the validation pass."""

import math

import torch

from helpers.checks.expectations import compare, expect, expect_number, same
from helpers.checks.lstm_losses import WRONG_LOSSES, loss_of, naming_shapes
from helpers.checks.lstm_spy import Spy
from helpers.checks.training_spy import modes_of, random_batches, weights_of


def validate(answer):
    """The mean loss from a state of its own, without dropout or gradients, and the model as it was."""
    spied, batches = Spy(), random_batches(4, 4, 4)
    before = weights_of(spied)
    spied.train()
    result = _call(answer, spied, batches)
    _expect_calls(spied, len(batches))
    expect(same(weights_of(spied), before), "validation changed the weights: nothing is learned here")
    expect(
        all(parameter.grad is None for parameter in spied.parameters()),
        "validation calls `backward`: nothing is learned here",
    )
    spied.expect_carried("validation has a state of its own", "carry it from batch to batch")
    _compare_loss(result, spied, batches)
    expect(
        spied.training,
        "the model is left in evaluation mode: from now on training would run without dropout; put it back as it was",
    )
    expect(
        modes_of(spied) == {True},
        "the layers inside the model stay in evaluation mode: `model.training = ...` sets the model alone, "
        "`model.train(was_training)` sets its layers, too",
    )
    spied.eval()
    _call(answer, spied, batches)
    expect(
        modes_of(spied) == {False},
        "a model that was in evaluation mode before is in training mode afterwards: leave it in the mode it was in",
    )


def _call(answer, model: Spy, batches):
    """Call the answer, and switch gradients back on where it leaves them off."""
    try:
        with naming_shapes():
            result = answer(model, batches)
        recorded = torch.is_grad_enabled()
    finally:
        torch.set_grad_enabled(True)
    expect(
        recorded,
        "after `validate` gradients are still switched off, so training could not go on: put the loop under "
        "`with torch.no_grad():`, which ends with it",
    )
    return result


def _expect_calls(model: Spy, count: int) -> None:
    calls = model.calls
    expect(len(calls) > 0, "the model was never called: loop over the batches")
    expect(len(calls) != 1, f"the model was called once for {count} batches: is the `return` inside the loop?")
    expect(len(calls) == count, f"the model was called {len(calls)} times for {count} batches")
    expect(
        not any(call["modes"] == {True} for call in calls),
        "the model was in training mode, so dropout would go on: call `model.eval()` first",
    )
    expect(
        not any(True in call["modes"] for call in calls),
        "the layers inside the model were in training mode: `model.eval()` sets them, `model.training = False` does not",
    )
    expect(
        not any(call["grad"] for call in calls),
        "gradients were recorded: put the loop under `with torch.no_grad():`",
    )


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
            (mean / math.log(2), "that is in bits: the course counts in nats, with the natural logarithm"),
            (math.exp(mean), "that is the perplexity: return the loss itself"),
            (mean * count / len(losses), "that is the sum over all positions of a batch: take their mean, without `reduction=\"sum\"`"),
            *((sum(_losses(model, batches, wrong)) / len(losses), message) for wrong, message in WRONG_LOSSES),
        ],
        tolerance=1e-5,
    )  # fmt: skip


@torch.no_grad()
def _losses(model: Spy, batches, loss) -> list[float]:
    losses, state = [], None
    for inputs, targets in batches:
        logits, state = model(inputs, state)
        losses.append(loss(logits, targets).item())
    return losses
