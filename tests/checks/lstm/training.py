"""Answers to the exercises of lesson 04 that train and validate."""

import itertools
import math

import torch
import torch.nn.functional as F
from torch import nn

from helpers.answers.lstm import get_batches as course_batches
from tests.checks.answers import Answers

ANSWERS = Answers()

# ---------------------------------------------------------------------------------------------- get_batches


def batched(function):
    """Name a function of tokens, rows and length like its exercise."""

    def get_batches(tokens, batch_size, sequence_length):
        return function(tokens, batch_size, sequence_length)

    return get_batches


def rows_and_targets(tokens, rows, length):
    """Return inputs and targets, all batches side by side."""
    return (torch.cat(parts, 1) for parts in zip(*course_batches(tokens, rows, length), strict=True))


def pieces(inputs, targets, length):
    return zip(inputs.split(length, 1), targets.split(length, 1), strict=True)


def with_targets(change):
    """Make batches whose targets are something else: `change(inputs, targets, tokens)` of whole rows."""

    def get_batches(tokens, rows, length):
        inputs, targets = rows_and_targets(tokens, rows, length)
        yield from pieces(inputs, change(inputs, targets, tokens), length)

    return batched(get_batches)


def each_batch(change):
    """Make batches of which each is changed by itself."""
    return batched(lambda tokens, b, s: (change(*pair) for pair in course_batches(tokens, b, s)))


def every_third(tokens, rows, length):
    width = (len(tokens) - 1) // (rows * length) * length
    inputs, targets = tokens[: rows * width], tokens[1 : rows * width + 1]
    return pieces(inputs.view(width, rows).t(), targets.view(width, rows).t(), length)


def text_after_text(tokens, rows, length):
    size = rows * length
    for start in range(0, len(tokens) - size, size):
        yield tokens[start : start + size].view(rows, -1), tokens[start + 1 : start + size + 1].view(rows, -1)


def wraps_within_row(tokens, rows, length):  # as it is done in the best-known notebook
    count = len(tokens) // (rows * length)
    whole = tokens[: count * rows * length].view(rows, -1)
    for start in range(0, whole.shape[1], length):
        inputs = whole[:, start : start + length]
        last = whole[:, (start + length) % whole.shape[1]]
        yield inputs, torch.cat([inputs[:, 1:], last[:, None]], 1)


def first_alone(tokens, rows, length):
    return list(course_batches(tokens, rows, length))[:1]


def short_last(tokens, rows, length):
    width = (len(tokens) - 1) // rows
    inputs, targets = tokens[: rows * width].view(rows, -1), tokens[1 : rows * width + 1].view(rows, -1)
    return pieces(inputs, targets, length)


def stands_still(tokens, rows, length):
    inputs, targets = rows_and_targets(tokens, rows, length)
    for _ in range(0, inputs.shape[1], length):
        yield inputs[:, :length], targets[:, :length]


def no_last_target(tokens, rows, length):
    return course_batches(torch.cat([tokens, tokens[:1]]), rows, length)


def wasteful(tokens, rows, length):
    return course_batches(tokens[:-1], rows, length)


def all_rows_uncut(tokens, rows, length):
    return pieces(tokens.view(rows, -1), tokens.view(rows, -1), length)


def course_list(tokens, rows, length):
    return list(course_batches(tokens, rows, length))


