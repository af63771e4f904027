"""How many numbers a model learns, and where they stand."""

from torch import nn


def count_parameters(model: nn.Module) -> int:
    """Return the number of all numbers that training changes; those that two layers share are counted once."""
    return sum(parameter.numel() for parameter in model.parameters() if parameter.requires_grad)


def describe_parameters(model: nn.Module) -> str:
    """Return a table to print: name, shape and count of each parameter, and their sum.

    A parameter that training leaves as it is, is marked and not added to the sum.
    """
    rows = [
        (name, " × ".join(map(str, one.shape)), f"{one.numel():,}", "" if one.requires_grad else "  fixed")
        for name, one in model.named_parameters()
    ]
    rows.append(("all", "", f"{count_parameters(model):,}", ""))
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    lines = [
        f"{name:<{widths[0]}}  {shape:<{widths[1]}}  {count:>{widths[2]}}{mark}" for name, shape, count, mark in rows
    ]
    return "\n".join(lines)
