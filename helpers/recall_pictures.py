"""How far back models remember, as a picture."""

from collections.abc import Mapping, Sequence
from itertools import cycle

from matplotlib.axes import Axes

from helpers.plots import COLOURS, new_axes
from helpers.recall import RecallBin


def plot_recall(recalls: Mapping[str, Sequence[RecallBin]], *, title: str = "How far back does it remember?") -> Axes:
    """Draw for each model the share of facts that it recalls right, by the distance to their last mention.

    Args:
        recalls: bins of `recall_by_distance` by the name of the model; the bins of all models have the same borders.
            The vertical lines are the standard error above and below. A bin without a recall is left out.
    """
    axes = new_axes(title, "characters since the last mention", "share recalled right")
    bins = next(iter(recalls.values()))
    for number, (colour, (name, own)) in enumerate(zip(cycle(COLOURS), recalls.items(), strict=False)):
        drawn = [(place, one) for place, one in enumerate(own) if one.count]
        shift = (number - (len(recalls) - 1) / 2) * 0.06  # so that the error lines do not hide each other
        axes.errorbar(
            [place + shift for place, _ in drawn],
            [one.accuracy for _, one in drawn],
            yerr=[one.standard_error for _, one in drawn],
            color=colour, marker="o", markersize=4, capsize=3, label=name,
        )  # fmt: skip
    axes.set_xticks(range(len(bins)), [f"{one.nearest} to {one.farthest - 1}\n({one.count})" for one in bins])
    axes.set_ylim(-0.02, 1.02)
    axes.legend(frameon=False)
    return axes
