"""The check of `entropy`."""

import math

import torch

from helpers.checks.expectations import Mistake, compare, expect, expect_tensor, expect_type, same, show

_WIDE = 1_000  # characters that are equally likely: what is added within the logarithm shows


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
