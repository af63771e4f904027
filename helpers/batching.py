"""From one long tensor of tokens to batches of input and target."""

from collections.abc import Iterator

import torch


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
        self.batch_size, self.shuffle, self.generator = batch_size, shuffle, generator

    def __len__(self) -> int:
        return len(self.inputs) // self.batch_size

    def __iter__(self) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
        count = len(self.inputs)
        order = torch.randperm(count, generator=self.generator) if self.shuffle else torch.arange(count)
        for rows in order[: len(self) * self.batch_size].split(self.batch_size):
            yield self.inputs[rows], self.targets[rows]
