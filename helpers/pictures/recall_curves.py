"""How far back is remembered, as a picture."""

from collections.abc import Mapping, Sequence
from itertools import cycle

from matplotlib.axes import Axes

from helpers.measuring.recall import RecallBin
from helpers.pictures.charts import COLOURS, new_axes


def plot_recall(
    recalls: Mapping[str, Sequence[RecallBin]],
    *,
    title: str = "How far back does it remember?",
    distance_name: str = "characters since the last mention",
    share_name: str = "share recalled right",
) -> Axes:
    """Draw the share of facts that are recalled right by the distance to their last mention, one curve for each entry.

    The vertical lines are the standard error above and below. A bin without a recall is left out. Below each distance
    stands how many recalls there are, if they are as many for each curve.

    Args:
        title, distance_name, share_name: above the picture, and along its sides.
        recalls: bins of `recall_by_distance` by the name of a model or of a kind of fact, all with the same borders.
    """
    axes = new_axes(title, distance_name, share_name)
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
    counted = len({tuple(one.count for one in own) for own in recalls.values()}) == 1
    labels = [f"{one.nearest} to {one.farthest - 1}" + (f"\n({one.count})" if counted else "") for one in bins]
    axes.set_xticks(range(len(bins)), labels)
    axes.set_ylim(-0.02, 1.02)
    axes.legend(frameon=False)
    return axes
