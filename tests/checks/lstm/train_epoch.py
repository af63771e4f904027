"""What learners hand in for `train_epoch` of lesson 04."""

import math

import torch
import torch.nn.functional as F
from torch import nn

from tests.checks.answers import Answers

ANSWERS = Answers()


def epoch(
    *, hand_on=None, clip="between", zero="before", take=True, result=None, targets_of=None, mode=True, flat=None,
    retain=False, once=False, first=None, calls=1, loss=None,
):  # fmt: skip
    """Make an epoch of training; each argument brings in one mistake."""
    hand_on = hand_on or (lambda hidden, cell: (hidden.detach(), cell.detach()))

    def train_epoch(model, batches, optimizer, clip_norm=5.0):
        model.train(mode)
        losses, state, parameters = [], first, list(model.parameters())
        for inputs, targets in batches:
            for _ in range(calls):
                logits, new = model(inputs, state)
            goals = inputs if targets_of == "inputs" else targets
            mean = F.cross_entropy(logits.flatten(0, 1), goals.flatten() if flat is None else flat(goals))
            mean = mean if loss is None else loss(logits, goals)
            if zero == "before":
                optimizer.zero_grad()
            if clip == "before":
                nn.utils.clip_grad_norm_(parameters, clip_norm)
            mean.backward(retain_graph=retain)
            if zero == "after":
                optimizer.zero_grad()
            if clip == "always":
                norm = torch.cat([one.grad.flatten() for one in parameters]).norm()
                for one in parameters:
                    one.grad.mul_(clip_norm / norm)
            if clip in ("between", 1.0, 5.0):
                nn.utils.clip_grad_norm_(parameters, clip_norm if clip == "between" else clip)
            if clip == "value":
                nn.utils.clip_grad_value_(parameters, clip_norm)
            if clip == "each":
                for one in parameters:
                    nn.utils.clip_grad_norm_([one], clip_norm)
            if take:
                optimizer.step()
            if clip == "after":
                nn.utils.clip_grad_norm_(parameters, clip_norm)
            losses.append(mean.item())
            state = hand_on(*new)
            if once:
                break
        return sum(losses) / len(losses) if result is None else result(losses, mean)

    return train_epoch


def after_softmax(logits, targets):
    return F.cross_entropy(logits.softmax(-1).flatten(0, 1), targets.flatten())


def at_last(logits, targets):
    return F.cross_entropy(logits[:, -1], targets[:, -1])


def at_first(logits, targets):
    return F.cross_entropy(logits[:, 0], targets[:, 0])


def viewed(logits, targets):
    batch, time, vocab = logits.shape
    return F.cross_entropy(logits.contiguous().view(batch, vocab, time), targets)


def summed(logits, targets):
    return F.cross_entropy(logits.flatten(0, 1), targets.flatten(), reduction="sum")


def steps_too_soon(model, batches, optimizer, clip_norm=5.0):
    for inputs, targets in batches:
        logits, _ = model(inputs)
        loss = F.cross_entropy(logits.flatten(0, 1), targets.flatten())
        loss.backward(retain_graph=True)
        optimizer.step()
        loss.backward()


steps_too_soon.__name__ = "train_epoch"
USED = tuple(torch.full((3, 2, 6), 0.5) for _ in range(2))

