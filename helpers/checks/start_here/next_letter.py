"""Checks of lesson 00."""

from itertools import pairwise

from helpers.checks.expectations import Mistake, expect, expect_type
from helpers.corpora import ALPHABET


def next_letter(answer):
    """The rule of the alphabet, told letter by letter."""
    first = answer("a")
    expect(not isinstance(first, int), "`next_letter('a')` is a number: look up the letter that stands at that place")
    expect_type(first, str, "`next_letter('a')`")
    expect(first != "a", "`next_letter('a')` is 'a' itself: go one place further on")
    expect(first != "z", "`next_letter('a')` is 'z', the letter before: go one place further on, not back")
    expect(first != "B", "`next_letter('a')` is a capital 'B': keep to the small letters of ALPHABET")
    expect(first == "b", f"`next_letter('a')` should be 'b', and is {first!r}")
    for letter, following in pairwise(ALPHABET):
        given = answer(letter)
        expect(given == following, f"`next_letter({letter!r})` should be {following!r}, and is {given!r}")
    try:
        last = answer("z")
    except IndexError:
        raise Mistake("`next_letter('z')` runs off the end of the alphabet: after 'z' comes 'a' again") from None
    expect(last != "{", "`next_letter('z')` is '{', the next code point: after 'z' comes 'a' again")
    expect(last == "a", f"`next_letter('z')` should be 'a', and is {last!r}: after 'z' the alphabet starts again")
