"""The training loop of lesson 03 as its text has it, for the check of `train`, with the mistakes that learners make."""

import copy
from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import nn

from helpers.checks.spies import Spy, weights_of
from helpers.training import warmup_cosine

RATE, STEPS, EVERY, EPOCH = 0.02, 41, 8, 3  # the steps end neither with an epoch nor with a validation


def reference(
    start: Spy, batches, val_batches=(), *, carry: bool = True, rate: Callable[[int, int], float] = warmup_cosine,
    reset: bool = True, anew: bool = False, compound: bool = False, clip: bool = True, forgets: bool = False,
):  # fmt: skip
    """Return weights and entries of the loop in the text; the arguments bring in one mistake each."""
    model = copy.deepcopy(start)
    optimizer = torch.optim.Adam(model.parameters(), lr=RATE)
    step, state, losses, val_scores = 0, None, [], []
    while step < STEPS:
        state = None if reset else state
        optimizer = torch.optim.Adam(model.parameters(), lr=RATE) if anew else optimizer
        for inputs, targets in batches:
            step += 1
            factor = rate(step, STEPS)
            for group in optimizer.param_groups:
                group["lr"] = factor * (group["lr"] if compound else RATE)
            logits, state = model(inputs, state if carry else None)
            loss = F.cross_entropy(logits.flatten(0, 1), targets.flatten())
            state = state.detach()
            optimizer.zero_grad()
            loss.backward()
            if clip:
                nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            losses.append(loss.item())
            if step % EVERY == 0:
                val_scores.append(_validate(model, val_batches))
                state = None if forgets else state
            if step == STEPS:
                break
    return weights_of(model), losses, val_scores


@torch.no_grad()
def _validate(model: Spy, batches) -> tuple[float, float]:
    loss, hits, count, state = 0.0, 0, 0, None
    for inputs, targets in batches:
        logits, state = model(inputs, state)
        loss += F.cross_entropy(logits.flatten(0, 1), targets.flatten(), reduction="sum").item()
        hits += (logits.argmax(-1) == targets).sum().item()
        count += targets.numel()
    return (loss / count, hits / count) if count else (0.0, 0.0)
