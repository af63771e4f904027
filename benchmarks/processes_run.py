"""The program that `benchmarks.processes` starts: `NAME STEPS THREADS FILE`, in one process or in several."""

import json
import sys
import time
from pathlib import Path
from statistics import median

import torch
from torch import nn

from helpers import distributed
from helpers.measuring.parameters import count_parameters
from helpers.models.lstm import CharLSTM
from helpers.models.stacked_rnn import StackedRNN
from helpers.text.batching import StreamBatches
from helpers.training import fit
from helpers.training.processes import Processes

VOCAB_SIZE, WARM_UP, EXCHANGES = 80, 5, 30
# by name: the model, the rows of the whole batch, and the characters of a row
SIZES = {
    "a small RNN": (lambda: StackedRNN(VOCAB_SIZE, 16, 64, 1), 8, 25),
    "the RNN of lesson 03": (lambda: StackedRNN(VOCAB_SIZE, 32, 448, 1), 32, 64),
    "an LSTM of 2 × 256": (lambda: CharLSTM(VOCAB_SIZE, 32, 256, 2), 64, 64),
}


def main(name: str, steps: int, threads: int, file: Path) -> None:
    """Train some steps with `fit`, and let the first process write what a step took, and the exchange in it."""
    make, rows, length = SIZES[name]
    torch.manual_seed(0)
    tokens = torch.randint(VOCAB_SIZE, (rows * length * (steps + WARM_UP) + 1,))
    batches = StreamBatches(tokens, length, batch_size=rows)
    with distributed.join() as processes:
        torch.set_num_threads(threads)
        model = make()
        fit(model, batches, steps=WARM_UP, progress=False, processes=processes)
        start = time.perf_counter()
        fit(model, batches, steps=steps, progress=False, processes=processes)
        seconds = (time.perf_counter() - start) / steps
        exchange = _seconds_of_exchange(model, processes)
        if processes.first:
            figures = {"step": seconds, "exchange": exchange, "bytes": 4 * count_parameters(model)}
            file.write_text(json.dumps(figures), encoding="utf-8")


def _seconds_of_exchange(model: nn.Module, processes: Processes) -> float:
    """Return the median seconds in which the processes average gradients of the model's size."""
    gradients, seconds = [torch.zeros_like(parameter) for parameter in model.parameters()], []
    for _ in range(EXCHANGES):
        start = time.perf_counter()
        processes.average(gradients, 0.0)
        seconds.append(time.perf_counter() - start)
    return median(seconds)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), Path(sys.argv[4]))
