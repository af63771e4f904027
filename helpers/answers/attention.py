"""The course's answers to lesson 05_attention, built by `make build`: edit lessons/05_attention.py."""

import math
from collections.abc import Callable
import torch
import torch.nn.functional as F
from torch import nn


def attend(
    queries: torch.Tensor,
    keys: torch.Tensor,
    values: torch.Tensor,
    hide: Callable[[torch.Tensor], torch.Tensor] | None = None,
) -> torch.Tensor:
    """Return a mean of the values for each query.

    queries (..., queries, head_size), keys (..., keys, head_size), values (..., keys, any size).
    """
    # TODO: scores; `hide` them if it is given; softmax over the keys; the weighted sum.
    ### BEGIN SOLUTION
    scores = queries @ keys.mT / math.sqrt(queries.shape[-1])  # (..., queries, keys)
    if hide is not None:
        scores = hide(scores)
    weights = torch.softmax(scores, dim=-1)  # (..., queries, keys), rows add up to 1
    return weights @ values  # (..., queries, head_size)
    ### END SOLUTION


class SelfAttention(nn.Module):
    """Each position makes a query, a key and a value of its own state, and attends."""

    def __init__(self, width: int, hide: Callable[[torch.Tensor], torch.Tensor] | None = None):
        super().__init__()
        self.hide = hide
        # TODO: self.query, self.key, self.value: linear maps from width to width, without bias.
        ### BEGIN SOLUTION
        self.query = nn.Linear(width, width, bias=False)
        self.key = nn.Linear(width, width, bias=False)
        self.value = nn.Linear(width, width, bias=False)
        ### END SOLUTION

    def forward(self, states: torch.Tensor) -> torch.Tensor:
        """Take states (batch, time, width); return what each position found, of the same shape."""
        # TODO: three maps of the same states, then `attend`.
        ### BEGIN SOLUTION
        queries, keys, values = self.query(states), self.key(states), self.value(states)
        return attend(queries, keys, values, self.hide)
        ### END SOLUTION


class AttentionLanguageModel(nn.Module):
    """Embedding, LSTM, attention over its states, a residual path, a linear map to logits."""

    def __init__(
        self,
        vocab_size: int,
        embedding_size: int,
        hidden_size: int,
        dropout: float = 0.0,
        hide: Callable[[torch.Tensor], torch.Tensor] | None = None,
    ):
        super().__init__()
        # TODO: self.embedding, self.lstm (batch first), self.attention, self.dropout, self.output.
        ### BEGIN SOLUTION
        self.embedding = nn.Embedding(vocab_size, embedding_size)
        self.lstm = nn.LSTM(embedding_size, hidden_size, batch_first=True)
        self.attention = SelfAttention(hidden_size, hide)
        self.dropout = nn.Dropout(dropout)
        self.output = nn.Linear(hidden_size, vocab_size)
        ### END SOLUTION

    def forward(self, tokens: torch.Tensor) -> torch.Tensor:
        """Take tokens (batch, time); return logits (batch, time, vocab_size)."""
        # TODO: read; attend to what was read; add, with dropout; predict.
        ### BEGIN SOLUTION
        states, _ = self.lstm(self.embedding(tokens))  # (batch, time, hidden)
        found = self.attention(states)  # (batch, time, hidden)
        return self.output(self.dropout(states + found))  # (batch, time, vocab_size)
        ### END SOLUTION


def get_batch(
    tokens: torch.Tensor, block_size: int, batch_size: int, generator: torch.Generator
) -> tuple[torch.Tensor, torch.Tensor]:
    """Cut batch_size pieces at random places. Returns inputs and targets, (batch, block_size)."""
    # TODO: draw where each piece begins; cut inputs, and targets one token further on.
    ### BEGIN SOLUTION
    starts = torch.randint(len(tokens) - block_size, (batch_size,), generator=generator)
    places = starts[:, None] + torch.arange(block_size)  # (batch, block_size)
    return tokens[places], tokens[places + 1]
    ### END SOLUTION


