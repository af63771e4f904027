"""A real HTTP server on the loopback interface, whose files come as badly as the test wants."""

import os
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

Answer = Callable[[BaseHTTPRequestHandler], None]


def whole(data: bytes, kind: str = "text/plain") -> Answer:
    """Answer with all bytes, as a good server does."""
    return lambda handler: _send(handler, data, len(data), kind)


def truncated(data: bytes) -> Answer:
    """Announce all bytes, send half of them, and end the connection in good order."""
    return lambda handler: _send(handler, data[: len(data) // 2], len(data))


def cut(data: bytes) -> Answer:
    """Announce all bytes, send half of them, and reset the connection."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        _send(handler, data[: len(data) // 2], len(data))
        handler.wfile.flush()
        time.sleep(0.1)  # else the reset overtakes the bytes
        handler.connection.setsockopt(
            socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("hh" if os.name == "nt" else "ii", 1, 0)
        )
        handler.connection.close()

    return answer


def unannounced(data: bytes) -> Answer:
    """Send bytes without saying how many: the end of the connection is the end of the file."""
    return lambda handler: _send(handler, data, None)


def slow(data: bytes, seconds: float, pieces: int = 8) -> Answer:
    """Send all bytes in small pieces with pauses, `seconds` in all."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        _send(handler, b"", len(data))
        step = -(-len(data) // pieces)
        for start in range(0, len(data), step):
            handler.wfile.write(data[start : start + step])
            handler.wfile.flush()
            time.sleep(seconds / pieces)

    return answer


def silent(data: bytes, seconds: float) -> Answer:
    """Send half of the bytes, then nothing more."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        _send(handler, data[: len(data) // 2], len(data))
        handler.wfile.flush()
        time.sleep(seconds)

    return answer


def together(count: int, answer: Answer) -> Answer:
    """Answer nobody before `count` requests are here."""
    barrier = threading.Barrier(count)

    def wait_and_answer(handler: BaseHTTPRequestHandler) -> None:
        barrier.wait(timeout=60)
        answer(handler)

    return wait_and_answer


def status(code: int) -> Answer:
    """Answer with an error."""
    return lambda handler: handler.send_error(code)


def redirect(path: str) -> Answer:
    """Send the client elsewhere, as a portal does that wants a login."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(302)
        handler.send_header("Location", path)
        handler.send_header("Content-Length", "0")
        handler.end_headers()

    return answer


def _send(handler: BaseHTTPRequestHandler, data: bytes, length: int | None, kind: str = "text/plain") -> None:
    handler.send_response(200)
    if kind:
        handler.send_header("Content-Type", kind)
    if length is not None:
        handler.send_header("Content-Length", str(length))
    handler.send_header("Connection", "close")
    handler.end_headers()
    handler.wfile.write(data)


class TextServer:
    """What the server has (`answers`: for each path one answer a request, the last again and again) and was asked."""

    def __init__(self, address: str):
        self.address = address
        self.answers: dict[str, list[Answer]] = {}
        self.requests: list[str] = []

    def serve(self, path: str, *answers: Answer) -> str:
        """Let the server answer requests for `path` so, and return its address."""
        self.answers[path] = list(answers)
        return self.address + path

    def answer(self, handler: BaseHTTPRequestHandler) -> None:
        """Answer one request."""
        self.requests.append(handler.path)
        answers = self.answers.get(handler.path, [status(404)])
        (answers.pop(0) if len(answers) > 1 else answers[0])(handler)


@contextmanager
def run_text_server() -> Iterator[TextServer]:
    """Run a server in a thread as long as the block lasts."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            server.answer(self)

        def log_message(self, *_: object) -> None:
            """Keep the log out of the test's output."""

    with run_http_server(Handler) as address:
        server = TextServer(address)
        yield server


@contextmanager
def run_http_server(handler: type[BaseHTTPRequestHandler]) -> Iterator[str]:
    """Run a server of this handler in a thread and yield its address."""
    with _QuietServer(("127.0.0.1", 0), handler) as http:
        threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{http.server_port}"
        finally:
            http.shutdown()


class _QuietServer(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def handle_error(self, *_: object) -> None:
        """A client that hangs up is part of these tests."""
