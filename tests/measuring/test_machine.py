"""The self-test and the speed test of lesson 00."""

from importlib.metadata import PackageNotFoundError
from types import SimpleNamespace

import psutil
import pytest
import torch

from helpers.measuring import machine


@pytest.fixture
def with_memory(monkeypatch):
    """Return a function that pretends how many GiB of memory are free."""

    def pretend(free):
        monkeypatch.setattr(psutil, "virtual_memory", lambda: SimpleNamespace(available=int(free * 2**30)))

    return pretend


@pytest.fixture
def without_tqdm(monkeypatch):
    """Pretend that one package is missing."""
    installed = machine.version

    def version(name):
        if name == "tqdm":
            raise PackageNotFoundError(name)
        return installed(name)

    monkeypatch.setattr(machine, "version", version)


def lines(capsys):
    return capsys.readouterr().out.splitlines()


def test_a_good_machine_draws_only_ticks(with_memory, capsys):
    with_memory(8)
    machine.self_test()
    shown = lines(capsys)
    assert {line[:2] for line in shown} == {"✓ "}
    for word in ("Python 3.", f"torch {torch.__version__.split('+')[0]}", "device ", "8.0 GiB", "cores"):
        assert any(word in line for line in shown)


def test_too_little_memory_draws_advice(with_memory, capsys):
    with_memory(0.5)
    machine.self_test()
    assert "✗ 0.5 GiB of memory free – close other programs: 2 GiB should be free" in lines(capsys)


def test_a_missing_package_draws_the_line_to_type(without_tqdm, capsys):
    machine.self_test()
    [line] = [line for line in lines(capsys) if "tqdm" in line]
    assert line.startswith("✗ ")
    assert line.endswith("type: pip install tqdm")


def test_a_missing_package_is_called_missing(without_tqdm, capsys):
    machine.self_test()
    [line] = [line for line in lines(capsys) if "tqdm" in line]
    assert "None" not in line


def test_an_old_python_draws_advice(monkeypatch, capsys):
    monkeypatch.setattr(machine, "sys", SimpleNamespace(version_info=(3, 10, 4)))
    machine.self_test()
    assert lines(capsys)[0].endswith("– the course needs Python 3.11 or newer")


@pytest.mark.parametrize(
    ("times", "minutes", "verdict"),
    [
        (0.01, 100, "This machine is slow"),
        (0.2, 5, "This machine is slow"),
        (0.5, 2, "fast enough"),
        (9, 1, "fast enough"),
    ],
)
def test_the_speed_predicts_the_minutes_that_the_course_takes(monkeypatch, capsys, times, minutes, verdict):
    monkeypatch.setattr(machine, "REFERENCE_SECONDS", 60)
    monkeypatch.setattr(machine, "measure_speed", lambda: times * machine.REFERENCE_SPEED)
    machine.speed_test()
    shown = lines(capsys)
    assert f"about {minutes} min" in shown[1]
    assert verdict in shown[2]


def test_the_measured_speed_is_that_of_training(monkeypatch):
    trained = []
    clock = iter(range(0, 1_000, 10))  # each look at the clock finds it 10 s later

    def counting(model, batches, *, epochs, **options):
        trained.append(epochs * sum(targets.numel() for _, targets in batches))

    monkeypatch.setattr(machine, "fit", counting)
    monkeypatch.setattr(machine, "time", SimpleNamespace(perf_counter=lambda: next(clock)))
    assert machine.measure_speed() == pytest.approx(trained[-1] / 10)


def test_measuring_leaves_the_random_state_and_shows_no_bar(monkeypatch, capsys):
    fit = machine.fit
    monkeypatch.setattr(machine, "fit", lambda model, batches, **options: fit(model, list(batches)[:1], **options))
    torch.manual_seed(4711)
    before = torch.get_rng_state()
    assert machine.measure_speed(stretches=1) > 0
    assert torch.equal(torch.get_rng_state(), before)
    assert capsys.readouterr() == ("", "")
