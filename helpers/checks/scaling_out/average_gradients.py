"""Checks of lesson 07: the mean of the gradients of several processes."""

import copy

import torch

from helpers.checks.expectations import Mistake, expect, same
from helpers.checks.scaling_out.ranks import run_ranks
from helpers.checks.spies import Spy, weights_of

_SIZE = 4  # neither 2 nor 2 + 1: another division shows


def average_gradients(answer):
    """In every process the mean of all gradients, the weights as they were; a parameter without one is passed over."""
    models = _models()
    before = weights_of(models[0])
    gradients = [_gradients_of(model) for model in models]
    trained, sums = _run(answer, models)
    expect(len(sums) > 0, "`all_reduce` was never called: hand it each gradient")
    after = [_gradients_of(model) for model in trained]
    untouched = all(same(own, old, 1e-6) for own, old in zip(after, gradients, strict=True))
    weights_sent = any(same(one.flatten(), _SIZE * _part_like(one, models[0]), 1e-5) for one in sums)
    expect(
        not weights_sent,
        "the weights are averaged, not the gradients: they are equal in all processes already. Hand `parameter.grad` "
        "to `all_reduce`",
    )
    expect(
        all(same(weights_of(model), before) for model in trained),
        "the weights are changed: `average_gradients` leaves them as they are, and the optimizer takes the step",
    )
    expect(
        not untouched,
        "the gradients are as they were: `all_reduce` puts the sum into the very tensor that it is given and returns "
        "nothing; hand over `parameter.grad` itself, or copy the result back",
    )
    expect(
        sum(one.numel() for one in sums) < 2 * len(before),
        "each gradient goes through `all_reduce` twice, and the second time the sums are added up: once is enough",
    )
    total, mean = sum(gradients), sum(gradients) / _SIZE
    _compare(after, total, mean, gradients, models[0])
    _expect_passes_over(answer)
    _expect_sends_zeros(answer)


def _models() -> list[Spy]:
    """Return models with the same weights and different gradients."""
    start = Spy()
    models = [copy.deepcopy(start) for _ in range(_SIZE)]
    for model in models:
        for parameter in model.parameters():
            parameter.grad = torch.randn_like(parameter)
    return models


def _run(answer, models: list[Spy]) -> tuple[list[Spy], list[torch.Tensor]]:
    def call(rank, all_reduce):
        model = _copy(models[rank])
        answer(model, all_reduce, len(models))
        return model

    return run_ranks(call, len(models))


def _copy(model: Spy) -> Spy:
    """Copy a model with its gradients."""
    own = copy.deepcopy(model)
    for parameter, old in zip(own.parameters(), model.parameters(), strict=True):
        parameter.grad = None if old.grad is None else old.grad.clone()
    return own


def _gradients_of(model: Spy) -> torch.Tensor:
    gradients = [parameter.grad for parameter in model.parameters() if parameter.grad is not None]
    expect(
        len(gradients) > 0,
        "the gradients are gone: leave the mean in `parameter.grad` (what `all_reduce` returns is None; the sum stands in "
        "the tensor that it was given)",
    )
    return torch.cat([gradient.flatten() for gradient in gradients])


def _part_like(tensor: torch.Tensor, model: Spy) -> torch.Tensor:
    """Return the weights that have as many numbers as a tensor: of one parameter, or of all."""
    for parameter in model.parameters():
        if parameter.shape == tensor.shape:
            return parameter.detach().flatten()
    return weights_of(model)


