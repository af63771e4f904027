"""Checkpoints: trained weights with their vocabulary and, of a run that goes on, all that it needs to go on."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import torch
from torch import nn

from helpers.checkpoint_files import not_a_checkpoint, read_checkpoint_file, write_checkpoint_file
from helpers.nested import flatten, unflatten
from helpers.vocabulary import Vocabulary

_WEIGHTS = "weights."  # weights have this before their name in the file; tensors of a run have "run."


class Checkpoint(NamedTuple):
    """What a checkpoint holds: `run` is None unless `fit` wrote it."""

    path: Path
    architecture: str
    vocabulary: Vocabulary
    notes: dict[str, Any]
    weights: dict[str, torch.Tensor]
    run: Any


def save_checkpoint(path: str | Path, model: nn.Module, vocabulary: Vocabulary, /, **notes: Any) -> Path:
    """Write weights, vocabulary and notes (anything JSON can hold: epoch, loss, settings), whole or not at all.

    Raises:
        TypeError: a note that JSON cannot hold.
        OSError: the disk refuses; the file that was there before is as it was.
    """
    return write_checkpoint(path, model, vocabulary, notes)


def load_checkpoint(path: str | Path, model: nn.Module, vocabulary: Vocabulary) -> dict[str, Any]:
    """Fill `model` with the weights of a checkpoint and return its notes.

    Raises:
        FileNotFoundError: there is no such file.
        ValueError: the file is no checkpoint of the course, or one of another vocabulary or another model. The model
            is then as it was.
    """
    checkpoint = read_checkpoint(path)
    refuse_another(checkpoint, model, vocabulary)
    model.load_state_dict(checkpoint.weights)
    return checkpoint.notes


def architecture_of(model: nn.Module) -> str:
    """Name the architecture of a model: its attribute `architecture`, or the name of its class.

    Two classes that compute the same from the same weights share checkpoints if they share that attribute.
    """
    return getattr(model, "architecture", type(model).__name__)


def write_checkpoint(
    path: str | Path, model: nn.Module, vocabulary: Vocabulary, notes: Mapping[str, Any], run: Any = None
) -> Path:
    """Write what `read_checkpoint` reads; `run` is a nest of tensors, numbers and text. Raises as `save_checkpoint`."""
    tensors, outline = flatten(run, "run")
    tensors |= {_WEIGHTS + name: tensor for name, tensor in model.state_dict().items()}
    header = {
        "model": architecture_of(model),
        "symbols": vocabulary.symbols,
        "notes": notes,
        "run": outline,
    }
    return write_checkpoint_file(path, tensors, header)


def read_checkpoint(path: str | Path) -> Checkpoint:
    """Read a checkpoint of any model. Raises FileNotFoundError or ValueError as `load_checkpoint`."""
    tensors, header = read_checkpoint_file(path)
    try:
        vocabulary = Vocabulary(header["symbols"])
        weights = {name.removeprefix(_WEIGHTS): tensor for name, tensor in tensors.items() if name.startswith(_WEIGHTS)}
        run = unflatten(header["run"], tensors)
        return Checkpoint(Path(path), header["model"], vocabulary, header["notes"], weights, run)
    except (KeyError, TypeError, ValueError) as error:
        raise not_a_checkpoint(path, error) from None


def refuse_another(checkpoint: Checkpoint, model: nn.Module, vocabulary: Vocabulary) -> None:
    """Raise ValueError, with what differs, unless a checkpoint is one of this model and this vocabulary."""
    path, theirs = checkpoint.path, checkpoint.vocabulary
    if theirs != vocabulary:
        raise ValueError(
            f"{path} was trained on another vocabulary: {len(theirs)} characters {_shorten(theirs)}, "
            f"yours has {len(vocabulary)} {_shorten(vocabulary)}"
        )
    architecture = architecture_of(model)
    if checkpoint.architecture != architecture:
        raise ValueError(f"{path} holds another model: a {checkpoint.architecture}, and yours is a {architecture}")
    own = {name: _form(tensor) for name, tensor in model.state_dict().items()}
    stored = {name: _form(tensor) for name, tensor in checkpoint.weights.items()}
    if own != stored:
        name = min(set(own.items()) ^ set(stored.items()))[0]
        raise ValueError(
            f"{path} holds another model ({architecture}): {name} is {stored.get(name, 'missing')} in the file "
            f"and {own.get(name, 'missing')} in yours"
        )


def _form(tensor: torch.Tensor) -> str:
    return f"{tuple(tensor.shape)} of {str(tensor.dtype).removeprefix('torch.')}"


def _shorten(vocabulary: Vocabulary) -> str:
    symbols = "".join(vocabulary.symbols)
    return repr(symbols if len(symbols) <= 30 else symbols[:29] + "…")
