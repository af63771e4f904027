"""Running code that a learner wrote: on one thread, its printing caught, and nothing global left changed."""

import contextlib
import copy
import inspect
import io
import random
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import torch

from helpers.checks.expectations import Mistake, same


@contextlib.contextmanager
def nothing_global_changes() -> Iterator[None]:
    """Run the block from fixed random states, with gradients on, on one thread; then put all of it back as it was.

    With as many threads as cores torch waits for the slowest of them: beside another program on the same machine a check
    of milliseconds then takes seconds.
    """
    python_state, numpy_state = random.getstate(), np.random.get_state()
    dtype, threads = torch.get_default_dtype(), torch.get_num_threads()
    try:
        torch.set_num_threads(1)
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
        torch.set_num_threads(threads)


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
