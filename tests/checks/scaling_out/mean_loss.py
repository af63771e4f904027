"""What learners hand in for `mean_loss` of lesson 07."""

import torch

from tests.checks.answers import Answers

ANSWERS = Answers()
right, wrong = ANSWERS.add_right, ANSWERS.add_wrong


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
