"""The weights of a gated cell, named and initialised as one layer of `nn.LSTM` or `nn.GRU` has them."""

import torch
import torch.nn.functional as F
from torch import nn


class GateWeights(nn.Module):
    """Two linear maps, from the inputs and from the hidden state, each to the sums of all gates at once.

    The names are torch's own: `ih` from input to hidden, `hh` from hidden to hidden, `l0` the first layer. So the
    weights of a cell can be loaded into a layer of torch and back. The rows of each weight are those of the first gate,
    then those of the second, and so on. torch adds one bias to each map, though their sum would be enough for an LSTM.
    """

    def __init__(self, input_size: int, hidden_size: int, num_gates: int):
        """Draw all weights and biases evenly from ±1/√hidden_size, in torch's order: a seed gives the same numbers."""
        super().__init__()
        self.weight_ih_l0 = nn.Parameter(torch.empty(num_gates * hidden_size, input_size))
        self.weight_hh_l0 = nn.Parameter(torch.empty(num_gates * hidden_size, hidden_size))
        self.bias_ih_l0 = nn.Parameter(torch.empty(num_gates * hidden_size))
        self.bias_hh_l0 = nn.Parameter(torch.empty(num_gates * hidden_size))
        for parameter in self.parameters():
            nn.init.uniform_(parameter, -(hidden_size**-0.5), hidden_size**-0.5)

    def from_inputs(self, inputs: torch.Tensor) -> torch.Tensor:
        """Return what the inputs add to the sums, of shape (batch, num_gates · hidden).

        Args:
            inputs: vectors of shape (batch, input_size), or ids of shape (batch,), each in place of its one-hot vector.
                The product of a matrix and a one-hot vector is one column of the matrix, so that column is looked up.
        """
        if inputs.is_floating_point():
            return F.linear(inputs, self.weight_ih_l0, self.bias_ih_l0)
        return F.embedding(inputs, self.weight_ih_l0.t()) + self.bias_ih_l0

    def from_hidden(self, hidden: torch.Tensor) -> torch.Tensor:
        """Return what the hidden state, of shape (batch, hidden), adds to the sums: (batch, num_gates · hidden)."""
        return F.linear(hidden, self.weight_hh_l0, self.bias_hh_l0)

    def extra_repr(self) -> str:
        """Return the sizes, for printing."""
        return f"{self.weight_ih_l0.shape[1]}, {self.weight_hh_l0.shape[1]}"
