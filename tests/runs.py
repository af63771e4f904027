"""Small training runs for the tests: a model with dropout, texts, and what is left of a run in bits."""

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

from helpers.ground.vocabulary import Vocabulary
from helpers.models.vanilla_rnn import CharRNN
from helpers.text.batching import StreamBatches, WindowBatches, sliding_windows

VOCABULARY = Vocabulary("abcde")
TOKENS = torch.randint(5, (121,), generator=torch.Generator().manual_seed(0))

CYCLE = torch.arange(61) % 5


def new_model(seed=0):
    """Return a small network whose training holds no chance beyond its first weights."""
    torch.manual_seed(seed)
    return CharRNN(vocab_size=5, embedding_size=4, hidden_size=8)


def new_batches(length=61):
    """Return batches of two windows over `CYCLE`, which any network learns: 5 of them."""
    return WindowBatches(CYCLE[:length], 6, batch_size=2)


class DropoutRNN(nn.Module):
    """A recurrent network of two layers with dropout, so that training draws from torch's own generator."""

    def __init__(self, seed=0, dropout=0.3):
        super().__init__()
        with torch.random.fork_rng():
            torch.manual_seed(seed)
            self.embedding = nn.Embedding(5, 4)
            self.rnn = nn.RNN(4, 6, num_layers=2, dropout=dropout, batch_first=True)
            self.output = nn.Linear(6, 5)

    def forward(self, tokens, state=None):
        outputs, state = self.rnn(self.embedding(tokens), state)
        return self.output(outputs), state


def bits(nest):
    """Return every bit of a nest of tensors, so that also NaN equals NaN and 0 differs from -0."""
    if isinstance(nest, torch.Tensor):
        return nest.dtype, tuple(nest.shape), nest.detach().contiguous().numpy().tobytes()
    if isinstance(nest, dict):
        return {key: bits(value) for key, value in nest.items()}
    return [bits(value) for value in nest] if isinstance(nest, (list, tuple)) else nest


def streams():
    return StreamBatches(TOKENS, 6, batch_size=3)  # 7 batches, the last of 4 characters


def windows():
    return WindowBatches(TOKENS, 6, batch_size=4)


def shuffled_windows():
    generator = torch.Generator().manual_seed(5)
    return WindowBatches(TOKENS, 6, batch_size=4, shuffle=True, generator=generator)  # 5 batches


def windows_shuffled_by_torch():
    return WindowBatches(TOKENS, 6, batch_size=4, shuffle=True)


def loader():
    return DataLoader(TensorDataset(*sliding_windows(TOKENS, 6, 6)), 4, shuffle=True)


def plain_list():
    return list(windows())


BATCHES = [streams, windows, shuffled_windows, windows_shuffled_by_torch, loader, plain_list]
