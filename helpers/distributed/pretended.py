"""Processes that are only pretended: threads of one program, with an `all_reduce` that works between them."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import torch

SECONDS = 20.0  # that one waits for the others, so that a mistake in one does not keep the notebook waiting

_UNEQUAL = "not all processes called `all_reduce` equally often: some waited for a sum that the others do not send"


def pretend_processes(work: Callable[[int, Callable[[torch.Tensor], None]], Any], size: int) -> list[Any]:
    """Run `work(rank, all_reduce)` once for each rank, all at the same time, and return the results in their order.

    `all_reduce(tensor)` waits until every rank has called it and then puts the sum of all their tensors into each of
    them, as `torch.distributed.all_reduce` does between real processes. Threads share torch's random numbers: draw
    what you need before.

    Raises:
        Exception: the first that one of them raised.
        RuntimeError: they do not all call `all_reduce` equally often.
    """
    meeting, table = threading.Barrier(size), [torch.empty(0)] * size

    def run(rank: int) -> Any:
        def all_reduce(tensor: torch.Tensor) -> None:
            table[rank] = tensor.detach()
            meeting.wait(SECONDS)
            total = torch.stack(table).sum(0)  # in the order of ranks, so that all get the same bits
            meeting.wait(SECONDS)
            tensor.detach().copy_(total)

        try:
            return work(rank, all_reduce)
        except BaseException:
            meeting.abort()
            raise

    with ThreadPoolExecutor(size) as threads:
        runs = [threads.submit(run, rank) for rank in range(size)]
    errors = [error for one in runs if (error := one.exception())]
    for error in errors:
        if not isinstance(error, threading.BrokenBarrierError):
            raise error
    if errors:
        raise RuntimeError(_UNEQUAL) from None
    return [one.result() for one in runs]
