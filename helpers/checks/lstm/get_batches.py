"""Checks of lesson 04: contiguous batches."""

from collections.abc import Iterable

import torch

from helpers.checks.expectations import Mistake, compare, expect, expect_parts, expect_tensor, same

_ROWS, _LENGTH, _COUNT = 3, 5, 6  # six full batches; what is left over fills no seventh one


_WIDTH, _WHOLE = _LENGTH * _COUNT, _ROWS * _LENGTH * _COUNT


_TOKENS, _MOST = 100, 60  # more batches than anybody makes who comes to an end


_LAST = "the last token is only a target, so there are n = (N − 1) // (batch_size · sequence_length) batches"


def get_batches(answer):
    """Contiguous rows, cut into full batches, each target one character further on in the text."""
    tokens = torch.randperm(_TOKENS) + 100  # in no order: a next token cannot be had by adding 1
    given = tokens.clone()
    pairs = _collect(answer, tokens)
    expect(same(tokens, given), "`get_batches` changes its argument `tokens`: leave it as it is")
    expect(
        not pairs or not same(pairs[0][0], tokens[: _ROWS * _LENGTH].view(_ROWS, _LENGTH)),
        "row 1 of a batch does not go on where row 1 of the batch before ended: cut the text into rows first, and the "
        "rows into batches",
    )
    _compare_shapes([inputs for inputs, _ in pairs])
    inputs, targets = (torch.cat([pair[side] for pair in pairs], dim=1) for side in (0, 1))
    _compare_inputs(inputs, tokens)
    _compare_targets(targets, inputs, tokens)
    _expect_exact_fit(answer, tokens[: _WHOLE + 1])


def _collect(answer, tokens: torch.Tensor) -> list:
    """Go through all batches, at most a few more than there can be."""
    try:
        result = answer(tokens, _ROWS, _LENGTH)
        expect(result is not None, "what you return, the batches, is None: `yield` each pair")
        expect(
            isinstance(result, Iterable) and not isinstance(result, torch.Tensor),
            "the batches cannot be gone through: `yield` a pair of inputs and targets for each",
        )
        expect(
            not (isinstance(result, tuple) and all(isinstance(part, torch.Tensor) for part in result)),
            "`return` gives one pair and ends there: `yield` gives one pair after the other",
        )
        pairs = [pair for pair, _ in zip(result, range(_MOST), strict=False)]
    except RuntimeError as error:
        if "invalid for input of size" not in str(error):
            raise
        if len(tokens) == _WHOLE:
            raise Mistake(f"{_WHOLE} tokens do not fill {_COUNT} batches: {_LAST}") from None
        raise Mistake(
            f"the tokens do not fill the rows ({error}): keep only as many as make full batches, and reshape those"
        ) from None
    for number, pair in enumerate(pairs, 1):
        expect_parts(pair, 2, f"the inputs and the targets of batch number {number}")
        for part, name in zip(pair, ("inputs", "targets"), strict=True):
            expect_tensor(part, f"the {name} of batch number {number}")
        expect(pair[0].shape == pair[1].shape, f"inputs and targets of batch number {number} differ in shape")
    return pairs


def _compare_shapes(batches: list[torch.Tensor]) -> None:
    shapes, right = [tuple(inputs.shape) for inputs in batches], [(_ROWS, _LENGTH)] * _COUNT
    if shapes == right:
        return
    expect(len(shapes) > 0, "there is not one batch: `yield` each pair")
    if len(shapes[0]) != 2 or shapes[0][0] != _ROWS:
        raise Mistake(
            f"the inputs of a batch should have shape (batch, time), {right[0]} in the example, and have {shapes[0]}: "
            "reshape to (batch_size, length), and cut along dimension 1"
        )
    if shapes[:2] == right[:2] and same(batches[0][:, 1:], batches[1][:, :-1]):
        raise Mistake(
            f"there are too many batches, {len(shapes)} where {_COUNT} fit: they overlap; step by `sequence_length`"
        )
    expect(
        len(shapes) < _MOST,
        f"the batches do not end, and {_COUNT} fit: stop at the end of the rows, `range(0, length, sequence_length)`",
    )
    if shapes == right[:1]:
        raise Mistake(f"there is one batch where {_COUNT} fit: is there a `return` inside the loop?")
    if shapes[: len(right)] == right and shapes[-1] != right[0]:
        raise Mistake(f"the last batch is not full, {shapes[-1]}: leave out what does not fill a batch")
    if set(shapes) == set(right):
        raise Mistake(
            f"{_TOKENS} tokens make {_COUNT} batches, and there are {len(shapes)}: {_LAST}, which begin at `range(0, n * sequence_length, sequence_length)`"
        )
    raise Mistake(
        f"{_TOKENS} tokens make {_COUNT} batches of {_ROWS} rows and {_LENGTH} characters; the shapes of yours are "
        f"{sorted(set(shapes), reverse=True)}"
    )


