"""A small LSTM that notes how it is called, for the checks of lesson 04 that hand a model over."""

from collections.abc import Iterator
from itertools import pairwise

import torch

from helpers.checks.expectations import Mistake, expect, same
from helpers.checks.spies import called, modes_of
from helpers.models import lstm

VOCAB, HIDDEN, LAYERS, ROWS = 7, 6, 2, 3


@called("CharLSTM")
class Spy(lstm.CharLSTM):
    """A network of two layers that notes, at each call, its mode, what it was given and what it returned."""

    def __init__(self, vocab_size: int = VOCAB):
        super().__init__(vocab_size, None, HIDDEN, LAYERS)
        self.calls = []

    def forward(self, tokens, state=None):
        """Note the call, and compute."""
        if isinstance(state, Iterator):
            raise Mistake("the state is a generator, which parentheses around a `for` make: write `tuple(... for ...)`")
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

    def expect_carried(self, first: str, others: str) -> None:
        """Hold the first call to a fresh state and each other to the newest one; the two lines say what is asked."""
        fresh = self.fresh()
        expect(fresh[0], f"the first batch does not start from a fresh state: {first}")
        expect(not any(fresh[1:]), f"each batch starts from a fresh state: {others}")
        for before, call in pairwise(self.calls):
            expect(
                not same(call["given"], before["returned"][::-1]),
                "hidden state and cell are exchanged from batch to batch: the tuple is (hidden, cell)",
            )
            expect(
                same(call["given"], before["returned"]),
                "a batch does not start from the state that the batch before ended with: hand on what the model "
                "returned",
            )
