"""How far a stack comes on tales after longer training than a lesson has time for, beside what counting reaches."""

from collections.abc import Iterator

import torch

from benchmarks.figures import show_seconds
from benchmarks.rows import Row
from benchmarks.timing import seconds_of
from helpers.corpora import load_corpus
from helpers.models.stacked_rnn import StackedRNN
from helpers.text.baselines import measure
from helpers.text.batching import StreamBatches
from helpers.text.splits import Split, make_split
from helpers.training import History, fit

CORPUS, HIDDEN_SIZE, NUM_LAYERS, DROPOUT, EPOCHS = "tales", 256, 1, 0.0, 12
QUICK_STEPS = 20


def rows(quick: bool) -> Iterator[Row]:
    """Train once, and show the lowest validation loss beside that of the best n-gram."""
    split = make_split(load_corpus(CORPUS))
    best_ngram = measure(split.train, split.val).named["best n-gram"]
    histories = []
    seconds = seconds_of(lambda: histories.append(train(split, quick)))
    what = f"{CORPUS}, {HIDDEN_SIZE} hidden, {NUM_LAYERS} layers, dropout {DROPOUT}, {EPOCHS} epochs"
    yield Row(what, f"{histories[0].best_val_loss:.3f}", f"best n-gram {best_ngram:.3f}", "", show_seconds(seconds))


def train(split: Split, quick: bool) -> History:
    """Train a stack for all epochs, or if quick for a few steps."""
    torch.manual_seed(1)
    model = StackedRNN(len(split.vocabulary), 32, HIDDEN_SIZE, NUM_LAYERS, DROPOUT)
    batches = StreamBatches(split.train.tokens, 64, batch_size=32)
    val_batches = StreamBatches(split.val.tokens, 128, batch_size=16)
    length = {"steps": QUICK_STEPS} if quick else {"epochs": EPOCHS}
    learning = {"learning_rate": 3e-3, "schedule": "warmup_cosine"}
    return fit(model, batches, val_batches=val_batches, progress=False, **length, **learning)
