"""Checks of lesson 06, writing: filters in their order before each draw, each character fed once."""

import math

import torch

from helpers.checks.expectations import Mistake, expect
from helpers.checks.modules import expect_still_in_evaluation
from helpers.checks.recorded_lstm import Spy
from helpers.checks.writing import (
    PRIME,
    SIZE,
    SYMBOLS,
    expect_fed,
    expect_length,
    likeliest_text,
    lively_model,
    take_text,
)
from helpers.ground.vocabulary import Vocabulary

_VOCAB = len(SYMBOLS)


def write(answer):
    """The prime and `length` characters more, the filters chained in their order on the last logits."""
    vocabulary = Vocabulary(SYMBOLS)
    model = lively_model(vocabulary.encode(PRIME)).eval()
    text = _call(answer, model, vocabulary, [_keep_best])
    recorded = any(call["grad"] for call in model.calls)
    expect(len(model.calls) > 0, "the model was never called")
    expect_length(text, "length")
    expect_fed(model, vocabulary, text)
    _compare_greedy(model, vocabulary, text)
    _expect_chain(answer, model, vocabulary)
    _expect_drawn(answer, model, vocabulary)
    expect(
        not recorded, "gradients were recorded, and nothing is trained here: put the loop under `with torch.no_grad():`"
    )
    expect_still_in_evaluation(model)


def _keep_best(logits: torch.Tensor) -> torch.Tensor:
    return logits.masked_fill(logits < logits.amax(-1, keepdim=True), -math.inf)


def _call(answer, model: Spy, vocabulary: Vocabulary, filters: list, seed: int = 0):
    generator = torch.Generator().manual_seed(seed)
    return take_text(
        model,
        lambda: answer(model, vocabulary, PRIME, SIZE, filters, generator),
        name="write",
        one_character="a tensor of shape (1, 1)",
    )


def _compare_greedy(model: Spy, vocabulary: Vocabulary, text: str) -> None:
    expect(
        text == likeliest_text(model, vocabulary, len(text)),
        "with a filter that keeps only the likeliest, the likeliest should come every time: filter the logits at the "
        "*last* position, and draw from what the filter returns, as it is: `draw` takes the softmax itself",
    )


def _expect_chain(answer, model: Spy, vocabulary: Vocabulary) -> None:
    """Two filters that note what they are given: the second must be given what the first returned."""
    given = {"first": [], "second": []}

    def first(logits):
        given["first"].append(logits.detach().clone())
        return logits + 1.0

    def second(logits):
        given["second"].append(logits.detach().clone())
        return logits * 2.0

    _call(answer, model, vocabulary, [first, second])
    counts = len(given["first"]), len(given["second"])
    expect(counts != (0, 0), "the filters are never called")
    expect(min(counts) > 0, "only one of two filters is called: go through the whole list")
    expect(
        counts == (SIZE, SIZE),
        f"for {SIZE} characters each filter should be called {SIZE} times, once before each draw; they are called "
        f"{counts[0]} and {counts[1]} times",
    )
    shape = tuple(given["first"][0].shape)
    expect(
        shape == (1, _VOCAB),
        f"a filter should be given the last logits, of shape (1, vocab) = (1, {_VOCAB}); it is given shape {shape}",
    )
    with torch.no_grad():
        raw = model(vocabulary.encode(PRIME)[None])[0][:, -1]
    start, then = given["first"][0], given["second"][0]
    if _near(then, raw) and _near(start, 2 * raw):
        raise Mistake("the filters are applied from the last to the first: keep the order of the list")
    if _near(start, raw) and _near(then, raw):
        raise Mistake("each filter is given the model's own logits: give it what the filter before returned")
    if _near(start, raw.softmax(-1)):
        raise Mistake("the filters are given probabilities: they take logits, the softmax is taken in `draw`")
    expect(_near(start, raw), "the first filter is not given the model's last logits")
    expect(_near(then, raw + 1.0), "the second filter is not given what the first one returned")


def _near(left: torch.Tensor, right: torch.Tensor) -> bool:
    return left.shape == right.shape and torch.allclose(left, right, atol=1e-4)


def _expect_drawn(answer, model: Spy, vocabulary: Vocabulary) -> None:
    model.output.weight.data.zero_()  # every character equally likely, wherever
    model.output.bias.data.zero_()
    favourites = []

    def favour(logits):
        favourites.append(len(favourites) % _VOCAB)  # hardly likelier than the others, and another one each time
        return logits + 0.01 * (torch.arange(_VOCAB) == favourites[-1])

    text = _call(answer, model, vocabulary, [favour], 1)[len(PRIME) :]
    likeliest = "".join(SYMBOLS[token] for token in favourites)
    expect(text != likeliest, "the likeliest character comes every time: use your `draw`")
    expect(
        len(set(text)) > 1,
        "every draw uses the same random number: set no seed, and make no generator, within the loop",
    )
    texts = [_call(answer, model, vocabulary, [], seed)[len(PRIME) :] for seed in (1, 1, 2)]
    expect(texts[0] == texts[1], "the same seed gives another text: hand `generator` to `draw`")
    expect(texts[0] != texts[2], "every seed gives the same text: hand `generator` to `draw` as it is, unseeded")
