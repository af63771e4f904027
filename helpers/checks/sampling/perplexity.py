"""Checks of lesson 06: the perplexity of a text."""

import math

from helpers.checks.expectations import Mistake, compare, expect, expect_number, same
from helpers.checks.sampling.text_log_probability import LONG, TEXT, VOCABULARY, log_probabilities, rated_model


def perplexity(answer):
    """e to the mean loss over the characters that are rated, of a short text and of a long one."""
    model = rated_model()
    result = expect_number(answer(model, VOCABULARY, TEXT), "the perplexity")
    came, count = log_probabilities(model, TEXT), len(TEXT) - 1
    total, chances = -came.sum().item(), came.exp()
    mean = total / count
    bits = mean / math.log(2)
    compare(
        result, math.exp(mean), f"the perplexity of {TEXT!r}",
        [
            (math.exp(total / (count + 1)), "the sum is divided by the length of the text: the first character is not rated, so divide by one less"),
            (math.exp(total / (count + 2)), "the sum is divided by the length plus one: the first character is not rated, so divide by the length less one"),
            (math.exp(total / (count - 1)), "the sum is divided by the length less two: only the first character is not rated"),
            (math.exp(total / (count + 1) - 1), "brackets are missing: the sum is divided by `(len(text) - 1)`"),
            (math.exp(total) / count, "the exponential is divided: divide the sum, and then take the exponential"),
            (10**mean, "10 is taken to the power of a loss in nats: e belongs to nats"),
            (math.exp(total / len(VOCABULARY.symbols)), "the sum is divided by the size of the vocabulary: divide by the number of characters that are rated"),
            (-math.exp(mean), "the minus goes inside: perplexity is e to the mean of *minus* ln p"),
            (math.exp(-mean), "the sign is missing: perplexity is e to the mean of *minus* ln p, and at least 1"),
            (mean, "that is the mean loss: take its exponential"),
            (-mean, "that is the mean log-probability: change its sign, and take the exponential"),
            (math.exp(total), "the sum is not divided by the number of characters"),
            (2**mean, "2 is taken to the power of a loss in nats: e belongs to nats"),
            (bits, "that is the mean loss in bits: take e to the power of the mean loss in nats"),
            (math.exp(bits), "e is taken to the power of a loss in bits: e belongs to nats"),
            (total, "that is the sum of the losses: divide, and take the exponential"),
            (1 / chances.mean().item(), "that is 1 divided by the mean probability: take the mean of the logarithms"),
            ((1 / chances).mean().item(), "that is the mean of 1 / p: take the mean of the logarithms"),
        ],
        tolerance=1e-4,
    )  # fmt: skip
    _compare_long(answer, model)


def _compare_long(answer, model) -> None:
    right = math.exp(-log_probabilities(model, LONG).mean().item())
    too_small = f"the probability of {len(LONG):,} characters is 0 for a computer: divide the logarithm, and only then take the exponential"
    try:
        result = expect_number(answer(model, VOCABULARY, LONG), "the perplexity")
    except (ZeroDivisionError, OverflowError, ValueError):
        raise Mistake(too_small) from None
    expect(math.isfinite(result) and result > 0, too_small)
    expect(
        same(result, right, 1e-4),
        f"of a text of {len(LONG):,} characters the perplexity should be {right:.4f}, and yours is {result:.4f}: is all of it rated?",
    )
