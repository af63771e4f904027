"""What is fixed when a run starts."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import torch
from torch import nn

from helpers.ground.device import device_of
from helpers.training.evaluation import Batches
from helpers.training.processes import Processes
from helpers.training.randomness import Generators
from helpers.training.resumable import as_json, describe_batches, describe_model, describe_optimizer
from helpers.training.run import Progress
from helpers.training.schedules import Schedule, describe_schedule


@dataclass
class Plan:
    """The arguments of `fit`, worked out: how many steps there are, and what happens at which of them."""

    model: nn.Module
    optimizer: torch.optim.Optimizer
    train_batches: Batches
    val_batches: Batches | None
    total_steps: int
    epoch_steps: int | None
    schedule: Schedule
    clip_norm: float | None
    evaluate_every: int
    patience: int | None
    save_every: int
    keep_epochs: bool
    generators: Generators
    settings: Mapping[str, Any] | None
    callback: Callable[[Progress], None] | None
    processes: Processes

    def __post_init__(self):
        self.device = device_of(self.model)
        self.carries_state = getattr(self.train_batches, "carries_state", False)
        self.learning_rates = [group["lr"] for group in self.optimizer.param_groups]
        self.factors = describe_schedule(self.schedule, self.total_steps)

    def set_learning_rates(self, factor: float) -> None:
        """Set each group's learning rate to `factor` times the one that it came with."""
        for group, learning_rate in zip(self.optimizer.param_groups, self.learning_rates, strict=True):
            group["lr"] = learning_rate * factor

    def describe(self) -> dict[str, Any]:
        """Return, as JSON can hold it, what must be the same for a run to go on as if it had never stopped."""
        return as_json(
            {
                "model": describe_model(self.model),
                "optimizer": describe_optimizer(self.optimizer),
                "train_batches": describe_batches(self.train_batches),
                "val_batches": describe_batches(self.val_batches),
                "total_steps": self.total_steps,
                "schedule": self.factors,
                "clip_norm": self.clip_norm,
                "evaluate_every": self.evaluate_every,
                "patience": self.patience,
                "generators": sorted(self.generators),
                "settings": self.settings,
            }
        )
