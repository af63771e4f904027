"""What each hyperparameter does: a small stack on tales, with one setting changed at a time.

Every run reads the same number of characters, so a shorter sequence or a smaller batch takes more steps. The losses are
those of one seed; a difference of 0.01 says nothing.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import torch

from benchmarks.figures import show_seconds
from benchmarks.rows import Row
from benchmarks.timing import seconds_of
from helpers.corpora import load_corpus
from helpers.models.stacked_rnn import StackedRNN
from helpers.text.batching import StreamBatches
from helpers.text.splits import Split, make_split
from helpers.training import evaluate, fit

CHARACTERS, QUICK_CHARACTERS = 600_000, 20_000  # that a run reads


@dataclass(frozen=True)
class Settings:
    """What a run is made of; the values are those that the others are compared with."""

    hidden_size: int = 128
    num_layers: int = 1
    learning_rate: float = 1e-2
    schedule: str = "warmup_cosine"
    clip_norm: float | None = 1.0
    sequence_length: int = 64
    batch_size: int = 32
    dropout: float = 0.0


VARIATIONS: list[tuple[str, list[Any]]] = [
    ("hidden_size", [64, 256, 512]),
    ("num_layers", [2, 3]),
    ("learning_rate", [1e-3, 3e-3, 3e-2, 1e-1]),
    ("schedule", ["constant"]),
    ("clip_norm", [None, 0.1]),
    ("sequence_length", [16, 256]),
    ("batch_size", [8, 128]),
    ("dropout", [0.1, 0.3]),
]


def rows(quick: bool) -> Iterator[Row]:
    """Train each variation once, and show its validation loss beside that of the usual settings."""
    split = make_split(load_corpus("tales"))
    characters = QUICK_CHARACTERS if quick else CHARACTERS
    usual, seconds = train(split, Settings(), characters)
    yield Row("the usual settings", f"{usual:.3f}", "", "", show_seconds(seconds))
    for name, values in VARIATIONS:
        for value in values:
            loss, seconds = train(split, replace(Settings(), **{name: value}), characters)
            beside = f"usual {usual:.3f} ({loss - usual:+.3f})"
            yield Row(f"{name} {value}", f"{loss:.3f}", beside, "", show_seconds(seconds))


def train(split: Split, settings: Settings, characters: int) -> tuple[float, float]:
    """Return the validation loss in nats per character after reading so many characters, and the seconds it took."""
    torch.manual_seed(1)
    sizes = (settings.hidden_size, settings.num_layers, settings.dropout)
    model = StackedRNN(len(split.vocabulary), 32, *sizes)
    batches = StreamBatches(split.train.tokens, settings.sequence_length, batch_size=settings.batch_size)
    learning = {name: getattr(settings, name) for name in ("learning_rate", "schedule", "clip_norm")}
    steps = characters // (settings.batch_size * settings.sequence_length)
    seconds = seconds_of(lambda: fit(model, batches, steps=steps, progress=False, **learning))
    return evaluate(model, StreamBatches(split.val.tokens, 128, batch_size=16)).loss, seconds
