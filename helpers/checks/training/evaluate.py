"""Checks of lesson 03: the validation pass."""

import math

import torch
import torch.nn.functional as F

from helpers.checks.expectations import compare, expect, expect_number, expect_parts
from helpers.checks.modules import (
    call_validation,
    expect_evaluation,
    expect_every_batch,
    expect_modes_put_back,
    expect_nothing_learned,
)
from helpers.checks.spies import Spy, random_batches, weights_of


def evaluate(answer):
    """Means over all characters, a state of its own, nothing recorded, and the mode as it was."""
    spied, batches = _with_hits()
    before = weights_of(spied)
    spied.train()
    result = call_validation(answer, spied, batches, "evaluate")
    expect_every_batch(spied.calls, len(batches))
    expect_evaluation(spied.calls)
    expect_nothing_learned(spied, before)
    fresh = spied.fresh()
    expect(fresh[0], "the first batch does not start from a fresh state: a validation pass has a state of its own")
    expect(not any(fresh[1:]), "each batch starts from a fresh state: carry it from batch to batch")
    _compare_scores(result, spied, batches)
    expect_modes_put_back(spied, lambda: call_validation(answer, spied, batches, "evaluate"))


def _with_hits() -> tuple[Spy, list]:
    """Return a model and batches of which the last has hits as well, and not the same share as all of them."""
    while True:
        model, batches, state, hits = Spy(), random_batches(4, 4, 4, 2), None, []
        with torch.no_grad():
            for inputs, targets in batches:
                logits, state = model(inputs, state)
                hits.append((logits.argmax(-1) == targets).float().mean().item())
        model.calls.clear()
        if all(hits) and len(set(hits)) == len(hits):
            return model, batches


def _compare_scores(result, model: Spy, batches) -> None:
    expect_parts(result, 2, "two numbers, mean loss and accuracy")
    losses, shares, same_as_inputs, counts, state = [], [], [], [], None
    with torch.no_grad():
        for inputs, targets in batches:
            logits, state = model(inputs, state)
            same_as_inputs.append((logits.argmax(-1) == inputs).float().mean().item())
            losses.append(F.cross_entropy(logits.flatten(0, 1), targets.flatten()).item())
            shares.append((logits.argmax(-1) == targets).float().mean().item())
            counts.append(targets.numel())
    loss, accuracy, against_inputs = (_weighted(means, counts) for means in (losses, shares, same_as_inputs))
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
            (0.0, "the accuracy is 0: are hits added up, character by character, and divided with `/`?"),
            (against_inputs, "the likeliest characters are held against the inputs: hold them against the targets"),
            (sum(shares) / len(shares), "the accuracy is the mean of the batches' means: weigh each by its number of characters"),
            (accuracy * 100, "the accuracy is in percent: give a share between 0 and 1"),
            (accuracy * sum(counts), "that is the number of hits: divide by the number of characters"),
            (shares[-1], "that is the last batch's accuracy: take the mean over all characters"),
        ],
        tolerance=1e-5,
    )  # fmt: skip


def _weighted(means: list[float], counts: list[int]) -> float:
    return sum(mean * count for mean, count in zip(means, counts, strict=True)) / sum(counts)
