"""The texts that the lessons learn from."""

import platform
from dataclasses import dataclass
from pathlib import Path

ALPHABET = "abcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True)
class Corpus:
    """A text and what one must know about it."""

    name: str
    text: str
    description: str
    language: str
    licence: str
    source: str
    path: Path | None = None  # where it lies on disk; None for a text that is made by code

    def __repr__(self) -> str:
        return f"Corpus({self.name!r}: {len(self.text):,} characters, {len(set(self.text))} different)"


def load_corpus(name_or_path: str | Path, *, repeats: int = 100) -> Corpus:
    """Load a text by name, or from a file.

    Args:
        name_or_path: "alphabet", "python-docs", or the path of a UTF-8 text file.
        repeats: how many times "alphabet" runs from a to z.

    Raises:
        ValueError: the file is empty, or not UTF-8 (the message names the first bad byte and its position).
        FileNotFoundError: there is no such corpus and no such file.
    """
    if name_or_path == "alphabet":
        return alphabet(repeats)
    if name_or_path == "python-docs":
        return python_docs()
    path = Path(name_or_path)
    if not path.is_file():
        raise FileNotFoundError(f"{str(name_or_path)!r} is neither a corpus (alphabet, python-docs) nor a file here")
    return Corpus(path.stem, read_text(path), f"the file {path.name}", "unknown", "unknown", str(path), path)


def alphabet(repeats: int = 100) -> Corpus:
    """Return the alphabet, `repeats` times in a row. Raises ValueError for less than one."""
    if repeats < 1:
        raise ValueError(f"repeats must be at least 1, not {repeats}")
    return Corpus("alphabet", ALPHABET * repeats, "a to z over and over", "none", "public domain", "made by code")


def python_docs() -> Corpus:
    """Return the reference texts that come with the running Python, about half a million characters of English.

    The text differs a little from one version of Python to the next; the description names the version.
    """
    try:
        from pydoc_data.topics import topics
    except ImportError:
        raise FileNotFoundError(
            "this Python was installed without its documentation (the module pydoc_data); "
            "install the full standard library, or give the path of any text file"
        ) from None
    text = "\n\n".join(topics[key].strip() for key in sorted(topics)) + "\n"
    version = platform.python_version()
    return Corpus(
        "python-docs",
        text,
        f"the reference texts of {platform.python_implementation()} {version}",
        "English",
        "Python Software Foundation License",
        "pydoc_data.topics of the running Python",
    )


def read_text(path: str | Path) -> str:
    """Read a UTF-8 text file with any line ends. Raises ValueError for an empty file and for one that is not UTF-8."""
    data = Path(path).read_bytes()
    try:
        text = data.decode("utf-8").removeprefix("\N{BYTE ORDER MARK}")
    except UnicodeDecodeError as error:
        raise ValueError(
            f"{path} is not UTF-8: byte 0x{data[error.start]:02x} at position {error.start}; "
            "save it as UTF-8 in your editor and load it again"
        ) from None
    if not text:
        raise ValueError(f"{path} is empty: there is nothing to learn from")
    return text.replace("\r\n", "\n").replace("\r", "\n")
