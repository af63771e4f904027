"""Checks of lesson 01, first part: from a text to batches."""

from collections.abc import Callable
from typing import Any

import torch

from helpers.checks.alphabet.network import register as register_network
from helpers.checks.alphabet.training import register as register_training
from helpers.checks.alphabet.writing import register as register_writing
from helpers.checks.contract import Checks
from helpers.checks.expectations import Mistake, compare, expect, expect_parts, expect_tensor, expect_type, show

check = Checks("01_alphabet")


@check.exercise
def build_vocabulary(answer):
    """Sorted, numbered from 0, each character once, both ways."""
    text = "xylophone banana"
    result = answer(text)
    if isinstance(result, dict):
        raise Mistake("return two dictionaries, char_to_idx and idx_to_char; you return one")
    expect_parts(result, 2, "two dictionaries, char_to_idx and idx_to_char")
    char_to_idx, idx_to_char = result
    expect_type(char_to_idx, dict, "the first thing you return, char_to_idx,")
    expect_type(idx_to_char, dict, "the second thing you return, idx_to_char,")
    expect(bool(char_to_idx), "char_to_idx is empty")
    if isinstance(next(iter(char_to_idx)), int):
        raise Mistake("the two dictionaries are the wrong way round: char_to_idx comes first")
    _compare_numbering(text, char_to_idx)
    expect(
        idx_to_char == {index: character for character, index in char_to_idx.items()},
        "idx_to_char does not lead back: idx_to_char[char_to_idx[c]] must be c for every character",
    )
    for other in ("Zebra zoo", "z", "two\nlines "):
        _compare_numbering(other, answer(other)[0])


def _compare_numbering(text: str, numbering: dict) -> None:
    symbols = sorted(set(text))
    right = {symbol: index for index, symbol in enumerate(symbols)}
    for number in numbering.values():
        expect(type(number) is int, f"the values of char_to_idx should be integers, and {number!r} is none")
    if numbering == right:
        return
    if sorted(map(str, numbering)) != symbols:
        if {symbol.lower() for symbol in symbols} == set(numbering):
            raise Mistake("capitals are lost: 'Z' and 'z' are two characters, keep the text as it is")
        raise Mistake(f"for {text!r}, char_to_idx should have {len(symbols)} characters, and has {len(numbering)}")
    if numbering == {symbol: index + 1 for symbol, index in right.items()}:
        raise Mistake("your numbers start at 1: count from 0, the first row of the embedding")
    if numbering[symbols[-1]] - numbering[symbols[0]] == ord(symbols[-1]) - ord(symbols[0]) != len(symbols) - 1:
        raise Mistake("those are code points (ord): number the sorted characters 0, 1, 2 and so on")
    if sorted(numbering.values()) != list(range(len(symbols))):
        raise Mistake(
            f"the numbers should be 0 to {len(symbols) - 1}, each once: number the different characters, not the text"
        )
    raise Mistake("your characters are not in sorted order: another order gives other tokens for the same text")


@check.exercise
def encode(answer):
    """Looks characters up in the vocabulary that it is given, in the order of the text."""
    char_to_idx = {"a": 0, "b": 1, "n": 2, "z": 3}
    result = answer("banana", dict(char_to_idx))
    expect_type(result, torch.Tensor, "`encode('banana', …)`")
    if result.shape == (6, 1):
        raise Mistake("`encode('banana', …)` should have shape (6,), and has (6, 1): give numbers, not lists of one")
    if result.shape == (6, 4):
        raise Mistake("`encode('banana', …)` should have shape (6,), and is one-hot: tokens are plain numbers here")
    right = [1, 0, 2, 0, 2, 0]
    expect(result.dim() > 0, "`encode('banana', …)` gives the token of one letter: is the `return` inside the loop?")
    if result.tolist() in (sorted(set(right)), list(dict.fromkeys(right))):
        raise Mistake(
            "`encode('banana', …)` lost the repeated letters: encode every character, not every different one"
        )
    expect_tensor(result, "`encode('banana', …)`", shape=(6,))
    expect(
        not result.is_floating_point(),
        "tokens should be int64, and yours are floating point: give torch.tensor a list of integers",
    )
    compare(
        result, torch.tensor(right), "with the char_to_idx that it is given, `encode('banana', …)`",
        [
            (torch.tensor([ord(letter) for letter in "banana"]), "those are code points (ord): look the characters up in char_to_idx"),
            (torch.tensor([index + 1 for index in right]), "your tokens are one too high: take char_to_idx as it is"),
            (torch.tensor(right[::-1]), "your tokens are in the reverse order"),
            (torch.tensor(sorted(right)), "your tokens are sorted: keep the order of the text"),
        ],
    )  # fmt: skip
    expect_tensor(result, "`encode('banana', …)`", dtype=torch.int64)
    expect(
        answer("z", dict(char_to_idx)).tolist() == [3],
        "`encode('z', …)` should give [3]: use the vocabulary you are given, do not build a new one from the text",
    )
    expect(
        answer("z Z ", {" ": 0, "Z": 1, "z": 2}).tolist() == [2, 0, 1, 0],
        "capitals and spaces are characters like all others: take the text as it is",
    )
    _expect_error(lambda: answer("?", dict(char_to_idx)), "a character outside the vocabulary")


def _expect_error(call: Callable[[], Any], what: str) -> None:
    """Hold the call to an error of whatever kind, but for a mistake that the check itself has found."""
    try:
        unknown = call()
    except Mistake:
        raise
    except Exception:
        return
    raise Mistake(f"{what} becomes {show(unknown)} in silence: let it be an error")


@check.exercise
def decode(answer):
    """Gives one string, through the vocabulary that it is given."""
    idx_to_char = {0: "a", 1: "b", 2: "n", 3: "z"}
    try:
        result = answer(torch.tensor([1, 0, 2, 0, 2, 0]), dict(idx_to_char))
    except KeyError as error:
        if "tensor" in str(error):
            raise Mistake(
                "a dictionary does not find a tensor among its keys: turn the tokens into integers first, with .tolist()"
            ) from None
        raise
    except TypeError as error:
        if "unhashable" in str(error):
            raise Mistake("a dictionary does not look up a whole list: look the tokens up one by one") from None
        raise
    if isinstance(result, list):
        raise Mistake("`decode` gives a list of characters: join them into one string")
    expect_type(result, str, "`decode(tensor([1, 0, 2, 0, 2, 0]), …)`")
    compare(
        result, "banana", "`decode(tensor([1, 0, 2, 0, 2, 0]), …)`",
        [
            ("b a n a n a", "your characters are joined with spaces: join them with the empty string"),
            ("b, a, n, a, n, a", "your characters are joined with commas: join them with the empty string"),
            ("ananab", "your text is back to front: keep the order of the tokens"),
            ("".join(map(chr, [1, 0, 2, 0, 2, 0])), "those are code points (chr): look the tokens up in idx_to_char"),
            ("102020", "those are the tokens as digits: look them up in idx_to_char"),
        ],
    )  # fmt: skip
    expect(answer(torch.tensor([3]), dict(idx_to_char)) == "z", "`decode(tensor([3]), …)` should give 'z'")
    spaced = answer(torch.tensor([0, 1, 0]), {0: " ", 1: "Z"})
    expect(spaced == " Z ", f"`decode` changes the characters: ' Z ' comes out as {spaced!r}")
    _expect_error(lambda: answer(torch.tensor([4]), dict(idx_to_char)), "a token outside the vocabulary")


@check.exercise
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


register_network(check)
register_training(check)
register_writing(check)
