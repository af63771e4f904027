"""`make lab`: copies what is missing, overwrites nothing, and serves notebook 00."""

import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from tools.lab import copy_missing
from tools.lesson import ROOT


@pytest.fixture
def checkout(tmp_path):
    """Return a folder with what the command needs, and a notebook that a learner has filled in."""
    shutil.copytree(ROOT / "notebooks", tmp_path / "notebooks")
    shutil.copytree(ROOT / "tools", tmp_path / "tools")
    (tmp_path / "work").mkdir()
    (tmp_path / "work" / "01_alphabet.ipynb").write_text("my answers", encoding="utf-8")
    return tmp_path


def test_what_is_there_is_not_touched(checkout):
    before = (checkout / "work" / "01_alphabet.ipynb").stat().st_mtime_ns
    assert checkout / "work" / "00_start_here.ipynb" in copy_missing(checkout)
    assert (checkout / "work" / "01_alphabet.ipynb").read_text(encoding="utf-8") == "my answers"
    assert (checkout / "work" / "01_alphabet.ipynb").stat().st_mtime_ns == before
    assert copy_missing(checkout) == []


BROWSER = """\
import pathlib, sys, urllib.parse, urllib.request
path = urllib.request.url2pathname(urllib.parse.urlsplit(sys.argv[1]).path)
pathlib.Path("opened.html").write_bytes(pathlib.Path(path).read_bytes())
"""


def test_jupyterlab_opens_and_serves_notebook_00(checkout):
    (checkout / "browser.py").write_text(BROWSER, encoding="utf-8")
    port = free_port()
    options = [f"--port={port}", "--IdentityProvider.token=test", "--ServerApp.port_retries=0"]
    options += ["--allow-root"] if hasattr(os, "getuid") and os.getuid() == 0 else []
    environment = os.environ | {"BROWSER": f"'{as_posix(sys.executable)}' '{as_posix(checkout / 'browser.py')}' %s"}
    command = [sys.executable, "-m", "tools.lab", *options]
    with (checkout / "log.txt").open("w") as log:
        server = subprocess.Popen(command, cwd=checkout, env=environment, stdout=log, stderr=log)
    try:
        model = json.loads(fetch(f"http://127.0.0.1:{port}/api/contents/work/00_start_here.ipynb?token=test"))
        page = fetch(f"http://127.0.0.1:{port}/lab/tree/work/00_start_here.ipynb?token=test")
        opened = wait_for(checkout / "opened.html")
    finally:
        server.terminate()
        server.wait(30)
    assert model["content"]["cells"][0]["source"].startswith("# 00 · Start here")
    assert b"JupyterLab" in page
    assert "/lab/tree/work/00_start_here.ipynb" in opened
    assert "copied work/00_start_here.ipynb" in (checkout / "log.txt").read_text(encoding="utf-8")
    assert (checkout / "work" / "01_alphabet.ipynb").read_text(encoding="utf-8") == "my answers"


def as_posix(path):
    return Path(path).as_posix()


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for(path, seconds=30):
    """Wait until a file is there, and return its text."""
    deadline = time.monotonic() + seconds
    while not (path.exists() and path.stat().st_size) and time.monotonic() < deadline:
        time.sleep(0.1)
    return path.read_text(encoding="utf-8")


def fetch(url, seconds=60):
    """Ask until the server answers."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            with urllib.request.urlopen(url, timeout=10) as answer:
                return answer.read()
        except (urllib.error.URLError, ConnectionError):
            if time.monotonic() > deadline:
                raise
            time.sleep(0.3)
