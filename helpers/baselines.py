"""What a loss must be held against before it means anything."""

import math
from dataclasses import dataclass

import torch

from helpers.ngrams import NgramModel
from helpers.splits import Part
from helpers.vocabulary import Vocabulary


@dataclass(frozen=True)
class Baselines:
    """Losses in nats per character on the same text: of knowing nothing, of counting, and of the true source."""

    vocab_size: int
    by_context: tuple[float, ...]  # of the n-gram models with 0, 1, 2, … characters of context
    floor: float | None

    @property
    def best_context(self) -> int:
        """The context length with the lowest loss."""
        return min(range(len(self.by_context)), key=self.by_context.__getitem__)

    @property
    def named(self) -> dict[str, float]:
        """The losses worth drawing beside a curve, by name."""
        losses = {"knowing nothing": uniform_loss(self.vocab_size), "unigram": self.by_context[0]}
        if len(self.by_context) > 1:
            losses["bigram"] = self.by_context[1]
        if self.best_context > 1:
            losses["best n-gram"] = self.by_context[self.best_context]
        return losses | ({} if self.floor is None else {"floor": self.floor})

    def __str__(self) -> str:
        names = {0: " (unigram)", 1: " (bigram)"}
        rows = [(f"knowing nothing, ln {self.vocab_size}", uniform_loss(self.vocab_size))]
        rows += [(f"context {length}{names.get(length, '')}", loss) for length, loss in enumerate(self.by_context)]
        rows += [] if self.floor is None else [("floor: the true source", self.floor)]
        return "\n".join([f"{'':<24}nats per character", *(f"{name:<24}{loss:8.3f}" for name, loss in rows)])


def table(train: Part | str, val: Part | str, *, longest: int = 5) -> Baselines:
    """Print the loss on `val` of knowing nothing, of count models over `train`, and of the true source where known.

    Args:
        train, val: parts of a split, or texts.
        longest: the largest context length.

    Returns: the losses, in nats per character; `named` has those to draw beside a curve.

    Raises:
        ValueError: a part has fewer than two characters.
    """
    if isinstance(train, str) or isinstance(val, str):
        train, val = (text if isinstance(text, str) else text.text for text in (train, val))
        vocabulary = Vocabulary.from_text(train + val)
        tokens, floor = (vocabulary.encode(train), vocabulary.encode(val)), None
    else:
        vocabulary, tokens, floor = train.vocabulary, (train.tokens, val.tokens), val.floor
    baselines = Baselines(len(vocabulary), tuple(ngram_losses(*tokens, len(vocabulary), longest)), floor)
    print(baselines)
    return baselines


def uniform_loss(vocab_size: int) -> float:
    """Return ln V, the loss in nats per character of a model that knows nothing."""
    return math.log(vocab_size)


def ngram_losses(train: torch.Tensor, val: torch.Tensor, vocab_size: int, longest: int = 5) -> list[float]:
    """Return the losses of count models with 0 to `longest` characters of context, in nats per character.

    Args:
        train, val: tokens, shape (length,), at least two each.
        vocab_size: V.
        longest: the largest context length.

    Returns: means over all of `val` but its first character, which no model gets to predict.
    """
    if len(train) < 2 or len(val) < 2:
        raise ValueError("a bigram needs at least two characters in each part of the text")
    model = NgramModel(train, vocab_size, min(longest, len(train) - 1))
    return [float(losses.mean()) for losses in model.losses(val)]


def bigram_loss(train: torch.Tensor, val: torch.Tensor, vocab_size: int) -> float:
    """Return the loss of predicting each character of `val` from the one before it, by counts over `train`.

    Args and result as in `ngram_losses`.
    """
    return ngram_losses(train, val, vocab_size, 1)[1]
