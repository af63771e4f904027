"""Nests of tensors, such as a model's state or an optimizer's: go through one, or take it apart for a file."""

from collections.abc import Callable
from typing import Any

import torch

_PLAIN = (type(None), bool, int, float, str)


def map_tensors(function: Callable[[torch.Tensor], Any], nest: Any) -> Any:
    """Return the same nest of tuples, lists and dicts with `function` applied to each tensor, all else as it is."""
    if isinstance(nest, torch.Tensor):
        return function(nest)
    if isinstance(nest, dict):
        return {key: map_tensors(function, value) for key, value in nest.items()}
    if isinstance(nest, (list, tuple)):
        values = [map_tensors(function, value) for value in nest]
        return type(nest)(*values) if hasattr(nest, "_fields") else type(nest)(values)
    return nest


def flatten(nest: Any, name: str) -> tuple[dict[str, torch.Tensor], Any]:
    """Take a nest apart into tensors, each named after its place, and an outline of all else that JSON can hold.

    `unflatten` puts both together again. Keys that are no text and tuples are kept as what they are.

    Raises:
        ValueError: something that is no tensor, tuple, list, dict, number or text; the message says where.
    """
    tensors: dict[str, torch.Tensor] = {}
    return tensors, _outline(nest, name, tensors)


def _outline(nest: Any, name: str, tensors: dict[str, torch.Tensor]) -> Any:
    if isinstance(nest, torch.Tensor):
        tensors[name] = nest
        return {"tensor": name}
    if type(nest) in _PLAIN:
        return nest
    if type(nest) in (list, tuple):
        values = [_outline(value, f"{name}.{place}", tensors) for place, value in enumerate(nest)]
        return values if type(nest) is list else {"tuple": values}
    if isinstance(nest, dict) and all(type(key) in _PLAIN for key in nest):
        return {"dict": [[key, _outline(value, f"{name}.{key}", tensors)] for key, value in nest.items()]}
    raise ValueError(
        f"{name} is a {type(nest).__name__}, which a checkpoint cannot hold: "
        "use tensors, numbers and text in tuples, lists and dicts"
    )


def unflatten(outline: Any, tensors: dict[str, torch.Tensor]) -> Any:
    """Put a nest together again that `flatten` took apart. Raises KeyError, ValueError or TypeError for other input."""
    if isinstance(outline, list):
        return [unflatten(value, tensors) for value in outline]
    if not isinstance(outline, dict):
        return outline
    [(kind, content)] = outline.items()
    if kind == "tensor":
        return tensors[content]
    if kind == "tuple":
        return tuple(unflatten(value, tensors) for value in content)
    if kind == "dict":
        return {key: unflatten(value, tensors) for key, value in content}
    raise ValueError(f"an outline has no {kind!r}")
