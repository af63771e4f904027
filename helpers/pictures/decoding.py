"""Pictures of decoding: what a filter leaves of a distribution or along a text, and what decoders trade for what."""

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import torch
from matplotlib.axes import Axes
from matplotlib.text import Annotation
from matplotlib.transforms import Bbox

from helpers.pictures.charts import COLOURS, new_axes, visible
from helpers.sampling.comparison import Measures

_RULED_OUT = "#cccccc"
_MARKERS = "os^D"  # a new one when the colours have been used
_MARKER_SIZE = 7.4  # points
# where a name may stand, in points from its point; the first are the ones that are read most easily
_BESIDE = ((7, 0), (-7, 0), (0, 7), (0, -7), (5, 5), (5, -5), (-5, 5), (-5, -5), (0, 18), (0, -18))


def plot_filters(
    logits: torch.Tensor, filtered: Mapping[str, torch.Tensor], symbols: Sequence[str], *, top: int = 14
) -> list[Axes]:
    """Draw the `top` likeliest next characters under each filter: what is left in colour, what is ruled out in grey.

    Args:
        logits: shape (vocab_size,), before any filter.
        filtered: for each name the logits after a filter, minus infinity for what is ruled out.
        symbols: the character of each logit.
        top: bars of a picture.

    Returns: one axes for each filter. The bars in colour are the probabilities after the filter.
    """
    before = logits.softmax(-1)
    order = before.argsort(descending=True)[:top].tolist()
    labels = [visible(symbols[index]) for index in order]
    figure, grid = plt.subplots(
        len(filtered), 1, figsize=(7, 0.4 + 1.35 * len(filtered)), sharex=True, layout="constrained", squeeze=False
    )
    for axes, (name, after) in zip(grid[:, 0], filtered.items(), strict=True):
        axes.bar(range(len(order)), before[order].tolist(), color=_RULED_OUT, width=0.8)
        axes.bar(range(len(order)), after.softmax(-1)[order].tolist(), color=COLOURS[0], width=0.5)
        left = int(after.isfinite().sum())
        axes.set_title(f"{name}: {left} left", fontsize=10, loc="left")
        axes.spines[["top", "right"]].set_visible(False)
        axes.set_xticks(range(len(order)), labels, family="monospace")
    figure.supylabel("probability", fontsize=10)
    grid[-1, 0].set_xlabel("next character")
    return list(grid[:, 0])


def plot_counts(counts: Mapping[str, Sequence[int]], *, title: str = "How many are left?") -> list[Axes]:
    """Draw how many characters each filter leaves, from one character of a text to the next.

    Each has a picture of its own, on the same scale: in a single one they would hide each other.

    Args:
        counts: for each name the number after the 1st, the 2nd, ... character.
        title: above the uppermost picture.

    Returns: one axes for each filter.
    """
    figure, grid = plt.subplots(
        len(counts), 1, figsize=(7, 0.8 + 1.2 * len(counts)), sharex=True, sharey=True, layout="constrained",
        squeeze=False,
    )  # fmt: skip
    for number, (axes, (name, values)) in enumerate(zip(grid[:, 0], counts.items(), strict=True)):
        edges = [place + 0.5 for place in range(len(values) + 1)]
        axes.stairs(values, edges, fill=True, color=COLOURS[number % len(COLOURS)])
        axes.set_title(name, fontsize=10, loc="left")
        axes.spines[["top", "right"]].set_visible(False)
        axes.yaxis.get_major_locator().set_params(integer=True)
        axes.set_xlim(edges[0], edges[-1])
    grid[0, 0].set_ylim(bottom=0)  # of all: not before all are drawn, for it ends the search for the top
    figure.suptitle(title)
    figure.supylabel("characters that may be drawn", fontsize=10)
    grid[-1, 0].set_xlabel("character")
    return list(grid[:, 0])


def plot_trade_off(measured: Mapping[str, Measures]) -> Axes:
    """Draw each decoder as a point: how likely its texts are under another model, and how varied they are."""
    x_label = "loss under another model (nats per character)"
    axes = new_axes("What a decoder trades", x_label, "distinct runs", height=4.4)
    for number, (name, one) in enumerate(measured.items()):
        colour, marker = COLOURS[number % len(COLOURS)], _MARKERS[number // len(COLOURS) % len(_MARKERS)]
        axes.scatter(one.other_loss, one.distinct, color=colour, marker=marker, s=_MARKER_SIZE**2, label=name)
    axes.margins(0.12)
    _name_points(axes, {name: (one.other_loss, one.distinct) for name, one in measured.items()})
    return axes


def _name_points(axes: Axes, points: Mapping[str, tuple[float, float]]) -> None:
    """Write each name beside its point: at the first place where it lies on no point and on no other name.

    Where there is none, it takes the place where it hides the least.
    """
    axes.figure.draw_without_rendering()  # places the axes: only then is it known what lies on what
    half = _MARKER_SIZE / 2 * axes.figure.dpi / 72
    centres = axes.transData.transform(list(points.values()))
    taken = [Bbox([centre - half, centre + half]) for centre in centres]
    frame = axes.bbox.padded(-half)
    for name, point in points.items():
        note = axes.annotate(name, point, (0, 0), textcoords="offset points", fontsize=9)
        note.set_in_layout(False)  # so that the axes stay where they are
        _, best = min((_hidden(_put(note, place), taken, frame), rank) for rank, place in enumerate(_BESIDE))
        taken.append(_put(note, _BESIDE[best]))


def _put(note: Annotation, offset: tuple[float, float]) -> Bbox:
    """Move a note to an offset from its point, with its nearest side or corner there; return the room that it takes."""
    right, up = offset
    note.xyann = offset
    note.set(ha="left" if right > 0 else "right" if right < 0 else "center")
    note.set(va="bottom" if up > 0 else "top" if up < 0 else "center_baseline")
    return note.get_window_extent()


def _hidden(box: Bbox, taken: Sequence[Bbox], frame: Bbox) -> float:
    """Return how much area a box covers of others, and of what is outside the frame."""
    shared = [Bbox.intersection(box, other) for other in [*taken, frame]]
    *covered, inside = [0.0 if one is None else one.width * one.height for one in shared]
    return sum(covered) + box.width * box.height - inside
