"""The choice of a device, on machines that are only pretended."""

from unittest import mock

import pytest
import torch
from torch import nn

from helpers.ground.device import choose_device, has_dropout_between_lstm_layers, send


@pytest.fixture
def machine(monkeypatch):
    """Return a function that pretends which devices there are."""

    def pretend(*, cuda=False, mps=False):
        monkeypatch.setattr(torch.cuda, "is_available", lambda: cuda)
        monkeypatch.setattr(torch.cuda, "get_device_name", lambda *_: "Pretended GPU")
        monkeypatch.setattr(torch.backends.mps, "is_available", lambda: mps)

    return pretend


AFFECTED = {
    "an LSTM": nn.LSTM(2, 2, num_layers=2, dropout=0.1),
    "an LSTM inside a model": nn.Sequential(nn.Embedding(3, 2), nn.Sequential(nn.LSTM(2, 2, 3, dropout=0.5))),
}
SINGLE_LAYER = nn.LSTM(2, 2, num_layers=1)
SINGLE_LAYER.dropout = 0.1  # between no layers: given at once, torch would warn that it does nothing
SPARED = {
    "no model": None,
    "a layer without recurrence": nn.Linear(2, 2),
    "an LSTM without dropout": nn.LSTM(2, 2, num_layers=2),
    "an LSTM of one layer": SINGLE_LAYER,
    "a GRU with dropout": nn.GRU(2, 2, num_layers=2, dropout=0.1),
    "an LSTM with dropout beside it": nn.Sequential(nn.LSTM(2, 2, num_layers=2), nn.Dropout(0.5)),
}


@pytest.mark.parametrize("mps", [False, True])
@pytest.mark.parametrize("model", [None, AFFECTED["an LSTM"]], ids=["no model", "an LSTM"])
def test_cuda_comes_first_and_is_named(machine, mps, model):
    machine(cuda=True, mps=mps)
    device, reason = choose_device(model)
    assert device == torch.device("cuda")
    assert "Pretended GPU" in reason


@pytest.mark.parametrize("model", SPARED.values(), ids=SPARED)
def test_mps_is_chosen_where_its_gradients_are_right(machine, model):
    machine(mps=True)
    device, reason = choose_device(model)
    assert device == torch.device("mps")
    assert "MPS is available" in reason


@pytest.mark.parametrize("model", AFFECTED.values(), ids=AFFECTED)
def test_mps_is_passed_over_for_an_lstm_with_dropout_between_its_layers(machine, model):
    machine(mps=True)
    device, reason = choose_device(model)
    assert device == torch.device("cpu")
    assert "dropout between layers" in reason
    assert "190056" in reason


def test_without_an_accelerator_the_cpu_is_chosen(machine):
    machine()
    device, reason = choose_device()
    assert device == torch.device("cpu")
    assert "Neither CUDA nor MPS" in reason


def test_dropout_between_lstm_layers_is_recognised():
    assert all(has_dropout_between_lstm_layers(model) for model in AFFECTED.values())
    assert not any(has_dropout_between_lstm_layers(model) for model in SPARED.values() if model is not None)


def test_a_model_runs_on_the_device_that_is_chosen_here():
    device, reason = choose_device()
    assert nn.Linear(2, 3).to(device)(torch.zeros(1, 2, device=device)).shape == (1, 3)
    assert reason.endswith(".")


def test_a_tensor_is_sent_to_a_gpu_from_pinned_memory_without_waiting():
    """On a pretended GPU: what is asked of a tensor, and in which order."""
    tensor = mock.Mock(device=torch.device("cpu"))
    assert send(tensor, torch.device("cuda", 0)) is tensor.pin_memory.return_value.to.return_value
    tensor.pin_memory.return_value.to.assert_called_once_with(torch.device("cuda", 0), non_blocking=True)


def test_what_need_not_travel_is_not_pinned():
    for here, there in (("cpu", "cpu"), ("cuda", "cuda"), ("cpu", "mps")):
        tensor = mock.Mock(device=torch.device(here))
        assert send(tensor, torch.device(there)) is tensor.to.return_value
        assert not tensor.pin_memory.called
    tokens = torch.arange(3)
    assert send(tokens, tokens.device) is tokens
