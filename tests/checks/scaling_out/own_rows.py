"""What learners hand in for `own_rows` of lesson 07."""

import math

import torch

from tests.checks.answers import Answers

ANSWERS = Answers()
right, wrong = ANSWERS.add_right, ANSWERS.add_wrong


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
