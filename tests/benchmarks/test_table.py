"""The command that measures: one table whatever goes wrong in it, and a file that keeps what was written by hand."""

import importlib
import sys
from datetime import datetime
from types import ModuleType

import pytest
import torch

from benchmarks import results
from benchmarks.__main__ import main
from benchmarks.heading import describe_run
from benchmarks.registry import BENCHMARKS, Benchmark, choose
from benchmarks.rows import Row

GOOD = Row("a good one", "1 ms", "loop 3 ms", "3.00×", "2.90× – 3.10× (3)")
SLOW = Row("a slow one", "3 s", "limit 2 s", "over", "3 s (1)", good=False)
HAND_WRITTEN = "# Results\n\nAn introduction.\n\n## On a GPU\n\nWritten by hand.\n"


@pytest.fixture
def only(monkeypatch):
    """Return a function that puts benchmarks in the place of those that there are: names, and functions like `rows`."""

    def put(**measurements):
        monkeypatch.setattr("benchmarks.registry.BENCHMARKS", [Benchmark(name, "made up") for name in measurements])
        for name, rows in measurements.items():
            module = ModuleType(f"benchmarks.{name}")
            module.rows = rows
            monkeypatch.setitem(sys.modules, module.__name__, module)

    return put


def good(quick):
    yield GOOD


def slow(quick):
    yield SLOW


def broken(quick):
    yield GOOD
    print("a remark")
    raise AssertionError("the two sides\nwrite different texts")


def table_rows(output: str) -> list[list[str]]:
    lines = [line for line in output.splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[1:]]


@pytest.mark.parametrize("benchmark", BENCHMARKS, ids=lambda one: one.name)
def test_each_name_is_a_module_that_measures(benchmark):
    assert callable(importlib.import_module(f"benchmarks.{benchmark.name}").rows)


def test_every_peer_that_was_asked_for_is_met_without_a_name():
    names = {benchmark.name for benchmark in choose([])}
    assert names >= {"windows", "encoding", "recurrence", "hundred_lines", "sampling", "attention", "quality"}
    long = {"attempts", "gated", "longer", "sweep", "kills", "command_kills", "hangs"}
    assert not names & (long | {"accelerator", "compilation"})


def test_it_prints_heading_table_and_legend(only, capsys):
    only(first=good)
    assert main([]) == 0
    output = capsys.readouterr().out
    assert output.startswith(describe_run(quick=False)[:10])
    assert table_rows(output) == [list(GOOD[:5])]
    assert "All figures are medians" in output
    assert "The table took 0 s." in output


def test_a_row_over_its_limit_is_told_by_the_exit_code(only):
    only(first=slow)
    assert main([]) == 1


def test_what_fails_gets_its_own_row_and_stops_nothing(only, capsys):
    only(first=broken, second=good)
    assert main(["--quick"]) == 1
    printed = capsys.readouterr()
    assert table_rows(printed.out) == [list(GOOD[:5]), ["first", "none", "", "failed", ""], list(GOOD[:5])]
    (problem,) = [line for line in printed.out.splitlines() if line.startswith("- ")]
    assert problem.startswith("- first: AssertionError: the two sides write different texts (test_table.py,")
    assert "a remark" not in printed.out
    assert "a remark" in printed.err


def test_a_module_that_cannot_be_imported_is_a_failed_row(monkeypatch, capsys):
    monkeypatch.setattr("benchmarks.registry.BENCHMARKS", [Benchmark("not_there", "nothing")])
    assert main([]) == 1
    assert "- not_there: ModuleNotFoundError" in capsys.readouterr().out


def test_ctrl_c_is_no_row(only):
    def interrupted(quick):
        raise KeyboardInterrupt
        yield

    only(first=interrupted)
    with pytest.raises(KeyboardInterrupt):
        main([])


def test_an_unknown_name_is_refused_before_anything_is_measured(only, capsys):
    only(first=good)
    with pytest.raises(SystemExit, match="2"):
        main(["secnod"])
    assert "there is no benchmark 'secnod'; there are first" in capsys.readouterr().err


def test_the_heading_says_when_and_on_what():
    heading = describe_run(quick=True)
    assert heading.startswith(f"{datetime.now():%Y-%m-%d}")
    assert f"torch {torch.__version__} with {torch.get_num_threads()} threads" in heading
    assert "processor cores (" in heading
    assert heading.endswith("quick")


@pytest.fixture
def kept(tmp_path, monkeypatch):
    """Return a file of results that stands in for the real one."""
    path = tmp_path / "results.md"
    path.write_text(HAND_WRITTEN, encoding="utf-8")
    monkeypatch.setattr(results, "FILE", path)
    return path


def test_a_full_run_is_kept_as_printed_and_a_second_one_takes_its_place(only, kept, capsys):
    only(first=good)
    main(["--write"])
    once = kept.read_text(encoding="utf-8")
    assert once.startswith(HAND_WRITTEN + "\n## `python -m benchmarks`\n")
    assert capsys.readouterr().out.strip() in once
    kept.write_text(once + "\nMore by hand.\n", encoding="utf-8")
    only(first=slow)
    main(["--write"])
    twice = kept.read_text(encoding="utf-8")
    assert twice.startswith(HAND_WRITTEN)
    assert twice.endswith("\nMore by hand.\n")
    assert table_rows(twice) == [list(SLOW[:5])]


def test_a_run_by_name_has_a_section_of_its_own(only, kept):
    only(first=good, second=slow)
    main(["--write"])
    main(["second", "--write"])
    text = kept.read_text(encoding="utf-8")
    assert text.count("`python -m benchmarks --write`: begin") == text.count("`python -m benchmarks --write`: end") == 1
    assert text.index("## `python -m benchmarks`\n") < text.index("## `python -m benchmarks second`\n")
    assert len(table_rows(text)) == 4  # the head of the second table among them


def test_a_short_run_is_not_kept(only, kept, capsys):
    only(first=good)
    with pytest.raises(SystemExit, match="2"):
        main(["--quick", "--write"])
    assert kept.read_text(encoding="utf-8") == HAND_WRITTEN


def test_a_section_whose_marks_are_broken_is_left_alone_and_the_table_is_printed(only, kept, capsys):
    only(first=good)
    main(["--write"])
    broken_text = kept.read_text(encoding="utf-8").replace(": end -->", "")
    kept.write_text(broken_text, encoding="utf-8")
    capsys.readouterr()
    assert main(["--write"]) == 1
    printed = capsys.readouterr()
    assert table_rows(printed.out) == [list(GOOD[:5])]
    assert "the table was not kept" in printed.err
    assert kept.read_text(encoding="utf-8") == broken_text


def test_the_real_file_can_be_written_to_and_keeps_what_a_gpu_gave(tmp_path):
    copy = tmp_path / "copy.md"
    copy.write_bytes(results.FILE.read_bytes())
    results.keep("python -m benchmarks", "a table that was measured", copy)
    text = copy.read_text(encoding="utf-8")
    assert text.count("a table that was measured") == 1
    assert "## On a GPU" in text
