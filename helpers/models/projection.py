"""The way of the tokens into a recurrence: an embedding, then a linear map."""

import torch
import torch.nn.functional as F


def project_tokens(
    tokens: torch.Tensor, embedding: torch.Tensor, weight: torch.Tensor, bias: torch.Tensor
) -> torch.Tensor:
    """Embed the tokens and map the result linearly, in the order that costs less.

    A linear map of a looked-up row is the looked-up row of the mapped table. If there are more tokens than rows, it is
    cheaper to map the table once.

    Args:
        tokens: ids of any shape.
        embedding: shape (vocab_size, embedding_size).
        weight: of the linear map, shape (hidden, embedding_size).
        bias: shape (hidden,).

    Returns: shape (*tokens.shape, hidden), a new tensor.
    """
    if len(embedding) < tokens.numel():
        return F.embedding(tokens, F.linear(embedding, weight, bias))  # (vocab_size, hidden), then its rows
    return F.linear(F.embedding(tokens, embedding), weight, bias)
