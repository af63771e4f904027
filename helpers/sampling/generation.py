"""Text from a trained model, one character at a time."""

import warnings
from collections.abc import Callable
from functools import partial
from typing import Any

import torch
from torch import nn

from helpers.ground.device import device_of
from helpers.ground.vocabulary import Vocabulary
from helpers.sampling.filters import (
    block_repeats,
    check_logits,
    check_temperature,
    keep_min_p,
    keep_top_k,
    keep_top_p,
    keep_typical,
    scale_by_temperature,
)

Filter = Callable[[torch.Tensor], torch.Tensor]


def sample_token(logits: torch.Tensor, temperature: float = 1.0, generator: torch.Generator | None = None) -> int:
    """Draw one token from logits of shape (vocab_size,) divided by `temperature`; temperature 0 takes the likeliest."""
    check_temperature(temperature)
    check_logits(logits)
    scaled = scale_by_temperature(logits[None], temperature)
    return int(_pick(scaled, generator, greedy=_is_zero(temperature)))


def make_filters(
    *,
    temperature: float = 1.0,
    top_k: int | None = None,
    top_p: float | None = None,
    min_p: float | None = None,
    typical_p: float | None = None,
) -> list[Filter]:
    """Return the filters that were asked for, in the order in which they belong.

    The temperature comes first, since the others read probabilities: after it they cut what is really drawn from.

    Raises:
        ValueError: a number that a filter refuses; the message names it.
    """
    check_temperature(temperature)
    filters: list[Filter] = []
    if temperature != 1:
        filters.append(partial(scale_by_temperature, temperature=temperature))
    for keep, name, number in (
        (keep_top_k, "k", top_k),
        (keep_top_p, "p", top_p),
        (keep_min_p, "p", min_p),
        (keep_typical, "p", typical_p),
    ):
        if number is not None:
            filters.append(partial(keep, **{name: number}))
    for one in filters:
        one(torch.zeros(2))  # a bad number is refused before the first character
    return filters


@torch.inference_mode()
def generate(
    model: nn.Module,
    vocabulary: Vocabulary,
    prime: str,
    length: int,
    *,
    temperature: float = 1.0,
    top_k: int | None = None,
    top_p: float | None = None,
    min_p: float | None = None,
    typical_p: float | None = None,
    no_repeat_ngram: int | None = None,
    generator: torch.Generator | None = None,
    stop: str | None = None,
    count: int | None = None,
    callback: Callable[[Any], None] | None = None,
) -> str | list[str]:
    """Continue `prime` by `length` characters, the state carried on from one character to the next.

    Ctrl-C ends it: what was written so far is returned.

    Args:
        model: any model of the common protocol; left in the mode it was in.
        prime: at least one character, all of them in the vocabulary.
        length: how many characters to add, at least 0.
        temperature: 0 always takes the likeliest character; 1 draws from the model's own distribution.
        top_k, top_p, min_p, typical_p, no_repeat_ngram: the filters of `helpers.sampling.filters`; None leaves one out.
        generator: source of the random draws, on the CPU; the same seed gives the same text.
        stop: a continuation ends when it ends with this text.
        count: write so many continuations at once, which costs little more than one.
        callback: called with each new character, to show the text while it grows; with `count`, with a list of the
            new characters of all continuations, "" for one that has ended.

    Returns: the prime and its continuation; a list of them if `count` is given.

    Raises:
        ValueError: an empty prime, a character outside the vocabulary, a vocabulary of another model, a bad length,
            count or setting of a filter, or logits that are broken.

    Warns:
        UserWarning: `top_k` is larger than the vocabulary, so it has no effect.
    """
    filters = make_filters(temperature=temperature, top_k=top_k, top_p=top_p, min_p=min_p, typical_p=typical_p)
    _check_arguments(vocabulary, prime, length, no_repeat_ngram, stop, count)
    if top_k is not None and top_k > len(vocabulary):
        warnings.warn(
            f"top_k is {top_k}, and there are only {len(vocabulary)} characters: all of them stay", stacklevel=2
        )
    rows, device, greedy = 1 if count is None else count, device_of(model), _is_zero(temperature)
    training = model.training
    model.eval()
    try:
        _check_size(model, vocabulary)
        continuations = _Continuations(vocabulary, rows, stop)
        before = tokens = vocabulary.encode(prime).expand(rows, -1)  # (rows, time)
        state = None
        for _ in range(length):
            logits, state = model(tokens.to(device), state)
            scores = logits[:, -1].float().cpu()  # (rows, vocab_size)
            check_logits(scores)
            if no_repeat_ngram is not None:
                scores = block_repeats(scores, before, no_repeat_ngram)
            for one in filters:
                scores = one(scores)
            tokens = _pick(scores, generator, greedy=greedy)  # (rows, 1)
            if no_repeat_ngram is not None:
                before = torch.cat([before, tokens], dim=1)
            new = continuations.add(tokens)
            if callback is not None:
                callback(new[0] if count is None else new)
            if continuations.ended:
                break
    except KeyboardInterrupt:
        pass
    finally:
        model.train(training)
    texts = [prime + text for text in continuations.texts]
    return texts[0] if count is None else texts


