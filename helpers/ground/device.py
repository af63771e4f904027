"""Where a model runs: CUDA, then Apple's MPS, else the CPU."""

from typing import NamedTuple

import torch
from torch import nn


class Choice(NamedTuple):
    """A device and, in one sentence, why it was chosen."""

    device: torch.device
    reason: str


def choose_device(model: nn.Module | None = None) -> Choice:
    """Choose the fastest device that computes `model` correctly, and say why.

    MPS is passed over for a model that holds an `nn.LSTM` with dropout between its layers: its gradients were wrong
    there (https://github.com/pytorch/pytorch/issues/190056), and nothing in the output says so.
    """
    if torch.cuda.is_available():
        return Choice(torch.device("cuda"), f"CUDA is available: {torch.cuda.get_device_name()}.")
    if torch.backends.mps.is_available():
        if model is not None and has_dropout_between_lstm_layers(model):
            return Choice(
                torch.device("cpu"),
                "MPS is available, but gradients of an LSTM with dropout between layers were wrong there "
                "(pytorch issue 190056): the CPU is used.",
            )
        return Choice(torch.device("mps"), "Apple's MPS is available.")
    return Choice(torch.device("cpu"), "Neither CUDA nor MPS is available: the CPU is used.")


def device_of(model: nn.Module) -> torch.device:
    """Return the device of a model's parameters; the CPU for a model without any."""
    return next((parameter.device for parameter in model.parameters()), torch.device("cpu"))


def send(tensor: torch.Tensor, device: torch.device) -> torch.Tensor:
    """Return a tensor on a device. To a GPU it goes from pinned memory: the program does not wait for the copy.

    It is meant for what is sent once and is large. To pin memory takes time, too, and costs more than it gains for each
    single batch.
    """
    if device.type == "cuda" and tensor.device.type == "cpu":
        return tensor.pin_memory().to(device, non_blocking=True)
    return tensor.to(device)


def has_dropout_between_lstm_layers(model: nn.Module) -> bool:
    """Tell whether `model` holds an `nn.LSTM` of several layers with dropout above 0."""
    return any(
        isinstance(module, nn.LSTM) and module.num_layers > 1 and module.dropout > 0 for module in model.modules()
    )
