"""The course's answers to lesson 07_scaling_out, built by `make build`: edit lessons/07_scaling_out.py."""

import torch
import torch.nn.functional as F
from torch import nn


def own_rows(batch: torch.Tensor, rank: int, size: int) -> torch.Tensor:
    """Return the rows of process `rank` of `size`. Takes (rows, ...), returns (fewer rows, ...)."""
    # TODO: where do its rows begin, and where do they end?
    ### BEGIN SOLUTION
    first, last = len(batch) * rank // size, len(batch) * (rank + 1) // size
    return batch[first:last]
    ### END SOLUTION


def average_gradients(model: nn.Module, all_reduce, size: int) -> None:
    """Put the mean over all processes into the gradient of each parameter."""
    # TODO: for each parameter with a gradient: the sum over all processes, and the mean from it.
    ### BEGIN SOLUTION
    for parameter in model.parameters():
        if parameter.grad is not None:
            all_reduce(parameter.grad)
            parameter.grad /= size
    ### END SOLUTION


def mean_loss(losses: torch.Tensor, all_reduce) -> float:
    """Return the mean over the losses of all processes. Takes (characters,), of any number."""
    # TODO: the own sum and the own count; those of all; one division.
    ### BEGIN SOLUTION
    total = torch.stack([losses.sum(), torch.tensor(float(len(losses)))])  # (2,)
    all_reduce(total)
    return (total[0] / total[1]).item()
    ### END SOLUTION


def parallel_step(
    model: nn.Module,
    inputs: torch.Tensor,
    targets: torch.Tensor,
    state: torch.Tensor | None,
    optimizer: torch.optim.Optimizer,
    all_reduce,
    size: int,
    clip_norm: float = 1.0,
) -> tuple[float, torch.Tensor]:
    """Take one step together with the other processes, each on rows of its own."""
    # TODO: the step of lesson 03, and the exchange at its place.
    ### BEGIN SOLUTION
    logits, state = model(inputs, state)  # (batch, time, vocab)
    loss = F.cross_entropy(logits.flatten(0, 1), targets.flatten())
    optimizer.zero_grad()
    loss.backward()
    average_gradients(model, all_reduce, size)
    nn.utils.clip_grad_norm_(model.parameters(), clip_norm)
    optimizer.step()
    return loss.item(), state.detach()
    ### END SOLUTION


def scaled_rate(step: int, base_rate: float, times: float, warmup_steps: int) -> float:
    """Return the rate at a step, for a batch `times` as large as that of `base_rate`."""
    # TODO: how much of the way is done, and from where to where does it lead?
    ### BEGIN SOLUTION
    done = min(step / warmup_steps, 1) if warmup_steps else 1
    return base_rate * (1 + (times - 1) * done)
    ### END SOLUTION


def accumulated_step(model: nn.Module, pieces, optimizer: torch.optim.Optimizer) -> float:
    """Take one step on all pieces, reading one at a time. Returns the mean loss of all."""
    total = sum(targets.numel() for _, targets in pieces)
    # TODO: zero_grad; for each piece forward, its part of the loss, backward; then the step.
    ### BEGIN SOLUTION
    mean = 0.0
    optimizer.zero_grad()
    for inputs, targets in pieces:
        logits, _ = model(inputs)  # (rows, time, vocab)
        loss = F.cross_entropy(logits.flatten(0, 1), targets.flatten())
        part = loss * (targets.numel() / total)
        part.backward()
        mean += part.item()
    optimizer.step()
    return mean
    ### END SOLUTION