def estimate_loss(
    model: nn.Module,
    parts: dict[str, torch.Tensor],
    block_size: int,
    batch_size: int,
    eval_iters: int,
    generator: torch.Generator,
) -> dict[str, float]:
    """Return the mean loss of `eval_iters` random batches of each part, by its name.

    The batches are drawn by `get_batch` with the generator.
    """
    # TODO: evaluation mode, no gradients; for each part the mean over batches; training mode again.
    ### BEGIN SOLUTION
    model.eval()
    losses = {}
    with torch.no_grad():
        for name, tokens in parts.items():
            total = 0.0
            for _ in range(eval_iters):
                inputs, targets = get_batch(tokens, block_size, batch_size, generator)
                logits = model(inputs)  # (batch, time, vocab_size)
                total += F.cross_entropy(logits.flatten(0, 1), targets.flatten()).item()
            losses[name] = total / eval_iters
    model.train()
    return losses
    ### END SOLUTION


def make_optimizer(
    model: nn.Module, learning_rate: float, weight_decay: float
) -> torch.optim.AdamW:
    """Return AdamW that decays the parameters of two dimensions or more, and no others."""
    # TODO: two groups of parameters: two dimensions or more, and fewer; the second with decay 0.
    ### BEGIN SOLUTION
    matrices = [parameter for parameter in model.parameters() if parameter.dim() >= 2]
    vectors = [parameter for parameter in model.parameters() if parameter.dim() < 2]
    groups = [
        {"params": matrices, "weight_decay": weight_decay},
        {"params": vectors, "weight_decay": 0.0},
    ]
    return torch.optim.AdamW(groups, lr=learning_rate)
    ### END SOLUTION


def largest_change(model: nn.Module, tokens: torch.Tensor, position: int, token: int) -> float:
    """Replace one token; return the largest absolute change of a logit at a position before it.

    tokens has shape (batch, time); in each row the token at `position`, at least 1, is replaced.
    """
    # TODO: evaluation mode, no gradients; logits of both texts; the largest difference before it.
    ### BEGIN SOLUTION
    model.eval()
    changed = tokens.clone()
    changed[:, position] = token
    with torch.no_grad():
        before, after = model(tokens), model(changed)  # (batch, time, vocab_size)
    return (before - after)[:, :position].abs().max().item()
    ### END SOLUTION


def hide_future(scores: torch.Tensor) -> torch.Tensor:
    """Take scores (..., time, time); return them with minus infinity where a key is later."""
    # TODO: row t may look at columns 0 to t.
    ### BEGIN SOLUTION
    time = scores.shape[-1]
    later = torch.ones(time, time, dtype=torch.bool, device=scores.device).triu(1)
    return scores.masked_fill(later, -math.inf)
    ### END SOLUTION


def split_heads(vectors: torch.Tensor, num_heads: int) -> torch.Tensor:
    """Take (batch, time, width); return (batch, num_heads, time, width / num_heads).

    Raises an error where num_heads does not divide the width (`view` does so by itself).
    """
    # TODO: cut each vector into num_heads pieces that lie side by side; heads before time.
    ### BEGIN SOLUTION
    batch, time, width = vectors.shape
    pieces = vectors.view(batch, time, num_heads, width // num_heads)
    return pieces.transpose(1, 2)  # (batch, heads, time, head_size)
    ### END SOLUTION


def generate(
    model: AttentionLanguageModel,
    start_tokens: torch.Tensor,
    max_new_tokens: int,
    temperature: float,
    generator: torch.Generator,
) -> torch.Tensor:
    """Continue start_tokens (batch, time). Returns (batch, time + max_new_tokens).

    Without gradients and without dropout. Each new token costs one step of the LSTM.
    """
    # TODO: read the start; then, for each new token: attend, draw, append, and read that one token.
    ### BEGIN SOLUTION
    attention, tokens = model.attention, start_tokens
    with torch.no_grad():
        states, lstm_state = model.lstm(model.embedding(tokens))  # (batch, time, hidden)
        keys, values = attention.key(states), attention.value(states)
        for _ in range(max_new_tokens):
            last = states[:, -1:]  # (batch, 1, hidden)
            found = attend(attention.query(last), keys, values)
            logits = model.output(last + found)[:, -1] / temperature  # (batch, vocab_size)
            token = torch.multinomial(logits.softmax(-1), 1, generator=generator)  # (batch, 1)
            tokens = torch.cat([tokens, token], dim=1)
            states, lstm_state = model.lstm(model.embedding(token), lstm_state)
            keys = torch.cat([keys, attention.key(states)], dim=1)  # one longer
            values = torch.cat([values, attention.value(states)], dim=1)
    return tokens
    ### END SOLUTION
