"""Checks of lesson 03: the validation pass."""

import math

import torch
import torch.nn.functional as F

from helpers.checks.expectations import compare, expect, expect_number, expect_parts, same
from helpers.checks.training_spy import Spy, modes_of, random_batches, weights_of


def evaluate(answer):
    """Means over all characters, a state of its own, nothing recorded, and the mode as it was."""
    spied, batches = Spy(), random_batches(4, 4, 4, 2)
    before = weights_of(spied)
    spied.train()
    result = _call(answer, spied, batches)
    _expect_calls(spied, len(batches))
    expect(same(weights_of(spied), before), "validation changed the weights: nothing is learned here")
    fresh = spied.fresh()
    expect(fresh[0], "the first batch does not start from a fresh state: a validation pass has a state of its own")
    expect(not any(fresh[1:]), "each batch starts from a fresh state: carry it from batch to batch")
    _compare_scores(result, spied, batches)
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
        result = answer(model, batches)
        recorded = torch.is_grad_enabled()
    finally:
        torch.set_grad_enabled(True)
    expect(
        recorded,
        "after `evaluate` gradients are still switched off, so training could not go on: put the loop under "
        "`with torch.no_grad():`, which ends with it",
    )
    return result


def _expect_calls(spied: Spy, count: int) -> None:
    calls = len(spied.calls)
    expect(calls > 0, "the model was never called: loop over the batches")
    expect(calls != 1, f"the model was called once for {count} batches: is the `return` inside the loop?")
    expect(calls == count, f"the model was called {calls} times for {count} batches")
    expect(
        not any(call["training"] for call in spied.calls),
        "the model was in training mode, so dropout would go on: call `model.eval()` first",
    )
    expect(
        not any(True in call["modes"] for call in spied.calls),
        "the layers inside the model were in training mode: `model.eval()` sets them, `model.training = False` does not",
    )
    expect(
        not any(call["grad"] for call in spied.calls),
        "gradients were recorded: put the loop under `with torch.no_grad():`",
    )


def _compare_scores(result, model: Spy, batches) -> None:
    expect_parts(result, 2, "two numbers, mean loss and accuracy")
    losses, shares, counts, state = [], [], [], None
    with torch.no_grad():
        for inputs, targets in batches:
            logits, state = model(inputs, state)
            losses.append(F.cross_entropy(logits.flatten(0, 1), targets.flatten()).item())
            shares.append((logits.argmax(-1) == targets).float().mean().item())
            counts.append(targets.numel())
    loss, accuracy = (_weighted(means, counts) for means in (losses, shares))
    unweighted = "that is the mean of the batches' means, in which the short last batch counts as much as the others: weigh each by its number of characters"
    compare(
        expect_number(result[0], "the loss"), loss, "the loss that you return",
        [
            (sum(losses) / len(losses), unweighted),
            (losses[-1], "that is the last batch's loss: take the mean over all characters"),
            (sum(losses), "that is the sum of the batches' losses: weigh them, and divide by the number of characters"),
            (loss * sum(counts), "that is the sum over all characters: divide by their number"),
            (sum(losses) / sum(counts), "a batch's loss is a mean already: multiply it by its number of characters before you divide by all of them"),
            (accuracy, "loss and accuracy are the wrong way round: the loss comes first"),
            (loss / math.log(2), "that is in bits: the course counts in nats, with the natural logarithm"),
            (math.exp(loss), "that is the perplexity: return the loss itself"),
        ],
        tolerance=1e-5,
    )  # fmt: skip
    compare(
        expect_number(result[1], "the accuracy"), accuracy, "the accuracy that you return",
        [
            (sum(shares) / len(shares), "the accuracy is the mean of the batches' means: weigh each by its number of characters"),
            (accuracy * 100, "the accuracy is in percent: give a share between 0 and 1"),
            (accuracy * sum(counts), "that is the number of hits: divide by the number of characters"),
            (shares[-1], "that is the last batch's accuracy: take the mean over all characters"),
        ],
        tolerance=1e-5,
    )  # fmt: skip


def _weighted(means: list[float], counts: list[int]) -> float:
    return sum(mean * count for mean, count in zip(means, counts, strict=True)) / sum(counts)
