"""Checks of lesson 06, rating a text: its log-probability and its perplexity."""

import math

import torch

from helpers.checks.expectations import compare, expect, expect_number
from helpers.checks.lstm_spy import Spy
from helpers.checks.training_spy import modes_of
from helpers.vocabulary import Vocabulary

_SYMBOLS, _TEXT = "abdehlo", "helloahead"


def text_log_probability(answer):
    """The sum of the logarithms of what came, each given all before, without dropout or gradients."""
    model, vocabulary = _model(), Vocabulary(_SYMBOLS)
    model.train()
    result = _call(answer, model, vocabulary)
    expect(len(model.calls) > 0, "the model was never called")
    expect(
        not any(True in call["modes"] for call in model.calls),
        "the model was in training mode, so dropout would falsify the rating: call `model.eval()` first",
    )
    expect(
        not any(call["grad"] for call in model.calls),
        "gradients were recorded: put the call under `with torch.no_grad():`",
    )
    _compare_sum(expect_number(result, "the sum that you return"), model, vocabulary)
    expect(
        modes_of(model) == {True},
        "the model is left in evaluation mode: put it back as it was, `model.train(was_training)`",
    )
    model.eval()
    _call(answer, model, vocabulary)
    expect(modes_of(model) == {False}, "a model that was in evaluation mode before is in training mode afterwards")


def _model() -> Spy:
    model = Spy(len(_SYMBOLS))
    for parameter in model.parameters():
        parameter.data.mul_(3)  # far from uniform, so that each mistake shows
    return model


def _call(answer, model: Spy, vocabulary: Vocabulary):
    model.calls.clear()
    try:
        return answer(model, vocabulary, _TEXT)
    finally:
        torch.set_grad_enabled(True)


@torch.no_grad()
def _compare_sum(result: float, model: Spy, vocabulary: Vocabulary) -> None:
    tokens = vocabulary.encode(_TEXT)
    logits = model(tokens[None])[0][0]
    rated = logits.log_softmax(-1)
    count = len(_TEXT) - 1

    def taken(rows: torch.Tensor, targets: torch.Tensor) -> float:
        return rows.gather(-1, targets[:, None]).sum().item()

    right = taken(rated[:-1], tokens[1:])
    alone = torch.stack([model(token[None, None])[0][0, 0] for token in tokens[:-1]])
    compare(
        result, right, f"the log-probability of {_TEXT!r}",
        [
            (-right, "that is the sum of the losses: a log-probability is negative"),
            (right / count, "that is the mean over the characters: return the sum"),
            (-right / count, "that is the mean loss: return the sum of the log-probabilities, which is negative"),
            (right / math.log(2), "that is in bits: the course counts in nats, with the natural logarithm"),
            (math.exp(right), "that is the probability itself: return its logarithm"),
            (taken(rated, tokens), "each character is rated by the logits at its own place: the logits at place t predict place t + 1"),
            (taken(rated[:-1], tokens[:-1]), "each character is rated by the logits at its own place: the logits at place t predict place t + 1"),
            (right - math.log(len(_SYMBOLS)), "the first character is rated, too: it has nothing before it"),
            (taken(logits[:-1], tokens[1:]), "the logits are added up: take `log_softmax` first"),
            (taken(rated[:-1].exp(), tokens[1:]), "the probabilities are added up: add their logarithms"),
            (taken(rated[:-2], tokens[1:-1]), "the last character is not rated"),
            (taken(alone.log_softmax(-1), tokens[1:]), "each character is rated given only the one before: let the model read the whole text"),
            (rated[:-1].sum().item(), "the logarithms of *all* characters are added up: from each row take the one that came, with `gather`"),
            (rated[:-1].amax(-1).sum().item(), "the largest of each row is taken: take the one that came"),
        ],
        tolerance=1e-4,
    )  # fmt: skip


def perplexity(answer):
    """e to the mean loss over the characters that are rated."""
    model, vocabulary = _model().eval(), Vocabulary(_SYMBOLS)
    result = expect_number(_call(answer, model, vocabulary), "the perplexity")
    tokens, count = vocabulary.encode(_TEXT), len(_TEXT) - 1
    with torch.no_grad():
        rated = model(tokens[None, :-1])[0][0].log_softmax(-1)
    total = -rated.gather(-1, tokens[1:, None]).sum().item()
    compare(
        result, math.exp(total / count), f"the perplexity of {_TEXT!r}",
        [
            (math.exp(total / (count + 1)), "the sum is divided by the length of the text: the first character is not rated, so divide by one less"),
            (math.exp(-total / count), "the sign is missing: perplexity is e to the mean of *minus* ln p, and at least 1"),
            (total / count, "that is the mean loss: take its exponential"),
            (-total / count, "that is the mean log-probability: change its sign, and take the exponential"),
            (math.exp(total), "the sum is not divided by the number of characters"),
            (2 ** (total / count), "2 is taken to the power of a loss in nats: e belongs to nats"),
            (total, "that is the sum of the losses: divide, and take the exponential"),
        ],
        tolerance=1e-4,
    )  # fmt: skip
