"""Which positions a position may look at: itself and a fixed number before it, never a later one."""

import torch


def band_mask(time: int, past: int, block_size: int, device: torch.device | str | None = None) -> torch.Tensor:
    """Return a mask that is True where a position may look.

    Args:
        time: positions that look, at least 1.
        past: positions before the first of them that can be looked at as well.
        block_size: how many positions each one sees at most, itself included.
        device: of the mask.

    Returns: shape (time, past + time). Row t is position past + t; its True entries end on it, and are `block_size`
        many, or as many as there are.
    """
    looking = torch.arange(past, past + time, device=device)[:, None]  # (time, 1)
    looked_at = torch.arange(past + time, device=device)  # (past + time,)
    distance = looking - looked_at  # (time, past + time): 0 is the position itself, below 0 the future
    return (distance >= 0) & (distance < block_size)


def check_mask(mask: torch.Tensor, shape: tuple[int, int]) -> None:
    """Raise ValueError unless a mask is of booleans and can be stretched to `shape`, (queries, keys) in its last two.

    A mask of numbers is refused because two readings of it exist: 1 for "may look", or a number added to the scores.
    """
    if mask.dtype != torch.bool:
        raise ValueError(f"the mask is of {mask.dtype}: it must be of torch.bool, True where a position may look")
    if mask.dim() < 2 or any(own not in (1, due) for own, due in zip(mask.shape[-2:], shape, strict=True)):
        raise ValueError(f"the mask has shape {tuple(mask.shape)}: its last two sizes must be {shape}, (queries, keys)")
