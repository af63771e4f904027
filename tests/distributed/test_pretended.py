"""Threads that pretend to be processes."""

import pytest
import torch

from helpers.distributed.pretended import pretend_processes


def test_each_gets_the_sum_of_all_every_time():
    def work(rank, all_reduce):
        sums = []
        for number in range(20):
            tensor = torch.tensor([1.0, rank * number])
            assert all_reduce(tensor) is None
            sums.append(tensor.tolist())
        return rank, sums

    results = pretend_processes(work, 3)
    assert [rank for rank, _ in results] == [0, 1, 2]
    assert all(sums == [[3.0, 3.0 * number] for number in range(20)] for _, sums in results)


def test_a_gradient_is_changed_where_it_is():
    weights = [torch.ones(2, requires_grad=True) for _ in range(2)]

    def work(rank, all_reduce):
        (weights[rank] * (rank + 1)).sum().backward()
        all_reduce(weights[rank].grad)

    pretend_processes(work, 2)
    assert [weight.grad.tolist() for weight in weights] == [[3.0, 3.0]] * 2


def test_the_mistake_of_one_is_raised_and_none_waits_for_ever():
    def work(rank, all_reduce):
        if rank == 1:
            raise KeyError("no such thing")
        all_reduce(torch.ones(1))

    with pytest.raises(KeyError, match="no such thing"):
        pretend_processes(work, 2)


def test_one_call_too_many_ends(monkeypatch):
    monkeypatch.setattr("helpers.distributed.pretended.SECONDS", 0.2)
    with pytest.raises(RuntimeError, match="not all processes called `all_reduce` equally often"):
        pretend_processes(lambda rank, all_reduce: [all_reduce(torch.ones(1)) for _ in range(rank)], 2)
