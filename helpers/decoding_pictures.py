"""Pictures of decoding: what a filter leaves of a distribution, and what decoders trade for what."""

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import torch
from matplotlib.axes import Axes

from helpers.decoders import Measures
from helpers.plots import COLOURS, new_axes

_RULED_OUT = "#cccccc"
_MARKERS = "os^D"  # a new one when the colours have been used


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
    labels = [_visible(symbols[index]) for index in order]
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
    return list(grid[:, 0])


def plot_trade_off(measured: Mapping[str, Measures]) -> Axes:
    """Draw each decoder as a point: how likely its texts are under another model, and how varied they are."""
    x_label = "loss under another model (nats per character)"
    axes = new_axes("What a decoder trades", x_label, "distinct runs", width=8.4, height=4.2)
    for number, (name, one) in enumerate(measured.items()):
        colour, marker = COLOURS[number % len(COLOURS)], _MARKERS[number // len(COLOURS) % len(_MARKERS)]
        axes.scatter(one.other_loss, one.distinct, color=colour, marker=marker, s=55, label=name)
    axes.legend(frameon=False, loc="center left", bbox_to_anchor=(1.02, 0.5))
    return axes


def _visible(symbol: str) -> str:
    return {" ": "␣", "\n": "¶"}.get(symbol, symbol)
