"""The vanilla recurrent network, twice: with its loop over time written out, and fast."""

import torch
import torch.nn.functional as F
from torch import nn

from helpers.models.inputs import check_state, check_tokens
from helpers.models.recurrence import can_fuse, recur, recur_rows, unroll_fused


class CharRNNLoop(nn.Module):
    """Predicts the next character from the current one and from a hidden state that sums up all before it.

    The recurrence is h[t] = tanh(W_e x[t] + b_e + W_h h[t-1] + b_h) of Elman, "Finding Structure in Time" (1990);
    with the same weights it equals `nn.RNN`. This is the class to read; to train, take `CharRNN`.
    """

    architecture = "vanilla-rnn"  # what a checkpoint says: both classes can load it

    def __init__(self, vocab_size: int, embedding_size: int | None, hidden_size: int):
        """Make the layers. Without an embedding size W_e reads one-hot vectors, as in the hundred-line network."""
        super().__init__()
        self.settings = {"vocab_size": vocab_size, "embedding_size": embedding_size, "hidden_size": hidden_size}
        self.hidden_size = hidden_size
        self.embedding = None if embedding_size is None else nn.Embedding(vocab_size, embedding_size)
        self.input_to_hidden = nn.Linear(embedding_size or vocab_size, hidden_size)  # W_e, b_e
        self.hidden_to_hidden = nn.Linear(hidden_size, hidden_size)  # W_h, b_h
        self.output = nn.Linear(hidden_size, vocab_size)

    def init_state(self, batch_size: int) -> torch.Tensor:
        """Return the hidden state before the first character: zeros of shape (batch, hidden)."""
        return self.output.weight.new_zeros(batch_size, self.hidden_size)

    def forward(self, tokens: torch.Tensor, state: torch.Tensor | None = None) -> tuple[torch.Tensor, torch.Tensor]:
        """Predict the next character at every position.

        Args:
            tokens: shape (batch, time).
            state: hidden state of shape (batch, hidden) to go on from; zeros if not given.

        Returns: logits of shape (batch, time, vocab_size), and the hidden state after the last character.

        Raises:
            ValueError: tokens that are no integers, or tokens or a state of a wrong shape.
            IndexError: an id outside the vocabulary.
        """
        hidden = self._start(tokens, state)
        inputs = self.input_to_hidden(self._vectors(tokens))  # (batch, time, hidden)
        steps = []
        for step in inputs.unbind(dim=1):
            hidden = torch.tanh(step + self.hidden_to_hidden(hidden))  # (batch, hidden)
            steps.append(hidden)
        return self.output(torch.stack(steps, dim=1)), hidden  # (batch, time, vocab_size)

    def _start(self, tokens: torch.Tensor, state: torch.Tensor | None) -> torch.Tensor:
        """Check the arguments, and return the state to start from."""
        check_tokens(tokens, self.output.out_features)
        if state is None:
            return self.init_state(len(tokens))
        check_state(state, (len(tokens), self.hidden_size))
        return state

    def _vectors(self, tokens: torch.Tensor) -> torch.Tensor:
        """Return what the recurrent layer reads, an embedding or a one-hot vector in place of each id."""
        if self.embedding is not None:
            return self.embedding(tokens)
        return F.one_hot(tokens.long(), self.output.out_features).to(self.output.weight.dtype)


class CharRNN(CharRNNLoop):
    """The same network with the same parameters and results, its gradient through time derived by hand.

    It is faster than the loop under autograd and keeps less in memory: see `helpers.models.recurrence`.
    """

    def forward(self, tokens: torch.Tensor, state: torch.Tensor | None = None) -> tuple[torch.Tensor, torch.Tensor]:
        """Predict the next character at every position, as `CharRNNLoop.forward` does.

        Within, time is the first dimension, so that all numbers of one step lie together.
        """
        hidden = self._start(tokens, state)
        states = self.unroll(tokens.t(), hidden)  # (time, batch, hidden)
        logits = self.output(states).transpose(0, 1).contiguous()  # (batch, time, vocab_size)
        return logits, states[-1].clone()  # a copy, so that a state kept does not keep all states

    def unroll(self, tokens: torch.Tensor, hidden: torch.Tensor) -> torch.Tensor:
        """Return the states of all steps, by hand, or on a GPU by cuDNN.

        Args:
            tokens: of all steps, shape (time, batch).
            hidden: the state before the first step, shape (batch, hidden).

        Returns: shape (time, batch, hidden).
        """
        if can_fuse(tokens):
            vectors = self._vectors(tokens)  # (time, batch, embedding or vocab_size)
            return unroll_fused(vectors, self.input_to_hidden, self.hidden_to_hidden, hidden)
        weight, recurrent = self.input_to_hidden.weight, self.hidden_to_hidden.weight
        bias = self.input_to_hidden.bias + self.hidden_to_hidden.bias  # (hidden,)
        if self.embedding is None:  # a one-hot vector picks a column of the weight
            return recur_rows(weight.t() + bias, tokens, recurrent, hidden)
        if len(self.embedding.weight) < tokens.numel():  # cheaper to map all rows of the embedding once, then look up
            table = F.linear(self.embedding.weight, weight, bias)  # (vocab_size, hidden)
            return recur_rows(table, tokens, recurrent, hidden)
        return recur(F.linear(self.embedding(tokens), weight, bias), recurrent, hidden)
