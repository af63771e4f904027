"""Text with a number at each character, as colour: what a unit of a network, or a loss, does while it reads."""

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import torch
from matplotlib.axes import Axes

from helpers.pictures.charts import new_axes, visible

_CELL, _LINE = 0.115, 0.26  # inches of a character across, and of a line


def colour_text(
    text: str,
    values: torch.Tensor | Sequence[float],
    *,
    low: float | None = None,
    high: float | None = None,
    width: int = 72,
    title: str = "",
) -> Axes:
    """Draw a text in lines, and behind each character its value as a colour: dark blue is low, yellow is high.

    Args:
        text: at least one character; a newline is drawn as ¶, and does not begin a line.
        values: shape (len(text),).
        low: the value that is darkest; the lowest of all if not given.
        high: the value that is brightest; the highest of all if not given.
        width: characters in a line at most; it ends with a word, if it can.
        title: above the picture.

    Raises:
        ValueError: the text is empty, or there are not as many values as characters.
    """
    numbers = _numbers(text, values)
    lines = _break_at_spaces(text, width)
    count = len(lines)
    padded = torch.full((count, width), torch.nan)
    for row, line in enumerate(lines):
        padded[row, : len(line)] = numbers[line.start : line.stop]
    figure, axes = plt.subplots(figsize=(width * _CELL + 1.2, count * _LINE + 0.6), layout="constrained")
    image = _draw_grid(axes, padded, low, high)
    for row, line in enumerate(lines):
        for column, place in enumerate(line):
            _write(axes, column, row, text[place], image)
    axes.set(xticks=[], yticks=[], title=title)
    figure.colorbar(image, ax=axes, pad=0.01, aspect=max(4, 4 * count))
    return axes


def plot_strips(
    text: str,
    rows: Mapping[str, torch.Tensor | Sequence[float]],
    *,
    low: float = -1.0,
    high: float = 1.0,
    title: str = "",
) -> Axes:
    """Draw several values of each character of a short text, one strip for each name, the text below them.

    Args:
        text: some 80 characters at most can be read.
        rows: for each name values of shape (len(text),).
        low: the value that is darkest.
        high: the value that is brightest.
        title: above the picture.

    Raises:
        ValueError: the text is empty, or there are not as many values as characters.
    """
    values = torch.stack([_numbers(text, row) for row in rows.values()])  # (rows, time)
    axes = new_axes(title, "", "", width=len(text) * _CELL + 2.2, height=0.34 * len(rows) + 0.9)
    image = _draw_grid(axes, values, low, high)
    axes.set_xticks(
        range(len(text)), [visible(character, space=" ") for character in text], family="monospace", fontsize=9
    )
    axes.set_yticks(range(len(rows)), list(rows))
    axes.tick_params(length=0)
    axes.figure.colorbar(image, ax=axes, pad=0.01, aspect=max(4, 3 * len(rows)))
    return axes


def _break_at_spaces(text: str, width: int) -> list[range]:
    """Return the places of each line: as many whole words as fit, and of a word longer than a line what fits."""
    lines, start = [], 0
    while len(text) - start > width:
        end = max(text.rfind(" ", start, start + width), text.rfind("\n", start, start + width)) + 1
        lines.append(range(start, end or start + width))
        start = lines[-1].stop
    return [*lines, range(start, len(text))]


def _numbers(text: str, values: torch.Tensor | Sequence[float]) -> torch.Tensor:
    numbers = torch.as_tensor(values).detach().float()
    if not text or numbers.shape != (len(text),):
        raise ValueError(
            f"there must be one value for each character: {len(text)} characters and values of shape "
            f"{tuple(numbers.shape)}"
        )
    return numbers


def _draw_grid(axes: Axes, values: torch.Tensor, low: float | None, high: float | None):
    image = axes.imshow(values.numpy(), aspect="auto", cmap="cividis", vmin=low, vmax=high)
    axes.spines[:].set_visible(False)
    return image


def _write(axes: Axes, column: int, line: int, character: str, image) -> None:
    """Write a character where it can be read: white on dark colours, black on bright ones."""
    shade = image.norm(image.get_array()[line, column])
    colour = "black" if shade > 0.5 else "white"
    axes.text(
        column,
        line,
        visible(character, space=" "),
        ha="center",
        va="center",
        color=colour,
        family="monospace",
        fontsize=9,
    )
