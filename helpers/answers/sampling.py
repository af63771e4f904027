"""The course's answers to lesson 06_sampling, built by `make build`: edit lessons/06_sampling.py."""

import torch
import torch.nn.functional as F
from torch import nn


def greedy(logits: torch.Tensor) -> torch.Tensor:
    """Return the index of the largest logit. Takes (..., vocab), returns (...,), dtype int64."""
    # TODO: where is the largest?
    ### BEGIN SOLUTION
    return logits.argmax(-1)
    ### END SOLUTION


def apply_temperature(logits: torch.Tensor, temperature: float) -> torch.Tensor:
    """Scale logits of any shape; below 1 the likely become likelier."""
    # TODO: one division.
    ### BEGIN SOLUTION
    return logits / temperature
    ### END SOLUTION


def entropy(logits: torch.Tensor) -> torch.Tensor:
    """Return the entropy of softmax(logits) in nats. Takes (..., vocab), returns (...,)."""
    # TODO: probabilities, their logarithms, the sum; and no NaN.
    ### BEGIN SOLUTION
    return torch.special.entr(logits.softmax(-1)).sum(-1)
    ### END SOLUTION


def draw(logits: torch.Tensor, generator: torch.Generator | None = None) -> torch.Tensor:
    """Draw a token for each row. Takes logits (rows, vocab), returns (rows,), dtype int64."""
    # TODO: probabilities, and one draw for each row.
    ### BEGIN SOLUTION
    return torch.multinomial(logits.softmax(-1), 1, generator=generator)[:, 0]
    ### END SOLUTION


def keep_top_p(logits: torch.Tensor, p: float) -> torch.Tensor:
    """Keep the fewest likeliest that together reach probability p. Shape as given."""
    # TODO: sort, add up, rule out, and put back to the places.
    ### BEGIN SOLUTION
    ordered, order = logits.softmax(-1).sort(dim=-1, descending=True)
    ruled_out = ordered.cumsum(-1) - ordered >= p  # what comes before has reached p already
    return logits.masked_fill(torch.zeros_like(ruled_out).scatter(-1, order, ruled_out), -torch.inf)
    ### END SOLUTION


def keep_min_p(logits: torch.Tensor, p: float) -> torch.Tensor:
    """Keep those with at least p times the largest probability. Shape as given."""
    # TODO: the bar, and what lies below it.
    ### BEGIN SOLUTION
    probabilities = logits.softmax(-1)
    return logits.masked_fill(probabilities < p * probabilities.amax(-1, keepdim=True), -torch.inf)
    ### END SOLUTION


def block_repeats(logits: torch.Tensor, tokens: torch.Tensor, size: int) -> torch.Tensor:
    """Rule out what would repeat a run of `size` tokens: logits (vocab,), tokens (time,)."""
    # TODO: find where the last size - 1 tokens have been before, and what followed.
    ### BEGIN SOLUTION
    seen = tokens.tolist()
    last = seen[len(seen) - (size - 1) :]
    starts = range(len(seen) - size + 1)
    banned = [seen[at + size - 1] for at in starts if seen[at : at + size - 1] == last]
    logits = logits.clone()
    logits[banned] = -torch.inf
    return logits
    ### END SOLUTION


def text_log_probability(model: nn.Module, vocabulary, text: str) -> float:
    """Return the natural logarithm of a text's probability, given its first character."""
    # TODO: one pass, log-probabilities, those of the characters that came, their sum.
    ### BEGIN SOLUTION
    tokens = vocabulary.encode(text)  # (time,)
    with torch.no_grad():
        logits, _ = model(tokens[None, :-1])  # (1, time - 1, vocab)
    rated = F.log_softmax(logits[0], dim=-1)  # (time - 1, vocab)
    return rated.gather(-1, tokens[1:, None]).sum().item()
    ### END SOLUTION


def perplexity(model: nn.Module, vocabulary, text: str) -> float:
    """Return e to the mean of -ln p over the characters that are predicted."""
    # TODO: use text_log_probability; how many characters does it rate?
    ### BEGIN SOLUTION
    mean = text_log_probability(model, vocabulary, text) / (len(text) - 1)
    return torch.tensor(-mean).exp().item()
    ### END SOLUTION


def write(model: nn.Module, vocabulary, prime: str, length: int, filters, generator=None) -> str:
    """Continue the prime by `length` characters, all filters applied before each draw."""
    # TODO: read the prime; then filter, draw, feed, again and again.
    ### BEGIN SOLUTION
    text, tokens, state = prime, vocabulary.encode(prime)[None], None  # (1, time)
    with torch.no_grad():
        for _ in range(length):
            logits, state = model(tokens, state)  # (1, time, vocab)
            scores = logits[:, -1]  # (1, vocab)
            for one in filters:
                scores = one(scores)
            tokens = draw(scores, generator)[:, None]  # (1, 1)
            text += vocabulary.symbols[tokens.item()]
    return text
    ### END SOLUTION
