"""A module, or a pass of a model over batches: its parameters, its mode, and what a pass must leave as it was."""

from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import nn

from helpers.checks.expectations import Mistake, expect, same
from helpers.checks.spies import modes_of, weights_of


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


def call_validation(answer: Callable, model: nn.Module, batches: Sequence, name: str) -> Any:
    """Call the answer, and switch gradients back on where it leaves them off, which is a mistake."""
    try:
        result = answer(model, batches)
        recorded = torch.is_grad_enabled()
    finally:
        torch.set_grad_enabled(True)
    expect(
        recorded,
        f"after `{name}` gradients are still switched off, so training could not go on: put the loop under "
        "`with torch.no_grad():`, which ends with it",
    )
    return result


def expect_every_batch(calls: Sequence[dict], count: int) -> None:
    """Hold the model to have been called once for each batch."""
    expect(len(calls) > 0, "the model was never called: loop over the batches")
    expect(len(calls) != 1, f"the model was called once for {count} batches: is the `return` inside the loop?")
    expect(len(calls) == count, f"the model was called {len(calls)} times for {count} batches")


def expect_evaluation(calls: Sequence[dict]) -> None:
    """Hold each call to have been in evaluation mode, and to have recorded no gradients."""
    modes = [call["modes"] for call in calls]
    expect(
        modes[:1] != [{False}] or {True} not in modes,
        "the model is put back into training mode before the last batch: do that after the loop",
    )
    expect(
        not any(call["modes"] == {True} for call in calls),
        "the model was in training mode, so dropout would go on: call `model.eval()` first",
    )
    expect(
        not any(True in call["modes"] for call in calls),
        "the layers inside the model were in training mode: `model.eval()` sets them, `model.training = False` does not",
    )
    expect(
        not any(call["grad"] for call in calls), "gradients were recorded: put the loop under `with torch.no_grad():`"
    )


def expect_nothing_learned(model: nn.Module, before: torch.Tensor) -> None:
    """Hold the weights, in one row, to be those from before."""
    expect(same(weights_of(model), before), "validation changed the weights: nothing is learned here")


def expect_modes_put_back(model: nn.Module, validate: Callable[[], Any]) -> None:
    """Hold a model that was in training mode to be so again; then validate in evaluation mode, and look once more."""
    expect(
        model.training,
        "the model is left in evaluation mode: from now on training would run without dropout; put it back as it was",
    )
    expect(
        modes_of(model) == {True},
        "the layers inside the model stay in evaluation mode: `model.training = ...` sets the model alone, "
        "`model.train(was_training)` sets its layers, too",
    )
    model.eval()
    validate()
    expect_still_in_evaluation(model)


def expect_still_in_evaluation(model: nn.Module) -> None:
    """Hold a model that was handed over in evaluation mode to be so still, its layers included."""
    expect(
        modes_of(model) == {False},
        "a model that was in evaluation mode before is in training mode afterwards: leave it in the mode it was in",
    )


def expect_one_walk(call: Callable[[Any], Any], batches: Sequence) -> None:
    """Call an answer with batches that come one by one, as `get_batches` yields them: they have no length."""
    try:
        call(iter(batches))
    except (TypeError, ZeroDivisionError) as error:
        if isinstance(error, TypeError) and "has no len()" not in str(error):
            return  # an index: works with the lists of the lesson
        raise Mistake(
            f"batches that `get_batches` yields have no length and come only once, and then it fails ({error}): count them in "
            "the loop"
        ) from None
