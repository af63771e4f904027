"""Small projects in temporary folders, for tests of the build."""

import shutil
from pathlib import Path

from tools.lesson import ROOT

CELLS = """\
# %% [markdown]
# # A lesson

# %%
import math

# %% exercise="next_letter" minutes=1
def next_letter(letter: str) -> str:
    \"\"\"Return the next letter.\"\"\"
    # TODO
    ### BEGIN SOLUTION
    return chr((ord(letter) - 97 + 1) % 26 + 97)
    ### END SOLUTION


# %%
from helpers.checks.start_here import check

next_letter = check.next_letter(next_letter)

# %% [markdown]
# Why?
#
# ### BEGIN SOLUTION
# Because.
# ### END SOLUTION

# %%
print(next_letter("a"))
"""


def make_project(folder: Path, cells: str = CELLS) -> Path:
    """Make a project with one lesson, 00_start_here."""
    for name in ("pyproject.toml", "constraints.txt", "tools/setup_cell.py"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / name, folder / name)
    write_lesson(folder, cells)
    return folder


def write_lesson(folder: Path, cells: str, name: str = "00_start_here") -> Path:
    """Write a lesson into a project."""
    path = folder / "lessons" / f"{name}.py"
    path.parent.mkdir(exist_ok=True)
    path.write_text(cells, encoding="utf-8")
    return path
