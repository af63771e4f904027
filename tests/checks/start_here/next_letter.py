"""Answers to lesson 00."""

from tests.checks.answers import Answers

ANSWERS = Answers()
LETTERS = "abcdefghijklmnopqrstuvwxyz"


@ANSWERS.is_wrong("is 'a' itself")
def next_letter(letter):
    return letter


@ANSWERS.is_wrong("runs off the end of the alphabet")
def next_letter(letter):
    return LETTERS[LETTERS.index(letter) + 1]


@ANSWERS.is_wrong("the next code point")
def next_letter(letter):
    return chr(ord(letter) + 1)


@ANSWERS.is_wrong("is a number")
def next_letter(letter):
    return (LETTERS.index(letter) + 1) % 26


@ANSWERS.is_wrong("the letter before")
def next_letter(letter):
    return LETTERS[LETTERS.index(letter) - 1]


@ANSWERS.is_wrong("is the `return` missing?")
def next_letter(letter):
    print(LETTERS[(LETTERS.index(letter) + 1) % 26])


@ANSWERS.is_wrong("a capital 'B'")
def next_letter(letter):
    return LETTERS[(LETTERS.index(letter) + 1) % 26].upper()


@ANSWERS.is_wrong("`next_letter('b')` should be 'c', and is 'b'")
def next_letter(letter):
    return "b"


@ANSWERS.is_wrong("`next_letter('y')` should be 'z', and is 'a'")
def next_letter(letter):
    return LETTERS[(LETTERS.index(letter) + 1) % 25]


@ANSWERS.is_right
def next_letter(letter):
    return "a" if letter == "z" else chr(ord(letter) + 1)


@ANSWERS.is_right
def next_letter(letter):
    return dict(zip(LETTERS, LETTERS[1:] + LETTERS[0]))[letter]
