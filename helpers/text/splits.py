"""Training, validation and test: contiguous parts of a text, under one vocabulary."""

from bisect import bisect_left
from collections import Counter
from dataclasses import dataclass, field

import numpy as np
import torch

from helpers.corpora import Corpus
from helpers.ground.vocabulary import Vocabulary
from helpers.tales import Recall


@dataclass(frozen=True)
class Part:
    """A stretch of a text.

    Attributes:
        text, tokens: the same characters, as a string and as int64 tokens of shape (length,).
        vocabulary: that of the whole text.
        log_probabilities: of the true source, one a character, where they are known.
        starts, recalls: of a part of tales, with positions in this part.
    """

    name: str
    text: str
    vocabulary: Vocabulary = field(repr=False)
    tokens: torch.Tensor = field(repr=False)
    log_probabilities: np.ndarray | None = field(default=None, repr=False)
    starts: tuple[int, ...] = field(default=(), repr=False)
    recalls: tuple[Recall, ...] = field(default=(), repr=False)

    def __len__(self) -> int:
        return len(self.text)

    def __repr__(self) -> str:
        return f"Part({self.name!r}: {len(self):,} characters)"

    @property
    def floor(self) -> float | None:
        """The loss of the true source on this part in nats per character, where it is known."""
        if self.log_probabilities is None or not len(self):
            return None
        return -float(self.log_probabilities.mean())


@dataclass(frozen=True)
class Split:
    """The three parts of a text, and the vocabulary of all of it.

    `unseen` counts the characters of validation and test that training never shows. They have tokens like all others,
    but no model can have learned them.
    """

    train: Part
    val: Part
    test: Part
    vocabulary: Vocabulary
    unseen: dict[str, int]


def make_split(corpus: Corpus | str, *, validation: float = 0.1, test: float = 0.0) -> Split:
    """Cut a text into training, validation and test, in this order, and print a line about characters not trained on.

    The parts that a corpus was published with are kept; if it has none for validation, the end of its training part
    is taken. A text of tales is cut where a tale begins.

    Args:
        corpus: a corpus, or a text.
        validation, test: shares of the whole, each at least 0 and together below 1.

    Raises:
        ValueError: shares out of range, or so small that a part that was asked for stays empty.
    """
    if isinstance(corpus, str):
        corpus = Corpus("text", corpus, "a text", "unknown", "unknown", "given as a string")
    if min(validation, test) < 0 or validation + test >= 1:
        raise ValueError(f"validation={validation} and test={test} must be at least 0, and together below 1")
    texts = _published(corpus, validation) if corpus.splits else _cut(corpus, validation, test)
    for name, share in (("train", 1), ("val", validation), ("test", 0 if corpus.splits else test)):
        if share and not texts[name]:
            raise ValueError(f"a text of {len(corpus.text):,} characters is too short: nothing is left for {name}")
    vocabulary = Vocabulary.from_text("".join(texts.values()))
    parts, start = {}, 0
    for name, text in texts.items():
        parts[name] = _make_part(corpus, name, text, start, vocabulary)
        start += len(text)
    known = set(texts["train"])
    unseen = {symbol: n for symbol, n in Counter(texts["val"] + texts["test"]).items() if symbol not in known}
    if unseen:
        print(_describe_unseen(corpus.name, unseen))
    return Split(parts["train"], parts["val"], parts["test"], vocabulary, dict(sorted(unseen.items())))


def _cut(corpus: Corpus, validation: float, test: float) -> dict[str, str]:
    length = len(corpus.text)
    first = _to_tale(corpus, int(length * (1 - validation - test) + 1e-6)) if validation + test else length
    second = _to_tale(corpus, int(length * (1 - test) + 1e-6)) if test else length
    return {"train": corpus.text[:first], "val": corpus.text[first:second], "test": corpus.text[second:]}


def _to_tale(corpus: Corpus, position: int) -> int:
    """Move a cut to the tale that begins nearest to it, if the text is one of tales."""
    starts = corpus.starts or ()
    after = bisect_left(starts, position)
    near = [start for start in starts[max(after - 1, 0) : after + 1] if start]
    return min(near, key=lambda start: abs(start - position), default=position)


def _published(corpus: Corpus, validation: float) -> dict[str, str]:
    train, val = corpus.splits["train"], corpus.splits.get("validation", "")
    if not val:
        cut = int(len(train) * (1 - validation) + 1e-6)
        train, val = train[:cut], train[cut:]
    return {"train": train, "val": val, "test": corpus.splits.get("test", "")}


def _make_part(corpus: Corpus, name: str, text: str, start: int, vocabulary: Vocabulary) -> Part:
    end = start + len(text)
    return Part(
        name,
        text,
        vocabulary,
        vocabulary.encode(text),
        None if corpus.log_probabilities is None else corpus.log_probabilities[start:end],
        tuple(position - start for position in corpus.starts or () if start <= position < end),
        tuple(
            recall._replace(start=recall.start - start)
            for recall in corpus.recalls or ()
            if start <= recall.start and recall.start + recall.length <= end
        ),
    )


def _describe_unseen(name: str, unseen: dict[str, int]) -> str:
    shown = " ".join(repr(symbol) for symbol in sorted(unseen)[:10]) + (" …" if len(unseen) > 10 else "")
    return (
        f"{name}: not in the training part, so no model can learn them there: {shown} "
        f"(different characters: {len(unseen)}, times in validation and test: {sum(unseen.values())}). "
        "They keep their tokens."
    )
