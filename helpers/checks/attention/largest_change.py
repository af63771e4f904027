"""Checks of lesson 05: how far a changed token reaches back."""

from itertools import pairwise

import torch
from torch import nn

from helpers.checks.attention.leak_numbers import TOKEN, difference, mistakes
from helpers.checks.expectations import Mistake, compare, expect, expect_number, same
from helpers.checks.spies import called, modes_of

_ROWS, _TIME, _VOCAB = 5, 8, 50


_CAUSAL = {0: 1.0, -1: 1.5, -3: 0.7}  # of a position, and of those before it


@called("AttentionLanguageModel")
class _Reader(nn.Module):
    """Logits that are sums over tokens at fixed distances: `reach` maps a distance, later ones positive, to its weight."""

    def __init__(self, reach: dict[int, float]):
        super().__init__()
        self.tables = nn.ModuleList(nn.Embedding(_VOCAB, _VOCAB) for _ in reach)
        self.reach = reach
        self.calls = []

    def forward(self, tokens):
        self.calls.append({"tokens": tokens.clone(), "modes": modes_of(self), "grad": torch.is_grad_enabled()})
        times = torch.arange(tokens.shape[1])
        logits = torch.zeros(*tokens.shape, _VOCAB)
        for table, (distance, weight) in zip(self.tables, self.reach.items(), strict=True):
            there = (times + distance >= 0) & (times + distance < len(times))
            logits = logits + weight * table(tokens.roll(-distance, 1)) * there[:, None]
        return logits


def largest_change(answer):
    """The largest difference before the position: of models that leak near, far and not at all."""
    leaking = _Reader(_CAUSAL | {1: 2.0, 2: 4.0, 3: 0.5})
    calls = _compare(answer, leaking, 3, _telling_text(leaking, 3))
    leaking.reach = {distance: -weight for distance, weight in leaking.reach.items()}  # so that a missing abs shows
    _compare(answer, leaking, 3)
    for leak in ({4: 0.5}, {1: 0.5}, {}):
        _compare(answer, _Reader(_CAUSAL | leak), 6)
    for position in (1, _TIME - 1):
        _compare(answer, leaking, position)
    _expect_modes(calls)


def _compare(answer, model: _Reader, position: int, tokens: torch.Tensor | None = None) -> list[dict]:
    """Hold an answer to the right number, and return how the model was called."""
    tokens = _text(model, position) if tokens is None else tokens
    model.train()
    model.calls.clear()
    result = _call(answer, model, tokens, position)
    calls = list(model.calls)
    expect(len(calls) > 0, "the model was never called: it reads the text, and the changed text")
    if isinstance(result, tuple) and hasattr(result, "indices"):
        raise Mistake("`max` along a dimension gives two tensors, values and places: `.max().item()` is one number")
    value = expect_number(result, "the change that you return")
    with torch.no_grad():
        right = difference(model, tokens, position)[:, :position].abs().max().item()
        if not same(value, right, 1e-5):
            _expect_whole_texts(calls, tokens)
            expect(
                value not in [round(right, digits) for digits in range(4)],
                "the change that you return is rounded: return it as it is, a small leak is a leak",
            )
        compare(value, right, f"the largest change before position {position}", mistakes(model, tokens, position))
    return calls


@torch.no_grad()
def _text(model: nn.Module, position: int) -> torch.Tensor:
    """Return random tokens of which neither the first nor the last row shows the largest change."""
    tokens = 1 + torch.randperm(_VOCAB - 1)[: _ROWS * _TIME].view(_ROWS, _TIME)  # all different, none the new one
    changes = difference(model, tokens, position)[:, :position].abs().amax((1, 2))
    return tokens[changes.argsort()[[0, 1, 2, 4, 3]]]


@torch.no_grad()
def _telling_text(model: nn.Module, position: int) -> torch.Tensor:
    """Return a text with which no two mistakes give nearly the same number, as far as one is found."""
    for _ in range(20):
        tokens = _text(model, position)
        right = difference(model, tokens, position)[:, :position].abs().max().item()
        wrong = sorted(pair for pair in mistakes(model, tokens, position) if not same(pair[0], right, 1e-3))
        if not any(one[1] != next[1] and same(one[0], next[0], 2e-3) for one, next in pairwise(wrong)):
            break
    return tokens


def _call(answer, model: _Reader, tokens: torch.Tensor, position: int):
    try:
        result = answer(model, tokens, position, TOKEN)
        recorded = torch.is_grad_enabled()
    except ValueError as error:
        if "to unpack" in str(error):
            raise Mistake("the model returns the logits alone: the models of this lesson carry no state") from None
        raise
    finally:
        torch.set_grad_enabled(True)
    expect(
        recorded,
        "after `largest_change` gradients are still switched off: use `with torch.no_grad():`, which ends",
    )
    return result


def _expect_whole_texts(calls: list[dict], tokens: torch.Tensor) -> None:
    texts = [row for call in calls for row in call["tokens"].view(-1, call["tokens"].shape[-1])]
    expect(
        all(len(row) <= tokens.shape[1] for row in texts),
        "the changed text is longer than the text: the new token stands in the place of the old one, and not beside it",
    )
    expect(
        all(len(row) == tokens.shape[1] for row in texts),
        "the model reads less than the whole text, so it cannot see what was replaced: cut the logits, `[:, :position]`, "
        "not the text",
    )
    own = [row for row in texts if any(same(row, other) for other in tokens)]
    expect(len(own) > 0, "the model reads the changed text alone: it reads the text as it was, too")
    expect(
        len(own) < len(texts) or len(texts) < 2 * _ROWS,
        "the model reads the same text twice: put the new token, with `=`, into a copy, tokens.clone(), and read that, too",
    )


def _expect_modes(calls: list[dict]) -> None:
    expect(
        not any(call["modes"] == {True} for call in calls),
        "the model was in training mode: with dropout two calls differ though nothing leaks; call `model.eval()` first",
    )
    expect(
        not any(True in call["modes"] for call in calls),
        "the layers inside the model were in training mode: `model.eval()` sets them, `model.training = False` does not",
    )
    expect(
        not any(call["grad"] for call in calls), "gradients were recorded: put the calls under `with torch.no_grad():`"
    )
