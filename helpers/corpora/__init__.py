"""The texts that the lessons learn from. `python -m helpers.corpora` lists them."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submod_attrs={
        "corpus": ["Corpus", "CorpusUnavailable"],
        "folder": ["data_folder"],
        "loading": ["load_corpus", "read_text"],
        "made": ["ALPHABET", "alphabet", "python_docs", "tales"],
        "registry": ["REGISTRY"],
    },
)
