"""What learners hand in for `parallel_step` of lesson 07."""

import torch
import torch.nn.functional as F
from torch import nn

from helpers.answers.scaling_out import average_gradients as course_average
from tests.checks.answers import Answers
from tests.checks.scaling_out.average_gradients import gradients, in_one_message, summed, weights
from tests.checks.scaling_out.mean_loss import reduced

ANSWERS = Answers()
right, wrong = ANSWERS.add_right, ANSWERS.add_wrong


def stepping(
    *, clip="after", average="gradients", zero=True, zero_late=False, step=True, limit=None, fresh=False, keep=False,
    give=lambda loss, state, given: (loss.item(), state.detach()), evaluate=False, twice=False, late=False, detach=False,
    backward=True, zero_between=False, reduction="mean", averages=1, zero_after=False, steps=1, exchange=False, swap=False,
    last=False, softmax=False, rows=slice(None), loss_alone=False, by_hand=False, returned=lambda nothing: None,
):  # fmt: skip
    """Return a step with mistakes."""

    def parallel_step(model, inputs, targets, state, optimizer, all_reduce, size, clip_norm=1.0):
        if evaluate:
            model.eval()
        given = state
        inputs, wanted = inputs[rows], (inputs if swap else targets)[rows]
        if exchange:
            logits, state = model(state, inputs)
        logits, state = model(inputs, None if fresh else state.detach() if detach else state)
        if twice:
            logits, state = model(inputs, given)
        if last:
            logits, wanted = logits[:, -1:], wanted[:, -1:]
        logits = logits.softmax(-1) if softmax else logits
        loss = F.cross_entropy(logits.flatten(0, 1), wanted.flatten(), reduction=reduction)
        if loss_alone:
            all_reduce(loss.detach())
        if zero:
            optimizer.zero_grad()
        if backward:
            loss.backward()
        if zero_between:
            optimizer.zero_grad()
        own_limit = clip_norm if limit is None else limit(clip_norm, size)
        if clip == "before":
            nn.utils.clip_grad_norm_(model.parameters(), own_limit)
        if average == "gradients" and not late:
            for _ in range(averages):
                returned(course_average(model, all_reduce, size))
        if average == "by 2":
            course_average(model, all_reduce, 2)
        if average == "sum":
            summed(model, all_reduce, size)
        if average == "twice":
            course_average(model, all_reduce, size)
            for parameter in model.parameters():
                parameter.grad /= size
        if clip == "after":
            nn.utils.clip_grad_norm_(model.parameters(), own_limit)
        if clip == "value":
            nn.utils.clip_grad_value_(model.parameters(), own_limit)
        if clip == "each":
            for parameter in model.parameters():
                nn.utils.clip_grad_norm_([parameter], own_limit)
        if clip == "stretched":
            norm = nn.utils.get_total_norm(gradients(model))
            for gradient in gradients(model):
                gradient *= own_limit / norm
        if zero_late:
            optimizer.zero_grad()
        if step:
            for _ in range(steps):
                optimizer.step()
        if by_hand:
            for parameter in model.parameters():
                parameter.data -= 0.5 * parameter.grad
        if zero_after:
            optimizer.zero_grad()
        if average == "weights":
            weights(model, all_reduce, size)
        if late:
            course_average(model, all_reduce, size)
        return give(loss, state, given)

    return parallel_step


def shares_loss(model, inputs, targets, state, optimizer, all_reduce, size, clip_norm, *, divide):
    loss, state = stepping()(model, inputs, targets, state, optimizer, all_reduce, size, clip_norm)
    return reduced(loss, all_reduce) / (size if divide else 1), state


