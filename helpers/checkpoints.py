"""Trained weights on disk: one safetensors file whose header carries the vocabulary and settings as JSON.

Nothing is ever unpickled: a file from a stranger can hold wrong numbers, but it cannot run code.
"""

import json
from pathlib import Path
from typing import Any, NamedTuple

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import nn

from helpers.files import write_whole
from helpers.vocabulary import Vocabulary

_KEY = "course"  # one header key: safetensors does not keep the order of several


def save_checkpoint(path: str | Path, model: nn.Module, vocabulary: Vocabulary, /, **notes: Any) -> Path:
    """Write weights, vocabulary and notes (anything JSON can hold: epoch, loss, settings), whole or not at all."""
    tensors = {name: tensor.detach().cpu().contiguous().clone() for name, tensor in model.state_dict().items()}
    header = {"model": type(model).__name__, "symbols": vocabulary.symbols, "notes": notes}
    return write_whole(path, save(tensors, metadata={_KEY: json.dumps(header)}))


def load_checkpoint(path: str | Path, model: nn.Module, vocabulary: Vocabulary) -> dict[str, Any]:
    """Fill `model` with the weights of a checkpoint and return its notes.

    Raises:
        FileNotFoundError: there is no such file.
        ValueError: the file is no checkpoint of the course, or one of another vocabulary or another model. The model
            is then as it was.
    """
    tensors, header = _read(Path(path))
    theirs = header.vocabulary
    if theirs != vocabulary:
        raise ValueError(
            f"{path} was trained on another vocabulary: {len(theirs)} characters {_shorten(theirs)}, "
            f"yours has {len(vocabulary)} {_shorten(vocabulary)}"
        )
    if header.model != type(model).__name__:
        raise ValueError(f"{path} holds another model: a {header.model}, and yours is a {type(model).__name__}")
    own = {name: _form(tensor) for name, tensor in model.state_dict().items()}
    stored = {name: _form(tensor) for name, tensor in tensors.items()}
    if own != stored:
        name = min(set(own.items()) ^ set(stored.items()))[0]
        raise ValueError(
            f"{path} holds another model ({header.model}): {name} is {stored.get(name, 'missing')} in the file "
            f"and {own.get(name, 'missing')} in yours"
        )
    model.load_state_dict(tensors)
    return header.notes


class _Header(NamedTuple):
    model: str
    vocabulary: Vocabulary
    notes: dict[str, Any]


def _form(tensor: torch.Tensor) -> str:
    return f"{tuple(tensor.shape)} of {str(tensor.dtype).removeprefix('torch.')}"


def _read(path: Path) -> tuple[dict[str, torch.Tensor], _Header]:
    if not path.exists():
        raise FileNotFoundError(f"there is no checkpoint {path}: train the model first, or look at the path")
    try:
        with safe_open(path, framework="pt") as file:
            stored = json.loads((file.metadata() or {})[_KEY])
            header = _Header(stored["model"], Vocabulary(stored["symbols"]), stored["notes"])
            return {name: file.get_tensor(name) for name in file.keys()}, header  # noqa: SIM118 (not a dict)
    except (SafetensorError, KeyError, ValueError, TypeError, OSError) as error:
        raise ValueError(f"{path} is no checkpoint of this course, or only a part of one: {error}") from None


def _shorten(vocabulary: Vocabulary) -> str:
    symbols = "".join(vocabulary.symbols)
    return repr(symbols if len(symbols) <= 30 else symbols[:29] + "…")
