"""The check of `build_vocabulary`."""

from helpers.checks.expectations import Mistake, expect, expect_parts, expect_type


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
