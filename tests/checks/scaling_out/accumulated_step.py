"""What learners hand in for `accumulated_step` of lesson 07."""

import math

import torch
import torch.nn.functional as F
from torch import nn

from tests.checks.answers import Answers
from tests.checks.scaling_out.average_gradients import gradients

ANSWERS = Answers()
right, wrong = ANSWERS.add_right, ANSWERS.add_wrong


def accumulating(
    *, weigh=lambda targets, total, count: targets.numel() / total, zero="first", step="last", carry=False, stop=False,
    result=None, evaluate=False, swap=False, together=False, clip=False, exchange=False, running=False, with_targets=False,
    whole=False, reduction="mean",
):  # fmt: skip
    """Return a step in pieces with mistakes."""

    def accumulated_step(model, pieces, optimizer):
        total, parts, means, state = sum(targets.numel() for _, targets in pieces), [], [], None
        if evaluate:
            model.eval()
        if zero == "first":
            optimizer.zero_grad()
        for piece in pieces:
            inputs, targets = reversed(piece) if exchange else piece
            logits, new = model(piece if whole else inputs, targets if with_targets else state)
            state = new[: len(new)].detach() if carry else None
            wanted = (inputs if swap else targets).flatten()
            loss = F.cross_entropy(logits.flatten(0, 1), wanted, reduction=reduction)
            if zero == "each":
                optimizer.zero_grad()
            part = loss * weigh(targets, total, len(pieces))
            parts.append(part if together else part.detach())
            total += part.item() if running else 0
            if not together:
                part.backward()
            means.append(loss.item())
            if step == "each":
                optimizer.step()
            if stop:
                break
        if together:
            sum(parts).backward()
        if zero == "last":
            optimizer.zero_grad()
        if clip:
            nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        if step == "last":
            optimizer.step()
        if zero == "after":
            optimizer.zero_grad()
        return result(means) if result else float(sum(parts).detach())

    return accumulated_step


for line, function in {
    "the gradients are all 0 when the step is taken": accumulating(
        weigh=lambda targets, total, count: targets.numel() // total
    ),
    "the targets are handed to the model, as its state": accumulating(with_targets=True),
    "a piece is a pair": accumulating(whole=True),
    "inputs and targets are exchanged": accumulating(exchange=True),
    "`total` changes from piece to piece": accumulating(running=True),
    "a sum is weighed once more": accumulating(reduction="sum"),
}.items():
    wrong("accumulated_step", line, function)


def joined(model, pieces, optimizer):
    inputs, targets = (torch.cat(side) for side in zip(*pieces, strict=True))
    optimizer.zero_grad()
    loss = F.cross_entropy(model(inputs)[0].flatten(0, 1), targets.flatten())
    loss.backward()
    optimizer.step()
    return loss.item()


def part_of(model, inputs, targets, total):
    loss = F.cross_entropy(model(inputs)[0].flatten(0, 1), targets.flatten())
    return loss * targets.numel() / total


def characters(pieces):
    return sum(targets.numel() for _, targets in pieces)


def last_piece_only(model, pieces, optimizer):
    optimizer.zero_grad()
    mean = 0.0
    for inputs, targets in pieces:
        part = part_of(model, inputs, targets, characters(pieces))
        mean += part.item()
    part.backward()
    optimizer.step()
    return mean


def without_backward(model, pieces, optimizer):
    optimizer.zero_grad()
    mean = sum(part_of(model, *piece, characters(pieces)).item() for piece in pieces)
    optimizer.step()
    return mean


def backward_in_a_second_loop(model, pieces, optimizer):
    optimizer.zero_grad()
    parts = [part_of(model, *piece, characters(pieces)) for piece in pieces]
    for part in parts:
        part.backward()
    optimizer.step()
    return sum(part.item() for part in parts)


def carries_the_graph(model, pieces, optimizer):
    optimizer.zero_grad()
    mean, state = 0.0, None
    for inputs, targets in pieces:
        logits, state = model(inputs, state)
        part = F.cross_entropy(logits.flatten(0, 1), targets.flatten()) * targets.numel() / characters(pieces)
        part.backward()
        mean += part.item()
    optimizer.step()
    return mean


def by_rows(model, pieces, optimizer):
    rows = sum(len(inputs) for inputs, _ in pieces)
    model.zero_grad()
    losses = []
    for inputs, targets in pieces:
        loss = F.cross_entropy(model(inputs)[0].flatten(0, 1), targets.flatten()) * len(inputs) / rows
        loss.backward()
        losses.append(loss.item())
    optimizer.step()
    return math.fsum(losses)


