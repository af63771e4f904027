"""How long a run is: minutes become steps, and losses come neither too seldom nor too often."""

import pytest

from helpers.command_line import duration
from helpers.command_line.duration import fix_length
from helpers.command_line.parts import make_parts, make_val_batches
from helpers.command_line.run_settings import resolve
from helpers.text.splits import make_split
from tests.commands import write_book

pytestmark = pytest.mark.usefixtures("one_thread")
SIZES = {"model": "lstm", "hidden_size": 8, "batch_size": 4, "sequence_length": 16}


@pytest.fixture
def split(tmp_path):
    return make_split(write_book(tmp_path, 10_000).read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    ("length", "every"),
    [
        ({"epochs": 4}, 140),
        ({"epochs": 50}, 140),
        ({"epochs": 1}, 14),
        ({"epochs": 100}, 1_400),
        ({"steps": 1_000}, 100),
        ({"steps": 3}, 1),
        ({"steps": 1_000, "evaluate_every": 7}, 7),
    ],
)
def test_there_is_a_loss_an_epoch_or_ten_in_all(length, every):
    assert fix_length(resolve(SIZES | length), None, 140).evaluate_every == every


def test_minutes_become_the_steps_that_fit(split, monkeypatch, capsys):
    monkeypatch.setattr(duration, "_seconds_a_step", lambda parts, aim: 0.5)
    monkeypatch.setattr(duration, "_seconds_to_evaluate", lambda parts: 2.0)
    settings = fix_length(resolve(SIZES | {"minutes": 2.0}), split, 140)
    assert settings.minutes is None
    assert 180 <= settings.steps <= 200, "two minutes without ten times two seconds, and without the measuring"
    assert settings.steps == 10 * settings.evaluate_every
    assert f"{settings.steps} steps fit into 2 min, at 2.0 steps a second" in capsys.readouterr().out


def test_where_only_one_step_fits_it_says_so(split, monkeypatch, capsys):
    monkeypatch.setattr(duration, "_seconds_a_step", lambda parts, aim: 50.0)
    assert fix_length(resolve(SIZES | {"minutes": 1.0}), split, 140).steps == 1
    assert "1 step fits into 1 min" in capsys.readouterr().out


@pytest.mark.parametrize(("seconds", "looks"), [(0.1, 10), (2.5, 3), (20.0, 2)])
def test_where_a_look_at_the_loss_takes_long_there_are_few(split, monkeypatch, seconds, looks):
    monkeypatch.setattr(duration, "_seconds_a_step", lambda parts, aim: 0.1)
    monkeypatch.setattr(duration, "_seconds_to_evaluate", lambda parts: seconds)
    settings = fix_length(resolve(SIZES | {"minutes": 0.5, "epochs": None}), split, 140)
    assert settings.steps / settings.evaluate_every == min(looks, settings.steps)


def test_the_measured_speed_is_about_that_of_the_run(split):
    settings = resolve(SIZES | {"steps": 1})
    seconds = duration._seconds_a_step(make_parts(settings, split), 0.2)
    assert 1e-4 < seconds < 0.2


@pytest.mark.parametrize("length", [2, 50, 129, 5_000, 1_000_000])
def test_validation_covers_nearly_all_of_any_text(split, length):
    import torch

    batches = make_val_batches(torch.zeros(length, dtype=torch.int64))
    covered = sum(targets.numel() for _, targets in batches)
    assert covered >= length - 1 - batches.batch_size
    assert batches.inputs.shape[1] >= min(length - 1, 32 * 128)
    with pytest.raises(ValueError, match="1 characters are too few"):
        make_val_batches(torch.zeros(1, dtype=torch.int64))