for line, function in {
    "each process clips its own gradient before the mean": stepping(clip="before"),
    "`all_reduce` is never called": stepping(average=""),
    "the gradients are added up: divide by `size`": stepping(average="sum"),
    "`average_gradients` has done it": stepping(average="twice"),
    "and the weights are averaged: with Adam": stepping(average="weights"),
    "each process uses its own gradient: average between": stepping(late=True),
    "the gradients of the batches add up": stepping(zero=False),
    "the gradient is not clipped": stepping(clip=""),
    "clipped to 1.0, not to `clip_norm`": stepping(limit=lambda clip_norm, size: 1.0),
    "to `size` times `clip_norm`": stepping(limit=lambda clip_norm, size: size * clip_norm),
    "starts from a fresh state": stepping(fresh=True),
    "still holds the graph of this batch": stepping(give=lambda loss, state, given: (loss.item(), state)),
    "is the one that you were given": stepping(give=lambda loss, state, given: (loss.item(), given)),
    "the wrong way round: the loss comes first": stepping(
        give=lambda loss, state, given: (state.detach(), loss.item())
    ),
    "that is the sum over all positions": stepping(give=lambda loss, state, given: (loss.item() * 10, state.detach())),
    "is a tensor: make it a plain number": stepping(give=lambda loss, state, given: (loss.detach(), state.detach())),
    "into evaluation mode": stepping(evaluate=True),
    "called 2 times in one step": stepping(twice=True),
    "the loss that you return is divided by `size`": stepping(
        give=lambda loss, state, given: (loss.item() / 3, state.detach())
    ),
    "the mean over your rows before the step": stepping(
        give=lambda loss, state, given: (loss.item() + 1, state.detach())
    ),
    "the first batch has no state yet": stepping(detach=True),
    "is the mean of all processes": lambda *arguments: shares_loss(*arguments, divide=True),
    "is the sum of all processes": lambda *arguments: shares_loss(*arguments, divide=False),
    "when `average_gradients` comes there are no gradients": stepping(backward=False),
    "each number of the gradient is clipped": stepping(clip="value"),
    "is clipped to `clip_norm` divided by `size`": stepping(limit=lambda clip_norm, size: clip_norm / size),
    "the loss is the sum over all positions": stepping(reduction="sum"),
    "twice as many numbers are exchanged": stepping(averages=2),
}.items():
    wrong("parallel_step", line, function)
for line, function in {
    "the old state is returned, which is None": stepping(give=lambda loss, state, given: (loss.item(), given.detach())),
    "inputs and state are exchanged": stepping(exchange=True),
    "something here is None: `average_gradients` and": stepping(returned=lambda nothing: nothing.parameters()),
    "`zero_grad` after averaging throws": stepping(zero_late=True),
    "is `optimizer.step()` called?": stepping(step=False),
    "not by the `optimizer` that you were given": stepping(step=False, by_hand=True),
    "the optimizer takes 4 steps for 2 batches": stepping(steps=2),
    "it is the gradients that are averaged": stepping(average="", loss_alone=True),
    "`inputs` are its own rows already": stepping(rows=slice(1)),
    "the sum of the gradients is divided by 2": stepping(average="by 2"),
    "the loss is taken against the inputs": stepping(swap=True),
    "the loss is that of the last position alone": stepping(last=True),
    "the loss is taken of probabilities": stepping(softmax=True),
    "a short gradient is stretched": stepping(clip="stretched"),
    "each parameter's gradient is clipped by itself": stepping(clip="each"),
}.items():
    wrong("parallel_step", line, function)
wrong("parallel_step", "when `average_gradients` comes there are no gradients", stepping(zero_between=True))
wrong("parallel_step", "is the one that you were given", stepping(give=lambda loss, state, given: (loss.item(), None)))
wrong("parallel_step", "and the weights are averaged: with Adam", stepping(average="weights", clip=""))
wrong(
    "parallel_step",
    "is not the one that the model returns",
    stepping(give=lambda loss, state, given: (loss.item(), torch.zeros_like(state))),
)
wrong("parallel_step", "the gradient is clipped to `size`, not to", stepping(limit=lambda clip_norm, size: size))


def step_in_one_message(model, inputs, targets, state, optimizer, all_reduce, size, clip_norm=1.0):
    optimizer.zero_grad(set_to_none=True)
    logits, state = model(inputs, state)
    loss = F.cross_entropy(logits.transpose(1, 2), targets)
    (loss / size).backward()
    summed(model, all_reduce, size)
    nn.utils.clip_grad_norm_(model.parameters(), clip_norm)
    optimizer.step()
    return float(loss), state.detach()


def step_that_clips_by_hand(model, inputs, targets, state, optimizer, all_reduce, size, clip_norm=1.0):
    optimizer.zero_grad()
    logits, state = model(inputs, state)
    loss = F.cross_entropy(logits.flatten(0, 1), targets.flatten())
    loss.backward()
    in_one_message(model, all_reduce, size)
    norm = nn.utils.get_total_norm(gradients(model))
    for gradient in gradients(model):
        gradient *= min(1.0, clip_norm / (norm.item() + 1e-6))
    optimizer.step()
    return loss.item(), state.detach()


right("parallel_step", step_in_one_message)
right("parallel_step", step_that_clips_by_hand)
right("parallel_step", stepping(zero=False, zero_after=True))
