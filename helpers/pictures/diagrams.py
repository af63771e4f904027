"""Drawings that explain: windows over a text, streams through it, a recurrent network unrolled in time."""

import matplotlib.pyplot as plt
from matplotlib.axes import Axes
from matplotlib.patches import FancyBboxPatch

from helpers.ground.vocabulary import Vocabulary
from helpers.pictures.charts import COLOURS
from helpers.text.batching import StreamBatches, sliding_windows

_INPUT, _TARGET = COLOURS[0], COLOURS[1]


def draw_windows(text: str, *, sequence_length: int, stride: int) -> Axes:
    """Draw a short text and, below it, each window's input and its target, one character further on."""
    vocabulary = Vocabulary.from_text(text)
    inputs, _ = sliding_windows(vocabulary.encode(text), sequence_length, stride)
    axes = _empty_axes(width=0.62 * len(text) + 2.2, height=0.75 * len(inputs) + 0.9)
    _write_row(axes, text, 0, 0, "black", "text")
    for number in range(len(inputs)):
        start, row = number * stride, -1.1 - 1.6 * number
        _write_row(axes, text[start : start + sequence_length], start, row, _INPUT, f"window {number}: input")
        _write_row(axes, text[start + 1 : start + 1 + sequence_length], start + 1, row - 0.7, _TARGET, "target")
    axes.set(xlim=(-5.2, len(text)), ylim=(-1.6 * len(inputs) - 1, 0.6))
    return axes


def draw_streams(text: str, *, batch_size: int, sequence_length: int) -> Axes:
    """Draw a short text cut into streams: a row for each, a box for its part in each batch, the state between them."""
    vocabulary = Vocabulary.from_text(text)
    batches = StreamBatches(vocabulary.encode(text), sequence_length, batch_size=batch_size)
    axes = _empty_axes(width=0.42 * batches.inputs.shape[1] + 0.7 * len(batches) + 1.6, height=0.75 * batch_size + 0.6)
    for number, (inputs, _) in enumerate(batches):
        left, middle = number * (sequence_length + 1.6), (inputs.shape[1] - 1) / 2
        axes.text(left + middle, 0.95, f"batch {number + 1}", ha="center", va="center", color=_TARGET, fontsize=11)
        for row, tokens in enumerate(inputs):
            _write_row(axes, vocabulary.decode(tokens), left, -1.2 * row, _INPUT, "" if number else f"stream {row + 1}")
            if number + 1 < len(batches):
                _labelled_arrow(
                    axes, (left + sequence_length - 0.4, -1.2 * row), (left + sequence_length + 1, -1.2 * row), "state"
                )
    axes.set(xlim=(-3.6, left + inputs.shape[1]), ylim=(-1.2 * batch_size + 0.5, 1.4))
    return axes


def draw_unrolled(text: str) -> Axes:
    """Draw a recurrent network unrolled over a short text: the same step for each character, the state carried on."""
    axes = _empty_axes(width=1.7 * len(text) + 1.2, height=4.4)
    axes.annotate("", (-0.27, 2), (-0.75, 2), arrowprops={"arrowstyle": "->"})
    axes.text(-0.8, 2, "$h_0$", ha="right", va="center")
    for time, character in enumerate(text):
        draw_box(axes, time, 0, character, _INPUT)
        draw_box(axes, time, 1, f"$x_{time + 1}$", _INPUT)
        draw_box(axes, time, 2, f"$h_{time + 1}$", "black")
        draw_box(axes, time, 3, "logits", _TARGET)
        for level, label in enumerate(("embedding", "$W_e$", "$W_o$")):
            _labelled_arrow(axes, (time, level + 0.25), (time, level + 0.75), label)
        if time + 1 < len(text):
            _labelled_arrow(axes, (time + 0.27, 2), (time + 0.73, 2), "$W_h$")
    axes.set(xlim=(-1.1, len(text) - 0.4), ylim=(-0.35, 3.35))
    return axes


def _empty_axes(width: float, height: float) -> Axes:
    _, axes = plt.subplots(figsize=(width, height), layout="constrained")
    axes.set_axis_off()
    return axes


def _write_row(axes: Axes, characters: str, start: float, row: float, colour: str, label: str) -> None:
    axes.text(-0.8, row, label, ha="right", va="center", color=colour, fontsize=10)
    for place, character in enumerate(characters):
        axes.text(
            start + place, row, character, ha="center", va="center", color=colour, family="monospace", fontsize=13,
            bbox={"boxstyle": "square,pad=0.25", "facecolor": "white", "edgecolor": colour, "linewidth": 1},
        )  # fmt: skip


def draw_box(axes: Axes, x: float, y: float, label: str, colour: str = "black", size=(0.5, 0.44)) -> None:
    """Draw a box around a label, with its middle at (x, y) and `size` (width, height)."""
    style = {"boxstyle": "round,pad=0.02", "facecolor": "white", "edgecolor": colour, "linewidth": 1.4}
    axes.add_patch(FancyBboxPatch((x - size[0] / 2, y - size[1] / 2), *size, **style))
    axes.text(x, y, label, ha="center", va="center", color=colour, fontsize=12)


def _labelled_arrow(axes: Axes, start: tuple[float, float], end: tuple[float, float], label: str) -> None:
    axes.annotate("", end, start, arrowprops={"arrowstyle": "->"})
    across = start[1] == end[1]
    x, y = (start[0] + end[0]) / 2, (start[1] + end[1]) / 2
    axes.text(x + (0 if across else 0.06), y + (0.08 if across else 0), label, fontsize=9,
              ha="center" if across else "left", va="bottom" if across else "center")  # fmt: skip
