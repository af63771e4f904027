"""Datasets of a Hugging Face hub, through the real library, from a hub on the loopback interface."""

import io
import json
import os
import subprocess
import sys
import textwrap
import time

import nbclient
import nbformat
import pyarrow
import pyarrow.parquet
import pytest

from helpers.corpora import load_corpus
from helpers.corpora.hub import join_rows
from tests.corpora.hub import run_hub
from tools.lesson import ROOT

POEMS = "Я помню чудное мгновенье:\nПередо мной явилась ты,\n </s>\nКак мимолётное виденье,\n\n</s>\n"
CARD = """---
configs:
- config_name: wikitext-2-raw-v1
  data_files:
  - {split: test, path: wikitext-2-raw-v1/test-*}
  - {split: train, path: wikitext-2-raw-v1/train-*}
  - {split: validation, path: wikitext-2-raw-v1/validation-*}
---
"""
ARTICLES = {
    "train": ["", " = Valkyria = \n", "", " It has no newline"],
    "validation": [" = Homarus = \n"],
    "test": [" = Robert = \n", ""],
}


def parquet(rows, column="text"):
    file = io.BytesIO()
    pyarrow.parquet.write_table(pyarrow.table({column: rows}), file)
    return file.getvalue()


def wikitext(**changed):
    files = {f"wikitext-2-raw-v1/{split}-00000-of-00001.parquet": parquet(rows) for split, rows in ARTICLES.items()}
    return {"README.md": CARD.encode(), **files, **changed}


@pytest.fixture
def hub():
    pushkin = {"train.txt": POEMS.encode(), "test.txt": "Конец\n".encode(), ".gitattributes": b"*.bin filter=lfs\n"}
    with run_hub({"abobster/pushkin_new": pushkin, "Salesforce/wikitext": wikitext()}) as hub:
        yield hub


@pytest.fixture
def environment(hub, tmp_path):
    """Return the variables of a process that knows no other hub, and has never loaded anything."""
    own = {"HF_ENDPOINT": hub.address, "HF_HOME": str(tmp_path / "hf"), "COURSE_DATA": str(tmp_path / "texts")}
    return os.environ | own | {"HF_UPDATE_DOWNLOAD_COUNTS": "0", "PYTHONPATH": str(ROOT)}


PROGRAM = textwrap.dedent("""
    import json, sys
    from helpers.corpora import CorpusUnavailable, load_corpus
    try:
        corpus = load_corpus(sys.argv[1], progress=False, **json.loads(sys.argv[2]))
        shown = {"text": corpus.text, "splits": corpus.splits, "path": str(corpus.path)}
    except CorpusUnavailable as error:
        shown = {"error": str(error)}
    print(json.dumps(shown | {"imported": "datasets" in sys.modules}))
""")


def start(environment, name, options):
    command = [sys.executable, "-c", PROGRAM, name, json.dumps(options)]
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def load(environment, name, **options):
    """Load a corpus in a process of its own, since the library reads the hub's address when it is imported."""
    out, error = start(environment, name, options).communicate(timeout=120)
    assert error == "", "nothing of what the library says should reach the reader"
    return json.loads(out)


def test_pushkin_is_brought_with_its_splits_and_kept(hub, environment, tmp_path):
    first = load(environment, "pushkin")
    train = "Я помню чудное мгновенье:\nПередо мной явилась ты,\n\nКак мимолётное виденье,\n"
    assert (first["text"], first["splits"]) == (train, {"train": train, "test": "Конец\n"})
    assert first["path"] == str(tmp_path / "texts" / "pushkin" / "train.txt")
    assert (tmp_path / "texts" / "pushkin" / "train.txt").read_text(encoding="utf-8") == POEMS
    assert os.listdir(tmp_path / "texts") == ["pushkin"]
    hub.requests.clear()
    again = load(environment | {"HF_HOME": str(tmp_path / "another")}, "pushkin")
    assert (again["text"], again["splits"]) == (first["text"], first["splits"])
    assert (hub.requests, again["imported"]) == ([], False)


def test_wikitext_is_brought_with_its_splits_and_kept(hub, environment, tmp_path):
    corpus = load(environment, "wikitext-2")
    assert corpus["splits"] == {
        "train": "\n = Valkyria = \n\n It has no newline\n",
        "validation": " = Homarus = \n",
        "test": " = Robert = \n\n",
    }
    assert corpus["text"] == corpus["splits"]["train"]
    assert sorted(os.listdir(tmp_path / "texts" / "wikitext-2")) == [
        "wiki.test.raw",
        "wiki.train.raw",
        "wiki.valid.raw",
    ]
    assert any("Salesforce/wikitext" in request for request in hub.requests)


def test_a_hub_that_stumbles_is_asked_again_without_a_word(hub, environment):
    hub.stumbles = ["main/README.md", "/train.txt", "/train.txt"]  # the library warns from the second on
    assert load(environment, "pushkin", raw=True)["text"] == POEMS
    assert hub.stumbles == []


