"""The LSTM, twice: gate by gate and step by step for reading, and on `nn.LSTM` for speed."""

from typing import NamedTuple

import torch
from torch import nn

from helpers.models.inputs import check_pair
from helpers.models.recurrent import GateWeights, RecurrentLanguageModel

State = tuple[torch.Tensor, torch.Tensor]  # hidden and cell


class LSTMGates(NamedTuple):
    """What the gates of a cell are at one step, each of shape (batch, hidden). torch calls them i, f, g and o."""

    input_gate: torch.Tensor  # from 0 to 1: how much of the candidate is written into the cell
    forget_gate: torch.Tensor  # from 0 to 1: how much of the cell is kept
    candidate: torch.Tensor  # from -1 to 1: what could be written
    output_gate: torch.Tensor  # from 0 to 1: how much of the cell is shown


class LSTMCell(GateWeights):
    """One step of an LSTM layer: three gates, and a cell that they write, keep and show.

    With the same weights it equals `nn.LSTMCell`, and step by step one layer of `nn.LSTM`. Each gate has its
    own rows of the weights, in torch's order: input gate, forget gate, candidate, output gate.

    Sources: Hochreiter & Schmidhuber, "Long Short-Term Memory" (1997); the forget gate is of Gers, Schmidhuber &
    Cummins, "Learning to Forget: Continual Prediction with LSTM" (2000).
    """

    def __init__(self, input_size: int, hidden_size: int, forget_bias: float | None = 1.0):
        """Make the weights; `forget_bias` as `set_forget_bias` takes it."""
        super().__init__(input_size, hidden_size, num_gates=4)
        set_forget_bias(self, forget_bias)

    def gates(self, inputs: torch.Tensor, hidden: torch.Tensor) -> LSTMGates:
        """Return the gates from inputs of shape (batch, input_size) and the hidden state before, (batch, hidden)."""
        sums = self.from_inputs(inputs) + self.from_hidden(hidden)  # (batch, 4 · hidden)
        input_sum, forget_sum, candidate_sum, output_sum = sums.chunk(4, dim=-1)  # each (batch, hidden)
        return LSTMGates(
            input_gate=torch.sigmoid(input_sum),
            forget_gate=torch.sigmoid(forget_sum),
            candidate=torch.tanh(candidate_sum),
            output_gate=torch.sigmoid(output_sum),
        )

    def forward(self, inputs: torch.Tensor, state: State) -> State:
        """Return the next hidden and cell state, each of shape (batch, hidden), from those before.

        The cell goes from step to step by a product with the forget gate and a sum, without a weight and without tanh.
        So where the gate is near 1, the gradient comes back through many steps nearly as large as it was.
        """
        hidden, cell = state
        gates = self.gates(inputs, hidden)
        cell = gates.forget_gate * cell + gates.input_gate * gates.candidate  # (batch, hidden)
        hidden = gates.output_gate * torch.tanh(cell)  # (batch, hidden)
        return hidden, cell


def set_forget_bias(layer: nn.LSTM | LSTMCell, forget_bias: float | None) -> None:
    """Set what the forget gates of one layer add to their sums at the start; None leaves it as it is.

    torch has two biases, drawn around zero, so a new layer forgets about half of its cell at each step, and training
    must first find out that remembering pays. With 1 it keeps sigmoid(1) = 0.73 of it, the other weights aside. What
    counts is the sum of both biases: here the one on the side of the inputs is set to `forget_bias`, the other to 0.

    Sources: Gers, Schmidhuber & Cummins (2000), as above; Jozefowicz, Zaremba & Sutskever, "An Empirical Exploration
    of Recurrent Network Architectures" (2015), which recommends 1.
    """
    if forget_bias is None:
        return
    hidden_size = layer.weight_hh_l0.shape[1]
    rows = slice(hidden_size, 2 * hidden_size)  # the second of the four gates
    with torch.no_grad():
        layer.bias_ih_l0[rows] = forget_bias
        layer.bias_hh_l0[rows] = 0.0


class CharLSTMLoop(RecurrentLanguageModel):
    """Predicts the next character with layers of `LSTMCell`, one step after the other.

    The state is a tuple (hidden, cell), each of shape (batch, num_layers, hidden); torch's own are their
    `transpose(0, 1)`. This is the class to read; to train, take `CharLSTM`.
    """

    architecture = "lstm"  # what a checkpoint says: both classes can load it

    def __init__(
        self,
        vocab_size: int,
        embedding_size: int | None,
        hidden_size: int,
        num_layers: int = 1,
        dropout: float = 0.0,
        *,
        embedding_dropout: float = 0.0,
        forget_bias: float | None = 1.0,
    ):
        """Make the layers as `RecurrentLanguageModel` does; `forget_bias` as `set_forget_bias` takes it."""
        super().__init__(
            vocab_size, embedding_size, hidden_size, num_layers, dropout, embedding_dropout=embedding_dropout
        )
        self.settings["forget_bias"] = forget_bias
        for layer in self.layers:
            set_forget_bias(layer, forget_bias)

    def init_state(self, batch_size: int) -> State:
        """Return the state before the first character: a tuple of two times zeros, (batch, num_layers, hidden)."""
        return self._zeros(batch_size), self._zeros(batch_size)

    def _check_state(self, state: State, shape: tuple[int, ...]) -> None:
        check_pair(state, shape)

    def _make_layer(self, input_size: int, hidden_size: int) -> nn.Module:
        return LSTMCell(input_size, hidden_size, forget_bias=None)

    def _unroll(self, layer: nn.Module, inputs: torch.Tensor, state: State) -> tuple[torch.Tensor, State]:
        steps = []
        for step in inputs.unbind():
            state = layer(step, state)
            steps.append(state[0])  # the layer above sees the hidden state, never the cell
        return torch.stack(steps), state  # (time, batch, hidden)


class CharLSTM(CharLSTMLoop):
    """The same network with the same parameters and results, each layer an `nn.LSTM`: faster."""

    takes_ids = False

    def _make_layer(self, input_size: int, hidden_size: int) -> nn.Module:
        return nn.LSTM(input_size, hidden_size)

    def _unroll(self, layer: nn.Module, inputs: torch.Tensor, state: State) -> tuple[torch.Tensor, State]:
        if len(inputs) == 1:  # as in sampling: the cell alone takes less than half the time of a layer over one step
            weights = (layer.weight_ih_l0, layer.weight_hh_l0, layer.bias_ih_l0, layer.bias_hh_l0)
            hidden, cell = torch.lstm_cell(inputs[0], state, *weights)  # (batch, hidden)
            return hidden[None], (hidden, cell)
        hidden, cell = (part[None].contiguous() for part in state)  # (1, batch, hidden)
        states, (hidden, cell) = layer(inputs, (hidden, cell))  # states: (time, batch, hidden)
        return states, (hidden[0], cell[0])
