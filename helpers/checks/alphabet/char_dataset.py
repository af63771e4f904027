"""The check of `CharDataset`."""

import torch

from helpers.checks.expectations import Mistake, compare, expect, expect_parts, expect_tensor, expect_type


def CharDataset(answer):  # noqa: N802 (named like the exercise)
    """As many windows as fit, each where it belongs, with the target one character further on."""
    tokens = torch.randperm(20) + 100  # in no order: a next token cannot be had by adding 1
    windows = answer(tokens=tokens, sequence_length=4, stride=3)
    _compare_window(windows[2], tokens, 2)
    _compare_window(windows[0], tokens, 0)
    expect_type(windows.__len__(), int, "`len` of the data set")
    _compare_count(len(windows), 6, "20 tokens, length 4, stride 3", without_target=6, without_stride=16)
    longer = answer(tokens, 7, 5)
    expect(len(longer[1][0]) == len(longer[1][1]) == 7, "with sequence_length 7 a window should have 7 characters")
    for length, count in ((10, 3), (11, 4), (5, 1)):
        _compare_count(
            len(answer(tokens[:length], 4, 2)), count, f"{length} tokens, length 4, stride 2",
            without_target=(length - 4) // 2 + 1, without_stride=length - 4,
        )  # fmt: skip
    _compare_count(
        len(answer(tokens[:13], 4, 5)), 2, "13 tokens, length 4, stride 5", without_target=2, without_stride=9
    )
    short_windows = answer(tokens[:11], 4, 2)
    last = short_windows[len(short_windows) - 1]
    expect(len(last[0]) == len(last[1]) == 4, "the last window is shorter than the others: leave it out")
    try:
        short = len(answer(tokens[:3], 4, 1))
    except ValueError:
        raise Mistake(
            "for a text shorter than a window the number of windows comes out negative: it should be 0"
        ) from None
    expect(short == 0, f"for a text shorter than a window the number of windows should be 0, and is {short}")


def _compare_window(item, tokens: torch.Tensor, number: int) -> None:
    what = f"window number {number} (length 4, stride 3)"
    expect_parts(item, 2, f"the input and the target of {what}")
    start = 3 * number

    def piece(first: int, last: int) -> torch.Tensor:
        return tokens[max(0, start + first) : start + last]

    expect_tensor(item[0], f"the input of {what}")
    compare(
        item[0], piece(0, 4), f"the input of {what}",
        [
            (tokens[number : number + 4], "the stride is ignored: window number `index` starts at index * stride"),
            (tokens[4 * number : 4 * number + 4], "windows start every sequence_length characters in yours: they should start every stride"),
            (piece(0, 5), "the input is one character too long: it should have sequence_length characters"),
            (piece(1, 5), "that is the target: the input comes first, and starts at index * stride"),
        ],
    )  # fmt: skip
    expect_tensor(item[1], f"the target of {what}")
    one = "your target is one character: each position of the window has its own next character"
    compare(
        item[1], piece(1, 5), f"the target of {what}",
        [
            (piece(0, 4), "your targets are the inputs: shift them by one"),
            (piece(0, 4) + 1, "your targets are the input's tokens plus 1: take the tokens that stand one place further on"),
            (piece(-1, 3), "your targets are shifted the wrong way: the target is the *next* character"),
            (piece(0, 5), "the target is one character too long: add 1 to *both* ends of the slice"),
            (piece(4, 8), "your targets are the whole next window: shift them by one character only"),
            (piece(3, 7), "your targets are shifted by the stride: shift them by one character"),
            (tokens[start + 4], one),
            (piece(4, 5), one),
            (piece(1, 4), "your target is one character short: shift both ends of the slice"),
        ],
    )  # fmt: skip


def _compare_count(count: int, right: int, case: str, without_target: int, without_stride: int) -> None:
    if count == right:
        return
    if count == without_stride:
        raise Mistake(f"`len` ignores the stride: for {case} it should be {right}, and is {count}")
    if count == without_target:
        raise Mistake(f"`len` is {count} for {case}, one too many: the last target needs one more character")
    if count == right - 1:
        raise Mistake(f"`len` is {count} for {case}, one too few: is the `+ 1` at the end missing?")
    raise Mistake(f"`len` should be {right} for {case}, and is {count}")
