"""The contract of a check, whatever the exercise: what it shows, what it hands back, and what it leaves alone."""

import random
import subprocess
import sys
import threading
import time
import warnings

import numpy as np
import pytest
import torch

from helpers.answers import alphabet as course
from helpers.checks.alphabet import check
from helpers.checks.attempt import Guarded
from helpers.checks.contract import CheckFailed, Checks
from helpers.checks.display import Progress, Report
from helpers.checks.expectations import Mistake
from helpers.checks.time_limit import OutOfTime, time_limit
from helpers.course import records
from helpers.models.inputs import check_state
from tests.cells import run_cell
from tools.lesson import ROOT

ENCODE = "def encode(text, char_to_idx):\n    {}\n"
RIGHT = "return torch.tensor([char_to_idx[c] for c in text])"


def encode(body):
    return run_cell("import torch\n" + ENCODE.format(body))["encode"]


def test_message_names_the_line_that_raised(capsys):
    check.encode(encode("numbers = [char_to_idx[c] for c in text]\n    return torch.tensor(number)"))
    assert (
        capsys.readouterr().out
        == "✗ encode: your code raised NameError: name 'number' is not defined, in line 4 of the "
        "cell: `return torch.tensor(number)`. Is the name misspelt, or has the cell that defines it not run? "
        "Going on with the course's version.\n"
    )


def raising(message):
    return encode(f"raise ValueError({message!r})")


def test_message_of_the_package_is_shown_whole(capsys):
    with pytest.raises(ValueError, match="select_rows") as caught:
        check_state(torch.zeros(16, 2, 64), (4, 2, 64), "hidden state")
    check.encode(raising(str(caught.value)))
    assert f"your code raised ValueError: {caught.value}, in line 3 of the cell" in capsys.readouterr().out


def test_long_message_ends_with_its_first_sentence_or_between_words(capsys):
    check.encode(raising("First this. " + "And then much more, word by word. " * 20))
    assert "your code raised ValueError: First this, in line 3 of the cell" in capsys.readouterr().out
    check.encode(raising("words " * 100))
    assert "words words …, in line 3 of the cell" in capsys.readouterr().out


def test_forgotten_dots_beside_an_answer_do_no_harm(capsys):
    answer = encode(f"...\n    {RIGHT}")
    assert check.encode(answer) is answer


@pytest.mark.parametrize(
    "body", ["...", "pass", "raise NotImplementedError", '"""Docs."""\n    # a comment', '"""Docs."""']
)
def test_blank_is_told_by_the_syntax_tree(body, capsys):
    assert check.encode(encode(body)) is course.encode
    assert "not filled in yet" in capsys.readouterr().out


def test_returning_none_is_not_blank(capsys):
    check.encode(encode("return None"))
    assert "is the `return` missing?" in capsys.readouterr().out


def test_partly_filled_class_names_what_is_left(capsys):
    source = (
        "from torch.utils.data import Dataset\nclass CharDataset(Dataset):\n"
        "    def __init__(self, tokens, sequence_length, stride):\n        self.tokens = tokens\n"
        "    def __len__(self):\n        ...\n    def __getitem__(self, index):\n        ...\n"
    )
    assert check.CharDataset(run_cell(source)["CharDataset"]) is course.CharDataset
    assert "partly filled in: `__len__` and `__getitem__` still to do" in capsys.readouterr().out


def test_a_forward_outside_its_class_is_told_by_its_indentation(capsys):
    source = "from torch import nn\nclass Net(nn.Module):\n    pass\ndef forward(self, x):\n    return x\n"
    network = run_cell(source)["Net"]

    def encode(*arguments):
        return network()(*arguments)

    check.encode(encode)
    assert "there is no `forward` in your class: is it indented as deep as `__init__`?" in capsys.readouterr().out


def test_torchs_list_of_signatures_is_left_out(capsys):
    check.encode(encode("return torch.ones(3).masked_fill(0.0, torch.ones(3) > 0)"))
    said = capsys.readouterr().out
    assert "expected one of" not in said
    assert "(float, Tensor), in line 3 of the cell" in said


def test_function_without_source_is_still_checked():
    namespace = {"torch": torch}
    exec(ENCODE.format(RIGHT), namespace)
    assert check.encode(namespace["encode"]) is namespace["encode"]


