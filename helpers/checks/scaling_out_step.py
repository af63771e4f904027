"""Checks of lesson 07: a step that several processes take together."""

import copy

import torch
import torch._dynamo  # the first optimizer imports it, for a second or more: here the time limit does not run
from torch import nn

from helpers.checks.expectations import Mistake, expect, expect_number, expect_parts, expect_tensor, same
from helpers.checks.lstm_losses import loss_of
from helpers.checks.scaling_out_ranks import run_ranks
from helpers.checks.training_spy import VOCAB, Spy, modes_of, weights_of

_SIZE, _ROWS, _STEPS = 2, 2, 2  # rows of each process
_LIMIT, _NO_LIMIT = 0.05, 1000.0  # below and above any gradient's norm here
_OPTIMIZERS = {
    "SGD": lambda model: torch.optim.SGD(model.parameters(), lr=0.5),
    "Adam": lambda model: torch.optim.Adam(model.parameters(), lr=0.01),
}


def parallel_step(answer):
    """After two steps of two halves the weights are those of the whole batch, for SGD and Adam, clipped or not."""
    start = Spy()
    start.output.weight.data.mul_(8)  # gradients longer than 1: a limit of 1, in place of `clip_norm`, shows
    batches = [torch.randint(VOCAB, (2, _SIZE * _ROWS, 5)) for _ in range(_STEPS)]  # inputs and targets
    given = torch.rand(_SIZE * _ROWS, 6)
    for kind, limit in (("Adam", _NO_LIMIT), ("SGD", _NO_LIMIT), ("SGD", _LIMIT), ("Adam", _LIMIT)):
        results, sums = _run(answer, start, batches, given, kind, limit)
        expect(len(sums) > 0, _NOT_SHARED)
        _compare_weights(results, start, batches, given, kind, limit)
    _compare_losses([losses for _, losses in results], start, batches, given)


_NOT_SHARED = "`all_reduce` is never called, so each process trains a model of its own: `average_gradients` comes after `backward`"


def _rows(tensor: torch.Tensor, rank: int) -> torch.Tensor:
    return tensor[..., rank * _ROWS : (rank + 1) * _ROWS, :]


def _run(answer, start: Spy, batches, given: torch.Tensor, kind: str, limit: float):
    def call(rank, all_reduce):
        model, state, losses = copy.deepcopy(start), _rows(given, rank), []
        optimizer = _OPTIMIZERS[kind](model)
        for batch in batches:
            inputs, targets = _rows(batch, rank)
            model.calls.clear()
            result = _step(answer, model, inputs, targets, state, optimizer, all_reduce, limit)
            state = _expect_state(result, model, state)
            losses.append(result[0])
        return model, losses

    return run_ranks(call, _SIZE)


def _step(answer, model, inputs, targets, state, optimizer, all_reduce, limit):
    try:
        return answer(model, inputs, targets, state, optimizer, all_reduce, _SIZE, limit)
    except RuntimeError as error:
        if "second time" in str(error):
            raise Mistake("`backward` goes through the same graph twice: call it once") from None
        if "inplace" in str(error):
            raise Mistake("the weights move between forward and backward: first backward, then step") from None
        raise
    except ValueError as error:
        if "size" in str(error):
            raise Mistake(
                "F.cross_entropy did not take these shapes: make (batch · time, vocab) of the logits and (batch · time,) "
                "of the targets"
            ) from None
        raise


def _expect_state(result, model: Spy, given: torch.Tensor) -> torch.Tensor:
    expect_parts(result, 2, "two things, the loss and the state to go on from")
    expect(
        not (isinstance(result[0], torch.Tensor) and result[0].dim() > 1),
        "state and loss are returned the wrong way round: the loss comes first",
    )
    state = result[1]
    expect_tensor(state, "the state that you return", shape=(_ROWS, 6))
    expect(
        not state.requires_grad,
        "the state that you return still holds the graph of this batch: hand it on as `state.detach()`",
    )
    expect(
        not same(state, given),
        "the state that you return is the one that you were given: hand on the one that the model returns",
    )
    expect(len(model.calls) == 1, f"the model was called {len(model.calls)} times in one step: call it once")
    expect(not model.fresh()[0], "the step starts from a fresh state: hand `state` to the model")
    expect(modes_of(model) == {True}, "the step puts the model into evaluation mode: leave the mode as it is")
    return state.detach()


