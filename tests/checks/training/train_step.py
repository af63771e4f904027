"""What learners hand in for `train_step` of lesson 03."""

import math

import torch
import torch.nn.functional as F
from torch import nn

from tests.checks.answers import Answers

ANSWERS = Answers()


def step(
    *, loss=None, clip="between", zero="before", take=True, state=None, result=None, given=True, targets_of=None,
    evaluates=False,
):  # fmt: skip
    """Make a training step; each argument brings in one mistake."""

    def train_step(model, inputs, targets, old, optimizer, clip_norm=1.0):
        model.train(model.training and not evaluates)
        parameters = list(model.parameters())
        logits, new = model(inputs, old if given else None)
        goals = inputs if targets_of == "inputs" else targets
        mean = F.cross_entropy(logits.flatten(0, 1), goals.flatten()) if loss is None else loss(logits, goals)
        if zero == "before":
            optimizer.zero_grad()
        if clip == "before":
            nn.utils.clip_grad_norm_(parameters, clip_norm)
        mean.backward()
        if clip == "always":
            norm = torch.cat([one.grad.flatten() for one in parameters]).norm()
            for one in parameters:
                one.grad.mul_(clip_norm / norm)
        if clip == "to 1":
            nn.utils.clip_grad_norm_(parameters, 1.0)
        if clip == "between":
            nn.utils.clip_grad_norm_(parameters, clip_norm)
        if clip == "value":
            nn.utils.clip_grad_value_(parameters, clip_norm)
        if clip == "each":
            for one in parameters:
                nn.utils.clip_grad_norm_([one], clip_norm)
        if zero == "after":
            optimizer.zero_grad()
        if take:
            optimizer.step()
        if clip == "after":
            nn.utils.clip_grad_norm_(parameters, clip_norm)
        state_out = new.detach() if state is None else state(old, new)
        return (mean.item(), state_out) if result is None else result(mean, state_out)

    return train_step


def stepped_first(model, inputs, targets, state, optimizer, clip_norm=1.0):
    logits, state = model(inputs, state)
    loss = F.cross_entropy(logits.flatten(0, 1), targets.flatten())
    loss.backward(retain_graph=True)
    optimizer.step()
    optimizer.zero_grad()
    loss.backward()
    return loss.item(), state.detach()


def detaches_first(model, inputs, targets, state, optimizer, clip_norm=1.0):
    return step()(model, inputs, targets, state.detach(), optimizer, clip_norm)


detaches_first.__name__ = stepped_first.__name__ = "train_step"

ANSWERS.is_wrong("an epoch begins with the state None")(detaches_first)

ANSWERS.is_wrong("still holds the graph of this batch")(step(state=lambda old, new: new))
ANSWERS.is_wrong("is the one that you were given")(step(state=lambda old, new: old))
ANSWERS.is_wrong("the state that you return is zero")(step(state=lambda old, new: torch.zeros_like(new)))
ANSWERS.is_wrong("the step starts from a fresh state")(step(given=False))
ANSWERS.is_wrong("the gradient is not clipped")(step(clip=None))
ANSWERS.is_wrong("the gradient is not clipped")(step(clip="before"))
ANSWERS.is_wrong("the gradient is clipped to 1.0, not to `clip_norm`")(step(clip="to 1"))
ANSWERS.is_wrong("a gradient shorter than `clip_norm` is changed, too")(step(clip="always"))
ANSWERS.is_wrong("the step puts the model into evaluation mode")(step(evaluates=True))
ANSWERS.is_wrong("the gradient is clipped after the step")(step(clip="after"))
ANSWERS.is_wrong("each number of the gradient is clipped by itself")(step(clip="value"))
ANSWERS.is_wrong("each parameter's gradient is clipped by itself")(step(clip="each"))
ANSWERS.is_wrong("the gradients of the batches add up")(step(zero=None))
ANSWERS.is_wrong("the weights did not change")(step(zero="after"))
ANSWERS.is_wrong("the weights did not change")(step(take=False))
ANSWERS.is_wrong("the loss is taken against the inputs")(step(targets_of="inputs"))
ANSWERS.is_wrong("view or reshape to (batch, vocab, time) mixes the numbers up")(
    step(loss=lambda logits, targets: F.cross_entropy(logits.reshape(3, 7, 4), targets))
)
ANSWERS.is_wrong("F.cross_entropy did not take these shapes")(
    step(loss=lambda logits, targets: F.cross_entropy(logits.flatten(0, 1), targets[0]))
)
ANSWERS.is_wrong("the weights move between forward and backward")(stepped_first)
ANSWERS.is_wrong("is a tensor: make it a plain number")(step(result=lambda loss, state: (loss.detach(), state)))
ANSWERS.is_wrong("state and loss are returned the wrong way round")(
    step(result=lambda loss, state: (state, loss.item()))
)
ANSWERS.is_wrong("return two things, the loss and the state")(step(result=lambda loss, state: (loss.item(),)))
ANSWERS.is_wrong("that is the sum over all positions")(step(result=lambda loss, state: (loss.item() * 12, state)))
ANSWERS.is_wrong("that is the perplexity")(step(result=lambda loss, state: (math.exp(loss.item()), state)))


@ANSWERS.is_right
def train_step(model, inputs, targets, state, optimizer, clip_norm=1.0):
    optimizer.zero_grad(set_to_none=False)
    logits, state = model(inputs, state)
    loss = F.cross_entropy(logits.transpose(1, 2), targets)
    loss.backward()
    gradients = [one.grad for one in model.parameters() if one.grad is not None]
    norm = torch.sqrt(sum((gradient**2).sum() for gradient in gradients))
    if norm > clip_norm:
        for gradient in gradients:
            gradient.mul_(clip_norm / norm)
    optimizer.step()
    return float(loss), state.detach().clone()


@ANSWERS.is_right
def train_step(model, inputs, targets, state, optimizer, clip_norm=1.0):
    if state is not None:
        state = state.detach()
    output, last = model(inputs, state)
    loss = F.nll_loss(output.log_softmax(-1).reshape(-1, output.shape[-1]), targets.reshape(-1))
    for group in optimizer.param_groups:
        for one in group["params"]:
            one.grad = None
    loss.backward()
    nn.utils.clip_grad_norm_(model.parameters(), max_norm=clip_norm)
    optimizer.step()
    return [loss.item(), last.detach()]
