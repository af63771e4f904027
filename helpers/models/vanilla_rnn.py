"""The vanilla recurrent network, with its loop over time written out."""

import torch
from torch import nn


class CharRNN(nn.Module):
    """Predicts the next character from the current one and from a hidden state that sums up all before it.

    The recurrence is h[t] = tanh(W_e x[t] + b_e + W_h h[t-1] + b_h) of Elman, "Finding Structure in Time" (1990);
    with the same weights it equals `nn.RNN`.
    """

    def __init__(self, vocab_size: int, embedding_size: int, hidden_size: int):
        super().__init__()
        self.hidden_size = hidden_size
        self.embedding = nn.Embedding(vocab_size, embedding_size)
        self.input_to_hidden = nn.Linear(embedding_size, hidden_size)  # W_e, b_e
        self.hidden_to_hidden = nn.Linear(hidden_size, hidden_size)  # W_h, b_h
        self.output = nn.Linear(hidden_size, vocab_size)

    def init_hidden(self, batch_size: int) -> torch.Tensor:
        """Return the hidden state before the first character: zeros of shape (batch, hidden)."""
        return self.output.weight.new_zeros(batch_size, self.hidden_size)

    def forward(self, tokens: torch.Tensor, state: torch.Tensor | None = None) -> tuple[torch.Tensor, torch.Tensor]:
        """Predict the next character at every position.

        Args:
            tokens: shape (batch, time).
            state: hidden state of shape (batch, hidden) to go on from; zeros if not given.

        Returns: logits of shape (batch, time, vocab_size), and the hidden state after the last character.
        """
        hidden = self.init_hidden(len(tokens)) if state is None else state
        if hidden.shape != (len(tokens), self.hidden_size):
            raise ValueError(
                f"the state has shape {tuple(hidden.shape)}, "
                f"for this batch it must be {(len(tokens), self.hidden_size)}"
            )
        inputs = self.input_to_hidden(self.embedding(tokens))  # (batch, time, hidden)
        steps = []
        for step in inputs.unbind(dim=1):
            hidden = torch.tanh(step + self.hidden_to_hidden(hidden))  # (batch, hidden)
            steps.append(hidden)
        return self.output(torch.stack(steps, dim=1)), hidden  # (batch, time, vocab_size)
