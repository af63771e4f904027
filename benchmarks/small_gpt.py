"""A small GPT with its well-known recipe for a processor: the peer of the course's LSTM.

After Radford and others, "Language Models are Unsupervised Multitask Learners" (2019), at the size and with the recipe
that nanoGPT's README (Karpathy, 2022) gives for a machine without a GPU.
"""

import math
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import nn


@dataclass(frozen=True)
class Recipe:
    """Sizes and settings of that README's run on a processor."""

    num_layers: int = 4
    num_heads: int = 4
    width: int = 128
    context: int = 64
    batch_size: int = 12
    steps: int = 2_000
    learning_rate: float = 1e-3
    lowest_learning_rate: float = 1e-4
    warmup_steps: int = 100
    betas: tuple[float, float] = (0.9, 0.99)
    weight_decay: float = 0.1
    clip_norm: float = 1.0


class Block(nn.Module):
    """Attention over the past, then a network at each position, each added to what came in."""

    def __init__(self, width: int, num_heads: int):
        super().__init__()
        self.num_heads = num_heads
        self.before_attention = nn.LayerNorm(width, bias=False)
        self.to_queries_keys_values = nn.Linear(width, 3 * width, bias=False)
        self.from_heads = nn.Linear(width, width, bias=False)
        self.before_network = nn.LayerNorm(width, bias=False)
        self.widen = nn.Linear(width, 4 * width, bias=False)
        self.narrow = nn.Linear(4 * width, width, bias=False)

    def forward(self, inputs: torch.Tensor) -> torch.Tensor:
        """Take and return vectors of shape (batch, time, width)."""
        batch_size, time, width = inputs.shape
        parts = self.to_queries_keys_values(self.before_attention(inputs)).chunk(3, dim=-1)
        heads = [part.view(batch_size, time, self.num_heads, -1).transpose(1, 2) for part in parts]
        mixed = F.scaled_dot_product_attention(*heads, is_causal=True)  # (batch, heads, time, width / heads)
        inputs = inputs + self.from_heads(mixed.transpose(1, 2).reshape(batch_size, time, width))
        return inputs + self.narrow(F.gelu(self.widen(self.before_network(inputs))))


class SmallGPT(nn.Module):
    """Predicts the next character from at most `context` characters; its table of characters is also its output."""

    def __init__(self, vocab_size: int, recipe: Recipe):
        super().__init__()
        self.characters = nn.Embedding(vocab_size, recipe.width)
        self.positions = nn.Embedding(recipe.context, recipe.width)
        self.blocks = nn.ModuleList(Block(recipe.width, recipe.num_heads) for _ in range(recipe.num_layers))
        self.before_output = nn.LayerNorm(recipe.width, bias=False)
        for name, parameter in self.named_parameters():
            if parameter.dim() == 2:
                last = name.endswith(("from_heads.weight", "narrow.weight"))  # what is added to the way through
                nn.init.normal_(parameter, std=0.02 / (math.sqrt(2 * recipe.num_layers) if last else 1))

    def forward(self, tokens: torch.Tensor) -> torch.Tensor:
        """Take tokens (batch, time), time at most the context; return logits (batch, time, vocab_size)."""
        vectors = self.characters(tokens) + self.positions.weight[: tokens.shape[1]]  # (batch, time, width)
        for block in self.blocks:
            vectors = block(vectors)
        return self.before_output(vectors) @ self.characters.weight.T


def train_small_gpt(tokens: torch.Tensor, vocab_size: int, recipe: Recipe, seed: int) -> SmallGPT:
    """Train on windows from random places of a text, tokens of shape (length,)."""
    torch.manual_seed(seed)
    model = SmallGPT(vocab_size, recipe)
    optimizer = make_optimizer(model, recipe)
    windows = tokens.long().unfold(0, recipe.context + 1, 1)  # (places, context + 1)
    for step in range(recipe.steps):
        for group in optimizer.param_groups:
            group["lr"] = learning_rate(step, recipe)
        batch = windows[torch.randint(len(windows), (recipe.batch_size,))]
        loss = F.cross_entropy(model(batch[:, :-1]).flatten(0, 1), batch[:, 1:].flatten())
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), recipe.clip_norm)
        optimizer.step()
    return model


def make_optimizer(model: SmallGPT, recipe: Recipe) -> torch.optim.Optimizer:
    """Return AdamW that decays matrices and tables, and leaves the scales of the norms alone."""
    groups = [
        {"params": [one for one in model.parameters() if one.dim() >= 2], "weight_decay": recipe.weight_decay},
        {"params": [one for one in model.parameters() if one.dim() < 2], "weight_decay": 0.0},
    ]
    return torch.optim.AdamW(groups, lr=recipe.learning_rate, betas=recipe.betas)


def learning_rate(step: int, recipe: Recipe) -> float:
    """Return the rate at a step from 0: up in a line, then down along half a cosine."""
    if step < recipe.warmup_steps:
        return recipe.learning_rate * (step + 1) / (recipe.warmup_steps + 1)
    share = (step - recipe.warmup_steps) / max(recipe.steps - recipe.warmup_steps, 1)
    fall = (1 + math.cos(math.pi * share)) / 2
    return recipe.lowest_learning_rate + fall * (recipe.learning_rate - recipe.lowest_learning_rate)


@torch.no_grad()
def evaluate_small_gpt(model: SmallGPT, tokens: torch.Tensor, context: int) -> float:
    """Return the mean loss over a text in windows one after the other, where its recipe draws them at random."""
    count = (len(tokens) - 1) // context
    inputs, targets = (tokens[start : start + count * context].long().view(count, context) for start in (0, 1))
    total = 0.0
    for rows, goals in zip(inputs.split(256), targets.split(256), strict=True):
        total += F.cross_entropy(model(rows).flatten(0, 1), goals.flatten(), reduction="sum").item()
    return total / targets.numel()