def test_two_processes_may_load_at_once(environment, tmp_path):
    processes = [start(environment | {"HF_HOME": str(tmp_path / f"hf{i}")}, "wikitext-2", {}) for i in range(2)]
    for process in processes:
        out, error = process.communicate(timeout=120)
        assert error == ""
        assert json.loads(out)["splits"]["validation"] == " = Homarus = \n"
    assert os.listdir(tmp_path / "texts") == ["wikitext-2"]


@pytest.mark.parametrize(
    ("break_hub", "reason"),
    [
        pytest.param(lambda hub: hub.repositories.clear(), "Dataset 'abobster/pushkin_new' doesn't exist", id="404"),
        pytest.param(lambda hub: setattr(hub, "error", 500), "answered 500", id="500"),
        pytest.param(
            lambda hub: hub.repositories["abobster/pushkin_new"].pop("test.txt"), "abobster/pushkin_new", id="no test"
        ),
        pytest.param(
            lambda hub: hub.repositories["abobster/pushkin_new"].update({"test.txt": b"\n\n"}),
            "the split 'test' holds no text",
            id="an empty test",
        ),
    ],
)
def test_a_hub_that_has_no_such_text_is_a_clear_error(hub, environment, tmp_path, break_hub, reason):
    break_hub(hub)
    begun = time.monotonic()
    message = load(environment, "pushkin")["error"]
    assert time.monotonic() - begun < 20
    assert reason in message
    for part in ("pushkin cannot be had", "train.txt and test.txt", str(tmp_path / "texts" / "pushkin"), "tales"):
        assert part in message
    assert "\n" not in message
    assert os.listdir(tmp_path / "texts") == []


def test_no_hub_at_all_shows_in_seconds_and_another_text_goes_on(environment):
    begun = time.monotonic()
    command = [
        sys.executable,
        "-c",
        "from helpers.corpora import load_corpus as l; l('wikitext-2', offline='alphabet')",
    ]
    environment["HF_ENDPOINT"] = "http://127.0.0.1:9"
    result = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120)
    assert time.monotonic() - begun < 20
    assert (result.returncode, result.stderr) == (0, "")
    assert "no connection to http://127.0.0.1:9): going on with alphabet.\n" in result.stdout


def test_a_notebook_shows_no_widget(environment, monkeypatch):
    for variable in ("HF_ENDPOINT", "HF_HOME", "COURSE_DATA", "PYTHONPATH"):
        monkeypatch.setenv(variable, environment[variable])
    code = "from helpers.corpora import load_corpus\nprint(load_corpus('wikitext-2'))"
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(code)])
    nbclient.NotebookClient(notebook, timeout=120).execute()
    (output,) = notebook.cells[0].outputs
    assert output["text"].startswith("Corpus('wikitext-2'")


def test_rows_get_one_newline_and_keep_one():
    assert join_rows(["a", "b\n", "", "\n", "c"]) == "a\nb\n\n\nc\n"


@pytest.fixture
def poems(tmp_path, monkeypatch):
    """Put the poems into the data folder, and return their folder."""
    monkeypatch.setenv("COURSE_DATA", str(tmp_path))
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    folder = tmp_path / "pushkin"
    folder.mkdir()
    (folder / "train.txt").write_text("Раз\n</s>\nДва </s></s> Три\n", encoding="utf-8")
    (folder / "test.txt").write_text("</s>\nКонец\r\n", encoding="utf-8", newline="")
    return folder


def test_files_that_were_put_there_by_hand_need_no_network(poems):
    assert load_corpus("pushkin").splits == {"train": "Раз\n\nДва\n\nТри\n", "test": "Конец\n"}


def test_the_separators_stay_in_a_text_as_published(poems):
    raw = load_corpus("pushkin", raw=True)
    assert raw.splits == {"train": "Раз\n</s>\nДва </s></s> Три\n", "test": "</s>\nКонец\n"}
    assert raw.text == raw.splits["train"]


def test_splits_are_read_with_the_same_options_as_the_text(poems):
    corpus = load_corpus("pushkin", lower=True, keep="адзирт\n")
    assert corpus.splits == {"train": "раз\n\nда\n\nтри\n", "test": "\n"}


def test_a_split_that_is_missing_is_brought_and_nothing_lost(environment, tmp_path):
    folder = tmp_path / "texts" / "pushkin"
    folder.mkdir(parents=True)
    (folder / "train.txt").write_text("half of it", encoding="utf-8")
    assert load(environment, "pushkin")["splits"]["test"] == "Конец\n"
    assert sorted(os.listdir(folder)) == ["test.txt", "train.txt"]
    (old,) = (tmp_path / "texts").glob("pushkin.replaced-*/pushkin/train.txt")
    assert old.read_text(encoding="utf-8") == "half of it"
