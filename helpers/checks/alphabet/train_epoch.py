"""The check of `train_epoch`."""

import copy

import torch
from torch import nn

from helpers.checks.alphabet.passes import (
    Loader,
    Spy,
    compare_scores,
    expect_calls,
    make_loader,
    train_with,
    weights_of,
)
from helpers.checks.expectations import Mistake, expect, same


def train_epoch(answer):
    """The same weights afterwards as the loop of the text, and the means over all batches."""
    start, batches = Spy(), make_loader()
    model, spied = copy.deepcopy(start), copy.deepcopy(start)
    scores = train_with(model, batches)
    spied.eval()
    try:
        result = answer(spied, batches, torch.optim.SGD(spied.parameters(), lr=0.5))
    except RuntimeError as error:
        if "second time" in str(error):
            raise Mistake(
                "the graph of one batch hangs on to the next: write `hidden = hidden.detach()` before each batch"
            ) from None
        if "inplace" in str(error) and spied.calls[-1]["attached"]:
            raise Mistake(
                "the state still holds the graph of the last batch, and `retain_graph` does not help: write "
                "`hidden = hidden.detach()` before each batch"
            ) from None
        if "inplace" in str(error):
            raise Mistake("the weights move between forward and backward: first backward, then step") from None
        raise
    expect_calls(spied, len(batches), training=True)
    _compare_trained(start, batches, weights_of(spied), weights_of(model))
    expect(spied.carried(), "each batch starts from a fresh state: hand the last state on, detached")
    compare_scores(result, scores)


def _compare_trained(start: nn.Module, batches: Loader, weights: torch.Tensor, right: torch.Tensor) -> None:
    if same(weights, right, 1e-4):
        return
    mistakes = [
        (
            {"step": False},
            "the weights did not change: after zero_grad comes `loss.backward()`, and then `optimizer.step()`",
        ),
        (
            {"zero_grad": False},
            "the gradients of all batches add up: call `optimizer.zero_grad()` before each backward",
        ),
        ({"swap": True}, "the loss is taken against the inputs: hold the logits against the targets"),
    ]
    for mistake, message in mistakes:
        model = copy.deepcopy(start)
        train_with(model, batches, **mistake)
        if same(weights, weights_of(model), 1e-4):
            raise Mistake(message)
    fresh = copy.deepcopy(start)
    for batch in batches:
        train_with(fresh, [batch])
    if same(weights, weights_of(fresh), 1e-4):
        raise Mistake("each batch starts from a fresh state: hand the last state on, detached")
    raise Mistake(
        "after the epoch the weights are not those of the four steps in the text: "
        "is every batch used once, its loss taken with its targets, and the optimizer the one you are given?"
    )
