"""Checks of lesson 04, one layer: its steps, and that it is torch's."""

import torch
from torch import nn

from helpers.checks.expectations import Mistake, compare, expect, expect_tensor, same
from helpers.checks.lstm.earlier import naming_earlier
from helpers.checks.lstm.gates import gates
from helpers.checks.lstm.reference import State, random_state, unroll, weights_in
from helpers.checks.lstm.update import update
from helpers.checks.lstm.weights import expect_draw, expect_forget_bias, make_layer

_BATCH, _TIME, _INPUT, _HIDDEN = 4, 5, 3, 6


def LSTMLayer(answer):  # noqa: N802 (named like the exercise)
    """The parameters of `nn.LSTM`, its numbers under the same weights, and a forget gate that starts open."""
    layer = make_layer(answer, _INPUT, _HIDDEN)
    expect_forget_bias(layer)
    expect_draw(answer)
    with naming_earlier(answer, gates, update):
        _check_steps(layer)


def _check_steps(layer: nn.Module) -> None:
    with torch.no_grad():
        for weight in layer.parameters():
            weight.copy_(torch.randn(weight.shape))
    inputs, state = torch.randn(_BATCH, _TIME, _INPUT), random_state(_BATCH, _HIDDEN)
    given = tuple(part.clone() for part in state)
    states, last = _outputs(layer, inputs, state)
    expect(same(state, given), "`forward` changes the state that it is given: make new ones in each step")
    _compare_states(weights_in(layer), inputs, given, states)
    _compare_last(weights_in(layer), inputs, given, last)
    _compare_with_torch(layer, inputs, given, states)
    _compare_gradients(layer, inputs, given)


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
        ({"order": "figo"}, "input gate and forget gate are exchanged: the order is input, forget, candidate, output, in the rows, in what `gates` returns and in what `update` takes"),
        ({"bends": False}, "the candidate goes through a sigmoid: take your `gates`"),
        ({"shown": False}, "the tanh of the cell is missing: take your `update`"),
        ({"fixed": "hidden cell"}, "every step starts from the first state: give `hidden` and `cell` their new values in each step"),
        ({"fixed": "hidden"}, "every step reads the first hidden state: go on with the new one"),
        ({"fixed": "cell"}, "every step changes the first cell: go on with the new one"),
        ({"mix": True}, "hidden state and cell are exchanged from step to step: `update` returns the hidden state first"),
        ({"swapped": True}, "what `update` returns is taken apart as `cell, hidden`: it returns the hidden state first"),
        ({"reads_cell": True}, "the gates are made from the cell: give `gates` the hidden state"),
    ]  # fmt: skip
    found = [(unroll(weights, inputs, state, **mistake)[0], message) for mistake, message in mistakes]
    found += [
        (unroll(weights, inputs, state[::-1])[0], "the state is taken apart as (cell, hidden): the hidden state comes first"),
        (unroll(weights, inputs, zeros)[0], "the state that `forward` is given is not used: start from it, not from zeros"),
        (unroll(weights, inputs, (state[0], zeros[1]))[0], "the cell that `forward` is given is not used: start from it, not from zeros"),
        (unroll(weights, inputs, (zeros[0], state[1]))[0], "the hidden state that `forward` is given is not used: start from it, not from zeros"),
        (unroll(weights, inputs[:, :1].expand_as(inputs), state)[0], "every step reads the first input: step t reads `inputs[:, t]`"),
        (unroll((*weights[:3], weights[2]), inputs, state)[0], "`self.bias_ih_l0` is handed to `gates` twice: the last one is `self.bias_hh_l0`"),
        (_cells(weights, inputs, state), "the cells of all steps are returned: what goes up are the hidden states"),
        (torch.cat([state[0][:, None], right[:, :-1]], 1), "the hidden states lag by one step: append after `update`, not before"),
        (right.flip(1), "the hidden states are in the reverse order"),
    ]  # fmt: skip
    for wrong, message in found:
        if not same(states, right, 1e-4) and same(states, wrong, 1e-4):
            raise Mistake(message)
    expect(
        same(states, right, 1e-4),
        "the hidden states are not those of the text: at each step `gates`, then `update`, with the step's inputs",
    )


def _cells(weights, inputs: torch.Tensor, state: State) -> torch.Tensor:
    """Return the cells of all steps, (batch, time, hidden)."""
    return torch.stack([unroll(weights, inputs[:, : t + 1], state)[1][1] for t in range(inputs.shape[1])], 1)


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
