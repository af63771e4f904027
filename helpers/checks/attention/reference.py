"""Attention as torch computes it, and the `hide` that the checks of lesson 05 hand over."""

import math

import torch
import torch.nn.functional as F

from helpers.checks.expectations import Mistake, expect_type

# Which key (column) each query (row) may not look at: no pattern that a learner would build in, and not its own transpose.
HIDDEN = torch.tensor([[0, 1, 0, 0], [1, 0, 0, 0], [0, 0, 0, 1], [0, 1, 1, 0]], dtype=torch.bool)
LATER = torch.ones(4, 4, dtype=torch.bool).triu(1)


class Hide:
    """Hides fixed places of the scores, and counts how often it is asked to."""

    def __init__(self, hidden: torch.Tensor = HIDDEN):
        self.hidden, self.calls = hidden, 0

    def __call__(self, scores: torch.Tensor) -> torch.Tensor:
        expect_type(scores, torch.Tensor, "what `hide` is given")
        if scores.shape[-2:] != self.hidden.shape:
            raise Mistake(
                f"`hide` is given a tensor of shape {tuple(scores.shape)}: it takes the scores, (..., queries, keys), "
                f"which end in {tuple(self.hidden.shape)} here"
            )
        self.calls += 1
        return scores.masked_fill(self.hidden, -math.inf)


def look_up(
    queries: torch.Tensor, keys: torch.Tensor, values: torch.Tensor, hidden: torch.Tensor | None = None
) -> torch.Tensor:
    """Return the mean of the values for each query; `hidden`, (queries, keys), is true where a key is not seen."""
    seen = None if hidden is None else ~hidden
    return F.scaled_dot_product_attention(queries, keys, values, attn_mask=seen)
