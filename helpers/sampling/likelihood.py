"""How likely a given text is under a model: log-probabilities of its characters, and its perplexity."""

import torch
from torch import nn

from helpers.ground.device import device_of
from helpers.ground.vocabulary import Vocabulary


@torch.inference_mode()
def log_probabilities(model: nn.Module, vocabulary: Vocabulary, text: str) -> torch.Tensor:
    """Return the logarithm of the probability that a model gives each character, all before it being known.

    Args:
        model: any model of the common protocol; left in the mode it was in.
        text: at least two characters, all of them in the vocabulary. The first has none before it and is not rated.

    Returns: shape (len(text) - 1,), in nats, on the CPU.

    Raises:
        ValueError: a text that is too short, or a character outside the vocabulary.
    """
    if len(text) < 2:
        raise ValueError(f"a text of {len(text)} characters has none to rate: the first has nothing before it")
    tokens = vocabulary.encode(text)  # (time,)
    training = model.training
    model.eval()
    try:
        logits, _ = model(tokens[None, :-1].to(device_of(model)))  # (1, time - 1, vocab_size)
    finally:
        model.train(training)
    rated = logits[0].float().log_softmax(-1).cpu()  # (time - 1, vocab_size)
    return rated.gather(-1, tokens[1:, None])[:, 0]


def perplexity(model: nn.Module, vocabulary: Vocabulary, text: str) -> float:
    """Return e to the mean loss per character: among how many equally likely ones the model seems to choose."""
    return log_probabilities(model, vocabulary, text).mean().neg().exp().item()
