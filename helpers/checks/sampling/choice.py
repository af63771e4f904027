"""Checks of lesson 06, one distribution: its likeliest character, its temperature, its entropy."""

import math

import torch

from helpers.checks.expectations import Mistake, compare, expect, expect_tensor, expect_type, same, show

_WIDE = 1_000  # characters that are equally likely: what is added within the logarithm shows


def greedy(answer):
    """The place of the largest logit of each row, for logits of any shape."""
    logits = torch.tensor([[0.1, 2.0, -3.0, 1.9, 0.0], [-1.0, 0.5, -0.3, 0.2, 4.0]])
    result = answer(logits)
    expect_type(result, torch.Tensor, "`greedy` of two rows of logits")
    if same(result.flatten(), logits.amax(-1), 1e-5):
        raise Mistake("those are the largest logits themselves: return their places, with argmax")
    if same(result.flatten(), logits.softmax(-1).amax(-1), 1e-5):
        raise Mistake("those are the largest probabilities: return their places, with argmax")
    if result.dim() == 0:
        raise Mistake("there is one place for all rows together: look along the last dimension, `argmax(-1)`")
    if result.shape == logits.shape:
        raise Mistake("there is a number for every character: return one index for each row")
    if result.shape == (2, 1):
        raise Mistake("a dimension of size 1 is left over: the result has shape (...,), so no `keepdim`")
    if result.shape == (5,):
        raise Mistake("you look along the rows: the characters are the last dimension, `argmax(-1)`")
    expect_tensor(result, "`greedy` of two rows of logits", shape=(2,), dtype=torch.int64)
    compare(
        result, torch.tensor([1, 4]), "`greedy` of two rows of logits",
        [
            (logits.argmin(-1), "those are the places of the *smallest* logits"),
            (logits.abs().argmax(-1), "a logit far below 0 is taken for a large one: compare the logits as they are"),
            (logits.softmax(0).argmax(-1), "the softmax runs over the rows: the characters are the last dimension (and `greedy` needs no softmax)"),
        ],
    )  # fmt: skip
    below = answer(torch.tensor([[-3.0, -1.5, -2.5, -4.0]]))
    expect(same(below, torch.tensor([1])), "where all logits are below 0, the largest is the one nearest to 0")
    near = answer(torch.tensor([[0.3, 1.1, 1.4, -2.0]]))
    expect(same(near, torch.tensor([2])), "of two logits 1.1 and 1.4 the second is larger: compare them unrounded")
    deep = torch.randn(2, 3, 7)
    expect(same(answer(deep), deep.argmax(-1)), "for logits of shape (2, 3, 7) the result should have shape (2, 3)")
    expect(same(answer(deep[0, 0]), deep[0, 0].argmax()), "for logits of shape (7,) the result should be one index")


def apply_temperature(answer):
    """The softmax of the scaled logits is that of the formula."""
    logits = torch.tensor([[1.0, -2.0, 0.5, 3.0], [0.0, 1.0, -1.0, 0.3]])
    low, high = answer(logits.clone(), 0.5), answer(logits.clone(), 2.0)
    for result, temperature in ((low, 0.5), (high, 2.0)):
        expect_tensor(result, "`apply_temperature` of two rows of logits", shape=logits.shape)
        _compare_scaled(result, logits, temperature)
    probabilities = logits.softmax(-1)
    unchanged = [same(result.softmax(-1), probabilities, 1e-4) for result in (low, high)]
    expect(not all(unchanged), "the temperature has no effect on the probabilities: divide the logits by it")
    expect(not unchanged[0], "a temperature below 1 changes nothing: divide the logits by it, whatever it is")
    expect(not unchanged[1], "a temperature above 1 changes nothing: divide the logits by it, whatever it is")
    for result, temperature in ((low, 0.5), (high, 2.0)):
        expect(
            same(result.softmax(-1), (logits / temperature).softmax(-1), 1e-4),
            f"with temperature {temperature:g} the softmax of what you return is not that of `logits / temperature`",
        )
    plain = answer(logits.clone(), 1.0)
    expect(same(plain.softmax(-1), logits.softmax(-1), 1e-4), "a temperature of 1 should change nothing")


