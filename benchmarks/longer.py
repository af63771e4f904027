"""How far a stack comes on tales after longer training than a lesson has time for, beside what counting reaches."""

from collections.abc import Iterator

import torch

from benchmarks.figures import show_seconds
from benchmarks.rows import Row
from benchmarks.timing import seconds_of
from helpers.baselines import measure
from helpers.batching import StreamBatches
from helpers.corpora import load_corpus
from helpers.models.stacked_rnn import StackedRNN
from helpers.splits import make_split
from helpers.training import fit

RUNS = [("tales", 256, 1, 0.0, 12)]  # text, hidden size, layers, dropout, epochs


def rows(quick: bool) -> Iterator[Row]:
    """Train each once, and show its lowest validation loss beside that of the best n-gram."""
    for name, hidden_size, num_layers, dropout, epochs in RUNS:
        split = make_split(load_corpus(name))
        best_ngram = measure(split.train, split.val).named["best n-gram"]
        torch.manual_seed(1)
        model = StackedRNN(len(split.vocabulary), 32, hidden_size, num_layers, dropout)
        batches = StreamBatches(split.train.tokens, 64, batch_size=32)
        val_batches = StreamBatches(split.val.tokens, 128, batch_size=16)
        histories = []

        def run(model=model, batches=batches, val_batches=val_batches, epochs=epochs, histories=histories):
            length = {"steps": 20} if quick else {"epochs": epochs}
            learning = {"learning_rate": 3e-3, "schedule": "warmup_cosine"}
            histories.append(fit(model, batches, val_batches=val_batches, progress=False, **length, **learning))

        seconds = seconds_of(run)
        loss = histories[0].best_val_loss
        what = f"{name}, {hidden_size} hidden, {num_layers} layers, dropout {dropout}, {epochs} epochs"
        yield Row(what, f"{loss:.3f}", f"best n-gram {best_ngram:.3f}", "", show_seconds(seconds))
