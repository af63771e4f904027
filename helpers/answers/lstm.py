"""The course's answers to lesson 04_lstm, built by `make build`: edit lessons/04_lstm.py."""

import torch
import torch.nn.functional as F
from torch import nn


def one_hot(tokens: torch.Tensor, vocab_size: int) -> torch.Tensor:
    """Turn tokens (batch, time) into one-hot vectors (batch, time, vocab_size), dtype float32."""
    # TODO: a 1 at the place of each token, 0 elsewhere.
    ### BEGIN SOLUTION
    return F.one_hot(tokens, vocab_size).float()
    ### END SOLUTION


def gates(
    inputs: torch.Tensor,
    hidden: torch.Tensor,
    weight_ih: torch.Tensor,
    weight_hh: torch.Tensor,
    bias_ih: torch.Tensor,
    bias_hh: torch.Tensor,
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor, torch.Tensor]:
    """Take inputs (batch, input), hidden (batch, hidden); return i, f, g, o like hidden."""
    # TODO: all sums at once, cut into four; three sigmoids and a tanh.
    ### BEGIN SOLUTION
    sums = inputs @ weight_ih.T + bias_ih + hidden @ weight_hh.T + bias_hh  # (batch, 4 · hidden)
    input_sum, forget_sum, candidate_sum, output_sum = sums.chunk(4, dim=-1)  # each (batch, hidden)
    input_gate, forget_gate = torch.sigmoid(input_sum), torch.sigmoid(forget_sum)
    return input_gate, forget_gate, torch.tanh(candidate_sum), torch.sigmoid(output_sum)
    ### END SOLUTION


def update(
    cell: torch.Tensor,
    input_gate: torch.Tensor,
    forget_gate: torch.Tensor,
    candidate: torch.Tensor,
    output_gate: torch.Tensor,
) -> tuple[torch.Tensor, torch.Tensor]:
    """Change the cell and show it. All shapes (batch, hidden). Returns hidden state and cell."""
    # TODO: erase and add; then show.
    ### BEGIN SOLUTION
    cell = forget_gate * cell + input_gate * candidate
    return output_gate * torch.tanh(cell), cell
    ### END SOLUTION


class LSTMLayer(nn.Module):
    """One layer of an LSTM, with the names and shapes of nn.LSTM."""

    def __init__(self, input_size: int, hidden_size: int):
        super().__init__()
        # TODO: the four parameters; the biases of the forget gate add up to 1.
        ### BEGIN SOLUTION
        bound, rows = hidden_size**-0.5, 4 * hidden_size
        self.weight_ih_l0 = nn.Parameter(torch.empty(rows, input_size).uniform_(-bound, bound))
        self.weight_hh_l0 = nn.Parameter(torch.empty(rows, hidden_size).uniform_(-bound, bound))
        self.bias_ih_l0 = nn.Parameter(torch.empty(rows).uniform_(-bound, bound))
        self.bias_hh_l0 = nn.Parameter(torch.empty(rows).uniform_(-bound, bound))
        with torch.no_grad():
            self.bias_ih_l0[hidden_size : 2 * hidden_size] = 1.0
            self.bias_hh_l0[hidden_size : 2 * hidden_size] = 0.0
        ### END SOLUTION

    def forward(
        self, inputs: torch.Tensor, state: tuple[torch.Tensor, torch.Tensor]
    ) -> tuple[torch.Tensor, tuple[torch.Tensor, torch.Tensor]]:
        """Take inputs (batch, time, input) and a state (hidden, cell), each (batch, hidden)."""
        hidden, cell = state
        # TODO: gates and update at each step; return all hidden states and the last state.
        ### BEGIN SOLUTION
        weights = self.weight_ih_l0, self.weight_hh_l0, self.bias_ih_l0, self.bias_hh_l0
        states = []
        for t in range(inputs.shape[1]):
            hidden, cell = update(cell, *gates(inputs[:, t], hidden, *weights))  # (batch, hidden)
            states.append(hidden)
        return torch.stack(states, dim=1), (hidden, cell)  # (batch, time, hidden)
        ### END SOLUTION