def _train(
    start: Spy, batches, given, kind: str, limit: float, *, clip="after", share="mean", zero_grad=True, step=True,
    average="before the step", own_limit=None,
) -> torch.Tensor:  # fmt: skip
    """Return the first process's weights after all steps; the arguments bring in one mistake each."""
    models = [copy.deepcopy(start) for _ in range(_SIZE)]
    optimizers, states = [_OPTIMIZERS[kind](model) for model in models], list(given.split(_ROWS))
    limit = own_limit or limit
    for batch in batches:
        for rank, model in enumerate(models):
            inputs, targets = _rows(batch, rank)
            logits, state = model(inputs, states[rank])
            states[rank] = state.detach()
            if zero_grad:
                optimizers[rank].zero_grad()
            loss_of(logits, targets).backward()
            if clip == "before":
                nn.utils.clip_grad_norm_(model.parameters(), limit)
        if average == "before the step":
            _share([[one.grad for one in model.parameters()] for model in models], share)
        for model, optimizer in zip(models, optimizers, strict=True):
            if clip == "after":
                nn.utils.clip_grad_norm_(model.parameters(), limit)
            if step:
                optimizer.step()
        if average == "weights":
            _share([[one.data for one in model.parameters()] for model in models], share)
    return weights_of(models[0])


def _share(lists: list[list[torch.Tensor]], share: str) -> None:
    for tensors in zip(*lists, strict=True):
        total = sum(tensor.clone() for tensor in tensors)
        for tensor in tensors:
            tensor.copy_({"sum": total, "mean": total / _SIZE, "twice": total / _SIZE**2}[share])


def _compare_weights(results, start: Spy, batches, given, kind: str, limit: float) -> None:
    own = [weights_of(model) for model, _ in results]
    setting = (start, batches, given, kind, limit)
    if same(own[0], _train(*setting), 1e-5) and same(own[0], own[1]):
        return
    mistakes = [
        ({"step": False}, "the weights did not change: zero_grad, backward, average, clip, `optimizer.step()`"),
        ({"average": "weights"}, "each process takes a step of its own, and the weights are averaged: with Adam, or with clipping, that is another step. Average the gradients"),
        ({"average": "never"}, "each process uses its own gradient: average between `backward` and `step`"),
        ({"share": "sum"}, "the gradients are added up: divide by `size`, or use `average_gradients`"),
        ({"share": "twice"}, "the gradients are divided by `size` twice: `average_gradients` has done it"),
        ({"zero_grad": False}, "the gradients of the batches add up: call `optimizer.zero_grad()` before `backward`"),
        ({"own_limit": 1.0}, "the gradient is clipped to 1.0, not to `clip_norm`: hand `clip_norm` on"),
    ]  # fmt: skip
    if limit == _LIMIT:  # all but the clipping was right without a limit
        mistakes = [
            ({"clip": "before"}, "each process clips its own gradient before the mean is taken: average first, and clip what all share"),
            ({"clip": ""}, "the gradient is not clipped: shorten it to `clip_norm`, after averaging and before `step`"),
            ({"own_limit": _LIMIT * _SIZE}, "the gradient is clipped to `size` times `clip_norm`: the mean is as long as one gradient, not as a sum"),
        ]  # fmt: skip
    for mistake, message in mistakes:
        if same(own[0], _train(*setting, **mistake), 1e-5):
            raise Mistake(message)
    expect(
        same(own[0], own[1], 1e-6), "after the step the processes have different weights: all must take the same step"
    )
    raise Mistake(
        "after two steps the weights are not those of the whole batch: forward from the given state, mean loss over your "
        "rows, zero_grad, backward, average, clip, step"
    )


def _compare_losses(losses, start: Spy, batches, given) -> None:
    """Each process may return the loss of its rows, or that of all."""
    with torch.no_grad():
        own = [loss_of(start(_rows(batches[0], rank)[0], _rows(given, rank))[0], _rows(batches[0], rank)[1]).item()
               for rank in range(_SIZE)]  # fmt: skip
    for rank in range(_SIZE):
        number = expect_number(losses[rank][0], "the loss that you return")
        expect(
            not same(number, own[rank] * _ROWS * 5, 1e-4),
            "that is the sum over all positions: return the mean",
        )
        expect(
            same(number, own[rank], 1e-4) or same(number, sum(own) / _SIZE, 1e-4),
            f"the loss that you return should be {own[rank]:.4f}, the mean over your rows before the step, and is {number:.4f}",
        )
