"""What a run is put together from: a text that is as it was, a model, batches and an optimizer."""

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import torch
from torch import nn

from helpers.command_line.hardware import place
from helpers.command_line.run_settings import RunSettings
from helpers.corpora import REGISTRY, Corpus, load_corpus
from helpers.ground.device import device_of, send
from helpers.ground.vocabulary import Vocabulary
from helpers.text.batching import StreamBatches, WindowBatches
from helpers.text.splits import Split

_VAL_LENGTH, _VAL_ROWS = 128, 64  # of the batches for validation; short texts have fewer rows


class Parts(NamedTuple):
    """All that `fit` needs, but for how long."""

    model: nn.Module
    vocabulary: Vocabulary
    train_batches: StreamBatches | WindowBatches
    val_batches: StreamBatches | None
    optimizer: torch.optim.Optimizer
    optimization: Mapping[str, Any]  # keyword arguments of `fit` that say how it learns


def load_text(settings: RunSettings) -> Corpus:
    """Load the text of a run.

    Raises:
        OSError, ValueError: as `load_corpus`; ValueError, too, if the text is not the one that the run began with.
    """
    corpus = load_corpus(settings.text, lower=settings.lower)
    found, known = len(corpus.text), settings.characters
    if known is not None and (found, checksum_of(corpus.text)) != (known, settings.checksum):
        counts = f"it had {known:,} characters and has {found:,} now" if found != known else "some characters differ"
        raise ValueError(
            f"{settings.text} has changed since this run began ({counts}): bring the old text back, or start a new run"
        )
    return corpus


def checksum_of(text: str) -> str:
    """Return a short checksum of a text."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def full_name(text: str) -> str:
    """Return the whole path of a file, so that a run can be gone on with from another folder; else the text's name."""
    path = Path(text).expanduser()
    return str(path.resolve()) if text not in REGISTRY and path.is_file() else text


def make_parts(settings: RunSettings, split: Split) -> Parts:
    """Make everything anew from the seed: the same settings give the same first weights and the same order.

    On a GPU the text lies there whole (a novel is some megabytes), so that no batch has to be carried over.
    """
    recipe = settings.recipe
    torch.manual_seed(settings.seed)
    model = place(recipe.make_model(len(split.vocabulary)), settings)
    device = device_of(model)
    train_batches = recipe.make_batches(send(split.train.tokens, device), seed=settings.seed)
    val_batches = make_val_batches(send(split.val.tokens, device)) if settings.validation or len(split.val) else None
    optimizer = recipe.make_optimizer(model)
    return Parts(model, split.vocabulary, train_batches, val_batches, optimizer, recipe.optimization)


def make_val_batches(tokens: torch.Tensor) -> StreamBatches:
    """Cut tokens of shape (length,) into streams: many for speed, and each so long that its cold start hardly counts.

    Raises:
        ValueError: fewer than two tokens.
    """
    if len(tokens) < 2:
        raise ValueError(f"{len(tokens)} characters are too few to validate with: give a longer text")
    length = min(_VAL_LENGTH, len(tokens) - 1)
    rows = max(1, min(_VAL_ROWS, len(tokens) // (32 * length)))
    return StreamBatches(tokens, length, batch_size=rows)
