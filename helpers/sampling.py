"""Text from a trained model, one character at a time."""

import math

import torch
from torch import nn

from helpers.device import device_of
from helpers.vocabulary import Vocabulary


def check_temperature(temperature: float) -> None:
    """Raise ValueError unless `temperature` is a finite number of at least 0."""
    if not math.isfinite(temperature) or temperature < 0:
        raise ValueError(f"temperature must be a finite number of at least 0, not {temperature}")


def sample_token(logits: torch.Tensor, temperature: float = 1.0, generator: torch.Generator | None = None) -> int:
    """Draw one token from logits of shape (vocab_size,) divided by `temperature`; temperature 0 takes the likeliest."""
    check_temperature(temperature)
    if logits.isnan().any() or not logits.max().isfinite():
        raise ValueError("the logits hold NaN or infinity: the training of this model has diverged")
    if temperature < torch.finfo(torch.float32).tiny:  # 0, or so near to it that the division overflows
        return int(logits.argmax())
    scaled = (logits - logits.max()) / temperature  # at most 0, so no temperature makes the exponential overflow
    return int(torch.multinomial(torch.softmax(scaled, dim=-1), 1, generator=generator))


@torch.inference_mode()
def generate(
    model: nn.Module,
    vocabulary: Vocabulary,
    prime: str,
    length: int,
    *,
    temperature: float = 1.0,
    generator: torch.Generator | None = None,
) -> str:
    """Continue `prime` by `length` characters, the state carried on from one character to the next.

    Args:
        model: any model of the common protocol; left in the mode it was in.
        prime: at least one character, all of them in the vocabulary.
        length: how many characters to add, at least 0.
        temperature: 0 always takes the likeliest character; 1 draws from the model's own distribution.
        generator: source of the random draws, on the CPU; the same seed gives the same text.

    Returns: the prime and its continuation.

    Raises:
        ValueError: an empty prime, a character outside the vocabulary, a vocabulary of another model, a bad length or
            temperature.
    """
    check_temperature(temperature)
    if not prime:
        raise ValueError("the prime is empty: give the model at least one character to start from")
    if length < 0:
        raise ValueError(f"length must be at least 0, not {length}")
    for position, symbol in enumerate(prime):
        if symbol not in vocabulary:
            raise ValueError(
                f"the prime holds {symbol!r} at position {position}, which is not in the vocabulary of "
                f"{len(vocabulary)} characters: the model never saw it, leave it out"
            )
    training = model.training
    model.eval()
    device = device_of(model)
    tokens = vocabulary.encode(prime).to(device)[None]  # (1, time)
    written, state = [], None
    try:
        _check_size(model, vocabulary, device)
        for _ in range(length):
            logits, state = model(tokens, state)
            token = sample_token(logits[0, -1].float().cpu(), temperature, generator)
            written.append(token)
            tokens = torch.tensor([[token]], device=device)
    finally:
        model.train(training)
    return prime + vocabulary.decode(written)


def _check_size(model: nn.Module, vocabulary: Vocabulary, device: torch.device) -> None:
    logits, _ = model(torch.zeros(1, 1, dtype=torch.int64, device=device))
    if logits.shape[-1] != len(vocabulary):
        raise ValueError(
            f"the vocabulary has {len(vocabulary)} characters and the model {logits.shape[-1]}: "
            "take the vocabulary that the model was trained with"
        )
