"""Checkpoints: trained weights with their vocabulary and, of a run that goes on, all that it needs to go on."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import nn

from helpers.ground.files import write_whole
from helpers.ground.nested import flatten, unflatten
from helpers.ground.vocabulary import Vocabulary

VERSION = 2
_KEY = "course"  # one header key: safetensors does not keep the order of several
_ZIP, _PICKLE = b"PK\x03\x04", b"\x80"  # how files of torch.save begin, those of today and of old


def write_checkpoint_file(path: str | Path, tensors: dict[str, torch.Tensor], header: dict[str, Any]) -> Path:
    """Write tensors and header whole or not at all.

    Raises:
        TypeError: the header holds something that JSON cannot.
        OSError: the disk refuses; the message says what could not be written and how large it is. The file that was
            there before is as it was.
    """
    text = json.dumps({"version": VERSION} | header)
    own = {name: tensor.detach().cpu().contiguous().clone() for name, tensor in tensors.items()}
    data = save(own, metadata={_KEY: text})
    try:
        return write_whole(path, data)
    except OSError as error:
        line = f"checkpoint of {len(data):,} bytes not written, the one before is as it was: {error.strerror or error}"
        raise type(error)(error.errno, line, str(path)) from None


def read_checkpoint_file(path: str | Path) -> tuple[dict[str, torch.Tensor], dict[str, Any]]:
    """Read tensors and header.

    Raises:
        FileNotFoundError: there is no such file.
        ValueError: the file is no checkpoint of the course, is cut short, can run code, or has another version.
    """
    path = Path(path)
    if not path.exists():
        raise FileNotFoundError(f"there is no checkpoint {path}: train the model first, or look at the path")
    try:
        _refuse_pickle(path)
        with safe_open(path, framework="pt") as file:
            header = _read_header(path, file)
            # clones: the tensors of an open file may lie at odd addresses, where sums can round differently
            return {name: file.get_tensor(name).clone() for name in file.keys()}, header  # noqa: SIM118 (not a dict)
    except (SafetensorError, KeyError, TypeError, OSError, json.JSONDecodeError) as error:
        raise not_a_checkpoint(path, error) from None


def not_a_checkpoint(path: str | Path, reason: object) -> ValueError:
    """Return the error for a file that is something else than a checkpoint, or damaged."""
    return ValueError(f"{path} is no checkpoint of this course, or only a part of one: {reason}")


def _refuse_pickle(path: Path) -> None:
    with path.open("rb") as file:
        start = file.read(9)
    if start[8:9] == b"{":  # safetensors: eight bytes for the header's length, then the header
        return
    if start.startswith((_ZIP, _PICKLE)):
        raise ValueError(
            f"{path} is no checkpoint of this course but a pickle, as torch.save writes it: it was not opened, because "
            "loading one can run any code; save the weights with save_checkpoint"
        )


def _read_header(path: Path, file: Any) -> dict[str, Any]:
    header = json.loads((file.metadata() or {})[_KEY])
    if not isinstance(header, dict):
        raise not_a_checkpoint(path, "its header is another one")
    version = header.get("version")
    if version == VERSION:
        return header
    if isinstance(version, int) and version > VERSION:
        raise ValueError(
            f"{path} was written by a newer version of the course (format {version}, this one reads {VERSION}): "
            "update the course"
        )
    if set(header) == {"model", "symbols", "notes"}:  # format 1 did not say so
        raise ValueError(f"{path} was written by an older version of the course: train the model again")
    raise not_a_checkpoint(path, "its header is another one")


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
