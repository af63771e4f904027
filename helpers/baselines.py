"""Count models: what a loss must be held against before it means anything."""

import torch


def uniform_loss(vocab_size: int) -> float:
    """Return ln V, the loss in nats per character of a model that knows nothing."""
    return torch.tensor(float(vocab_size)).log().item()


def bigram_loss(train: torch.Tensor, val: torch.Tensor, vocab_size: int) -> float:
    """Return the loss of predicting each character of `val` from the one before it, by counts over `train`.

    A bigram that was seen rarely or never leans on the counts of single characters, and these on 1/V: interpolation
    after Witten and Bell, "The Zero-Frequency Problem" (1991), (count + T * shorter) / (total + T) with T the number
    of different characters seen in that place.

    Args:
        train, val: tokens, shape (length,); val holds at least two.
        vocab_size: V.

    Returns: nats per character, the mean over all of `val` but its first character.
    """
    if len(train) < 2 or len(val) < 2:
        raise ValueError("a bigram needs at least two characters in each part of the text")
    uniform = torch.full((vocab_size,), 1 / vocab_size, dtype=torch.float64)
    unigram = _interpolate(torch.bincount(train, minlength=vocab_size), uniform)  # (vocab,)
    pairs = torch.bincount(train[:-1] * vocab_size + train[1:], minlength=vocab_size**2)
    bigram = _interpolate(pairs.view(vocab_size, vocab_size), unigram)  # (vocab, vocab)
    return -bigram[val[:-1], val[1:]].log().mean().item()


def _interpolate(counts: torch.Tensor, shorter: torch.Tensor) -> torch.Tensor:
    """Mix counts (..., vocab) with the probabilities of a shorter context after Witten and Bell."""
    kinds = (counts > 0).sum(-1, keepdim=True)
    total = counts.sum(-1, keepdim=True)
    mixed = (counts + kinds * shorter) / (total + kinds).clamp(min=1)
    return torch.where(total > 0, mixed, shorter)
