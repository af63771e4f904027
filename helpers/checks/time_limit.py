"""A limit on the time that a learner's code may take: of the processor's time, so that a busy machine costs nothing."""

import contextlib
import ctypes
import os
import threading
import time
from collections.abc import Callable, Iterator

WAITING = 60.0  # seconds by the clock on the wall, for code that sleeps or waits
REPEAT = 0.2  # seconds until code that swallowed the interruption is interrupted again
_SHORTEST = 0.005  # seconds between two looks at the clocks


class OutOfTime(BaseException):
    """Raised inside code that has run for too long. Not an Exception, so that `except Exception` lets it through."""


class Limit:
    """How long a block may run: `computing` seconds of its thread's processor time, `waiting` by the wall clock."""

    def __init__(self, computing: float, waiting: float):
        self.computing, self.waiting = computing, waiting
        self.exceeded = ""  # says which of the two ended the block
        self._processor, self._wall = _processor_clock(), time.monotonic
        self._start = self._processor(), self._wall()

    def left(self) -> float:
        """Return the seconds for which no limit can be exceeded; 0 from the moment on at which one is."""
        computed = self._processor() - self._start[0]
        waited = self._wall() - self._start[1]
        if computed >= self.computing:
            self.exceeded = f"stopped after {self.computing:g} seconds of computing: is there a loop that never ends?"
        elif waited >= self.waiting:
            self.exceeded = (
                f"stopped after {self.waiting:g} seconds in which it mostly waited: does it sleep, or ask for input?"
            )
        return 0.0 if self.exceeded else min(self.computing - computed, self.waiting - waited)


def allowed_seconds() -> float:
    """Return how long a check may compute: 5 seconds, or `COURSE_CHECK_SECONDS`."""
    return float(os.environ.get("COURSE_CHECK_SECONDS", "5"))


@contextlib.contextmanager
def time_limit(computing: float, waiting: float = WAITING) -> Iterator[Limit]:
    """Raise OutOfTime inside the block once it has computed, or waited, for too long. Gives the Limit.

    An interruption is never taken back (by sending None): CPython 3.11 would then look for one at each step from there
    on, and under a debugger or a profiler it finds no end to that.

    Works in any thread and on any platform, but only between two steps of Python: one long call into C (a sleep, a
    huge matrix product) is interrupted when it returns.
    """
    thread, interruption = ctypes.c_ulong(threading.get_ident()), ctypes.py_object(OutOfTime)
    raise_in_thread = ctypes.pythonapi.PyThreadState_SetAsyncExc
    finished = threading.Event()
    armed, sent = [False], [False]
    limit = Limit(computing, waiting)

    def watch() -> None:
        while left := limit.left():
            if finished.wait(max(left, _SHORTEST)):
                return
        while not finished.is_set():
            if armed[0]:  # Python does not change threads between this line and the last of the three
                sent[0] = True
                raise_in_thread(thread, interruption)
            finished.wait(REPEAT)

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        armed[0] = True  # not before: an interruption within `start` would leave a lock of its own broken
        yield limit
    finally:
        armed[0] = False  # without a call, so that nothing can interrupt it: from now on none more is sent
        try:
            if sent[0]:  # one may still be on its way: send it once more, and be here when it comes
                raise_in_thread(thread, interruption)
                while True:
                    pass
        except OutOfTime:
            pass
        finished.set()
        watcher.join()


def _processor_clock() -> Callable[[], float]:
    """Return a clock of the processor time of this thread that other threads can read; where there is none (macOS,
    Windows), of the whole process, in which little else computes while a check runs."""
    if not hasattr(time, "pthread_getcpuclockid"):
        return time.process_time
    clock = time.pthread_getcpuclockid(threading.get_ident())
    return lambda: time.clock_gettime(clock)
