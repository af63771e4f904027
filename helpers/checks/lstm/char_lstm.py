"""Checks of lesson 04, the network: layers on top of each other, their state a tuple, dropout on the way up."""

import torch
from torch import nn

from helpers.checks.expectations import Mistake, expect, expect_tensor, same
from helpers.checks.lstm.dropout import expect_dropout
from helpers.checks.lstm.earlier import naming_earlier
from helpers.checks.lstm.lstm_layer import LSTMLayer
from helpers.checks.lstm.one_hot import one_hot
from helpers.checks.lstm.reference import State, random_state, run, weights_in
from helpers.checks.modules import expect_linear, expect_module

_BATCH, _TIME, _LAYERS, _HIDDEN, _VOCAB = 4, 5, 3, 6, 7


def CharLSTM(answer):  # noqa: N802 (named like the exercise)
    """The layers of the text, the numbers of the formulas, a tuple carried on, and dropout that counts."""
    with naming_earlier(answer, one_hot, LSTMLayer):
        model = answer(_VOCAB, _HIDDEN, _LAYERS, 0.0)
        expect_module(model, "CharLSTM")
        _expect_layers(model)
        _expect_fresh_state(model.init_state(_BATCH))
        _check_steps(model.eval())
        expect_dropout(answer)


def _check_steps(model: nn.Module) -> None:
    tokens = torch.randint(_VOCAB, (_BATCH, _TIME))
    tokens[0, 0] = _VOCAB - 1  # one-hot vectors as long as the largest token come later
    start = random_state(_BATCH, _LAYERS, _HIDDEN)
    given = tuple(part.clone() for part in start)
    logits, last = _outputs(model, tokens, start)
    expect(same(start, given), "`forward` changes the state that it is given: make a new one")
    _compare_logits(model, tokens, given, logits)
    _compare_last(model, tokens, given, last)
    _compare_gradients(model, tokens, given)
    without, _ = _outputs(model, tokens, None)
    right = run(model, tokens, model.init_state(_BATCH))[0]
    expect(same(without, right, 1e-4), "without a state, `forward` should start from `init_state`")
    _expect_whole_vocabulary(model, tokens % (_VOCAB - 1), given)


def _expect_whole_vocabulary(model: nn.Module, tokens: torch.Tensor, start: State) -> None:
    """Hold a batch without the last character of the vocabulary to be read like any other."""
    try:
        logits, _ = model(tokens, start)
    except RuntimeError as error:
        if "cannot be multiplied" not in str(error):
            raise
        raise Mistake(
            "the one-hot vectors end at the largest token of the batch, and the layer expects the whole vocabulary: "
            "make them with your `one_hot`, `self.vocab_size` long"
        ) from None
    expect(same(logits, run(model, tokens, start)[0], 1e-4), "the logits of a second batch are not those of the text")


def _expect_layers(model: nn.Module) -> None:
    layers = getattr(model, "layers", None)
    expect(layers is not None, "there is no `self.layers`: keep to the names in the text")
    if isinstance(layers, list | tuple):
        raise Mistake(
            "`self.layers` is a plain Python list, in which the optimizer finds no weights: make it an `nn.ModuleList`"
        )
    expect(isinstance(layers, nn.ModuleList), "`self.layers` should be an `nn.ModuleList`")
    expect(
        len(layers) == _LAYERS,
        f"there should be {_LAYERS} layers for num_layers={_LAYERS}, and there are {len(layers)}",
    )
    expect(
        len({id(layer) for layer in layers}) == _LAYERS,
        "the layers are one and the same (a list times a number repeats it): make a new one for each",
    )
    for number, layer in enumerate(layers):
        expect(hasattr(layer, "weight_ih_l0"), "`self.layers` should hold your LSTMLayer")
        size, reads = layer.weight_ih_l0.shape[1], _VOCAB if number == 0 else _HIDDEN
        expect(
            not (number and size == _VOCAB),
            "all layers read one-hot vectors: from the second on, a layer reads the hidden states of the one below",
        )
        expect(size == reads, f"`self.layers[{number}]` should read {reads} numbers at each step, and reads {size}")
    expect_linear(model, "output", (_VOCAB, _HIDDEN), f"vocab_size {_VOCAB} and hidden_size {_HIDDEN}")


def _expect_fresh_state(state) -> None:
    shape = (_BATCH, _LAYERS, _HIDDEN)
    expect(
        not isinstance(state, torch.Tensor),
        "`init_state` gives one tensor: an LSTM carries two, so return a tuple (hidden, cell)",
    )
    expect(
        isinstance(state, tuple) and len(state) == 2,
        f"`init_state({_BATCH})` should be a tuple of two tensors, (hidden, cell)",
    )
    for part in state:
        expect(isinstance(part, torch.Tensor), "both parts of `init_state` should be tensors")
        if tuple(part.shape) == (_LAYERS, _BATCH, _HIDDEN):
            raise Mistake("`init_state` puts the layers first, as nn.LSTM does: here the batch comes first")
        if tuple(part.shape) == (_BATCH, _HIDDEN):
            raise Mistake("`init_state` has one state for all layers: each layer carries its own")
        expect_tensor(part, f"each part of `init_state({_BATCH})` with {_LAYERS} layers of size {_HIDDEN}", shape)
        expect(not part.any(), "`init_state` should give zeros: at the start there is nothing to remember")


