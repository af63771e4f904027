"""How far back does a model remember? Tales hold facts that come back; counted is how often a model knows them."""

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from torch import nn

from helpers.measuring.reading_tales import read_tales
from helpers.text.splits import Part

DISTANCES = (20, 50, 100, 200, 400)


class RecallBin(NamedTuple):
    """The recalls whose fact was last mentioned `nearest` to less than `farthest` characters before."""

    nearest: int
    farthest: int
    count: int
    accuracy: float  # share of them that the model got right, between 0 and 1; NaN if there is none
    standard_error: float


def recall_by_distance(
    model: nn.Module, part: Part, *, facts: Sequence[str] = ("hero", "friend"), distances: Sequence[int] = DISTANCES
) -> list[RecallBin]:
    """Count how often a model writes a fact right, by the number of characters since its last mention.

    The model reads each tale of `part` as it stands. Where the story leaves only one thing to say (a name after
    `"Good morning, `), it is right if each character of it is the likeliest in the model's eyes.

    Args:
        model: any model of the common protocol.
        part: of a split of `tales`.
        facts: kinds of facts, as `Recall.fact` names them: "hero", "friend", "place", "thing", "promise", "quotation" …
        distances: borders between the bins, in characters, rising.

    Returns: one bin between each two neighbouring borders.

    Raises:
        ValueError: the part holds no such facts, or the borders do not rise.
    """
    if len(distances) < 2 or any(near >= far for near, far in pairwise(distances)):
        raise ValueError(f"distances must be two or more rising borders, not {tuple(distances)}")
    wanted = [recall for recall in part.recalls if recall.fact in facts]
    if not wanted:
        known = sorted({recall.fact for recall in part.recalls})
        raise ValueError(
            f"the part holds no recalls of {', '.join(facts)}; it holds {', '.join(known) or 'none at all'}"
        )
    right = _right_places(model, part)
    hits = [(recall.distance, right[recall.start : recall.start + recall.length].all()) for recall in wanted]
    return [_bin(hits, near, far) for near, far in pairwise(distances)]


def _right_places(model: nn.Module, part: Part):
    """Tell for each character of a part whether the model's likeliest guess was right. Shape (length,), bool."""
    right = part.tokens.new_zeros(len(part)).bool()
    for start, tokens, logits in read_tales(model, part):
        right[start + 1 : start + len(tokens)] = logits[:-1].argmax(-1) == tokens[1:]
    return right


def _bin(hits: list[tuple[int, bool]], nearest: int, farthest: int) -> RecallBin:
    inside = [bool(hit) for distance, hit in hits if nearest <= distance < farthest]
    if not inside:
        return RecallBin(nearest, farthest, 0, math.nan, math.nan)
    accuracy = sum(inside) / len(inside)
    return RecallBin(nearest, farthest, len(inside), accuracy, math.sqrt(accuracy * (1 - accuracy) / len(inside)))