for line, function in {
    "the pieces are joined to one batch": joined,
    "only one piece is read": accumulating(stop=True),
    "a step is taken after each piece": accumulating(step="each"),
    "comes `optimizer.step()`": accumulating(step=""),
    "of the step before is still there": accumulating(zero=""),
    "of the earlier pieces are thrown away": accumulating(zero="each"),
    "the means of the pieces are added up": accumulating(weigh=lambda targets, total, count: 1.0),
    "each piece counts alike": accumulating(weigh=lambda targets, total, count: 1 / count),
    "of the sum over all characters: divide": accumulating(weigh=lambda targets, total, count: targets.numel()),
    "each row counts alike": by_rows,
    "with its rows over the characters of all": accumulating(weigh=lambda targets, total, count: len(targets) / total),
    "the gradient is clipped: do not clip here": accumulating(clip=True),
    "between the last `backward` and `step` throws": accumulating(zero="last"),
    "the gradient is divided twice": accumulating(weigh=lambda targets, total, count: targets.numel() / total / count),
    "the loss is taken against the inputs": accumulating(swap=True),
    "`backward` waits until all pieces are read": accumulating(together=True),
    "`backward` stands after the loop, and only the last piece": last_piece_only,
    "no gradient comes from the pieces": without_backward,
    "weighed with its length in time, `targets.shape[1]`": accumulating(
        weigh=lambda targets, total, count: targets.shape[1] / 10
    ),
    "its length in time over the characters of all": accumulating(
        weigh=lambda targets, total, count: targets.shape[1] / total
    ),
    "the share is upside down": accumulating(weigh=lambda targets, total, count: total / targets.numel()),
    "a mean is divided by the number of characters once more": accumulating(
        weigh=lambda targets, total, count: 1 / total
    ),
    "by the characters of its piece once more": accumulating(weigh=lambda targets, total, count: 1 / targets.numel()),
    "is divided by the number of characters twice": accumulating(
        result=lambda means: (12 * means[0] + 6 * means[1] + 4 * means[2]) / 22**2
    ),
    "is divided by the number of pieces": accumulating(
        result=lambda means: (12 * means[0] + 6 * means[1] + 4 * means[2]) / 22 / 3
    ),
    "means are divided by the characters of all: multiply": accumulating(result=lambda means: sum(means) / 22),
    "the state of one piece is handed to the next": accumulating(carry=True),
    "into evaluation mode": accumulating(evaluate=True),
    "is the sum of the pieces' losses": accumulating(result=sum),
    "is the mean of the pieces' means": accumulating(result=lambda means: sum(means) / len(means)),
    "that is the sum over all characters: return": accumulating(
        result=lambda means: 12 * means[0] + 6 * means[1] + 4 * means[2]
    ),
    "that is the loss of the last piece": accumulating(result=lambda means: means[-1]),
}.items():
    wrong("accumulated_step", line, function)
wrong(
    "accumulated_step",
    "of the earlier pieces are thrown away",
    accumulating(zero="each", weigh=lambda targets, total, count: 1.0),
)


wrong("accumulated_step", "the state of one piece is handed to the next", carries_the_graph)
wrong("accumulated_step", "`backward` waits until all pieces are read", backward_in_a_second_loop)


def sums_and_counts(model, pieces, optimizer):
    """Add up the gradients of sums, and divide them at the end."""
    optimizer.zero_grad()
    loss, count = 0.0, 0
    for inputs, targets in pieces:
        total = F.cross_entropy(model(inputs)[0].transpose(1, 2), targets, reduction="sum")
        total.backward()
        loss, count = loss + total.item(), count + targets.numel()
    for gradient in gradients(model):
        gradient /= count
    optimizer.step()
    return loss / count


def sums_over_characters(model, pieces, optimizer):
    characters = sum(inputs.numel() for inputs, _ in pieces)
    model.zero_grad()
    losses = []
    for inputs, targets in pieces:
        loss = F.cross_entropy(model(inputs)[0].flatten(0, 1), targets.flatten(), reduction="sum") / characters
        loss.backward()
        losses.append(loss.item())
    optimizer.step()
    return math.fsum(losses)


right("accumulated_step", sums_and_counts)
right("accumulated_step", sums_over_characters)
right("accumulated_step", accumulating(zero="after"))


def adds_gradients_by_hand(model, pieces, optimizer):
    """Empty the gradients before each piece, and keep copies."""
    mean, sums = 0.0, [torch.zeros_like(parameter) for parameter in model.parameters()]
    for piece in pieces:
        optimizer.zero_grad()
        part = part_of(model, *piece, characters(pieces))
        part.backward()
        mean += part.item()
        sums = [own + parameter.grad for own, parameter in zip(sums, model.parameters(), strict=True)]
    for parameter, gradient in zip(model.parameters(), sums, strict=True):
        parameter.grad = gradient
    optimizer.step()
    return mean


def asks_autograd(model, pieces, optimizer):
    """Call `torch.autograd.grad`, which touches no `grad`."""
    parameters = list(model.parameters())
    mean, sums = 0.0, [torch.zeros_like(parameter) for parameter in parameters]
    for piece in pieces:
        part = part_of(model, *piece, characters(pieces))
        for total, gradient in zip(sums, torch.autograd.grad(part, parameters), strict=True):
            total += gradient
        mean += part.item()
    for parameter, gradient in zip(parameters, sums, strict=True):
        parameter.grad = gradient
    optimizer.step()
    return mean


right("accumulated_step", adds_gradients_by_hand)
right("accumulated_step", asks_autograd)
