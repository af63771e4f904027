"""Files that are written whole or not at all."""

import os
import tempfile
from pathlib import Path


def write_whole(path: str | Path, content: str | bytes) -> Path:
    """Write `content` to `path` so that no reader ever meets half a file.

    The content goes to a temporary file in the same folder, which then takes the place of `path` in one step.
    Text is written as UTF-8 with `\\n` line ends. Missing folders are made. Raises OSError where the disk refuses;
    the old file, if there was one, is then still as it was.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    data = content.encode("utf-8") if isinstance(content, str) else content
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(temporary, 0o644)
        os.replace(temporary, path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    return path


def remove_leftovers(folder: str | Path, names: str) -> None:
    """Remove the temporary files that a killed `write_whole` left in a folder, of files whose names match `names`.

    No other program may be writing such a file there at the moment.
    """
    for path in Path(folder).glob(f".{names}.*"):
        path.unlink(missing_ok=True)
