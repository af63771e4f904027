"""The GRU, twice: gate by gate and step by step for reading, and on `nn.GRU` for speed."""

from typing import NamedTuple

import torch
from torch import nn

from helpers.models.inputs import check_state
from helpers.models.recurrent import GateWeights, RecurrentLanguageModel


class GRUGates(NamedTuple):
    """What the gates of a cell are at one step, each of shape (batch, hidden). torch calls them r, z and n."""

    reset_gate: torch.Tensor  # from 0 to 1: how much of the state the candidate sees
    update_gate: torch.Tensor  # from 0 to 1: how much of the state is kept
    candidate: torch.Tensor  # from -1 to 1: what takes the place of the rest


class GRUCell(GateWeights):
    """One step of a GRU layer: two gates, and no cell beside the hidden state.

    With the same weights it equals `nn.GRUCell`, and step by step one layer of `nn.GRU`. Each gate has its own rows of
    the weights, in torch's order: reset gate, update gate, candidate.

    The published paper resets the state before the matrix product: candidate = tanh(W x + U (reset · hidden)). torch,
    and so this cell, resets after it: candidate = tanh(W x + b + reset · (U hidden + c)). So the products of all three
    gates are one, and the second bias of the candidate is not the same as the first. These are two networks: the
    weights of one are of no use to the other.

    Source: Cho et al., "Learning Phrase Representations using RNN Encoder-Decoder for Statistical Machine Translation"
    (2014), whose preprint (arXiv 1406.1078) resets after the product in its first version and before it in its last.
    """

    def __init__(self, input_size: int, hidden_size: int):
        super().__init__(input_size, hidden_size, num_gates=3)

    def gates(self, inputs: torch.Tensor, hidden: torch.Tensor) -> GRUGates:
        """Return the gates from inputs of shape (batch, input_size) and the hidden state before, (batch, hidden)."""
        reset_input, update_input, candidate_input = self.from_inputs(inputs).chunk(3, dim=-1)  # each (batch, hidden)
        reset_hidden, update_hidden, candidate_hidden = self.from_hidden(hidden).chunk(3, dim=-1)
        reset_gate = torch.sigmoid(reset_input + reset_hidden)
        return GRUGates(
            reset_gate=reset_gate,
            update_gate=torch.sigmoid(update_input + update_hidden),
            candidate=torch.tanh(candidate_input + reset_gate * candidate_hidden),
        )

    def forward(self, inputs: torch.Tensor, hidden: torch.Tensor) -> torch.Tensor:
        """Return the next hidden state, of shape (batch, hidden), from the one before: a mean of it and the candidate.

        What the LSTM decides with two gates, how much to keep and how much to write, is one decision here.
        """
        gates = self.gates(inputs, hidden)
        return gates.update_gate * hidden + (1 - gates.update_gate) * gates.candidate


class CharGRULoop(RecurrentLanguageModel):
    """Predicts the next character with layers of `GRUCell`, one step after the other.

    The state is one tensor of shape (batch, num_layers, hidden); torch's own is its `transpose(0, 1)`. This is the
    class to read; to train, take `CharGRU`.
    """

    architecture = "gru"  # what a checkpoint says: both classes can load it

    def init_state(self, batch_size: int) -> torch.Tensor:
        """Return the state before the first character: zeros of shape (batch, num_layers, hidden)."""
        return self._zeros(batch_size)

    def _check_state(self, state: torch.Tensor, shape: tuple[int, ...]) -> None:
        check_state(state, shape)

    def _make_layer(self, input_size: int, hidden_size: int) -> nn.Module:
        return GRUCell(input_size, hidden_size)

    def _unroll(self, layer: nn.Module, inputs: torch.Tensor, state: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        steps = []
        for step in inputs.unbind():
            state = layer(step, state)
            steps.append(state)
        return torch.stack(steps), state  # (time, batch, hidden)


class CharGRU(CharGRULoop):
    """The same network with the same parameters and results, each layer an `nn.GRU`: faster."""

    takes_ids = False

    def _make_layer(self, input_size: int, hidden_size: int) -> nn.Module:
        return nn.GRU(input_size, hidden_size)

    def _unroll(self, layer: nn.Module, inputs: torch.Tensor, state: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        if len(inputs) == 1:  # as in sampling: the cell alone takes less than half the time of a layer over one step
            weights = (layer.weight_ih_l0, layer.weight_hh_l0, layer.bias_ih_l0, layer.bias_hh_l0)
            hidden = torch.gru_cell(inputs[0], state, *weights)  # (batch, hidden)
            return hidden[None], hidden
        states, last = layer(inputs, state[None].contiguous())  # (time, batch, hidden) and (1, batch, hidden)
        return states, last[0]
