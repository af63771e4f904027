"""Processes that are run one after the other, for the checks of lesson 07."""

import pytest
import torch

from helpers.checks.expectations import Mistake
from helpers.checks.scaling_out.ranks import run_ranks


def test_what_a_call_returns_may_decide_about_the_next():
    def call(rank, all_reduce):
        count = torch.tensor([float(rank + 1)])
        all_reduce(count)
        share = torch.tensor([rank / count.item()])
        all_reduce(share)
        return count.item(), share.item()

    results, sums = run_ranks(call, 3)
    assert results == [(6.0, 0.5)] * 3
    assert [one.item() for one in sums] == [6.0, 0.5]


@pytest.mark.parametrize(
    ("call", "line"),
    [
        (lambda rank, all_reduce: rank and all_reduce(torch.ones(1)), "process 1 calls `all_reduce` more often"),
        (
            lambda rank, all_reduce: all_reduce(torch.ones(rank + 1)),
            r"shapes to `all_reduce`, \(1,\) and \(2,\)",
        ),
        (lambda rank, all_reduce: all_reduce(3.0), "takes a tensor, and was given a float"),
    ],
)
def test_what_would_hang_or_crash_real_processes_is_named(call, line):
    with pytest.raises(Mistake, match=line):
        run_ranks(call, 2)


def test_calls_without_end_are_stopped():
    def call(rank, all_reduce):
        while True:
            all_reduce(torch.ones(1))

    with pytest.raises(Mistake, match="more than 100 times"):
        run_ranks(call, 2)
