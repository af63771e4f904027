"""From one long tensor of tokens to batches of input and target."""

import math
import zlib
from collections.abc import Iterator
from typing import Any

import torch

from helpers.ground.device import send


def sliding_windows(tokens: torch.Tensor, sequence_length: int, stride: int = 1) -> tuple[torch.Tensor, torch.Tensor]:
    """Cut tokens into overlapping windows, with targets one character further on. Nothing is copied.

    Window i covers tokens i * stride to i * stride + sequence_length; both results are views of `tokens`.

    Args:
        tokens: shape (length,).
        sequence_length: characters in a window, at least 1.
        stride: characters from the start of one window to the start of the next, at least 1.

    Returns: inputs and targets, each of shape (windows, sequence_length).

    Raises:
        ValueError: a length or stride below 1, or fewer than sequence_length + 1 tokens.
    """
    if tokens.dim() != 1:
        raise ValueError(f"windows are cut from one row of tokens, not from shape {tuple(tokens.shape)}")
    if sequence_length < 1:
        raise ValueError(f"sequence_length must be at least 1, not {sequence_length}")
    if stride < 1:
        raise ValueError(f"stride must be at least 1, not {stride}: with 0 the window would never move on")
    if len(tokens) < sequence_length + 1:
        raise ValueError(
            f"a window of {sequence_length} characters and the target after it need {sequence_length + 1} characters; "
            f"the text has {len(tokens)}: take a longer text or a shorter sequence_length"
        )
    windows = tokens.unfold(0, sequence_length + 1, stride)  # (windows, sequence_length + 1)
    return windows[:, :-1], windows[:, 1:]


class WindowBatches:
    """Batches of sliding windows, to be iterated over once an epoch.

    Each item is a pair (inputs, targets), each of shape (batch, time). The last windows that do not fill a batch are
    left out, so that every batch has the same shape.
    """

    def __init__(
        self,
        tokens: torch.Tensor,
        sequence_length: int,
        *,
        batch_size: int,
        stride: int | None = None,
        shuffle: bool = False,
        generator: torch.Generator | None = None,
    ):
        """Cut the windows.

        Args:
            tokens: shape (length,).
            sequence_length: characters in a window.
            batch_size: windows in a batch.
            stride: from one window's start to the next; `sequence_length` if not given, so that none overlap.
            shuffle: a new order in each epoch, drawn from `generator`.

        Raises:
            ValueError: as `sliding_windows`; a batch_size below 1, or above the number of windows.
        """
        stride = sequence_length if stride is None else stride
        self.inputs, self.targets = sliding_windows(tokens, sequence_length, stride)
        if batch_size < 1:
            raise ValueError(f"batch_size must be at least 1, not {batch_size}")
        if batch_size > len(self.inputs):
            raise ValueError(
                f"the text gives {len(self.inputs)} windows, too few for one batch of {batch_size}: "
                "take a smaller batch_size, a smaller stride or a longer text"
            )
        self.tokens, self.sequence_length, self.stride = tokens, sequence_length, stride
        self.batch_size, self.shuffle, self.generator = batch_size, shuffle, generator

    def describe(self) -> dict[str, Any]:
        """Return what the batches are made of, in plain numbers; the text as a checksum."""
        names = ("sequence_length", "stride", "batch_size", "shuffle")
        return {name: getattr(self, name) for name in names} | _describe_text(self.tokens)

    def __len__(self) -> int:
        return len(self.inputs) // self.batch_size

    def __iter__(self) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
        count = len(self.inputs)
        order = torch.randperm(count, generator=self.generator) if self.shuffle else torch.arange(count)
        order = send(order, self.tokens.device)  # once an epoch, and not some rows of it for each batch
        for rows in order[: len(self) * self.batch_size].split(self.batch_size):
            yield self.inputs[rows], self.targets[rows]


class StreamBatches:
    """Contiguous streams of text, walked in step: row b of each batch goes on where row b of the one before ended.

    The text is cut into `batch_size` streams of equal length. Each item is a pair (inputs, targets) of shape (batch,
    time); the last one is shorter where the streams do not divide evenly. What is left out is the tail of the text, of
    fewer than `batch_size` characters, that does not fill a character in each stream. So a loss over streams covers
    the whole text but that tail.

    `carries_state` tells `fit` and `evaluate` to hand a model's state on from batch to batch, and to begin each pass
    with a fresh one.
    """

    carries_state = True

    def __init__(self, tokens: torch.Tensor, sequence_length: int, *, batch_size: int):
        """Cut the streams. Nothing is copied.

        Args:
            tokens: shape (length,).
            sequence_length: characters of each stream in a batch: as far as a gradient flows back.
            batch_size: number of streams.

        Raises:
            ValueError: a number below 1, or streams shorter than `sequence_length`.
        """
        if tokens.dim() != 1:
            raise ValueError(f"streams are cut from one row of tokens, not from shape {tuple(tokens.shape)}")
        if sequence_length < 1:
            raise ValueError(f"sequence_length must be at least 1, not {sequence_length}")
        if batch_size < 1:
            raise ValueError(f"batch_size must be at least 1, not {batch_size}")
        length = max(len(tokens) - 1, 0) // batch_size  # the last character is only a target
        if length < sequence_length:
            raise ValueError(
                f"a text of {len(tokens)} characters gives {batch_size} streams of {length} characters, shorter than "
                f"sequence_length {sequence_length}: take a longer text, a smaller batch_size or a shorter "
                "sequence_length"
            )
        self.inputs = tokens[: batch_size * length].view(batch_size, length)
        self.targets = tokens[1 : batch_size * length + 1].view(batch_size, length)
        self.tokens, self.sequence_length, self.batch_size = tokens, sequence_length, batch_size

    def describe(self) -> dict[str, Any]:
        """Return what the batches are made of, in plain numbers; the text as a checksum."""
        return {"sequence_length": self.sequence_length, "batch_size": self.batch_size} | _describe_text(self.tokens)

    def __len__(self) -> int:
        return math.ceil(self.inputs.shape[1] / self.sequence_length)

    def __iter__(self) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
        pieces = (whole.split(self.sequence_length, dim=1) for whole in (self.inputs, self.targets))
        return zip(*pieces, strict=True)


def _describe_text(tokens: torch.Tensor) -> dict[str, int]:
    return {"characters": len(tokens), "checksum": zlib.crc32(tokens.cpu().contiguous().numpy())}
