"""Several recurrent layers on top of each other."""

import torch
import torch.nn.functional as F
from torch import nn

from helpers.models.inputs import check_state, check_tokens
from helpers.models.recurrence import can_fuse, recur, unroll_fused


class RNNCell(nn.Module):
    """One step of a recurrent layer: two linear maps and tanh. With the same weights it equals `nn.RNNCell`."""

    def __init__(self, input_size: int, hidden_size: int):
        super().__init__()
        self.input_to_hidden = nn.Linear(input_size, hidden_size)
        self.hidden_to_hidden = nn.Linear(hidden_size, hidden_size)

    def forward(self, inputs: torch.Tensor, hidden: torch.Tensor) -> torch.Tensor:
        """Return the next hidden state, of shape (batch, hidden), from inputs of shape (batch, input_size)."""
        return torch.tanh(self.input_to_hidden(inputs) + self.hidden_to_hidden(hidden))  # (batch, hidden)

    def unroll(self, inputs: torch.Tensor, hidden: torch.Tensor) -> torch.Tensor:
        """Return the states that calling the cell step after step gives: faster, by `recur`, or on a GPU by cuDNN.

        Args:
            inputs: of all steps, shape (time, batch, input_size).
            hidden: the state before the first step, shape (batch, hidden).

        Returns: the states of all steps, shape (time, batch, hidden).
        """
        if can_fuse(inputs):
            return unroll_fused(inputs, self.input_to_hidden, self.hidden_to_hidden, hidden)
        bias = self.input_to_hidden.bias + self.hidden_to_hidden.bias  # (hidden,): the two maps are added
        projected = F.linear(inputs, self.input_to_hidden.weight, bias)  # (time, batch, hidden)
        return recur(projected, self.hidden_to_hidden.weight, hidden)


class StackedRNN(nn.Module):
    """Predicts the next character with several recurrent layers: each reads the hidden states of the one below.

    With the same weights it equals `nn.RNN(num_layers=...)` between an embedding and a linear map.

    The state has shape (batch, num_layers, hidden), batch first like everything that a model takes and gives;
    torch's own is its `transpose(0, 1)`.
    """

    architecture = "stacked-rnn"

    def __init__(self, vocab_size: int, embedding_size: int, hidden_size: int, num_layers: int, dropout: float = 0.0):
        """Make the layers.

        Args:
            vocab_size, embedding_size, hidden_size: sizes of the vocabulary, of an embedding, of each layer's state.
            num_layers: at least 1.
            dropout: share of the states that are set to zero in training, between layers and before the output.
        """
        super().__init__()
        if num_layers < 1:
            raise ValueError(f"num_layers must be at least 1, not {num_layers}")
        self.settings = {
            "vocab_size": vocab_size,
            "embedding_size": embedding_size,
            "hidden_size": hidden_size,
            "num_layers": num_layers,
            "dropout": dropout,
        }
        self.embedding = nn.Embedding(vocab_size, embedding_size)
        sizes = [embedding_size] + [hidden_size] * (num_layers - 1)  # what each layer reads
        self.cells = nn.ModuleList(RNNCell(size, hidden_size) for size in sizes)
        self.dropout = nn.Dropout(dropout)
        self.output = nn.Linear(hidden_size, vocab_size)

    def init_state(self, batch_size: int) -> torch.Tensor:
        """Return the state before the first character: zeros of shape (batch, num_layers, hidden)."""
        return self.output.weight.new_zeros(batch_size, len(self.cells), self.output.in_features)

    def forward(self, tokens: torch.Tensor, state: torch.Tensor | None = None) -> tuple[torch.Tensor, torch.Tensor]:
        """Predict the next character at every position.

        Args:
            tokens: shape (batch, time).
            state: shape (batch, num_layers, hidden) to go on from; zeros if not given.

        Returns: logits of shape (batch, time, vocab_size), and the state after the last character.

        Raises:
            ValueError: tokens that are no integers, or tokens or a state of a wrong shape.
            IndexError: an id outside the vocabulary.
        """
        check_tokens(tokens, len(self.embedding.weight))
        start = self.init_state(len(tokens))
        if state is not None:
            check_state(state, tuple(start.shape))
            start = state
        inputs = self.embedding(tokens.t())  # (time, batch, embedding): time first, as `unroll` takes it
        last = []
        for layer, cell in enumerate(self.cells):
            states = cell.unroll(inputs, start[:, layer])  # (time, batch, hidden)
            last.append(states[-1])
            inputs = self.dropout(states)
        logits = self.output(inputs).transpose(0, 1).contiguous()  # (batch, time, vocab_size)
        return logits, torch.stack(last, dim=1)  # (batch, num_layers, hidden)
