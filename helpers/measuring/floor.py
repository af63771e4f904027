"""How far is a model from perfect? Its loss on tales against the loss of the grammar that wrote them."""

import math
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import nn

from helpers.measuring.reading_tales import read_tales
from helpers.text.splits import Part


class Excess(NamedTuple):
    """How much a model loses beyond what nobody can know, in nats per character.

    `loss` and `floor` are means over the same characters: all of each tale but its first. `excess` is their difference
    and `standard_error` its error, from the scatter over tales. An excess below zero by more than a few standard errors
    says that the model has seen what it should predict.
    """

    loss: float
    floor: float
    excess: float
    standard_error: float


def excess_over_floor(model: nn.Module, part: Part) -> Excess:
    """Compare a model with the true source, character by character and tale by tale.

    Args:
        model: any model of the common protocol; it reads each tale from a fresh state.
        part: of a split of `tales`, at least two tales.

    Raises:
        ValueError: the part holds fewer than two tales, or their probabilities are not known.
    """
    if part.log_probabilities is None or len(part.starts) < 2:
        raise ValueError("the floor is known for parts of make_split(load_corpus('tales')) that hold two tales or more")
    truth = -torch.from_numpy(part.log_probabilities)
    losses, floors, lengths = [], [], []
    for start, tokens, logits in read_tales(model, part):
        losses.append(F.cross_entropy(logits[:-1].double(), tokens[1:], reduction="sum"))
        floors.append(truth[start + 1 : start + len(tokens)].sum())
        lengths.append(len(tokens) - 1)
    loss, floor, length = torch.stack(losses), torch.stack(floors), torch.tensor(lengths, dtype=torch.float64)
    excess = (loss - floor).sum() / length.sum()
    residuals = loss - floor - excess * length  # of a ratio of sums: long tales count for more
    error = residuals.square().sum().sqrt() * math.sqrt(len(lengths) / (len(lengths) - 1)) / length.sum()
    return Excess(float(loss.sum() / length.sum()), float(floor.sum() / length.sum()), float(excess), float(error))
