"""A training run's position: all that changes from step to step, beside the model and its optimizer."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, NamedTuple

import torch
from torch import nn

from helpers.training.evaluation import Batches
from helpers.training.history import History
from helpers.training.randomness import Generators, random_states, set_random_states
from helpers.training.score import Tally


@dataclass
class Run:
    """Where a run stands. `tally` and `gradient_norm` gather what becomes the history's next entry."""

    step: int = 0
    epoch: int = 0
    batch: int = 0  # batches of this epoch that were used
    state: Any = None  # what the model carries on, over streams
    epoch_start: dict[str, torch.Tensor] = field(default_factory=dict)  # the random states, for this epoch's order
    tally: Tally = field(default_factory=Tally)
    gradient_norm: float = 0.0
    history: History = field(default_factory=History)


class Progress(NamedTuple):
    """What `fit` hands to its callback after each entry of the history."""

    step: int
    total_steps: int
    epoch: int
    model: nn.Module
    history: History


def walk(batches: Batches, run: Run, generators: Generators) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
    """Go through the batches epoch after epoch without end, from where `run` stands, and keep its position.

    In the middle of an epoch the order is drawn again from the random states of the epoch's start, the batches that
    were used are passed over, and the random states are then those of the moment again.

    Raises:
        ValueError: an epoch without one batch.
    """
    if run.epoch:
        now = random_states(generators)
        set_random_states(generators, run.epoch_start)
        rest = iter(batches)
        next(islice(rest, run.batch - 1, None), None)
        set_random_states(generators, now)
        yield from _count(rest, run)
    while True:
        run.epoch, run.batch, run.state = run.epoch + 1, 0, None
        run.epoch_start = random_states(generators)
        yield from _count(batches, run)
        if not run.batch:
            raise ValueError(
                "there was not one batch to train on: is the text too short for its windows and batch size, "
                "or can the batches be gone through only once?"
            )


def _count(batches: Batches, run: Run) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
    for pair in batches:
        run.batch += 1
        yield pair
