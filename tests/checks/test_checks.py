"""The checks of every exercise, held against answers that learners give."""

import importlib
import time

import pytest
import torch

from helpers.checks.contract import CheckFailed
from tests.cells import blank_answer, lessons, namespace_of, run_cell

LESSONS = {lesson.module: lesson for lesson in lessons()}
EXERCISES = [(module, cell.exercise) for module, lesson in LESSONS.items() for cell in lesson.exercises]
GENERIC = ("should give", "could not use", "your code raised")  # a line that names no mistake


def answers_of(module):
    return importlib.import_module(f"tests.checks.{module}").ANSWERS


def checks_of(module):
    return importlib.import_module(f"helpers.checks.{module}").check


WRONG = [
    pytest.param(module, exercise, answer, line, id=f"{module}-{exercise}-{line[:40]}")
    for module, exercise in EXERCISES
    for answer, line in answers_of(module).wrong[exercise]
]
RIGHT = [
    pytest.param(module, exercise, answer, id=f"{module}-{exercise}-{number}")
    for module, exercise in EXERCISES
    for number, answer in enumerate(answers_of(module).right[exercise])
]


@pytest.fixture
def check_answer(capsys):
    """Return a function that hands in an answer and returns what came back and what was shown."""

    def check_answer(module, exercise, answer):
        capsys.readouterr()
        back = getattr(checks_of(module), exercise)(answer)
        return back, capsys.readouterr().out

    return check_answer


def course_version(module, exercise):
    return getattr(importlib.import_module(f"helpers.answers.{module}"), exercise)


@pytest.mark.parametrize(("module", "exercise"), EXERCISES)
def test_each_exercise_has_its_answers(module, exercise):
    lines = {line for _, line in answers_of(module).wrong[exercise]}
    named = [line for line in lines if not any(generic in line for generic in GENERIC)]
    assert len(named) >= 4, "at least four wrong answers must each draw a line that names the mistake"
    assert len(answers_of(module).right[exercise]) >= 2, "at least two right answers, written differently"


@pytest.mark.parametrize("module", LESSONS)
def test_checks_and_exercises_are_the_same(module):
    assert checks_of(module).exercises == [cell.exercise for cell in LESSONS[module].exercises]
    assert set(answers_of(module).wrong) == set(checks_of(module).exercises), "answers to an exercise that is not there"


@pytest.mark.parametrize(("module", "exercise", "answer", "line"), WRONG)
def test_wrong_answer_draws_its_line(module, exercise, answer, line, check_answer):
    back, shown = check_answer(module, exercise, answer)
    assert line in shown
    assert shown.splitlines()[-1].startswith(f"✗ {exercise}: ")
    assert back is course_version(module, exercise)
    others = {other for _, other in answers_of(module).wrong[exercise] if other != line and other not in line}
    assert not [other for other in others if other in shown], "the line of another mistake"


@pytest.mark.parametrize(("module", "exercise", "answer"), RIGHT)
def test_right_answer_passes(module, exercise, answer, check_answer):
    back, shown = check_answer(module, exercise, answer)
    assert shown == f"✓ {exercise}: right.\n"
    assert back is answer


@pytest.mark.parametrize(("module", "exercise"), EXERCISES)
def test_solution_of_the_lesson_passes_and_leaves_the_random_state(module, exercise, check_answer):
    answer = namespace_of(LESSONS[module])[exercise]
    torch.manual_seed(5)
    state = torch.get_rng_state()
    back, shown = check_answer(module, exercise, answer)
    assert shown == f"✓ {exercise}: right.\n"
    assert back is answer
    assert torch.equal(torch.get_rng_state(), state)
    assert not torch.are_deterministic_algorithms_enabled()


@pytest.mark.parametrize(("module", "exercise"), EXERCISES)
def test_blank_is_not_filled_in_yet(module, exercise, check_answer, monkeypatch):
    answer = blank_answer(LESSONS[module], exercise)
    back, shown = check_answer(module, exercise, answer)
    assert shown == f"○ {exercise}: not filled in yet. Going on with the course's version.\n"
    assert back is course_version(module, exercise)
    monkeypatch.setenv("COURSE_STRICT", "1")
    with pytest.raises(CheckFailed, match="not filled in yet"):
        check_answer(module, exercise, answer)


@pytest.mark.parametrize(("module", "exercise"), EXERCISES)
def test_second_check_after_a_failure_does_not_call_the_stand_in_right(module, exercise, check_answer):
    back, _ = check_answer(module, exercise, answers_of(module).wrong[exercise][0][0])
    again, shown = check_answer(module, exercise, back)
    assert shown.startswith(f"↺ {exercise}: this is still the course's version: run your cell first (")
    assert again is back


