"""The seconds that it takes to write a text of tales with its probabilities, and to count a text of that size."""

from collections.abc import Iterator

from benchmarks.figures import show_seconds
from benchmarks.rows import Row, hold_to_limit
from benchmarks.timing import seconds_of
from helpers.corpora import load_corpus
from helpers.tales import write_tales
from helpers.tales.tales import grammar
from helpers.text.baselines import ngram_losses
from helpers.text.splits import Split, make_split

LENGTH, QUICK_LENGTH = 1_000_000, 200_000
TALES_LIMIT, COUNTS_LIMIT = 10.0, 20.0  # seconds, what the course promises


def rows(quick: bool) -> Iterator[Row]:
    """Hold both to their limits."""
    times, length = (1, QUICK_LENGTH) if quick else (5, LENGTH)
    figures = [write_anew(length) for _ in range(times)]
    yield hold_to_limit(f"write {length:,} characters of tales", figures, TALES_LIMIT, show_seconds)
    name, split = choose_text(quick)
    tokens, vocab_size = (split.train.tokens, split.val.tokens), len(split.vocabulary)
    figures = [seconds_of(lambda: ngram_losses(*tokens, vocab_size, 5)) for _ in range(times)]
    yield hold_to_limit(f"count models of context 0 to 5, {name}", figures, COUNTS_LIMIT, show_seconds)


def write_anew(length: int) -> float:
    """Return the seconds that a text takes in a process that has not written one yet."""
    grammar.cache_clear()
    return seconds_of(lambda: write_tales(length))


def choose_text(quick: bool) -> tuple[str, Split]:
    """Return tinyshakespeare, or a text of its size that needs no network; if quick, a short one of that kind."""
    corpus = load_corpus("tales", length=QUICK_LENGTH) if quick else load_corpus("tinyshakespeare", offline="tales")
    return corpus.name, make_split(corpus)
