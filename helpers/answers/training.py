"""The course's answers to lesson 03_training, built by `make build`: edit lessons/03_training.py."""

import math
import torch
import torch.nn.functional as F
from torch import nn


class RNNCell(nn.Module):
    """One step of a recurrent layer."""

    def __init__(self, input_size: int, hidden_size: int):
        super().__init__()
        # TODO: make self.input_to_hidden and self.hidden_to_hidden.
        ### BEGIN SOLUTION
        self.input_to_hidden = nn.Linear(input_size, hidden_size)
        self.hidden_to_hidden = nn.Linear(hidden_size, hidden_size)
        ### END SOLUTION

    def forward(self, inputs: torch.Tensor, hidden: torch.Tensor) -> torch.Tensor:
        """Take inputs (batch, input_size) and a state (batch, hidden); return the next state."""
        # TODO: both maps, their sum, tanh.
        ### BEGIN SOLUTION
        return torch.tanh(self.input_to_hidden(inputs) + self.hidden_to_hidden(hidden))
        ### END SOLUTION


class StackedRNN(nn.Module):
    """Predicts the next character with several recurrent layers on top of each other."""

    architecture = "stacked-rnn"  # the package's model of that name takes the same checkpoints

    def __init__(
        self,
        vocab_size: int,
        embedding_size: int,
        hidden_size: int,
        num_layers: int,
        dropout: float = 0.0,
    ):
        super().__init__()
        self.num_layers, self.hidden_size = num_layers, hidden_size
        self.dropout = nn.Dropout(dropout)
        # TODO: make self.embedding, self.cells (an nn.ModuleList of RNNCell) and self.output.
        ### BEGIN SOLUTION
        self.embedding = nn.Embedding(vocab_size, embedding_size)
        sizes = [embedding_size] + [hidden_size] * (num_layers - 1)
        self.cells = nn.ModuleList([RNNCell(size, hidden_size) for size in sizes])
        self.output = nn.Linear(hidden_size, vocab_size)
        ### END SOLUTION

    def init_state(self, batch_size: int) -> torch.Tensor:
        """Return the state before the first character: zeros of shape (batch, layers, hidden)."""
        # TODO: zeros, for each text of the batch and each layer.
        ### BEGIN SOLUTION
        return torch.zeros(batch_size, self.num_layers, self.hidden_size)
        ### END SOLUTION

    def forward(
        self, tokens: torch.Tensor, state: torch.Tensor | None = None
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Take tokens (batch, time); return logits (batch, time, vocab) and the last states."""
        if state is None:
            state = self.init_state(len(tokens)).to(tokens.device)
        # TODO: loop over time, and in each step over the layers.
        ### BEGIN SOLUTION
        embedded, outputs = self.embedding(tokens), []  # (batch, time, embedding)
        states = list(state.unbind(1))  # for each layer (batch, hidden)
        for t in range(tokens.shape[1]):
            below = embedded[:, t]  # (batch, embedding)
            for layer, cell in enumerate(self.cells):
                states[layer] = cell(below, states[layer])  # (batch, hidden)
                below = self.dropout(states[layer])
            outputs.append(below)
        return self.output(torch.stack(outputs, dim=1)), torch.stack(states, dim=1)
        ### END SOLUTION


def count_parameters(model: nn.Module) -> int:
    """Return how many numbers training changes in a model."""
    # TODO: add up the sizes of all parameters that are trained.
    ### BEGIN SOLUTION
    return sum(one.numel() for one in model.parameters() if one.requires_grad)
    ### END SOLUTION


def stream_batches(
    tokens: torch.Tensor, batch_size: int, sequence_length: int
) -> list[tuple[torch.Tensor, torch.Tensor]]:
    """Cut tokens into contiguous streams; return pairs (inputs, targets) of shape (batch, time)."""
    # TODO: reshape inputs and targets into streams, cut both into pieces, and pair them.
    ### BEGIN SOLUTION
    length = (len(tokens) - 1) // batch_size
    inputs = tokens[: batch_size * length].view(batch_size, length)
    targets = tokens[1 : batch_size * length + 1].view(batch_size, length)
    pieces = (whole.split(sequence_length, dim=1) for whole in (inputs, targets))
    return list(zip(*pieces, strict=True))
    ### END SOLUTION


def train_step(
    model: nn.Module,
    inputs: torch.Tensor,
    targets: torch.Tensor,
    state: torch.Tensor | None,
    optimizer: torch.optim.Optimizer,
    clip_norm: float = 1.0,
) -> tuple[float, torch.Tensor]:
    """Take one step on one batch, from a state. Returns the loss, and the state to go on from."""
    # TODO: forward, loss, zero_grad, backward, clip, step; then hand on the state, detached.
    ### BEGIN SOLUTION
    logits, state = model(inputs, state)  # (batch, time, vocab)
    loss = F.cross_entropy(logits.flatten(0, 1), targets.flatten())
    optimizer.zero_grad()
    loss.backward()
    nn.utils.clip_grad_norm_(model.parameters(), clip_norm)
    optimizer.step()
    return loss.item(), state.detach()
    ### END SOLUTION


def warmup_cosine(step: int, total_steps: int) -> float:
    """Return the factor on the learning rate at a step from 1 to total_steps."""
    # TODO: the straight line up, and then the cosine down to 0.1.
    ### BEGIN SOLUTION
    warmup_steps = total_steps // 20
    if step <= warmup_steps:
        return step / warmup_steps
    progress = (step - warmup_steps) / (total_steps - warmup_steps)
    return 0.1 + 0.9 * (1 + math.cos(math.pi * progress)) / 2
    ### END SOLUTION


def evaluate(model: nn.Module, batches) -> tuple[float, float]:
    """Return mean loss in nats per character, and accuracy, over streams with the state carried."""
    # TODO: evaluation mode, no gradients, a state of its own, and means over all characters.
    ### BEGIN SOLUTION
    was_training = model.training
    model.eval()
    loss, hits, count, state = 0.0, 0, 0, None
    with torch.no_grad():
        for inputs, targets in batches:
            logits, state = model(inputs, state)
            mean = F.cross_entropy(logits.flatten(0, 1), targets.flatten())
            loss += mean.item() * targets.numel()
            hits += (logits.argmax(-1) == targets).sum().item()
            count += targets.numel()
    model.train(was_training)
    return loss / count, hits / count
    ### END SOLUTION


def should_stop(val_losses: list[float], patience: int) -> bool:
    """Tell whether the last `patience` losses, or more, came without a new lowest one."""
    # TODO: count the losses after the first lowest. With no losses yet, go on.
    ### BEGIN SOLUTION
    if not val_losses:
        return False
    since_best = len(val_losses) - 1 - val_losses.index(min(val_losses))
    return since_best >= patience
    ### END SOLUTION


def train(
    model: nn.Module,
    batches,
    val_batches,
    learning_rate: float,
    total_steps: int,
    evaluate_every: int,
    carry: bool = True,
    patience: int = 1000,
) -> tuple[list[float], list[float]]:
    """Train a model. Returns training and validation losses, one of each per interval."""
    model.train()
    optimizer = torch.optim.Adam(model.parameters(), lr=learning_rate)
    train_losses, val_losses = [], []
    # TODO: epochs, steps, the learning rate, the entries, and the two ways to end.
    ### BEGIN SOLUTION
    step, recent = 0, []
    while step < total_steps:
        state = None
        for inputs, targets in batches:
            step += 1
            for group in optimizer.param_groups:
                group["lr"] = learning_rate * warmup_cosine(step, total_steps)
            state = state if carry else None
            loss, state = train_step(model, inputs, targets, state, optimizer)
            recent.append(loss)
            if step % evaluate_every == 0:
                train_losses.append(sum(recent) / len(recent))
                val_losses.append(evaluate(model, val_batches)[0])
                recent = []
                if should_stop(val_losses, patience):
                    return train_losses, val_losses
            if step == total_steps:
                break
    return train_losses, val_losses
    ### END SOLUTION
