"""Ctrl-C, and the stop button of a notebook: the step that is under way is finished first."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager


class Interruption:
    """Tells whether somebody has asked for a stop."""

    requested = False


@contextmanager
def deferred_interrupt() -> Iterator[Interruption]:
    """Note the first Ctrl-C instead of raising KeyboardInterrupt amid an update of the weights; raise at the second.

    Where Python's own handler is not in place (another thread, a program that ignores the signal), nothing is changed.
    """
    asked = Interruption()

    def note(signum, frame):
        if asked.requested:
            raise KeyboardInterrupt
        asked.requested = True

    main = threading.current_thread() is threading.main_thread()
    if not main or signal.getsignal(signal.SIGINT) is not signal.default_int_handler:
        yield asked
        return
    signal.signal(signal.SIGINT, note)
    try:
        yield asked
    finally:
        signal.signal(signal.SIGINT, signal.default_int_handler)
