"""One layer of an LSTM as the text has it, step by step, with the mistakes that learners make."""

import torch

State = tuple[torch.Tensor, torch.Tensor]  # hidden and cell


def unroll(
    weights, inputs: torch.Tensor, state: State, *, order: str = "ifgo", bends: bool = True, shown: bool = True,
    fixed: str = "", mix: bool = False,
) -> tuple[torch.Tensor, State]:  # fmt: skip
    """Return the hidden states of all steps, (batch, time, hidden), and the last state.

    Args:
        weights: weight_ih, weight_hh, bias_ih, bias_hh in torch's layout.
        inputs: shape (batch, time, input).
        state: hidden and cell, each (batch, hidden).
        order: how the rows are read; torch has "ifgo".
        bends: False gives the candidate a sigmoid.
        shown: False leaves out the tanh of the cell.
        fixed: "hidden", "cell" or both: what starts anew from the first state at every step.
        mix: True hands on hidden state and cell exchanged.
    """
    weight_ih, weight_hh, bias_ih, bias_hh = weights
    (hidden, cell), states = state, []
    for t in range(inputs.shape[1]):
        sums = (inputs[:, t] @ weight_ih.T + hidden @ weight_hh.T + bias_ih + bias_hh).chunk(4, -1)
        gate = dict(zip(order, sums, strict=True))
        candidate = gate["g"].tanh() if bends else gate["g"].sigmoid()
        cell = gate["f"].sigmoid() * cell + gate["i"].sigmoid() * candidate
        hidden = gate["o"].sigmoid() * (cell.tanh() if shown else cell)
        states.append(hidden)
        last = hidden, cell
        hidden = state[0] if "hidden" in fixed else hidden
        cell = state[1] if "cell" in fixed else cell
        hidden, cell = (cell, hidden) if mix else (hidden, cell)
    return torch.stack(states, 1), last


def weights_in(layer) -> tuple[torch.Tensor, ...]:
    """Return the four parameters of a layer, by torch's names."""
    return layer.weight_ih_l0, layer.weight_hh_l0, layer.bias_ih_l0, layer.bias_hh_l0
