"""Nests of tensors, such as a model's state or an optimizer's: go through one, or take it apart for a file.

A state is what a model carries from one stretch of text to the next: a tensor, a nest of tensors, or None.
"""

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


def detach(state: Any) -> Any:
    """Copy a state without its history, so that no gradient flows back into the stretch of text before.

    The copy lies in memory of its own, so the large tensor that a state is often a view of can be given back. Its
    layout is then also the one that a stored state has, and a resumed run computes the same bits.
    """
    return map_tensors(lambda tensor: tensor.detach().clone(memory_format=torch.contiguous_format), state)


def to_device(state: Any, device: torch.device | str) -> Any:
    """Move a state to a device."""
    return map_tensors(lambda tensor: tensor.to(device), state)


def select_rows(state: Any, rows: int | slice | list[int] | torch.Tensor, *, dim: int = 0) -> Any:
    """Take some texts out of a state for a batch of texts; the batch dimension stays, also for a single one.

    Args:
        state: of a batch.
        rows: one row, a slice, or indices in any order, also repeated ones.
        dim: the batch dimension of each tensor: 0, or 1 for the states of `nn.RNN` and `nn.LSTM`.
    """

    def select(tensor: torch.Tensor) -> torch.Tensor:
        count = tensor.shape[dim]
        chosen = torch.arange(count)[rows].to(tensor.device)  # counts negative indices from the end, refuses others
        return tensor.index_select(dim, chosen)

    return map_tensors(select, state)
