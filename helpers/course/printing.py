"""Text in lines that end between words. A notebook breaks a long line wherever its cell ends, also inside a word."""

import textwrap


def print_text(text: str, *, width: int = 88) -> None:
    """Print a text in lines of at most `width` characters; its own line breaks stay.

    A line ends between words, and only a word that is longer than a line is cut. Spaces between words stay as they
    are, so that what a model wrote can be seen, but for those at which a line is broken.
    """
    print("\n".join(_in_lines(line, width) for line in text.split("\n")))


def _in_lines(line: str, width: int) -> str:
    parts = textwrap.wrap(line, width, expand_tabs=False, replace_whitespace=False, break_on_hyphens=False)
    return "\n".join(parts)
