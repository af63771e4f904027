"""The end of a training run whose numbers are no numbers any more."""

import math

import torch
from torch import nn

from helpers.training.history import History


class TrainingDiverged(RuntimeError):
    """Raised by `fit` for NaN or infinity. `step` says when; `history` holds what was recorded before."""

    def __init__(self, message: str, step: int, history: History):
        super().__init__(message)
        self.step, self.history = step, history


def refuse_broken_number(name: str, value: float) -> None:
    """Raise FloatingPointError for NaN or infinity."""
    if not math.isfinite(value):
        raise FloatingPointError(f"{name} is {'NaN' if math.isnan(value) else 'infinite'}")


def refuse_broken_weights(model: nn.Module) -> None:
    """Raise FloatingPointError if a weight holds NaN or infinity."""
    for name, tensor in model.state_dict().items():
        if not torch.isfinite(tensor).all():
            raise FloatingPointError(f"the weight {name} holds NaN or infinity")


def likely_causes(learning_rate: float, clip_norm: float | None) -> str:
    """Name what most often makes training diverge, with the settings of this run."""
    clipping = "gradients are not clipped" if clip_norm is None else f"clip_norm is {clip_norm:g}"
    return (
        f"likely causes: the learning rate was {learning_rate:g}, too high (try a tenth of it); {clipping} "
        f"(try {'1' if clip_norm is None else f'{clip_norm / 10:g}'}); or the model divides by 0 or takes its logarithm"
    )