def test_checks_are_fast(check_answer):
    seconds = []
    for module, exercise in EXERCISES:
        answer = namespace_of(LESSONS[module])[exercise]
        start = time.perf_counter()
        check_answer(module, exercise, answer)
        seconds.append(time.perf_counter() - start)
    assert sorted(seconds)[len(seconds) // 2] < 1


@pytest.mark.parametrize(("module", "exercise"), EXERCISES)
@pytest.mark.parametrize("kind", ["raises", "never ends", "gives None", "gives a list", "takes nothing", "exits"])
def test_answers_that_are_broken(module, exercise, kind, check_answer, monkeypatch):
    if kind == "never ends":
        monkeypatch.setenv("COURSE_CHECK_SECONDS", "0.1")
    body, line = {
        "raises": ("raise KeyError('no such thing')", "your code raised KeyError: 'no such thing', in line"),
        "never ends": ("while True: pass", "stopped after 0.1 seconds"),
        "gives None": ("return None", ""),
        "gives a list": ("return [[1.5, 'x'], {}]", ""),
        "takes nothing": ("pass", "keep the arguments of the blank cell"),
        "exits": ("raise SystemExit(1)", "your code raised SystemExit: 1"),
    }[kind]
    arguments = "" if kind == "takes nothing" else "*arguments, **named"
    if isinstance(course_version(module, exercise), type):
        source = broken_class(exercise, body, kind, arguments)
    else:
        source = f"def {exercise}({arguments}):\n    {body}\n    0\n"
    answer = run_cell(source, namespace_of(LESSONS[module]))[exercise]
    back, shown = check_answer(module, exercise, answer)
    assert shown.startswith(f"✗ {exercise}: ")
    assert line in shown
    assert shown.count("\n") == 1
    assert back is course_version(module, exercise)


def broken_class(exercise, body, kind, arguments):
    """Return a class that is right but for every method after the first, or for the arguments of the first."""
    if kind == "takes nothing":
        return f"class {exercise}:\n    def __init__(self):\n        0\n"
    solved = {
        "CharDataset": ("__getitem__", "__len__"),
        "CharRNN": ("init_state", "forward"),
        "RNNCell": ("forward",),
        "StackedRNN": ("init_state", "forward"),
        "LSTMLayer": ("forward",),
        "CharLSTM": ("init_state", "forward"),
        "SelfAttention": ("forward",),
        "AttentionLanguageModel": ("forward",),
    }[exercise]
    methods = "".join(f"    def {name}(self, {arguments}):\n        {body}\n        0\n" for name in solved)
    return f"Solved{exercise} = {exercise}\nclass {exercise}(Solved{exercise}):\n{methods}"


@pytest.mark.parametrize(("module", "exercise"), EXERCISES)
def test_printing_is_shown_once(module, exercise, check_answer):
    namespace = namespace_of(LESSONS[module])
    solved = namespace[exercise]
    if isinstance(solved, type):
        body = "print('looking')\n        super().__init__(*a, **k)"
        source = f"class {exercise}(Solved):\n    def __init__(self, *a, **k):\n        {body}\n"
    else:
        source = f"def {exercise}(*a):\n    print('looking')\n    return Solved(*a)\n"
    answer = run_cell(source, namespace | {"Solved": solved})[exercise]
    _, shown = check_answer(module, exercise, answer)
    assert shown == f"printed by your code:\n  looking\n✓ {exercise}: right.\n"


@pytest.mark.parametrize(("module", "exercise"), EXERCISES)
def test_changing_an_input_is_not_right(module, exercise, check_answer):
    solved = namespace_of(LESSONS[module])[exercise]
    changed = run_cell(MEDDLER.format(exercise=exercise), {"Solved": solved, "__name__": "__main__"})
    _, shown = check_answer(module, exercise, changed[exercise])
    takes_only_text_and_models = {"next_letter", "train_epoch", "evaluate", "build_vocabulary", "count_parameters"}
    takes_only_text_and_models |= {"validate", "sample", "text_log_probability", "perplexity", "write"}
    takes_only_text_and_models |= {"make_optimizer", "average_gradients", "accumulated_step"}
    takes_only_numbers = {"CharRNN", "RNNCell", "StackedRNN", "warmup_cosine", "should_stop", "scaled_rate"}
    takes_only_numbers |= {"LSTMLayer", "CharLSTM", "SelfAttention", "AttentionLanguageModel"}
    takes_no_tensor = exercise in takes_only_text_and_models | takes_only_numbers
    takes_no_tensor |= (module, exercise) == ("training", "train")
    assert ("changes its argument" in shown) == (not takes_no_tensor)


MEDDLER = """
def meddle(things):
    for thing in things:
        if isinstance(thing, dict):
            thing.pop(next(iter(thing)), None)
        elif isinstance(thing, tuple):
            meddle(thing)
        elif hasattr(thing, "add_") and thing.numel():
            thing.data.add_(1)

if isinstance(Solved, type):
    class {exercise}(Solved):
        def __init__(self, *a, **k):
            super().__init__(*a, **k)
            meddle([*a, *k.values()])
else:
    def {exercise}(*a, **k):
        result = Solved(*a, **k)
        meddle([*a, *k.values()])
        return result
"""


@pytest.mark.parametrize(("module", "exercise"), EXERCISES)
@pytest.mark.parametrize("thing", [5, "text", None, torch.zeros(2)])
def test_things_that_are_no_answer(module, exercise, thing, check_answer):
    back, shown = check_answer(module, exercise, thing)
    assert f"✗ {exercise}: `{exercise}` should be a " in shown
    assert back is course_version(module, exercise)
