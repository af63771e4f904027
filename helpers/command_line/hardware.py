"""Where and how a model computes: device, threads, precision, compilation. The loop of training knows nothing of it."""

from collections.abc import Callable
from typing import Any

import torch
from torch import nn

from helpers.command_line.run_settings import RunSettings
from helpers.ground.device import choose_device
from helpers.ground.nested import map_tensors


def set_up(settings: RunSettings) -> None:
    """Set the number of threads; let products of float32 on a GPU use TF32, as cuDNN's recurrent layers do anyway."""
    if settings.threads is not None:
        torch.set_num_threads(settings.threads)
    if torch.cuda.is_available():
        torch.set_float32_matmul_precision("high")


def place(model: nn.Module, settings: RunSettings) -> nn.Module:
    """Move a model to its device, and let it compute there as the settings say. It keeps its class and its weights.

    Raises:
        ValueError: there is no such device here.
    """
    device = find_device(settings.device, model)
    model = model.to(device)
    forward = model.forward
    if settings.compile:
        forward = _compiled_in_training(model, forward)
    if settings.precision == "bf16":
        for module in model.modules():
            if isinstance(module, nn.RNNBase):
                module.forward = _in_single_precision(module.forward, device.type)
        forward = _in_bf16(forward, device.type)
    if forward != model.forward:
        model.forward = forward
    return model


def find_device(name: str, model: nn.Module) -> torch.device:
    """Return a device by name, or the best for this model by "auto". Raises ValueError if there is none such here."""
    if name == "auto":
        return choose_device(model).device
    try:
        device = torch.device(name)
        torch.empty(0, device=device)
    except (RuntimeError, AssertionError, NotImplementedError):
        raise ValueError(f"there is no device {name!r} here: take auto or cpu") from None
    return device


def _compiled_in_training(model: nn.Module, forward: Callable) -> Callable:
    """Compile for training alone: each new shape is compiled anew, and in sampling they are many.

    The walk through time stays out, where it is a program of its own already: derived by hand, or cuDNN's. (Torch
    leaves its own recurrent layers out by itself.)
    """
    for module in model.modules():
        if hasattr(module, "unroll"):
            module.unroll = torch.compiler.disable(module.unroll)
    compiled = torch.compile(forward)
    return lambda *given: (compiled if model.training else forward)(*given)


def _in_bf16(forward: Callable, device: str) -> Callable:
    """Let matrix products compute in bfloat16. The logits come back in float32, for the loss."""

    def compute(*given: Any) -> tuple[torch.Tensor, Any]:
        with torch.autocast(device, dtype=torch.bfloat16):
            logits, state = forward(*given)
        return logits.float(), state

    return compute


def _in_single_precision(forward: Callable, device: str) -> Callable:
    """Leave a recurrent layer in float32: cuDNN's would take float16 instead, in which small gradients are zero."""

    def compute(*given: Any) -> Any:
        with torch.autocast(device, enabled=False):
            return forward(*map_tensors(torch.Tensor.float, given))

    return compute
