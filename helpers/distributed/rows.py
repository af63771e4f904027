"""The rows of each batch that one of several processes trains on."""

from collections.abc import Iterator
from typing import Any

import torch

from helpers.text.batching import StreamBatches, WindowBatches


class Share:
    """Of each batch, the rows of one process. The processes' rows together are the whole batch, each row once."""

    def __init__(self, batches: Any, rank: int, size: int, *, even: bool = False):
        """Take the whole batches, the same in each process.

        Args:
            batches: streams, windows, or a list of pairs.
            rank, size: which process this is, and of how many.
            even: refuse a batch size that cannot be divided evenly. A mean of gradients needs equal shares.

        Raises:
            ValueError: rows that cannot be divided evenly; batches that each process would see in an order of its own.
        """
        if not isinstance(batches, StreamBatches | WindowBatches | list | tuple):
            kind = type(batches).__name__
            raise ValueError(f"several processes share StreamBatches, WindowBatches or a list, and these are {kind}")
        if getattr(batches, "shuffle", False) and batches.generator is None:
            raise ValueError(
                "several processes must draw the same order of windows: give WindowBatches a generator, with one seed"
            )
        self.batches, self.rank, self.size = batches, rank, size
        self.carries_state = getattr(batches, "carries_state", False)
        rows = {len(inputs) for inputs, _ in batches} if isinstance(batches, list | tuple) else {batches.batch_size}
        if even and (uneven := [count for count in sorted(rows) if count % size]):
            raise ValueError(
                f"a batch of {uneven[0]} rows cannot be divided evenly among {size} processes: take a batch_size that "
                f"is a multiple of {size}"
            )

    def __len__(self) -> int:
        return len(self.batches)

    def __iter__(self) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
        for inputs, targets in self.batches:
            first, last = (len(inputs) * rank // self.size for rank in (self.rank, self.rank + 1))
            if first < last:
                yield inputs[first:last], targets[first:last]
