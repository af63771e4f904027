"""The figures in the README of `data/` are those that the command beside them prints."""

import re
import subprocess
import sys

from tools.lesson import ROOT


def test_the_table_of_baselines_is_what_its_command_prints():
    page = (ROOT / "data" / "README.md").read_text(encoding="utf-8")
    assert re.search(r"^python -m helpers\.baselines tales python-docs", page, re.MULTILINE)
    printed = subprocess.run(
        [sys.executable, "-m", "helpers.baselines", "tales"], capture_output=True, text=True, check=True, cwd=ROOT
    ).stdout.splitlines()
    written = [line for line in page.splitlines() if line.startswith(("| corpus |", "| tales | 4"))]
    assert [fields(line) for line in written] == [fields(printed[0]), fields(printed[-1])]


def fields(row):
    return [field.strip() for field in row.strip("|").split("|")]
