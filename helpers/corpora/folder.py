"""Where texts lie on this disk, and how they are found there."""

import hashlib
import os
from pathlib import Path

from helpers.corpora.registry import Pinned, Published

_CHECKOUT = Path(__file__).resolve().parents[2]


def data_folder() -> Path:
    """Return the folder of texts: `COURSE_DATA`, else `data/` of a checkout, else the user's cache. May not exist."""
    if chosen := os.environ.get("COURSE_DATA"):
        return Path(chosen).expanduser().absolute()
    if (_CHECKOUT / "pyproject.toml").is_file() and (_CHECKOUT / "data" / "README.md").is_file():
        return _CHECKOUT / "data"
    import pooch

    return pooch.os_cache("from-alphabet-to-attention")


def find_pinned(entry: Pinned) -> Path | None:
    """Return the file that holds this text: by its name, else by size and checksum whatever its name."""
    named = data_folder() / entry.file
    return next((path for path in [named, *_files(entry.bytes)] if is_whole(path, entry)), None)


def is_whole(path: Path, entry: Pinned) -> bool:
    """Tell whether a file holds exactly the pinned bytes."""
    return not problem_of(path, entry)


def problem_of(path: Path, entry: Pinned) -> str:
    """Return why a file is not the pinned text, or nothing if it is."""
    try:
        size = path.stat().st_size
        if size != entry.bytes:
            return f"it has {size:,} bytes instead of {entry.bytes:,}"
        return "" if sha256_of(path) == entry.sha256 else "its SHA-256 is another"
    except OSError as error:
        return f"it cannot be read ({error.strerror})"


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file in hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def find_published(entry: Published) -> Path | None:
    """Return the folder that holds every split of a dataset as plain text, if there is one."""
    folder = data_folder() / entry.name
    return folder if all((folder / file).is_file() for file in entry.files.values()) else None


def _files(size: int) -> list[Path]:
    """Return the files of this byte count that lie in the data folder itself."""
    try:
        return sorted(path for path in data_folder().iterdir() if path.is_file() and path.stat().st_size == size)
    except OSError:
        return []
