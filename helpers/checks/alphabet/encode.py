"""The check of `encode`."""

import torch

from helpers.checks.alphabet.refusal import expect_error
from helpers.checks.expectations import Mistake, compare, expect, expect_tensor, expect_type


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
    expect_error(lambda: answer("?", dict(char_to_idx)), "a character outside the vocabulary")
