"""Causal self-attention with several heads over the last positions of a text, step by step or all at once."""

import math

import torch
import torch.nn.functional as F
from torch import nn

from helpers.models.inputs import check_sizes


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


# Each query looks at all keys, and takes a mean of their values. How much of each, the scores say: queries · keys,
# divided by the root of head_size. Without the root, the scores of random vectors grow with head_size as their
# variance does, softmax gives nearly all to one key, and hardly a gradient comes back.
# Source: Vaswani et al., "Attention Is All You Need" (2017), section 3.2.1.


def attention_weights(queries: torch.Tensor, keys: torch.Tensor, mask: torch.Tensor | None = None) -> torch.Tensor:
    """Return how much of each value each query takes.

    Args:
        queries: shape (..., queries, head_size).
        keys: shape (..., keys, head_size).
        mask: booleans, True where a query may look, of a shape that stretches to (..., queries, keys); None lets each
            query look at all keys.

    Returns: shape (..., queries, keys), not negative. A row adds up to 1; one that may look nowhere is zeros.

    Raises:
        ValueError: a mask of another type or shape.
    """
    scores = queries @ keys.mT / math.sqrt(queries.shape[-1])  # (..., queries, keys)
    if mask is None:
        return torch.softmax(scores, dim=-1)
    check_mask(mask, (queries.shape[-2], keys.shape[-2]))
    # The lowest finite number in place of minus infinity: a row that is masked whole would give 0 / 0.
    scores = scores.masked_fill(~mask, torch.finfo(scores.dtype).min)
    return torch.softmax(scores, dim=-1).masked_fill(~mask, 0.0)


def attend_by_hand(
    queries: torch.Tensor, keys: torch.Tensor, values: torch.Tensor, mask: torch.Tensor | None = None
) -> torch.Tensor:
    """Return the sums of the values by `attention_weights`: shape (..., queries, head_size)."""
    return attention_weights(queries, keys, mask) @ values


def attend(
    queries: torch.Tensor, keys: torch.Tensor, values: torch.Tensor, mask: torch.Tensor | None = None
) -> torch.Tensor:
    """Return what `attend_by_hand` does, without keeping all weights in memory where torch knows a way."""
    if mask is None:
        return F.scaled_dot_product_attention(queries, keys, values)
    check_mask(mask, (queries.shape[-2], keys.shape[-2]))
    attended = F.scaled_dot_product_attention(queries, keys, values, attn_mask=mask)
    return attended.masked_fill(~mask.any(-1, keepdim=True), 0.0)  # NaN in some versions of torch


Past = tuple[torch.Tensor, torch.Tensor]  # keys and values of positions before, each (batch, heads, past, head_size)


class SelfAttentionByHand(nn.Module):
    """Lets each position look at itself and at the `block_size` - 1 positions before it.

    Each head has queries, keys and values of its own, linear maps of the inputs. This is the class to read; to train,
    take `SelfAttention`.
    """

    def __init__(self, width: int, num_heads: int = 1, block_size: int = 256):
        """Make the maps.

        Args:
            width: numbers of an input, and of a result.
            num_heads: they share the width, so each has `width / num_heads` numbers.
            block_size: positions that are seen at most, the own one included.

        Raises:
            ValueError: a size below 1, or a width that the heads cannot share.
        """
        super().__init__()
        check_sizes(width=width, num_heads=num_heads, block_size=block_size)
        if width % num_heads:
            raise ValueError(f"a width of {width} cannot be shared by {num_heads} heads: it must be divisible")
        self.num_heads, self.block_size = num_heads, block_size
        self.query = nn.Linear(width, width, bias=False)
        self.key = nn.Linear(width, width, bias=False)
        self.value = nn.Linear(width, width, bias=False)
        self.output = nn.Linear(width, width)

    def forward(self, inputs: torch.Tensor, past: Past) -> tuple[torch.Tensor, Past]:
        """Return what each position takes from those that it sees, and the past for the next call.

        Args:
            inputs: shape (batch, time, width).
            past: as `init_past` and this method return it: at most the last `block_size` - 1 positions.

        Returns: shape (batch, time, width), and keys and values of the last `block_size` - 1 positions.
        """
        queries, keys, values, mask = self._prepare(inputs, past)
        attended = self._attend(queries, keys, values, mask)  # (batch, heads, time, head_size)
        merged = attended.transpose(1, 2).flatten(2)  # (batch, time, width)
        return self.output(merged), (self._keep_last(keys), self._keep_last(values))

    def weights(self, inputs: torch.Tensor, past: Past) -> torch.Tensor:
        """Return how much each position takes from each: shape (batch, heads, time, past + time)."""
        queries, keys, _, mask = self._prepare(inputs, past)
        return attention_weights(queries, keys, mask)

    def init_past(self, batch_size: int) -> Past:
        """Return the past before the first position: nothing, two tensors of shape (batch, heads, 0, head_size)."""
        shape = (batch_size, self.num_heads, 0, self.query.out_features // self.num_heads)
        return self.query.weight.new_zeros(shape), self.query.weight.new_zeros(shape)

    def check_past(self, past: Past, batch_size: int) -> None:
        """Raise ValueError unless keys and values can stand before the inputs of a batch of this size."""
        heads, head_size, longest = self.num_heads, self.query.out_features // self.num_heads, self.block_size - 1
        for name, part in zip(("keys", "values"), past, strict=True):
            shape = tuple(part.shape)
            fits = len(shape) == 4 and (*shape[:2], shape[3]) == (batch_size, heads, head_size)
            if not fits or shape[2] > longest or shape != tuple(past[0].shape):
                raise ValueError(
                    f"the {name} of the state have shape {shape}: they must be "
                    f"({batch_size}, {heads}, up to {longest}, {head_size}) for this batch and this model, and as many "
                    "keys as values"
                )

    def _prepare(self, inputs: torch.Tensor, past: Past) -> tuple[torch.Tensor | None, ...]:
        queries, keys, values = (self._split(linear(inputs)) for linear in (self.query, self.key, self.value))
        keys = torch.cat([past[0].to(keys.dtype), keys], dim=2)  # (batch, heads, past + time, head_size)
        values = torch.cat([past[1].to(values.dtype), values], dim=2)
        time, before = inputs.shape[1], past[0].shape[2]
        # A single position sees all that is there: the past is never longer than the band.
        mask = band_mask(time, before, self.block_size, inputs.device) if time > 1 else None
        return queries, keys, values, mask

    def _keep_last(self, positions: torch.Tensor) -> torch.Tensor:
        dropped = positions.shape[2] - (self.block_size - 1)
        if dropped <= 0:
            return positions
        return positions[:, :, dropped:].clone()  # a copy, so that a state kept does not keep all positions

    def _split(self, projected: torch.Tensor) -> torch.Tensor:
        return projected.unflatten(-1, (self.num_heads, -1)).transpose(1, 2)  # (batch, heads, time, head_size)

    def _attend(
        self, queries: torch.Tensor, keys: torch.Tensor, values: torch.Tensor, mask: torch.Tensor | None
    ) -> torch.Tensor:
        return attend_by_hand(queries, keys, values, mask)


class SelfAttention(SelfAttentionByHand):
    """The same with torch's own kernel: same parameters, same results."""

    def _attend(
        self, queries: torch.Tensor, keys: torch.Tensor, values: torch.Tensor, mask: torch.Tensor | None
    ) -> torch.Tensor:
        return attend(queries, keys, values, mask)