def test_strict_mode_raises_what_would_be_shown(monkeypatch):
    monkeypatch.setenv("COURSE_STRICT", "1")
    answer = encode(RIGHT)
    assert check.encode(answer) is answer
    with pytest.raises(CheckFailed, match="is the `return` missing"):
        check.encode(encode("return None"))
    with pytest.raises(CheckFailed, match="still the course's version"):
        check.encode(course.encode)


def test_check_without_an_answer_says_what_to_hand_over(capsys):
    check.encode()
    assert "hand over your function: `encode = check.encode(encode)`" in capsys.readouterr().out


def test_unknown_exercise_lists_those_that_there_are():
    with pytest.raises(AttributeError, match="no exercise 'encod'; this lesson has build_vocabulary, encode"):
        check.encod(None)
    with pytest.raises(ValueError, match="no exercise 'encod'"):
        check.show("encod")


def test_exercise_cannot_take_a_name_of_the_checks():
    with pytest.raises(ValueError, match="no exercise can be called 'show'"):

        @Checks("01_alphabet").exercise
        def show(answer): ...


def test_show_prints_the_answer_and_reset_the_blank(capsys):
    check.show("encode")
    shown = capsys.readouterr().out
    assert "return torch.tensor([char_to_idx[character]" in shown
    assert "SOLUTION" not in shown
    check.reset("encode")
    blank = capsys.readouterr().out
    assert blank.startswith("def encode(text: str, char_to_idx: dict[str, int]) -> torch.Tensor:\n")
    assert blank.endswith("    # TODO: look every character of text up in char_to_idx.\n    ...\n")
    assert check.encode(run_cell("import torch\n" + blank)["encode"]) is course.encode


def test_global_state_is_left_as_it_was():
    def meddling(text, char_to_idx):
        random.seed(1), np.random.seed(1), torch.manual_seed(1)
        torch.set_default_dtype(torch.float64)
        torch.set_grad_enabled(False)
        warnings.warn("noise", stacklevel=1)
        return torch.tensor([char_to_idx[c] for c in text])

    random.seed(7), np.random.seed(7), torch.manual_seed(7)
    expected = random.random(), np.random.rand(), torch.rand(1)
    random.seed(7), np.random.seed(7), torch.manual_seed(7)
    meddling.__name__ = "encode"
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert check.encode(meddling) is meddling
    assert (random.random(), np.random.rand(), torch.rand(1)) == expected
    assert torch.get_default_dtype() is torch.float32
    assert torch.is_grad_enabled()


@pytest.mark.parametrize(
    "loop",
    [
        "while True: pass",
        "while True:\n        try:\n            while True: pass\n        except Exception: pass",
        "while True:\n        try:\n            while True: pass\n        except: break\n    while True: pass",
    ],
    ids=["plain", "swallows Exception", "swallows everything once"],
)
def test_loop_that_never_ends_is_stopped(loop, monkeypatch, capsys):
    monkeypatch.setenv("COURSE_CHECK_SECONDS", "0.2")
    start = time.perf_counter()
    check.encode(encode(loop))
    assert time.perf_counter() - start < 30
    said = capsys.readouterr().out
    assert "stopped after 0.2 seconds of computing: is there a loop that never ends? Going on" in said


def wait_for_ever():
    while True:
        time.sleep(0.01)


def test_waiting_is_not_computing():
    with time_limit(0.1) as limit:
        for _ in range(40):
            time.sleep(0.01)
    assert limit.exceeded == ""


def test_waiting_for_too_long_is_stopped():
    with pytest.raises(OutOfTime), time_limit(5, waiting=0.1) as limit:
        wait_for_ever()
    assert limit.exceeded.startswith("stopped after 0.1 seconds in which it mostly waited")


def test_computing_of_other_threads_does_not_count():
    if not hasattr(time, "pthread_getcpuclockid"):
        pytest.skip("this platform counts the processor time of the whole process")
    finished = threading.Event()

    def compute():
        while not finished.is_set():
            pass

    neighbours = [threading.Thread(target=compute) for _ in range(2)]
    for neighbour in neighbours:
        neighbour.start()
    try:
        with time_limit(0.2) as limit:
            time.sleep(0.5)
    finally:
        finished.set()
        for neighbour in neighbours:
            neighbour.join()
    assert limit.exceeded == ""


