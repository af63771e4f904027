"""The peers of `CharRNN`: the step of the tutorials under autograd, and torch's own layer."""

import torch
from torch import nn

from helpers.models.vanilla_rnn import CharRNNLoop


class StepLoopRNN(CharRNNLoop):
    """The network of many a tutorial: each step maps its own input and appends to a list, and autograd records it."""

    def forward(self, tokens: torch.Tensor, state: torch.Tensor | None = None) -> tuple[torch.Tensor, torch.Tensor]:
        """Return logits (batch, time, vocab_size) and the last state (batch, hidden)."""
        hidden = self.init_state(len(tokens)) if state is None else state
        embedded = self.embedding(tokens)  # (batch, time, embedding)
        states = []
        for t in range(tokens.shape[1]):
            hidden = torch.tanh(self.hidden_to_hidden(hidden) + self.input_to_hidden(embedded[:, t]))  # (batch, hidden)
            states.append(hidden)
        return self.output(torch.stack(states, dim=1)), hidden


class TorchRNN(CharRNNLoop):
    """The same network around `nn.RNN`, which holds the four parameters of the recurrence."""

    def __init__(self, vocab_size: int, embedding_size: int, hidden_size: int):
        super().__init__(vocab_size, embedding_size, hidden_size)
        self.layer = nn.RNN(embedding_size, hidden_size, batch_first=True)
        for side, linear in (("ih", self.input_to_hidden), ("hh", self.hidden_to_hidden)):
            setattr(self.layer, f"weight_{side}_l0", linear.weight)
            setattr(self.layer, f"bias_{side}_l0", linear.bias)

    def forward(self, tokens: torch.Tensor, state: torch.Tensor | None = None) -> tuple[torch.Tensor, torch.Tensor]:
        """Return logits (batch, time, vocab_size) and the last state (batch, hidden)."""
        states, last = self.layer(self.embedding(tokens), None if state is None else state[None])
        return self.output(states), last[0]
