"""The record of a training run: what is drawn, and what is written."""

import csv

import matplotlib.pyplot as plt
import pytest

from helpers.training import History, Score


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


def history_of(val_losses, train_loss=2.0):
    history = History()
    for number, val_loss in enumerate(val_losses, 1):
        val = None if val_loss is None else Score(val_loss, 0.25)
        history.add(100 * number, Score(train_loss, 0.5), val, learning_rate=0.1, gradient_norm=3.0)
    return history


def test_both_losses_are_drawn_over_the_steps_with_the_baselines():
    axes = history_of([3.5, 2.5]).plot(bigram=2.25)
    curves = {line.get_label(): (list(line.get_xdata()), list(line.get_ydata())) for line in axes.lines}
    assert curves["training"] == ([100, 200], [2.0, 2.0])
    assert curves["validation"] == ([100, 200], [3.5, 2.5])
    assert [2.25, 2.25] in [values for _, values in curves.values()]
    assert axes.get_xlabel() == "step"


def test_without_validation_one_curve_is_drawn():
    assert [line.get_label() for line in history_of([None, None]).plot().lines] == ["training"]


@pytest.mark.parametrize(
    ("val_losses", "best", "since"),
    [
        ([], None, 0),
        ([None, None], None, 0),
        ([3.0], 3.0, 0),
        ([3.0, 2.0], 2.0, 0),
        ([3.0, 2.0, 2.5, 2.1], 2.0, 2),
        ([2.0, 3.0, 2.0], 2.0, 2),  # as low as the lowest is not lower
    ],
)
def test_the_best_entry_is_the_first_with_the_lowest_validation_loss(val_losses, best, since):
    history = history_of(val_losses)
    assert (history.best_val_loss, history.since_best()) == (best, since)


@pytest.mark.parametrize("val_losses", [[3.5, 2.5], [None, None]], ids=["with validation", "without"])
def test_the_file_of_the_history_holds_each_entry_to_the_last_digit(tmp_path, val_losses):
    history = history_of(val_losses, train_loss=1 / 3)
    with history.save_csv(tmp_path / "history.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [int(row["step"]) for row in rows] == [100, 200]
    assert [float(row["train_loss"]) for row in rows] == [1 / 3, 1 / 3]
    assert [float(row["val_loss"]) for row in rows if "val_loss" in row] == history.val_loss


def test_curve_and_file_are_saved_together_and_nothing_is_left_open(tmp_path):
    assert history_of([3.5, 2.5]).save(tmp_path / "run", bigram=2.0) == tmp_path / "run"
    assert sorted(path.name for path in (tmp_path / "run").iterdir()) == ["history.csv", "loss_curve.png"]
    assert (tmp_path / "run" / "loss_curve.png").read_bytes().startswith(b"\x89PNG")
    assert not plt.get_fignums()
