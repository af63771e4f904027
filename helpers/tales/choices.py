"""A choice between literal strings, and the probability of each of their characters."""

import math
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from itertools import accumulate, pairwise

_LAST = "\U0010ffff"  # sorts behind every character of a text


class Choice:
    """Some strings, none a prefix of another, each with a weight.

    Because none is a prefix of another, the characters written so far say which strings are still possible. So the
    probability of the next character is a ratio: the weight of the strings that go on with it, over the weight of all
    that are still possible. Along a whole string these ratios multiply to the string's own probability.
    """

    def __init__(self, strings: Sequence[str], weights: Sequence[int]):
        """Sort the strings. Raises ValueError if one is a prefix of another; equal strings are, too."""
        for number in find_prefixes(strings):
            raise ValueError(f"{strings[number]!r} is a prefix of another option")
        self.strings, self.weights = tuple(strings), tuple(weights)
        self._limits = list(accumulate(weights))
        order = sorted(range(len(strings)), key=strings.__getitem__)
        self._sorted = [strings[number] for number in order]  # strings that begin alike stand together
        self._sums = list(accumulate((weights[number] for number in order), initial=0))
        self._known: dict[int, list[float]] = {}

    def pick(self, uniform: float) -> int:
        """Return the number of the string at this place between 0 and 1."""
        return bisect_right(self._limits, uniform * self._limits[-1])

    def log_probabilities(self, number: int) -> list[float]:
        """Return the natural logarithm of the probability of each character of a string, given those before it."""
        if number not in self._known:
            string = self.strings[number]
            weights = [self._weight(string[:end]) for end in range(len(string) + 1)]
            self._known[number] = [math.log(longer / shorter) for shorter, longer in pairwise(weights)]
        return self._known[number]

    def next_characters(self, prefix: str) -> dict[str, float]:
        """Return the probability of each character that may follow `prefix`; none follows a whole string."""
        first, last = self._range(prefix)
        following = dict.fromkeys(string[: len(prefix) + 1] for string in self._sorted[first:last] if string != prefix)
        return {longer[-1]: self._weight(longer) / self._weight(prefix) for longer in following}

    def _range(self, prefix: str) -> tuple[int, int]:
        return bisect_left(self._sorted, prefix), bisect_left(self._sorted, prefix + _LAST)

    def _weight(self, prefix: str) -> int:
        """Return the weight of all strings that begin so."""
        first, last = self._range(prefix)
        return self._sums[last] - self._sums[first]


def find_prefixes(strings: Sequence[str]) -> set[int]:
    """Return the numbers of strings that are a prefix of another one. Of two equal strings it is the first."""
    order = sorted(range(len(strings)), key=strings.__getitem__)  # a prefix stands right before one that it begins
    return {one for one, other in pairwise(order) if strings[other].startswith(strings[one])}
