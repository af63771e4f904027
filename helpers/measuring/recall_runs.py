"""What the models of `python -m tools.recall_models` recall: read from the file that ships, and put together."""

import json
import math
from collections.abc import Mapping, Sequence
from statistics import mean, stdev
from typing import Any, NamedTuple

from helpers.measuring.recall import RecallBin
from helpers.models.trained import SHIPPED

_RESULTS = SHIPPED / "recall.json"


class RecallRun(NamedTuple):
    """One training: its kind, its seed, and at some steps the validation loss and the bins of what was recalled."""

    kind: str
    seed: int
    steps: list[int]
    val_losses: list[float]
    recalls: list[list[RecallBin]]

    @property
    def bins(self) -> list[RecallBin]:
        """What it recalled at the end."""
        return self.recalls[-1]


def load_recall_runs() -> dict[str, list[RecallRun]]:
    """Return the runs of each kind, in the order of their seeds."""
    runs: dict[str, list[RecallRun]] = {}
    for stored in json.loads(_RESULTS.read_text(encoding="utf-8"))["runs"]:
        runs.setdefault(stored["kind"], []).append(_read_run(stored))
    return {kind: sorted(own, key=lambda run: run.seed) for kind, own in runs.items()}


def mean_bins(runs: Sequence[RecallRun]) -> list[RecallBin]:
    """Return the mean of what several runs recalled at the end; the standard error is that over the runs.

    Raises:
        ValueError: fewer than two runs.
    """
    if len(runs) < 2:
        raise ValueError(f"a mean with its error takes two runs or more, not {len(runs)}")
    return [_mean_bin(bins) for bins in zip(*(run.bins for run in runs), strict=True)]


def print_recall_runs(runs: Mapping[str, Sequence[RecallRun]], *, nearest: int = 200) -> None:
    """Print for each kind the validation losses, and what is recalled from `nearest` characters on, run by run."""
    print(f"{'':16} {'validation loss':24} recalled from {nearest} characters on")
    for kind, own in runs.items():
        losses = "  ".join(f"{run.val_losses[-1]:.3f}" for run in own)
        shares = "  ".join(f"{bin.accuracy:4.0%}" for run in own for bin in run.bins if bin.nearest == nearest)
        print(f"{kind:16} {losses:24} {shares}")


def _read_run(stored: Mapping[str, Any]) -> RecallRun:
    points = stored["curve"]
    return RecallRun(
        stored["kind"],
        stored["seed"],
        [point["step"] for point in points],
        [point["val_loss"] for point in points],
        [[RecallBin(*one) for one in point["recall"]] for point in points],
    )


def _mean_bin(bins: Sequence[RecallBin]) -> RecallBin:
    accuracies = [one.accuracy for one in bins]
    error = stdev(accuracies) / math.sqrt(len(accuracies))
    return bins[0]._replace(accuracy=mean(accuracies), standard_error=error)
