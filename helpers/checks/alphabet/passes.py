"""A pass over batches, for the checks of training and evaluation: the right one, and what a spy saw of the learner's."""

import math
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

from helpers.checks.expectations import Mistake, compare, expect, expect_number, expect_parts
from helpers.checks.spies import called
from helpers.models import vanilla_rnn


@called("CharRNN")
class Spy(vanilla_rnn.CharRNN):
    """A small network that notes how it was called."""

    def __init__(self):
        super().__init__(5, 4, 6)
        self.calls = []

    def forward(self, tokens, hidden=None):
        attached = hidden is not None and hidden.requires_grad
        given = None if hidden is None else hidden.detach().clone()
        self.calls.append(
            {"training": self.training, "grad": torch.is_grad_enabled(), "attached": attached, "given": given}
        )
        return super().forward(tokens, hidden)

    def carried(self) -> bool:
        """Tell whether each call after the first was given a state that is not zero."""
        return all(call["given"] is not None and bool(call["given"].any()) for call in self.calls[1:])


@called("DataLoader")
class Loader:
    """A loader of which an answer may use what the lesson taught: the loop, and `len`."""

    def __init__(self, loader):
        self._loader = loader

    def __iter__(self):
        return iter(self._loader)

    def __len__(self):
        return len(self._loader)

    def __getattr__(self, name: str):
        raise Mistake(
            f"you use `loader.{name}`: take only its batches and its `len`, since not every loader has more "
            "(the number of windows in a batch is `len(inputs)`)"
        )


def make_loader() -> Loader:
    return Loader(
        DataLoader(TensorDataset(torch.randint(5, (13, 6)), torch.randint(5, (13, 6))), batch_size=3, drop_last=True)
    )


class Scores(NamedTuple):
    """What each batch gave, accuracies with two mistakes included."""

    losses: list[float]
    accuracies: list[float]
    last_accuracies: list[float]  # of the last position of each window only
    flat_accuracies: list[float]  # with `argmax()` over everything at once


def weights_of(model: nn.Module) -> torch.Tensor:
    return torch.cat([parameter.detach().flatten() for parameter in model.parameters()])


def train_with(model: nn.Module, batches, *, zero_grad: bool = True, step: bool = True, swap: bool = False) -> Scores:
    """Train with SGD as the exercise asks; the arguments bring in one mistake each."""
    optimizer = torch.optim.SGD(model.parameters(), lr=0.5)
    scores, hidden = Scores([], [], [], []), None
    for inputs, targets in batches:
        targets = inputs if swap else targets
        hidden = model.init_state(len(inputs)) if hidden is None else hidden.detach()
        logits, hidden = model(inputs, hidden)
        loss = F.cross_entropy(logits.flatten(0, 1), targets.flatten())
        if zero_grad:
            optimizer.zero_grad()
        loss.backward()
        if step:
            optimizer.step()
        hits = (logits.argmax(-1) == targets).float()
        scores.losses.append(loss.item())
        scores.accuracies.append(hits.mean().item())
        scores.last_accuracies.append(hits[:, -1].mean().item())
        scores.flat_accuracies.append((logits.argmax() == targets).float().mean().item())
    return scores


def expect_calls(spied: Spy, count: int, training: bool) -> None:
    expect(len(spied.calls) > 0, "the model was never called: loop over the loader")
    calls = len(spied.calls)
    expect(calls != 1, f"the model was called once for {count} batches: is the `return` inside the loop?")
    expect(calls == count, f"the model was called {calls} times for {count} batches")
    if training:
        expect(
            all(call["training"] for call in spied.calls), "the model was not in training mode: keep `model.train()`"
        )
        return
    expect(not any(call["training"] for call in spied.calls), "the model was in training mode: keep `model.eval()`")
    expect(
        not any(call["grad"] for call in spied.calls),
        "gradients were tracked: put the loop under `with torch.no_grad():`",
    )


def compare_scores(result, scores: Scores) -> None:
    expect_parts(result, 2, "two numbers, mean loss and accuracy")
    losses, accuracies, last_accuracies, flat_accuracies = scores
    count, windows, positions = len(losses), 3, 15  # batches, and what is in one of them
    mean, accuracy = sum(losses) / count, sum(accuracies) / count
    compare(
        expect_number(result[0], "the loss"), mean, "the loss you return",
        [
            (losses[-1] / count, "you divide the last batch's loss by the number of batches: add all losses up first"),
            (losses[-1], "that is the last batch's loss: take the mean over all batches"),
            (losses[0], "that is the first batch's loss: is the `return` inside the loop?"),
            (sum(losses), "that is the sum of the losses: divide by the number of batches"),
            (accuracy, "loss and accuracy are the wrong way round: the loss comes first"),
            (mean / windows, "the loss is divided by the batch size, but it is a mean over windows already"),
            (mean * windows, "the loss is multiplied by the batch size: take the mean over batches"),
            (mean / math.log(2), "that is in bits: the course counts in nats, with the natural logarithm"),
        ],
        tolerance=1e-4,
    )  # fmt: skip
    compare(
        expect_number(result[1], "the accuracy"), accuracy, "the accuracy you return",
        [
            (accuracy * 100, "the accuracy is in percent: give a share between 0 and 1"),
            (accuracy * positions, "that is the number of hits in a batch: divide by the number of positions"),
            (accuracy * positions * count, "that is the number of hits: divide by the number of positions"),
            (accuracies[-1], "that is the last batch's accuracy: take the mean over all batches"),
            (sum(flat_accuracies) / count, "`argmax()` gives one place for the whole batch: take `logits.argmax(-1)`"),
            (sum(last_accuracies) / count, "the accuracy looks at the last position only: take all positions of a window"),
            (accuracy * count, "that is the sum over the batches: divide by their number"),
            (accuracy * positions / windows, "the hits are divided by the windows: each window has several positions, divide by all of them"),
        ],
        tolerance=1e-4,
    )  # fmt: skip
