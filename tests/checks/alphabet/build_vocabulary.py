"""What learners hand in for `build_vocabulary` of lesson 01."""

from tests.checks.answers import Answers

ANSWERS = Answers()


@ANSWERS.is_wrong("not in sorted order")
def build_vocabulary(text):
    symbols = list(dict.fromkeys(text))
    return {c: i for i, c in enumerate(symbols)}, dict(enumerate(symbols))


@ANSWERS.is_wrong("count from 0")
def build_vocabulary(text):
    symbols = sorted(set(text))
    return {c: i for i, c in enumerate(symbols, 1)}, dict(enumerate(symbols, 1))


@ANSWERS.is_wrong("number the different characters, not the text")
def build_vocabulary(text):
    return {c: i for i, c in enumerate(text)}, dict(enumerate(text))


@ANSWERS.is_wrong("those are code points")
def build_vocabulary(text):
    symbols = sorted(set(text))
    return {c: ord(c) for c in symbols}, {ord(c): c for c in symbols}


@ANSWERS.is_wrong("the values of char_to_idx should be integers, and 0.0 is none")
def build_vocabulary(text):
    symbols = sorted(set(text))
    return {c: float(i) for i, c in enumerate(symbols)}, {float(i): c for i, c in enumerate(symbols)}


@ANSWERS.is_wrong("the values of char_to_idx should be integers, and '0' is none")
def build_vocabulary(text):
    symbols = sorted(set(text))
    return {c: str(i) for i, c in enumerate(symbols)}, {str(i): c for i, c in enumerate(symbols)}


@ANSWERS.is_wrong("the wrong way round")
def build_vocabulary(text):
    symbols = sorted(set(text))
    return dict(enumerate(symbols)), {c: i for i, c in enumerate(symbols)}


@ANSWERS.is_wrong("return two dictionaries, char_to_idx and idx_to_char; you return one")
def build_vocabulary(text):
    return {c: i for i, c in enumerate(sorted(set(text)))}


@ANSWERS.is_wrong("idx_to_char, should be a dict, and is a list")
def build_vocabulary(text):
    symbols = sorted(set(text))
    return {c: i for i, c in enumerate(symbols)}, symbols


@ANSWERS.is_wrong("capitals are lost")
def build_vocabulary(text):
    symbols = sorted(set(text.lower()))
    return {c: i for i, c in enumerate(symbols)}, dict(enumerate(symbols))


@ANSWERS.is_wrong("idx_to_char does not lead back")
def build_vocabulary(text):
    symbols = sorted(set(text))
    return {c: i for i, c in enumerate(symbols)}, dict(enumerate(symbols, 1))


@ANSWERS.is_wrong("char_to_idx should have 11 characters, and has 10")
def build_vocabulary(text):
    symbols = sorted(set(text.replace(" ", "")))
    return {c: i for i, c in enumerate(symbols)}, dict(enumerate(symbols))


@ANSWERS.is_right
def build_vocabulary(text):
    symbols = list(set(text))
    symbols.sort()
    return dict(zip(symbols, range(len(symbols)))), dict(zip(range(len(symbols)), symbols))


@ANSWERS.is_right
def build_vocabulary(text):
    char_to_idx = {}
    for character in sorted(text):
        if character not in char_to_idx:
            char_to_idx[character] = len(char_to_idx)
    return char_to_idx, {index: character for character, index in char_to_idx.items()}
