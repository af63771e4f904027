"""Pictures of attention: who looks at whom in a short text, one square for each head."""

from collections.abc import Sequence

import matplotlib.pyplot as plt
import torch
from matplotlib.axes import Axes

_NEWLINE = "¶"
_CELL = 0.13  # inches of a character


def plot_attention(text: str, weights: torch.Tensor, *, title: str = "Who looks at whom") -> Sequence[Axes]:
    """Draw the weights of each head: a row for each position that looks, a column for each that is looked at.

    The brightest square of a row is where most of its mean comes from. A row adds up to 1.

    Args:
        text: some 36 characters at most can be read; a newline is drawn as ¶.
        weights: shape (heads, time, time), time being the length of the text.
        title: above the picture.

    Raises:
        ValueError: the text is empty, or the weights have another shape.
    """
    time = len(text)
    if not text or weights.dim() != 3 or tuple(weights.shape[1:]) != (time, time):
        raise ValueError(
            f"a text of {time} characters needs weights of shape (heads, {time}, {time}), not {tuple(weights.shape)}"
        )
    heads, side = len(weights), max(2.6, time * _CELL)
    figure, row = plt.subplots(1, heads, figsize=(heads * side + 0.8, side + 1.0), layout="constrained", squeeze=False)
    marks = [_NEWLINE if character == "\n" else character for character in text]
    for number, (axes, own) in enumerate(zip(row[0], weights.detach().float(), strict=True)):
        image = axes.imshow(own.numpy(), cmap="cividis", vmin=0, vmax=1)
        axes.set(title=f"head {number + 1}", xlabel="at this one")
        axes.set_xticks(range(time), marks, family="monospace", fontsize=9, va="baseline")
        axes.set_yticks(range(time), marks, family="monospace", fontsize=9)
        axes.tick_params(length=0)
        axes.tick_params(axis="x", pad=11)
        axes.spines[:].set_visible(False)
    row[0][0].set_ylabel("this position looks")
    figure.suptitle(title)
    figure.colorbar(image, ax=row[0].tolist(), pad=0.01, shrink=0.8)
    return list(row[0])
