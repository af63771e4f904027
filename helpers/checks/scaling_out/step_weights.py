"""Checks of lesson 07: the weights after a step that several processes take together, and what mistakes make of them."""

import copy

import torch
from torch import nn

from helpers.checks.expectations import Mistake, expect, same
from helpers.checks.losses import loss_of
from helpers.checks.spies import Spy, weights_of

SIZE, ROWS, TIME, STEPS = 3, 2, 5, 2  # rows of each process; with three of them, a 2 that is written out shows
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
    average="before the step", own_limit=None, of=loss_of,
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
            (of(logits, inputs if of is _of_inputs else targets) * weight).backward()
            if clip == "before":
                nn.utils.clip_grad_norm_(model.parameters(), limit)
        if average == "before the step":
            _share([[one.grad for one in model.parameters()] for model in models], share)
        for model, optimizer in zip(models, optimizers, strict=True):
            if clip == "value":
                nn.utils.clip_grad_value_(model.parameters(), limit)
            if clip == "each":
                for one in model.parameters():
                    nn.utils.clip_grad_norm_(one, limit)
            if clip == "stretched":
                _stretch([one.grad for one in model.parameters()], limit)
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
            tensor.copy_({"sum": total, "mean": total / SIZE, "half": total / 2, "twice": total / SIZE**2}[share])


def _stretch(gradients: list[torch.Tensor], length: float) -> None:
    norm = nn.utils.get_total_norm(gradients)
    for gradient in gradients:
        gradient *= length / norm


def _of_inputs(logits: torch.Tensor, inputs: torch.Tensor) -> torch.Tensor:
    return loss_of(logits, inputs)


def _of_last(logits: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
    return loss_of(logits[:, -1:], targets[:, -1:])


def _of_probabilities(logits: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
    return loss_of(logits.softmax(-1), targets)


def goal_of(start: Spy, batches, kind: str, limit: float) -> torch.Tensor:
    """Return the weights after all steps, as they should be."""
    return _train(start, batches, kind, limit)


def compare_weights(models: list[Spy], goal: torch.Tensor, start: Spy, batches, kind: str, limit: float) -> None:
    """Hold the weights of all processes to the right ones, and name the mistake that gives others."""
    own = [weights_of(model) for model in models]
    setting = (start, batches, kind, limit)
    alike = all(same(own[0], other) for other in own)
    if alike and same(own[0], goal, 1e-5):
        return
    mistakes = [
        ({"average": "weights"}, "each process takes a step of its own, and the weights are averaged: with Adam, or with clipping, that is another step. Average the gradients"),
        ({"average": "never"}, "each process uses its own gradient: average between `backward` and `step`"),
        ({"share": "sum"}, "the gradients are added up: divide by `size`, or use `average_gradients`"),
        ({"share": "half"}, "the sum of the gradients is divided by 2: there can be more processes, hand `size` on"),
        ({"of": _of_inputs}, "the loss is taken against the inputs: hold the logits against the targets"),
        ({"of": _of_last}, "the loss is that of the last position alone: take the mean over all of them"),
        ({"of": _of_probabilities}, "the loss is taken of probabilities: F.cross_entropy takes the logits, and does the softmax itself"),
        ({"clip": "stretched"}, "a short gradient is stretched to `clip_norm`: only one that is longer is shortened"),
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
            ({"clip": "each"}, "each parameter's gradient is clipped by itself, which turns the whole: hand all of them to `clip_grad_norm_` at once"),
            ({"clip": "value"}, "each number of the gradient is clipped, which turns it: shorten the whole, with `clip_grad_norm_`"),
            ({"own_limit": LIMIT / SIZE}, "the gradient is clipped to `clip_norm` divided by `size`: the mean is as long as one gradient, and has the limit of one"),
            ({"own_limit": LIMIT * SIZE}, "the gradient is clipped to `size` times `clip_norm`: the mean is as long as one gradient, not as a sum"),
        ]  # fmt: skip
    for mistake, message in mistakes:
        if same(own[0], _train(*setting, **mistake), 1e-5):
            raise Mistake(message)
    expect(
        all(same(own[0], other, 1e-6) for other in own),
        "after the step the processes have different weights: all must take the same step",
    )
    raise Mistake(
        "after two steps the weights are not those of the whole batch: forward from the given state, mean loss over your "
        "rows, zero_grad, backward, average, clip, step"
    )
