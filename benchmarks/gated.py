"""Vanilla RNN, LSTM and GRU with the same number of parameters, and what the LSTM's forget bias does: lesson 04.

The learning rate of each kind is the best of those that were tried for it. One seed; a difference of 0.01 says nothing.
"""

from collections.abc import Callable, Iterator

import torch
from torch import nn

from benchmarks.figures import show_seconds
from benchmarks.rows import Row
from benchmarks.timing import seconds_of
from helpers.corpora import load_corpus
from helpers.measuring.parameters import count_parameters
from helpers.measuring.recall import recall_by_distance
from helpers.models.gru import CharGRU
from helpers.models.lstm import CharLSTM
from helpers.models.stacked_rnn import StackedRNN
from helpers.text.baselines import measure
from helpers.text.batching import StreamBatches
from helpers.text.splits import Split, make_split
from helpers.training import fit

EMBEDDING_SIZE, BATCH_SIZE, SEQUENCE_LENGTH = 32, 16, 64
SHORT, LONG = 1_500, 10_500  # steps: a lesson's, and seven times as many
FORGET_BIASES = (-1.0, 0.0, 1.0, 2.0)

Make = Callable[[int], nn.Module]


def lstm(hidden_size: int, forget_bias: float) -> Make:
    """Return a maker of an LSTM from the size of a vocabulary."""
    return lambda vocab_size: CharLSTM(vocab_size, EMBEDDING_SIZE, hidden_size, forget_bias=forget_bias)


RNN: Make = lambda vocab_size: StackedRNN(vocab_size, EMBEDDING_SIZE, 256, 1)  # noqa: E731 (one of several makers)
GRU: Make = lambda vocab_size: CharGRU(vocab_size, EMBEDDING_SIZE, 148)  # noqa: E731


def rows(quick: bool) -> Iterator[Row]:
    """Train each once; show its lowest validation loss, and how many quotations it closes after 20 to 79 characters."""
    tales, english = make_split(load_corpus("tales")), make_split(load_corpus("python-docs"), test=0.1)
    runs = [(tales, "tales, vanilla RNN, 256 hidden", RNN, 4e-3, SHORT)]
    runs += [(tales, f"tales, LSTM, 128 hidden, forget bias {b:g}", lstm(128, b), 2e-2, SHORT) for b in FORGET_BIASES]
    runs += [(tales, "tales, GRU, 148 hidden", GRU, 1e-2, SHORT)]
    runs += [(tales, "tales, vanilla RNN, 256 hidden", RNN, 2e-3, LONG)]
    runs += [(tales, f"tales, LSTM, 128 hidden, forget bias {b:g}", lstm(128, b), 1e-2, LONG) for b in (0.0, 1.0)]
    runs += [(tales, "tales, GRU, 148 hidden", GRU, 3e-3, LONG)]
    runs += [(tales, "tales, LSTM, 256 hidden, forget bias 0", lstm(256, 0.0), 5e-3, LONG)]
    runs += [(english, "python-docs, vanilla RNN, 256 hidden", RNN, 3e-3, SHORT)]
    runs += [(english, f"python-docs, LSTM, 128 hidden, forget bias {b:g}", lstm(128, b), 2e-2, SHORT) for b in (0, 1)]
    runs += [(english, "python-docs, GRU, 148 hidden", GRU, 1e-2, SHORT)]
    best_ngrams = {id(split): measure(split.train, split.val).named["best n-gram"] for split in (tales, english)}
    for split, name, make, learning_rate, steps in runs:
        yield train(split, name, make, learning_rate, min(steps, 20) if quick else steps, best_ngrams[id(split)])


def train(split: Split, name: str, make: Make, learning_rate: float, steps: int, best_ngram: float) -> Row:
    """Train one network for some steps, and return its row."""
    torch.manual_seed(1)
    model = make(len(split.vocabulary))
    learning = {"learning_rate": learning_rate, "schedule": "warmup_cosine", "steps": steps, "evaluate_every": steps}
    train_batches = StreamBatches(split.train.tokens, SEQUENCE_LENGTH, batch_size=BATCH_SIZE)
    val_batches = StreamBatches(split.val.tokens, 128, batch_size=16)
    histories = []

    def run():
        histories.append(fit(model, train_batches, val_batches=val_batches, progress=False, **learning))

    seconds = seconds_of(run)
    what = f"{name}, {count_parameters(model):,} parameters, {steps:,} steps"
    closed = _closed_quotations(model, split)
    beside = f"best n-gram {best_ngram:.3f}"
    return Row(what, f"{histories[0].best_val_loss:.3f}", beside, closed, show_seconds(seconds))


def _closed_quotations(model: nn.Module, split: Split) -> str:
    if not split.val.recalls:
        return ""
    (one,) = recall_by_distance(model, split.val, facts=("quotation",), distances=(20, 80))
    return f"{one.accuracy:.0%} of {one.count} closed"
