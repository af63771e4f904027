"""What the checks of several lessons ask of a result: that gradients flow back through it, and the right ones."""

import torch

from helpers.checks.expectations import Mistake, expect, same


def compare_gradients(result: torch.Tensor, right: torch.Tensor, leaves: list[torch.Tensor], message: str) -> None:
    """Hold the gradients of a result, and that they can be had, to those of the right one."""
    expect(result.requires_grad, message)
    try:
        own = torch.autograd.grad(result.square().sum(), leaves, allow_unused=True)
    except RuntimeError as error:
        if "inplace operation" in str(error):
            raise Mistake(
                "something that the gradient still needs is changed in place (by `+=`, `/=`, or a name that ends in `_`): "
                "write `a = a + b`"
            ) from None
        raise
    wanted = torch.autograd.grad(right.square().sum(), leaves)
    pairs = zip(own, wanted, strict=True)
    expect(all(gradient is not None and same(gradient, goal, 1e-3) for gradient, goal in pairs), message)
