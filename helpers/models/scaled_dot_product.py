"""Scaled dot-product attention, twice: as the formula says, for reading, and by torch's own kernel."""

import math

import torch
import torch.nn.functional as F

from helpers.models.band import check_mask

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
