"""`python -m helpers.corpora`: the list, what is fetched and what is exported."""

import os
import subprocess
import sys
from hashlib import sha256

import pytest

from helpers.corpora import REGISTRY, load_corpus
from helpers.corpora.__main__ import main
from helpers.corpora.registry import Pinned
from tests.corpora.text_server import run_text_server, slow
from tools.lesson import ROOT

DATA = b"All happy families are alike.\n" * 1_000


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("COURSE_DATA", str(tmp_path / "texts"))
    return tmp_path / "texts"


@pytest.fixture
def novel(folder, monkeypatch):
    """Serve a pinned text named "novel"."""
    with run_text_server() as server:
        url = server.serve("/novel.txt", slow(DATA, 0.1))
        facts = {"url": url, "bytes": len(DATA), "sha256": sha256(DATA).hexdigest()}
        monkeypatch.setitem(REGISTRY, "novel", Pinned("novel", "a novel", "English", "CC0", url, 7, **facts))
        yield server


@pytest.fixture
def wikitext(folder):
    """Put the splits of a dataset into the data folder."""
    (folder / "wikitext-2").mkdir(parents=True)
    for name in ("train", "valid", "test"):
        (folder / "wikitext-2" / f"wiki.{name}.raw").write_text(f" = {name} = \n", encoding="utf-8")


def lines(capsys):
    captured = capsys.readouterr()
    return captured.out.splitlines(), captured.err.splitlines()


@pytest.mark.parametrize("arguments", [[], ["list"]])
def test_the_list_names_every_corpus_once(folder, capsys, arguments):
    assert main(arguments) == 0
    out, error = lines(capsys)
    assert [line.split()[0] for line in out[1 : len(REGISTRY) + 1]] == list(REGISTRY)
    assert str(folder) in out[-1]
    assert error == []
    assert len(REGISTRY) == 8


def test_the_list_says_what_is_on_this_disk(novel, capsys):
    main([])
    (before,) = [line for line in lines(capsys)[0] if line.startswith("novel")]
    assert before.endswith("  not here yet: fetch it")
    assert all(fact in before for fact in (f"{len(DATA):,} bytes", " 7 ", "English", "CC0"))
    load_corpus("novel", progress=False)
    main([])
    (after,) = [line for line in lines(capsys)[0] if line.startswith("novel")]
    assert after.endswith("  on this disk")


def test_the_list_counts_what_needs_no_download(folder, capsys):
    main([])
    rows = {line.split()[0]: line for line in lines(capsys)[0] if line}
    docs = load_corpus("python-docs")
    assert f"{len(docs.text):,} characters" in rows["python-docs"]
    assert f" {len(set(docs.text))} " in rows["python-docs"]


def test_fetch_brings_a_text_with_a_bar(novel, folder, capsys):
    assert main(["fetch", "novel"]) == 0
    captured = capsys.readouterr()
    assert captured.out == f"novel is in {folder / 'novel.txt'}: {len(DATA):,} characters, {len(set(DATA))} different\n"
    assert "100%" in captured.err
    assert (folder / "novel.txt").read_bytes() == DATA


def test_fetch_of_what_needs_no_download_says_so(folder, capsys):
    assert main(["fetch", "alphabet"]) == 0
    assert lines(capsys)[0] == ["alphabet needs no download: 2,600 characters, 26 different"]


def test_export_writes_the_whole_text(novel, tmp_path, capsys):
    goal = tmp_path / "new" / "input.txt"
    assert main(["export", "novel", str(goal)]) == 0
    assert goal.read_bytes() == DATA
    assert f"wrote {len(DATA):,} characters to {goal}" in lines(capsys)[0]


def test_export_reads_with_the_same_options(tmp_path):
    (tmp_path / "book.txt").write_bytes("Cafe\u0301, \xc9t\xe9!\r\n".encode())
    main(["export", "book.txt", "out.txt", "--lower", "--nfc", "--keep", "acfét\n"])
    assert (tmp_path / "out.txt").read_bytes() == "caféété\n".encode()
    main(["export", "alphabet", "abc.txt", "--repeats", "2"])
    assert (tmp_path / "abc.txt").read_text() == "abcdefghijklmnopqrstuvwxyz" * 2


def test_export_never_replaces_a_file_unless_it_is_told_to(tmp_path, capsys):
    (tmp_path / "mine.txt").write_text("my own text")
    assert main(["export", "alphabet", "mine.txt"]) == 2
    assert (tmp_path / "mine.txt").read_text() == "my own text"
    assert lines(capsys)[1] == ["mine.txt is there already: name another file, or add --force to replace it"]
    assert main(["export", "alphabet", "mine.txt", "--force"]) == 0
    assert (tmp_path / "mine.txt").read_text().startswith("abc")


