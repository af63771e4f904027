"""The check of `decode`."""

import torch

from helpers.checks.alphabet.refusal import expect_error
from helpers.checks.expectations import Mistake, compare, expect, expect_type


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
    expect_error(lambda: answer(torch.tensor([4]), dict(idx_to_char)), "a token outside the vocabulary")
