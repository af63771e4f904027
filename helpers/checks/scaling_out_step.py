"""Checks of lesson 07: a step that several processes take together."""

import copy

import torch
import torch._dynamo  # the first optimizer imports it, for a second or more: here the time limit does not run

from helpers.checks.expectations import Mistake, compare, expect, expect_number, expect_parts, expect_tensor, same
from helpers.checks.loss_shapes import naming_shapes
from helpers.checks.lstm_losses import loss_of
from helpers.checks.scaling_out_ranks import run_ranks
from helpers.checks.scaling_out_step_weights import (
    LIMIT,
    NO_LIMIT,
    OPTIMIZERS,
    ROWS,
    SIZE,
    STEPS,
    TIME,
    compare_weights,
    rows_of,
)
from helpers.checks.training_spy import VOCAB, Spy, modes_of, weights_of


def parallel_step(answer):
    """After two steps of two halves the weights are those of the whole batch, for SGD and Adam, clipped or not."""
    start = Spy()
    start.output.weight.data.mul_(8)  # gradients longer than 1: a limit of 1, in place of `clip_norm`, shows
    batches = [torch.randint(VOCAB, (2, SIZE * ROWS, TIME)) for _ in range(STEPS)]  # inputs and targets
    for kind, limit in (("SGD", NO_LIMIT), ("Adam", NO_LIMIT), ("SGD", LIMIT), ("Adam", LIMIT)):
        results, sums = _run(answer, start, batches, kind, limit)
        expect(len(sums) > 0, _NO_GRADIENTS if any(bare for *_, bare in results) else _NOT_SHARED)
        compare_weights(results, start, batches, kind, limit)
        expect(
            sum(one.numel() for one in sums) < 2 * STEPS * weights_of(start).numel(),
            "twice as many numbers are exchanged as there are gradients: call `average_gradients` once, and nothing "
            "else need be sent",
        )
    _compare_losses([losses for _, losses, _ in results], start, batches)


_NOT_SHARED = "`all_reduce` is never called, so each process trains a model of its own: `average_gradients` comes after `backward`"
_NO_GRADIENTS = (
    "when `average_gradients` comes there are no gradients: was `backward` called, and is `zero_grad` before it?"
)


def _run(answer, start: Spy, batches, kind: str, limit: float):
    """Return for each process its model, its losses, and whether its gradients were missing at the step."""

    def call(rank, all_reduce):
        model, state, losses, bare = copy.deepcopy(start), None, [], []
        optimizer = OPTIMIZERS[kind](model)
        optimizer.register_step_pre_hook(lambda *_: bare.append(_is_bare(model)))
        for batch in batches:
            inputs, targets = rows_of(batch, rank)
            model.calls.clear()
            result = _step(answer, model, inputs, targets, state, optimizer, all_reduce, limit)
            state = _expect_state(result, model, state)
            losses.append(result[0])
        return model, losses, any(bare or [_is_bare(model)])

    return run_ranks(call, SIZE)


def _is_bare(model: Spy) -> bool:
    return all(parameter.grad is None for parameter in model.parameters())


def _step(answer, model, inputs, targets, state, optimizer, all_reduce, limit):
    try:
        with naming_shapes():
            return answer(model, inputs, targets, state, optimizer, all_reduce, SIZE, limit)
    except RuntimeError as error:
        if "second time" in str(error):
            raise Mistake("`backward` goes through the same graph twice: call it once") from None
        if "inplace" in str(error):
            raise Mistake("the weights move between forward and backward: first backward, then step") from None
        raise
    except (AttributeError, TypeError) as error:
        if state is None and not model.calls and "NoneType" in str(error):
            raise Mistake("the first batch has no state yet: `state` is None, hand it on as it is") from None
        raise


def _expect_state(result, model: Spy, given: torch.Tensor | None) -> torch.Tensor:
    expect_parts(result, 2, "two things, the loss and the state to go on from")
    expect(
        not (isinstance(result[0], torch.Tensor) and result[0].dim() > 1),
        "state and loss are returned the wrong way round: the loss comes first",
    )
    state = result[1]
    expect(
        not (isinstance(state, torch.Tensor) and not state.any()),
        "the state that you return is all zeros, and is not the one that the model returns: hand that one on, detached",
    )
    expect(
        not same(state, given),
        "the state that you return is the one that you were given: hand on the one that the model returns",
    )
    expect_tensor(state, "the state that you return", shape=(ROWS, 6))
    expect(
        not state.requires_grad,
        "the state that you return still holds the graph of this batch: hand it on as `state.detach()`",
    )
    expect(len(model.calls) == 1, f"the model was called {len(model.calls)} times in one step: call it once")
    expect(given is None or not model.fresh()[0], "the step starts from a fresh state: hand `state` to the model")
    expect(modes_of(model) == {True}, "the step puts the model into evaluation mode: leave the mode as it is")
    return state.detach()


def _compare_losses(losses, start: Spy, batches) -> None:
    """Each process returns the loss of its own rows."""
    with torch.no_grad():
        halves = [rows_of(batches[0], rank) for rank in range(SIZE)]
        own = [loss_of(start(inputs)[0], targets).item() for inputs, targets in halves]
    for rank in range(SIZE):
        compare(
            expect_number(losses[rank][0], "the loss that you return"), own[rank], "the loss that you return, the mean over your rows before the step,",
            [
                (own[rank] * ROWS * TIME, "that is the sum over all positions: return the mean"),
                (sum(own) / SIZE, "the loss that you return is the mean of all processes: return the loss of your own rows"),
                (sum(own), "the loss that you return is the sum of all processes: return the loss of your own rows"),
                (own[rank] / SIZE, "the loss that you return is divided by `size`: return the mean over your own rows"),
            ],
            tolerance=1e-4,
        )  # fmt: skip
