"""`python -m tools.lab`: copy the notebooks that are not in work/ yet, and open JupyterLab on the first of them."""

import os
import shutil
import sys
from pathlib import Path

from jupyterlab.labapp import LabApp

from tools.lesson import ROOT

FIRST = "work/00_start_here.ipynb"


def copy_missing(root: Path = ROOT) -> list[Path]:
    """Copy each notebook that is not in work/ yet. What is there is never touched. Returns the new copies."""
    work = root / "work"
    work.mkdir(exist_ok=True)
    missing = [path for path in sorted((root / "notebooks").glob("*.ipynb")) if not (work / path.name).exists()]
    return [Path(shutil.copyfile(path, work / path.name)) for path in missing]


def main(arguments: list[str]) -> int:
    """Open JupyterLab; further arguments go to it."""
    for path in copy_missing():
        print(f"copied {path.relative_to(ROOT).as_posix()}")
    os.chdir(ROOT)
    LabApp.launch_instance([FIRST, f"--ServerApp.root_dir={ROOT}", *arguments])
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
