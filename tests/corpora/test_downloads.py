"""Downloads from a real server that is slow, broken or lying: only whole and right bytes are kept."""

import gzip
import os
import signal
import subprocess
import sys
import tempfile
import textwrap
import time
from hashlib import sha256
from pathlib import Path
from types import SimpleNamespace

import pooch.core
import pytest

from helpers.corpora import CorpusUnavailable, load_corpus
from helpers.corpora import download as download_module
from helpers.corpora.registry import REGISTRY, Pinned
from tests.corpora import text_server
from tests.corpora.text_server import (
    cut,
    redirect,
    run_text_server,
    silent,
    slow,
    status,
    together,
    truncated,
    unannounced,
    whole,
)

TEXT = "All happy families are alike. Каждая несчастлива по-своему.\n" * 2_000
DATA = TEXT.encode()
WRONG = DATA[:1000] + b"#" + DATA[1001:]
PAGE = b"<!DOCTYPE html>\n<html><body>Please log in</body></html>"


@pytest.fixture
def server():
    with run_text_server() as server:
        yield server


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("COURSE_DATA", str(tmp_path / "texts"))
    return tmp_path / "texts"


@pytest.fixture
def pauses(monkeypatch):
    """Let no time pass between attempts, and collect how long they would have been."""
    pauses = []
    monkeypatch.setattr(pooch.core, "time", SimpleNamespace(sleep=pauses.append))
    return pauses


@pytest.fixture
def pin(monkeypatch):
    """Return a function that puts a pinned text named "novel" at an address into the registry."""

    def put(url, data=DATA):
        facts = {"url": url, "bytes": len(data), "sha256": sha256(data).hexdigest()}
        monkeypatch.setitem(REGISTRY, "novel", Pinned("novel", "a novel", "English", "public domain", url, **facts))

    return put


@pytest.fixture
def novel(server, folder, pin, pauses):
    """Return a function that serves the pinned novel with these answers."""
    return lambda *answers: pin(server.serve("/novel.txt", *answers))


def files(folder):
    return sorted(path.name for path in folder.rglob("*") if path.is_file())


def test_a_pinned_text_is_brought_once_and_then_found(novel, folder, server):
    novel(whole(DATA))
    corpus = load_corpus("novel", progress=False)
    assert (corpus.text, corpus.path) == (TEXT, folder / "novel.txt")
    assert load_corpus("novel").text == TEXT
    assert server.requests == ["/novel.txt"]
    assert files(folder) == ["novel.txt"]
    assert os.listdir(folder) == ["novel.txt"]


@pytest.mark.skipif(os.name == "nt", reason="no such rights here")
def test_other_users_may_read_what_was_downloaded(novel, folder):
    novel(whole(DATA))
    load_corpus("novel", progress=False)
    assert (folder / "novel.txt").stat().st_mode & 0o777 == 0o644


def test_a_bar_of_text_is_shown_unless_it_is_not_wanted(novel, folder, capsys):
    novel(slow(DATA, 0.1))
    load_corpus("novel", progress=False)
    assert capsys.readouterr().err == ""
    (folder / "novel.txt").unlink()
    load_corpus("novel")
    error = capsys.readouterr().err
    assert "novel" in error
    assert "%" in error


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        pytest.param(truncated(DATA), "was cut before the end", id="truncated"),
        pytest.param(cut(DATA), "was cut before the end", id="cut in the middle"),
        pytest.param(unannounced(DATA[:5000]), "5,000 bytes came instead of", id="truncated, length not announced"),
        pytest.param(whole(DATA + b"more"), "bytes came instead of", id="too long"),
        pytest.param(whole(b""), "0 bytes came instead of", id="empty"),
        pytest.param(whole(WRONG), "another SHA-256", id="one wrong byte"),
        pytest.param(status(500), "answered 500 Internal Server Error", id="500"),
        pytest.param(status(503), "answered 503", id="503"),
        pytest.param(status(404), "answered 404 Not Found", id="404"),
        pytest.param(whole(PAGE, "text/html; charset=utf-8"), "answered with a web page", id="a page"),
        pytest.param(whole(PAGE, ""), "answered with a web page", id="a page that does not say so"),
        pytest.param(redirect("/login"), "answered 404", id="a redirect to nowhere"),
        pytest.param(redirect("/novel.txt"), "redirects", id="a redirect to itself"),
    ],
)
def test_what_is_not_the_text_is_neither_used_nor_kept(novel, folder, bad, reason):
    novel(bad)
    with pytest.raises(CorpusUnavailable, match=reason):
        load_corpus("novel", progress=False)
    assert files(folder) == []


