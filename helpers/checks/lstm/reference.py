"""One layer of an LSTM as the text has it, step by step, with the mistakes that learners make."""

import torch

State = tuple[torch.Tensor, torch.Tensor]  # hidden and cell


def unroll(
    weights, inputs: torch.Tensor, state: State, *, order: str = "ifgo", bends: bool = True, shown: bool = True,
    fixed: str = "", mix: bool = False, swapped: bool = False, reads_cell: bool = False,
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
        swapped: True calls the new cell the hidden state, and the other way round, from the step itself on.
        reads_cell: True makes the gates from the cell in place of the hidden state.
    """
    weight_ih, weight_hh, bias_ih, bias_hh = weights
    (hidden, cell), states = state, []
    for t in range(inputs.shape[1]):
        before = cell if reads_cell else hidden
        sums = (inputs[:, t] @ weight_ih.T + before @ weight_hh.T + bias_ih + bias_hh).chunk(4, -1)
        gate = dict(zip(order, sums, strict=True))
        candidate = gate["g"].tanh() if bends else gate["g"].sigmoid()
        cell = gate["f"].sigmoid() * cell + gate["i"].sigmoid() * candidate
        hidden = gate["o"].sigmoid() * (cell.tanh() if shown else cell)
        hidden, cell = (cell, hidden) if swapped else (hidden, cell)
        states.append(hidden)
        last = hidden, cell
        hidden = state[0] if "hidden" in fixed else hidden
        cell = state[1] if "cell" in fixed else cell
        hidden, cell = (cell, hidden) if mix else (hidden, cell)
    return torch.stack(states, 1), last


def weights_in(layer) -> tuple[torch.Tensor, ...]:
    """Return the four parameters of a layer, by torch's names."""
    return layer.weight_ih_l0, layer.weight_hh_l0, layer.bias_ih_l0, layer.bias_hh_l0


def run(
    model, tokens: torch.Tensor, state: State, *, shared: bool = False, chained: bool = False, top: int = -1
) -> tuple[torch.Tensor, State]:
    """Return logits and last state of a network by its own weights, without dropout.

    Args:
        model: has `layers` and `output`.
        tokens: shape (batch, time).
        state: hidden and cell, each (batch, num_layers, hidden).
        shared: True starts each layer from the first one's state.
        chained: True starts each layer from the last state of the one below.
        top: the layer that the output layer reads.
    """
    below = torch.eye(model.layers[0].weight_ih_l0.shape[1])[tokens]
    outputs, ends = [], []
    for number, layer in enumerate(model.layers):
        start = tuple(part[:, 0 if shared else number] for part in state)
        start = ends[-1] if chained and ends else start
        below, end = unroll(weights_in(layer), below, start)
        outputs.append(below)
        ends.append(end)
    hidden, cell = (torch.stack(parts, 1) for parts in zip(*ends, strict=True))
    return model.output(outputs[top]), (hidden, cell)


def random_state(*shape: int) -> State:
    """Return hidden and cell of this shape, each a tensor of its own: views of one cannot be written into."""
    return torch.randn(shape), torch.randn(shape)
