"""What the gates of a trained network do, as pictures."""

from collections.abc import Mapping

import torch
from matplotlib.axes import Axes

from helpers.pictures.charts import COLOURS, new_axes

CLOSED, OPEN = 0.1, 0.9  # a gate below or above these is hardly a matter of degree any more
_COLOURS = (
    (COLOURS[0], "white"),
    ("#dddddd", "black"),
    (COLOURS[4], "black"),
)  # of a part, and of what stands on it


def saturation(gate: torch.Tensor) -> tuple[float, float]:
    """Return which share of a gate's values is nearly closed, below 0.1, and which nearly open, above 0.9."""
    return (gate < CLOSED).double().mean().item(), (gate > OPEN).double().mean().item()


def plot_gate_saturation(gates: Mapping[str, torch.Tensor], *, title: str = "Where the gates stand") -> Axes:
    """Draw for each gate which share of its values is nearly closed, in between, and nearly open.

    Args:
        gates: values from 0 to 1 of any shape by the name of the gate, as `read_gates` returns them.
        title: above the picture.
    """
    axes = new_axes(title, "share of all units and characters", "", height=1.3 + 0.45 * len(gates))
    names = [name.replace("_", " ") for name in gates]
    shares = [saturation(gate) for gate in gates.values()]
    parts = {
        f"closed, below {CLOSED}": [closed for closed, _ in shares],
        "in between": [1 - closed - opened for closed, opened in shares],
        f"open, above {OPEN}": [opened for _, opened in shares],
    }
    left = [0.0] * len(names)
    for (colour, ink), (label, widths) in zip(_COLOURS, parts.items(), strict=True):
        bars = axes.barh(names, widths, left=left, color=colour, label=label)
        percentages = [f"{width:.0%}" if width >= 0.04 else "" for width in widths]
        axes.bar_label(bars, percentages, label_type="center", color=ink)
        left = [start + width for start, width in zip(left, widths, strict=True)]
    axes.invert_yaxis()
    axes.set_xlim(0, 1)
    axes.legend(frameon=False, ncols=3, loc="lower center", bbox_to_anchor=(0.5, -0.55 - 0.15 / len(names)))
    return axes
