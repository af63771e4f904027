"""Ctrl-C while a model trains."""

import os
import signal
import threading

import pytest
import torch

from helpers.training import fit
from helpers.training.interrupts import deferred_interrupt
from tests import runs
from tests.runs import VOCABULARY, DropoutRNN, bits

pytestmark = [
    pytest.mark.skipif(os.name == "nt", reason="os.kill ends a process on Windows"),
    pytest.mark.usefixtures("one_thread"),
]


def press():
    os.kill(os.getpid(), signal.SIGINT)


def train(folder, presses=None, **options):
    """Train 12 steps; `presses` says how often Ctrl-C is pressed in which forward pass of training."""
    torch.manual_seed(7)
    model, passes = DropoutRNN(), []

    def watch(module, _):
        passes.append(module.training)
        for _ in range((presses or {}).get(sum(passes), 0) if module.training else 0):
            press()

    model.register_forward_pre_hook(watch)
    given = {"steps": 12, "evaluate_every": 4, "val_batches": runs.windows(), "vocabulary": VOCABULARY}
    history = fit(
        model, runs.streams(), checkpoint_folder=folder, resume=folder is not None, progress=False, **given | options
    )
    return history, bits(model.state_dict())


@pytest.fixture(autouse=True)
def handler_as_before():
    """Fail a test that leaves another handler behind."""
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    yield
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_a_stop_finishes_the_step_and_loses_nothing(tmp_path, capsys):
    history, _ = train(tmp_path / "stopped", {6: 1})
    assert (history.steps, history.ended) == ([4], "interrupted")
    last = tmp_path / "stopped" / "last.safetensors"
    assert capsys.readouterr().out == f"Stopped at step 6 of 12. The last checkpoint is {last}, of step 6.\n"
    assert train(tmp_path / "stopped") == train(tmp_path / "uninterrupted")


def test_a_second_stop_does_not_wait(tmp_path, capsys):
    history, _ = train(tmp_path / "stopped", {6: 2})
    assert (history.steps, history.ended) == ([4], "interrupted")
    last = tmp_path / "stopped" / "last.safetensors"
    assert capsys.readouterr().out == f"Stopped at step 6 of 12. The last checkpoint is {last}, of step 4.\n"
    assert train(tmp_path / "stopped") == train(tmp_path / "uninterrupted")


def test_a_stop_without_a_folder_leaves_history_and_model(capsys):
    history, weights = train(None, {6: 1})
    assert (history.steps, history.ended) == ([4], "interrupted")
    assert capsys.readouterr().out == "Stopped at step 6 of 12. No checkpoint was written.\n"
    assert weights != bits(DropoutRNN().state_dict())


def test_a_stop_in_the_last_step_is_an_end(tmp_path, capsys):
    assert train(tmp_path / "stopped", {12: 1})[0].ended == "all steps"
    assert capsys.readouterr().out == ""


def test_a_stop_raised_by_a_callback_is_as_calm(tmp_path, capsys):
    def stop(progress):
        raise KeyboardInterrupt

    history, _ = train(tmp_path / "stopped", callback=stop)
    assert (history.steps, history.ended) == ([4], "interrupted")
    assert capsys.readouterr().out == "Stopped at step 4 of 12. No checkpoint was written.\n"


def test_where_another_handler_is_at_work_it_stays():
    def own(*_):
        pressed.append(True)

    pressed = []
    signal.signal(signal.SIGINT, own)
    try:
        with deferred_interrupt() as asked:
            press()
        assert pressed == [True]
        assert not asked.requested
        assert signal.getsignal(signal.SIGINT) is own
    finally:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def test_another_thread_can_train():
    histories = []
    thread = threading.Thread(
        target=lambda: histories.append(fit(DropoutRNN(), runs.windows(), steps=2, progress=False))
    )
    thread.start()
    thread.join()
    assert histories[0].steps == [2]


def test_the_handler_is_put_back_after_an_error():
    with pytest.raises(ValueError, match="error"), deferred_interrupt():
        raise ValueError("error")
    with pytest.raises(KeyboardInterrupt):
        press()