def test_where_no_thread_has_a_clock_the_process_is_counted(monkeypatch):
    monkeypatch.delattr(time, "pthread_getcpuclockid", raising=False)
    with pytest.raises(OutOfTime), time_limit(0.05) as limit:
        run_for_ever()
    assert "of computing" in limit.exceeded


def test_check_computes_on_one_thread_and_puts_the_number_back(capsys):
    threads = torch.get_num_threads()
    torch.set_num_threads(3)
    try:
        check.encode(encode("raise KeyError(torch.get_num_threads())"))
        assert "KeyError: 1," in capsys.readouterr().out
        assert torch.get_num_threads() == 3
    finally:
        torch.set_num_threads(threads)


def run_for_ever():
    while True:
        pass


def test_time_limit_leaves_nothing_behind():
    before = threading.active_count()
    for _ in range(20):
        with pytest.raises(OutOfTime), time_limit(0.005):
            run_for_ever()
    with time_limit(0.05):
        pass
    time.sleep(0.1)
    assert threading.active_count() == before


def test_time_that_is_up_before_the_block_begins_leaves_nothing_behind(monkeypatch):
    start, before = threading.Thread.start, threading.active_count()
    monkeypatch.setattr(
        threading.Thread, "start", lambda thread: (start(thread), [time.sleep(0.01) for _ in range(20)])
    )
    with pytest.raises(OutOfTime), time_limit(0.005):
        run_for_ever()
    time.sleep(0.1)
    assert threading.active_count() == before


def test_time_limit_works_in_any_thread():
    caught = []

    def work():
        try:
            with time_limit(0.05):
                while True:
                    pass
        except OutOfTime:
            caught.append(True)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join(5)
    assert caught == [True]


WATCHED = """
import sys, threading
from helpers.checks.time_limit import OutOfTime, time_limit

def run_for_ever():
    while True:
        pass

def watch(*_):
    return watch

sys.{switch}(watch)
for seconds in (5, 0.05, 5):
    try:
        with time_limit(seconds):
            if seconds < 1:
                run_for_ever()
    except OutOfTime:
        print("stopped")
sum(1 for _ in range(1000))
print("ended")
"""


@pytest.mark.parametrize("switch", ["setprofile", "settrace"])
def test_time_limit_works_under_a_profiler_and_under_a_debugger(switch):
    done = subprocess.run(
        [sys.executable, "-c", WATCHED.format(switch=switch)], capture_output=True, text=True, cwd=ROOT, timeout=60
    )
    assert done.stdout == "stopped\nended\n", done.stderr


def test_much_printing_is_cut(capsys):
    check.encode(encode(f"for i in range(100): print('line', i)\n    {RIGHT}"))
    shown = capsys.readouterr().out
    assert shown.count("\n") == 8
    assert "… and 95 more lines" in shown


def test_progress_survives_and_keeps_the_last_verdict(capsys):
    check.encode(encode("..."))
    check.decode(course.decode)
    assert records.read("01_alphabet") == {"encode": "blank"}
    check.encode(encode(RIGHT))
    capsys.readouterr()
    check.progress()  # reads the file, as after a restart
    shown = capsys.readouterr().out
    assert "✓ encode              right" in shown
    assert "· decode              not tried yet" in shown
    assert shown.endswith("1 of 10 right in 01_alphabet.\n")


def test_stand_in_does_not_change_the_record():
    check.encode(encode(RIGHT))
    check.encode(course.encode)
    assert records.read("01_alphabet") == {"encode": "right"}


def test_html_escapes_what_learners_write():
    html = Report("f", "wrong", "gives `<b>` & more")._repr_html_()
    assert "<code>&lt;b&gt;</code> &amp; more" in html
    assert "<b>✗ f</b>" in html
    assert Progress("l", {"f<": "right"})._repr_html_().count("f&lt;") == 1


def test_tab_completion_offers_the_exercises():
    assert {"show", "reset", "progress", "encode", "generate_text"} <= set(dir(check))


def test_changing_a_tensor_in_a_dictionary_is_a_mistake():
    parts = {"train": torch.zeros(3), "val": torch.ones(2)}
    assert Guarded(lambda parts: len(parts))(parts) == 2
    with pytest.raises(Mistake, match="changes its argument `parts`"):
        Guarded(lambda parts: parts["val"].add_(1), "estimate_loss")(parts)
