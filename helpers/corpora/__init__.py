"""The texts that the lessons learn from. `python -m helpers.corpora` lists them."""

from helpers.corpora.corpus import Corpus
from helpers.corpora.errors import CorpusUnavailable
from helpers.corpora.folder import data_folder
from helpers.corpora.loading import load_corpus, read_text
from helpers.corpora.made import ALPHABET, alphabet, python_docs, tales
from helpers.corpora.registry import REGISTRY

__all__ = [
    "ALPHABET",
    "REGISTRY",
    "Corpus",
    "CorpusUnavailable",
    "alphabet",
    "data_folder",
    "load_corpus",
    "python_docs",
    "read_text",
    "tales",
]
