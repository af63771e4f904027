"""The mapping between characters and token ids."""

import json
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import torch

from helpers.ground.files import write_whole

_CHUNK = 1 << 18  # characters encoded at a time: keeps the peak memory near that of the result


class Vocabulary:
    """The different characters of a text in sorted order; a character's place in that order is its token id.

    >>> vocabulary = Vocabulary.from_text("banana")
    >>> vocabulary.encode("nab").tolist()
    [2, 0, 1]
    >>> vocabulary.decode([2, 0, 1])
    'nab'
    """

    def __init__(self, symbols: Iterable[str]):
        self.symbols = tuple(symbols)
        if not self.symbols:
            raise ValueError("the text is empty: a vocabulary needs at least one character")
        if any(not isinstance(symbol, str) or len(symbol) != 1 for symbol in self.symbols):
            raise ValueError("each symbol of a vocabulary must be one character")
        if list(self.symbols) != sorted(set(self.symbols)):
            raise ValueError("the symbols of a vocabulary must be sorted and all different")
        codes = [ord(symbol) for symbol in self.symbols]
        self._ids = np.full(max(codes) + 2, -1, dtype=np.int64)  # by code point; the last entry stands for all above
        self._ids[codes] = np.arange(len(codes))
        self._codes = np.array(codes, dtype=np.uint32)

    @classmethod
    def from_text(cls, text: str) -> "Vocabulary":
        """Collect the characters of `text`. Raises ValueError for an empty text."""
        return cls(sorted(set(text)))

    def __len__(self) -> int:
        return len(self.symbols)

    def __contains__(self, symbol: object) -> bool:
        return symbol in self.symbols

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Vocabulary) and self.symbols == other.symbols

    def __hash__(self) -> int:
        return hash(self.symbols)

    def __repr__(self) -> str:
        return f"Vocabulary of {len(self)} characters: {''.join(self.symbols)!r}"

    def encode(self, text: str, *, unknown: str = "error") -> torch.Tensor:
        """Turn text into token ids.

        Args:
            text: any text, also an empty one.
            unknown: what to do with a character outside the vocabulary: "error", "skip" it, or "replace" it by the
                first of U+FFFD, "?" and the space that the vocabulary holds.

        Returns: int64 tensor of shape (len(text),), shorter where characters were skipped.

        Raises:
            ValueError: a character is outside the vocabulary; the message names it and its position.
        """
        if unknown not in ("error", "skip", "replace"):
            raise ValueError(f'unknown must be "error", "skip" or "replace", not {unknown!r}')
        ids = np.empty(len(text), dtype=np.int64)
        for start in range(0, len(text), _CHUNK):
            chunk = text[start : start + _CHUNK]
            codes = np.frombuffer(chunk.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
            ids[start : start + len(chunk)] = self._ids[np.minimum(codes, len(self._ids) - 1)]
        if len(ids) and ids.min() < 0:
            ids = self._without_unknown(text, ids, unknown)
        return torch.from_numpy(ids)

    def _without_unknown(self, text: str, ids: np.ndarray, unknown: str) -> np.ndarray:
        if unknown == "skip":
            return ids[ids >= 0]
        if unknown == "replace":
            ids[ids < 0] = self._replacement()
            return ids
        position = int(np.argmax(ids < 0))
        raise ValueError(
            f"{text[position]!r} at position {position} is not in the vocabulary of {len(self)} characters; "
            'change the text, or pass unknown="skip" or unknown="replace"'
        )

    def _replacement(self) -> int:
        for symbol in "\N{REPLACEMENT CHARACTER}? ":
            if symbol in self:
                return self.symbols.index(symbol)
        raise ValueError("the vocabulary holds no U+FFFD, no '?' and no space to put in place of unknown characters")

    def decode(self, tokens: torch.Tensor | Iterable[int]) -> str:
        """Turn a one-dimensional sequence of token ids back into text.

        Raises:
            ValueError: an id is outside the vocabulary; the message names it and its position.
        """
        ids = np.asarray(tokens.cpu() if isinstance(tokens, torch.Tensor) else list(tokens))
        if ids.ndim != 1:
            raise ValueError(f"decode takes one sequence of token ids, not an array of shape {ids.shape}")
        if ids.size == 0:
            return ""
        if not np.issubdtype(ids.dtype, np.integer):
            raise ValueError(f"token ids are integers, these are {ids.dtype}")
        outside = (ids < 0) | (ids >= len(self))
        if outside.any():
            position = int(np.argmax(outside))
            raise ValueError(f"token {ids[position]} at position {position} is outside 0 to {len(self) - 1}")
        return self._codes[ids].tobytes().decode("utf-32-le", "surrogatepass")

    def save(self, path: str | Path) -> Path:
        """Write the vocabulary as JSON."""
        return write_whole(path, json.dumps({"symbols": list(self.symbols)}) + "\n")

    @classmethod
    def load(cls, path: str | Path) -> "Vocabulary":
        """Read a vocabulary written by `save`. Raises ValueError for a file that holds none."""
        try:
            return cls(json.loads(Path(path).read_text(encoding="utf-8"))["symbols"])
        except (ValueError, KeyError, TypeError) as error:
            raise ValueError(f"{path} holds no vocabulary: {error}") from None
