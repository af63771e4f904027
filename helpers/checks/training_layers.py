"""What the checks of lesson 03 ask of a network's layers."""

from torch import nn

from helpers.checks.expectations import expect


def expect_module(module, name: str) -> None:
    """Hold a learner's class to be a module."""
    expect(isinstance(module, nn.Module), f"`{name}` should be an `nn.Module`: keep the first line of the class")


def expect_linear(module: nn.Module, name: str, shape: tuple, sizes: str, owner: str = "") -> None:
    """Hold the layer of this name to be an `nn.Linear` with a bias and a weight of this shape, which follows from `sizes`."""
    layer = getattr(module, name, None)
    expect(layer is not None, f"there is no `self.{name}`{owner}: keep to the names in the text")
    expect(isinstance(layer, nn.Linear), f"`self.{name}`{owner} should be an `nn.Linear`")
    expect(
        tuple(layer.weight.shape) == shape,
        f"the weight of `self.{name}`{owner} should have shape {shape} for {sizes}, and has "
        f"{tuple(layer.weight.shape)}: nn.Linear(a, b) turns a numbers into b, and stores its weight as (b, a)",
    )
    expect(layer.bias is not None, f"`self.{name}`{owner} has no bias: every map here has one")
