"""Texts that are brought over the network once and kept in the data folder."""

import hashlib
import re
import sys
from pathlib import Path
from urllib.parse import urlsplit

from helpers.corpora.corpus import CorpusUnavailable, disk_problem
from helpers.corpora.download import DownloadFailed, download
from helpers.corpora.folder import data_folder, find_pinned, is_whole, problem_of
from helpers.corpora.reading import looks_binary, unpack
from helpers.corpora.registry import Pinned
from helpers.ground.files import write_whole


def pinned_file(entry: Pinned, progress: bool) -> Path:
    """Return the file of a pinned text, brought first if it is not here. Raises CorpusUnavailable."""
    if found := find_pinned(entry):
        return found
    folder = data_folder()
    goal = folder / entry.file
    if goal.exists():
        print(f"{goal} is not used: {problem_of(goal, entry)}", file=sys.stderr)
    remedy = f"To bring it by hand, save {entry.url} ({entry.bytes:,} bytes) as {goal}."
    try:
        data = download(entry.url, folder, label=entry.name, size=entry.bytes, sha256=entry.sha256, progress=progress)
        if goal.exists() and not is_whole(goal, entry):
            goal.replace(goal.with_name(f"{goal.name}.replaced"))  # it may be somebody's work
        return write_whole(goal, data)
    except DownloadFailed as error:
        raise CorpusUnavailable(entry.name, str(error), remedy) from None
    except OSError as error:
        raise CorpusUnavailable(entry.name, disk_problem(error, folder), remedy) from None


def is_url(name_or_path: str | Path) -> bool:
    """Tell whether this is an address of the web and not a path."""
    return isinstance(name_or_path, str) and bool(re.match(r"https?://", name_or_path, re.IGNORECASE))


def url_file(url: str, progress: bool) -> Path:
    """Return the kept copy of what an address holds, unpacked, brought first if it is not here.

    Nothing tells whether such a text is the right one, so what is plainly none is refused: a web page, binary data, an
    empty answer. A copy is kept until somebody deletes it. Raises CorpusUnavailable.
    """
    folder = data_folder() / "urls"
    goal = folder / _name(url)
    if goal.is_file():
        return goal
    remedy = "To bring it by hand, save it with a browser and load the file by its path."
    try:
        data = unpack(download(url, folder, label=goal.stem, size=None, sha256=None, progress=progress), url)
        if not data:
            raise DownloadFailed("the answer is empty")
        if looks_binary(data):
            raise DownloadFailed("the answer is binary data, not a text")
        return write_whole(goal, data)
    except (DownloadFailed, ValueError) as error:
        raise CorpusUnavailable(url, str(error), remedy) from None
    except OSError as error:
        raise CorpusUnavailable(url, disk_problem(error, folder), remedy) from None


def _name(url: str) -> str:
    """Return a name for the copy: readable, and another for each address."""
    stem = Path(urlsplit(url).path.removesuffix(".gz")).stem or urlsplit(url).netloc
    return f"{re.sub(r'[^A-Za-z0-9.-]+', '_', stem)[:60]}-{hashlib.sha256(url.encode()).hexdigest()[:16]}.txt"
