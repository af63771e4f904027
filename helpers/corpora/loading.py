"""One function for every text: by its name, its path or its address."""

import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path

from helpers.corpora import made
from helpers.corpora.corpus import Corpus, CorpusUnavailable
from helpers.corpora.fetching import is_url, pinned_file, url_file
from helpers.corpora.hub import published_folder
from helpers.corpora.reading import Reading, decode
from helpers.corpora.registry import REGISTRY, Pinned, Published, suggestion

_SEPARATOR = re.compile(r"\s*(</s>\s*)+")  # stands between two poems of `pushkin`


def load_corpus(
    name_or_path: str | Path,
    *,
    repeats: int | None = None,
    length: int | None = None,
    seed: int | None = None,
    lower: bool = False,
    keep: Iterable[str] | None = None,
    nfc: bool = False,
    raw: bool = False,
    encoding: str | None = None,
    offline: str | Path | None = None,
    progress: bool = True,
) -> Corpus:
    """Load a text: by name, from a file, or from an address of the web. Line ends become `\\n`, gzip is unpacked.

    A text of the network is brought once, checked, and kept in the data folder (`data/README.md` says where).

    Args:
        name_or_path: a name that `python -m helpers.corpora` lists, the path of a text file, or an http(s) address.
        repeats: how many times "alphabet" runs from a to z; 100 if not given.
        length, seed: characters of "tales", 1,000,000 if not given, and the seed that they are drawn with, 0.
        lower: make all letters small.
        keep: the characters to keep, all others are removed; remember the space and the newline.
        nfc: compose letters and accents into one character where there is one (Unicode's form NFC).
        raw: leave "pushkin" as it was published, with the literal `</s>` that else becomes a paragraph break.
        encoding: of a file or an address; UTF-8 if not given.
        offline: what to load instead, with a printed line, where a text cannot be had.
        progress: show a bar of text while something is downloaded.

    Raises:
        CorpusUnavailable: a text of the network is not here and cannot be brought; the message says what to do.
        FileNotFoundError: there is no such corpus and no such file.
        ValueError: the file is empty, binary or of another encoding, nothing is left after `keep`, or an option does
            not apply to this text.
    """
    reading = Reading(nfc=nfc, lower=lower, keep=keep)
    options = {"repeats": repeats, "length": length, "seed": seed, "raw": raw or None, "encoding": encoding}
    options = {option: value for option, value in options.items() if value is not None}
    load, allowed = _loader(name_or_path, progress)
    if unfit := [option for option in options if option not in allowed]:
        raise ValueError(f"{unfit[0]} does not apply to {str(name_or_path)!r}; {_that_apply(allowed)}")
    if offline is None:
        return reading.apply(load(**options))
    instead, _ = _loader(offline, progress)
    try:
        corpus = load(**options)
    except CorpusUnavailable as error:
        print(f"{name_or_path} cannot be had here ({error.reason}): going on with {offline}.")
        corpus = instead()
    return reading.apply(corpus)


def read_text(path: str | Path, encoding: str = "utf-8") -> str:
    """Read a text file, gzip or not, with any line ends. Raises ValueError if it is empty or of another encoding."""
    return decode(Path(path).read_bytes(), str(path), encoding)


def _loader(name_or_path: str | Path, progress: bool) -> tuple[Callable[..., Corpus], tuple[str, ...]]:
    """Return the function that loads this text, and the options that it takes. Raises FileNotFoundError."""
    entry = REGISTRY.get(name_or_path) if isinstance(name_or_path, str) else None
    if isinstance(entry, Pinned):
        return lambda: _pinned(entry, progress), ()
    if isinstance(entry, Published):
        takes_raw = ("raw",) if entry.name == "pushkin" else ()
        return lambda raw=False: _published(entry, raw, progress), takes_raw
    if entry:
        takes = {"alphabet": ("repeats",), "tales": ("length", "seed")}
        return getattr(made, entry.name.replace("-", "_")), takes.get(entry.name, ())
    if is_url(name_or_path):
        return lambda encoding="utf-8": _from_address(str(name_or_path), encoding, progress), ("encoding",)
    path = _existing_file(name_or_path)
    return lambda encoding="utf-8": _from_file(path, encoding), ("encoding",)


def _that_apply(allowed: tuple[str, ...]) -> str:
    return f"{' and '.join(allowed)} would" if allowed else "lower, keep and nfc would"


def _existing_file(name_or_path: str | Path) -> Path:
    path = Path(name_or_path).expanduser()
    if path.is_file():
        return path
    known = f"{str(name_or_path)!r} is neither a corpus ({', '.join(REGISTRY)}) nor a file"
    if path.is_dir():
        raise IsADirectoryError(f"{known}: it is a folder; name a file in it")
    raise FileNotFoundError(f"{known} here{suggestion(str(name_or_path))}")


def _pinned(entry: Pinned, progress: bool) -> Corpus:
    return _read({"": pinned_file(entry, progress)}, entry.name, *_facts(entry))


def _published(entry: Published, raw: bool, progress: bool) -> Corpus:
    folder = published_folder(entry, progress)
    corpus = _read({split: folder / file for split, file in entry.files.items()}, entry.name, *_facts(entry))
    if entry.name != "pushkin" or raw:
        return corpus
    splits = {split: _SEPARATOR.sub("\n\n", text).strip() + "\n" for split, text in corpus.splits.items()}
    return replace(corpus, text=splits["train"], splits=splits)


def _from_file(path: Path, encoding: str) -> Corpus:
    name = Path(path.stem).stem if path.suffix == ".gz" else path.stem
    return _read({"": path}, name, f"the file {path.name}", "unknown", "unknown", str(path), encoding)


def _from_address(url: str, encoding: str, progress: bool) -> Corpus:
    path = url_file(url, progress)
    return _read({"": path}, path.stem, "a text of the web", "unknown", "unknown", url, encoding)


def _facts(entry: Pinned | Published) -> tuple[str, str, str, str]:
    return entry.description, entry.language, entry.licence, entry.source


def _read(
    files: dict[str, Path],
    name: str,
    description: str,
    language: str,
    licence: str,
    source: str,
    encoding: str = "utf-8",
) -> Corpus:
    """Decode the files of a text: its published splits by name, or one without a name."""
    texts = {split: read_text(path, encoding) for split, path in files.items()}
    first = "train" if "train" in texts else ""
    splits = {split: text for split, text in texts.items() if split}
    return Corpus(name, texts[first], description, language, licence, source, files[first], splits=splits)
