"""Checks of lesson 07: a step that several processes take together."""

import copy
from typing import NamedTuple

import torch
import torch._dynamo

from helpers.checks.expectations import Mistake, compare, expect, expect_number, expect_parts, expect_tensor, same
from helpers.checks.losses import loss_of, naming_shapes
from helpers.checks.scaling_out.ranks import run_ranks
from helpers.checks.scaling_out.step_weights import (
    LIMIT,
    NO_LIMIT,
    OPTIMIZERS,
    ROWS,
    SIZE,
    STEPS,
    TIME,
    compare_weights,
    goal_of,
    rows_of,
)
from helpers.checks.spies import VOCAB, Spy, modes_of, weights_of


def parallel_step(answer):
    """After two steps of two halves the weights are those of the whole batch, for SGD and Adam, clipped or not."""
    start = Spy()
    start.output.weight.data.mul_(8)  # gradients longer than 1: a limit of 1, in place of `clip_norm`, shows
    batches = [torch.randint(VOCAB, (2, SIZE * ROWS, TIME)) for _ in range(STEPS)]  # inputs and targets
    for kind, limit in (("SGD", NO_LIMIT), ("Adam", NO_LIMIT), ("SGD", LIMIT), ("Adam", LIMIT)):
        results, sums = _run(answer, start, batches, kind, limit)
        bare = any(missing for result in results for missing in result.bare)
        expect(len(sums) > 0, _NO_GRADIENTS if bare else _NOT_SHARED)
        models = [result.model for result in results]
        goal = goal_of(start, batches, kind, limit)
        if not same(weights_of(models[0]), goal, 1e-5):
            _expect_steps(results[0], start)
            _expect_gradients_sent(sums, start)
        compare_weights(models, goal, start, batches, kind, limit)
        expect(
            sum(one.numel() for one in sums) < 2 * STEPS * weights_of(start).numel(),
            "twice as many numbers are exchanged as there are gradients: call `average_gradients` once, and nothing "
            "else need be sent",
        )
    _compare_losses([result.losses for result in results], start, batches)


_NOT_SHARED = (
    "`all_reduce` is never called, so each process trains a model of its own: call `average_gradients` after `backward` "
    "(a blank one does nothing, and one whose check has not run may be wrong)"
)


_NO_GRADIENTS = (
    "when `average_gradients` comes there are no gradients: was `backward` called, and is `zero_grad` before it?"
)


class _Trained(NamedTuple):
    """What became of one process: `bare` says of each step of the optimizer whether all gradients were missing."""

    model: Spy
    losses: list
    bare: list[bool]
    steps: int


def _run(answer, start: Spy, batches, kind: str, limit: float) -> tuple[list[_Trained], list[torch.Tensor]]:
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
        return _Trained(model, losses, bare or [_is_bare(model)], len(bare))

    return run_ranks(call, SIZE)


def _is_bare(model: Spy) -> bool:
    return all(parameter.grad is None for parameter in model.parameters())


def _expect_steps(first: _Trained, start: Spy) -> None:
    """Hold the optimizer to one step a batch, and to gradients that are there by then."""
    moved = not same(weights_of(first.model), weights_of(start))
    expect(
        first.steps > 0 or not moved,
        "the weights are moved, but not by the `optimizer` that you were given: call its `step()`",
    )
    expect(first.steps > 0, "the weights did not change: the optimizer takes no step, is `optimizer.step()` called?")
    expect(
        not all(first.bare),
        "the weights did not change: `zero_grad` after averaging throws the gradients away, it comes before `backward`",
    )
    expect(moved, "the weights did not change, although a step is taken: are the gradients 0 by then?")
    expect(first.steps <= STEPS, f"the optimizer takes {first.steps} steps for {STEPS} batches: one each")


def _expect_gradients_sent(sums: list[torch.Tensor], start: Spy) -> None:
    count = weights_of(start).numel()
    sent = sum(one.numel() for one in sums) // STEPS
    expect(
        sent >= count,
        f"only {sent} of {count} numbers are exchanged in a step: it is the gradients that are averaged, all of them, and no "
        "loss",
    )


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
        said = str(error)
        if "NoneType" not in said:
            raise
        if "'clone'" in said:
            raise Mistake("inputs and state are exchanged: `model(inputs, state)`") from None
        if state is None and not model.calls:
            raise Mistake("the first batch has no state yet: `state` is None, hand it on as it is") from None
        if state is None and "'detach'" in said:
            raise Mistake(
                "the old state is returned, which is None in the first batch: give the one that the model returns a name"
            ) from None
        raise Mistake(
            "something here is None: `average_gradients` and `all_reduce` return nothing, they change what they are given"
        ) from None


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
    read = tuple(model.calls[0]["tokens"].shape) if model.calls else (ROWS, TIME)
    expect(
        read == (ROWS, TIME),
        f"the model reads tokens of shape {read}, and this process has {(ROWS, TIME)}: `inputs` are its own rows already, "
        "take them as they are",
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
