"""The program that lesson 07 starts in one process and in two: 50 steps, and the loss of each."""

import json
import sys
import tempfile
from pathlib import Path

import torch

from helpers import distributed
from helpers.corpora import load_corpus
from helpers.distributed.launch import launch
from helpers.ground.files import write_whole
from helpers.models.stacked_rnn import StackedRNN
from helpers.text.batching import StreamBatches
from helpers.text.splits import make_split
from helpers.training import fit


def train(file: str) -> None:
    """Train on tales, in all processes together; the first one writes the losses to a file."""
    torch.set_num_threads(1)
    tales = make_split(load_corpus("tales", length=30_000))
    batches = StreamBatches(tales.train.tokens, 25, batch_size=8)  # the whole batch, in each process
    with distributed.join() as processes:
        torch.manual_seed(5)
        model = StackedRNN(len(tales.vocabulary), 16, 32, 2)
        history = fit(model, batches, steps=50, evaluate_every=1, progress=False, processes=processes)
        if processes.first:
            write_whole(file, json.dumps(history.train_loss))


def losses_with(processes: int, seconds: float = 120.0) -> list[float]:
    """Train in so many processes, a single one being this one; return the loss of each step. Raises as `launch`."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "losses.json"
        if processes == 1:
            train(str(file))
        else:
            launch("helpers.distributed.demo", str(file), processes=processes, seconds=seconds)
        return json.loads(file.read_text(encoding="utf-8"))


if __name__ == "__main__":
    train(sys.argv[1])
