"""Bytes from the network, of which only whole and right ones are ever kept."""

import re
import shutil
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from tqdm.std import tqdm

CONNECT_SECONDS, SILENT_SECONDS = 5, 20  # how long to wait for a connection, and for the next bytes
RETRIES = 2  # after a failure that may pass, a second later, then two seconds later
_STAGE = ".download-"
_STALE_SECONDS = 24 * 3600
_PAGE = re.compile(rb"(\xef\xbb\xbf)?\s*(<!--.*?-->\s*)*<(!doctype\s+html|html|head|body)\b", re.IGNORECASE | re.DOTALL)


class DownloadFailed(Exception):
    """Nothing was kept; the message says why. Raised for what another attempt would not change, and after the last."""


def download(url: str, folder: Path, *, label: str, size: int | None, sha256: str | None, progress: bool) -> bytes:
    """Bring the bytes of a file, through a temporary file in `folder`, and hold them to size and checksum.

    Args:
        url: http or https.
        folder: made if it is missing.
        label: stands before the progress bar.
        size, sha256: what the file must have; None where that is not known.
        progress: show a bar of text.

    Raises:
        DownloadFailed: the server cannot be reached, answers with an error or a web page, or sends wrong bytes.
        OSError: the folder cannot be written to.
    """
    import pooch
    from requests import RequestException

    pooch.get_logger().setLevel("ERROR")  # it reports each attempt, in lines that are not for learners
    with _stage(folder) as stage:
        keeper = pooch.create(
            stage, base_url="", registry={"file": sha256}, urls={"file": url}, retry_if_failed=RETRIES
        )
        try:
            return Path(keeper.fetch("file", downloader=_Attempt(label, size, progress))).read_bytes()
        except (RequestException, ValueError) as error:
            raise DownloadFailed(_reason(error, url)) from None


def is_page(data: bytes) -> bool:
    """Tell whether bytes begin like a web page: an error or a login where a text should be."""
    return bool(_PAGE.match(data[:2000]))


class _Attempt:
    """One attempt, in the form that pooch calls: a web page ends all attempts, another size only this one."""

    def __init__(self, label: str, size: int | None, progress: bool):
        self.label, self.size, self.progress = label, size, progress

    def __call__(self, url: str, output_file: str, pooch: Any) -> None:
        from pooch import HTTPDownloader

        bar = DownloadBar(self.label, self.progress)
        bring = HTTPDownloader(
            progressbar=bar,
            chunk_size=1 << 16,
            timeout=(CONNECT_SECONDS, SILENT_SECONDS),
            headers={"Accept-Encoding": "identity"},  # so that the length the server names is that of the file
            hooks={"response": _refuse},
        )
        try:
            bring(url, output_file, pooch)
        except BaseException:
            bar.close(whole=False)
            raise
        with open(output_file, "rb") as file:
            if is_page(file.read(2000)):
                raise DownloadFailed(_page(url))
            received = file.seek(0, 2)
        if self.size is not None and received != self.size:
            raise _WrongBytes(f"{received:,} bytes came instead of {self.size:,}")


class _WrongBytes(ValueError):
    """Pooch tries again after it, as after a wrong checksum."""


def _refuse(response: Any, *_: Any, **__: Any) -> None:
    """Raise DownloadFailed for an answer that will stay what it is: a page, or the fault of the request."""
    if response.is_redirect:
        return
    if 400 <= response.status_code < 500 and response.status_code not in (408, 429):
        raise DownloadFailed(f"{urlsplit(response.url).netloc} answered {response.status_code} {response.reason}")
    kind = response.headers.get("Content-Type", "").lower()
    if response.ok and kind.startswith(("text/html", "application/xhtml")):
        raise DownloadFailed(_page(response.url))


def _page(url: str) -> str:
    return f"{urlsplit(url).netloc} answered with a web page instead of a text, perhaps to log in ({url})"


def _reason(error: Exception, url: str) -> str:
    """Say in a few words why the last attempt failed."""
    from requests import exceptions

    host = urlsplit(url).netloc
    if isinstance(error, exceptions.HTTPError):
        return f"{host} answered {error.response.status_code} {error.response.reason}"
    if isinstance(error, exceptions.Timeout) or "timed out" in str(error):
        return f"{host} did not answer in time"
    if isinstance(error, exceptions.ChunkedEncodingError) or "Connection aborted" in str(error):
        return f"the connection to {host} was cut before the end"
    if isinstance(error, exceptions.SSLError):
        return f"the certificate of {host} is not trusted"
    if isinstance(error, exceptions.ConnectionError):
        return f"there is no connection to {host}"
    if isinstance(error, exceptions.RequestException | _WrongBytes):
        return " ".join(str(error).split())
    return "what came has another SHA-256 than the text"


@contextmanager
def _stage(folder: Path):
    """Make a folder inside `folder` for what is not whole yet; take away what a process that was killed left there."""
    folder.mkdir(parents=True, exist_ok=True)
    for left_over in folder.glob(f"{_STAGE}*"):
        if time.time() - left_over.stat().st_mtime > _STALE_SECONDS:
            shutil.rmtree(left_over, ignore_errors=True)
    with tempfile.TemporaryDirectory(prefix=_STAGE, dir=folder, ignore_cleanup_errors=True) as stage:
        yield Path(stage)


class DownloadBar:
    """A bar that appears with the first bytes: where nothing comes, there is nothing to show."""

    def __init__(self, label: str, shown: bool):
        self.label, self.shown = label, shown
        self.total = 0  # set by pooch to what the server announces, 0 if it does not
        self._bar: tqdm | None = None

    def update(self, count: int) -> None:
        """Move on by so many bytes."""
        if self._bar is None:
            show = {"unit": "B", "unit_scale": True, "disable": not self.shown}
            self._bar = tqdm(desc=self.label, total=self.total or None, **show)
        self._bar.update(count)

    def reset(self) -> None:
        """Count anew, as pooch does at the end to count the file once more; the clock goes on, for a true speed."""
        if self._bar is not None:
            self._bar.n = self._bar.last_print_n = 0

    def close(self, whole: bool = True) -> None:
        """Leave the bar where it is if the file came whole, else take it away: half a bar says nothing."""
        if self._bar is not None:
            self._bar.leave = whole
            self._bar.close()
