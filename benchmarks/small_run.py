"""A training run of about a second, made to be killed and started again.

It has all that can go wrong: dropout, a schedule, windows in random order or streams with a carried state, samples
drawn from a generator of their own, and checkpoints so often that much of its time goes into writing them.
"""

import threading
from multiprocessing.connection import Connection

import torch
from torch import nn
from tqdm.std import tqdm

from helpers.ground.vocabulary import Vocabulary
from helpers.text.batching import StreamBatches, WindowBatches
from helpers.training import fit

KINDS = ("windows", "streams")
STEPS = 120
VOCABULARY = Vocabulary("abcdefgh")


class SmallRNN(nn.Module):
    """A recurrent network of two layers with dropout between them."""

    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(len(VOCABULARY), 8)
        self.rnn = nn.RNN(8, 48, num_layers=2, dropout=0.2, batch_first=True)
        self.output = nn.Linear(48, len(VOCABULARY))

    def forward(self, tokens: torch.Tensor, state: torch.Tensor | None = None) -> tuple[torch.Tensor, torch.Tensor]:
        """Return logits (batch, time, vocab) and the state (layers, batch, hidden)."""
        outputs, state = self.rnn(self.embedding(tokens), state)
        return self.output(outputs), state


def make_batches(tokens: torch.Tensor, kind: str) -> WindowBatches | StreamBatches:
    """Return shuffled windows or streams over the tokens."""
    if kind == "streams":
        return StreamBatches(tokens, 20, batch_size=8)
    generator = torch.Generator().manual_seed(1)
    return WindowBatches(tokens, 20, batch_size=8, stride=10, shuffle=True, generator=generator)


def train(folder: str, kind: str, ready: Connection) -> None:
    """Train on one thread, from the last checkpoint in the folder if there is one; send a word just before."""
    torch.set_num_threads(1)
    tqdm.set_lock(threading.RLock())  # its own lock is one of the system's, which a killed process leaves behind
    torch.manual_seed(0)
    model, samples = SmallRNN(), torch.Generator().manual_seed(2)
    tokens = torch.randint(len(VOCABULARY), (5000,))
    ready.send("ready")
    fit(
        model,
        make_batches(tokens[:4000], kind),
        steps=STEPS,
        val_batches=StreamBatches(tokens[4000:], 50, batch_size=4),
        schedule="warmup_cosine",
        evaluate_every=20,
        vocabulary=VOCABULARY,
        checkpoint_folder=folder,
        save_every=2,
        keep_epochs=True,
        resume=True,
        sample_generator=samples,
        callback=lambda progress: torch.rand(1, generator=samples),
        progress=False,
    )
