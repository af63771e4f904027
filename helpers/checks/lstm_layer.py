"""Checks of lesson 04, one layer: its weights, its steps, and that it is torch's."""

import torch
from torch import nn

from helpers.checks.expectations import Mistake, compare, expect, expect_tensor, same
from helpers.checks.lstm_reference import State, unroll, weights_in
from helpers.checks.training_layers import expect_module

_BATCH, _TIME, _INPUT, _HIDDEN = 4, 5, 3, 6
_NAMES = ("weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0")
_ROWS = {"input gate": 0, "candidate": 2, "output gate": 3}  # which of the four parts, beside the forget gate


def LSTMLayer(answer):  # noqa: N802 (named like the exercise)
    """The parameters of `nn.LSTM`, its numbers under the same weights, and a forget gate that starts open."""
    layer = answer(input_size=_INPUT, hidden_size=_HIDDEN)
    expect_module(layer, "LSTMLayer")
    _expect_parameters(layer)
    _expect_forget_bias(*(bias.detach() for bias in weights_in(layer)[2:]))
    with torch.no_grad():
        for weight in layer.parameters():
            weight.copy_(torch.randn(weight.shape))
    inputs, state = torch.randn(_BATCH, _TIME, _INPUT), tuple(torch.randn(2, _BATCH, _HIDDEN))
    given = tuple(part.clone() for part in state)
    states, last = _outputs(layer, inputs, state)
    _compare_states(weights_in(layer), inputs, given, states)
    _compare_last(weights_in(layer), inputs, given, last)
    expect(same(state, given), "`forward` changes the state that it is given: make new ones in each step")
    _compare_with_torch(layer, inputs, given, states)
    _compare_gradients(layer, inputs, given)


def _expect_parameters(layer: nn.Module) -> None:
    shapes = dict(
        zip(_NAMES, ((4 * _HIDDEN, _INPUT), (4 * _HIDDEN, _HIDDEN), (4 * _HIDDEN,), (4 * _HIDDEN,)), strict=True)
    )
    for name, shape in shapes.items():
        weight = getattr(layer, name, None)
        expect(weight is not None, f"there is no `self.{name}`: keep to torch's names")
        expect(
            isinstance(weight, nn.Parameter),
            f"`self.{name}` is no parameter, so the optimizer does not find it: wrap it, `nn.Parameter(...)`",
        )
        expect(
            tuple(weight.shape) == shape,
            f"`self.{name}` should have shape {shape} for input_size {_INPUT} and hidden_size {_HIDDEN}, four parts of "
            f"hidden_size rows, and has {tuple(weight.shape)}",
        )
    more = [name for name, _ in layer.named_parameters() if name not in shapes]
    expect(not more, f"nn.LSTM has no parameter `{', '.join(more)}`: a layer has the four of the text")
    for name in _NAMES[:2]:
        weight = getattr(layer, name).detach()
        expect(
            weight.unique().numel() > 1,
            f"`self.{name}` holds the same number everywhere, so all units would learn the same: draw it at random",
        )


def _expect_forget_bias(bias_ih: torch.Tensor, bias_hh: torch.Tensor) -> None:
    both = torch.stack([bias_ih, bias_hh]).view(2, 4, _HIDDEN)  # side, gate, unit
    ones = torch.ones(_HIDDEN)
    forget = both.sum(0)[1]
    if same(forget, ones, 1e-5):
        for name, place in _ROWS.items():
            expect(
                not same(both.sum(0)[place], ones, 1e-5) and not same(both[0, place], ones),
                f"the bias of the {name} is 1, too: only the forget gate's is",
            )
        return
    if same(forget, 2 * ones):
        raise Mistake("both biases of the forget gate are 1, and torch adds them up to 2: set one to 1, the other to 0")
    if any(same(side[1], ones) for side in both):
        raise Mistake(
            "one bias of the forget gate is 1, and the other still holds its random numbers: set that one to 0"
        )
    for name, place in _ROWS.items():
        if any(same(side[place], ones) for side in both) or same(both.sum(0)[place], ones, 1e-5):
            raise Mistake(
                f"the bias of the {name} is 1 in place of the forget gate's, which has the second part of rows"
            )
    raise Mistake(
        f"the two biases of the forget gate should add up to 1, and add up to {forget[0]:.2f} for its first unit: "
        "its rows are the second part, hidden_size to 2 · hidden_size"
    )


def _call(layer: nn.Module, inputs: torch.Tensor, state: State):
    try:
        return layer(inputs, state)
    except RuntimeError as error:
        if "must match the size" in str(error):
            raise Mistake(
                f"two sizes do not fit ({error}): time is the second dimension, so step t reads `inputs[:, t]`"
            ) from None
        raise


