"""`python -m helpers.train TEXT`: training outside of a notebook, on one's own text, for an evening, on a GPU.

`torchrun --nproc-per-node 2 -m helpers.train TEXT` does the same in two processes, or more, that share each batch. The
first of them reads and writes the folder of the run, and speaks.
"""

import os
import sys
from contextlib import nullcontext, redirect_stdout, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

from helpers import distributed
from helpers.command_line.duration import fix_length
from helpers.command_line.hardware import set_up
from helpers.command_line.options import train_parser
from helpers.command_line.parts import Parts, checksum_of, full_name, load_text, make_parts
from helpers.command_line.report import Report, choose_prime, describe_end, describe_run, first_word, measure_baselines
from helpers.command_line.run_folder import RunFolder, new_folder
from helpers.command_line.run_settings import DURATIONS, RunSettings, resolve
from helpers.command_line.toml_file import read_settings, write_settings
from helpers.corpora import REGISTRY
from helpers.course.console import DONE, INTERRUPTED, RunFailed, one_line, run_command
from helpers.text.splits import make_split
from helpers.training import History, TrainingDiverged, fit
from helpers.training.processes import Processes


def main(arguments: list[str] | None = None) -> int:
    """Do what the command line says; `helpers.course.console` lists the exit codes."""
    given = vars(train_parser().parse_args(arguments))
    os.environ["MPLBACKEND"] = "agg"  # a picture goes into a file, also where there is no screen
    return run_command(lambda: train_together(given))


def train_together(given: dict[str, Any]) -> int:
    """Train in the processes that torchrun started, or alone; say in one line what goes wrong on the way."""
    try:
        with distributed.join() as processes, _quiet_but_first(processes):
            return train(given, processes)
    except RuntimeError as error:  # a process lost; before the first step, a full memory or numbers that are none
        raise RunFailed(one_line(error)) from None


def train(given: dict[str, Any], processes: Processes) -> int:
    """Start a run, or go on with one, and return the exit code."""
    resumed, config, out = (given.pop(name, None) for name in ("resume", "config", "out"))
    bar = given.pop("bar", sys.stderr.isatty())
    if resumed is not None:
        if config is not None or out is not None:
            raise ValueError("--resume goes on in its own folder with its own settings: leave --config and --out out")
        folder = RunFolder(resumed)
        settings = _stored(folder, given)
    else:
        settings = resolve(given, read_settings(config) if config else None)
        settings = replace(settings, text=full_name(settings.text), characters=None, checksum=None)
        name = Path(settings.text.removesuffix(".gz")).stem
        folder = RunFolder(out) if out else new_folder(f"{name}-{settings.model}")
        if processes.first:
            folder.refuse_another_run()
        folder = processes.agree(folder)
    set_up(settings)
    corpus = load_text(settings)
    settings = replace(settings, characters=len(corpus.text), checksum=checksum_of(corpus.text))
    split = make_split(corpus, validation=settings.validation)
    prime = choose_prime(settings.prime, first_word(corpus.text), split.vocabulary, lower=settings.lower)
    parts = make_parts(settings, split)
    baselines = measure_baselines(split) if processes.first else None
    print(describe_run(corpus, split, parts, {} if baselines is None else baselines.named), flush=True)
    with folder.lock() if processes.first else nullcontext():
        if resumed is None:
            if processes.first:
                folder.refuse_another_run()
                settings = fix_length(settings, split, len(parts.train_batches))
            settings = processes.agree(settings)
            parts = make_parts(settings, split)  # anew, since measuring has drawn from the random numbers
        if processes.first:
            write_settings(folder.settings, settings)
        report = Report(settings, parts, baselines, folder, prime)
        history = _fit(settings, parts, report, bar, processes)
        return _finish(history, report, processes)


def _quiet_but_first(processes: Processes):
    """Let only the first process print; what is wrong each says on stderr."""
    return nullcontext() if processes.first else redirect_stdout(None)


def _stored(folder: RunFolder, given: dict[str, Any]) -> RunSettings:
    """Return the settings of the run in a folder; the text may lie elsewhere now. Raises ValueError for others."""
    folder.refuse_nothing()
    settings = resolve({}, read_settings(folder.settings))
    for name, value in given.items():
        stored = getattr(settings, name, None)
        if name == "text":
            settings = replace(settings, text=full_name(value))
        elif value != stored:
            written = settings.written()
            held = next(one for one in DURATIONS if one in written) if name in DURATIONS else name
            where = f", where {held} is {written[held]!r}" if held in written else ""  # what preset it was is not kept
            raise ValueError(
                f"--resume goes on with the settings of the run in {folder}{where}: leave "
                f"--{name.replace('_', '-')} out, or start a new run"
            )
    return settings


def _fit(settings: RunSettings, parts: Parts, report: Report, bar: bool, processes: Processes) -> History:
    """Train by `fit`, from the last checkpoint in the folder if there is one."""
    notes = {"model": parts.model.settings, "prime": report.prime}
    notes |= {"text": settings.text} if settings.text in REGISTRY else {}  # a file may be moved
    notes |= {name: getattr(settings, name) for name in ("lower", "validation", "seed", "precision")}
    print(f"writing to {report.folder}", flush=True)
    try:
        return fit(
            parts.model,
            parts.train_batches,
            epochs=settings.epochs,
            steps=settings.steps,
            val_batches=parts.val_batches,
            optimizer=parts.optimizer,
            evaluate_every=settings.evaluate_every,
            patience=settings.patience,
            vocabulary=parts.vocabulary,
            checkpoint_folder=report.folder.path,
            save_every=settings.save_every,
            resume=True,
            settings=notes,
            sample_generator=report.generator,
            callback=report,
            progress=bar,
            processes=processes,
            **parts.optimization,
        )
    except TrainingDiverged as error:
        if processes.first:
            with suppress(OSError, ImportError):
                report.save(error.history)
        raise RunFailed(str(error)) from None
    except OSError as error:  # a full disk
        raise RunFailed(one_line(error)) from None


def _finish(history: History, report: Report, processes: Processes) -> int:
    """Write the picture and the table, say how the run ended and what can be done with it."""
    folder = report.folder
    if history.steps and processes.first:
        try:
            report.save(history)
        except OSError as error:
            raise RunFailed(one_line(error)) from None
        except ImportError as error:
            print(f"no picture of the losses: {one_line(error)}", file=sys.stderr)
    if history.ended == "interrupted":
        start = "python" if processes.size == 1 else f"torchrun --nproc-per-node {processes.size}"
        print(f"To go on: {start} -m helpers.train --resume {folder.typed}")
        return INTERRUPTED
    another = "" if history.val_loss else " ANOTHER_TEXT"  # where nothing of its own was kept back
    print(describe_end(history))
    print(f"let it write: python -m helpers.generate {folder.typed}")
    print(f"rate it:      python -m helpers.evaluate {folder.typed}{another}")
    return DONE
