"""Answers to lesson 07."""

import math

import torch
import torch.nn.functional as F
from torch import nn

from helpers.answers.scaling_out import average_gradients as course_average
from tests.checks.answers import Answers

ANSWERS = Answers()
right, wrong = ANSWERS.add_right, ANSWERS.add_wrong

# -------------------------------------------------------------------------------------------------- own_rows


def equal_parts(batch, rank, size):
    count = len(batch) // size
    return batch[rank * count : (rank + 1) * count]


def rounded_up(batch, rank, size):
    count = math.ceil(len(batch) / size)
    return batch[rank * count : (rank + 1) * count]


def overlapping(batch, rank, size):
    return batch[len(batch) * rank // size : len(batch) * (rank + 1) // size + 1]


def rest_to_the_last(batch, rank, size):
    count = len(batch) // size
    return batch[rank * count :] if rank == size - 1 else batch[rank * count : (rank + 1) * count]


def shuffled(batch, rank, size):
    generator = torch.Generator().manual_seed(int(batch.sum()))  # the same draw in all processes, another each batch
    return batch[torch.randperm(len(batch), generator=generator)].tensor_split(size)[rank]


def by_floats(batch, rank, size):
    share = len(batch) / size
    return batch[int(rank * share) : int((rank + 1) * share)]


def in_order_of_content(batch, rank, size):
    return batch[batch[:, 0].argsort()][rank::size]


for line, function in {
    "is a stretch of time of every row": lambda batch, rank, size: batch.tensor_split(size, dim=1)[rank],
    "each process takes the whole batch": lambda batch, rank, size: batch,
    "every process takes the same rows": lambda batch, rank, size: batch[: max(len(batch) // size, 1)],
    "what is left over must be taken": equal_parts,
    "goes to two processes": overlapping,
    "process 0 takes nothing": lambda batch, rank, size: batch.tensor_split(size)[rank - 1] if rank else batch[:0],
    "and all wait for the largest": rest_to_the_last,
    "other rows are taken from the second batch": shuffled,
    "is a single row without its dimension": lambda batch, rank, size: batch[rank],
    "do some processes get nothing?": lambda batch, rank, size: batch.chunk(size)[rank],
    "`split` takes rows, `tensor_split` takes the number": lambda batch, rank, size: batch.split(size)[rank],
    "rank counts from 0, so take `rank`": lambda batch, rank, size: batch[rank - 1 :: size],
    "each row must be in one of the shares": lambda batch, rank, size: batch[rank * 3 : (rank + 1) * 3],
    "without brackets `rank + 1 // size`": lambda batch, rank, size: batch[
        len(batch) * rank // size : len(batch) * rank + 1 // size
    ],
    "has one dimension, and `batch` has 2": lambda batch, rank, size: torch.arange(len(batch))[rank::size],
    "goes to nobody: `/` gives fractions": by_floats,
    "holds rows that are not in the batch": lambda batch, rank, size: batch.flip(1)[rank::size],
}.items():
    wrong("own_rows", line, function)
for line, function in {
    "pick its own with `[rank]`": lambda batch, rank, size: batch.tensor_split(size),
    "those are the places of rows": lambda batch, rank, size: (rank * len(batch) // size, len(batch)),
    "`batch[begin, end]` picks one": lambda batch, rank, size: batch[0, 1],
    "the columns are counted": lambda batch, rank, size: batch[
        batch.shape[1] * rank // size : batch.shape[1] * (rank + 1) // size
    ],
    "a slice stops before its end": lambda batch, rank, size: batch[
        len(batch) * rank // size : len(batch) * (rank + 1) // size - 1
    ],
}.items():
    wrong("own_rows", line, function)
wrong("own_rows", "those are the places of rows", lambda batch, rank, size: range(rank, len(batch), size))
wrong("own_rows", "and all wait for the largest", rounded_up)
wrong(
    "own_rows",
    "`split` takes rows, `tensor_split` takes the number",
    lambda batch, rank, size: batch[rank * size : (rank + 1) * size],
)
wrong("own_rows", "other rows are taken from the second batch", in_order_of_content)
wrong("own_rows", "has one dimension, and `batch` has 2", lambda batch, rank, size: batch.flatten()[rank::size])
for function in (
    lambda batch, rank, size: batch[rank::size],
    lambda batch, rank, size: batch.tensor_split(size)[rank],
    lambda batch, rank, size: torch.stack([row for place, row in enumerate(batch) if place % size == rank]),
):
    right("own_rows", function)

# -------------------------------------------------------------------------------------------------- average_gradients


def gradients(model):
    return [parameter.grad for parameter in model.parameters() if parameter.grad is not None]


def summed(model, all_reduce, size):
    for gradient in gradients(model):
        all_reduce(gradient)


def divided_twice(model, all_reduce, size):
    for gradient in gradients(model):
        gradient /= size
        all_reduce(gradient)
        gradient /= size


def weights(model, all_reduce, size):
    for parameter in model.parameters():
        all_reduce(parameter.data)
        parameter.data /= size


def all_weights_at_once(model, all_reduce, size):
    flat = nn.utils.parameters_to_vector(model.parameters()).detach()
    all_reduce(flat)
    nn.utils.vector_to_parameters(flat / size, model.parameters())


def summed_weights(model, all_reduce, size):
    for parameter in model.parameters():
        all_reduce(parameter.data)


def of_a_copy(model, all_reduce, size):
    for gradient in gradients(model):
        copy = gradient.clone()
        all_reduce(copy)
        copy /= size


def out_of_place(model, all_reduce, size):
    for gradient in gradients(model):
        all_reduce(gradient.clone())
        gradient = gradient / size


def own_only(model, all_reduce, size):
    for gradient in gradients(model):
        all_reduce(gradient.clone())
        gradient /= size


def by_parameters(model, all_reduce, size):
    count = len(list(model.parameters()))
    for gradient in gradients(model):
        all_reduce(gradient)
        gradient /= count


def first_only(model, all_reduce, size):
    for gradient in gradients(model):
        all_reduce(gradient)
        gradient /= size
        return


def by_two(model, all_reduce, size):
    for gradient in gradients(model):
        all_reduce(gradient)
        gradient /= 2


def by_one_less(model, all_reduce, size):
    for gradient in gradients(model):
        all_reduce(gradient)
        gradient /= size - 1


def divides_after_the_loop(model, all_reduce, size):
    for gradient in gradients(model):
        all_reduce(gradient)
    gradient /= size


def with_operation(model, all_reduce, size):
    for gradient in gradients(model):
        all_reduce(gradient, op=torch.distributed.ReduceOp.AVG)


def of_torch(model, all_reduce, size):
    for gradient in gradients(model):
        torch.distributed.all_reduce(gradient)
        gradient /= size


def keeps_length(model, all_reduce, size):
    before = torch.cat([one.flatten() for one in gradients(model)]).norm()
    course_average(model, all_reduce, size)
    nn.utils.get_total_norm(gradients(model))
    after = torch.cat([one.flatten() for one in gradients(model)]).norm()
    for gradient in gradients(model):
        gradient *= before / after


def trips_over_none(model, all_reduce, size):
    for parameter in model.parameters():
        all_reduce(parameter.grad)
        parameter.grad /= size


def only_if_large(model, all_reduce, size):
    for gradient in gradients(model):
        if gradient.flatten()[0] > 0:
            all_reduce(gradient)
            gradient /= size


def some_processes(model, all_reduce, size):
    if gradients(model)[0].sum() > 0:
        course_average(model, all_reduce, size)


def gathered_means(model, all_reduce, size):
    for gradient in gradients(model):
        all_reduce(gradient.mean().item())


def forgets(model, all_reduce, size):
    summed(model, all_reduce, size)
    model.zero_grad()


def summed_twice(model, all_reduce, size):
    for gradient in gradients(model):
        all_reduce(gradient)
        all_reduce(gradient)
        gradient /= size


def quotient_lost(model, all_reduce, size):
    for gradient in gradients(model):
        all_reduce(gradient)
        gradient = gradient / size


def quotient_of_nothing(model, all_reduce, size):
    for parameter in model.parameters():
        if parameter.grad is not None:
            parameter.grad = all_reduce(parameter.grad) / size


def nothing_put_back(model, all_reduce, size):
    for parameter in model.parameters():
        if parameter.grad is not None:
            total = all_reduce(parameter.grad)
            parameter.grad = total


def divides_none(model, all_reduce, size):
    for parameter in model.parameters():
        parameter.grad /= size
        all_reduce(parameter.grad)


def zeros_for_none(model, all_reduce, size):
    for parameter in model.parameters():
        if parameter.grad is None:
            parameter.grad = torch.zeros_like(parameter)
    course_average(model, all_reduce, size)


def passes_over_zeros(model, all_reduce, size):
    for gradient in gradients(model):
        if gradient.any():
            all_reduce(gradient)
            gradient /= size


for line, function in {
    "that is the sum of the gradients": summed,
    "divided by `size` twice": divided_twice,
    "the weights are averaged, not the gradients": weights,
    "the gradients are as they were": of_a_copy,
    "each process divides its own gradient": own_only,
    "by the number of parameters": by_parameters,
    "only the first gradients are averaged": first_only,
    "the sum is divided by 2": by_two,
    "is stretched to the length of the own one": keeps_length,
    "and `all_reduce` cannot take it": trips_over_none,
    "its `grad` is None: pass it over": divides_none,
    "each gradient goes through `all_reduce` twice": summed_twice,
    "`all_reduce` returns nothing": quotient_of_nothing,
    "a parameter without a gradient is given one": zeros_for_none,
    "a gradient of zeros is passed over": passes_over_zeros,
    "and would wait for it for ever": some_processes,
    "hand tensors of different shapes": only_if_large,
    "`all_reduce` takes a tensor, and was given a float": gathered_means,
    "the gradients are gone": forgets,
    "`all_reduce` was never called": lambda model, all_reduce, size: None,
}.items():
    wrong("average_gradients", line, function)
wrong("average_gradients", "`all_reduce` takes one tensor, and always adds", with_operation)
wrong("average_gradients", "use the `all_reduce` that you were given", of_torch)
wrong("average_gradients", "divided by `size - 1`", by_one_less)
wrong(
    "average_gradients", "only the last gradient is divided: the division stands after the loop", divides_after_the_loop
)
wrong("average_gradients", "the weights are averaged, not the gradients", all_weights_at_once)
wrong("average_gradients", "the weights are averaged, not the gradients", summed_weights)
wrong("average_gradients", "the gradients are as they were", out_of_place)
wrong("average_gradients", "that is the sum of the gradients", quotient_lost)
wrong("average_gradients", "the gradients are gone", nothing_put_back)


def then(change):
    """Return an average after which each parameter is changed."""

    def average(model, all_reduce, size):
        course_average(model, all_reduce, size)
        with torch.no_grad():
            for parameter in model.parameters():
                change(parameter)

    return average


def averages(quotient, chosen=lambda parameter: True):
    """Return an average that makes this of a sum, the number of processes, and the gradient before."""

    def average(model, all_reduce, size):
        for parameter in model.parameters():
            if parameter.grad is not None and chosen(parameter):
                own = parameter.grad.clone()
                all_reduce(parameter.grad)
                parameter.grad = quotient(parameter.grad, size, own)

    return average


def stops_at_none(model, all_reduce, size):
    for parameter in model.parameters():
        if parameter.grad is None:
            break
        all_reduce(parameter.grad)
        parameter.grad /= size


def returns_the_first(model, all_reduce, size):
    for gradient in gradients(model):
        all_reduce(gradient)
        return gradient / size


for line, function in {
    "and the optimizer takes the step": then(lambda parameter: parameter.sub_(parameter.grad)),
    "the sum is multiplied by `size`": averages(lambda total, size, own: total * size),
    "`//` cuts off what stands behind the point": averages(lambda total, size, own: total // size),
    "which holds it already": averages(lambda total, size, own: (own + total) / size),
    "parameters of one dimension, the biases, are left": averages(
        lambda total, size, own: total / size, lambda parameter: parameter.dim() > 1
    ),
    "only the first gradient goes through `all_reduce`": returns_the_first,
    "no `break` or `return` there, `continue`": stops_at_none,
}.items():
    wrong("average_gradients", line, function)
wrong("average_gradients", "which holds it already", averages(lambda total, size, own: own + total))


def divides_first(model, all_reduce, size):
    for parameter in model.parameters():
        if parameter.grad is not None:
            share = parameter.grad / size
            all_reduce(share)
            parameter.grad = share


def in_one_message(model, all_reduce, size):
    found = gradients(model)
    flat = torch.cat([gradient.flatten() for gradient in found])
    all_reduce(flat)
    for gradient, mean in zip(found, (flat / size).split([one.numel() for one in found]), strict=True):
        gradient.copy_(mean.view_as(gradient))


right("average_gradients", divides_first)
right("average_gradients", in_one_message)

# -------------------------------------------------------------------------------------------------- mean_loss


def reduced(value, all_reduce):
    tensor = torch.as_tensor(value, dtype=torch.float32).clone()
    all_reduce(tensor)
    return tensor.item()


def number_of_processes(all_reduce):
    return reduced(1.0, all_reduce)


def whole_numbers(losses, all_reduce):
    total = torch.tensor([int(losses.sum()), len(losses)])
    all_reduce(total)
    return (total[0] / total[1]).item()


def in_place(losses, all_reduce):
    losses = losses.sum(0, keepdim=True)
    all_reduce(losses)
    return losses


def weighed_by_means(losses, all_reduce):
    """Right, but for a process without characters."""
    count = float(len(losses))
    return reduced(losses.mean() * count, all_reduce) / reduced(count, all_reduce)


def uses_what_comes_back(losses, all_reduce):
    both = torch.tensor([losses.sum(), float(len(losses))])
    both = all_reduce(both)
    return (both[0] / both[1]).item()


def means_and_counts(losses, all_reduce):
    both = torch.stack([losses.mean(), torch.tensor(float(len(losses)))])
    all_reduce(both)
    return (both[0] / both[1]).item()


for line, function in {
    "`all_reduce` was never called": lambda losses, all_reduce: losses.mean().item(),
    "that is the mean of the processes' means": lambda losses, all_reduce: (
        reduced(losses.mean(), all_reduce) / number_of_processes(all_reduce)
    ),
    "that is the sum of the processes' means": lambda losses, all_reduce: reduced(losses.mean(), all_reduce),
    "that is the sum: divide it": lambda losses, all_reduce: reduced(losses.sum(), all_reduce),
    "is divided by the number of processes: divide": lambda losses, all_reduce: (
        reduced(losses.sum(), all_reduce) / number_of_processes(all_reduce)
    ),
    "is divided by the own count": lambda losses, all_reduce: reduced(losses.sum(), all_reduce) / len(losses),
    "the own sum is divided by the count of all": lambda losses, all_reduce: (
        losses.sum().item() / reduced(float(len(losses)), all_reduce)
    ),
    "`all_reduce` returns nothing": uses_what_comes_back,
    "or is it what `all_reduce` returns?": lambda losses, all_reduce: all_reduce(losses.sum()),
    "the sum of the processes' means is divided by 2": lambda losses, all_reduce: (
        reduced(losses.mean(), all_reduce) / 2
    ),
    "send the sum, not the mean": means_and_counts,
    "a process without characters must count 0": lambda losses, all_reduce: (
        reduced(losses.sum(), all_reduce) / reduced(float(max(len(losses), 1)), all_reduce)
    ),
    "by the number of processes once more": lambda losses, all_reduce: (
        reduced(losses.sum(), all_reduce) / reduced(float(len(losses)), all_reduce) / number_of_processes(all_reduce)
    ),
    "have lost what stands behind the point": whole_numbers,
    "tensors of different shapes": lambda losses, all_reduce: (all_reduce(losses), losses.mean().item())[1],
    "is a tensor: make it a plain number": in_place,
    "the mean is NaN": weighed_by_means,
    "that is the mean of the own characters: it is not shared": lambda losses, all_reduce: (
        all_reduce(losses.sum()),
        losses.mean().item(),
    )[1],
    "`all_reduce` takes a tensor": lambda losses, all_reduce: all_reduce(losses.sum().item()),
}.items():
    wrong("mean_loss", line, function)
wrong(
    "mean_loss",
    "there is one character too many in each count",
    lambda losses, all_reduce: reduced(losses.sum(), all_reduce) / reduced(len(losses) + 1.0, all_reduce),
)
wrong(
    "mean_loss",
    "sum and count are exchanged",
    lambda losses, all_reduce: reduced(float(len(losses)), all_reduce) / reduced(losses.sum(), all_reduce),
)
right(
    "mean_loss",
    lambda losses, all_reduce: reduced(losses.sum(), all_reduce) / reduced(float(len(losses)), all_reduce),
)


def of_pair(quotient):
    """Return a mean that makes this of the sum and the count of all."""

    def mean_loss(losses, all_reduce):
        pair = torch.stack([losses.sum(), torch.tensor(float(len(losses)))])
        all_reduce(pair)
        return float(quotient(pair, losses))

    return mean_loss


def whole_where_there_is_none(losses, all_reduce):
    pair = torch.tensor([sum(losses), len(losses)])
    all_reduce(pair)
    return (pair[0] / pair[1]).item()


def summed_once_more(losses, all_reduce):
    total = losses.sum()
    all_reduce(total)
    all_reduce(total)
    return total.item() / reduced(float(len(losses)), all_reduce)


def mean_weighed_late(losses, all_reduce):
    return reduced(losses.mean(), all_reduce) * len(losses) / reduced(float(len(losses)), all_reduce)


for line, function in {
    "a process without characters returns 0": of_pair(lambda pair, losses: pair[0] / pair[1] if len(losses) else 0),
    "that is the mean of sum and count": of_pair(lambda pair, losses: pair.mean()),
    "the sum of all is divided by 2": of_pair(lambda pair, losses: pair[0] / 2),
    "`//` cuts off what stands behind the point": of_pair(lambda pair, losses: pair[0] // pair[1]),
    "the mean is rounded": of_pair(lambda pair, losses: round((pair[0] / pair[1]).item(), 2)),
    "the largest losses are added up": lambda losses, all_reduce: (
        reduced(losses.max(), all_reduce) / reduced(float(len(losses)), all_reduce)
    ),
    "the sum goes through `all_reduce` twice": summed_once_more,
    "means is weighed with the own count": mean_weighed_late,
    "tensors of different types to `all_reduce`": whole_where_there_is_none,
    "over 11 characters, 5, 4 and 2 in a process": of_pair(lambda pair, losses: pair[0] / pair[1] + 0.1),
}.items():
    wrong("mean_loss", line, function)


def on_doubles(losses, all_reduce):
    both = torch.tensor([sum(losses.tolist()), losses.numel()], dtype=torch.float64)
    all_reduce(both)
    total, count = both.tolist()
    return total / count


right("mean_loss", on_doubles)

# -------------------------------------------------------------------------------------------------- parallel_step


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

# -------------------------------------------------------------------------------------------------- scaled_rate


def share(step, warmup_steps):
    return min(step / warmup_steps, 1) if warmup_steps else 1


for line, function in {
    "the rate is divided": lambda step, base_rate, times, warmup_steps: base_rate / times,
    "the rate falls": lambda s, b, t, w: b * (1 + (1 / t - 1) * share(s, w)),
    "there is no warm-up": lambda s, b, t, w: b * t,
    "the rate stays as it was": lambda s, b, t, w: b,
    "the warm-up begins at 0": lambda s, b, t, w: b * t * share(s, w),
    "the warm-up ends one step late": lambda s, b, t, w: b * (1 + (t - 1) * share(s - 1, w)),
    "step 1 has the base rate": lambda s, b, t, w: b * (1 + (t - 1) * share(s - 1, w - 1)),
    "the warm-up ends one step early": lambda s, b, t, w: b * (1 + (t - 1) * share(s + 1, w)),
    "that is the rule of the square root": lambda s, b, t, w: b * (1 + (t**0.5 - 1) * share(s, w)),
    "goes on rising after the warm-up": lambda s, b, t, w: b * (1 + (t - 1) * s / w),
    "one base rate too high": lambda s, b, t, w: b * (1 + t * share(s, w)),
    "rises to `times` itself": lambda s, b, t, w: b + (t - b) * share(s, w),
    "rises along a curve": lambda s, b, t, w: b * t ** share(s, w),
    "jumps from small to large": lambda s, b, t, w: b * t if s >= w else b,
    "that is the factor: multiply": lambda s, b, t, w: 1 + (t - 1) * share(s, w),
    "with no warm-up steps it divides by 0": lambda s, b, t, w: b * (1 + (t - 1) * min(s / w, 1)),
    "with no warm-up steps the first step should have": lambda s, b, t, w: b * (1 + (t - 1) * share(s, w)) if w else b,
}.items():
    wrong("scaled_rate", line, function)


wrong("scaled_rate", "the way is `base_rate * (times - 1)` long", lambda s, b, t, w: b * min(1 + t * s / w, t))
wrong("scaled_rate", "the way has `warmup_steps` steps, not", lambda s, b, t, w: b * (1 + (t - 1) * share(s, w + 1)))
wrong("scaled_rate", "multiply the way by the base rate, too", lambda s, b, t, w: b + (t - 1) * share(s, w))
wrong("scaled_rate", "the share of the way is bent", lambda s, b, t, w: b * (1 + (t - 1) * share(s, w) ** 0.5))


def falls_back(s, b, t, w):
    return b * (1 + (t - 1) * share(s, w)) if s <= w else b


for line, function in {
    "that is the way alone": lambda s, b, t, w: b * (t - 1) * share(s, w),
    "brackets are missing": lambda s, b, t, w: b + b * t * share(s, w) - 1,
    "`max` takes the larger": lambda s, b, t, w: b * (1 + (t - 1) * max(s / w, 1)),
    "the share of the way is upside down": lambda s, b, t, w: b * (1 + (t - 1) * min(w / s, 1)),
    "the way goes down": lambda s, b, t, w: b * (1 + (1 - t) * share(s, w)),
    "two base rates too high": lambda s, b, t, w: b * (1 + (t + 1) * share(s, w)),
    "drops back to the base rate": falls_back,
    "rises like a cosine": lambda s, b, t, w: b * (1 + (t - 1) * (1 - math.cos(math.pi * share(s, w))) / 2),
}.items():
    wrong("scaled_rate", line, function)
wrong("scaled_rate", "the share of the way is upside down", lambda s, b, t, w: b * (1 + (t - 1) * w / s))


def in_two_cases(step, base_rate, times, warmup_steps):
    if step >= warmup_steps:
        return times * base_rate
    return base_rate + step * (times * base_rate - base_rate) / warmup_steps


right("scaled_rate", in_two_cases)
right("scaled_rate", lambda s, b, t, w: b * (1 - share(s, w)) + b * t * share(s, w))

# -------------------------------------------------------------------------------------------------- accumulated_step


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
