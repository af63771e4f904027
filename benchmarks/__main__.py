"""`python -m benchmarks [NAME ...] [--quick]`: measure, and print one table.

Exit code 1 says that a limit or a target was missed, or that something failed.
"""

import argparse
import sys

from benchmarks.heading import describe_run
from benchmarks.registry import BENCHMARKS, choose
from benchmarks.table import LEGEND, print_head, print_row


def main() -> int:
    """Print each row as soon as it is measured, and what was wrong below the table."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks",
        description="Measured comparisons, side by side in one run.",
        epilog="\n".join(f"{one.name:<13} {one.subject}{_remark(one.only_if_named)}" for one in BENCHMARKS),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("names", nargs="*", metavar="NAME", help="the benchmarks to run")
    parser.add_argument("--quick", action="store_true", help="fewer repetitions, and no full-length notebooks")
    options = parser.parse_args()
    try:
        benchmarks = choose(options.names)
    except ValueError as error:
        parser.error(str(error))
    print(describe_run(options.quick) + "\n")
    print_head()
    measured = []
    for benchmark in benchmarks:
        for row in benchmark.rows(options.quick):
            print_row(row)
            measured.append(row)
    print("\n" + LEGEND)
    for row in measured:
        if row.problem:
            print(f"{row.name}: {row.problem}")
    return int(not all(row.good for row in measured))


def _remark(only_if_named: bool) -> str:
    return " (only if named)" if only_if_named else ""


if __name__ == "__main__":
    sys.exit(main())
