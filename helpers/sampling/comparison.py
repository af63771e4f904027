"""Ways to write, held against each other: what each does to the variety, the novelty and the likelihood of a text."""

from collections.abc import Mapping, Sequence
from statistics import mean
from typing import Any, NamedTuple

import torch
from torch import nn

from helpers.ground.vocabulary import Vocabulary
from helpers.sampling.generation import generate
from helpers.sampling.likelihood import log_probabilities
from helpers.sampling.text_measures import distinct, longest_copied, repetition_rate

RUN = 8  # characters of the runs that `distinct` counts: a word and a half


class Measures(NamedTuple):
    """What was measured about the texts of one decoder, as means over them."""

    repetition: float  # share of runs of 16 characters that were there before in the same text
    distinct: float  # different runs of 8 characters, as a share of all
    copied: float  # characters of the longest passage that stands in the training text
    own_loss: float  # nats per character under the model that wrote
    other_loss: float  # nats per character under another model


def measure_decoder(
    model: nn.Module,
    vocabulary: Vocabulary,
    settings: Mapping[str, Any],
    *,
    prime: str,
    length: int,
    count: int,
    other: nn.Module,
    source: str,
    seed: int = 0,
) -> Measures:
    """Write some texts with one setting of `generate`, and measure them.

    Args:
        model: writes; of the common protocol.
        vocabulary: of both models.
        settings: keyword arguments of `generate`: temperature, top_k, …
        prime: all texts go on from it.
        length: characters of each text, at least 16.
        count: how many texts.
        other: another model of the same vocabulary, to judge.
        source: the training text, for what is copied.
        seed: of the draws.
    """
    generator = torch.Generator().manual_seed(seed)
    texts = generate(model, vocabulary, prime, length, count=count, generator=generator, **settings)
    return measure_texts(texts, len(prime), vocabulary, own=model, other=other, source=source)


def measure_texts(
    texts: Sequence[str], prime_length: int, vocabulary: Vocabulary, *, own: nn.Module, other: nn.Module, source: str
) -> Measures:
    """Measure texts that were written already, real ones for example; their first `prime_length` characters are given.

    Args:
        texts: each at least 16 characters longer than that.
        prime_length: at least 1.
        vocabulary: of both models.
        own: the model whose loss is the "own" one.
        other: another model, to judge.
        source: the training text.
    """
    new = [text[prime_length:] for text in texts]
    return Measures(
        repetition=mean(repetition_rate(text) for text in new),
        distinct=mean(distinct(text, RUN) for text in new),
        copied=mean(len(longest_copied(text, source)) for text in new),
        own_loss=mean(_loss(own, vocabulary, prime_length, text) for text in texts),
        other_loss=mean(_loss(other, vocabulary, prime_length, text) for text in texts),
    )


def print_decoders(measured: Mapping[str, Measures]) -> None:
    """Print one line for each decoder."""
    print(f"{'':26} repeated  distinct  copied  own loss  other loss")
    for name, one in measured.items():
        print(
            f"{name:26} {one.repetition:8.0%} {one.distinct:9.2f} {one.copied:7.0f} {one.own_loss:9.2f} "
            f"{one.other_loss:11.2f}"
        )


def _loss(model: nn.Module, vocabulary: Vocabulary, prime_length: int, text: str) -> float:
    """Return nats per character of what comes after the first characters."""
    return -log_probabilities(model, vocabulary, text)[prime_length - 1 :].mean().item()
