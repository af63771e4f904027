"""Every text that has a name, and the facts about it."""

import difflib
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Made:
    """A text that code makes or that Python brings: it needs no download."""

    name: str
    description: str
    language: str
    licence: str
    source: str
    symbols: int | None = None  # different characters; None where only the loaded text can tell


@dataclass(frozen=True, kw_only=True)
class Pinned(Made):
    """One file, published at an address that never changes, known by its byte count and its SHA-256."""

    url: str
    bytes: int
    sha256: str

    @property
    def file(self) -> str:
        """The name of the file in the data folder."""
        return f"{self.name}.txt"


@dataclass(frozen=True, kw_only=True)
class Published(Made):
    """A dataset of the Hugging Face hub, with a column "text" and splits of its own."""

    repository: str
    configuration: str | None = None
    bytes: int  # of all splits together, about
    files: dict[str, str] = field(hash=False)  # the name under which each split is kept, by the split's name


def _github(repository: str, commit: str, path: str) -> str:
    return f"https://raw.githubusercontent.com/{repository}/{commit}/{path}"


_ENTRIES = [
    Made("alphabet", "a to z over and over", "none", "public domain", "made by code", symbols=26),
    Made("tales", "small stories of a grammar whose floor is known", "English", "MIT", "made by code", symbols=67),
    Made(
        "python-docs",
        "the reference texts of the running Python",
        "English",
        "Python Software Foundation License",
        "pydoc_data.topics of the running Python",
    ),
    Pinned(
        "tinyshakespeare",
        "passages from the plays of William Shakespeare, collected by Andrej Karpathy",
        "English",
        "public domain",
        "https://github.com/karpathy/char-rnn",
        symbols=65,
        url=_github("karpathy/char-rnn", "6f9487a6fe5b420b7ca9afb0d7c078e37c1d1b4e", "data/tinyshakespeare/input.txt"),
        bytes=1_115_394,
        sha256="86c4e6aa9db7c042ec79f339dcb96d42b0075e16b8fc2e86bf0ca57e2dc565ed",
    ),
    Pinned(
        "war-and-peace",
        "Leo Tolstoy, War and Peace, in English",
        "English",
        "public domain",
        "https://github.com/rnbwdsh/visualizing-and-undertanding-rnns-using-pytorch-lightning",
        symbols=78,
        url=_github(
            "rnbwdsh/visualizing-and-undertanding-rnns-using-pytorch-lightning",
            "52ea84cd4754e4638c1001334dc1d16e907a72bc",
            "data/warandpeace.txt",
        ),
        bytes=3_202_285,
        sha256="c0d27df6c2745c0b651869be5ee9cd561341606a97227b15de98e0b5e1510de2",
    ),
    Pinned(
        "anna-karenina",
        "Leo Tolstoy, Anna Karenina, in English",
        "English",
        "public domain",
        "https://github.com/udacity/deep-learning-v2-pytorch",
        symbols=83,
        url=_github(
            "udacity/deep-learning-v2-pytorch",
            "c9404fc86181fc3f0906b368697268257f348535",
            "recurrent-neural-networks/char-rnn/data/anna.txt",
        ),
        bytes=2_025_486,
        sha256="568bb39fc78aca98e9db91c4329dcd1aa5ec4c3df3aca2064ce5d6f023ae16c9",
    ),
    Published(
        "pushkin",
        "poems of Alexander Pushkin, read from scans, with the errors of the reading",
        "Russian",
        "public domain (poems)",
        "https://huggingface.co/datasets/abobster/pushkin_new",
        symbols=131,
        repository="abobster/pushkin_new",
        bytes=911_553 + 86_506,
        files={"train": "train.txt", "test": "test.txt"},
    ),
    Published(
        "wikitext-2",
        "articles of the English Wikipedia, WikiText-2 raw (Merity et al., 2016)",
        "English",
        "CC BY-SA 3.0 and GFDL",
        "https://huggingface.co/datasets/Salesforce/wikitext",
        repository="Salesforce/wikitext",  # never the bare "wikitext", which recent versions of datasets refuse
        configuration="wikitext-2-raw-v1",
        bytes=13_500_000,
        files={"train": "wiki.train.raw", "validation": "wiki.valid.raw", "test": "wiki.test.raw"},
    ),
]

REGISTRY: dict[str, Made] = {entry.name: entry for entry in _ENTRIES}


def suggestion(name: str) -> str:
    """Return a question that names the corpus most like `name`, or nothing where none is like it."""
    close = difflib.get_close_matches(name.lower(), REGISTRY, n=1)
    return f"; did you mean {close[0]!r}?" if close else ""
