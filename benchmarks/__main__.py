"""`python -m benchmarks [NAME ...] [--quick] [--write]`: measure, and print one table.

Exit code 1 says that a limit or a target was missed, or that something failed; 2, that the command cannot be followed.
"""

import argparse
import contextlib
import sys
import time
from collections.abc import Sequence

from benchmarks import results, table
from benchmarks.heading import describe_run
from benchmarks.registry import BENCHMARKS, choose


def main(arguments: Sequence[str] | None = None) -> int:
    """Print each row as soon as it is measured, and what was wrong below the table."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks",
        description="Measured comparisons, side by side in one run.",
        epilog="\n".join(f"{one.name:<13} {one.subject}{_remark(one.only_if_named)}" for one in BENCHMARKS),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("names", nargs="*", metavar="NAME", help="the benchmarks to run")
    length = parser.add_mutually_exclusive_group()
    length.add_argument("--quick", action="store_true", help="fewer repetitions, and nothing at full length")
    length.add_argument("--write", action="store_true", help="keep the table in benchmarks/results.md")
    options = parser.parse_args(arguments)
    try:
        benchmarks = choose(options.names)
    except ValueError as error:
        parser.error(str(error))

    printed, measured, output, start = [], [], sys.stdout, time.monotonic()

    def show(text: str) -> None:
        print(text, file=output, flush=True)
        printed.append(text)

    show(describe_run(options.quick) + "\n")
    show(table.head())
    with contextlib.redirect_stdout(sys.stderr):  # what is printed meanwhile stays out of the table
        for benchmark in benchmarks:
            for row in benchmark.measure(options.quick):
                show(table.line(row))
                measured.append(row)
    show(table.closing(measured, time.monotonic() - start))
    if options.write:
        try:
            results.keep(" ".join([parser.prog, *options.names]), "\n".join(printed))
        except (OSError, ValueError) as error:
            print(f"the table was not kept: {error}", file=sys.stderr)
            return 1
    return int(not all(row.good for row in measured))


def _remark(only_if_named: bool) -> str:
    return " (only if named)" if only_if_named else ""


if __name__ == "__main__":
    sys.exit(main())
