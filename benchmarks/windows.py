"""Windows over a long text: views of one tensor, against lists of Python integers."""

from collections.abc import Iterator

import torch

from benchmarks.figures import show_bytes, show_seconds
from benchmarks.list_dataset import ListDataset
from benchmarks.memory import build_traced, storage_bytes
from benchmarks.rows import Row, compare
from benchmarks.timing import alternate, stopwatch
from helpers.corpora import load_corpus
from helpers.ground.vocabulary import Vocabulary
from helpers.text.batching import sliding_windows

CHARACTERS, QUICK_CHARACTERS = 3_200_000, 320_000
LENGTH, STRIDE = 100, 10
BATCH = 64  # windows in a batch
TIMES_FASTER, TIMES_SMALLER = 100, 50  # what the course promises


def rows(quick: bool) -> Iterator[Row]:
    """Compare the time to build, the time to read a batch, and the memory, alone and together with the tokens."""
    tokens = make_tokens(QUICK_CHARACTERS if quick else CHARACTERS)
    expect_same_windows(tokens[: len(tokens) // 100])
    yield compare_building(tokens, 3 if quick else 7)
    yield compare_reading(tokens, 3 if quick else 7)
    yield from compare_memory(tokens, 1 if quick else 3)


def make_tokens(characters: int) -> torch.Tensor:
    """Return the tokens of an English text, repeated and cut to this many characters. Shape (characters,)."""
    text = load_corpus("python-docs").text
    text = (text * (characters // len(text) + 1))[:characters]
    return Vocabulary.from_text(text).encode(text)


def expect_same_windows(tokens: torch.Tensor) -> None:
    """Raise AssertionError unless both sides cut the same windows: else there would be nothing to compare."""
    inputs, targets = sliding_windows(tokens, LENGTH, STRIDE)
    dataset = ListDataset(tokens.tolist(), LENGTH, STRIDE)
    if inputs.tolist() != dataset.inputs or targets.tolist() != dataset.targets:
        raise AssertionError("the two sides cut different windows")


def compare_building(tokens: torch.Tensor, alternations: int) -> Row:
    """Compare the seconds that it takes to build all windows, from a tensor of tokens and from a list of them."""
    ids = tokens.tolist()
    count = len(sliding_windows(tokens, LENGTH, STRIDE)[0])
    ours, peer = alternate(
        stopwatch(lambda: sliding_windows(tokens, LENGTH, STRIDE)),
        stopwatch(lambda: ListDataset(ids, LENGTH, STRIDE)),
        alternations,
    )
    return compare(f"build {count:,} windows of {LENGTH}", ours, peer, show_seconds, target=TIMES_FASTER)


def compare_reading(tokens: torch.Tensor, alternations: int) -> Row:
    """Compare the seconds that one batch takes: what the views did not copy when built, they copy here."""
    inputs, targets = sliding_windows(tokens, LENGTH, STRIDE)
    dataset = ListDataset(tokens.tolist(), LENGTH, STRIDE)
    chosen = torch.randint(len(inputs), (BATCH,), generator=torch.Generator().manual_seed(0))

    def read_views() -> tuple[torch.Tensor, ...]:
        return inputs[chosen], targets[chosen]  # as WindowBatches does

    def read_lists() -> tuple[torch.Tensor, ...]:
        pairs = [dataset[index] for index in chosen.tolist()]
        return tuple(torch.stack(side) for side in zip(*pairs, strict=True))  # as a DataLoader does

    ours, peer = alternate(stopwatch(read_views), stopwatch(read_lists), alternations)
    return compare(f"read a batch of {BATCH} of them, any order", ours, peer, show_seconds)


def compare_memory(tokens: torch.Tensor, alternations: int) -> Iterator[Row]:
    """Compare the bytes that the windows hold beyond the tokens, then the bytes of windows and tokens together."""
    ids, ids_bytes = build_traced(tokens.tolist)
    ours, peer = alternate(lambda: view_bytes(tokens), lambda: list_bytes(ids), alternations)
    yield compare("memory of the windows, tokens aside", ours, peer, show_bytes, target=TIMES_SMALLER)
    ours = [windows + storage_bytes([tokens]) for windows in ours]
    peer = [windows + ids_bytes for windows in peer]
    yield compare("memory of windows and tokens together", ours, peer, show_bytes)


def view_bytes(tokens: torch.Tensor) -> int:
    """Return the bytes that our windows hold beyond the tokens: two Python objects, and storage that is not shared."""
    windows, objects = build_traced(lambda: sliding_windows(tokens, LENGTH, STRIDE))
    return objects + storage_bytes([tokens, *windows]) - storage_bytes([tokens])


def list_bytes(ids: list[int]) -> int:
    """Return the bytes that the peer's windows hold beyond the list of ids."""
    return build_traced(lambda: ListDataset(ids, LENGTH, STRIDE))[1]
