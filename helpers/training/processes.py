"""What `fit` asks of the processes that train together: here there is one, so every answer is at hand."""

from collections.abc import Sequence
from typing import Any

import torch
from torch import nn

from helpers.training.score import Tally


class ProcessLost(RuntimeError):
    """Raised where another process of the run has ended, or has been silent for too long."""


class Processes:
    """One process. `helpers.distributed` has the same methods for several, which call each of them at the same time."""

    rank = 0  # which of the processes this is
    size = 1  # how many there are

    @property
    def first(self) -> bool:
        """Tell whether this is the process that writes, prints and draws."""
        return self.rank == 0

    def begin(self, model: nn.Module) -> None:
        """Give each process the same weights, and a dropout of its own."""

    def share(self, batches: Any, *, even: bool = False) -> Any:
        """Return batches that hold this process's rows; `even` refuses rows that cannot be divided evenly."""
        return batches

    def average(self, gradients: Sequence[torch.Tensor], loss: float) -> float:
        """Put the mean over all processes into each gradient, and return the mean of the losses."""
        return loss

    def total(self, tally: Tally) -> Tally:
        """Return the sums of all processes' tallies."""
        return tally

    def anyone(self, flag: bool) -> bool:
        """Tell whether the flag is up in any of the processes."""
        return flag

    def alike(self, number: int) -> bool:
        """Tell whether all processes hand over the same number."""
        return True

    def agree(self, own: Any) -> Any:
        """Return what the first process hands over, in all of them."""
        return own

    def gather(self, own: Any) -> list[Any]:
        """Return, in the first process, what each of the others hands over; elsewhere nothing."""
        return []


ALONE = Processes()
