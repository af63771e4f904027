"""`python -m tools.build`: from lessons/ to notebooks/, solutions/ and helpers/answers/.

`--check` writes nothing and fails where anything but the outputs differs from what is there; `--force` executes all.
"""

import argparse
import hashlib
import json
import os
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import nbformat

from helpers.course.execution import Outcome, execute_notebook
from helpers.ground.files import write_whole
from tools.fingerprint import fingerprint
from tools.lesson import ROOT, Lesson, LessonError, all_lessons, read_lesson
from tools.notebooks import answers_module, make_notebook, notebook_text, untrue_statements, without_outputs

CELL_SECONDS, NOTEBOOK_SECONDS = 300, 900
EXECUTION = {"PYTHONHASHSEED": "0", "COURSE_STRICT": "1", "COURSE_QUICK": "0"}
# One thread a kernel, as the lessons ask for: what is executed side by side must not wait for each other.
EXECUTION |= {"OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}


class Build:
    """One build of the project that lies under `root`."""

    def __init__(self, root: Path = ROOT):
        self.root = root
        self._state_file = root / "tools" / "built.json"  # digests: of what executed, and of each blank notebook
        self.state = {"executed": {}, "notebooks": {}}
        self.state |= _read_json(self._state_file)

    def differences(self) -> list[str]:
        """Name everything that is not as the lessons say, outputs aside."""
        lessons = [read_lesson(path) for path in all_lessons(self.root)]
        found = []
        for lesson in lessons:
            for path, text in self._texts(lesson):
                if _read(path) != text:
                    found.append(self._name(path))
                if path.suffix == ".ipynb" and self.state["notebooks"].get(path.stem) != _digest(text):
                    found.append(f"{self._name(self._state_file)} (does not know {self._name(path)})")
            if not self._is_executed(lesson):
                found.append(f"{self._name(self._solution(lesson))} (must be executed again)")
        return found + [self._name(path) for path in self._left_over(lessons)]

    def run(self, force: bool = False) -> list[str]:
        """Build everything that is out of date. Returns the problems: a line for each lesson that failed."""
        lessons, problems = [], []
        for path in all_lessons(self.root):
            try:
                lessons.append(read_lesson(path))
            except LessonError as error:
                problems.append(str(error))
        if problems:
            return problems
        try:
            for lesson in lessons:
                for path, text in self._texts(lesson):
                    self._write(path, text)
            outdated = [lesson for lesson in lessons if force or not self._is_executed(lesson)]
            problems += self._execute_all(outdated)
            for path in self._left_over(lessons):
                self._remove(path)
        finally:
            self._save_state(lessons)  # also after Ctrl-C: what was written is then known
        return problems

    def _texts(self, lesson: Lesson) -> list[tuple[Path, str]]:
        return [
            (self.root / "helpers" / "answers" / f"{lesson.module}.py", answers_module(lesson)),
            (self._blank(lesson), notebook_text(make_notebook(lesson, solved=False))),
        ]

    def _write(self, path: Path, text: str) -> None:
        changed = _read(path) != text
        if path.suffix == ".ipynb":
            if changed:
                self._rescue(path)
            self.state["notebooks"][path.stem] = _digest(text)
        if changed:
            write_whole(path, text)
            print(f"wrote {self._name(path)}")

    def _remove(self, path: Path) -> None:
        if path.parent.name == "notebooks":
            self._rescue(path)
        path.unlink(missing_ok=True)
        print(f"removed {self._name(path)}: it has no lesson")

    def _rescue(self, path: Path) -> None:
        """Move a notebook that somebody edited by hand to work/, under a name that is free there."""
        text = _read(path)
        if text is None or _digest(text) == self.state["notebooks"].get(path.stem):
            return
        work = self.root / "work"
        work.mkdir(exist_ok=True)
        names = [path.name, *(f"{path.stem}-edited-{number}.ipynb" for number in range(1, 1000))]
        goal = next(work / name for name in names if not (work / name).exists())
        path.rename(goal)
        print(f"{self._name(path)} was edited by hand: moved to {self._name(goal)}")

    def _is_executed(self, lesson: Lesson) -> bool:
        text = _read(self._solution(lesson))
        if text is None or self.state["executed"].get(lesson.name) != fingerprint(lesson, self.root):
            return False
        stored = without_outputs(nbformat.reads(text, as_version=4))
        return notebook_text(stored) == notebook_text(make_notebook(lesson, solved=True))

    def _execute_all(self, lessons: list[Lesson]) -> list[str]:
        """Execute as many lessons at once as there are cores: each notebook has a process of its own."""
        pool = ThreadPoolExecutor(os.cpu_count())
        try:
            return [problem for problems in pool.map(self._execute, lessons) for problem in problems]
        finally:
            pool.shutdown(cancel_futures=True)  # after Ctrl-C none is begun any more

    def _execute(self, lesson: Lesson) -> list[str]:
        start, wanted = time.perf_counter(), fingerprint(lesson, self.root)  # a file may be saved while it runs
        with tempfile.TemporaryDirectory() as folder:
            source, out = Path(folder) / "in.ipynb", Path(folder) / "out.ipynb"
            write_whole(source, notebook_text(make_notebook(lesson, solved=True)))
            outcome = self._execute_twice(source, out, lesson.name)
            if outcome.problem:
                return [f"{lesson.name}: {outcome.problem}; its solution stays as it was"]
            notebook = nbformat.read(out, as_version=4)
        if untrue := untrue_statements(notebook):
            return [f"{lesson.name}: does not hold: {'; '.join(untrue)}; its solution stays as it was"]
        write_whole(self._solution(lesson), notebook_text(notebook))
        self.state["executed"][lesson.name] = wanted
        print(f"executed {self._name(self._solution(lesson))} in {time.perf_counter() - start:.0f} s")
        return []

    def _execute_twice(self, source: Path, out: Path, name: str) -> Outcome:
        """Execute, and once more if the kernel hung or died."""
        cwd = self.root / "solutions"
        cwd.mkdir(exist_ok=True)
        limits = {"cell_timeout": CELL_SECONDS, "notebook_timeout": NOTEBOOK_SECONDS}
        outcome = execute_notebook(source, out, cwd=cwd, environment=EXECUTION, **limits)
        if outcome.hung:
            print(f"{name}: {outcome.problem}; once more")
            outcome = execute_notebook(source, out, cwd=cwd, environment=EXECUTION, **limits)
        return outcome

    def _left_over(self, lessons: list[Lesson]) -> list[Path]:
        """Return what was built from a lesson that is no longer there."""
        names, modules = {lesson.name for lesson in lessons}, {lesson.module for lesson in lessons}
        notebooks = [path for folder in ("notebooks", "solutions") for path in (self.root / folder).glob("*.ipynb")]
        answers = (self.root / "helpers" / "answers").glob("[a-z]*.py")
        return sorted(
            [path for path in notebooks if path.stem not in names and path.stem in self.state["notebooks"]]
            + [path for path in answers if path.stem not in modules]
        )

    def _save_state(self, lessons: list[Lesson]) -> None:
        names = {lesson.name for lesson in lessons}
        kept = {part: {name: value for name, value in self.state[part].items() if name in names} for part in self.state}
        text = json.dumps(kept, indent=1, sort_keys=True) + "\n"
        if _read(self._state_file) != text:
            write_whole(self._state_file, text)

    def _blank(self, lesson: Lesson) -> Path:
        return self.root / "notebooks" / f"{lesson.name}.ipynb"

    def _solution(self, lesson: Lesson) -> Path:
        return self.root / "solutions" / f"{lesson.name}.ipynb"

    def _name(self, path: Path) -> str:
        return path.relative_to(self.root).as_posix()


def _read(path: Path) -> str | None:
    return path.read_text(encoding="utf-8") if path.exists() else None


def _read_json(path: Path) -> dict:
    try:
        return json.loads(_read(path) or "{}")
    except ValueError:
        return {}  # damaged: everything is then built anew


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def main() -> int:
    """Build, or check what is built. Exit code 1: a lesson failed, or something is out of date."""
    parser = argparse.ArgumentParser(description="Build notebooks/, solutions/ and helpers/answers/ from lessons/.")
    parser.add_argument("--force", action="store_true", help="execute every solution, changed or not")
    parser.add_argument("--check", action="store_true", help="write nothing; fail if anything is out of date")
    options = parser.parse_args()
    if options.check:
        differences = Build().differences()
        print("\n".join(["out of date, run `make build`:", *differences]) if differences else "all is up to date")
        return int(bool(differences))
    problems = Build().run(options.force)
    for problem in problems:
        print(problem, file=sys.stderr)
    return int(bool(problems))


if __name__ == "__main__":
    sys.exit(main())
