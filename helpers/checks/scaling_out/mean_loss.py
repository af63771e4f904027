"""Checks of lesson 07: a mean over the characters of all processes."""

import math

import torch

from helpers.checks.expectations import compare, expect, expect_number, same
from helpers.checks.scaling_out.ranks import run_ranks


def mean_loss(answer):
    """The mean over all characters, the same in each process, also where a process has none."""
    losses = [torch.rand(count) + shift for count, shift in ((5, 1.0), (4, 3.0), (2, 0.0))]
    results, sums = _run(answer, losses)
    expect(
        not sums or all(result is not None for result in results),
        "what you return is None: is the `return` missing, or is it what `all_reduce` returns? The sum stands in the "
        "tensor that it was given",
    )
    for rank in range(len(losses)):
        _compare(results[rank], losses, rank, called=bool(sums))
    same_length = [torch.rand(4) + shift for shift in (0.0, 2.0)]
    for rank, result in enumerate(_run(answer, same_length)[0]):
        _compare(result, same_length, rank, called=True)
    with_none = [torch.rand(4) + 1, torch.zeros(0)]
    results, _ = _run(answer, with_none)
    expect(
        not any(math.isnan(expect_number(result, "the mean")) for result in results),
        "where one process has no characters, the mean is NaN: its own mean is 0 / 0. Send its sum and its count, which "
        "are both 0",
    )
    _compare(results[0], with_none, 0, called=True)
    expect(
        same(results[1], results[0], 1e-5),
        f"a process without characters returns {results[1]:g}, and the others the mean of all: it returns that, too",
    )


def _run(answer, losses: list[torch.Tensor]):
    return run_ranks(lambda rank, all_reduce: answer(losses[rank].clone(), all_reduce), len(losses))


def _compare(result, losses: list[torch.Tensor], rank: int, *, called: bool) -> None:
    own = losses[rank].double()
    sums, counts = [one.double().sum().item() for one in losses], [len(one) for one in losses]
    total, count, size = sum(sums), sum(counts), len(losses)
    right = total / count
    means = [one.double().mean().item() if len(one) else 0.0 for one in losses]
    compare(
        expect_number(result, "the mean"), right, f"the mean over {count} characters, {_counts(counts)} in a process,",
        [
            (means[rank], "that is the mean of the own characters: " + ("it is not shared" if called else "`all_reduce` was never called")),
            (sum(means) / size, "that is the mean of the processes' means: a process with few characters counts as much as one with many"),
            (sum(means), "that is the sum of the processes' means: add up sums and counts, and divide once"),
            (sum(means) * len(own) / count, "the sum of the processes' means is weighed with the own count: hand over the sum of the losses, not their mean"),
            ((total + count) / 2, "that is the mean of sum and count: divide the one by the other"),
            (total / 2, "the sum of all is divided by 2: divide by the number of all characters"),
            (total * size / count, "the sum goes through `all_reduce` twice, and the second time sums are added up: once is enough"),
            (total / (count + size), "there is one character too many in each count"),
            (math.floor(right), "`//` cuts off what stands behind the point: divide with `/`"),
            *[(round(right, digits), "the mean is rounded: return it as it is") for digits in (1, 2, 3)],
            (sum(one.max().item() for one in losses if len(one)) / count, "the largest losses are added up: hand over the sum, with `.sum()`"),
            (sum(means) / 2, "the sum of the processes' means is divided by 2: there can be more processes, and the means must be weighed. Send sums and counts"),
            (sum(means) / count, "the processes' means are added up and divided by the number of all characters: send the sum, not the mean"),
            *[(total / sum(max(one, 1) for one in counts), "a process without characters must count 0, and counts 1 here")] * (0 in counts),
            (total, "that is the sum: divide it by the number of all characters"),
            (total / size, "the sum of all is divided by the number of processes: divide by the number of all characters"),
            (total / len(own) if len(own) else -1.0, "the sum of all is divided by the own count: add up the counts, too"),
            (sums[rank] / count, "the own sum is divided by the count of all: add up the sums, too"),
            (right / size, "the mean is divided by the number of processes once more"),
            (count / total, "sum and count are exchanged: the sum of all is divided by the count of all"),
            (math.floor(total) / count, "the sum has lost what stands behind the point: an integer tensor cannot hold it"),
            (sum(math.floor(one) for one in sums) / count, "the sums have lost what stands behind the point: an integer tensor cannot hold it"),
        ],
        tolerance=1e-5,
    )  # fmt: skip


def _counts(counts: list[int]) -> str:
    return f"{', '.join(map(str, counts[:-1]))} and {counts[-1]}"
