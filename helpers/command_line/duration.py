"""How many steps a run has, and after how many of them it shows a loss."""

import contextlib
import io
import math
import time
from dataclasses import replace

from helpers.command_line.parts import Parts, make_parts
from helpers.command_line.run_settings import RunSettings
from helpers.text.splits import Split
from helpers.training import evaluate, fit

_ENTRIES = 10  # of the history, in a run that is not measured in epochs
_FEW_EPOCHS, _MANY_EPOCHS = 2, 50  # between these, there is an entry an epoch
_MEASURED_SECONDS = 3.0  # at most, and a tenth of the time that there is
_SHARE, _FEWEST = 0.3, 2  # of the time, so much at most goes into looking at the loss, but a curve has two points


def fix_length(settings: RunSettings, split: Split, epoch_steps: int) -> RunSettings:
    """Return settings with a number of epochs or steps, and of steps from one entry of the history to the next.

    Minutes become steps by the speed of a throw-away run. The number is kept, so a run that is gone on with, or
    repeated elsewhere, has as many steps, whatever the speed is then.
    """
    entries = _ENTRIES
    if settings.minutes is not None:
        settings, entries = _measure(settings, split)
    if settings.evaluate_every is not None:
        return settings
    steps = settings.steps or settings.epochs * epoch_steps
    by_epoch = settings.epochs is not None and _FEW_EPOCHS <= settings.epochs <= _MANY_EPOCHS
    return replace(settings, evaluate_every=epoch_steps if by_epoch else math.ceil(steps / entries))


def _measure(settings: RunSettings, split: Split) -> tuple[RunSettings, int]:
    """Return settings with the steps that fit into their minutes, and how many entries there is time for."""
    start, budget = time.perf_counter(), settings.minutes * 60
    parts = make_parts(settings, split)
    seconds_a_step = _seconds_a_step(parts, min(_MEASURED_SECONDS, budget / 10))
    seconds_an_entry = _seconds_to_evaluate(parts)
    left = max(budget - (time.perf_counter() - start), budget / 2)
    entries = max(_FEWEST, min(_ENTRIES, int(_SHARE * left / max(seconds_an_entry, 1e-9))))
    steps = max(1, int((left - entries * seconds_an_entry) / seconds_a_step))
    steps -= steps % min(entries, steps)  # so that the last entry covers as much as the others
    fit_into = "steps fit into" if steps != 1 else "step fits into"
    print(f"{steps:,} {fit_into} {settings.minutes:g} min, at {1 / seconds_a_step:,.1f} steps a second")
    return replace(settings, minutes=None, steps=steps), min(entries, steps)


def _seconds_a_step(parts: Parts, aim: float) -> float:
    """Train longer and longer until it takes `aim` seconds; the first steps, slow on a GPU, are not counted."""
    _train(parts, 2)
    steps = 1
    while True:
        start = time.perf_counter()
        _train(parts, steps)
        seconds = time.perf_counter() - start
        if seconds >= aim:
            return seconds / steps
        steps *= 2


def _train(parts: Parts, steps: int) -> None:
    with contextlib.redirect_stdout(io.StringIO()):  # of a stop that comes already now, `fit` would tell in a line
        history = fit(
            parts.model,
            parts.train_batches,
            steps=steps,
            optimizer=parts.optimizer,
            progress=False,
            clip_norm=parts.optimization["clip_norm"],
        )
    if history.ended == "interrupted":
        raise KeyboardInterrupt


def _seconds_to_evaluate(parts: Parts) -> float:
    if parts.val_batches is None:
        return 0.0
    start = time.perf_counter()
    evaluate(parts.model, parts.val_batches)
    return time.perf_counter() - start
