"""Checks of lesson 03: from a text to contiguous streams."""

import torch

from helpers.checks.expectations import Mistake, compare, expect, expect_parts, expect_tensor, expect_type, same


def stream_batches(answer):
    """Contiguous streams in rows, cut into pieces, each target one character further on in the text."""
    tokens = torch.randperm(38) + 100  # in no order: a next token cannot be had by adding 1
    result = _call(answer, tokens)
    expect_type(result, (list, tuple), "what you return, the batches,")
    if len(result) == 2 and all(isinstance(side, list | tuple) and len(side) != 2 for side in result):
        raise Mistake(
            "those are the inputs of all batches, and the targets of all: pair them, batch by batch, with `zip`"
        )
    for number, pair in enumerate(result, 1):
        expect_parts(pair, 2, f"the inputs and the targets of batch number {number}")
        expect_tensor(pair[0], f"the inputs of batch number {number}")
        expect_tensor(pair[1], f"the targets of batch number {number}")
    expect(
        not result or not same(result[0][0], tokens[:15].view(3, 5)),
        "row 1 of a batch does not go on where row 1 of the batch before ended: cut the text into streams first, and "
        "the streams into pieces",
    )
    _compare_shapes([tuple(inputs.shape) for inputs, _ in result])
    inputs, targets = (torch.cat([pair[side] for pair in result], dim=1) for side in (0, 1))
    streams = tokens[:36].view(3, 12)
    compare(
        inputs, streams, "the inputs, all batches side by side,",
        [
            (tokens[:36].view(12, 3).t(), "each stream is made of every third character: reshape to (batch_size, length), not to (length, batch_size)"),
            (tokens[1:37].view(3, 12), "those are the targets: the inputs begin with the first token"),
        ],
    )  # fmt: skip
    expect(targets.shape == inputs.shape, "inputs and targets of a batch should have the same shape")
    right = tokens[1:37].view(3, 12)
    compare(
        targets, right, "the targets, all batches side by side,",
        [
            (streams, "your targets are the inputs: shift them by one"),
            (streams.roll(-1, 1), "the last target of each stream is its own first character: shift the text by one before you cut it into streams"),
            (torch.cat([tokens[:1], tokens[:35]]).view(3, 12), "your targets are shifted the wrong way: the target is the *next* character"),
        ],
    )  # fmt: skip
    _expect_last_target(answer, tokens[:36])
    _expect_all_used(answer, tokens[:37])
    _expect_none_empty(answer, tokens[:31])


def _call(answer, tokens: torch.Tensor):
    try:
        return answer(tokens, 3, 5)
    except RuntimeError as error:
        if f"[3, {(len(tokens) - 1) // 3}]' is invalid" in str(error):
            raise Mistake(
                f"the length of a stream is right, and the numbers are too many or too few ({error}): inputs are "
                "`tokens[: batch_size * length]`, and targets end one token further on"
            ) from None
        if "invalid for input of size" in str(error):
            raise Mistake(
                f"a stream's length does not come out right for {len(tokens)} tokens and 3 streams ({error}): it is "
                f"(N - 1) // batch_size, {(len(tokens) - 1) // 3} here, since the last token is only a target"
            ) from None
        raise


def _compare_shapes(shapes: list[tuple]) -> None:
    right = [(3, 5), (3, 5), (3, 2)]
    if shapes == right:
        return
    if shapes == right[:2]:
        raise Mistake("the last batch, shorter than the others, is missing: no character needs to be lost there")
    if shapes == [(3, 5), (3, 5), (3, 1)]:
        raise Mistake(
            "each stream has 11 characters in place of 12: its length is (N - 1) // batch_size, and the targets come from the "
            "text, one further on, not from the streams"
        )
    if shapes and (len(shapes[0]) != 2 or shapes[0][0] != 3):
        raise Mistake(
            f"the inputs of a batch should have shape (batch, time), {right[0]} in the example, and have {shapes[0]}: "
            "reshape to (batch_size, length), and cut along dimension 1"
        )
    raise Mistake(
        f"38 tokens in 3 streams make 12 characters each, so batches of {right} with sequence_length 5; "
        f"yours are {shapes}"
    )


def _expect_last_target(answer, tokens: torch.Tensor) -> None:
    inputs = torch.cat([one for one, _ in _call(answer, tokens)], dim=1)
    expect(
        tuple(inputs.shape) == (3, 11),
        f"36 tokens in 3 streams make 11 characters each, since the last token is only a target; yours have "
        f"{tuple(inputs.shape)[-1]}",
    )


def _expect_all_used(answer, tokens: torch.Tensor) -> None:
    length = sum(inputs.shape[1] for inputs, _ in _call(answer, tokens))
    expect(
        length == 12,
        f"37 tokens in 3 streams make 12 characters each, (N - 1) // batch_size, and no token is left over; yours have {length}",
    )


def _expect_none_empty(answer, tokens: torch.Tensor) -> None:
    """A length that divides evenly: nothing is left over for one more batch."""
    shapes = [tuple(inputs.shape) for inputs, _ in _call(answer, tokens)]
    expect(
        shapes == [(3, 5), (3, 5)],
        f"31 tokens in 3 streams make 10 characters each, so two batches of (3, 5) and no more; yours are {shapes}",
    )
