"""SIGTERM, with which other programs ask one to end: taken for Ctrl-C, for which a training run has a good answer."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def sigterm_as_interrupt(ignored_after: type[BaseException] | tuple[()] = ()) -> Iterator[None]:
    """Let SIGTERM end a program as Ctrl-C does: a run finishes its step and writes a last checkpoint.

    A script that starts a program in the background has it ignore Ctrl-C; so Python's own answer is put back first.
    Where that error is raised, SIGTERM is passed over from then on: the program says first what happened. Outside of
    the main thread, which alone may answer signals, nothing is changed.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {one: signal.getsignal(one) for one in (signal.SIGINT, signal.SIGTERM)}
    if before[signal.SIGINT] is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, lambda *_: signal.raise_signal(signal.SIGINT))
    try:
        yield
    except ignored_after:
        before[signal.SIGTERM] = signal.SIG_IGN
        raise
    finally:
        for one, handler in before.items():
            signal.signal(one, handler)
