"""The state of several layers, batch first, and the state of one of them: a tensor each, or a tuple of tensors."""

from typing import Any

import torch

from helpers.nested import map_tensors


def select_layer(state: Any, layer: int, dtype: torch.dtype) -> Any:
    """Return the state of one layer, tensors of shape (batch, hidden), from (batch, num_layers, hidden)."""
    return map_tensors(lambda part: part[:, layer].to(dtype), state)


def stack_layers(states: list[Any]) -> Any:
    """Return the state of all layers, tensors of shape (batch, num_layers, hidden), in memory of its own.

    They are copied where they are parts of something larger, and where there are several to put together.
    """
    if len(states) == 1:
        return map_tensors(_alone, states[0])
    if isinstance(states[0], torch.Tensor):
        return torch.stack(states, dim=1)
    return tuple(torch.stack(parts, dim=1) for parts in zip(*states, strict=True))


def _alone(part: torch.Tensor) -> torch.Tensor:
    part = part[:, None]  # (batch, 1, hidden)
    return part if part.untyped_storage().nbytes() == part.nbytes else part.clone()
