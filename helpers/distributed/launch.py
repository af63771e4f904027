"""Starting a module of ours in several processes, as `torchrun` would at a terminal."""

import os
import sys
from pathlib import Path

from helpers.course.execution import run_with_limit

_ROOT = Path(__file__).parents[2]


def supported() -> bool:
    """Tell whether several processes can train together here: everywhere but on Windows."""
    return os.name != "nt"


def launch(module: str, *arguments: str, processes: int = 2, seconds: float = 60.0) -> None:
    """Run `torchrun --nproc-per-node PROCESSES -m MODULE ARGUMENTS` to its end, each process on one thread.

    What the processes print is not shown: let the first of them write a file.

    Raises:
        RuntimeError: it ended with an error, or had to be stopped after `seconds`.
    """
    command = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", str(processes)]
    path = os.pathsep.join([str(_ROOT), *filter(None, [os.environ.get("PYTHONPATH")])])
    variables = os.environ | {"PYTHONPATH": path, "OMP_NUM_THREADS": "1"}
    outcome = run_with_limit([*command, "-m", module, *arguments], seconds, variables)
    if outcome.hung:
        raise RuntimeError(f"{processes} processes of {module}: {outcome.problem}")
    if outcome.problem:  # the last line of torchrun's report, which says nothing
        raise RuntimeError(f"{processes} processes of {module} ended with an error: start them at a terminal to see it")