@pytest.mark.usefixtures("wikitext")
def test_export_into_a_folder_uses_the_usual_names(tmp_path):
    assert main(["export", "alphabet", "shapes/"]) == 0
    assert os.listdir(tmp_path / "shapes") == ["input.txt"]
    assert main(["export", "wikitext-2", "wiki/"]) == 0
    assert sorted(os.listdir(tmp_path / "wiki")) == ["wiki.test.raw", "wiki.train.raw", "wiki.valid.raw"]
    assert (tmp_path / "wiki" / "wiki.valid.raw").read_text() == " = valid = \n"
    assert main(["export", "wikitext-2", "wiki"]) == 2, "the files are there already"


@pytest.mark.usefixtures("wikitext")
def test_export_writes_one_split(tmp_path, capsys):
    assert main(["export", "wikitext-2", "input.txt", "--split", "validation"]) == 0
    assert (tmp_path / "input.txt").read_text() == " = valid = \n"
    assert main(["export", "wikitext-2", "other.txt", "--split", "dev"]) == 2
    assert lines(capsys)[1] == ["wikitext-2 has the splits train, validation, test, not 'dev'"]
    assert main(["export", "alphabet", "other.txt", "--split", "train"]) == 2
    assert not (tmp_path / "other.txt").exists()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["fetch", "nowhere.txt"], "'nowhere.txt' is neither a corpus"),
        (["export", "alphabet", "a.txt", "--seed", "1"], "seed does not apply to 'alphabet'"),
        (["export", "alphabet", "a.txt", "--keep", "XYZ"], "no character of alphabet is among"),
        (["export", "alphabet", "in the way/a.txt"], "in the way"),
        (["fetch", "http://127.0.0.1:9/a.txt"], "there is no connection to 127.0.0.1:9"),
    ],
    ids=lambda value: value[-1] if isinstance(value, list) else None,
)
def test_what_cannot_be_done_ends_with_one_line_and_2(tmp_path, folder, capsys, monkeypatch, arguments, message):
    monkeypatch.setattr("helpers.corpora.download.RETRIES", 0)
    (tmp_path / "in the way").write_text("a file where a folder should be")
    assert main(arguments) == 2
    out, error = lines(capsys)
    assert out == []
    assert len(error) == 1
    assert message in error[0]
    assert not (tmp_path / "a.txt").exists()


@pytest.mark.parametrize("arguments", [["exprt"], ["export", "alphabet"], ["fetch"], ["list", "--all"]], ids=" ".join)
def test_a_command_line_that_is_not_understood_ends_with_2(arguments, capsys):
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 2
    assert "usage: python -m helpers.corpora" in capsys.readouterr().err


@pytest.mark.parametrize("arguments", [["--help"], ["export", "--help"], ["fetch", "--help"]], ids=" ".join)
def test_help_fits_a_screen(arguments, capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 0
    help_text = capsys.readouterr().out
    assert max(map(len, help_text.splitlines())) <= 80
    assert len(help_text.splitlines()) <= 34
    if arguments == ["--help"]:
        assert "example" in help_text
        assert "exit codes: 0 done" in help_text


def test_a_stop_ends_with_one_line_and_130(capsys, monkeypatch):
    def stop(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr("helpers.corpora.__main__.load_corpus", stop)
    assert main(["fetch", "alphabet"]) == 130
    assert lines(capsys) == ([], ["stopped"])


def test_a_reader_who_has_seen_enough_is_no_error():
    reader, writer = os.pipe()
    os.close(reader)
    command = [sys.executable, "-m", "helpers.corpora"]
    result = subprocess.run(command, cwd=ROOT, stdout=writer, stderr=subprocess.PIPE, timeout=60)
    os.close(writer)
    assert (result.returncode, result.stderr) == (0, b"")


def test_neither_the_list_nor_a_text_depends_on_the_order_of_a_set(tmp_path):
    program = "from helpers.corpora.__main__ import main; main([]); main('export python-docs o --force --keep'.split()"
    program += "+ ['abcdefghij \\n'])"
    seen = set()
    for seed in ("0", "1", "2"):
        environment = os.environ | {"PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT)}
        result = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, check=True)
        seen.add((result.stdout, sha256((tmp_path / "o").read_bytes()).hexdigest()))
    assert len(seen) == 1
