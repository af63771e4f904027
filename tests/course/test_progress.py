"""The instructor's table, on notebooks that were handed in."""

import csv
from pathlib import Path

import nbformat
import pytest

from helpers.course import progress
from helpers.course.progress import main
from tools.lesson import ROOT


@pytest.fixture(scope="module")
def handed_in(tmp_path_factory):
    """Return a folder with a blank, a solved, a half wrong, a crashing and a hanging notebook."""
    folder = tmp_path_factory.mktemp("handed_in")
    name = "00_start_here.ipynb"
    blank = nbformat.read(ROOT / "notebooks" / name, as_version=4)
    nbformat.write(short(blank), folder / "ada.ipynb")
    nbformat.write(short(nbformat.read(ROOT / "solutions" / name, as_version=4)), folder / "bob.ipynb")
    wrong = short(blank)
    exercise(wrong).source = exercise(wrong).source.replace("    ...", "    return letter")
    wrong.cells.insert(1, nbformat.v4.new_code_cell("1 / 0"))
    nbformat.write(wrong, folder / "eve.ipynb")
    for file, source in {"dan": "import os\nos._exit(1)", "kim": "while True: pass"}.items():
        broken = short(nbformat.read(ROOT / "solutions" / name, as_version=4))
        place = 0 if file == "dan" else len(broken.cells)
        broken.cells.insert(place, nbformat.v4.new_code_cell(source))
        nbformat.write(broken, folder / f"{file}.ipynb")
    (folder / "notes.ipynb").write_text("no notebook", encoding="utf-8")
    return folder


def short(notebook):
    """Return a copy without the speed test, which takes seconds."""
    copy = nbformat.from_dict(notebook)
    copy.cells = [cell for cell in copy.cells if not cell.source.startswith(("speed_test", "self_test"))]
    return copy


def exercise(notebook):
    return next(cell for cell in notebook.cells if "exercise" in cell.metadata)


def test_table_and_csv(handed_in, tmp_path, capsys):
    files = [str(handed_in / f"{name}.ipynb") for name in ("ada", "bob", "eve", "dan", "notes", "nobody")]
    assert main([*files, "--seconds", "60", "--csv", str(tmp_path / "out.csv")]) == 1
    lines = {Path(line.split("  ")[0]).stem: line for line in capsys.readouterr().out.splitlines()}
    assert lines["ada"].split() == [files[0], "0/1", "○next_letter"]
    assert lines["bob"].split() == [files[1], "1/1", "✓next_letter"]
    assert lines["eve"].split() == [files[2], "0/1", "✗next_letter"]
    assert lines["dan"].split("  ", 1)[1].strip() == "0/1   ·next_letter  [the kernel died]"
    assert "0/0" in lines["notes"]
    assert "[no such file]" in lines["nobody"]
    rows = list(csv.DictReader((tmp_path / "out.csv").read_text(encoding="utf-8").splitlines()))
    assert [row["next_letter"] for row in rows] == ["blank", "right", "wrong", "not reached", "", ""]
    assert [row["file"] for row in rows] == files
    assert rows[5]["remark"] == "no such file"


@pytest.mark.slow
def test_notebook_that_hangs_costs_its_own_row_only(handed_in, capsys):
    assert main([str(handed_in / "kim.ipynb"), "--seconds", "8"]) == 1
    row = capsys.readouterr().out.splitlines()[0]
    assert "stopped after 8 s" in row
    assert "/1 " in row


def test_patterns_are_expanded_where_the_shell_does_not(handed_in, capsys):
    main([str(handed_in / "nob*.ipynb"), str(handed_in / "not*.ipynb")])
    rows = capsys.readouterr().out.splitlines()
    assert len(rows) == 3
    assert rows[0].endswith("[no such file]"), "a pattern that fits nothing is told, as a name would be"
    assert rows[1].startswith(str(handed_in / "notes.ipynb"))


def test_what_was_examined_is_shown_where_it_is_stopped(handed_in, tmp_path, capsys, monkeypatch):
    def stop_at_the_second(notebook, seconds):
        if notebook.stem == "eve":
            raise KeyboardInterrupt
        return progress.Row(str(notebook), {"next_letter": "right"}, "")

    monkeypatch.setattr(progress, "examine", stop_at_the_second)
    files = [str(handed_in / f"{name}.ipynb") for name in ("bob", "eve", "ada")]
    assert main([*files, "--csv", str(tmp_path / "out.csv")]) == 130
    out, error = capsys.readouterr()
    assert out.splitlines()[0].split() == [files[0], "1/1", "✓next_letter"]
    assert error.endswith("\nstopped\n")
    assert len((tmp_path / "out.csv").read_text(encoding="utf-8").splitlines()) == 2
    assert main(files[1:]) == 130
    assert capsys.readouterr().out == ""


def test_all_good_exits_with_0(handed_in, capsys):
    assert main([str(handed_in / "bob.ipynb")]) == 0


def test_csv_that_cannot_be_written(handed_in, tmp_path, capsys):
    (tmp_path / "folder.csv").mkdir()
    assert main([str(handed_in / "nobody.ipynb"), "--csv", str(tmp_path / "folder.csv")]) == 2
    assert "could not write" in capsys.readouterr().err


def test_help_fits_a_screen(capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    with pytest.raises(SystemExit):
        main(["--help"])
    shown = capsys.readouterr().out
    assert "example:" in shown
    assert "exit codes:" in shown
    assert max(map(len, shown.splitlines())) <= 80
    assert len(shown.splitlines()) < 24
