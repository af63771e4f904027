"""Checks of lesson 04, dropout: between the layers and before the output layer, as strong as was asked, nowhere else."""

import torch
from torch import nn

from helpers.checks.expectations import Mistake, expect, same
from helpers.checks.lstm.reference import State, random_state, run, unroll, weights_in

_BATCH, _TIME, _HIDDEN, _VOCAB = 4, 5, 6, 7
_DROPOUT, _BIAS = 0.3, 4.0  # not 0.5, which is its own complement; a bias shows whether the logits are dropped out


def expect_dropout(answer) -> None:
    """Dropout changes the logits and what the second layer reads, and no state is carried on with holes in it."""
    tokens = torch.randint(_VOCAB, (_BATCH, _TIME))
    state = random_state(_BATCH, 2, _HIDDEN)
    model = answer(_VOCAB, _HIDDEN, 2, _DROPOUT).train()
    (_, last), (_, again) = model(tokens, state), model(tokens, state)
    right, right_last = run(model, tokens, state)
    if not all(same(own[:, 0], goal[:, 0], 1e-4) for own, goal in zip(last, right_last, strict=True)):
        raise Mistake(_misplaced(last))
    expect(
        not same(last[0][:, 1], again[0][:, 1], 1e-6),
        "nothing is dropped out between the layers: put each layer's hidden states through `self.dropout` on their way up",
    )
    expect(
        not any(bool((part == 0).any()) for part in last),
        "dropout falls on the state that is carried on: only what goes up to the next layer is dropped out",
    )
    _expect_right_below_output(answer(_VOCAB, _HIDDEN, 1, _DROPOUT).train(), tokens)
    _expect_right_between(model, tokens, state)
    expect(
        same(model.eval()(tokens, state)[0], right, 1e-4),
        "something is dropped out in evaluation mode: take `self.dropout`, which knows the mode",
    )


def _misplaced(last: State) -> str:
    """Tell dropped inputs from a dropped state, which has zeros in it."""
    if any(bool((part[:, 0] == 0).any()) for part in last):
        return "dropout falls on the state that is carried on: only what goes up to the next layer is dropped out"
    return "dropout falls on the one-hot vectors or on the steps of the first layer: only what goes up is dropped out"


def _expect_right_below_output(model: nn.Module, tokens: torch.Tensor) -> None:
    """Look at what reaches the output layer of a network of one layer: it is made to copy it and to add a bias."""
    with torch.no_grad():
        model.output.weight.copy_(torch.eye(_VOCAB, _HIDDEN))
        model.output.bias.fill_(_BIAS)
    zeros = tuple(torch.zeros(2, _BATCH, _HIDDEN))
    states, _ = unroll(weights_in(model.layers[0]), torch.eye(_VOCAB)[tokens], zeros)
    logits = model(tokens)[0]
    expect(
        not (logits == 0).any(),
        "dropout falls on the logits: it belongs on the topmost hidden states, before the output layer",
    )
    expect(
        not same(logits, model(tokens)[0], 1e-6),
        "the topmost hidden states go to the output layer without `self.dropout`",
    )
    _expect_strength(logits[..., :_HIDDEN] - _BIAS, states, "the topmost hidden states", "go to the output layer")


def _expect_right_between(model: nn.Module, tokens: torch.Tensor, state: State) -> None:
    """Look at what the second layer reads, where it is called like a function."""
    read = []
    hook = model.layers[1].register_forward_pre_hook(lambda layer, arguments: read.extend(arguments[:1]))
    model(tokens, state)
    hook.remove()
    below = tuple(part[:, 0] for part in state)
    states, _ = unroll(weights_in(model.layers[0]), torch.eye(_VOCAB)[tokens], below)
    if not read or any(part.dim() != 3 for part in read):  # called with named arguments, or step by step
        return
    _expect_strength(torch.cat(read, 1), states, "the hidden states between the layers", "go up")


def _expect_strength(dropped: torch.Tensor, states: torch.Tensor, what: str, where: str) -> None:
    """Hold what is left of hidden states to be enlarged as dropout of strength _DROPOUT does."""
    seen = (dropped.abs() > 1e-5) & (states.abs() > 1e-2)
    factor = (dropped[seen] / states[seen]).median().item()
    expect(
        bool(seen.any()) and same(dropped[seen], factor * states[seen], 1e-3),
        f"{what} are not what {where} after `self.dropout`",
    )
    expect(abs(factor * (1 - _DROPOUT) ** 2 - 1) > 1e-3, f"{what} are dropped out twice: once, where they {where}")
    expect(
        abs(factor * (1 - _DROPOUT) - 1) < 1e-3,
        f"{what} are dropped out with a probability of {1 - 1 / factor:.2g}, and {_DROPOUT} was asked for: use "
        "`self.dropout`, which is `nn.Dropout(dropout)`",
    )
