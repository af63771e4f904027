"""The file of a checkpoint: named tensors, and one JSON header, in one safetensors file.

Nothing is ever unpickled: a file from a stranger can hold wrong numbers, but it cannot run code.
"""

import json
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save

from helpers.files import write_whole

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
