"""What every model expects of its tokens and of its state, refused in one line where they are something else."""

import torch


def check_tokens(tokens: torch.Tensor, vocab_size: int) -> None:
    """Hold tokens to be ids of the vocabulary, of shape (batch, time), both at least 1.

    The ids themselves are looked at on the CPU only: elsewhere that would stop the device at every batch.

    Raises:
        ValueError: another type or shape.
        IndexError: an id outside the vocabulary; `nn.Embedding` raises the same, and does not say which id.
    """
    if tokens.dtype not in (torch.int64, torch.int32):
        raise ValueError(f"the tokens are of {tokens.dtype}: they must be ids, of torch.int64 (or torch.int32)")
    if tokens.dim() != 2 or not tokens.numel():
        raise ValueError(
            f"the tokens have shape {tuple(tokens.shape)}: it must be (batch, time), both at least 1 "
            "(a single sequence is tokens[None])"
        )
    if tokens.device.type == "cpu":
        low, high = (id.item() for id in tokens.aminmax())
        if low < 0 or high >= vocab_size:
            wrong = low if low < 0 else high
            raise IndexError(f"the tokens hold {wrong}: the vocabulary of this model has the ids 0 to {vocab_size - 1}")


def check_state(state: torch.Tensor, shape: tuple[int, ...]) -> None:
    """Raise ValueError unless the state has the shape that this batch needs."""
    if state.shape != shape:
        raise ValueError(f"the state has shape {tuple(state.shape)}, for this batch it must be {shape}")