ANSWERS.is_wrong("the state still holds the graph of the batch before")(epoch(hand_on=lambda h, c: (h, c)))
ANSWERS.is_wrong("the state still holds the graph of the batch before")(epoch(hand_on=lambda h, c: (h, c), retain=True))
ANSWERS.is_wrong("only the hidden state is detached")(epoch(hand_on=lambda h, c: (h.detach(), c)))
ANSWERS.is_wrong("only the cell is detached")(epoch(hand_on=lambda h, c: (h, c.detach())))
ANSWERS.is_wrong("a tuple has no `.detach()`")(epoch(hand_on=lambda h, c: (h, c).detach()))
ANSWERS.is_wrong("hidden state and cell are exchanged from batch to batch")(
    epoch(hand_on=lambda h, c: (c.detach(), h.detach()))
)
ANSWERS.is_wrong("each batch starts from a fresh state")(epoch(hand_on=lambda h, c: None))
ANSWERS.is_wrong("each batch starts from a fresh state")(
    epoch(hand_on=lambda h, c: (torch.zeros_like(h), torch.zeros_like(c)))
)
ANSWERS.is_wrong("a batch does not start from the state that the batch before ended with")(
    epoch(hand_on=lambda h, c: (h.detach(), torch.zeros_like(c)))
)
ANSWERS.is_wrong("the first batch does not start from a fresh state")(epoch(first=USED))
ANSWERS.is_wrong("the gradient is not clipped")(epoch(clip=None))
ANSWERS.is_wrong("the gradient is not clipped")(epoch(clip="before"))
ANSWERS.is_wrong("the gradient is clipped after the step")(epoch(clip="after"))
ANSWERS.is_wrong("the gradient is clipped to 1.0, not to `clip_norm`")(epoch(clip=1.0))
ANSWERS.is_wrong("the gradient is clipped to 5.0, not to `clip_norm`")(epoch(clip=5.0))
ANSWERS.is_wrong("each number of the gradient is clipped by itself")(epoch(clip="value"))
ANSWERS.is_wrong("each parameter's gradient is clipped by itself")(epoch(clip="each"))
ANSWERS.is_wrong("a gradient shorter than `clip_norm` is changed, too")(epoch(clip="always"))
ANSWERS.is_wrong("the gradients of the batches add up")(epoch(zero=None))
ANSWERS.is_wrong("the weights did not change")(epoch(zero="after"))
ANSWERS.is_wrong("the weights did not change")(epoch(take=False))
ANSWERS.is_wrong("the loss is taken against the inputs")(epoch(targets_of="inputs"))
ANSWERS.is_wrong("the model is put into evaluation mode")(epoch(mode=False))
ANSWERS.is_wrong("F.cross_entropy did not take these shapes")(epoch(flat=lambda targets: targets[0]))
ANSWERS.is_wrong("F.cross_entropy did not take these shapes")(epoch(loss=F.cross_entropy))
ANSWERS.is_wrong("a softmax is taken before the loss")(epoch(loss=after_softmax))
ANSWERS.is_wrong("the loss is taken at the last position only")(epoch(loss=at_last))
ANSWERS.is_wrong("the loss is taken at the first position only")(epoch(loss=at_first))
ANSWERS.is_wrong("`view` mixes time and vocabulary")(epoch(loss=viewed))
ANSWERS.is_wrong("that is the sum over all positions of a batch")(epoch(loss=summed))
ANSWERS.is_wrong("the state is a generator, which parentheses")(
    epoch(hand_on=lambda h, c: (part.detach() for part in (h, c)))
)
ANSWERS.is_wrong("the weights move between forward and backward")(steps_too_soon)
ANSWERS.is_wrong("is the `return` inside the loop?")(epoch(once=True))
ANSWERS.is_wrong("the model was called 6 times for 3 batches")(epoch(calls=2))
ANSWERS.is_wrong("is a tensor: make it a plain number")(epoch(result=lambda losses, loss: loss.detach()))
ANSWERS.is_wrong("that is the last batch's loss")(epoch(result=lambda losses, loss: losses[-1]))
ANSWERS.is_wrong("that is the first batch's loss")(epoch(result=lambda losses, loss: losses[0]))
ANSWERS.is_wrong("that is the sum of the batches' losses")(epoch(result=lambda losses, loss: sum(losses)))
ANSWERS.is_wrong("that is in bits")(epoch(result=lambda losses, loss: sum(losses) / 3 / math.log(2)))
ANSWERS.is_wrong("should be a float or an int, and is None")(epoch(result=lambda losses, loss: None))


@ANSWERS.is_right
def train_epoch(model, batches, optimizer, clip_norm=5.0):
    total, count, state = 0.0, 0, None
    model.train()
    for inputs, targets in batches:
        if state is None:
            state = model.init_state(len(inputs))
        state = tuple(part.data for part in state)
        optimizer.zero_grad(set_to_none=False)
        logits, state = model(inputs, state)
        loss = F.cross_entropy(logits.transpose(1, 2), targets)
        loss.backward()
        gradients = [one.grad for one in model.parameters()]
        norm = math.sqrt(sum(gradient.square().sum().item() for gradient in gradients))
        for gradient in gradients:
            gradient.mul_(min(1.0, clip_norm / norm))
        optimizer.step()
        total, count = total + float(loss.detach()) * targets.numel(), count + targets.numel()
    return total / count


@ANSWERS.is_right
def train_epoch(model, batches, optimizer, clip_norm=5.0):
    losses = []
    for number, (inputs, targets) in enumerate(batches):
        hidden_and_cell = model.init_state(inputs.shape[0]) if number == 0 else (hidden.clone(), cell.clone())
        logits, (hidden, cell) = model(inputs, hidden_and_cell)
        hidden, cell = hidden.detach(), cell.detach()
        loss = F.nll_loss(logits.log_softmax(-1).flatten(0, 1), targets.flatten())
        model.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), max_norm=clip_norm)
        optimizer.step()
        losses.append(loss.detach())
    return torch.stack(losses).mean().item()


def by_length(model, batches, optimizer, clip_norm=5.0):
    return epoch()(model, batches, optimizer, clip_norm) * len(batches) / len(batches)


by_length.__name__ = "train_epoch"
ANSWERS.is_wrong("batches that `get_batches` yields have no length")(by_length)
