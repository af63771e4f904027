"""Checks of lesson 06, rating a text: its log-probability."""

import math
import random

import torch

from helpers.checks.expectations import Mistake, compare, expect, expect_number, same
from helpers.checks.modules import expect_still_in_evaluation
from helpers.checks.recorded_lstm import Spy
from helpers.ground.vocabulary import Vocabulary

VOCABULARY = Vocabulary("abdehlo")


TEXT = "helloahead"


LONG = "".join(random.Random(6).choices(VOCABULARY.symbols, k=2_000))  # its probability is 0 in a computer's numbers


_OWN_PLACE = "each character is rated by the logits at its own place: the logits at place t predict place t + 1"


_OVER_TIME = "the softmax runs over the places: the characters are the last dimension, `log_softmax(-1)`"


_BACKWARDS = (
    "the model reads from the second character on: it must read all but the last, and predict all but the first"
)


def text_log_probability(answer):
    """The sum of the logarithms of what came, each given all before; only then, whether gradients were recorded."""
    model = rated_model()
    result = _call(answer, model, TEXT)
    _compare_sum(expect_number(result, "the sum that you return"), model)
    _compare_long(answer, model)
    model.calls.clear()
    _call(answer, model, TEXT)
    expect(
        not any(call["grad"] for call in model.calls),
        "gradients were recorded, and nothing is trained here: put the call under `with torch.no_grad():`",
    )
    expect_still_in_evaluation(model)


def rated_model() -> Spy:
    """Return a model in evaluation mode that is far from uniform, so that each mistake shows."""
    model = Spy(len(VOCABULARY.symbols))
    for parameter in model.parameters():
        parameter.data.mul_(3)
    return model.eval()


@torch.no_grad()
def log_probabilities(model: Spy, text: str) -> torch.Tensor:
    """Return ln p of the second to the last character, shape (time - 1,)."""
    tokens = VOCABULARY.encode(text)
    return _taken(model(tokens[None, :-1])[0][0].log_softmax(-1), tokens[1:])


def _taken(rows: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
    return rows.gather(-1, targets[:, None])[:, 0]


def _call(answer, model: Spy, text: str):
    try:
        return answer(model, VOCABULARY, text)
    finally:
        torch.set_grad_enabled(True)


@torch.no_grad()
def _compare_sum(result: float, model: Spy) -> None:
    tokens, count = VOCABULARY.encode(TEXT), len(TEXT) - 1
    inputs, targets = tokens[:-1], tokens[1:]
    logits = model(tokens[None])[0][0]  # (time, vocab)
    rated = logits.log_softmax(-1)
    before = rated[:-1]
    came = _taken(before, targets)
    right = came.sum().item()
    later = model(targets[None])[0][0].log_softmax(-1)
    expect(
        not math.isnan(result), "the sum is NaN: a logit may be negative and has no logarithm, so take `log_softmax`"
    )
    expect(result != 0, "the sum is 0: does the softmax run over a dimension of size 1, the batch?")
    alone = torch.stack([model(token[None, None])[0][0, 0] for token in inputs])
    compare(
        result, right, f"the log-probability of {TEXT!r}",
        [
            (-right, "that is the sum of the losses: a log-probability is negative"),
            (right / count, "that is the mean over the characters: return the sum"),
            (-right / count, "that is the mean loss: return the sum of the log-probabilities, which is negative"),
            (right / math.log(2), "that is in bits: the course counts in nats, with the natural logarithm"),
            (right / math.log(10), "the logarithm is the one to base 10: the course counts in nats, with the natural one"),
            (before[0][targets].sum().item(), "all characters are looked up in the first row: `tokens[1:, None]` goes down the rows"),
            (math.exp(right), "that is the probability itself: return its logarithm"),
            (came.exp().mean().log().item(), "that is the logarithm of the mean probability: first the logarithms, then their sum"),
            (came.exp().sum().log().item(), "that is the logarithm of the sum of the probabilities: first the logarithms, then their sum"),
            (came.exp().sum().item(), "the probabilities are added up: add their logarithms"),
            (_taken(rated, tokens).sum().item(), _OWN_PLACE),
            (_taken(before, inputs).sum().item(), _OWN_PLACE),
            (_taken(rated[1:], targets).sum().item(), _OWN_PLACE),
            (_taken(later, targets).sum().item(), _OWN_PLACE),
            (_taken(later, inputs).sum().item(), _BACKWARDS),
            (right - math.log(len(VOCABULARY.symbols)), "the first character is rated, too: it has nothing before it"),
            (came[:-1].sum().item(), "the last character is not rated"),
            (_taken(logits[:-1], targets).sum().item(), "the logits are added up: take `log_softmax` first"),
            (_taken(logits[:-1].log_softmax(0), targets).sum().item(), _OVER_TIME),
            (_taken(logits.log_softmax(0)[:-1], targets).sum().item(), _OVER_TIME),
            (before.gather(0, targets[:, None]).sum().item(), "`gather(0, …)` takes from each column: from each row take one, with `gather(-1, …)`"),
            (before[:, targets].sum().item(), "`[:, targets]` takes from each row the numbers of *all* targets: take one from each row, with `gather`"),
            (before.sum().item(), "the logarithms of *all* characters are added up: from each row take the one that came, with `gather`"),
            (before.amax(-1).sum().item(), "the largest of each row is taken: take the one that came"),
            (_taken(alone.log_softmax(-1), targets).sum().item(), "each character is rated given only the one before: let the model read the whole text"),
        ],
        tolerance=1e-4,
    )  # fmt: skip


def _compare_long(answer, model: Spy) -> None:
    """A text so long that the product of its probabilities is 0 for a computer."""
    right = log_probabilities(model, LONG).sum().item()
    underflow = (
        f"the product of {len(LONG):,} probabilities is 0 for a computer: take the logarithms first, and add them up"
    )
    try:
        result = expect_number(_call(answer, model, LONG), "the sum that you return")
    except ValueError as error:
        if "math domain error" in str(error):
            raise Mistake(underflow) from None
        raise
    expect(math.isfinite(result), underflow)
    expect(
        same(result, right, 1e-4),
        f"of a text of {len(LONG):,} characters the log-probability should be {right:.1f}, and yours is {result:.1f}: is all of it rated?",
    )
