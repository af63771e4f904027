"""The course's answers to lesson 01_alphabet, built by `make build`: edit lessons/01_alphabet.py."""

import torch
import torch.nn.functional as F
from torch import nn
from torch.utils.data import DataLoader, Dataset


def build_vocabulary(text: str) -> tuple[dict[str, int], dict[int, str]]:
    """Return char_to_idx and idx_to_char: the different characters, sorted, numbered from 0."""
    # TODO: sort the different characters, number them, and build both dictionaries.
    ### BEGIN SOLUTION
    characters = sorted(set(text))
    char_to_idx = {character: index for index, character in enumerate(characters)}
    idx_to_char = {index: character for index, character in enumerate(characters)}
    return char_to_idx, idx_to_char
    ### END SOLUTION


def encode(text: str, char_to_idx: dict[str, int]) -> torch.Tensor:
    """Turn text into tokens. Returns shape (len(text),), dtype int64."""
    # TODO: look every character of text up in char_to_idx.
    ### BEGIN SOLUTION
    return torch.tensor([char_to_idx[character] for character in text], dtype=torch.int64)
    ### END SOLUTION


def decode(tokens: torch.Tensor, idx_to_char: dict[int, str]) -> str:
    """Turn tokens of shape (length,) back into one string."""
    # TODO: look every token up in idx_to_char, and join the characters.
    ### BEGIN SOLUTION
    return "".join(idx_to_char[token] for token in tokens.tolist())
    ### END SOLUTION


class CharDataset(Dataset):
    """Windows over tokens, each with its target: the same window, one character further on."""

    def __init__(self, tokens: torch.Tensor, sequence_length: int, stride: int):
        # TODO: keep the arguments.
        ### BEGIN SOLUTION
        self.tokens = tokens
        self.sequence_length = sequence_length
        self.stride = stride
        ### END SOLUTION

    def __len__(self) -> int:
        """Return how many windows fit, 0 if the text is too short for one."""
        # TODO: use the formula above.
        ### BEGIN SOLUTION
        return max(0, (len(self.tokens) - self.sequence_length - 1) // self.stride + 1)
        ### END SOLUTION

    def __getitem__(self, index: int) -> tuple[torch.Tensor, torch.Tensor]:
        """Return input and target of one window, each of shape (sequence_length,)."""
        # TODO: find the start of window number index, and cut input and target.
        ### BEGIN SOLUTION
        start = index * self.stride
        end = start + self.sequence_length
        return self.tokens[start:end], self.tokens[start + 1 : end + 1]
        ### END SOLUTION


class CharRNN(nn.Module):
    """A recurrent network that predicts the next character at every position."""

    def __init__(self, vocab_size: int, embedding_size: int, hidden_size: int):
        super().__init__()
        self.hidden_size = hidden_size
        # TODO: make self.embedding, self.input_to_hidden, self.hidden_to_hidden, self.output.
        ### BEGIN SOLUTION
        self.embedding = nn.Embedding(vocab_size, embedding_size)
        self.input_to_hidden = nn.Linear(embedding_size, hidden_size)
        self.hidden_to_hidden = nn.Linear(hidden_size, hidden_size)
        self.output = nn.Linear(hidden_size, vocab_size)
        ### END SOLUTION

    def init_state(self, batch_size: int) -> torch.Tensor:
        """Return the state before the first character: zeros of shape (batch, hidden)."""
        # TODO: one row of zeros for each window in the batch.
        ### BEGIN SOLUTION
        return torch.zeros(batch_size, self.hidden_size)
        ### END SOLUTION

    def forward(
        self, tokens: torch.Tensor, hidden: torch.Tensor | None = None
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Take tokens (batch, time); return logits (batch, time, vocab) and the last state."""
        if hidden is None:
            hidden = self.init_state(len(tokens))
        # TODO: embed the tokens, loop over the time steps, and turn all states into logits.
        ### BEGIN SOLUTION
        embedded = self.embedding(tokens)  # (batch, time, embedding)
        states = []
        for t in range(tokens.shape[1]):
            step = self.input_to_hidden(embedded[:, t])  # (batch, hidden)
            hidden = torch.tanh(step + self.hidden_to_hidden(hidden))  # (batch, hidden)
            states.append(hidden)
        return self.output(torch.stack(states, dim=1)), hidden  # (batch, time, vocab)
        ### END SOLUTION


def sequence_loss(logits: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
    """Return the mean loss, in nats, of logits (batch, time, vocab) and targets (batch, time)."""
    # TODO: bring both to one long list of positions, and use F.cross_entropy.
    ### BEGIN SOLUTION
    return F.cross_entropy(logits.flatten(0, 1), targets.flatten())
    ### END SOLUTION


def train_epoch(
    model: nn.Module, loader: DataLoader, optimizer: torch.optim.Optimizer
) -> tuple[float, float]:
    """Train on every batch once. Returns the mean loss in nats, and the accuracy from 0 to 1."""
    model.train()
    # TODO: for each batch: detach the state, forward, zero the gradients, backward, step.
    ### BEGIN SOLUTION
    losses, accuracies, hidden = [], [], None
    for inputs, targets in loader:
        hidden = model.init_state(len(inputs)) if hidden is None else hidden.detach()
        logits, hidden = model(inputs, hidden)
        loss = sequence_loss(logits, targets)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
        accuracies.append((logits.argmax(-1) == targets).float().mean().item())
    return sum(losses) / len(losses), sum(accuracies) / len(accuracies)
    ### END SOLUTION


def evaluate(model: nn.Module, loader: DataLoader) -> tuple[float, float]:
    """Return mean loss and accuracy over all batches. Raises ValueError if there is none."""
    model.eval()
    # TODO: like train_epoch, under torch.no_grad() and without optimizer. No batches: an error.
    ### BEGIN SOLUTION
    losses, accuracies, hidden = [], [], None
    with torch.no_grad():
        for inputs, targets in loader:
            hidden = model.init_state(len(inputs)) if hidden is None else hidden
            logits, hidden = model(inputs, hidden)
            losses.append(sequence_loss(logits, targets).item())
            accuracies.append((logits.argmax(-1) == targets).float().mean().item())
    if not losses:
        raise ValueError("there was not one batch to evaluate: is the text too short?")
    return sum(losses) / len(losses), sum(accuracies) / len(accuracies)
    ### END SOLUTION


def sample_from_output(logits: torch.Tensor, temperature: float) -> int:
    """Draw one token from logits (vocab,) at a temperature; 0 takes the likeliest."""
    # TODO: treat temperature 0 first; then divide, take the softmax, and draw.
    ### BEGIN SOLUTION
    if temperature == 0:
        return logits.argmax().item()
    probabilities = torch.softmax(logits / temperature, dim=-1)
    return torch.multinomial(probabilities, 1).item()
    ### END SOLUTION


def generate_text(
    model: nn.Module,
    start_text: str,
    k: int,
    temperature: float,
    vocabulary: tuple[dict[str, int], dict[int, str]],
) -> str:
    """Continue start_text by k characters. Returns the start and what follows."""
    char_to_idx, idx_to_char = vocabulary
    model.eval()
    # TODO: read the start. Then k times: draw a token, append its character, feed the token back.
    ### BEGIN SOLUTION
    text, hidden = start_text, model.init_state(1)  # (1, hidden)
    tokens = encode(start_text, char_to_idx)[None]  # (1, time)
    with torch.no_grad():
        for _ in range(k):
            logits, hidden = model(tokens, hidden)
            token = sample_from_output(logits[0, -1], temperature)
            text += idx_to_char[token]
            tokens = torch.tensor([[token]])
    return text
    ### END SOLUTION
