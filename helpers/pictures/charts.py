"""The course's pictures, in colours that the colour-blind can tell apart."""

import io
from collections.abc import Collection, Mapping, Sequence
from itertools import cycle
from pathlib import Path

import matplotlib.pyplot as plt
import torch
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, LogLocator, NullLocator

from helpers.ground.files import write_whole

# Okabe and Ito, "Color Universal Design" (2008)
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9")
_GREY = "#555555"


def new_axes(title: str, x_label: str, y_label: str, *, width: float = 7.0, height: float = 3.6) -> Axes:
    """Return labelled axes without the frame's upper and right line."""
    _, axes = plt.subplots(figsize=(width, height), layout="constrained")
    axes.set(title=title, xlabel=x_label, ylabel=y_label)
    axes.spines[["top", "right"]].set_visible(False)
    return axes


def plot_losses(
    losses: Mapping[str, Sequence[float]],
    *,
    steps: Sequence[int] | None = None,
    baselines: Mapping[str, float] | None = None,
    step_name: str = "epoch",
    title: str = "Loss",
    log: bool = False,
) -> Axes:
    """Draw one curve for each entry of `losses` (nats per character), and each baseline as a dashed level line.

    `steps` holds the place of each value on the x axis; without it they are counted from 1. `log` draws the loss on a
    logarithmic scale.
    """
    axes = new_axes(title, step_name, "nats per character")
    for colour, (name, values) in zip(cycle(COLOURS), losses.items(), strict=False):
        places = range(1, len(values) + 1) if steps is None else steps[: len(values)]
        axes.plot(places, values, marker="o", markersize=3, color=colour, label=name)
    for name, level in (baselines or {}).items():
        axes.axhline(level, color=_GREY, linestyle="--", linewidth=1)
        axes.annotate(
            f"{name} {level:.2f}", (1, level), (-2, 5), ("axes fraction", "data"), "offset points",
            ha="right", color=_GREY, bbox={"facecolor": "white", "edgecolor": "none", "alpha": 0.8, "pad": 0},
        )  # fmt: skip
    if log:
        axes.set_yscale("log")
        _plain_ticks(axes)
    axes.xaxis.get_major_locator().set_params(integer=True)
    axes.legend(frameon=False)
    return axes


def _plain_ticks(axes: Axes) -> None:
    """Write the ticks of a logarithmic y axis as plain numbers, with 2 and 5 between powers of ten if there is room."""
    lowest, highest = axes.get_ylim()
    roomy = highest / lowest < 3_000  # ten labels at the most
    axes.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5) if roomy else (1,)))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda level, _: f"{level:,.12g}"))
    axes.yaxis.set_minor_locator(NullLocator())


def plot_baselines(
    losses: Mapping[str, float],
    *,
    highlight: Collection[str] = (),
    floor: float | None = None,
    title: str = "What the loss is held against",
) -> Axes:
    """Draw one bar for each loss (nats per character), from top to bottom in the order given.

    The bars named in `highlight` have a colour of their own. `floor` is the lowest loss that is possible on this text,
    drawn as a dashed line where it is known.
    """
    axes = new_axes(title, "nats per character", "", height=1.2 + 0.4 * len(losses))
    colours = [COLOURS[1] if name in highlight else COLOURS[0] for name in losses]
    bars = axes.barh(list(losses), list(losses.values()), color=colours)
    axes.bar_label(bars, fmt="%.3f", padding=3)
    axes.invert_yaxis()
    if floor is not None:
        axes.axvline(floor, color=_GREY, linestyle="--", linewidth=1)
        axes.annotate(f"floor {floor:.3f}", (floor, 1), (3, 2), ("data", "axes fraction"), "offset points", color=_GREY)
    return axes


def save_plot(axes: Axes, path: str | Path, *, close: bool = False) -> Path:
    """Write a picture, whole or not at all, in the format that the name ends with (.png, .svg, .pdf).

    `close` takes it out of memory, and so out of the output of a notebook's cell.
    """
    path = Path(path)
    data = io.BytesIO()
    axes.figure.savefig(data, format=path.suffix.removeprefix(".") or "png", dpi=150)
    if close:
        plt.close(axes.figure)
    return write_whole(path, data.getvalue())


def plot_temperatures(logits: torch.Tensor, symbols: Sequence[str], temperatures: Sequence[float], top: int = 12):
    """Draw the probabilities of the `top` likeliest characters, and of all others, at each temperature.

    Args:
        logits: shape (vocab_size,).
        symbols: the character of each logit.
        temperatures: each above 0.
    """
    logits = logits.detach()
    order = logits.argsort(descending=True)[:top].tolist()
    labels = [visible(symbols[index]) for index in order] + ["all others"] * (len(logits) > top)
    axes = new_axes("The same logits at different temperatures", "next character", "probability")
    width = 0.8 / len(temperatures)
    for number, (colour, temperature) in enumerate(zip(cycle(COLOURS), temperatures, strict=False)):
        probabilities = torch.softmax(logits / temperature, dim=-1)
        heights = [*probabilities[order].tolist(), 1 - probabilities[order].sum().item()][: len(labels)]
        shift = (number - (len(temperatures) - 1) / 2) * width
        places = [place + shift for place in range(len(labels))]
        axes.bar(places, heights, width, color=colour, label=f"temperature {temperature:g}")
    axes.set_xticks(range(len(labels)), labels)
    axes.legend(frameon=False)
    return axes


def visible(symbol: str, space: str = "␣") -> str:
    """Return a character as a label shows it: a line end as ¶, a space as ␣ or what is given, others as they are."""
    shown = symbol if symbol.isprintable() else repr(symbol)[1:-1]
    return {" ": space, "\n": "¶"}.get(symbol, shown)
