"""Datasets of the Hugging Face hub, brought by its own library and then kept as plain text."""

import contextlib
import logging
import os
import shutil
import sys
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

from helpers.corpora.corpus import CorpusUnavailable, disk_problem
from helpers.corpora.download import CONNECT_SECONDS, RETRIES, SILENT_SECONDS
from helpers.corpora.folder import data_folder, find_published
from helpers.corpora.registry import Published
from helpers.ground.files import write_whole


def published_folder(entry: Published, progress: bool) -> Path:
    """Return the folder that holds each split of a dataset as a file, brought first if it is not here.

    Raises CorpusUnavailable.
    """
    if found := find_published(entry):
        return found
    folder = data_folder() / entry.name
    names = " and ".join(entry.files.values())
    remedy = f"To bring it by hand, save its splits as {names} in {folder}, from {entry.source} or another machine."
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".download-", dir=folder.parent, ignore_cleanup_errors=True) as stage:
            splits = _load_splits(entry, remedy, progress)
            return _keep(entry, splits, Path(stage) / entry.name, folder)
    except CorpusUnavailable:
        raise
    except OSError as error:
        raise CorpusUnavailable(entry.name, disk_problem(error, folder), remedy) from None


def join_rows(rows: Iterable[str]) -> str:
    """Return all rows as one text in which each row ends in one newline, whether it was published with it or not."""
    return "".join(row if row.endswith("\n") else row + "\n" for row in rows)


def _load_splits(entry: Published, remedy: str, progress: bool) -> dict[str, str]:
    try:
        _knock(entry)
        with _calm(progress):
            from datasets import load_dataset

            dataset = load_dataset(entry.repository, entry.configuration)
            splits = {split: join_rows(dataset[split]["text"]) for split in entry.files}
    except Exception as error:  # the library lets the errors of half a dozen others through
        reason = str(error).strip().partition("\n")[0] or type(error).__name__
        raise CorpusUnavailable(entry.name, f"{entry.repository}: {reason}", remedy) from None
    if empty := [split for split, text in splits.items() if not text.strip()]:
        raise CorpusUnavailable(entry.name, f"{entry.repository}: the split {empty[0]!r} holds no text", remedy)
    return splits


def _knock(entry: Published) -> None:
    """Ask the hub for the file that the library asks for first, so that no network shows in seconds.

    The library alone tries for half a minute, with a warning each time. Only silence and a failing server count here:
    any other answer is for the library to judge.
    """
    import requests
    from huggingface_hub import constants
    from urllib3.util.retry import Retry

    if constants.HF_HUB_OFFLINE:
        return
    patience = Retry(RETRIES, read=0, backoff_factor=1, status_forcelist=(500, 502, 503, 504), raise_on_status=False)
    with requests.Session() as session:
        session.mount(constants.ENDPOINT, requests.adapters.HTTPAdapter(max_retries=patience))
        url = f"{constants.ENDPOINT}/datasets/{entry.repository}/resolve/main/README.md"
        try:
            answer = session.head(url, timeout=(CONNECT_SECONDS, SILENT_SECONDS))
        except requests.RequestException:
            raise ConnectionError(f"there is no connection to {constants.ENDPOINT}") from None
    if answer.status_code >= 500:
        raise ConnectionError(f"{constants.ENDPOINT} answered {answer.status_code} {answer.reason}")


@contextlib.contextmanager
def _calm(progress: bool) -> Iterator[None]:
    """Keep the library's warnings to itself, and its bars where they are text: in a notebook they would be widgets."""
    import datasets
    import huggingface_hub.utils as hub

    switches = [
        (datasets.are_progress_bars_disabled, datasets.disable_progress_bars, datasets.enable_progress_bars),
        (hub.are_progress_bars_disabled, hub.disable_progress_bars, hub.enable_progress_bars),
    ]
    hidden = [enable for disabled, _, enable in switches if not disabled()]
    logger = logging.getLogger("huggingface_hub")
    level = logger.level
    if not progress or _in_kernel():
        for _, disable, _ in switches:
            disable()
    logger.setLevel(logging.ERROR)
    try:
        yield
    finally:
        logger.setLevel(level)
        for enable in hidden:
            enable()


def _in_kernel() -> bool:
    """Tell whether this is a notebook's kernel, as tqdm does to choose widgets."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython else None
    return shell is not None and "IPKernelApp" in shell.config


def _keep(entry: Published, splits: dict[str, str], stage: Path, folder: Path) -> Path:
    """Write all splits into a folder beside the goal and rename it whole: another process may do the same."""
    for split, text in splits.items():
        write_whole(stage / entry.files[split], text)
    with contextlib.suppress(OSError):
        os.rename(stage, folder)
        return folder
    if find_published(entry):  # another process was faster
        return folder
    if folder.exists():
        shutil.move(folder, tempfile.mkdtemp(prefix=f"{folder.name}.replaced-", dir=folder.parent))
    os.rename(stage, folder)
    return folder
