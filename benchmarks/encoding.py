"""Encoding a long text: `Vocabulary.encode`, against a dictionary asked once a character."""

import random
import tracemalloc
from collections.abc import Iterator

import torch

from benchmarks.figures import show_number, show_seconds
from benchmarks.rows import Row, compare, hold_to_limit
from benchmarks.timing import alternate, stopwatch
from helpers.corpora import load_corpus
from helpers.ground.vocabulary import Vocabulary

CHARACTERS = 3_200_000
TIMES_FASTER, BYTES_A_CHARACTER = 20, 16  # what the course promises
CYRILLIC = "абвгдежзийклмнопрстуфхцчшщъыьэюяёАБВГДЕЖЗИЙКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯЁ    ,.!?-—\n"


def rows(quick: bool) -> Iterator[Row]:
    """Compare seconds and hold the peak of memory to its limit, for Latin and for Cyrillic text."""
    for script, text in (("Latin", latin_text()), ("Cyrillic", cyrillic_text())):
        yield compare_encoding(script, text, 1 if quick else 7)
        yield hold_peak(script, text, 1 if quick else 3)


def latin_text() -> str:
    """Return English, repeated and cut to length."""
    text = load_corpus("python-docs").text
    return (text * (CHARACTERS // len(text) + 1))[:CHARACTERS]


def cyrillic_text() -> str:
    """Return Russian letters and signs in random order: for encoding, only the code points count."""
    return "".join(random.Random(0).choices(CYRILLIC, k=CHARACTERS))


def compare_encoding(script: str, text: str, alternations: int) -> Row:
    """Compare the seconds that it takes to turn a text into tokens, both vocabularies being there already."""
    vocabulary = Vocabulary.from_text(text)
    char_to_idx = {character: index for index, character in enumerate(sorted(set(text)))}

    def look_up() -> torch.Tensor:
        return torch.tensor([char_to_idx[character] for character in text])

    if not torch.equal(vocabulary.encode(text), look_up()):
        raise AssertionError("the two sides made different tokens")
    ours, peer = alternate(stopwatch(lambda: vocabulary.encode(text)), stopwatch(look_up), alternations)
    return compare(f"encode {len(text):,} characters, {script}", ours, peer, show_seconds, target=TIMES_FASTER)


def hold_peak(script: str, text: str, repetitions: int) -> Row:
    """Hold the most memory that encoding has at any moment to its limit, in bytes a character, the tokens included."""
    vocabulary = Vocabulary.from_text(text)
    peaks = [peak_bytes(vocabulary, text) / len(text) for _ in range(repetitions)]
    return hold_to_limit(f"peak memory a character, {script}", peaks, BYTES_A_CHARACTER, show_bytes_a_character)


def peak_bytes(vocabulary: Vocabulary, text: str) -> int:
    """Return the most bytes that were allocated at once while a text was encoded.

    Traced with tracemalloc, which numpy reports its arrays to; the tokens are such an array, and torch only points to
    it. That is checked: a tensor whose numbers were torch's own would go unseen.
    """
    tracemalloc.start()
    try:
        tokens = vocabulary.encode(text)
        held, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    if held < tokens.numel() * tokens.element_size():
        raise AssertionError("the tokens' own memory was not seen")
    return peak


def show_bytes_a_character(value: float) -> str:
    """Write bytes a character."""
    return f"{show_number(value)} B"
