"""Pictures of a network while it trains: what it writes, and where its states lie."""

from collections.abc import Sequence

import matplotlib.pyplot as plt
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from helpers.pictures.charts import COLOURS

_GREY = "#555555"


def draw_samples(
    samples: Sequence[tuple[int, float, str]],
    *,
    rows: int = 8,
    width: int = 64,
    title: str = "Samples through training",
) -> Axes:
    """Write samples below each other, some early ones and then ever fewer, each with its iteration and loss.

    Args:
        samples: iteration, loss in nats per character, and text, in the order of training.
        rows: how many are shown at most; the first and the last always are.
        width: characters shown of each; a line break is written as ⏎.
    """
    if not samples:
        raise ValueError("there is no sample to draw")
    chosen = [samples[place] for place in _spread(len(samples), rows)]
    _, axes = plt.subplots(figsize=(9.6, 0.36 * len(chosen) + 0.9), layout="constrained")
    axes.set_axis_off()
    axes.set(title=title, xlim=(0, 1), ylim=(len(chosen) - 0.5, -1.5))
    for x, heading in ((0.09, "iteration"), (0.17, "loss")):
        axes.text(x, -1, heading, ha="right", va="center", color=_GREY)
    for row, (iteration, loss, text) in enumerate(chosen):
        axes.text(0.09, row, f"{iteration:,}", ha="right", va="center", color=_GREY)
        axes.text(0.17, row, f"{loss:.2f}", ha="right", va="center", color=_GREY)
        axes.text(
            0.2, row, text[:width].replace("\n", "⏎"), va="center", family="monospace", fontsize=10, parse_math=False
        )
    return axes


def plot_saturation(iterations: Sequence[int], shares: Sequence[Sequence[float]]) -> tuple[Axes, Axes]:
    """Draw where the numbers of the states lie: at three moments of training, and the share at the ends over time.

    Args:
        iterations: when the states were looked at, ascending.
        shares: for each of these moments the share of the states' numbers in each of equally wide bins from -1 to 1;
            the shares of one moment add up to 1.

    Returns: the two axes.
    """
    if not iterations or len(iterations) != len(shares):
        raise ValueError(f"{len(iterations)} iterations and {len(shares)} histograms: there must be one for each")
    bins = len(shares[0])
    edges = [2 * edge / bins - 1 for edge in range(bins + 1)]
    _, (left, right) = plt.subplots(1, 2, figsize=(9.6, 3.6), layout="constrained")
    for axes in (left, right):
        axes.spines[["top", "right"]].set_visible(False)
    for colour, moment in zip(COLOURS, sorted({0, min(1, len(shares) - 1), len(shares) - 1}), strict=False):
        left.stairs(shares[moment], edges, color=colour, linewidth=1.8, label=f"iteration {iterations[moment]:,}")
    left.set(title="Where the states lie", xlabel="h", ylabel="share of all numbers", xlim=(-1.02, 1.02), ylim=(0, 1))
    left.legend(frameon=False, loc="upper center")
    right.plot(iterations, [share[0] + share[-1] for share in shares], color=COLOURS[1])
    right.set(
        title=f"Saturated: |h| above {edges[-2]:g}", xlabel="iteration", ylabel="share of all numbers", ylim=(0, 1)
    )
    right.xaxis.set_major_locator(MaxNLocator(5, integer=True))
    return left, right


def _spread(count: int, wanted: int) -> list[int]:
    """Return up to `wanted` places from 0 to count - 1, the first and the last among them, denser at the start."""
    if count <= wanted:
        return list(range(count))
    places = {round((count - 1) ** (number / (wanted - 2))) for number in range(wanted - 1)}
    return sorted({0, *places})
