"""A small LSTM that notes how it is called, for the checks of lesson 04 that hand a model over."""

import torch
import torch.nn.functional as F

from helpers.checks.training_spy import modes_of
from helpers.models import lstm

VOCAB, HIDDEN, LAYERS, ROWS = 7, 6, 2, 3


class Spy(lstm.CharLSTM):
    """A network of two layers that notes, at each call, its mode, what it was given and what it returned."""

    def __init__(self, vocab_size: int = VOCAB):
        super().__init__(vocab_size, None, HIDDEN, LAYERS)
        self.calls = []

    def forward(self, tokens, state=None):
        """Note the call, and compute."""
        pair = state if isinstance(state, (tuple, list)) else ()
        call = {
            "tokens": tokens.clone(),
            "given": tuple(part.detach().clone() for part in pair),
            "attached": tuple(part.requires_grad for part in pair),
            "modes": modes_of(self),
            "grad": torch.is_grad_enabled(),
        }
        self.calls.append(call)
        logits, state = super().forward(tokens, state)
        call["returned"] = tuple(part.detach().clone() for part in state)
        return logits, state

    def fresh(self) -> list[bool]:
        """Tell for each call whether it began with a fresh state: none, or zeros."""
        return [not any(bool(part.any()) for part in call["given"]) for call in self.calls]


def loss_of(logits: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
    """Return the mean cross-entropy of logits (batch, time, vocab) and targets (batch, time)."""
    return F.cross_entropy(logits.flatten(0, 1), targets.flatten())
