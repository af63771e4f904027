"""Descriptions of what a run was started with, and what differs between two of them."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

import torch
from torch import nn


def describe_model(model: nn.Module) -> dict[str, Any]:
    """Return a model as it prints itself, line by line: its sizes and its dropout stand there."""
    return {f"line {number}": line for number, line in enumerate(str(model).splitlines(), 1)}


def describe_optimizer(optimizer: torch.optim.Optimizer) -> dict[str, Any]:
    """Return the name of an optimizer, and its numbers for each group of parameters, and how many are in it."""
    groups = {
        f"group {number}": group | {"params": len(group["params"])}
        for number, group in enumerate(optimizer.param_groups, 1)
    }
    return {"name": type(optimizer).__name__} | groups


def describe_batches(batches: Any) -> dict[str, Any]:
    """Return the kind and number of batches, and what they say of themselves if they have a method `describe`."""
    count = {"batches": len(batches)} if hasattr(batches, "__len__") else {}
    own = batches.describe() if hasattr(batches, "describe") else {}
    return {"kind": type(batches).__name__} | count | own


def as_json(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Return settings as they come back from a file: tuples as lists, and what JSON cannot hold as text."""
    return json.loads(json.dumps(settings, default=str))


def differences(before: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    """Name each setting that differs, as "clip_norm was 1.0 and is now 5.0"."""
    before, now = dict(_leaves(before)), dict(_leaves(now))
    return [
        f"{name} was {before.get(name)!r} and is now {now.get(name)!r}"
        for name in before | now
        if before.get(name) != now.get(name)
    ]


def _leaves(settings: Mapping[str, Any], above: str = "") -> Iterator[tuple[str, Any]]:
    for name, value in settings.items():
        if isinstance(value, dict):
            yield from _leaves(value, f"{above}{name}, ")
        else:
            yield f"{above}{name}", value
