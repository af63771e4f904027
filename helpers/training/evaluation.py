"""The loss of a model on a text that it is not trained on."""

from collections.abc import Iterable

import torch
from torch import nn

from helpers.ground.device import device_of
from helpers.training.processes import ALONE, Processes
from helpers.training.score import Score, Tally, sequence_loss

Batches = Iterable[tuple[torch.Tensor, torch.Tensor]]


@torch.no_grad()
def evaluate(model: nn.Module, batches: Batches, processes: Processes = ALONE) -> Score:
    """Return mean loss in nats per character and accuracy over all batches; the model is left in the mode it was in.

    Over streams (`carries_state`) the state goes on from batch to batch, so each character is predicted from all
    before it in its stream; otherwise each window starts from a fresh state. Several processes take their rows of each
    batch, and all of them return the means over all rows.

    Raises:
        ValueError: there was not one batch (a loss of 0 would be a lie).
    """
    training = model.training
    model.eval()
    device = device_of(model)
    carries_state = getattr(batches, "carries_state", False)
    tally, state = Tally(), None
    try:
        for inputs, targets in processes.share(batches):
            inputs, targets = inputs.to(device), targets.to(device)
            logits, new_state = model(inputs, state)
            state = new_state if carries_state else None
            tally.add(sequence_loss(logits, targets).item(), logits, targets)
    finally:
        model.train(training)
    tally = processes.total(tally)
    if not tally.count:
        raise ValueError("there was not one batch to evaluate: a loss of 0 would be a lie; take a longer text")
    return tally.score()
