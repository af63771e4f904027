"""What can be counted about a written text: does it repeat itself, how varied is it, how much of it is copied?"""

from collections import Counter

LONGEST = 2_000  # characters of a passage: more is not looked for


def distinct(text: str, size: int) -> float:
    """Return how many different runs of `size` characters a text has, divided by how many it has: from near 0 to 1.

    Source: Li, Galley, Brockett, Gao & Dolan, "A Diversity-Promoting Objective Function for Neural Conversation Models"
    (2016), there for words.

    Raises:
        ValueError: the text is shorter than `size`, or `size` is below 1.
    """
    runs = _runs(text, size)
    return len(runs) / runs.total()


def repetition_rate(text: str, size: int = 16) -> float:
    """Return which share of a text's runs of `size` characters has been there before in the same text: from 0 to 1.

    Raises:
        ValueError: the text is shorter than `size`, or `size` is below 1.
    """
    return 1 - distinct(text, size)


def longest_copied(text: str, source: str) -> str:
    """Return the longest passage of a text that stands word for word in a source, its training text for example.

    Of several that are as long the first is returned; without a common character "".
    """
    low, high = 0, min(len(text), len(source), LONGEST)
    while low < high:  # if a passage of some length is copied, so is one of each smaller length
        middle = (low + high + 1) // 2
        low, high = (middle, high) if _first_copied(text, source, middle) is not None else (low, middle - 1)
    start = _first_copied(text, source, low) or 0
    return text[start : start + low]


def _first_copied(text: str, source: str, length: int) -> int | None:
    """Return where the first passage of this length starts that stands in the source, too."""
    known = {source[start : start + length] for start in range(len(source) - length + 1)}
    return next((start for start in range(len(text) - length + 1) if text[start : start + length] in known), None)


def _runs(text: str, size: int) -> Counter:
    if size < 1 or len(text) < size:
        raise ValueError(f"a text of {len(text)} characters has no runs of {size}")
    return Counter(text[start : start + size] for start in range(len(text) - size + 1))
