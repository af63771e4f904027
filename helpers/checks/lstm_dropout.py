"""Checks of lesson 04, dropout: between the layers and before the output layer, and nowhere else."""

import torch
from torch import nn

from helpers.checks.expectations import Mistake, expect, same
from helpers.checks.lstm_reference import run, unroll, weights_in

_BATCH, _TIME, _HIDDEN, _VOCAB = 4, 5, 6, 7


def expect_dropout(answer) -> None:
    """Dropout changes the logits and what the second layer reads, and no state is carried on with holes in it."""
    tokens = torch.randint(_VOCAB, (_BATCH, _TIME))
    state = tuple(torch.randn(2, _BATCH, 2, _HIDDEN))
    model = answer(_VOCAB, _HIDDEN, 2, 0.5).train()
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
    single = answer(_VOCAB, _HIDDEN, 1, 0.5).train()
    expect(
        not same(single(tokens)[0], single(tokens)[0], 1e-6),
        "the topmost hidden states go to the output layer without `self.dropout`",
    )
    _expect_dropped_once(single, tokens)
    expect(
        same(model.eval()(tokens, state)[0], right, 1e-4),
        "something is dropped out in evaluation mode: take `self.dropout`, which knows the mode",
    )


def _misplaced(last) -> str:
    """Tell dropped inputs from a dropped state, which has zeros in it."""
    if any(bool((part[:, 0] == 0).any()) for part in last):
        return "dropout falls on the state that is carried on: only what goes up to the next layer is dropped out"
    return "dropout falls on the one-hot vectors or on the steps of the first layer: only what goes up is dropped out"


def _expect_dropped_once(model: nn.Module, tokens: torch.Tensor) -> None:
    """Look at what reaches the output layer, which is made to copy it: dropout doubles what it leaves."""
    with torch.no_grad():
        model.output.weight.copy_(torch.eye(_VOCAB, _HIDDEN))
        model.output.bias.zero_()
    zeros = tuple(torch.zeros(2, _BATCH, _HIDDEN))
    states, _ = unroll(weights_in(model.layers[0]), torch.eye(_VOCAB)[tokens], zeros)
    dropped = model(tokens)[0][..., :_HIDDEN]
    left = dropped != 0
    expect(
        not same(dropped[left], 4 * states[left], 1e-4),
        "the topmost hidden states are dropped out twice: once, on their way to the output layer",
    )
    expect(
        same(dropped[left], 2 * states[left], 1e-4),
        "what goes to the output layer are not the topmost hidden states after `self.dropout`",
    )