def _call(model: nn.Module, tokens: torch.Tensor, state: State | None):
    try:
        return model(tokens, state)
    except RuntimeError as error:
        if "must match the size" in str(error):
            raise Mistake(
                f"two sizes do not fit ({error}): the batch comes first in the state, so `self.layers[i]` starts from "
                "`hidden[:, i]` and `cell[:, i]`"
            ) from None
        raise


def _outputs(model: nn.Module, tokens: torch.Tensor, state: State | None) -> tuple[torch.Tensor, State]:
    result = _call(model, tokens, state)
    expect(
        isinstance(result, tuple) and len(result) == 2,
        "`forward` should return two things, the logits and the last state",
    )
    logits, last = result
    if isinstance(logits, tuple):
        raise Mistake("logits and state are returned the wrong way round: the logits come first")
    expect(isinstance(logits, torch.Tensor), "the first thing that `forward` returns, the logits, should be a tensor")
    if tuple(logits.shape) == (_TIME, _BATCH, _VOCAB):
        raise Mistake("texts and time are exchanged in the logits: the batch comes first")
    if tuple(logits.shape) == (_BATCH, _VOCAB):
        raise Mistake("there are logits for the last position only: the output layer reads all hidden states")
    expect_tensor(logits, f"the logits of {_BATCH} texts of {_TIME} tokens", (_BATCH, _TIME, _VOCAB))
    expect(
        isinstance(last, tuple) and len(last) == 2,
        "the last state should be a tuple of two tensors, (hidden, cell), like `init_state`",
    )
    for part in last:
        expect(
            isinstance(part, torch.Tensor),
            "each part of the last state should be one tensor for all layers: join them, with `torch.stack(..., dim=1)`",
        )
        if tuple(part.shape) == (_LAYERS, _BATCH, _HIDDEN):
            raise Mistake("the last state has the layers first: stack with `dim=1`, so that the batch comes first")
        if tuple(part.shape) == (_BATCH, _HIDDEN):
            raise Mistake("only one layer's state is returned: every layer needs its own to go on")
        expect_tensor(part, f"each part of the last state of {_BATCH} texts", (_BATCH, _LAYERS, _HIDDEN))
    return logits, last


def _compare_logits(model: nn.Module, tokens: torch.Tensor, start: State, logits: torch.Tensor) -> None:
    right = run(model, tokens, start)[0]
    if same(logits, right, 1e-4):
        return
    zeros = tuple(torch.zeros_like(part) for part in start)
    mistakes = [
        (run(model, tokens, zeros)[0], "the state that `forward` is given is not used: start from `state`, not from zeros"),
        (run(model, tokens, start[::-1])[0], "the state is taken apart as (cell, hidden): the hidden state comes first"),
        (run(model, tokens, start, shared=True)[0], "all layers start from the first layer's state: `self.layers[i]` starts from `hidden[:, i]` and `cell[:, i]`"),
        (run(model, tokens, start, chained=True)[0], "a layer starts from the last state of the one below: `self.layers[i]` starts from `hidden[:, i]` and `cell[:, i]`"),
        (run(model, tokens, tuple(part.flip(1) for part in start))[0], "the layers take their states in reverse order"),
        (run(model, tokens, start, top=0)[0], "the output layer reads the first layer: give it the topmost one"),
        (right.softmax(-1), "those are probabilities: return the logits, the softmax comes with the loss"),
        (right.log_softmax(-1), "those are logarithms of probabilities: return the logits as the output layer gives them"),
    ]  # fmt: skip
    for wrong, message in mistakes:
        if same(logits, wrong, 1e-4):
            raise Mistake(message)
    raise Mistake("the logits are not those of the text: one-hot, layer on layer, the output layer")


def _compare_last(model: nn.Module, tokens: torch.Tensor, start: State, last: State) -> None:
    right = run(model, tokens, start)[1]
    mistakes = [
        (right[::-1], "the last state is returned as (cell, hidden): the hidden state comes first"),
        (start, "the state you return is the one you started with: return the one after the last character"),
        (tuple(part.flip(1) for part in right), "the states you return are in the reverse order of layers: the lowest comes first"),
        ((right[0], right[0]), "the hidden states are returned twice: the second part holds the cells"),
        ((right[1], right[1]), "the cells are returned twice: the first part holds the hidden states"),
        (tuple(part[:, -1:].expand_as(part) for part in right), "the topmost layer's state stands for every layer: keep each layer's own"),
    ]  # fmt: skip
    for wrong, message in mistakes:
        if not same(last, right, 1e-4) and same(last, wrong, 1e-4):
            raise Mistake(message)
    expect(
        same(last, right, 1e-4), "the last state is not that of the text: keep what each layer returns beside its steps"
    )


def _compare_gradients(model: nn.Module, tokens: torch.Tensor, state: State) -> None:
    message = "the numbers are right, but the gradient does not flow through all layers: no .detach() or no_grad here"
    weights = [weight for layer in model.layers for weight in weights_in(layer)]
    logits, right = model(tokens, state)[0], run(model, tokens, state)[0]
    expect(logits.requires_grad, message)
    own, wanted = (
        torch.autograd.grad(one[:, -1].square().sum(), weights, allow_unused=True) for one in (logits, right)
    )
    pairs = zip(own, wanted, strict=True)
    expect(all(gradient is not None and same(gradient, goal, 1e-3) for gradient, goal in pairs), message)
