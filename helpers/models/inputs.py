"""What every model expects of its tokens and of its state, refused in one line where they are something else."""

import torch


def check_tokens(tokens: torch.Tensor, vocab_size: int) -> None:
    """Hold tokens to be ids of the vocabulary, of shape (batch, time), both at least 1.

    The ids themselves are looked at on the CPU only, and not in compiled code: elsewhere that would stop the device at
    every batch, and a compiled model at this place.

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
    if tokens.device.type == "cpu" and not torch.compiler.is_compiling():
        low, high = (id.item() for id in tokens.aminmax())
        if low < 0 or high >= vocab_size:
            wrong = low if low < 0 else high
            raise IndexError(f"the tokens hold {wrong}: the vocabulary of this model has the ids 0 to {vocab_size - 1}")


def check_sizes(**sizes: int) -> None:
    """Raise ValueError unless each size is at least 1."""
    for name, size in sizes.items():
        if size < 1:
            raise ValueError(f"{name} must be at least 1, not {size}")


def check_state(state: torch.Tensor, shape: tuple[int, ...], name: str = "state") -> None:
    """Raise ValueError unless the state is a tensor of the shape that this batch needs.

    Args:
        state: what the caller gave.
        shape: (batch, hidden) or (batch, num_layers, hidden).
        name: what the message calls it.
    """
    if not isinstance(state, torch.Tensor):
        raise ValueError(
            f"the {name} is a {type(state).__name__}, it must be one tensor of shape {shape} (a pair is what an LSTM "
            "carries): give the state that this model returned, or state=None to start anew"
        )
    if state.shape != shape:
        given = tuple(state.shape)
        raise ValueError(f"the {name} has shape {given}, for this batch it must be {shape}: {_advise(given, shape)}")


def check_pair(state: tuple[torch.Tensor, torch.Tensor], shape: tuple[int, ...]) -> None:
    """Raise ValueError unless the state is a pair (hidden state, cell state), both of the shape this batch needs."""
    if not isinstance(state, (tuple, list)) or len(state) != 2:
        kind = f"{type(state).__name__} of {len(state)}" if isinstance(state, (tuple, list)) else type(state).__name__
        raise ValueError(
            f"the state is a {kind}, it must be the tuple (hidden, cell) of two tensors of shape {shape}: "
            "give the state that this model returned, or state=None to start anew"
        )
    for name, part in zip(("hidden state", "cell state"), state, strict=True):
        check_state(part, shape, name)


def _advise(given: tuple[int, ...], wanted: tuple[int, ...]) -> str:
    """Say what to do about a state of the wrong shape."""
    if given[1:] == wanted[1:]:
        return (
            f"it is of a batch of {given[0]} and the tokens are of one of {wanted[0]}, so start anew with state=None, "
            "or take rows out of it with helpers.ground.nested.select_rows"
        )
    if len(given) == len(wanted) == 3:
        if given == (wanted[1], wanted[0], wanted[2]):
            return "it lies as torch has it, (num_layers, batch, hidden); state.transpose(0, 1) turns it"
        if (given[0], given[2]) == (wanted[0], wanted[2]):
            return f"it is of {given[1]} layers and this model has {wanted[1]}, so start anew with state=None"
    return "give the state that this model returned, or state=None to start anew"
