"""Checks of lesson 02, fourth part: sampling from the state."""

import torch

from helpers.checks.expectations import Mistake, expect, expect_type
from helpers.checks.vanilla_rnn.reference import HIDDEN, SYMBOLS, VOCAB, Tensors, lively_parameters, write

_DRAWS = 1500


_TOLERANCE = 0.07  # on a share of _DRAWS draws: more than five standard deviations


def sample_text(answer):
    """At temperature 0 the text of the likeliest, at others the shares of the softmax."""
    parameters, hidden, token, length = lively_parameters(), torch.randn(HIDDEN).tanh(), 3, 40
    try:
        text = answer(parameters, hidden, token, length, 0, SYMBOLS)
    except ZeroDivisionError:
        raise Mistake("at temperature 0 you divide by zero: take the likeliest token instead") from None
    except RuntimeError as error:
        if "probability tensor" in str(error):
            raise Mistake("at temperature 0 nothing can be drawn: take the likeliest token instead") from None
        raise
    if isinstance(text, list | tuple):
        raise Mistake("`sample_text` gives a list: join the characters to one string")
    expect_type(text, str, "`sample_text`")
    _compare_text(text, parameters, hidden, token, length)
    expect(answer(parameters, hidden, token, 0, 1.0, SYMBOLS) == "", "with length 0 the text should be empty")
    level = torch.tensor([4.0, 2.0, 0.0, -1.0, -2.0, -3.0])
    flat_parameters = (*parameters[:2], torch.zeros(VOCAB, HIDDEN), parameters[3], level)  # always the same logits
    for temperature in (1.0, 0.5, 2.0):
        _compare_shares(answer(flat_parameters, hidden, token, _DRAWS, temperature, SYMBOLS), level, temperature)


def _compare_text(text: str, parameters: Tensors, hidden: torch.Tensor, token: int, length: int) -> None:
    right = write(parameters, hidden, token, length)
    if text == right:
        return
    if len(text) == length + 1 and text[1:] == right:
        raise Mistake("the token that you are given is part of your text: the text begins with what comes after it")
    if text == SYMBOLS[token] + right[:-1]:
        raise Mistake("your text is one character late: draw first, then append the *drawn* character")
    expect(len(text) == length, f"the text should have {length} characters, and has {len(text)}")
    for mistake, message in (
        ("same token", "every step reads the first token again: go on with the token that was drawn"),
        ("same state", "every step starts from the first state: go on with the new state"),
    ):
        if text == write(parameters, hidden, token, length, mistake):
            raise Mistake(message)
    if text == write(parameters, torch.zeros(HIDDEN), token, length):
        raise Mistake("you start from a state of zeros: start from the state that is handed in")
    raise Mistake("at temperature 0 the likeliest token should come every time, from the new state in each step")


def _compare_shares(text, level: torch.Tensor, temperature: float) -> None:
    expect_type(text, str, "`sample_text`")
    expect(len(text) == _DRAWS, f"the text should have {_DRAWS} characters, and has {len(text)}")
    shares = torch.tensor([text.count(symbol) / _DRAWS for symbol in SYMBOLS])
    if _close(shares, (level / temperature).softmax(0)):
        return
    expect(
        shares.max() < 1,
        f"at temperature {temperature:g} the same character comes every time: draw from the probabilities, with torch.multinomial",
    )
    for wrong, message in (
        ((level * temperature).softmax(0), "the temperature works the wrong way round: divide the logits by it"),
        (level.softmax(0), "the temperature has no effect: divide the *logits* by it, before the softmax"),
        ((level.softmax(0) / temperature).softmax(0), "the softmax is taken twice: once is enough, after the division"),
        (
            torch.full((VOCAB,), 1 / VOCAB),
            "every character is equally likely in yours: draw by the softmax of the logits",
        ),
        ((level / temperature**2).softmax(0), "the temperature works twice: divide by it once"),
        ((-level / temperature).softmax(0), "unlikely characters come most often: is there a minus too many?"),
    ):
        if _close(shares, wrong):
            raise Mistake(message)
    raise Mistake(f"at temperature {temperature:g} the shares of the characters are not those of the softmax")


def _close(shares: torch.Tensor, wanted: torch.Tensor) -> bool:
    return bool((shares - wanted).abs().max() < _TOLERANCE)
