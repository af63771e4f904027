"""Training in several processes, on torch's own package: `torchrun --nproc-per-node 2 -m helpers.train …`.

Each process holds the whole model and takes its rows of each batch. After the backward pass the processes replace
their gradients by the mean of all, and so take the same step. What a program has to do for that:

    with distributed.join() as processes:  # one process, unless torchrun started it
        history = fit(model, batches, ..., processes=processes)  # the whole batches, the same in every process
        if processes.first:
            history.save(folder)  # and whatever else prints, writes or draws

Model and batches are made in each process in the same way. `fit` sees to the rest: the weights are the same at the
start; only the first process writes checkpoints, shows a bar and calls the callback; a stop, an early stop and a
divergence end all processes at the same step. A checkpoint is read by all of them, from one folder. Where another
process is gone, `fit` raises `helpers.training.ProcessLost`, whose text is one line for the user: print it, and exit
with a code other than 0. `evaluate(model, batches, processes)`, called by every process, divides an evaluation.

On NVIDIA GPUs each process takes the one of its number. Windows is not supported.
"""

import contextlib
import os
from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any

import torch
import torch.distributed as dist
import torch.distributed.nn.functional  # see `join`
from torch import nn

from helpers.distributed.rows import Share
from helpers.ground.nested import map_tensors
from helpers.ground.signals import sigterm_as_interrupt
from helpers.training.processes import ALONE, Processes, ProcessLost
from helpers.training.score import Tally

SECONDS = 60.0  # of silence after which a process counts as lost; a checkpoint, or a sample, must take less


@contextlib.contextmanager
def join(seconds: float = SECONDS) -> Iterator[Processes]:
    """Join the processes that torchrun started, and leave them at the end; without torchrun there is one.

    SIGTERM, with which torchrun ends the others when one has died, counts as Ctrl-C meanwhile, which `fit` answers by
    finishing its step.

    torch.distributed.nn.functional holds, as default arguments, the process group that is there when it is imported. An
    optimizer imports it: if that happened in between, gloo's threads would outlive the group, and would now and then
    abort the process at its exit.

    Raises:
        RuntimeError: on Windows; more processes than GPUs.
        ProcessLost: the others did not come within `seconds`.
    """
    if int(os.environ.get("WORLD_SIZE", "1")) == 1:
        yield ALONE
        return
    if os.name == "nt":
        raise RuntimeError("several processes are not supported on Windows: start one, without torchrun")
    backend = _take_device()
    with _talking(seconds):
        dist.init_process_group(backend, timeout=timedelta(seconds=seconds))
    try:
        with sigterm_as_interrupt(ignored_after=ProcessLost):  # torchrun is about to send it
            yield Group(seconds)
    finally:
        dist.destroy_process_group()


class Group(Processes):
    """Several processes of torch's default process group. Each method is called by all of them, in the same order."""

    def __init__(self, seconds: float = SECONDS):
        """Take rank and size from the process group; `seconds` is its time limit, for messages."""
        self.rank, self.size, self.seconds = dist.get_rank(), dist.get_world_size(), seconds
        self._own_flag, self._any_flag = False, False

    def begin(self, model: nn.Module) -> None:
        """Give each process the weights of the first, and random numbers of its own: another dropout."""
        self._own_flag, self._any_flag = False, False  # nobody has asked this run to stop
        with _talking(self.seconds):
            for tensor in model.state_dict().values():
                dist.broadcast(tensor, 0)
        if self.rank:
            torch.manual_seed(torch.initial_seed() + self.rank)

    def share(self, batches: Any, *, even: bool = False) -> Share:
        """Return this process's rows of batches. Raises as `Share`."""
        return Share(batches, self.rank, self.size, even=even)

    def average(self, gradients: Sequence[torch.Tensor], loss: float) -> float:
        """Put the mean over all processes into each gradient, and return the mean of the losses.

        Everything travels as one long tensor, the flag of `anyone` with it: for networks of this size, one message is
        faster than many.
        """
        pieces = [gradient.flatten() for gradient in gradients]
        flat = torch.cat([*pieces, pieces[0].new_tensor([loss, self._own_flag])])
        with _talking(self.seconds):
            dist.all_reduce(flat)
        flat /= self.size  # the shares are equal, so the mean of their means is the mean of all rows
        *means, last = flat.split([*(len(piece) for piece in pieces), 2])
        for gradient, mean in zip(gradients, means, strict=True):
            gradient.copy_(mean.view_as(gradient))
        loss_mean, flags = last.tolist()
        self._any_flag = flags != 0
        return loss_mean

    def total(self, tally: Tally) -> Tally:
        """Return the sums of all processes' tallies."""
        flat = torch.tensor([tally.loss, tally.hits, tally.count], dtype=torch.float64)  # float32 would lose hits
        with _talking(self.seconds):
            dist.all_reduce(flat)
        loss, hits, count = flat.tolist()
        return Tally(loss, int(hits), int(count))

    def anyone(self, flag: bool) -> bool:
        """Tell whether the flag was up in any of the processes before the last `average`: all learn it at once."""
        self._own_flag = flag
        return self._any_flag

    def alike(self, number: int) -> bool:
        """Tell whether all processes hand over the same number."""
        extremes = torch.tensor([number, -number])
        with _talking(self.seconds):
            dist.all_reduce(extremes, dist.ReduceOp.MAX)
        return bool(extremes[0] == -extremes[1])

    def agree(self, own: Any) -> Any:
        """Return what the first process hands over, in all of them."""
        found = [own]  # torch pickles between processes; nothing of that reaches a file
        with _talking(self.seconds):
            dist.broadcast_object_list(found, 0)
        return found[0]

    def gather(self, own: Any) -> list[Any]:
        """Return, in the first process, what each of the others hands over (a nest of tensors); elsewhere nothing."""
        found: list[Any] = [None] * self.size  # torch pickles between processes; nothing of that reaches a file
        with _talking(self.seconds):
            dist.gather_object(map_tensors(torch.Tensor.cpu, own), found if self.first else None)
        return found[1:] if self.first else []


def _take_device() -> str:
    """Take the GPU of this process's number, where there are any, and return the backend that fits.

    Raises:
        RuntimeError: more processes than GPUs.
    """
    if not torch.cuda.is_available():
        return "gloo"
    local_rank, gpus = int(os.environ.get("LOCAL_RANK", "0")), torch.cuda.device_count()
    if int(os.environ.get("LOCAL_WORLD_SIZE", "1")) > gpus:
        raise RuntimeError(f"each process needs a GPU of its own, and there are {gpus}: start {gpus} processes")
    torch.cuda.set_device(local_rank)
    os.environ.setdefault("TORCH_NCCL_BLOCKING_WAIT", "1")  # an error that can be caught, in place of an abort
    return "cpu:gloo,cuda:nccl"


@contextlib.contextmanager
def _talking(seconds: float) -> Iterator[None]:
    """Say in one line that another process is gone, where torch says it in many."""
    try:
        yield
    except RuntimeError as error:
        text = str(error)
        if "timed out" in text.lower() or "timeout" in text.lower():
            raise ProcessLost(f"another process has been silent for {seconds:g} s") from None
        raise ProcessLost("another process of the run has ended") from None
