"""Whole settings of a training run by one word: of two minutes, or of the size that is found in books."""

import inspect
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any

import torch
from torch import nn

from helpers.models.architectures import ARCHITECTURES
from helpers.models.attention_lstm import CharAttentionLSTM
from helpers.text.batching import StreamBatches, WindowBatches

OPTIMIZERS = {"adam": torch.optim.Adam, "adamw": torch.optim.AdamW, "adagrad": torch.optim.Adagrad}


@dataclass(frozen=True)
class Preset:
    """What a run is made of: a text, the sizes of a model, the batches, and how long it trains with which optimizer.

    Without a stride the text is walked in streams; with one it is cut into windows that are shuffled. Without an
    embedding size the model reads one-hot vectors. Either `epochs` or `steps` says how long; the other one is None.
    What few presets have, the last fields, stands in the printed form only where it is not as usual.
    """

    architecture: str  # of the model, as checkpoints name it
    corpus: str
    embedding_size: int | None
    hidden_size: int
    num_layers: int
    batch_size: int
    sequence_length: int
    epochs: int | None
    learning_rate: float
    schedule: str
    stride: int | None = None
    dropout: float = 0.0
    forget_bias: float | None = None  # of an LSTM; None is what torch draws, around 0
    clip_norm: float | None = 1.0
    corpus_options: Mapping[str, Any] = field(default_factory=dict)
    steps: int | None = field(default=None, repr=False)
    optimizer: str = field(default="adam", repr=False)
    weight_decay: float = field(default=0.0, repr=False)
    num_heads: int = field(default=1, repr=False)  # of attention
    block_size: int = field(default=256, repr=False)  # of attention: as many characters back as it sees

    def __repr__(self) -> str:
        given = [(one, getattr(self, one.name)) for one in fields(self)]
        shown = [f"{one.name}={value!r}" for one, value in given if one.repr or value != one.default]
        return f"Preset({', '.join(shown)})"

    @property
    def sizes(self) -> dict[str, Any]:
        """The arguments of the model after the size of the vocabulary: those of its settings that it has."""
        names = inspect.signature(ARCHITECTURES[self.architecture]).parameters
        return {name: getattr(self, name) for name in names if hasattr(self, name)}

    def __str__(self) -> str:
        """Return one setting a line; those of attention, and of another optimizer, only where there is one."""
        has_attention = self.architecture == CharAttentionLSTM.architecture
        shown = [one for one in fields(self) if one.repr or has_attention or getattr(self, one.name) != one.default]
        return "\n".join(f"{one.name:16} {getattr(self, one.name)}" for one in shown)

    def make_model(self, vocab_size: int) -> nn.Module:
        """Return a new model of these sizes; its first weights come from torch's global random numbers."""
        return ARCHITECTURES[self.architecture](vocab_size, **self.sizes)

    @property
    def optimization(self) -> dict[str, Any]:
        """The arguments of `fit` that say how it learns; where it is not by Adam, give it `make_optimizer`'s, too."""
        return {name: getattr(self, name) for name in ("learning_rate", "schedule", "clip_norm")}

    def make_optimizer(self, model: nn.Module) -> torch.optim.Optimizer:
        """Return the optimizer for a model, at the learning rate and with the weight decay of these settings."""
        kind = OPTIMIZERS[self.optimizer]
        return kind(model.parameters(), lr=self.learning_rate, weight_decay=self.weight_decay)

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
    "stacked-rnn",
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

_QUICK_RNN = replace(_QUICK, architecture="vanilla-rnn")

# War and Peace as the tutorial trained on it: lower-cased, overlapping windows, Adam at a constant rate.
_WAR_AND_PEACE = Preset(
    "stacked-rnn",
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
    "stacked-rnn",
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

_QUICK_LSTM = Preset(
    "lstm",
    "python-docs",
    embedding_size=32,
    hidden_size=192,
    num_layers=1,
    dropout=0.1,
    batch_size=16,
    sequence_length=64,
    epochs=4,
    learning_rate=1e-2,
    schedule="warmup_cosine",
    clip_norm=5.0,
)

_QUICK_GRU = replace(_QUICK_LSTM, architecture="gru")

_QUICK_ATTENTION = replace(_QUICK_LSTM, architecture="attention-lstm", num_heads=4, block_size=128)

# The most copied character model: one-hot vectors, two layers of 512, half of the states dropped out.
_ANNA_KARENINA = Preset(
    "lstm",
    "anna-karenina",
    embedding_size=None,
    hidden_size=512,
    num_layers=2,
    dropout=0.5,
    batch_size=64,
    sequence_length=100,
    epochs=20,
    learning_rate=1e-3,
    schedule="constant",
    clip_norm=5.0,
)

_ANNA_KARENINA_GRU = replace(_ANNA_KARENINA, architecture="gru")

# The hundred-line network: one-hot vectors, one stream, Adagrad. There, each number of the gradient is clipped at 5;
# here, the norm of all together, as everywhere in the course. There the loss is a sum over the 25 characters and here
# their mean, which Adagrad does not notice: it divides each step by the size of the gradients so far.
_TINY_SHAKESPEARE = Preset(
    "vanilla-rnn",
    "tinyshakespeare",
    embedding_size=None,
    hidden_size=100,
    num_layers=1,
    batch_size=1,
    sequence_length=25,
    epochs=10,
    learning_rate=0.1,
    schedule="constant",
    clip_norm=5.0,
    optimizer="adagrad",
)

# An LSTM that looks back over 256 characters of Pushkin.
_PUSHKIN = Preset(
    "attention-lstm",
    "pushkin",
    embedding_size=384,
    hidden_size=384,
    num_layers=1,
    dropout=0.2,
    batch_size=64,
    sequence_length=256,
    epochs=None,
    steps=5_000,
    learning_rate=3e-4,
    schedule="constant",
    optimizer="adamw",
    weight_decay=0.01,
    num_heads=6,
    block_size=256,
)

_PRESETS = {
    "quick": [_QUICK, _QUICK_LSTM, _QUICK_RNN, _QUICK_GRU, _QUICK_ATTENTION],
    "full": [_WAR_AND_PEACE, _WIKITEXT, _ANNA_KARENINA, _TINY_SHAKESPEARE, _PUSHKIN, _ANNA_KARENINA_GRU],
}
PRESET_NAMES = [*_PRESETS, *dict.fromkeys(one.corpus for one in _PRESETS["full"])]


def preset(name: str = "quick", corpus: str | None = None, *, architecture: str | None = None) -> Preset:
    """Return settings by name: the first that fit all that is asked for.

    Args:
        name: "quick" trains for about a minute on a processor, "full" for hours, or on a GPU.
        corpus: of "full" there are "war-and-peace", "wikitext-2", "anna-karenina", "tinyshakespeare" and "pushkin";
            "quick" is "python-docs".
        architecture: "vanilla-rnn", "stacked-rnn", "lstm", "gru" or "attention-lstm".

    Raises:
        ValueError: there are no such settings; the message says which there are.
    """
    if name not in _PRESETS:
        raise ValueError(f"there is no preset {name!r}: take {' or '.join(map(repr, _PRESETS))}")
    for one in _PRESETS[name]:
        if corpus in (None, one.corpus) and architecture in (None, one.architecture):
            return one
    found = " or ".join(f"{one.corpus!r} with {one.architecture!r}" for one in _PRESETS[name])
    wanted = " with ".join(repr(word) for word in (corpus, architecture) if word is not None)
    raise ValueError(f"the preset {name!r} is made for {found}, not for {wanted}")