class CharLSTM(nn.Module):
    """Predicts the next character with layers of LSTM on one-hot vectors."""

    def __init__(self, vocab_size: int, hidden_size: int, num_layers: int, dropout: float):
        super().__init__()
        self.vocab_size, self.hidden_size, self.num_layers = vocab_size, hidden_size, num_layers
        self.dropout = nn.Dropout(dropout)
        # TODO: make self.layers (an nn.ModuleList of LSTMLayer) and self.output.
        ### BEGIN SOLUTION
        sizes = [vocab_size] + [hidden_size] * (num_layers - 1)
        self.layers = nn.ModuleList([LSTMLayer(size, hidden_size) for size in sizes])
        self.output = nn.Linear(hidden_size, vocab_size)
        ### END SOLUTION

    def init_state(self, batch_size: int) -> tuple[torch.Tensor, torch.Tensor]:
        """Return (hidden, cell) before the first character, each (batch, layers, hidden)."""
        # TODO: two tensors of zeros.
        ### BEGIN SOLUTION
        shape = (batch_size, self.num_layers, self.hidden_size)
        return torch.zeros(shape), torch.zeros(shape)
        ### END SOLUTION

    def forward(
        self, tokens: torch.Tensor, state: tuple[torch.Tensor, torch.Tensor] | None = None
    ) -> tuple[torch.Tensor, tuple[torch.Tensor, torch.Tensor]]:
        """Take tokens (batch, time); return logits (batch, time, vocab) and the last state."""
        if state is None:
            state = self.init_state(len(tokens))
        # TODO: one-hot vectors, layer after layer with dropout on the way up, the output layer.
        ### BEGIN SOLUTION
        below, ends = one_hot(tokens, self.vocab_size), []  # (batch, time, vocab)
        for number, layer in enumerate(self.layers):
            states, end = layer(below, (state[0][:, number], state[1][:, number]))
            below = self.dropout(states)  # (batch, time, hidden)
            ends.append(end)
        hidden, cell = (torch.stack(parts, dim=1) for parts in zip(*ends, strict=True))
        return self.output(below), (hidden, cell)
        ### END SOLUTION


def get_batches(tokens: torch.Tensor, batch_size: int, sequence_length: int):
    """Cut tokens into rows, and yield full batches (inputs, targets), each (batch, time)."""
    # TODO: how many full batches? Then rows of inputs and of targets, cut into batches.
    ### BEGIN SOLUTION
    count = (len(tokens) - 1) // (batch_size * sequence_length)
    length = count * sequence_length
    inputs = tokens[: batch_size * length].view(batch_size, length)
    targets = tokens[1 : batch_size * length + 1].view(batch_size, length)
    for start in range(0, length, sequence_length):
        piece = slice(start, start + sequence_length)
        yield inputs[:, piece], targets[:, piece]  # (batch, time)
    ### END SOLUTION


def train_epoch(
    model: nn.Module, batches, optimizer: torch.optim.Optimizer, clip_norm: float = 5.0
) -> float:
    """Take one step on each batch, the state carried on. Returns the mean loss."""
    losses, state = [], None
    # TODO: for each batch forward, loss, zero_grad, backward, clip, step; detach the state.
    ### BEGIN SOLUTION
    for inputs, targets in batches:
        logits, state = model(inputs, state)  # (batch, time, vocab)
        state = tuple(part.detach() for part in state)
        loss = F.cross_entropy(logits.flatten(0, 1), targets.flatten())
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), clip_norm)
        optimizer.step()
        losses.append(loss.item())
    return sum(losses) / len(losses)
    ### END SOLUTION


def validate(model: nn.Module, batches) -> float:
    """Return the mean loss over batches, the state carried on; the model stays as it was."""
    # TODO: evaluation mode, no gradients, a state of its own; then back to the mode before.
    ### BEGIN SOLUTION
    was_training = model.training
    model.eval()
    losses, state = [], None
    with torch.no_grad():
        for inputs, targets in batches:
            logits, state = model(inputs, state)  # (batch, time, vocab)
            losses.append(F.cross_entropy(logits.flatten(0, 1), targets.flatten()).item())
    model.train(was_training)
    return sum(losses) / len(losses)
    ### END SOLUTION


def keep_top_k(logits: torch.Tensor, k: int) -> torch.Tensor:
    """Set all but the k largest logits of the last dimension to minus infinity. Shape as given."""
    # TODO: find the k-th largest; fill what is smaller.
    ### BEGIN SOLUTION
    last = logits.topk(k).values[..., -1:]  # (..., 1)
    return logits.masked_fill(logits < last, -torch.inf)
    ### END SOLUTION


def sample(model: nn.Module, vocabulary, size: int, prime: str, top_k: int, generator=None) -> str:
    """Continue the prime by `size` characters, each drawn from the top_k likeliest."""
    # TODO: warm up on the prime; then draw, feed, draw, feed.
    ### BEGIN SOLUTION
    was_training, device = model.training, next(model.parameters()).device
    model.eval()
    text, tokens, state = prime, vocabulary.encode(prime)[None], None  # (1, time)
    with torch.no_grad():
        for _ in range(size):
            logits, state = model(tokens.to(device), state)  # (1, time, vocab)
            last = logits[0, -1].cpu()  # (vocab,)
            probabilities = torch.softmax(keep_top_k(last, top_k), dim=-1)  # (vocab,)
            tokens = torch.multinomial(probabilities, 1, generator=generator)[None]  # (1, 1)
            text += vocabulary.symbols[tokens.item()]
    model.train(was_training)
    return text
    ### END SOLUTION
