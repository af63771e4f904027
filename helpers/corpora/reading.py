"""From the bytes of a file to the characters that a model learns from."""

import gzip
import unicodedata
import zlib
from collections.abc import Iterable
from dataclasses import replace

from helpers.corpora.corpus import Corpus

_GZIP = b"\x1f\x8b"
# What a text that is not UTF-8 is guessed to be. Few, so that a short text is not taken for a rare encoding.
_LIKELY = ["cp1252", "cp1251", "koi8_r", "cp1253", "gb18030", "shift_jis", "euc_jp", "big5", "euc_kr"]
_LIKELY += ["utf_16", "utf_16_le", "utf_16_be", "utf_32"]
_SPOKEN = {"cp1252": "Latin-1 or its extension Windows-1252", "cp1251": "Windows-1251"}
_SAMPLE = 1 << 16  # bytes that the guess looks at


def unpack(data: bytes, label: str) -> bytes:
    """Return the bytes as they are, or what they hold if they are gzip. Raises ValueError for a damaged gzip."""
    if not data.startswith(_GZIP):
        return data
    try:
        return gzip.decompress(data)
    except (OSError, EOFError, zlib.error) as error:
        raise ValueError(f"{label} is a damaged gzip file, or only a part of one ({error})") from None


def decode(data: bytes, label: str, encoding: str = "utf-8") -> str:
    """Turn bytes, gzip or not, into text with any line ends made `\\n`, without a byte order mark.

    Raises:
        ValueError: nothing is there, the bytes are no text, or they are of another encoding; the message names the
            first bad byte and its position, and the encoding that it looks like.
        LookupError: there is no such encoding.
    """
    data = unpack(data, label)
    try:
        text = data.decode(encoding).removeprefix("\N{BYTE ORDER MARK}")
    except UnicodeDecodeError as error:
        raise ValueError(_describe(data, label, encoding, error)) from None
    if not text:
        raise ValueError(f"{label} is empty: there is nothing to learn from")
    if "\0" in text:
        raise ValueError(_describe(data, label, encoding, None))
    return text.replace("\r\n", "\n").replace("\r", "\n")


def looks_binary(data: bytes) -> bool:
    """Tell whether bytes hold zeros that no encoding of text explains."""
    return b"\0" in data and not _guess(data, 0)


def _describe(data: bytes, label: str, encoding: str, error: UnicodeDecodeError | None) -> str:
    """Say that these bytes are not text of this encoding, and what to do."""
    if looks_binary(data):
        return f"{label} is not a text: it holds binary data; export it as plain text and load that"
    shown = encoding.upper() if encoding.lower().startswith("utf") else encoding
    position = error.start if error else 0
    place = f"byte 0x{data[position]:02x} at position {position}" if error else "it holds zero bytes"
    if shown == "UTF-8" and not data[:position].isascii():
        return f"{label} is not UTF-8: {place}; it is up to there, so it may be cut or damaged: bring a whole copy"
    guess = _guess(data, position)
    looks = f'it looks like {_SPOKEN.get(guess, guess)}: pass encoding="{guess}", or ' if guess else ""
    return f"{label} is not {shown}: {place}; {looks}save it as UTF-8 in your editor and load it again"


def _guess(data: bytes, position: int) -> str | None:
    """Return the encoding that bytes look like around a position, or None."""
    from charset_normalizer import from_bytes

    start = max(0, position - _SAMPLE // 2) & ~3  # a whole number of characters of any fixed width
    best = from_bytes(data[start : start + _SAMPLE], cp_isolation=_LIKELY).best()
    return best.encoding if best else None


class Reading:
    """The options of reading, applied in this order: `nfc`, `lower`, `keep`."""

    def __init__(self, *, nfc: bool = False, lower: bool = False, keep: Iterable[str] | None = None):
        self.nfc, self.lower = nfc, lower
        self.keep = None if keep is None else frozenset(keep)
        if self.keep is not None and (not self.keep or any(len(character) != 1 for character in self.keep)):
            raise ValueError("keep must be a collection of single characters, and not an empty one")

    def read(self, text: str) -> str:
        """Return the text as these options want it."""
        if self.nfc:
            text = unicodedata.normalize("NFC", text)
        if self.lower:
            text = text.lower()
        if self.keep is not None:
            text = text.translate({ord(character): None for character in set(text) - self.keep})
        return text

    def apply(self, corpus: Corpus) -> Corpus:
        """Return the corpus with its text and splits read so. What was known of the old characters is dropped.

        Raises ValueError where nothing is left of the text.
        """
        text = self.read(corpus.text)
        if not text:
            raise ValueError(
                f"no character of {corpus.name} is among those that keep={''.join(sorted(self.keep))!r} holds"
            )
        if text == corpus.text:
            return replace(corpus, splits={name: self.read(split) for name, split in corpus.splits.items()})
        return replace(
            corpus,
            text=text,
            splits={name: self.read(split) for name, split in corpus.splits.items()},
            log_probabilities=None,
            starts=None,
            recalls=(),
        )
