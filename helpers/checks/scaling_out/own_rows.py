"""Checks of lesson 07: the rows of one process."""

from itertools import chain, pairwise

import torch

from helpers.checks.expectations import Mistake, expect, expect_tensor, same

_CASES = [(8, 2), (5, 4), (8, 3), (7, 3), (3, 1), (61, 7)]  # rows, processes; the last: 7 * (61 / 7) is not 61


_TIME = 5


def own_rows(answer):
    """Whole rows, each in exactly one process, nearly equally many, and the same ones in every batch."""
    for rows, size in _CASES:
        batch = torch.randperm(rows * _TIME).view(rows, _TIME)  # no number comes twice, so a row can be found again
        shares = [_share(answer, batch, rank, size) for rank in range(size)]
        _expect_places(shares, rows, size)
        other = torch.randperm(rows * _TIME).view(rows, _TIME) + 100
        again = [_share(answer, other, rank, size) for rank in range(size)]
        expect(
            shares == again,
            "other rows are taken from the second batch than from the first: a stream must stay in its process, since "
            "its state is there",
        )
    batch = torch.arange(48).view(4, 3, 4)  # also rows of more dimensions, such as states
    expect_tensor(answer(batch, 0, 2), "the share of a batch of shape (4, 3, 4)", shape=(2, 3, 4))


def _share(answer, batch: torch.Tensor, rank: int, size: int) -> list[int]:
    """Return the places of the rows that a process takes."""
    what = f"the share of process {rank} of {size}"
    try:
        share = answer(batch, rank, size)
    except IndexError as error:
        expect(False, f"{what}, of {len(batch)} rows, raises IndexError ({error}): do some processes get nothing?")
    if isinstance(share, tuple | list) and all(isinstance(one, torch.Tensor) for one in share):
        raise Mistake(f"{what} should be its rows, and those of all processes are there: pick its own with `[rank]`")
    if isinstance(share, tuple | range):
        raise Mistake(f"{what} should be rows: those are the places of rows, so take the slice `batch[begin:end]`")
    expect_tensor(share, what)
    expect(
        share.dim() == 2 and share.shape[1] == batch.shape[1],
        _cut_wrong(share, batch, what),
    )
    places = [[place for place, row in enumerate(batch) if same(row, own)] for own in share]
    expect(all(places), f"{what} holds rows that are not in the batch: take rows as they are")
    return [place for (place,) in places]


def _cut_wrong(share: torch.Tensor, batch: torch.Tensor, what: str) -> str:
    if share.dim() == 2 and len(share) == len(batch):
        return (
            f"{what} is a stretch of time of every row: cut along the rows, dimension 0, or each process would start "
            "where another one has not been yet"
        )
    if share.dim() == 0:
        return f"{what} is a single number: `batch[begin, end]` picks one, and the slice `batch[begin:end]` has a colon"
    if share.dim() == 1 and len(share) != batch.shape[1]:
        return f"{what} has one dimension, and `batch` has {batch.dim()}: take a slice of `batch` itself, whole rows"
    if share.dim() == 1:
        return f"{what} is a single row without its dimension: take a slice of rows"
    return f"the shape of {what} should be (some of {len(batch)}, {batch.shape[1]}), and is {tuple(share.shape)}"


def _expect_places(shares: list[list[int]], rows: int, size: int) -> None:
    counts = [len(share) for share in shares]
    case = f"{rows} rows among {size} processes"
    if size > 1:
        expect(
            counts != [rows] * size,
            "each process takes the whole batch: they would all do the same work",
        )
        expect(
            any(one != other for one, other in pairwise(shares)),
            "every process takes the same rows: use `rank`",
        )
    for wrong, reason in _wrong_rules(rows, size):
        shares_all = sorted(chain(*wrong)) == list(range(rows))  # for some numbers a mistake makes no difference
        expect(shares_all or shares != wrong, f"{case}: {reason}")
    expect(
        not (counts[0] == 0 and rows >= size),
        f"{case}: process 0 takes nothing: ranks are counted from 0",
    )
    taken = [place for share in shares for place in share]
    twice = sorted({place for place in taken if taken.count(place) > 1})
    expect(not twice, f"{case}: row {twice[0] if twice else 0} goes to two processes, and would count twice")
    lost = sorted(set(range(rows)) - set(taken))
    if lost:
        reason = "what is left over must be taken, too" if rows % size else "each row must be in one of the shares"
        raise Mistake(f"{case}: row {lost[0]} goes to nobody: {reason}")
    expect(
        max(counts) - min(counts) <= 1,
        f"{case}: the shares have {counts} rows, and all wait for the largest: let them differ by one at most",
    )


def _wrong_rules(rows: int, size: int) -> list[tuple[list[list[int]], str]]:
    """Return the shares that known mistakes give, and the line that names the mistake."""
    everything, ranks = list(range(rows)), range(size)
    by_float = [everything[int(rank * (rows / size)) : int((rank + 1) * (rows / size))] for rank in ranks]
    return [
        ([everything[rows * rank // size : rows * rank] for rank in ranks], "the share of process 0 is empty: without brackets `rank + 1 // size` is `rank + 0`; write `(rank + 1)`"),
        ([everything[rank * size :][:size] for rank in ranks], "each share has `size` rows, but `size` is the number of processes, not of rows (`split` takes rows, `tensor_split` takes the number of parts)"),
        ([everything[rank - 1 :: size] for rank in ranks], "process 0 begins at row -1, the last: rank counts from 0, so take `rank`, not `rank - 1`"),
        ([everything[_TIME * rank // size : _TIME * (rank + 1) // size] for rank in ranks], "the columns are counted: `len(batch)` or `batch.shape[0]` is the number of rows"),
        ([everything[rows * rank // size : rows * (rank + 1) // size - 1] for rank in ranks], "the last row of each share is lost: a slice stops before its end anyway, so no `- 1`"),
        (by_float, "a row goes to nobody: `/` gives fractions that are slightly off; `//` gives whole numbers"),
    ]  # fmt: skip
