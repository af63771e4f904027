"""One training step at the sizes of a full preset, on a GPU where there is one."""

from collections.abc import Callable
from types import SimpleNamespace

import torch
from torch import nn

from benchmarks.timing import seconds_of
from helpers.command_line.hardware import place
from helpers.training import sequence_loss
from helpers.training.presets import Preset

VOCAB_SIZE = 90


def device() -> str:
    """Return where the steps are taken."""
    return "cuda" if torch.cuda.is_available() else "cpu"


def measured_steps(settings: Preset, **hardware) -> Callable[[], float]:
    """Return a measurement: the seconds of one training step, a mean over as many as a GPU needs.

    Args:
        settings: a full preset.
        hardware: `precision` or `compile`, where they are not as usual.
    """
    torch.manual_seed(0)
    chosen = SimpleNamespace(**{"device": device(), "precision": "float32", "compile": False} | hardware)
    model = place(settings.make_model(VOCAB_SIZE), chosen)
    optimizer = settings.make_optimizer(model)
    tokens = torch.randint(VOCAB_SIZE, (settings.batch_size, settings.sequence_length + 1), device=device())
    steps = 20 if device() == "cuda" else 1

    def train() -> None:
        for _ in range(steps):
            _step(model, optimizer, tokens, settings.clip_norm)
        if device() == "cuda":
            torch.cuda.synchronize()

    return lambda: seconds_of(train) / steps


def _step(model: nn.Module, optimizer: torch.optim.Optimizer, tokens: torch.Tensor, clip_norm: float | None) -> None:
    logits, _ = model(tokens[:, :-1])
    optimizer.zero_grad()
    sequence_loss(logits, tokens[:, 1:]).backward()
    if clip_norm is not None:
        nn.utils.clip_grad_norm_(model.parameters(), clip_norm)
    optimizer.step()