@pytest.mark.parametrize("bad", [truncated(DATA), cut(DATA), whole(WRONG), status(500), status(429)])
def test_a_failure_that_passes_is_tried_again(novel, folder, pauses, server, bad):
    novel(bad, bad, whole(DATA))
    assert load_corpus("novel", progress=False).text == TEXT
    assert len(server.requests) == 3
    assert 0 < pauses[0] < pauses[1], "there should be two pauses, and the second longer"
    assert files(folder) == ["novel.txt"]


@pytest.mark.parametrize("bad", [status(404), status(403), whole(PAGE, "text/html")])
def test_a_failure_that_stays_is_not_tried_again(novel, server, bad):
    novel(bad, whole(DATA))
    with pytest.raises(CorpusUnavailable):
        load_corpus("novel", progress=False)
    assert len(server.requests) == 1


def test_a_slow_server_is_waited_for(novel, monkeypatch):
    monkeypatch.setattr(download_module, "SILENT_SECONDS", 0.5)
    novel(slow(DATA, 1))
    assert load_corpus("novel", progress=False).text == TEXT


def test_a_silent_server_is_not_waited_for(novel, folder, monkeypatch):
    monkeypatch.setattr(download_module, "SILENT_SECONDS", 0.2)
    novel(silent(DATA, 30))
    start = time.monotonic()
    with pytest.raises(CorpusUnavailable, match="did not answer in time"):
        load_corpus("novel", progress=False)
    assert time.monotonic() - start < 10
    assert files(folder) == []


def test_no_server_at_all_says_what_to_do(folder, pin, pauses):
    pin("http://127.0.0.1:9/novel.txt")
    with pytest.raises(CorpusUnavailable) as caught:
        load_corpus("novel", progress=False)
    message = str(caught.value)
    assert caught.value.reason == "there is no connection to 127.0.0.1:9"
    for part in ("http://127.0.0.1:9/novel.txt", f"{len(DATA):,} bytes", str(folder / "novel.txt"), "tales"):
        assert part in message
    assert "\n" not in message


def test_offline_goes_on_with_another_text_and_says_so(folder, pin, pauses, capsys):
    pin("http://127.0.0.1:9/novel.txt")
    assert load_corpus("novel", offline="alphabet", keep="ab", progress=False).text == "ab" * 100
    printed = capsys.readouterr().out
    assert printed == "novel cannot be had here (there is no connection to 127.0.0.1:9): going on with alphabet.\n"


def test_offline_is_not_used_where_the_text_can_be_had(novel, capsys):
    novel(whole(DATA))
    assert load_corpus("novel", offline="alphabet", progress=False).text == TEXT
    assert capsys.readouterr().out == ""


def test_offline_must_be_something_that_can_be_loaded(novel):
    novel(whole(DATA))
    with pytest.raises(FileNotFoundError, match="did you mean 'python-docs'"):
        load_corpus("novel", offline="python-doc", progress=False)


def test_a_file_is_found_by_its_checksum_whatever_its_name(novel, folder, server):
    novel(status(500))
    folder.mkdir()
    (folder / "a decoy.txt").write_bytes(WRONG)
    (folder / "Karenina (copy).TXT").write_bytes(DATA)
    corpus = load_corpus("novel")
    assert (corpus.text, corpus.path.name) == (TEXT, "Karenina (copy).TXT")
    assert server.requests == []


