"""Texts that need no download: code makes them, or Python brings them."""

import platform
from typing import Any

from helpers.corpora.corpus import Corpus
from helpers.corpora.registry import REGISTRY, Made

ALPHABET = "abcdefghijklmnopqrstuvwxyz"


def alphabet(repeats: int = 100) -> Corpus:
    """Return the alphabet, `repeats` times in a row. Raises ValueError for less than one."""
    if repeats < 1:
        raise ValueError(f"repeats must be at least 1, not {repeats}")
    return _corpus("alphabet", ALPHABET * repeats)


def tales(length: int = 1_000_000, seed: int = 0) -> Corpus:
    """Return `length` characters of small stories, with the exact log-probability of each."""
    from helpers.tales import write_tales

    made = write_tales(length, seed)
    return _corpus(
        "tales", made.text, log_probabilities=made.log_probabilities, starts=made.starts, recalls=made.recalls
    )


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
    version = f"{platform.python_implementation()} {platform.python_version()}"
    return _corpus("python-docs", text, description=f"the reference texts of {version}")


def _corpus(name: str, text: str, *, description: str | None = None, **known: Any) -> Corpus:
    entry: Made = REGISTRY[name]
    return Corpus(name, text, description or entry.description, entry.language, entry.licence, entry.source, **known)
