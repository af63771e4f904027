"""What a model carries from one stretch of text to the next: a tensor, a nest of tensors, or None."""

from typing import Any

import torch

from helpers.nested import map_tensors


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