@pytest.mark.parametrize("content", [WRONG, DATA[:-1], b""], ids=["one wrong byte", "one byte less", "empty"])
def test_a_wrong_file_of_the_right_name_is_reported_and_set_aside(novel, folder, content, capsys):
    novel(whole(DATA))
    folder.mkdir()
    (folder / "novel.txt").write_bytes(content)
    assert load_corpus("novel", progress=False).text == TEXT
    assert "novel.txt is not used: it" in capsys.readouterr().err
    assert (folder / "novel.txt").read_bytes() == DATA
    assert (folder / "novel.txt.replaced").read_bytes() == content


def test_a_wrong_file_stays_where_the_right_one_cannot_be_had(novel, folder):
    novel(status(500))
    folder.mkdir()
    (folder / "novel.txt").write_bytes(WRONG)
    with pytest.raises(CorpusUnavailable):
        load_corpus("novel", progress=False)
    assert (folder / "novel.txt").read_bytes() == WRONG


def test_an_address_is_brought_once_and_kept(server, folder):
    url = server.serve("/books/my%20novel.txt?part=1", whole(DATA))
    corpus = load_corpus(url, progress=False)
    assert (corpus.text, corpus.source) == (TEXT, url)
    assert load_corpus(url).text == TEXT
    assert len(server.requests) == 1


def test_two_addresses_of_one_name_are_kept_apart(server, folder):
    one, other = server.serve("/a/input.txt", whole(b"one")), server.serve("/b/input.txt", whole(b"other"))
    assert [load_corpus(url, progress=False).text for url in (one, other, one)] == ["one", "other", "one"]


@pytest.mark.parametrize("path", ["/novel.txt.gz", "/novel"])
def test_gzip_of_the_web_is_unpacked(server, folder, path):
    url = server.serve(path, whole(gzip.compress(DATA), "application/gzip"))
    assert load_corpus(url, progress=False).text == TEXT
    assert load_corpus(url).text == TEXT


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        pytest.param(redirect("/login"), r"web page instead of a text, perhaps to log in .*/login", id="login"),
        pytest.param(whole(PAGE), "web page", id="a page called text"),
        pytest.param(whole(b"\xef\xbb\xbf\n<!-- x --><HTML>" + DATA), "web page", id="a page after a comment"),
        pytest.param(whole(b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 50), "binary data", id="a picture"),
        pytest.param(whole(gzip.compress(DATA)[:-20]), "damaged gzip", id="damaged gzip"),
        pytest.param(whole(b""), "empty", id="nothing"),
        pytest.param(truncated(DATA), "cut before the end", id="truncated"),
        pytest.param(status(401), "answered 401", id="401"),
    ],
)
def test_an_address_that_holds_no_text_is_refused_and_nothing_kept(server, folder, pauses, bad, reason):
    server.serve("/login", whole(PAGE, "text/html"))
    url = server.serve("/novel.txt", bad)
    with pytest.raises(CorpusUnavailable, match=reason):
        load_corpus(url, progress=False)
    assert files(folder) == []


def test_an_address_of_another_encoding_says_which(server, folder):
    url = server.serve("/roman.txt", whole("Это роман о войне и мире.\n".encode("cp1251") * 20))
    with pytest.raises(ValueError, match='pass encoding="cp1251"'):
        load_corpus(url, progress=False)
    assert load_corpus(url, encoding="cp1251").text == "Это роман о войне и мире.\n" * 20
    assert len(server.requests) == 1


PROGRAM = textwrap.dedent("""
    import sys
    from helpers.corpora import load_corpus
    from helpers.corpora.registry import REGISTRY, Pinned
    url, size, digest = sys.argv[1:]
    facts = {"url": url, "bytes": int(size), "sha256": digest}
    REGISTRY["novel"] = Pinned("novel", "a novel", "English", "public domain", url, **facts)
    print(len(load_corpus("novel", progress=False).text))
""")


def start(url, **keywords):
    """Start a process of its own that loads the novel from an address."""
    command = [sys.executable, "-c", PROGRAM, url, str(len(DATA)), sha256(DATA).hexdigest()]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **keywords)


def wait_until(condition):
    deadline = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < deadline, "it did not happen within 30 seconds"
        time.sleep(0.01)


