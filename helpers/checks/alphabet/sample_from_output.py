"""The check of `sample_from_output`."""

import torch

from helpers.checks.expectations import Mistake, expect, expect_type

_DRAWS = 1500


_TOLERANCE = 0.07  # on a share of _DRAWS draws: more than five standard deviations


def sample_from_output(answer):
    """The shares of many draws are those of the softmax of logits over temperature."""
    logits = torch.tensor([1.0, 0.0, 2.0, -1.0])  # in no order
    token = answer(logits, 1.0)
    if isinstance(token, torch.Tensor):
        raise Mistake("`sample_from_output` gives a tensor: give a plain integer, with .item()")
    expect_type(token, int, "`sample_from_output(logits, 1.0)`")
    expect(0 <= token < 4, f"`sample_from_output` gives {token} for four logits: it should be 0 to 3")
    for temperature in (1.0, 0.5, 2.0):
        _compare_shares(answer, logits, temperature)
    near = {answer(torch.tensor([-3.0, 1.0, 0.9]), 0.2) for _ in range(100)}
    expect(near == {1, 2}, "at temperature 0.2 only the likeliest token comes: draw at every temperature above 0")
    try:
        coldest = [answer(torch.tensor([0.0, 3.0, 2.9]), 0) for _ in range(20)]
    except ZeroDivisionError:
        raise Mistake("at temperature 0 you divide by zero: take the likeliest token instead") from None
    except (RuntimeError, ValueError):
        raise Mistake(
            "at temperature 0 the logits become infinite, and nothing can be drawn: take the likeliest token instead"
        ) from None
    expect(
        not any(isinstance(token, torch.Tensor) for token in coldest),
        "at temperature 0 you return a tensor: make it a plain integer, with .item()",
    )
    expect(set(coldest) == {1}, "at temperature 0 the likeliest token should come every time")


def _compare_shares(answer, logits: torch.Tensor, temperature: float) -> None:
    draws = torch.tensor([answer(logits, temperature) for _ in range(_DRAWS)])
    shares = torch.bincount(draws, minlength=4)[:4] / _DRAWS
    right = torch.softmax(logits / temperature, 0)
    if _close(shares, right):
        return
    expect(
        shares[logits.argmax()] < 1 or right.max() > 0.99,
        "the likeliest token comes every time: draw from the probabilities, with torch.multinomial and without a seed",
    )
    expect(
        shares.max() < 1,
        "the same token comes every time: draw with torch.multinomial, and set no seed inside the function",
    )
    mistakes = [
        (right.sort(descending=True).values, "the probabilities are sorted before the draw, and a place is no token any more: leave them in their order"),
        (torch.full((4,), 0.25), "every token is equally likely in yours: take the softmax of the logits"),
        (torch.softmax(logits * temperature, 0), "the temperature works the wrong way round: divide the logits by it"),
        (torch.softmax(logits, 0), "the temperature has no effect: divide the *logits* by it, before the softmax"),
        (torch.softmax(torch.softmax(logits, 0) / temperature, 0), "the softmax is taken twice: once is enough, after the division"),
        (torch.softmax(logits - temperature, 0), "the temperature has no effect: divide by it, do not subtract it"),
        (torch.softmax(-logits / temperature, 0), "unlikely tokens come most often: is there a minus too many?"),
        (torch.softmax(logits / temperature**2, 0), "the temperature works twice: divide by it once"),
    ]  # fmt: skip
    for wrong, message in mistakes:
        if _close(shares, wrong):
            raise Mistake(message)
    raise Mistake(f"at temperature {temperature} the shares of the tokens are not those of the softmax")


def _close(shares: torch.Tensor, wanted: torch.Tensor) -> bool:
    return bool((shares - wanted).abs().max() < _TOLERANCE)
