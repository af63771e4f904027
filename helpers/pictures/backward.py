"""Pictures of a gradient on its way back: through the unrolled graph, and its length after many steps."""

from collections.abc import Mapping, Sequence
from itertools import cycle

import matplotlib.pyplot as plt
from matplotlib.axes import Axes

from helpers.pictures.charts import COLOURS, new_axes
from helpers.pictures.diagrams import draw_box

_FORWARD, _BACKWARD = "#999999", COLOURS[1]
_BOXES = ("x", "a", "h", "y", "L")  # from the bottom to the top
_FORWARD_LABELS = ("$W_{xh}$", "tanh", "$W_{hy}$", "softmax, −ln")
_PARTS = ("output", "tanh", "time")
_STEPS = ("t-1", "t", "t+1")
_ACROSS, _UP = 3.2, 1.5  # from one box to the next
_WIDTH, _HEIGHT = 0.42, 0.28  # half of a box
_APART = 0.14  # half of the distance between the arrow forward and the one back


def draw_backward(part: str) -> Axes:
    """Draw three steps of a recurrent network as a graph, with one part of the way back in colour.

    Args:
        part: "output" (from the loss to the state), "tanh" (from the state to the sum inside it) or "time" (from each
            step to the one before).
    """
    if part not in _PARTS:
        raise ValueError(f"part must be one of {', '.join(_PARTS)}, not {part!r}")
    _, axes = plt.subplots(figsize=(8.4, 5.4), layout="constrained")
    axes.set_axis_off()
    axes.set(xlim=(-1.4, 2 * _ACROSS + 1.6), ylim=(-0.4, 4 * _UP + 0.4))
    for column in range(3):
        for level, label in enumerate(_FORWARD_LABELS):
            _vertical(axes, column, level, level + 1, label)
        if column < 2:
            _through_time(axes, column)
    _draw_way_back(axes, part)
    for column, step in enumerate(_STEPS):
        for level, name in enumerate(_BOXES):
            draw_box(axes, column * _ACROSS, level * _UP, f"${name}_{{{step}}}$", size=(2 * _WIDTH, 2 * _HEIGHT))
    return axes


def plot_gradient_norms(
    norms: Mapping[str, Sequence[float]], *, title: str = "How far back a gradient reaches"
) -> Axes:
    """Draw the length of a gradient, on a logarithmic scale, against the number of steps that it has gone back.

    Args:
        norms: for each name the lengths after 1, 2, 3, ... steps, with 1 as the length before the first.
    """
    axes = new_axes(title, "steps back in time", "length of the gradient", height=4.2)
    last = max((len(values) for values in norms.values()), default=0)
    axes.plot([0, last], [1, 1], color=_FORWARD, linewidth=1)  # no further: the names stand behind the last step
    for colour, (name, values) in zip(cycle(COLOURS), norms.items(), strict=False):
        axes.plot(range(len(values) + 1), [1.0, *values], color=colour)
        axes.annotate(
            name, (len(values), values[-1]), (6, 0), textcoords="offset points", va="center", color=colour,
            annotation_clip=False, bbox={"facecolor": "white", "edgecolor": "none", "pad": 0},
        )  # fmt: skip
    axes.set_yscale("log")
    axes.set_xlim(left=0)
    axes.grid(axis="y", color="#dddddd")
    return axes


def _draw_way_back(axes: Axes, part: str) -> None:
    for column in range(3) if part == "time" else (1,):
        if part == "output":
            _vertical(axes, column, 4, 3, "$p$ − one-hot")
        if part in ("output", "time"):
            _vertical(axes, column, 3, 2, r"$W_{hy}^\top\, dy$")
        if part in ("tanh", "time"):
            _vertical(axes, column, 2, 1, r"$\cdot\,(1 - h^2)$")
        if part == "time" and column < 2:
            _through_time(axes, column, back=True)


def _vertical(axes: Axes, column: int, start: int, end: int, label: str) -> None:
    """Draw an arrow between two boxes of a column: forward on the left, back on the right and in colour."""
    back = end < start
    side = 1 if back else -1
    x, (lower, upper) = column * _ACROSS + side * _APART, sorted((start * _UP, end * _UP))
    ends = ((x, lower + _HEIGHT), (x, upper - _HEIGHT))
    _arrow(axes, *(ends[::-1] if back else ends), back)
    colour = _BACKWARD if back else _FORWARD
    axes.text(
        x + side * 0.13,
        (lower + upper) / 2,
        label,
        ha="left" if back else "right",
        va="center",
        color=colour,
        fontsize=10,
    )


def _through_time(axes: Axes, column: int, back: bool = False) -> None:
    """Draw the arrow from the state of one step to the sum inside the next, or back."""
    shift = _APART if back else -_APART
    start = (column * _ACROSS + _WIDTH, 2 * _UP + shift)
    end = ((column + 1) * _ACROSS - _WIDTH, _UP + shift)
    _arrow(axes, *((end, start) if back else (start, end)), back)
    x, y = (start[0] + end[0]) / 2, (start[1] + end[1]) / 2
    label = r"$W_{hh}^\top\, da$" if back else "$W_{hh}$"
    axes.text(
        x, y + (0.13 if back else -0.13), label, ha="left" if back else "right", va="bottom" if back else "top",
        color=_BACKWARD if back else _FORWARD, fontsize=10,
    )  # fmt: skip


def _arrow(axes: Axes, start: tuple[float, float], end: tuple[float, float], back: bool) -> None:
    colour, width = (_BACKWARD, 2.0) if back else (_FORWARD, 1.0)
    style = {"arrowstyle": "-|>", "color": colour, "linewidth": width, "shrinkA": 0, "shrinkB": 0}
    axes.annotate("", end, start, arrowprops=style)
