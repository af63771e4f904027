"""What a loss must be held against before it means anything.

`python -m helpers.baselines [CORPUS ...]` prints the baselines of some corpora as one table.
"""

import math
from dataclasses import dataclass

import torch

from helpers.corpora import load_corpus
from helpers.course.console import DONE, Parser, run_command
from helpers.ground.vocabulary import Vocabulary
from helpers.text.ngrams import NgramModel
from helpers.text.splits import Part, make_split

_LONGEST = 20  # contexts, where nobody says how far to go


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


def baseline_table(train: Part | str, val: Part | str, *, longest: int | None = None) -> Baselines:
    """Print the loss on `val` of knowing nothing, of count models over `train`, and of the true source where known.

    Args:
        train, val: parts of a split, or texts.
        longest: the largest context length. If it is not given, the table goes to 5, and on from there for as long as
            a longer context does better.

    Returns: the losses, in nats per character; `named` has those to draw beside a curve.

    Raises:
        ValueError: a part has fewer than two characters.
    """
    baselines = measure(train, val, longest=longest)
    print(baselines)
    return baselines


def measure(train: Part | str, val: Part | str, *, longest: int | None = None) -> Baselines:
    """Return what `table` prints."""
    if isinstance(train, str) or isinstance(val, str):
        train, val = (part if isinstance(part, str) else part.text for part in (train, val))
        vocabulary = Vocabulary.from_text(train + val)
        tokens, floor = (vocabulary.encode(train), vocabulary.encode(val)), None
    else:
        vocabulary, tokens, floor = train.vocabulary, (train.tokens, val.tokens), val.floor
    losses = ngram_losses(*tokens, len(vocabulary), 5 if longest is None else longest)
    while longest is None and losses[-1] == min(losses) and len(losses) < _LONGEST:
        losses = ngram_losses(*tokens, len(vocabulary), 2 * len(losses))
    if longest is None:
        losses = losses[: max(6, losses.index(min(losses)) + 2)]
    return Baselines(len(vocabulary), tuple(losses), floor)


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


def main(arguments: list[str] | None = None) -> int:
    """Do what the command line says; `helpers.course.console` lists the exit codes."""
    parser = Parser(
        prog="python -m helpers.baselines",
        usage="python -m helpers.baselines [TEXT ...]",
        description="Losses of count models on the last tenth of a text, in nats per character.",
        epilog="columns: ln V is the loss of knowing nothing; 0 to 5 count what follows so many\n"
        "         characters; best of any number; floor, where the source is known\n"
        "example: python -m helpers.baselines tales my_book.txt",
    )
    about = "a corpus, a file or an address (default: tales and python-docs)"
    parser.add_argument("texts", metavar="TEXT", nargs="*", default=["tales", "python-docs"], help=about)
    options = parser.parse_args(arguments)
    return run_command(lambda: _print_rows(options.texts))


def _print_rows(texts: list[str]) -> int:
    """Print a row for each text: its default split, and the losses of its baselines."""
    print("| corpus | ln V | " + " | ".join(map(str, range(6))) + " | best (context) | floor |")
    print("|---" * 10 + "|", flush=True)
    for name in texts:
        try:
            split = make_split(load_corpus(name))
            found = measure(split.train, split.val)
        except (OSError, ValueError) as error:
            raise ValueError(f"{name}: {error}") from None
        figures = [uniform_loss(found.vocab_size), *found.by_context[:6]]
        best = f"{found.by_context[found.best_context]:.3f} ({found.best_context})"
        floor = "" if found.floor is None else f"{found.floor:.3f}"
        print(" | ".join([f"| {name}", *(f"{figure:.3f}" for figure in figures), best, floor]) + " |", flush=True)
    return DONE