def _rows(tokens: torch.Tensor, start: int) -> torch.Tensor:
    return tokens[start : start + _WHOLE].view(_ROWS, _WIDTH)


def _compare_inputs(inputs: torch.Tensor, tokens: torch.Tensor) -> None:
    whole, right = tokens[:_WHOLE], _rows(tokens, 0)
    _expect_order(inputs, right)
    mistakes = [
        (whole.view(-1, _ROWS).t(), "each row is made of every third character: reshape to (batch_size, length), not to (length, batch_size)"),
        (_rows(tokens, 1), "those are the targets: the inputs begin with the first token"),
        (right[:, :_LENGTH].repeat(1, _COUNT), "every batch is the first one: move on by sequence_length"),
        (right.flip(0), "the rows stand in the reverse order"),
    ]  # fmt: skip
    if not any(same(inputs, wrong) for wrong, _ in mistakes):
        _expect_row_starts(inputs, tokens)
    compare(inputs, right, "the inputs, all batches side by side,", mistakes)


def _expect_order(inputs: torch.Tensor, right: torch.Tensor) -> None:
    """Hold batches that are the right ones to their order."""
    own, wanted = ([piece.flatten().tolist() for piece in one.split(_LENGTH, 1)] for one in (inputs, right))
    expect(
        own == wanted or sorted(own) != sorted(wanted),
        "the batches come in another order: the state would not go on from one to the next; take them from left to right",
    )


def _expect_row_starts(inputs: torch.Tensor, tokens: torch.Tensor) -> None:
    """Hold rows that are pieces of the text to begin where those before them end."""
    for number, row in enumerate(inputs):
        start = int((tokens == row[0]).nonzero()[0]) if (tokens == row[0]).any() else number * _WIDTH
        if same(row, tokens[start : start + _WIDTH]):
            expect(
                start == number * _WIDTH,
                f"row {number + 1} begins at token {start}, and should at token {number * _WIDTH}: each row is n · "
                f"sequence_length = {_COUNT} · {_LENGTH} tokens long",
            )


def _compare_targets(targets: torch.Tensor, inputs: torch.Tensor, tokens: torch.Tensor) -> None:
    pieces = inputs.split(_LENGTH, 1)
    compare(
        targets, _rows(tokens, 1), "the targets, all batches side by side,",
        [
            (inputs, "your targets are the inputs: shift them by one"),
            (torch.cat([piece.roll(-1, 1) for piece in pieces], 1), "the last target of each batch is its own first character: it is the first one of the next batch"),
            (inputs.roll(-1, 1), "the last target of each row is that row's own first character: take the targets from the text, one further on"),
            (torch.cat([inputs[:, 1:], torch.zeros_like(inputs[:, :1])], 1), "the last target of each row is 0: take the targets from the text, one further on"),
            (inputs.flatten().roll(-1).view_as(inputs), "the very last target is the first character of all: take the targets from the text, one further on"),
            (torch.cat([inputs[1:], inputs[:1]]), "your targets are the next row: shift by one character, along time"),
            (torch.cat([tokens[:1], tokens[: inputs.numel() - 1]]).view_as(inputs), "your targets are shifted the wrong way: the target is the *next* character"),
        ],
    )  # fmt: skip


def _expect_exact_fit(answer, tokens: torch.Tensor) -> None:
    count = len(_collect(answer, tokens))
    expect(
        count == _COUNT,
        f"{len(tokens)} tokens fill {_COUNT} batches, the last token is only a target; you have {count}",
    )
    count = len(_collect(answer, tokens[:-1]))
    expect(
        count == _COUNT - 1,
        f"{len(tokens) - 1} tokens have no target for the last character of batch {_COUNT}, so leave that batch out: "
        "count full batches of the text without its last character",
    )
