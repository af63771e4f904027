"""What can be counted about a written text: does it repeat itself, how varied is it, how much of it is copied?"""

from collections import Counter


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
    best = ""
    for start in range(len(text)):
        while start + len(best) < len(text) and text[start : start + len(best) + 1] in source:
            best = text[start : start + len(best) + 1]
    return best


def _runs(text: str, size: int) -> Counter:
    if size < 1 or len(text) < size:
        raise ValueError(f"a text of {len(text)} characters has no runs of {size}")
    return Counter(text[start : start + size] for start in range(len(text) - size + 1))
