"""`python -m tools.validate`: `pytest --nbval solutions` with the limits and switches that belong to it.

On other versions than the pinned ones, `--lax` executes everything and compares nothing. Further arguments go to
pytest: with `-n 2`, two notebooks are executed at once.
"""

import os
import sys

import pytest

from tools.lesson import ROOT

CELL_SECONDS = 300
# A hash seed other than the build's: an output that depends on the order of a set differs, and is found out. One thread
# a kernel: the lessons ask for one, and notebooks that are executed beside each other must not wait for each other.
SWITCHES = {"PYTHONHASHSEED": "1", "COURSE_STRICT": "1", "COURSE_QUICK": "0", "COURSE_WIDGETS": "0"}
SWITCHES |= {"OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}


def main(arguments: list[str]) -> int:
    """Run nbval; a notebook's cells stay together in one worker."""
    lax = "--lax" in arguments
    os.environ.update(SWITCHES)
    options = ["--nbval-lax" if lax else "--nbval", f"--nbval-cell-timeout={CELL_SECONDS}", "-p", "no:cacheprovider"]
    options += ["--dist", "loadfile"]
    return int(pytest.main([*options, *(name for name in arguments if name != "--lax"), str(ROOT / "solutions")]))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
