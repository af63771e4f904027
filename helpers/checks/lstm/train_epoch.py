"""Checks of lesson 04: an epoch of training over streams, its state a tuple that is detached."""

import copy
import math

import torch
import torch._dynamo
from torch import nn

from helpers.checks.expectations import Mistake, compare, expect, expect_number, same
from helpers.checks.losses import WRONG_LOSSES, loss_of, naming_shapes
from helpers.checks.modules import expect_one_walk
from helpers.checks.recorded_lstm import Spy
from helpers.checks.spies import modes_of, random_batches, weights_of

_LIMIT, _NO_LIMIT, _COUNT = 0.05, 1000.0, 3  # limits below and above any gradient's norm here


def train_epoch(answer):
    """After an epoch the same weights as in the text's order, the state handed on without a past, the mean loss."""
    start, batches = _spy(), random_batches(*(4,) * _COUNT)
    spied = copy.deepcopy(start).train()
    result = _call(answer, spied, batches, _LIMIT)
    _expect_calls(spied)
    right, losses = _train(start, batches)
    _compare_weights(start, spied, batches, right)
    _compare_loss(result, losses, batches[0][1].numel())
    _expect_short_gradient_unchanged(answer, batches)
    expect_one_walk(lambda walked: _call(answer, Spy().train(), walked, _NO_LIMIT), batches)


def _spy() -> Spy:
    spy = Spy()
    spy.output.weight.data.mul_(60)  # gradients longer than 5: a limit of 5, in place of `clip_norm`, shows
    return spy


def _expect_short_gradient_unchanged(answer, batches) -> None:
    start = Spy()
    model = copy.deepcopy(start).train()
    _call(answer, model, batches, _NO_LIMIT)
    expect(
        same(weights_of(model), _train(start, batches, clip="")[0], 1e-5),
        "a gradient shorter than `clip_norm` is changed, too: only a longer one is shortened",
    )


def _call(answer, model: Spy, batches, limit: float):
    optimizer = torch.optim.SGD(model.parameters(), lr=0.5)
    try:
        with naming_shapes():
            return answer(model, batches, optimizer, limit)
    except RuntimeError as error:
        _expect_detached(model)
        if "inplace" in str(error):
            raise Mistake("the weights move between forward and backward: first backward, then step") from None
        raise
    except AttributeError as error:
        if "'tuple' object has no attribute 'detach'" in str(error):
            raise Mistake(
                "a tuple has no `.detach()`: detach each of its two tensors, and make a tuple again"
            ) from None
        raise


def _expect_detached(model: Spy) -> None:
    """Name the part of the state that still holds the graph of the batch before."""
    attached = {call["attached"] for call in model.calls}
    expect(
        (True, True) not in attached,
        "the state still holds the graph of the batch before: detach both of its tensors before you go on from it",
    )
    for pair, (left, done) in {
        (False, True): ("cell", "hidden state"),
        (True, False): ("hidden state", "cell"),
    }.items():
        expect(
            pair not in attached, f"only the {done} is detached: the {left} still holds the graph of the batch before"
        )


def _expect_calls(model: Spy) -> None:
    calls, count = model.calls, len(model.calls)
    expect(count > 0, "the model was never called: loop over the batches, and take a step for each")
    expect(count != 1, f"the model was called once for {_COUNT} batches: is the `return` inside the loop?")
    expect(count == _COUNT, f"the model was called {count} times for {_COUNT} batches: call it once for each")
    expect(
        all(call["modes"] == {True} for call in calls) and modes_of(model) == {True},
        "the model is put into evaluation mode, without dropout: training goes on in training mode",
    )
    _expect_detached(model)
    model.expect_carried(
        "an epoch begins with zeros",
        "go on from the one that the model returned, detached",
    )


def _train(start: Spy, batches, *, clip="norm", limit=_LIMIT, zero_grad=True, step=True, swap=False, loss_of=loss_of):
    """Return weights and losses of an epoch as the exercise asks; the arguments bring in one mistake each."""
    model, state, losses = copy.deepcopy(start).train(), None, []
    parameters = list(model.parameters())
    optimizer = torch.optim.SGD(parameters, lr=0.5)
    for inputs, targets in batches:
        logits, state = model(inputs, state)
        state = tuple(part.detach() for part in state)
        loss = loss_of(logits, inputs if swap else targets)
        if zero_grad:
            optimizer.zero_grad()
        loss.backward()
        if clip == "norm":
            nn.utils.clip_grad_norm_(parameters, limit)
        if clip == "value":
            nn.utils.clip_grad_value_(parameters, limit)
        if clip == "each":
            for parameter in parameters:
                nn.utils.clip_grad_norm_([parameter], limit)
        if step:
            optimizer.step()
        losses.append(loss.item())
    return weights_of(model), losses


def _compare_weights(start: Spy, model: Spy, batches, right: torch.Tensor) -> None:
    weights = weights_of(model)
    if same(weights, right, 1e-5):
        return
    gradients = [one.grad.flatten() for one in model.parameters() if one.grad is not None] or [torch.zeros(1)]
    unclipped = "the gradient is not clipped: shorten it to `clip_norm`, between `backward` and `step`"
    if torch.cat(gradients).norm() <= 1.01 * _LIMIT:
        unclipped = (
            "the gradient is clipped after the step, when it has been used already: clip between `backward` and `step`"
        )
    mistakes = [
        ({"step": False}, "the weights did not change: after zero_grad comes `loss.backward()`, and then `optimizer.step()`"),
        ({"clip": ""}, unclipped),
        ({"limit": 1.0}, "the gradient is clipped to 1.0, not to `clip_norm`: hand `clip_norm` on"),
        ({"limit": 5.0}, "the gradient is clipped to 5.0, not to `clip_norm`: hand `clip_norm` on"),
        ({"clip": "value"}, "each number of the gradient is clipped by itself: shorten the norm of all of them together"),
        ({"clip": "each"}, "each parameter's gradient is clipped by itself: take one norm over all of them together"),
        ({"zero_grad": False}, "the gradients of the batches add up: call `optimizer.zero_grad()` before `backward`"),
        ({"swap": True}, "the loss is taken against the inputs: hold the logits against the targets"),
    ]  # fmt: skip
    mistakes += [({"loss_of": wrong}, message) for wrong, message in WRONG_LOSSES]
    for mistake, message in mistakes:
        if same(weights, _train(start, batches, **mistake)[0], 1e-5):
            raise Mistake(message)
    raise Mistake(
        "after an epoch the weights are not those of the text: for each batch forward from the carried state, mean loss "
        "over all positions, zero_grad, backward, clip, step"
    )


def _compare_loss(result, losses: list[float], positions: int) -> None:
    mean = sum(losses) / len(losses)
    compare(
        expect_number(result, "the loss that you return"), mean, "the loss that you return",
        [
            (losses[-1], "that is the last batch's loss: return the mean over the epoch"),
            (losses[0], "that is the first batch's loss: return the mean over the epoch"),
            (sum(losses), "that is the sum of the batches' losses: divide it by their number"),
            (positions * mean, "that is the sum over all positions of a batch: take their mean, without `reduction=\"sum\"`"),
            (mean / math.log(2), "that is in bits: the course counts in nats, with the natural logarithm"),
            (math.exp(mean), "that is the perplexity: return the loss itself"),
        ],
        tolerance=1e-4,
    )  # fmt: skip
