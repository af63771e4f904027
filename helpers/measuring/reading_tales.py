"""What a model makes of each tale, read from its beginning in one go."""

from collections.abc import Iterator
from typing import NamedTuple

import torch
from torch import nn
from torch.nn.utils.rnn import pad_sequence

from helpers.ground.device import device_of
from helpers.text.splits import Part


class Reading(NamedTuple):
    """A tale as a model read it: the logits at place t are its guess for the character at place t + 1."""

    start: int  # of the tale in its part
    tokens: torch.Tensor  # (time,)
    logits: torch.Tensor  # (time, vocab)


@torch.no_grad()
def read_tales(model: nn.Module, part: Part, *, batch_size: int = 16) -> Iterator[Reading]:
    """Read every whole tale of a part, each from a fresh state, and yield them in the order of their length.

    The model is read in evaluation mode and left in the mode it was in. Tales of a batch are padded at their end, which
    no model that looks only back can notice.

    Raises:
        ValueError: the part holds no tales.
    """
    if not part.starts:
        raise ValueError("this part holds no tales: take a part of make_split(load_corpus('tales'))")
    device = device_of(model)
    ends = [*part.starts[1:], len(part)]
    tales = sorted(zip(part.starts, ends, strict=True), key=lambda tale: tale[1] - tale[0])
    training = model.training
    model.eval()
    try:
        for first in range(0, len(tales), batch_size):
            batch = tales[first : first + batch_size]
            rows = [part.tokens[start:end] for start, end in batch]
            logits, _ = model(pad_sequence(rows, batch_first=True).to(device))  # (batch, time, vocab)
            for (start, _), tokens, guesses in zip(batch, rows, logits.cpu(), strict=True):
                yield Reading(start, tokens, guesses[: len(tokens)])
    finally:
        model.train(training)