def _compare(after: list[torch.Tensor], total, mean, gradients, model: Spy) -> None:
    if all(same(own, mean, 1e-5) for own in after):
        return
    first = after[0]
    *_, last = model.parameters()
    mistakes = [
        (
            total,
            "that is the sum of the gradients: divide by `size`, in place, with `/=`, or put the quotient back into `parameter.grad`",
        ),
        (mean / _SIZE, "the gradients are divided by `size` twice: before or after `all_reduce`, not both"),
        (gradients[0] / _SIZE, "each process divides its own gradient, and does not use the sum: copy it back"),
        (
            total / len(list(model.parameters())),
            "the sum is divided by the number of parameters: divide by the number of processes",
        ),
        (total / (_SIZE - 1), "the sum is divided by `size - 1`: divide it by `size`, the number of processes"),
        (
            _where(model, lambda number, parameter: parameter is last, total / _SIZE, total),
            "only the last gradient is divided: the division stands after the loop, indent it",
        ),
        (total * _SIZE, "the sum is multiplied by `size`: divide by it"),
        ((total / _SIZE).floor(), "`//` cuts off what stands behind the point: divide with `/`"),
        *[
            (wrong, "the own gradient is added to the sum, which holds it already")
            for wrong in (total + gradients[0], (total + gradients[0]) / _SIZE)
        ],
        (
            _where(model, lambda number, parameter: number == 0, total, gradients[0]),
            "only the first gradient goes through `all_reduce`: is the `return` inside the loop?",
        ),
        (
            _where(model, lambda number, parameter: parameter.dim() > 1, mean, gradients[0]),
            "the parameters of one dimension, the biases, are left out: average the gradient of every parameter",
        ),
        (total / 2, "the sum is divided by 2: there can be more processes, divide by `size`"),
    ]
    for wrong, message in mistakes:
        if same(first, wrong, 1e-4):
            raise Mistake(message)
    close = torch.isclose(first, mean, atol=1e-5)
    if close[:4].all() and same(first[close.sum() :], gradients[0][close.sum() :], 1e-5):
        raise Mistake("only the first gradients are averaged: is the `return`, or a `break`, inside the loop?")
    expect(
        not same(first.norm(), gradients[0].norm(), 1e-3) or same(mean.norm(), gradients[0].norm(), 1e-3),
        "the mean gradient is stretched to the length of the own one: take the mean as it is",
    )
    raise Mistake(
        "the gradients are not the mean over all processes: for each parameter the sum of all, divided by `size`"
    )


def _where(model: Spy, chosen, these: torch.Tensor, others: torch.Tensor) -> torch.Tensor:
    """Return numbers of the one row for the parameters that are chosen, by their place and themselves, else of the other."""
    places = [
        torch.full((parameter.numel(),), chosen(number, parameter))
        for number, parameter in enumerate(model.parameters())
    ]
    return torch.where(torch.cat(places), these, others)


def _expect_passes_over(answer) -> None:
    models = _models()
    for model in models:
        next(model.parameters()).grad = None
    expected = sum(_gradients_of(model) for model in models) / _SIZE
    try:
        trained, _ = _run(answer, models)
    except (AttributeError, TypeError):
        raise Mistake(f"{_NO_GRADIENT}: pass it over") from None
    except Mistake:
        raise Mistake(f"{_NO_GRADIENT}, and `all_reduce` cannot take it: pass it over") from None
    first, *others = (parameter.grad for parameter in trained[0].parameters())
    expect(
        first is None,
        "a parameter without a gradient is given one, and an optimizer may move it then: pass it over, and leave None "
        "as it is",
    )
    own = torch.cat([gradient.flatten() for gradient in others])
    expect(
        not same(own, _gradients_of(models[0])),
        "after a parameter without a gradient the others are left out: no `break` or `return` there, `continue`",
    )
    expect(same(own, expected, 1e-5), "where one parameter has no gradient, the means of the others are wrong")


_NO_GRADIENT = "a parameter that the loss does not depend on has no gradient: its `grad` is None"


def _expect_sends_zeros(answer) -> None:
    """A gradient can be all zeros in one process and not in the others."""
    models = _models()
    next(models[0].parameters()).grad.zero_()
    mean = sum(_gradients_of(model) for model in models) / _SIZE
    try:
        trained, _ = _run(answer, models)
        right = all(same(_gradients_of(model), mean, 1e-5) for model in trained)
    except Mistake:
        right = False
    expect(
        right,
        "a gradient of zeros is passed over: in another process it may be another, and that one would wait for ever. "
        "Pass over None only",
    )
