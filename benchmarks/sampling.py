"""Writing text: `generate`, against the sampling loop of the textbooks, and what its filters cost."""

from collections.abc import Callable, Iterator

import numpy as np
import torch
import torch.nn.functional as F

from benchmarks.figures import show_count, show_number
from benchmarks.rows import Row, compare, hold_to_limit
from benchmarks.timing import alternate, seconds_of
from helpers.ground.vocabulary import Vocabulary
from helpers.models.lstm import CharLSTM
from helpers.sampling.generation import generate

HIDDEN_SIZE = 256
SYMBOLS = 80
LENGTH, QUICK_LENGTH = 1_000, 200  # characters that are written
ROWS = 32  # continuations at once
FILTERS = {"temperature": 0.8, "top_k": 20, "top_p": 0.95, "min_p": 0.02}
TIMES_FASTER, TIMES_FASTER_AT_ONCE, FILTER_SHARE = 1.5, 10, 0.3  # what the course promises


def rows(quick: bool) -> Iterator[Row]:
    """Compare characters a second, one text and many at once; then hold the share of the filters to its limit."""
    torch.manual_seed(0)
    vocabulary = Vocabulary("".join(chr(start) for start in range(33, 33 + SYMBOLS)))
    model = CharLSTM(len(vocabulary), None, HIDDEN_SIZE)
    length, alternations = (QUICK_LENGTH, 3) if quick else (LENGTH, 7)
    expect_same_text(model, vocabulary)
    textbook = characters_a_second(lambda: write_by_the_book(model, vocabulary, "A", length), length)
    for count, target in ((1, TIMES_FASTER), (ROWS, TIMES_FASTER_AT_ONCE)):
        ours = characters_a_second(lambda n=count: generate(model, vocabulary, "A", length, count=n), length * count)
        figures = alternate(ours, textbook, alternations)
        name = f"characters a second, {count} at once"
        yield compare(name, *figures, show_count, target=target, more_is_better=True, peer_name="textbook loop")
    for count in (1, ROWS):
        yield hold_filters(model, vocabulary, length, count, alternations)


def hold_filters(model: CharLSTM, vocabulary: Vocabulary, length: int, count: int, alternations: int) -> Row:
    """Hold the time that all filters together take, as a share of a step that they are part of, to its limit."""
    plain, filtered = alternate(
        lambda: seconds_of(lambda: generate(model, vocabulary, "A", length, count=count)),
        lambda: seconds_of(lambda: generate(model, vocabulary, "A", length, count=count, **FILTERS)),
        alternations,
    )
    shares = [1 - without / own for own, without in zip(filtered, plain, strict=True)]
    name = f"share of {len(FILTERS)} filters in a step, {count} at once"
    return hold_to_limit(name, shares, FILTER_SHARE, show_number)


def characters_a_second(write: Callable[[], object], characters: int) -> Callable[[], float]:
    """Return a measurement of the characters that a function writes in a second."""
    write()
    return lambda: characters / seconds_of(write)


@torch.no_grad()
def write_by_the_book(
    model: CharLSTM, vocabulary: Vocabulary, prime: str, length: int, *, likeliest: bool = False
) -> str:
    """Write as many a tutorial does: a one-hot vector made by numpy each step, softmax, and numpy's choice."""
    layer, output = model.layers[0], model.output
    state, text = None, prime
    for _ in range(length):
        one_hot = np.zeros((1, 1, len(vocabulary)), dtype=np.float32)
        one_hot[0, 0, int(vocabulary.encode(text[-1])[0])] = 1.0
        states, state = layer(torch.from_numpy(one_hot), state)  # (1, 1, hidden)
        probabilities = F.softmax(output(states[:, -1]), dim=1).numpy().squeeze().astype(np.float64)
        probabilities /= probabilities.sum()
        token = probabilities.argmax() if likeliest else np.random.choice(len(vocabulary), p=probabilities)
        text += vocabulary.symbols[token]
    return text


def expect_same_text(model: CharLSTM, vocabulary: Vocabulary) -> None:
    """Raise AssertionError unless both write the same where nothing is drawn: else their speeds say nothing."""
    ours = generate(model, vocabulary, "A", 100, temperature=0)
    if ours != write_by_the_book(model, vocabulary, "A", 100, likeliest=True):
        raise AssertionError("the two sides write different texts")
