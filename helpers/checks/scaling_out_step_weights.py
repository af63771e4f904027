"""Checks of lesson 07: the weights after a step that several processes take together, and what mistakes make of them."""

import copy

import torch
from torch import nn

from helpers.checks.expectations import Mistake, expect, same
from helpers.checks.lstm_losses import loss_of
from helpers.checks.training_spy import Spy, weights_of

SIZE, ROWS, TIME, STEPS = 2, 2, 5, 2  # rows of each process
LIMIT, NO_LIMIT = 0.05, 1000.0  # below and above any gradient's norm here
OPTIMIZERS = {
    "SGD": lambda model: torch.optim.SGD(model.parameters(), lr=0.5),
    "Adam": lambda model: torch.optim.Adam(model.parameters(), lr=0.01),
}


def rows_of(tensor: torch.Tensor, rank: int) -> torch.Tensor:
    """Return the rows of one process, in inputs and in targets."""
    return tensor[..., rank * ROWS : (rank + 1) * ROWS, :]


def _train(
    start: Spy, batches, kind: str, limit: float, *, clip="after", share="mean", zero_grad=True, step=True, weight=1.0,
    average="before the step", own_limit=None,
) -> torch.Tensor:  # fmt: skip
    """Return the first process's weights after all steps; the arguments bring in one mistake each."""
    models = [copy.deepcopy(start) for _ in range(SIZE)]
    optimizers, states = [OPTIMIZERS[kind](model) for model in models], [None] * SIZE
    limit = own_limit or limit
    for batch in batches:
        for rank, model in enumerate(models):
            inputs, targets = rows_of(batch, rank)
            logits, state = model(inputs, states[rank])
            states[rank] = state.detach()
            if zero_grad:
                optimizers[rank].zero_grad()
            (loss_of(logits, targets) * weight).backward()
            if clip == "before":
                nn.utils.clip_grad_norm_(model.parameters(), limit)
        if average == "before the step":
            _share([[one.grad for one in model.parameters()] for model in models], share)
        for model, optimizer in zip(models, optimizers, strict=True):
            if clip == "value":
                nn.utils.clip_grad_value_(model.parameters(), limit)
            if clip == "after":
                nn.utils.clip_grad_norm_(model.parameters(), limit)
            if step:
                optimizer.step()
        if average == "weights":
            _share([[one.data for one in model.parameters()] for model in models], share)
    return weights_of(models[0])


def _share(lists: list[list[torch.Tensor]], share: str) -> None:
    for tensors in zip(*lists, strict=True):
        total = sum(tensor.clone() for tensor in tensors)
        for tensor in tensors:
            tensor.copy_({"sum": total, "mean": total / SIZE, "twice": total / SIZE**2}[share])


def compare_weights(results, start: Spy, batches, kind: str, limit: float) -> None:
    own = [weights_of(model) for model, *_ in results]
    setting = (start, batches, kind, limit)
    if same(own[0], _train(*setting), 1e-5) and same(own[0], own[1]):
        return
    mistakes = [
        ({"step": False}, "the weights did not change: zero_grad, backward, average, clip, `optimizer.step()`"),
        ({"average": "weights"}, "each process takes a step of its own, and the weights are averaged: with Adam, or with clipping, that is another step. Average the gradients"),
        ({"average": "never"}, "each process uses its own gradient: average between `backward` and `step`"),
        ({"share": "sum"}, "the gradients are added up: divide by `size`, or use `average_gradients`"),
        ({"share": "twice"}, "the gradients are divided by `size` twice: `average_gradients` has done it"),
        ({"zero_grad": False}, "the gradients of the batches add up: call `optimizer.zero_grad()` once a step, before `backward` or after `step`"),
        ({"weight": ROWS * TIME}, "the loss is the sum over all positions, which makes the step too long: take the mean"),
        ({"own_limit": float(SIZE)}, "the gradient is clipped to `size`, not to `clip_norm`: hand `clip_norm` on"),
        ({"own_limit": 1.0}, "the gradient is clipped to 1.0, not to `clip_norm`: hand `clip_norm` on"),
    ]  # fmt: skip
    if limit == LIMIT:  # all but the clipping was right without a limit
        mistakes = [
            ({"clip": "before"}, "each process clips its own gradient before the mean is taken: average first, and clip what all share"),
            ({"clip": ""}, "the gradient is not clipped: shorten it to `clip_norm`, after averaging and before `step`"),
            ({"clip": "value"}, "each number of the gradient is clipped, which turns it: shorten the whole, with `clip_grad_norm_`"),
            ({"own_limit": LIMIT / SIZE}, "the gradient is clipped to `clip_norm` divided by `size`: the mean is as long as one gradient, and has the limit of one"),
            ({"own_limit": LIMIT * SIZE}, "the gradient is clipped to `size` times `clip_norm`: the mean is as long as one gradient, not as a sum"),
        ]  # fmt: skip
    for mistake, message in mistakes:
        if same(own[0], _train(*setting, **mistake), 1e-5):
            raise Mistake(message)
    expect(
        same(own[0], own[1], 1e-6), "after the step the processes have different weights: all must take the same step"
    )
    raise Mistake(
        "after two steps the weights are not those of the whole batch: forward from the given state, mean loss over your "
        "rows, zero_grad, backward, average, clip, step"
    )
