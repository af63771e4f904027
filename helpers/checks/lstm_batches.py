"""Checks of lesson 04: contiguous batches."""

from collections.abc import Iterable

import torch

from helpers.checks.expectations import Mistake, compare, expect, expect_parts, expect_tensor, same

_ROWS, _LENGTH, _COUNT = 3, 5, 2  # two full batches; what is left over fills no third one


def get_batches(answer):
    """Contiguous rows, cut into full batches, each target one character further on in the text."""
    tokens = torch.randperm(40) + 100  # in no order: a next token cannot be had by adding 1
    given = tokens.clone()
    pairs = _collect(answer, tokens)
    expect(same(tokens, given), "`get_batches` changes its argument `tokens`: leave it as it is")
    expect(
        not pairs or not same(pairs[0][0], tokens[: _ROWS * _LENGTH].view(_ROWS, _LENGTH)),
        "row 1 of a batch does not go on where row 1 of the batch before ended: cut the text into rows first, and the "
        "rows into batches",
    )
    _compare_shapes([tuple(inputs.shape) for inputs, _ in pairs])
    inputs, targets = (torch.cat([pair[side] for pair in pairs], dim=1) for side in (0, 1))
    _compare_inputs(inputs, tokens)
    _compare_targets(targets, inputs, tokens)
    _expect_exact_fit(answer, tokens[: _ROWS * _LENGTH * _COUNT + 1])


def _collect(answer, tokens: torch.Tensor) -> list:
    """Go through all batches, at most a few more than there can be."""
    try:
        result = answer(tokens, _ROWS, _LENGTH)
        expect(result is not None, "what you return, the batches, is None: `yield` each pair")
        expect(
            isinstance(result, Iterable) and not isinstance(result, torch.Tensor),
            "the batches cannot be gone through: `yield` a pair of inputs and targets for each",
        )
        pairs = [pair for pair, _ in zip(result, range(50), strict=False)]
    except RuntimeError as error:
        if "invalid for input of size" in str(error):
            raise Mistake(
                f"the tokens do not fill the rows ({error}): keep only as many as make full batches, and reshape those"
            ) from None
        raise
    for number, pair in enumerate(pairs, 1):
        expect_parts(pair, 2, f"the inputs and the targets of batch number {number}")
        for part, name in zip(pair, ("inputs", "targets"), strict=True):
            expect_tensor(part, f"the {name} of batch number {number}")
        expect(pair[0].shape == pair[1].shape, f"inputs and targets of batch number {number} differ in shape")
    return pairs


def _compare_shapes(shapes: list[tuple]) -> None:
    right = [(_ROWS, _LENGTH)] * _COUNT
    if shapes == right:
        return
    expect(len(shapes) > 0, "there is not one batch: `yield` each pair")
    if len(shapes[0]) != 2 or shapes[0][0] != _ROWS:
        raise Mistake(
            f"the inputs of a batch should have shape (batch, time), {right[0]} in the example, and have {shapes[0]}: "
            "reshape to (batch_size, length), and cut along dimension 1"
        )
    if shapes == right[:1]:
        raise Mistake("there is one batch where two fit: is there a `return` in place of `yield`, or one row too few?")
    if shapes[: len(right)] == right:
        raise Mistake(f"the last batch is not full, {shapes[-1]}: leave out what does not fill a batch")
    raise Mistake(
        f"40 tokens make {_COUNT} batches of {_ROWS} rows and {_LENGTH} characters; the shapes of yours are {shapes}"
    )


def _rows(tokens: torch.Tensor, start: int) -> torch.Tensor:
    width = _LENGTH * _COUNT
    return tokens[start : start + _ROWS * width].view(_ROWS, width)


def _compare_inputs(inputs: torch.Tensor, tokens: torch.Tensor) -> None:
    whole = tokens[: _ROWS * _LENGTH * _COUNT]
    compare(
        inputs, _rows(tokens, 0), "the inputs, all batches side by side,",
        [
            (whole.view(-1, _ROWS).t(), "each row is made of every third character: reshape to (batch_size, length), not to (length, batch_size)"),
            (_rows(tokens, 1), "those are the targets: the inputs begin with the first token"),
            (_rows(tokens, 0)[:, :_LENGTH].repeat(1, _COUNT), "every batch is the first one: move on by sequence_length"),
        ],
    )  # fmt: skip


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
