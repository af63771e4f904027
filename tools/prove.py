"""`python -m tools.prove`: what `make test` does. Every test, then every solution executed and compared.

Both run in as many workers as there are cores, with one thread of torch each. `--all` adds the tests that are marked
slow. What follows `--` goes to pytest.
"""

import argparse
import os
import subprocess
import sys
import time

from tools.lesson import ROOT


def main(arguments: list[str] | None = None) -> int:
    """Run both parts, also where the first fails, and print their minutes. Returns 1 where a part failed."""
    parser = argparse.ArgumentParser(prog="python -m tools.prove", description="Run every test, then every solution.")
    parser.add_argument(
        "--all", action="store_true", help="add the slow tests: kill campaigns, benchmarks, full presets"
    )
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1, metavar="N", help="processes at once")
    parser.add_argument("pytest", nargs="*", help="further arguments for pytest, after --")
    options = parser.parse_args(arguments)
    marked = [] if options.all else ["-m", "not slow"]
    parts = {
        "tests": ["pytest", "-q", "-n", str(options.workers), "--dist", "worksteal", *marked, *options.pytest],
        "solutions": ["tools.validate", "-q", "-n", str(options.workers)],
    }
    start, failed = time.perf_counter(), []
    for part, command in parts.items():
        begun = time.perf_counter()
        if subprocess.run([sys.executable, "-m", *command], cwd=ROOT, check=False).returncode:
            failed.append(part)
        print(f"{part}: {'FAILED' if part in failed else 'passed'} in {_minutes(begun)}", flush=True)
    print(f"all of it took {_minutes(start)} in {options.workers} workers")
    return int(bool(failed))


def _minutes(start: float) -> str:
    seconds = round(time.perf_counter() - start)
    return f"{seconds // 60} min {seconds % 60:02d} s"


if __name__ == "__main__":
    sys.exit(main())