def _compare_scaled(result: torch.Tensor, logits: torch.Tensor, temperature: float) -> None:
    """Name the mistake that gives these logits."""
    right, probabilities = (logits / temperature).softmax(-1), logits.softmax(-1)
    if same(result.softmax(-1), right, 1e-4):
        return
    for wrong, message in [
        (logits * temperature, "the logits are multiplied by the temperature: divide, so that a low one makes them sharper"),
        (probabilities, "those are the probabilities of temperature 1: divide the logits, and return them"),
        (probabilities / temperature, "the probabilities are divided: divide the logits, before the softmax"),
        (right, "those are probabilities: return logits, the softmax comes before the draw"),
        (probabilities ** (1 / temperature), "those are probabilities to a power: divide the logits"),
        (logits / temperature**2, "the logits are divided by the square of the temperature"),
        (-logits / temperature, "the signs of the logits are turned around"),
        (logits ** (1 / temperature), "the logits are raised to a power: divide them"),
        (logits // temperature, "`//` leaves out what is behind the point: divide with `/`"),
        ((logits / temperature).exp(), "e is taken to the power of the scaled logits: return the logits, the softmax comes before the draw"),
        ((logits / temperature).softmax(0), "those are probabilities, and over the rows: return logits, the softmax comes before the draw"),
    ]:  # fmt: skip
        if same(result, wrong, 1e-4):
            raise Mistake(message)


def entropy(answer):
    """The entropy of known distributions in nats, row by row, and no NaN."""
    logits = torch.tensor([[0.0, 0.0, 0.0, 0.0], [2.0, -1.0, 0.5, 1.0], [9.0, 0.0, 0.0, 1.0]])
    probabilities, logarithms = logits.softmax(-1), logits.log_softmax(-1)
    right = -(probabilities * logarithms).sum(-1)
    result = answer(logits)
    expect_type(result, torch.Tensor, "`entropy` of three rows of logits")
    if result.dim() == 0:
        raise Mistake("there is one number for all rows together: sum over the last dimension, `sum(-1)`")
    if result.shape == (4,):
        raise Mistake("the sum runs over the rows: the characters are the last dimension, `sum(-1)`")
    if result.shape == (3, 1):
        raise Mistake("a dimension of size 1 is left over: the result has shape (...,), so no `keepdim`")
    if result.shape == logits.shape:
        raise Mistake("there is a number for every character: add them up, `sum(-1)`")
    expect_tensor(result, "`entropy` of three rows of logits", shape=(3,))
    compare(
        result, right, "`entropy` of three rows of logits",
        [
            (-right, "the sign is missing: the logarithm of a probability is negative, and entropy is not"),
            (right / math.log(2), "that is in bits: the course counts in nats, with the natural logarithm"),
            (right / math.log(10), "the logarithm is the one to base 10: entropy in nats takes the natural one"),
            (torch.special.entr(logits).sum(-1), "the softmax is missing: entropy is one of probabilities"),
            (-(logits * logarithms).sum(-1), "the logits are taken for the weights: the weights are the probabilities"),
            (torch.special.entr(probabilities.softmax(-1)).sum(-1), "the softmax is taken twice: once is right"),
            (torch.special.entr(probabilities).amax(-1), "that is the largest of −p · ln p: add them up"),
            (right / 4, "that is a mean over the characters: add up, p is the weight already"),
            (-logarithms.sum(-1), "the logarithms are added up without their weights: multiply each by its p"),
            (-logarithms.mean(-1), "the logarithms have equal weights: multiply each by its p, and add up"),
            (right.exp(), "that is e to the entropy"),
            (-(probabilities * logits).sum(-1), "the logits are taken for logarithms of probabilities: take `log_softmax`"),
            (-logarithms.amax(-1), "that is −ln p of the likeliest character alone"),
            (math.log(4) - right, "that is what is missing to ln V"),
            (torch.special.entr(logits.softmax(0)).sum(-1), "the softmax runs over the rows: the characters are the last dimension, `softmax(-1)`"),
        ],
        tolerance=1e-4,
    )  # fmt: skip
    for shape in ((7,), (2, 3, 7)):
        other = torch.randn(shape)
        advice = (
            f"the last dimension holds the characters, whatever stands in front, also in logits of shape {shape}: `-1`"
        )
        try:
            own = answer(other)
        except (RuntimeError, IndexError, ValueError) as error:
            raise Mistake(f"{advice} ({str(error).splitlines()[0][:80]})") from None
        expect(same(own, torch.special.entr(other.softmax(-1)).sum(-1), 1e-4), advice)
    ruled_out = answer(torch.tensor([[1.0, -math.inf, 1.0, -math.inf]]))
    expect(
        not bool(torch.as_tensor(ruled_out).isnan().any()),
        "with a logit of minus infinity your entropy is NaN: there p is 0, and 0 · ln 0 should count as 0",
    )
    expect(
        same(ruled_out, torch.tensor([math.log(2)]), 1e-4),
        "two equally likely characters and two that are ruled out should have an entropy of ln 2: 0 · ln 0 counts as 0, "
        "before the sum",
    )
    wide = answer(torch.zeros(1, _WIDE))
    expect(
        same(wide, torch.tensor([math.log(_WIDE)]), 1e-4),
        f"{_WIDE:,} equally likely characters should have an entropy of ln {_WIDE:,} = {math.log(_WIDE):.3f}, and yours is "
        f"{show(wide)}: is something added to p within the logarithm? Let p = 0 count as 0 instead",
    )