def test_two_processes_may_load_at_once(server, folder):
    url = server.serve("/novel.txt", together(2, whole(DATA)))
    processes = [start(url), start(url)]
    for process in processes:
        out, error = process.communicate(timeout=60)
        assert (out, error) == (f"{len(TEXT)}\n", "")
    assert server.requests == ["/novel.txt"] * 2
    assert os.listdir(folder) == ["novel.txt"]
    assert (folder / "novel.txt").read_bytes() == DATA


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="no such signal here")
def test_what_a_killed_process_left_is_never_taken_for_whole(server, folder, pin):
    url = server.serve("/novel.txt", silent(DATA, 60), whole(DATA))
    process = start(url)
    wait_until(lambda: any(path.is_file() and path.stat().st_size for path in folder.rglob("*")))
    process.kill()
    process.communicate()
    rest = [path for path in folder.rglob("*") if path.is_file()]
    assert rest, "the process was to leave something behind"
    assert all(len(path.read_bytes()) < len(DATA) for path in rest)
    pin(url)
    assert load_corpus("novel", progress=False).text == TEXT
    assert (folder / "novel.txt").read_bytes() == DATA


def test_what_a_killed_process_left_long_ago_is_taken_away(novel, folder):
    novel(whole(DATA))
    for name, age in (("old", 48 * 3600), ("new", 60)):
        (folder / f".download-{name}").mkdir(parents=True)
        (folder / f".download-{name}" / "file").write_bytes(DATA[:100])
        os.utime(folder / f".download-{name}", (time.time() - age,) * 2)
    load_corpus("novel", progress=False)
    assert sorted(os.listdir(folder)) == [".download-new", "novel.txt"]


def test_a_full_disk_is_a_clear_error(server, folder):
    resource = pytest.importorskip("resource")
    url = server.serve("/novel.txt", whole(DATA))
    limit = len(DATA) // 2

    def fill_the_disk():
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

    out, error = start(url, preexec_fn=fill_the_disk).communicate(timeout=60)
    assert out == ""
    assert "CorpusUnavailable: novel cannot be had" in error
    assert "cannot be written to (File too large); set COURSE_DATA to another folder, with room" in error
    assert files(folder) == []


def test_a_folder_that_cannot_be_made_is_a_clear_error(server, pin, tmp_path, monkeypatch):
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("COURSE_DATA", str(tmp_path / "file" / "texts"))
    pin(server.serve("/novel.txt", whole(DATA)))
    with pytest.raises(CorpusUnavailable, match=r"cannot be written to \(.+\); set COURSE_DATA to another"):
        load_corpus("novel", progress=False)
    assert server.requests == [], "nothing is downloaded that cannot be kept"


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no users of this kind here")
def test_a_read_only_folder_is_a_clear_error(novel, server, monkeypatch):
    novel(whole(DATA))
    load_corpus("novel", progress=False)  # everything is imported now: another user may not read where it lies
    with tempfile.TemporaryDirectory() as outer:
        os.chmod(outer, 0o755)
        (Path(outer) / "texts").mkdir()
        (Path(outer) / "texts").chmod(0o555)
        monkeypatch.setenv("COURSE_DATA", f"{outer}/texts")
        message = as_another_user(lambda: load_corpus("novel", progress=False))
    assert message.startswith("CorpusUnavailable: novel cannot be had")
    assert "cannot be written to (Permission denied); set COURSE_DATA to another folder" in message
    assert len(server.requests) == 1, "nothing is downloaded that cannot be kept"


def as_another_user(function):
    """Call a function in a copy of this process that has no special rights, and return the error that it raises."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        message = "no error"
        try:
            if os.geteuid() == 0:
                os.setgroups([])
                os.setgid(65534)
                os.setuid(65534)
            function()
        except BaseException as error:
            message = f"{type(error).__name__}: {error}"
        os.write(writer, message.encode())
        os._exit(0)
    os.close(writer)
    with os.fdopen(reader, encoding="utf-8") as file:
        message = file.read()
    os.waitpid(child, 0)
    return message


def test_the_server_of_these_tests_is_real(server):
    """Else none of the others would prove anything."""
    assert text_server.TextServer is type(server)
    assert server.address.startswith("http://127.0.0.1:")
