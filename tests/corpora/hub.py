"""A small Hugging Face hub on the loopback interface: as much of its protocol as `datasets` uses to load files."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha1
from http.server import BaseHTTPRequestHandler
from urllib.parse import unquote, urlsplit

from tests.corpora.text_server import run_http_server

COMMIT = "0123456789abcdef0123456789abcdef01234567"


class Hub:
    """What the hub holds (files by repository and path), what it was asked, and the error that it answers if any."""

    def __init__(self, repositories: dict[str, dict[str, bytes]]):
        self.repositories = repositories
        self.requests: list[str] = []
        self.error: int | None = None
        self.stumbles: list[str] = []  # ends of paths: the next request for each fails
        self.address = ""

    def answer(self, handler: BaseHTTPRequestHandler) -> None:
        """Answer a request for a file, or for what a repository holds."""
        path = unquote(urlsplit(handler.path).path).strip("/")
        self.requests.append(f"{handler.command} /{path}")
        if self.error:
            return _send(handler, self.error, b"out of order")
        for end in [end for end in self.stumbles if path.endswith(end)]:
            self.stumbles.remove(end)
            return _send(handler, 503, b"come again")
        for repository, files in self.repositories.items():
            if path.startswith(start := f"datasets/{repository}/resolve/"):
                _, _, file = path.removeprefix(start).partition("/")
                return _send_file(handler, files, file)
            if path.startswith(start := f"api/datasets/{repository}"):
                return _send_facts(handler, repository, files, path.removeprefix(start).strip("/"))
        return _send(handler, 404, b"{}", {"X-Error-Code": "RepoNotFound"})


def _send_file(handler: BaseHTTPRequestHandler, files: dict[str, bytes], file: str) -> None:
    if file not in files:
        return _send(handler, 404, b"", {"X-Error-Code": "EntryNotFound", "X-Repo-Commit": COMMIT})
    return _send(handler, 200, files[file], {"ETag": f'"{_digest(files[file])}"', "X-Repo-Commit": COMMIT})


def _send_facts(handler: BaseHTTPRequestHandler, repository: str, files: dict[str, bytes], rest: str) -> None:
    question, _, below = rest.partition("/")
    if question == "tree":
        _, _, folder = below.partition("/")
        return _send_json(handler, _tree(files, folder, "recursive=true" in handler.path.lower()))
    if question in ("", "revision"):
        siblings = [{"rfilename": file} for file in files]
        return _send_json(
            handler, {"id": repository, "sha": COMMIT, "siblings": siblings, "private": False, "tags": []}
        )
    return _send(handler, 404, b"{}", {"X-Error-Code": "EntryNotFound"})


def _tree(files: dict[str, bytes], folder: str, recursive: bool) -> list[dict]:
    """List the files and folders in a folder of a repository, as the hub does."""
    start = f"{folder}/" if folder else ""
    inside = {path: data for path, data in files.items() if path.startswith(start)}
    folders = {start + path.removeprefix(start).split("/")[0] for path in inside if "/" in path.removeprefix(start)}
    rows = [{"type": "directory", "oid": _digest(path.encode()), "size": 0, "path": path} for path in sorted(folders)]
    shown = [path for path in inside if recursive or "/" not in path.removeprefix(start)]
    return rows + [
        {"type": "file", "oid": _digest(files[path]), "size": len(files[path]), "path": path} for path in sorted(shown)
    ]


def _digest(data: bytes) -> str:
    return sha1(data).hexdigest()


def _send_json(handler: BaseHTTPRequestHandler, content: object) -> None:
    _send(handler, 200, json.dumps(content).encode(), {"Content-Type": "application/json"})


def _send(handler: BaseHTTPRequestHandler, status: int, data: bytes, headers: dict[str, str] | None = None) -> None:
    handler.send_response(status)
    for name, value in (headers or {}).items():
        handler.send_header(name, value)
    handler.send_header("Content-Length", str(len(data)))
    handler.end_headers()
    if handler.command != "HEAD":
        handler.wfile.write(data)


@contextmanager
def run_hub(repositories: dict[str, dict[str, bytes]]) -> Iterator[Hub]:
    """Run a hub in a thread as long as the block lasts."""
    hub = Hub(repositories)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            hub.answer(self)

        do_HEAD = do_GET  # noqa: N815 (the name that http.server looks for)

        def log_message(self, *_: object) -> None:
            """Keep the log out of the test's output."""

    with run_http_server(Handler) as address:
        hub.address = address
        yield hub
