"""Every source of chance in a training run, so that a resumed run draws what the uninterrupted one would have drawn."""

from typing import Any

import torch

Generators = dict[str, torch.Generator]


def generators_of(
    train_batches: Any, val_batches: Any, sample_generator: torch.Generator | None, device: torch.device
) -> Generators:
    """Name all generators that a run draws from: torch's own (dropout), those of the batches, that of the samples."""
    found = {
        "torch": torch.default_generator,
        "train batches": getattr(train_batches, "generator", None),
        "val batches": getattr(val_batches, "generator", None),
        "samples": sample_generator,
    }
    if device.type == "cuda":
        index = torch.cuda.current_device() if device.index is None else device.index
        found["cuda"] = torch.cuda.default_generators[index]
    return {name: generator for name, generator in found.items() if generator is not None}


def random_states(generators: Generators) -> dict[str, torch.Tensor]:
    """Return the state of each generator."""
    return {name: generator.get_state() for name, generator in generators.items()}


def set_random_states(generators: Generators, states: dict[str, torch.Tensor]) -> None:
    """Set each generator back to such a state."""
    for name, generator in generators.items():
        generator.set_state(states[name])
