"""Count models: the next character from the counts of what followed the last few."""

import numpy as np
import torch
from torch import nn


class NgramModel(nn.Module):
    """Predicts the next character from the last `context_length` ones, by counts over a text.

    A context that was seen rarely or never leans on the one that is a character shorter, and so on down to 1/V. This is
    the interpolation of Witten and Bell, "The Zero-Frequency Problem" (1991): (count + T * shorter) / (total + T), with
    T the number of different characters seen after the context.

    It has the form of every model of the course, so it can be evaluated, sampled from and drawn like a network. Its
    state is the last tokens, shape (batch, up to context_length).
    """

    architecture = "n-gram"

    def __init__(self, train: torch.Tensor, vocab_size: int, context_length: int):
        """Count.

        Args:
            train: tokens, shape (length,), at least one more than the context.
            vocab_size: V.
            context_length: characters that the model looks back, at least 0; 1 makes a bigram.

        Raises:
            ValueError: a context below 0, too short a text, or tokens outside the vocabulary.
        """
        super().__init__()
        tokens = np.asarray(train.cpu(), dtype=np.int64)
        if context_length < 0:
            raise ValueError(f"context_length must be at least 0, not {context_length}")
        if len(tokens) < context_length + 1:
            raise ValueError(f"{len(tokens)} characters are too few to count contexts of {context_length}")
        if tokens.min() < 0 or tokens.max() >= vocab_size:
            raise ValueError(f"the text holds tokens outside 0 to {vocab_size - 1}")
        self.vocab_size, self.context_length = vocab_size, context_length
        self.levels: list[_Level] = []
        contexts = np.zeros(len(tokens), dtype=np.int64)  # the number of the context before each character
        for _ in range(context_length + 1):
            pairs = contexts * vocab_size + tokens[len(tokens) - len(contexts) :]
            self.levels.append(_Level(pairs, vocab_size))
            contexts = self.levels[-1].find(pairs)[:-1]  # a pair, met again, is the next longer context

    def losses(self, tokens: torch.Tensor) -> list[np.ndarray]:
        """Return the loss of each character but the first, for every context length up to the model's own.

        Args:
            tokens: shape (length,), at least two.

        Returns: one array of shape (length - 1,) for each context length from 0, in nats.
        """
        ids = np.asarray(tokens.cpu(), dtype=np.int64)
        probabilities = np.full(len(ids) - 1, 1 / self.vocab_size)
        losses = []
        for level, contexts in zip(self.levels, self._contexts(ids[None, :-1]), strict=True):
            probabilities = level.mix(contexts[0], ids[1:], probabilities)
            losses.append(-np.log(probabilities))
        return losses

    @torch.no_grad()
    def forward(self, tokens: torch.Tensor, state: torch.Tensor | None = None) -> tuple[torch.Tensor, torch.Tensor]:
        """Predict the next character at every position.

        Args:
            tokens: shape (batch, time).
            state: the tokens before them, shape (batch, up to context_length); none if not given.

        Returns: log-probabilities as logits of shape (batch, time, vocab_size), and the last tokens as the new state.
        """
        seen = tokens if state is None else torch.cat([state.to(tokens.device), tokens], dim=1)
        probabilities = np.full((tokens.numel(), self.vocab_size), 1 / self.vocab_size)
        for level, contexts in zip(self.levels, self._contexts(np.asarray(seen.cpu())), strict=True):
            probabilities = level.mix_all(contexts[:, -tokens.shape[1] :].ravel(), probabilities)
        logits = torch.from_numpy(np.log(probabilities)).float().view(*tokens.shape, self.vocab_size)
        return logits.to(tokens.device), seen[:, max(seen.shape[1] - self.context_length, 0) :]

    def _contexts(self, ids: np.ndarray):
        """Yield, for each context length, the number of the context that ends at each place; -1 if it is new."""
        contexts = np.zeros(ids.shape, dtype=np.int64)  # (batch, time)
        for length, level in enumerate(self.levels):
            yield contexts
            before = np.pad(contexts[:, :-1], ((0, 0), (1, 0)), constant_values=-1 if length else 0)
            contexts = level.find(np.where(before >= 0, before * self.vocab_size + ids, -1))


class _Level:
    """The counts after all contexts of one length.

    A context and the character after it make a pair, with the number context * V + token.
    """

    def __init__(self, pairs: np.ndarray, vocab_size: int):
        self.vocab_size = vocab_size
        self.pairs, self.counts = np.unique(pairs, return_counts=True)
        self.sums = np.concatenate([[0], np.cumsum(self.counts)])

    def find(self, pairs: np.ndarray) -> np.ndarray:
        """Return the place of each pair among those seen, or -1."""
        places = np.minimum(np.searchsorted(self.pairs, pairs), len(self.pairs) - 1)
        return np.where(self.pairs[places] == pairs, places, -1)

    def mix(self, contexts: np.ndarray, targets: np.ndarray, shorter: np.ndarray) -> np.ndarray:
        """Return the probability of one target after each context. All arrays have the shape (n,)."""
        places = self.find(np.where(contexts >= 0, contexts * self.vocab_size + targets, -1))
        counts = np.where(places >= 0, self.counts[places], 0)
        first, last = self._spans(contexts)
        total, kinds = self.sums[last] - self.sums[first], last - first
        return np.where(kinds > 0, (counts + kinds * shorter) / np.maximum(total + kinds, 1), shorter)

    def mix_all(self, contexts: np.ndarray, shorter: np.ndarray) -> np.ndarray:
        """Return the probability of every character after each context. Shape (n, vocab), as `shorter`."""
        first, last = self._spans(contexts)
        total, kinds = self.sums[last] - self.sums[first], last - first
        rows = np.repeat(np.arange(len(contexts)), kinds)
        places = np.arange(kinds.sum()) - np.repeat(np.cumsum(kinds) - kinds, kinds) + np.repeat(first, kinds)
        counts = np.zeros(shorter.shape)
        counts[rows, self.pairs[places] % self.vocab_size] = self.counts[places]
        mixed = (counts + kinds[:, None] * shorter) / np.maximum(total + kinds, 1)[:, None]
        return np.where(kinds[:, None] > 0, mixed, shorter)

    def _spans(self, contexts: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return where the pairs of each context begin and end: they stand together."""
        return (
            np.searchsorted(self.pairs, contexts * self.vocab_size),
            np.searchsorted(self.pairs, (contexts + 1) * self.vocab_size),
        )
