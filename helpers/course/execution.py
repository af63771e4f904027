"""Execution of a notebook in a process of its own, within limits that the notebook cannot lift.

`python -m helpers.execution FILE [--out FILE] …` is the process; `execute_notebook` starts it and ends it.
"""

import argparse
import contextlib
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import psutil


class Outcome(NamedTuple):
    """How an execution ended. `problem` is empty where the notebook ran to its end, else one line that says why."""

    problem: str
    hung: bool = False  # the kernel was stopped or died: worth a second try


def execute_notebook(
    notebook: Path,
    out: Path | None = None,
    *,
    cwd: Path,
    cell_timeout: float = 300,
    notebook_timeout: float = 900,
    allow_errors: bool = False,
    environment: Mapping[str, str] | None = None,
) -> Outcome:
    """Execute `notebook` with the folder `cwd` as its working directory, and write the result to `out` if given.

    The process and its kernel are killed after `notebook_timeout` seconds. (A process that the notebook itself started
    and cut loose is not found.)
    """
    command = [sys.executable, "-m", "helpers.course.execution", str(notebook), "--cwd", str(cwd)]
    command += ["--cell-timeout", str(cell_timeout)]
    command += ["--out", str(out)] if out else []
    command += ["--allow-errors"] if allow_errors else []
    variables = dict(os.environ) | {"COURSE_WIDGETS": "0", "PYTHONUTF8": "1"} | dict(environment or {})
    return run_with_limit(command, notebook_timeout, variables)


def run_with_limit(command: list[str], seconds: float, variables: Mapping[str, str]) -> Outcome:
    """Run a command and kill it with all its children once the time is up."""
    with tempfile.TemporaryFile() as log:
        process = psutil.Popen(command, env=dict(variables), stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        try:
            code = process.wait(seconds)
        except psutil.TimeoutExpired:
            return Outcome(f"stopped after {seconds:g} s", hung=True)
        finally:
            _kill_tree(process)
        log.seek(0)
        said = log.read().decode("utf-8", "replace").strip().splitlines()
    if code == 0:
        return Outcome("")
    return Outcome(said[-1] if said else f"ended with code {code}", hung=code == _HUNG)


def _kill_tree(process: psutil.Popen) -> None:
    if not process.is_running():
        return
    family = [*process.children(recursive=True), process]
    for member in family:
        with contextlib.suppress(psutil.NoSuchProcess):
            member.kill()
    psutil.wait_procs(family, timeout=10)


_HUNG = 3


def main() -> int:
    """Execute one notebook in this process. Exit code 3 says that the kernel hung or died."""
    import nbformat
    from nbclient import NotebookClient
    from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

    parser = argparse.ArgumentParser(description="Execute one notebook.")
    parser.add_argument("notebook", type=Path)
    parser.add_argument("--out", type=Path)
    parser.add_argument("--cwd", type=Path, default=Path())
    parser.add_argument("--cell-timeout", type=float, default=300)
    parser.add_argument("--allow-errors", action="store_true")
    options = parser.parse_args()
    notebook = nbformat.read(options.notebook, as_version=4)
    client = NotebookClient(
        notebook,
        timeout=options.cell_timeout,
        kernel_name="python3",
        allow_errors=options.allow_errors,
        record_timing=False,
        coalesce_streams=True,
        resources={"metadata": {"path": str(options.cwd)}},
    )
    try:
        client.execute()
    except CellTimeoutError:
        print(f"a cell was stopped after {options.cell_timeout:g} s", file=sys.stderr)
        return _HUNG
    except DeadKernelError:
        print("the kernel died", file=sys.stderr)
        return _HUNG
    except CellExecutionError as error:
        first_line = error.traceback.strip().splitlines()[0] if not error.evalue else error.evalue.splitlines()[0]
        print(f"a cell raised {error.ename}: {first_line}", file=sys.stderr)
        return 1
    except Exception as error:
        if getattr(client, "code_cells_executed", 0):
            raise
        print(f"the kernel did not start ({type(error).__name__})", file=sys.stderr)
        return _HUNG
    if options.out:
        nbformat.write(notebook, options.out)
    return 0


if __name__ == "__main__":
    sys.exit(main())
