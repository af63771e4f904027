"""Whole settings of a training run by one word: of two minutes, or of the size that is found in books."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import torch

from helpers.batching import StreamBatches, WindowBatches


@dataclass(frozen=True)
class Preset:
    """What a run is made of: a text, the sizes of a model, the batches, and how long it trains with which optimizer.

    Without a stride the text is walked in streams; with one it is cut into windows that are shuffled.
    """

    corpus: str
    embedding_size: int
    hidden_size: int
    num_layers: int
    batch_size: int
    sequence_length: int
    epochs: int
    learning_rate: float
    schedule: str
    stride: int | None = None
    dropout: float = 0.0
    clip_norm: float | None = 1.0
    corpus_options: Mapping[str, Any] = field(default_factory=dict)

    @property
    def sizes(self) -> dict[str, Any]:
        """The arguments of `StackedRNN` after the size of the vocabulary."""
        names = ("embedding_size", "hidden_size", "num_layers", "dropout")
        return {name: getattr(self, name) for name in names}

    @property
    def optimization(self) -> dict[str, Any]:
        """The arguments of `fit` that say how it learns."""
        return {name: getattr(self, name) for name in ("learning_rate", "schedule", "clip_norm")}

    def make_batches(self, tokens: torch.Tensor, *, seed: int = 0) -> StreamBatches | WindowBatches:
        """Cut tokens of shape (length,) into training batches; `seed` draws the order of windows."""
        if self.stride is None:
            return StreamBatches(tokens, self.sequence_length, batch_size=self.batch_size)
        generator = torch.Generator().manual_seed(seed)
        return WindowBatches(
            tokens,
            self.sequence_length,
            batch_size=self.batch_size,
            stride=self.stride,
            shuffle=True,
            generator=generator,
        )


_QUICK = Preset(
    "python-docs",
    embedding_size=32,
    hidden_size=448,
    num_layers=1,
    batch_size=32,
    sequence_length=64,
    epochs=4,
    learning_rate=3e-3,
    schedule="warmup_cosine",
)

# War and Peace as the tutorial trained on it: lower-cased, overlapping windows, Adam at a constant rate.
_WAR_AND_PEACE = Preset(
    "war-and-peace",
    corpus_options={"lower": True},
    embedding_size=30,
    hidden_size=500,
    num_layers=1,
    batch_size=64,
    sequence_length=100,
    stride=10,
    epochs=10,
    learning_rate=1e-3,
    schedule="constant",
)

_WIKITEXT = Preset(
    "wikitext-2",
    embedding_size=64,
    hidden_size=512,
    num_layers=2,
    dropout=0.1,
    batch_size=64,
    sequence_length=100,
    epochs=10,
    learning_rate=1e-3,
    schedule="warmup_cosine",
)

_PRESETS = {"quick": [_QUICK], "full": [_WAR_AND_PEACE, _WIKITEXT]}


def preset(name: str = "quick", corpus: str | None = None) -> Preset:
    """Return settings by name.

    Args:
        name: "quick" trains for about a minute on a processor, "full" for hours, or on a GPU.
        corpus: which of that name: of "full" there is "war-and-peace", taken if nothing is said, and "wikitext-2".

    Raises:
        ValueError: there are no such settings; the message says which there are.
    """
    if name not in _PRESETS:
        raise ValueError(f"there is no preset {name!r}: take {' or '.join(map(repr, _PRESETS))}")
    found = {one.corpus: one for one in _PRESETS[name]}
    corpus = next(iter(found)) if corpus is None else corpus
    if corpus not in found:
        raise ValueError(f"the preset {name!r} is made for {' or '.join(map(repr, found))}, not for {corpus!r}")
    return found[corpus]