def shuffled(tokens, rows, length):
    width = (len(tokens) - 1) // (rows * length) * length
    inputs, targets = tokens[: rows * width].view(rows, -1), tokens[1 : rows * width + 1].view(rows, -1)
    for start in torch.randperm(width // length).mul(length).tolist():
        yield inputs[:, start : start + length], targets[:, start : start + length]


def by_starts(tokens, rows, length, starts, width=None):
    """Cut batches at these starts out of rows; `starts` and `width` are made from n · length."""
    used = (len(tokens) - 1) // (rows * length) * length
    width = used if width is None else width
    inputs, targets = tokens[: rows * width].view(rows, width), tokens[1 : rows * width + 1].view(rows, width)
    for start in starts(used):
        yield inputs[:, start : start + length], targets[:, start : start + length]


def steps_by_one(tokens, rows, length):
    return by_starts(tokens, rows, length, lambda used: range(0, used - length + 1))


def steps_by_one_to_the_end(tokens, rows, length):
    return by_starts(tokens, rows, length, lambda used: range(used))


def never_stops(tokens, rows, length):
    return by_starts(tokens, rows, length, lambda used: itertools.count(0, length))


def cuts_rows_first(tokens, rows, length):
    width = (len(tokens) - 1) // rows
    return by_starts(tokens, rows, length, lambda used: range(0, width - length + 1, length), width)


def one_batch_less(tokens, rows, length):
    width = (len(tokens) // (rows * length) - 1) * length
    return by_starts(tokens, rows, length, lambda used: range(0, width, length), width)


def forgets_minus_one(tokens, rows, length):
    width = len(tokens) // (rows * length) * length
    return by_starts(tokens, rows, length, lambda used: range(0, width, length), width)


def meddles_while_it_runs(tokens, rows, length):
    yield from list(course_batches(tokens.clone(), rows, length))
    tokens[0] = 0


ANSWERS.is_wrong("each row is made of every third character")(batched(every_third))
ANSWERS.is_wrong("row 1 of a batch does not go on where row 1 of the batch before ended")(batched(text_after_text))
ANSWERS.is_wrong("your targets are the inputs: shift them by one")(with_targets(lambda i, t, text: i))
ANSWERS.is_wrong("the last target of each batch is its own first character")(
    each_batch(lambda inputs, targets: (inputs, inputs.roll(-1, 1)))
)
ANSWERS.is_wrong("the last target of each row is that row's own first character")(
    with_targets(lambda i, t, text: i.roll(-1, 1))
)
ANSWERS.is_wrong("the last target of each row is that row's own first character")(batched(wraps_within_row))
ANSWERS.is_wrong("the last target of each row is 0")(
    with_targets(lambda i, t, text: torch.cat([i[:, 1:], torch.zeros_like(i[:, :1])], 1))
)
ANSWERS.is_wrong("the very last target is the first character of all")(
    with_targets(lambda i, t, text: i.flatten().roll(-1).view_as(i))
)
ANSWERS.is_wrong("your targets are the next row")(with_targets(lambda i, t, text: i.roll(-1, 0)))
ANSWERS.is_wrong("your targets are shifted the wrong way")(
    with_targets(lambda i, t, text: torch.cat([text[:1], text[: i.numel() - 1]]).view_as(i))
)
ANSWERS.is_wrong("those are the targets: the inputs begin with the first token")(each_batch(lambda i, t: (t, i)))
ANSWERS.is_wrong("the inputs of a batch should have shape (batch, time)")(each_batch(lambda i, t: (i.t(), t.t())))
ANSWERS.is_wrong("there is one batch where 6 fit")(batched(first_alone))
ANSWERS.is_wrong("every batch is the first one")(batched(stands_still))
ANSWERS.is_wrong("the last batch is not full, (3, 3)")(batched(short_last))
ANSWERS.is_wrong("tokens have no target for the last character of batch 6")(batched(no_last_target))
ANSWERS.is_wrong("91 tokens fill 6 batches")(batched(wasteful))
ANSWERS.is_wrong("the batches come in another order")(batched(shuffled))
ANSWERS.is_wrong("the batches come in another order")(batched(lambda tokens, b, s: course_list(tokens, b, s)[::-1]))
ANSWERS.is_wrong("they overlap; step by `sequence_length`")(batched(steps_by_one))
ANSWERS.is_wrong("they overlap; step by `sequence_length`")(batched(steps_by_one_to_the_end))
ANSWERS.is_wrong("the batches do not end, and 6 fit")(batched(never_stops))
ANSWERS.is_wrong("90 tokens do not fill 6 batches: the last token is only a target")(batched(forgets_minus_one))
ANSWERS.is_wrong("row 2 begins at token 33, and should at token 30")(batched(cuts_rows_first))
ANSWERS.is_wrong("100 tokens make 6 batches, and there are 5")(batched(one_batch_less))
ANSWERS.is_wrong("`return` gives one pair and ends there")(batched(lambda tokens, b, s: course_list(tokens, b, s)[0]))
ANSWERS.is_wrong("the tokens do not fill the rows")(batched(all_rows_uncut))
ANSWERS.is_wrong("return the inputs and the targets of batch number 1")(each_batch(lambda i, t: (i,)))
ANSWERS.is_wrong("is None: `yield` each pair")(batched(lambda tokens, b, s: None))
ANSWERS.is_wrong("there is not one batch")(batched(lambda tokens, b, s: []))
ANSWERS.is_wrong("changes its argument `tokens`")(batched(meddles_while_it_runs))
ANSWERS.is_right(batched(lambda tokens, b, s: list(course_batches(tokens, b, s))))


@ANSWERS.is_right
def get_batches(tokens, batch_size, sequence_length):
    count = (len(tokens) - 1) // (batch_size * sequence_length)
    width = count * sequence_length
    for number in range(count):
        inputs, targets = [], []
        for row in range(batch_size):
            start = row * width + number * sequence_length
            inputs.append(tokens[start : start + sequence_length])
            targets.append(tokens[start + 1 : start + 1 + sequence_length])
        yield torch.stack(inputs), torch.stack(targets)


# ---------------------------------------------------------------------------------------------- train_epoch


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

# ------------------------------------------------------------------------------------------------- validate


def validation(
    *, mode=True, back="as before", grad=False, carry=True, first=None, result=None, switches_off=False, learns=None,
    once=False, loss_of=None, hand_on=None, exchanged=False, against_inputs=False, back_within=False,
):  # fmt: skip
    """Make a validation pass; each argument brings in one mistake."""

    def validate(model, batches):
        was = model.training
        if mode == "model only":
            model.training = False
        elif mode:
            model.eval()
        losses, state = [], first
        with torch.set_grad_enabled(grad or learns == "backward"):
            for inputs, targets in batches:
                inputs, targets = (targets, inputs) if exchanged else (inputs, targets)
                logits, new = model(inputs, state)
                state = tuple(part.detach() for part in new) if carry else None
                state = state if hand_on is None else hand_on(*new)
                goals = inputs if against_inputs else targets
                loss = F.cross_entropy(logits.flatten(0, 1), goals.flatten())
                loss = loss if loss_of is None else loss_of(logits, targets)
                losses.append(loss.item())
                if once:
                    break
                if back_within:
                    model.train(was)
        if back == "as before":
            model.train(was)
        elif back == "training":
            model.train()
        elif back == "model only":
            model.training = was
        if switches_off:
            torch.set_grad_enabled(False)
        if learns == "weights":
            model.output.bias.data.add_(0.1)
        if learns == "backward":
            model.output.bias.grad = torch.zeros_like(model.output.bias)
        mean = sum(losses) / len(losses)
        return mean if result is None else result(losses, mean)

    return validate


ANSWERS.is_wrong("the model was in training mode, so dropout would go on")(validation(mode=False))
ANSWERS.is_wrong("the layers inside the model were in training mode")(validation(mode="model only"))
ANSWERS.is_wrong("the model is left in evaluation mode")(validation(back=None))
ANSWERS.is_wrong("the layers inside the model stay in evaluation mode")(validation(back="model only"))
ANSWERS.is_wrong("in training mode afterwards")(validation(back="training"))
ANSWERS.is_wrong("gradients are still switched off")(validation(switches_off=True))
ANSWERS.is_wrong("gradients were recorded")(validation(grad=True))
ANSWERS.is_wrong("validation changed the weights")(validation(learns="weights"))
ANSWERS.is_wrong("each batch starts from a fresh state")(validation(carry=False))
ANSWERS.is_wrong("the first batch does not start from a fresh state")(validation(first=USED))
ANSWERS.is_wrong("hidden state and cell are exchanged from batch to batch")(validation(hand_on=lambda h, c: (c, h)))
ANSWERS.is_wrong("a batch does not start from the state that the batch before ended with")(
    validation(hand_on=lambda h, c: (h, torch.zeros_like(c)))
)
ANSWERS.is_wrong("the state is a generator, which parentheses")(
    validation(hand_on=lambda h, c: (part.detach() for part in (h, c)))
)
ANSWERS.is_wrong("F.cross_entropy did not take these shapes")(validation(loss_of=F.cross_entropy))
ANSWERS.is_wrong("a softmax is taken before the loss")(validation(loss_of=after_softmax))
ANSWERS.is_wrong("the loss is taken at the last position only")(validation(loss_of=at_last))
ANSWERS.is_wrong("the loss is taken at the first position only")(validation(loss_of=at_first))
ANSWERS.is_wrong("`view` mixes time and vocabulary")(validation(loss_of=viewed))
ANSWERS.is_wrong("that is the sum over all positions of a batch")(validation(loss_of=summed))
ANSWERS.is_wrong("is the `return` inside the loop?")(validation(once=True))
ANSWERS.is_wrong("that is the last batch's loss")(validation(result=lambda losses, mean: losses[-1]))
ANSWERS.is_wrong("that is the first batch's loss")(validation(result=lambda losses, mean: losses[0]))
ANSWERS.is_wrong("that is the sum of the batches' losses")(validation(result=lambda losses, mean: sum(losses)))
ANSWERS.is_wrong("that is the sum over all characters")(validation(result=lambda losses, mean: 36 * mean))
ANSWERS.is_wrong("divide by the number of batches, not of characters")(
    validation(result=lambda losses, mean: sum(losses) / 36)
)
ANSWERS.is_wrong("that is in bits")(validation(result=lambda losses, mean: mean / math.log(2)))
ANSWERS.is_wrong("that is the perplexity")(validation(result=lambda losses, mean: math.exp(mean)))
ANSWERS.is_wrong("is a tensor: make it a plain number")(validation(result=lambda losses, mean: torch.tensor(mean)))


@ANSWERS.is_right
@torch.no_grad()
def validate(model, batches):
    mode, total, count = model.training, 0.0, 0
    model.train(False)
    state = model.init_state(len(batches[0][0]))
    for inputs, targets in batches:
        logits, state = model(inputs, state)
        total += F.cross_entropy(logits.transpose(1, 2), targets, reduction="sum").item()
        count += targets.numel()
    if mode:
        model.train()
    return total / count


@ANSWERS.is_right
def validate(model, batches):
    before, losses, state = model.training, [], None
    model.eval()
    try:
        for inputs, targets in batches:
            with torch.inference_mode():
                logits, state = model(inputs, state)
            losses.append(F.cross_entropy(logits.flatten(0, 1), targets.flatten()))
    finally:
        model.train(before)
    return float(torch.stack(losses).mean())


ANSWERS.add_wrong(
    "validate",
    "batches that `get_batches` yields have no length",
    lambda model, batches: validation()(model, batches) * len(batches) / len(batches),
)
ANSWERS.is_wrong("put back into training mode before the last batch")(validation(back_within=True))
ANSWERS.is_wrong("the loss is taken against the inputs")(validation(against_inputs=True))
ANSWERS.is_wrong("inputs and targets are exchanged")(validation(exchanged=True))
