"""Several processes in one: each is run again from its start until it waits, and is then told what the others sent.

So a learner's code needs no second process and no second thread, and the time limit of a check holds for it.
"""

from collections.abc import Callable
from typing import Any

import torch

from helpers.checks.expectations import Mistake, describe_type

MOST_CALLS = 100

_RETURNS_NOTHING = "`all_reduce` returns nothing: the sum stands in the tensor that you handed over"

AllReduce = Callable[[torch.Tensor], None]


class _Waits(BaseException):
    """Raised inside a process that would now wait for the others. Not an Exception, so that no learner catches it."""


class _Replay:
    """Puts the sums that are known into the tensors of the first calls, and notes the tensor of the next one."""

    def __init__(self, sums: list[torch.Tensor]):
        self.sums, self.calls = sums, 0
        self.handed: torch.Tensor | None = None

    def __call__(self, tensor: torch.Tensor, *others: Any, **named: Any) -> None:
        if others or named:
            raise Mistake("`all_reduce` takes one tensor, and always adds: hand it nothing else, and divide yourself")
        if not isinstance(tensor, torch.Tensor):
            raise Mistake(f"`all_reduce` takes a tensor, and was given {describe_type(type(tensor))}")
        if self.handed is not None or self.calls == len(self.sums):
            self.handed = tensor.detach().clone() if self.handed is None else self.handed
            raise _Waits
        with torch.no_grad():
            tensor.copy_(self.sums[self.calls])
        self.calls += 1

    __call__.__qualname__ = "all_reduce"  # what Python calls it in errors


def run_ranks(call: Callable[[int, AllReduce], Any], size: int) -> tuple[list[Any], list[torch.Tensor]]:
    """Run `call(rank, all_reduce)` for each rank; return the results, and the sum of each `all_reduce`.

    `call` is run many times and must begin anew each time, with copies of its own.

    Raises:
        Mistake: what would keep real processes waiting for ever, or crash them.
    """
    sums: list[torch.Tensor] = []
    while True:
        results, handed = {}, {}
        for rank in range(size):
            replay = _Replay(sums)
            try:
                results[rank] = call(rank, replay)
            except _Waits:
                handed[rank] = replay.handed
            except (AttributeError, TypeError) as error:
                if replay.calls and "NoneType" in str(error):
                    raise Mistake(_RETURNS_NOTHING) from None
                raise
            except ValueError as error:
                if "process group has not been initialized" in str(error):
                    raise Mistake(
                        "that is torch's own `all_reduce`: use the `all_reduce` that you were given"
                    ) from None
                raise
        if not handed:
            return list(results.values()), sums
        if results:
            raise Mistake(
                f"process {min(handed)} calls `all_reduce` more often than process {min(results)}, and would wait for it "
                "for ever: all processes must make the same calls"
            )
        shapes = sorted({tuple(tensor.shape) for tensor in handed.values()})
        if len(shapes) > 1:
            raise Mistake(
                f"the processes hand tensors of different shapes to `all_reduce`, {shapes[0]} and {shapes[1]}: it adds "
                "number by number, so all must have the same shape"
            )
        dtypes = sorted({str(tensor.dtype).removeprefix("torch.") for tensor in handed.values()})
        if len(dtypes) > 1:
            raise Mistake(
                f"the processes hand tensors of different types to `all_reduce`, {dtypes[0]} and {dtypes[1]}: all must have "
                "the same, also where a process has nothing to add"
            )
        if len(sums) == MOST_CALLS:
            raise Mistake(f"`all_reduce` is called more than {MOST_CALLS} times: once for each parameter is enough")
        sums.append(torch.stack(list(handed.values())).sum(0))