def _outputs(layer: nn.Module, inputs: torch.Tensor, state: State) -> tuple[torch.Tensor, State]:
    result = _call(layer, inputs, state)
    expect(
        isinstance(result, tuple) and len(result) == 2,
        "`forward` should return two things, the hidden states of all steps and the last state",
    )
    states, last = result
    if isinstance(states, tuple):
        raise Mistake("the last state is returned first: first the hidden states of all steps, then the last state")
    if isinstance(states, list):
        raise Mistake("the hidden states are a list of tensors: join them to one, with `torch.stack(..., dim=1)`")
    expect(
        isinstance(last, tuple) and len(last) == 2,
        "the last state should be a tuple of two tensors, (hidden, cell)",
    )
    expect(isinstance(states, torch.Tensor), "the hidden states of all steps should be a tensor")
    if tuple(states.shape) == (_TIME, _BATCH, _HIDDEN):
        raise Mistake(
            "texts and time are exchanged in the hidden states: stack them with `dim=1`, the batch comes first"
        )
    if tuple(states.shape) == (_BATCH, _HIDDEN):
        raise Mistake("that is the hidden state of the last step only: keep those of all steps")
    expect_tensor(states, f"the hidden states of {_BATCH} texts of {_TIME} steps", shape=(_BATCH, _TIME, _HIDDEN))
    for part, name in zip(last, ("hidden state", "cell"), strict=True):
        expect_tensor(part, f"the last {name} of {_BATCH} texts", shape=(_BATCH, _HIDDEN))
    return states, last


def _compare_states(weights, inputs: torch.Tensor, state: State, states: torch.Tensor) -> None:
    zeros = tuple(torch.zeros_like(part) for part in state)
    right = unroll(weights, inputs, state)[0]
    mistakes = [
        ({"order": "ifog"}, "the rows are read as input, forget, output, candidate: in torch's order the candidate comes third"),
        ({"order": "figo"}, "the rows of input gate and forget gate are exchanged: torch's order is input, forget, candidate, output"),
        ({"bends": False}, "the candidate goes through a sigmoid: take your `gates`"),
        ({"shown": False}, "the tanh of the cell is missing: take your `update`"),
        ({"fixed": "hidden cell"}, "every step starts from the first state: give `hidden` and `cell` their new values in each step"),
        ({"fixed": "hidden"}, "every step reads the first hidden state: go on with the new one"),
        ({"fixed": "cell"}, "every step changes the first cell: go on with the new one"),
        ({"mix": True}, "hidden state and cell are exchanged from step to step: `update` returns the hidden state first"),
    ]  # fmt: skip
    found = [(unroll(weights, inputs, state, **mistake)[0], message) for mistake, message in mistakes]
    found += [
        (unroll(weights, inputs, state[::-1])[0], "the state is taken apart as (cell, hidden): the hidden state comes first"),
        (unroll(weights, inputs, zeros)[0], "the state that `forward` is given is not used: start from it, not from zeros"),
        (right.flip(1), "the hidden states are in the reverse order"),
    ]  # fmt: skip
    for wrong, message in found:
        if not same(states, right, 1e-4) and same(states, wrong, 1e-4):
            raise Mistake(message)
    expect(
        same(states, right, 1e-4),
        "the hidden states are not those of the text: at each step `gates`, then `update`, with the step's inputs",
    )


def _compare_last(weights, inputs: torch.Tensor, state: State, last: State) -> None:
    states, right = unroll(weights, inputs, state)
    message = "the last state is returned as (cell, hidden): the hidden state comes first"
    compare(
        tuple(part.detach() for part in last), tuple(part.detach() for part in right), "the last state",
        [
            ((right[1].detach(), right[0].detach()), message),
            (state, "the state you return is the one you were given: return the one after the last step"),
            ((right[0].detach(), right[0].detach()), "the hidden state is returned twice: the second part is the cell"),
            ((right[1].detach(), right[1].detach()), "the cell is returned twice: the first part is the hidden state"),
            ((states[:, 0].detach(), right[1].detach()), "the hidden state you return is that of the first step"),
        ],
        tolerance=1e-4,
    )  # fmt: skip


def _compare_with_torch(layer: nn.Module, inputs: torch.Tensor, state: State, states: torch.Tensor) -> None:
    judge = nn.LSTM(_INPUT, _HIDDEN, batch_first=True)
    judge.load_state_dict(layer.state_dict())
    right, _ = judge(inputs, tuple(part[None] for part in state))
    expect(same(states, right, 1e-4), "the hidden states are not those of nn.LSTM under the same weights")


def _compare_gradients(layer: nn.Module, inputs: torch.Tensor, state: State) -> None:
    message = "the numbers are right, but the gradient does not flow back through time: no .detach() or no_grad here"
    states, right = layer(inputs, state)[0], unroll(weights_in(layer), inputs, state)[0]
    expect(states.requires_grad, message)
    own, wanted = (
        torch.autograd.grad(one[:, -1].sum(), weights_in(layer), allow_unused=True) for one in (states, right)
    )
    pairs = zip(own, wanted, strict=True)
    expect(all(gradient is not None and same(gradient, goal, 1e-3) for gradient, goal in pairs), message)
