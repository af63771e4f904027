"""The folder of a run: what lies in it, and that only one run at a time works there."""

import os
import shlex
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

from filelock import FileLock, Timeout


class RunFolder:
    """Knows the names of the files of a run."""

    def __init__(self, path: str | Path):
        self.path = Path(path)
        self.settings = self.path / "settings.toml"
        self.history = self.path / "history.csv"

    def __str__(self) -> str:
        return str(self.path)

    @property
    def typed(self) -> str:
        """The path as one types it in a terminal: in quotes where it holds a space, for example."""
        return subprocess.list2cmdline([str(self)]) if os.name == "nt" else shlex.quote(str(self))

    def refuse_another_run(self) -> None:
        """Raise ValueError if a run lies here already, finished or not; raise NotADirectoryError for a file."""
        if self.path.exists() and not self.path.is_dir():
            raise NotADirectoryError(f"{self} is a file: name a folder with --out")
        if self.settings.exists() or self.history.exists() or any(self.path.glob("*.safetensors")):
            raise ValueError(
                f"{self} holds a run already: go on with it by --resume {self.typed}, or name another folder with --out"
            )

    def refuse_nothing(self) -> None:
        """Raise ValueError unless a run lies here that can be gone on with."""
        if not self.settings.is_file():
            raise ValueError(f"{self} holds no run to go on with: there is no {self.settings.name} in it")

    @contextmanager
    def lock(self) -> Iterator[None]:
        """Make the folder, and keep other runs out of it for as long as this one works, by a lock of the system.

        The system gives the lock back when a program ends, killed or not, so a file that is left over blocks nobody.

        Raises:
            ValueError: another run is at work here.
            OSError: the folder cannot be made, or not be written to.
        """
        self.path.mkdir(parents=True, exist_ok=True)
        lock = FileLock(self.path / ".lock", blocking=False)
        try:
            lock.acquire()
        except Timeout:
            raise ValueError(
                f"another run is at work in {self}: wait for its end, or name another folder with --out"
            ) from None
        try:
            yield
        finally:
            lock.release()


def new_folder(name: str) -> RunFolder:
    """Return the first folder of this name in `runs` that is not there yet: NAME, NAME-2, NAME-3 and so on."""
    names = (name if number == 1 else f"{name}-{number}" for number in count(1))
    return RunFolder(next(path for path in (Path("runs") / one for one in names) if not path.exists()))
