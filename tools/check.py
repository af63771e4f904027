"""`python -m tools.check`: a maintainer's answer within a minute. The tests of what changed, then the build check."""

import argparse
import ast
import subprocess
import sys
from pathlib import Path

from tools.build import Build
from tools.lesson import ROOT

EVERY_CHECK = "tests/checks/test_checks.py"  # minutes, for all lessons
BLANK = "tests/lessons/test_blank_notebooks.py"  # minutes, too
SAMPLE = "start_here"  # the lesson that stands for all where something changed that all checks share


def changed_files(since: str, root: Path) -> list[Path]:
    """Return the files that differ from a commit, and those that git does not know yet, relative to the project.

    Raises:
        ValueError: there is no such commit.
    """
    lists = [["diff", "--name-only", since, "--"], ["ls-files", "--others", "--exclude-standard"]]
    answers = [subprocess.run(["git", *one], cwd=root, capture_output=True, text=True, check=False) for one in lists]
    for answer in answers:
        if answer.returncode:
            raise ValueError(f"git does not know {since!r}: {answer.stderr.strip().splitlines()[0]}")
    return [Path(name) for answer in answers for name in answer.stdout.splitlines()]


def find_tests(changed: list[Path], root: Path) -> list[str]:
    """Return the test files that changed, or that import by name what changed; of a lesson, the tests of its checks."""
    modules = {
        ".".join(path.with_suffix("").parts).removesuffix(".__init__") for path in changed if path.suffix == ".py"
    }
    found = []
    for path in sorted((root / "tests").rglob("test_*.py")):
        if path.relative_to(root) in changed or modules & _imports(path):
            found.append(path.relative_to(root).as_posix())
    return found


def find_lessons(changed: list[Path]) -> list[str]:
    """Return the lessons whose checks, or whose wrong and right answers, changed."""
    inside = [path.parts for path in changed if path.parts[:2] in (("helpers", "checks"), ("tests", "checks"))]
    own = {parts[2] for parts in inside if len(parts) == 4}
    written = {path.stem.split("_", 1)[1] for path in changed if path.match("lessons/[0-9][0-9]_*.py")}
    return sorted(own | written)


def _imports(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
        elif isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
    return names


def main(arguments: list[str] | None = None) -> int:
    """Run what belongs to a change. Returns 1 where a test fails or something that is built is out of date."""
    parser = argparse.ArgumentParser(
        prog="python -m tools.check", description="Test what changed, and check the build."
    )
    parser.add_argument("--since", default="HEAD", metavar="COMMIT", help="the commit to compare with (default: HEAD)")
    options = parser.parse_args(arguments)
    try:
        changed = changed_files(options.since, ROOT)
    except ValueError as error:
        parser.error(str(error))
    runs, tests, lessons = [], find_tests(changed, ROOT), find_lessons(changed)
    if EVERY_CHECK in tests:
        tests.remove(EVERY_CHECK)
        lessons = lessons or [SAMPLE]
    if BLANK in tests:
        tests.remove(BLANK)
        print(f"{BLANK} takes minutes: left to `make test`")
    if tests:
        runs.append(tests)
    if lessons:
        runs.append([EVERY_CHECK, "-k", " or ".join(lessons)])
    pytest = [sys.executable, "-m", "pytest", "-q", "-n", "2", "-m", "not slow"]
    failed = [run for run in runs if subprocess.run([*pytest, *run], cwd=ROOT, check=False).returncode]
    differences = Build().differences()
    for line in differences:
        print(f"out of date, run `make build`: {line}")
    verdict = "see above" if failed or differences else "all is well"
    print(f"{len(changed)} files changed since {options.since}: {verdict}")
    return int(bool(failed or differences))


if __name__ == "__main__":
    sys.exit(main())
