"""Checks of lesson 03: one step of training."""

import copy
import math

import torch
import torch._dynamo
import torch.nn.functional as F
from torch import nn

from helpers.checks.expectations import Mistake, compare, expect, expect_number, expect_parts, expect_tensor, same
from helpers.checks.losses import naming_shapes
from helpers.checks.spies import VOCAB, Spy, modes_of, random_batches, weights_of

_LIMIT, _NO_LIMIT = 0.05, 1000.0  # below and above any gradient's norm here


def train_step(answer):
    """After two steps the same weights as in the text's order, the loss as a number, the state without a past."""
    start, batches = Spy(), random_batches(4, 4)
    start.output.weight.data.mul_(8)  # gradients longer than 1: a limit of 1, in place of `clip_norm`, shows
    spied = copy.deepcopy(start)
    optimizer = torch.optim.SGD(spied.parameters(), lr=0.5)
    state, results = torch.rand(3, 6), []
    given = state
    for inputs, targets in batches:
        result = _step(answer, spied, inputs, targets, state, optimizer)
        expect_parts(result, 2, "two things, the loss and the state to go on from")
        expect(
            not (isinstance(result[0], torch.Tensor) and result[0].dim() > 1),
            "state and loss are returned the wrong way round: the loss comes first",
        )
        results.append(result)
        _expect_state(result[1], spied, given)
        state = result[1].detach()
    expect(len(spied.calls) == 2, f"the model was called {len(spied.calls)} times in two steps: call it once in each")
    expect(
        all(call["modes"] == {True} for call in spied.calls) and modes_of(spied) == {True},
        "the step puts the model into evaluation mode, without dropout: leave the mode as it is",
    )
    expect(not spied.fresh()[0], "the step starts from a fresh state: hand `state` to the model")
    _compare_weights(start, spied, batches, given)
    _compare_loss(results[0][0], start, batches[0], given)
    _expect_short_gradient_unchanged(answer, start, batches[:1], given)
    _expect_start_without_state(answer, start, batches[0])


def _step(answer, model, inputs, targets, state, optimizer, limit=_LIMIT):
    try:
        with naming_shapes():
            return answer(model, inputs, targets, state, optimizer, limit)
    except RuntimeError as error:
        if "second time" in str(error):
            raise Mistake("`backward` goes through the same graph twice: call it once for each batch") from None
        if "inplace" in str(error):
            raise Mistake("the weights move between forward and backward: first backward, then step") from None
        raise


def _expect_state(state, model: Spy, given: torch.Tensor) -> None:
    expect_tensor(state, "the state that you return", shape=(3, 6))
    expect(
        not state.requires_grad,
        "the state that you return still holds the graph of this batch: hand it on as `state.detach()`",
    )
    expect(
        not same(state, model.calls[-1]["given"]) and not same(state, given),
        "the state that you return is the one that you were given: hand on the one that the model returns",
    )
    expect(bool(state.any()), "the state that you return is zero: hand on the one that the model returns")


def _train(
    start: Spy, batches, state, *, clip="norm", limit=_LIMIT, zero_grad=True, step=True, swap=False, scrambled=False
):
    """Return the weights after steps as the exercise asks; the arguments bring in one mistake each."""
    model = copy.deepcopy(start)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.5)
    for inputs, targets in batches:
        logits, state = model(inputs, state)
        targets = inputs if swap else targets
        flat = logits.reshape(3, VOCAB, -1) if scrambled else logits.transpose(1, 2)
        loss = F.cross_entropy(flat, targets)
        if zero_grad:
            optimizer.zero_grad()
        loss.backward()
        if clip == "norm":
            nn.utils.clip_grad_norm_(model.parameters(), limit)
        elif clip == "each":
            for parameter in model.parameters():
                nn.utils.clip_grad_norm_([parameter], _LIMIT)
        elif clip == "value":
            nn.utils.clip_grad_value_(model.parameters(), _LIMIT)
        if step:
            optimizer.step()
        state = state.detach()
    return weights_of(model)


def _compare_weights(start: Spy, model: Spy, batches, state: torch.Tensor) -> None:
    weights = weights_of(model)
    if same(weights, _train(start, batches, state), 1e-5):
        return
    norm = torch.cat(
        [one.grad.flatten() for one in model.parameters() if one.grad is not None] or [torch.zeros(1)]
    ).norm()
    unclipped = "the gradient is not clipped: shorten it to `clip_norm`, between `backward` and `step`"
    if norm <= 1.01 * _LIMIT:
        unclipped = (
            "the gradient is clipped after the step, when it has been used already: clip between `backward` and `step`"
        )
    mistakes = [
        ({"step": False}, "the weights did not change: after zero_grad comes `loss.backward()`, and then `optimizer.step()`"),
        ({"clip": None}, unclipped),
        ({"limit": 1.0}, "the gradient is clipped to 1.0, not to `clip_norm`: hand `clip_norm` on"),
        ({"clip": "value"}, "each number of the gradient is clipped by itself: shorten the norm of all of them together"),
        ({"clip": "each"}, "each parameter's gradient is clipped by itself: take one norm over all of them together"),
        ({"zero_grad": False}, "the gradients of the batches add up: call `optimizer.zero_grad()` before `backward`"),
        ({"swap": True}, "the loss is taken against the inputs: hold the logits against the targets"),
        ({"scrambled": True}, "view or reshape to (batch, vocab, time) mixes the numbers up: join batch and time instead"),
    ]  # fmt: skip
    for mistake, message in mistakes:
        if same(weights, _train(start, batches, state, **mistake), 1e-5):
            raise Mistake(message)
    raise Mistake(
        "after two steps the weights are not those of the text: forward from the given state, mean loss over all positions, "
        "zero_grad, backward, clip, step"
    )


def _expect_short_gradient_unchanged(answer, start: Spy, batches, state: torch.Tensor) -> None:
    model = copy.deepcopy(start)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.5)
    _step(answer, model, *batches[0], state, optimizer, _NO_LIMIT)
    expect(
        same(weights_of(model), _train(start, batches, state, clip=None), 1e-5),
        "a gradient shorter than `clip_norm` is changed, too: only a longer one is shortened",
    )


def _expect_start_without_state(answer, start: Spy, batch) -> None:
    """The first batch of an epoch has no state yet."""
    model = copy.deepcopy(start)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.5)
    try:
        _step(answer, model, *batch, None, optimizer)
    except (AttributeError, TypeError, ValueError, AssertionError) as error:
        said = f"{type(error).__name__}: {error}".splitlines()[0][:100].rstrip(". ")
        raise Mistake(
            f"an epoch begins with the state None, and then it fails ({said}): hand the state on as it is, and detach the one "
            "that the model returns"
        ) from None


def _compare_loss(loss, model: Spy, batch, state: torch.Tensor) -> None:
    number = expect_number(loss, "the loss that you return")
    with torch.no_grad():
        right = F.cross_entropy(model(batch[0], state)[0].flatten(0, 1), batch[1].flatten()).item()
    compare(
        number, right, "the loss that you return",
        [
            (right * batch[1].numel(), "that is the sum over all positions: return the mean"),
            (right / math.log(2), "that is in bits: the course counts in nats, with the natural logarithm"),
            (math.exp(right), "that is the perplexity: return the loss itself"),
        ],
        tolerance=1e-4,
    )  # fmt: skip
