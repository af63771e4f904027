"""Running code that a learner wrote: with a time limit, its printing caught, and nothing global left changed."""

import contextlib
import copy
import ctypes
import inspect
import io
import os
import random
import threading
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import torch

from helpers.checks.expectations import Mistake, same

REPEAT = 0.2  # seconds until code that swallowed the interruption is interrupted again


class OutOfTime(BaseException):
    """Raised inside code that has run for too long. Not an Exception, so that `except Exception` lets it through."""


def allowed_seconds() -> float:
    """Return how long a check may run: 5 seconds, or `COURSE_CHECK_SECONDS`."""
    return float(os.environ.get("COURSE_CHECK_SECONDS", "5"))


@contextlib.contextmanager
def time_limit(seconds: float) -> Iterator[None]:
    """Raise OutOfTime inside the block once the time is up.

    Works in any thread and on any platform, but only between two steps of Python: one long call into C (a sleep, a
    huge matrix product) is interrupted when it returns.
    """
    thread = ctypes.c_ulong(threading.get_ident())
    raise_in_thread = ctypes.pythonapi.PyThreadState_SetAsyncExc
    finished = threading.Event()

    def watch() -> None:
        wait = seconds
        while not finished.wait(wait):
            raise_in_thread(thread, ctypes.py_object(OutOfTime))
            wait = REPEAT

    watcher = threading.Thread(target=watch, daemon=True)
    stopped = False
    try:
        watcher.start()  # in here, since on a busy machine the time may be up before it returns
        yield
    finally:
        while not stopped:
            with contextlib.suppress(OutOfTime):  # it may arrive just here
                finished.set()
                if watcher.is_alive():
                    watcher.join()
                raise_in_thread(thread, None)  # an interruption still on its way is taken back
                stopped = True


@contextlib.contextmanager
def nothing_global_changes() -> Iterator[None]:
    """Run the block from fixed random states with gradients on, then put all of it back as it was."""
    python_state, numpy_state = random.getstate(), np.random.get_state()
    dtype = torch.get_default_dtype()
    try:
        with (
            torch.random.fork_rng(devices=range(torch.cuda.device_count())),
            torch.enable_grad(),
            warnings.catch_warnings(),
        ):
            warnings.simplefilter("ignore")
            random.seed(0)
            np.random.seed(0)
            torch.manual_seed(0)
            yield
    finally:
        random.setstate(python_state)
        np.random.set_state(numpy_state)
        torch.set_default_dtype(dtype)


@contextlib.contextmanager
def printing_caught() -> Iterator[io.StringIO]:
    """Catch what the block prints."""
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(printed):
        yield printed


class Guarded:
    """A learner's function or class that is called on copies' honour: an argument that it changes is a mistake."""

    def __init__(self, function: Callable, name: str | None = None):
        self.function = function
        self.name = name or function.__name__
        self._parameters = _parameter_names(function)

    def __call__(self, *arguments: Any, **named: Any) -> Any:
        given = dict(zip(self._parameters, arguments, strict=False)) | named
        before = {name: _snapshot(argument) for name, argument in given.items()}
        result = self.function(*arguments, **named)
        for name, old in before.items():
            if old is not None and not same(old, given[name]):
                raise Mistake(f"`{self.name}` changes its argument `{name}`: leave it as it is, return something new")
        return result


def _parameter_names(function: Callable) -> list[str]:
    """Name the positional arguments that a function or class takes; those of `*arguments` by their number."""
    try:
        parameters = inspect.signature(function).parameters.values()
    except (ValueError, TypeError):
        parameters = []
    named = [one.name for one in parameters if one.kind in (one.POSITIONAL_ONLY, one.POSITIONAL_OR_KEYWORD)]
    return named + [f"number {number}" for number in range(len(named) + 1, 11)]


def _snapshot(argument: Any) -> Any:
    if isinstance(argument, torch.Tensor):
        return argument.detach().clone()
    if isinstance(argument, list | tuple | dict | set | np.ndarray):
        return copy.deepcopy(argument)
    return None
