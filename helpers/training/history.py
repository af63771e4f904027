"""The record of a training run: losses and accuracies at regular intervals."""

import csv
import io
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from helpers.ground.files import write_whole
from helpers.training.score import Score


@dataclass
class History:
    """One entry an interval: losses in nats per character, accuracies between 0 and 1.

    The training loss is the mean over all steps since the entry before, in which the model was still learning. The
    validation loss is that of the model as it is at that step. `gradient_norm` is the largest since the entry before,
    measured before clipping. `ended` says why a run ended, and is empty while it goes on.
    """

    train_loss: list[float] = field(default_factory=list)
    train_accuracy: list[float] = field(default_factory=list)
    val_loss: list[float] = field(default_factory=list)
    val_accuracy: list[float] = field(default_factory=list)
    steps: list[int] = field(default_factory=list)
    learning_rate: list[float] = field(default_factory=list)
    gradient_norm: list[float] = field(default_factory=list)
    ended: str = ""

    def add(self, step: int, train: Score, val: Score | None, learning_rate: float, gradient_norm: float) -> None:
        """Append one entry."""
        self.steps.append(step)
        self.train_loss.append(train.loss)
        self.train_accuracy.append(train.accuracy)
        if val is not None:
            self.val_loss.append(val.loss)
            self.val_accuracy.append(val.accuracy)
        self.learning_rate.append(learning_rate)
        self.gradient_norm.append(gradient_norm)

    @property
    def best_val_loss(self) -> float | None:
        """The lowest validation loss so far, None without one."""
        return min(self.val_loss, default=None)

    def since_best(self) -> int:
        """Return how many entries have come since the first with the lowest validation loss; 0 without one."""
        return len(self.val_loss) - 1 - self.val_loss.index(min(self.val_loss)) if self.val_loss else 0

    def plot(self, **baselines: float):
        """Draw both losses over the steps, and each baseline as a level line. Returns the matplotlib axes."""
        from helpers.pictures.charts import plot_losses  # drawing is not needed for training

        losses = {"training": self.train_loss} | ({"validation": self.val_loss} if self.val_loss else {})
        return plot_losses(losses, steps=self.steps, baselines=baselines, step_name="step")

    def save(self, folder: str | Path, **baselines: float) -> Path:
        """Write `loss_curve.png` and `history.csv` into a folder, each whole or not at all. Returns the folder."""
        from helpers.pictures.charts import save_plot

        folder = Path(folder)
        save_plot(self.plot(**baselines), folder / "loss_curve.png", close=True)
        self.save_csv(folder / "history.csv")
        return folder

    def save_csv(self, path: str | Path) -> Path:
        """Write one line an entry; a column without entries is left out."""
        columns = {"step": self.steps} | {name: values for name, values in self.lists().items() if name != "steps"}
        columns = {name: values for name, values in columns.items() if values}
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(zip(*columns.values(), strict=True))
        return write_whole(path, text.getvalue())

    def lists(self) -> dict[str, list[Any]]:
        """Return all lists by name."""
        return {name: values for name, values in asdict(self).items() if isinstance(values, list)}