class _Continuations:
    """What has been written, row by row, each until it ends with the text to stop at."""

    def __init__(self, vocabulary: Vocabulary, rows: int, stop: str | None):
        self.symbols, self.stop = vocabulary.symbols, stop
        self.texts = [""] * rows
        self.open = [True] * rows

    def add(self, tokens: torch.Tensor) -> list[str]:
        """Add a token of each row, (rows, 1), where the row has not ended; return what was added."""
        new = [
            self.symbols[token] if still else "" for token, still in zip(tokens[:, 0].tolist(), self.open, strict=True)
        ]
        self.texts = [text + one for text, one in zip(self.texts, new, strict=True)]
        if self.stop is not None:
            self.open = [not text.endswith(self.stop) for text in self.texts]
        return new

    @property
    def ended(self) -> bool:
        return not any(self.open)


def _pick(logits: torch.Tensor, generator: torch.Generator | None, *, greedy: bool) -> torch.Tensor:
    """Return a token of each row of (rows, vocab_size): shape (rows, 1). The likeliest needs no dice.

    The draw is a race: each token arrives after an exponentially distributed time, at a rate that is its probability,
    and so it is the first with that probability. `torch.multinomial` draws the same tokens in the same way, but looks
    at the probabilities once more for errors, which takes longer than the race.
    """
    if greedy:
        return logits.argmax(-1, keepdim=True)
    times = torch.empty_like(logits).exponential_(generator=generator)
    return (torch.softmax(logits, dim=-1) / times).argmax(-1, keepdim=True)


def _is_zero(temperature: float) -> bool:
    return temperature < torch.finfo(torch.float32).tiny  # or so near to it that a division would overflow


def _check_arguments(
    vocabulary: Vocabulary, prime: str, length: int, no_repeat_ngram: int | None, stop: str | None, count: int | None
) -> None:
    if not prime:
        raise ValueError("the prime is empty: give the model at least one character to start from")
    if length < 0:
        raise ValueError(f"length must be at least 0, not {length}")
    if count is not None and count < 1:
        raise ValueError(f"count must be at least 1, not {count}")
    if no_repeat_ngram is not None and no_repeat_ngram < 1:
        raise ValueError(f"no_repeat_ngram must be at least 1, not {no_repeat_ngram}")
    if stop == "":
        raise ValueError("stop is empty: every text ends with nothing, so none would begin; leave it out")
    for position, symbol in enumerate(prime):
        if symbol not in vocabulary:
            raise ValueError(
                f"the prime holds {symbol!r} at position {position}, which is not in the vocabulary of "
                f"{len(vocabulary)} characters: the model never saw it, leave it out"
            )


def _check_size(model: nn.Module, vocabulary: Vocabulary) -> None:
    logits, _ = model(torch.zeros(1, 1, dtype=torch.int64, device=device_of(model)))
    if logits.shape[-1] != len(vocabulary):
        raise ValueError(
            f"the vocabulary has {len(vocabulary)} characters and the model {logits.shape[-1]}: "
            "take the vocabulary that the model was trained with"
        )
