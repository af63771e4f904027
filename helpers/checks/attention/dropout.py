"""Checks of lesson 05, dropout: on what goes to the output layer, with the probability that was given."""

from typing import Any

import torch
from torch import nn

from helpers.checks.attention.self_attention import draw_weights, found_in
from helpers.checks.expectations import Mistake, expect, same

_BATCH, _TIME, _VOCAB, _SIZE, _DROPOUT = 5, 6, 7, 6, 0.3
_KEPT = 1 / (1 - _DROPOUT)  # what dropout leaves, it multiplies with this


def expect_dropout(answer) -> None:
    """The sum of states and what was found is dropped out; nothing else, and in training only."""
    tokens = torch.randint(_VOCAB, (_BATCH, _TIME))
    model = answer(_VOCAB, _SIZE, _SIZE, _DROPOUT).eval()
    expect(
        not model.lstm.dropout,
        "dropout is given to `self.lstm`, too, which drops between layers, and there is one: `self.dropout` alone does it",
    )
    draw_weights(model)
    _copy_in_output(model)
    states, found = _parts(model, tokens)
    expect(
        same(_before_output(model(tokens)), states + found, 1e-4),
        "something is dropped out in evaluation mode: take `self.dropout`, an `nn.Dropout`, which knows the mode",
    )
    seen = _watch(model.train())
    logits = model(tokens).detach()
    given = _before_output(logits)
    if "lstm" in seen and not same(seen["lstm"], model.embedding(tokens).detach(), 1e-4):
        raise Mistake("dropout falls on the embeddings: it falls on the sum of states and what was found")
    if "attention" in seen and not same(seen["attention"], states, 1e-4):
        raise Mistake(
            "dropout falls on the states before attention reads them: it falls on their sum with what was found"
        )
    if bool((logits == 0).any()):
        raise Mistake("dropout falls on the logits: drop out before the output layer, not after it")
    _compare(given, states, found)


def _copy_in_output(model: nn.Module) -> None:
    """Make the output layer copy what it is given, and add 1: so a logit of 0 was dropped out after it."""
    with torch.no_grad():
        model.output.weight.copy_(torch.eye(_VOCAB, _SIZE))
        model.output.bias.fill_(1.0)


def _before_output(logits: torch.Tensor) -> torch.Tensor:
    return logits.detach()[..., :_SIZE] - 1


@torch.no_grad()
def _parts(model: nn.Module, tokens: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    states, _ = model.lstm(model.embedding(tokens))
    return states, found_in(model.attention, states)


def _watch(model: nn.Module) -> dict[str, torch.Tensor]:
    """Note what the LSTM and attention are given in the call that follows, where they are given the whole at once."""
    seen: dict[str, torch.Tensor] = {}

    def note(name: str) -> Any:
        def hook(_, arguments):
            if arguments and tuple(arguments[0].shape) == (_BATCH, _TIME, _SIZE):
                seen[name] = arguments[0].detach()

        return hook

    for name in ("lstm", "attention"):
        getattr(model, name).register_forward_pre_hook(note(name))
    return seen


def _compare(given: torch.Tensor, states: torch.Tensor, found: torch.Tensor) -> None:
    both, nothing = states + found, torch.zeros_like(states)
    where = "put the sum of states and what was found through `self.dropout`"
    expect(not same(given, both, 1e-4), f"nothing is dropped out in training: {where}")
    if _each_is_one_of(given, (nothing, _KEPT * both)):
        return
    if _each_is_one_of(given, (states, states + _KEPT * found)):
        raise Mistake(f"only what was found is dropped out, and not the states: {where}")
    if _each_is_one_of(given, (nothing, _KEPT * states, _KEPT * found, _KEPT * both)):
        raise Mistake(f"states and what was found are dropped out apart, and then added: {where}")
    if _each_is_one_of(given, (found, _KEPT * states + found)):
        raise Mistake(f"only the states are dropped out, and not what was found: {where}")
    twice = (nothing, _KEPT * states, _KEPT * (states + _KEPT * found))
    more = (nothing, _KEPT**2 * both)
    if _each_is_one_of(given, twice) or _each_is_one_of(given, more):
        raise Mistake("dropout falls twice on what was found: once is enough, on the sum")
    for whole, rest in ((both, nothing), (found, states)):
        if factor := _common_factor((given - rest) / whole):
            raise Mistake(_other_probability(factor))
    raise Mistake(f"what reaches the output layer in training is not the sum after dropout: {where}")


def _each_is_one_of(given: torch.Tensor, options: tuple[torch.Tensor, ...]) -> bool:
    return bool(torch.stack([given.isclose(one, rtol=1e-3, atol=1e-4) for one in options]).any(0).all())


def _common_factor(ratios: torch.Tensor) -> float:
    """Return the one number that all ratios are which are not 0; 0 where there are several."""
    left = ratios[ratios.abs() > 1e-3]
    if left.numel() == 0:
        return 0.0
    factor = left.median().item()
    return factor if same(left, torch.full_like(left, factor), 1e-2) else 0.0


def _other_probability(factor: float) -> str:
    if abs(factor - 1) < 1e-2:
        return "what is left after dropout is not made larger for it: take `nn.Dropout`, which divides by 1 - dropout"
    return f"the probability is {1 - 1 / factor:.2g} where {_DROPOUT} was given: hand the argument on, `nn.Dropout(dropout)`"
