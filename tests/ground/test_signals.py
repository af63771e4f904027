"""SIGTERM taken for Ctrl-C."""

import signal
import threading

import pytest

from helpers.ground.signals import sigterm_as_interrupt

INT, TERM = signal.SIGINT, signal.SIGTERM


@pytest.fixture(autouse=True)
def handlers_as_before():
    """Put both handlers back, whatever a test has done."""
    before = {one: signal.getsignal(one) for one in (INT, TERM)}
    yield
    for one, handler in before.items():
        signal.signal(one, handler)


def test_sigterm_is_an_interrupt_and_the_handlers_come_back():
    before = signal.getsignal(TERM)
    with pytest.raises(KeyboardInterrupt), sigterm_as_interrupt():
        signal.raise_signal(TERM)
    assert signal.getsignal(TERM) is before
    assert signal.getsignal(INT) is signal.default_int_handler


def test_sigterm_is_an_interrupt_also_where_ctrl_c_is_ignored():
    signal.signal(INT, signal.SIG_IGN)
    with pytest.raises(KeyboardInterrupt), sigterm_as_interrupt():
        signal.raise_signal(TERM)
    assert signal.getsignal(INT) is signal.SIG_IGN


def test_a_program_keeps_its_own_answer_to_ctrl_c():
    pressed = []
    signal.signal(INT, lambda *_: pressed.append(True))
    with sigterm_as_interrupt():
        signal.raise_signal(TERM)
    assert pressed == [True]


@pytest.mark.parametrize(("error", "passed_over"), [(LookupError, True), (KeyError, True), (OSError, False)])
def test_after_one_error_sigterm_is_passed_over(error, passed_over):
    with pytest.raises(error), sigterm_as_interrupt(ignored_after=LookupError):
        raise error
    assert (signal.getsignal(TERM) is signal.SIG_IGN) == passed_over


def test_another_thread_changes_nothing():
    found = []

    def enter():
        with sigterm_as_interrupt():
            found.append(signal.getsignal(TERM))

    thread = threading.Thread(target=enter)
    thread.start()
    thread.join()
    assert found == [signal.getsignal(TERM)]
