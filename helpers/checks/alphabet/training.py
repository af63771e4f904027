"""Checks of lesson 01, third part: training and evaluation."""

import copy
import math
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

from helpers.checks.contract import Checks
from helpers.checks.expectations import Mistake, compare, expect, expect_number, expect_parts, same
from helpers.checks.modules import call_validation
from helpers.checks.spies import called
from helpers.models import vanilla_rnn


def register(check: Checks) -> None:
    """Add the checks of this module to those of the lesson."""
    for exercise in (train_epoch, evaluate):
        check.exercise(exercise)


@called("CharRNN")
class _Spy(vanilla_rnn.CharRNN):
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


class _Loader:
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


def _loader() -> _Loader:
    return _Loader(
        DataLoader(TensorDataset(torch.randint(5, (13, 6)), torch.randint(5, (13, 6))), batch_size=3, drop_last=True)
    )


class _Scores(NamedTuple):
    """What each batch gave, accuracies with two mistakes included."""

    losses: list[float]
    accuracies: list[float]
    last_accuracies: list[float]  # of the last position of each window only
    flat_accuracies: list[float]  # with `argmax()` over everything at once


def _weights(model: nn.Module) -> torch.Tensor:
    return torch.cat([parameter.detach().flatten() for parameter in model.parameters()])


def _train(model: nn.Module, batches, *, zero_grad: bool = True, step: bool = True, swap: bool = False) -> _Scores:
    """Train with SGD as the exercise asks; the arguments bring in one mistake each."""
    optimizer = torch.optim.SGD(model.parameters(), lr=0.5)
    scores, hidden = _Scores([], [], [], []), None
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


def train_epoch(answer):
    """The same weights afterwards as the loop of the text, and the means over all batches."""
    start, batches = _Spy(), _loader()
    model, spied = copy.deepcopy(start), copy.deepcopy(start)
    scores = _train(model, batches)
    spied.eval()
    try:
        result = answer(spied, batches, torch.optim.SGD(spied.parameters(), lr=0.5))
    except RuntimeError as error:
        if "second time" in str(error):
            raise Mistake(
                "the graph of one batch hangs on to the next: write `hidden = hidden.detach()` before each batch"
            ) from None
        if "inplace" in str(error) and spied.calls[-1]["attached"]:
            raise Mistake(
                "the state still holds the graph of the last batch, and `retain_graph` does not help: write "
                "`hidden = hidden.detach()` before each batch"
            ) from None
        if "inplace" in str(error):
            raise Mistake("the weights move between forward and backward: first backward, then step") from None
        raise
    _expect_calls(spied, len(batches), training=True)
    _compare_trained(start, batches, _weights(spied), _weights(model))
    expect(spied.carried(), "each batch starts from a fresh state: hand the last state on, detached")
    _compare_scores(result, scores)


def _compare_trained(start: nn.Module, batches: _Loader, weights: torch.Tensor, right: torch.Tensor) -> None:
    if same(weights, right, 1e-4):
        return
    mistakes = [
        (
            {"step": False},
            "the weights did not change: after zero_grad comes `loss.backward()`, and then `optimizer.step()`",
        ),
        (
            {"zero_grad": False},
            "the gradients of all batches add up: call `optimizer.zero_grad()` before each backward",
        ),
        ({"swap": True}, "the loss is taken against the inputs: hold the logits against the targets"),
    ]
    for mistake, message in mistakes:
        model = copy.deepcopy(start)
        _train(model, batches, **mistake)
        if same(weights, _weights(model), 1e-4):
            raise Mistake(message)
    fresh = copy.deepcopy(start)
    for batch in batches:
        _train(fresh, [batch])
    if same(weights, _weights(fresh), 1e-4):
        raise Mistake("each batch starts from a fresh state: hand the last state on, detached")
    raise Mistake(
        "after the epoch the weights are not those of the four steps in the text: "
        "is every batch used once, its loss taken with its targets, and the optimizer the one you are given?"
    )


def evaluate(answer):
    """Means over all batches, nothing learned, and an error where there is nothing to evaluate."""
    spied, batches = _Spy(), _loader()
    reference = copy.deepcopy(spied)
    before = _weights(spied)
    scores = _train(reference, batches, step=False)
    spied.train()
    result = call_validation(answer, spied, batches, "evaluate")
    _expect_calls(spied, len(batches), training=False)
    expect(same(_weights(spied), before), "evaluation changed the weights: there is no optimizer and no step here")
    if not spied.carried():
        raise Mistake("each batch starts from a fresh state: carry it from batch to batch, as in training")
    _compare_scores(result, scores)
    try:
        nothing = answer(_Spy(), _Loader([]))
    except ValueError:
        return
    except Exception as error:
        raise Mistake(
            f"on an empty loader you raise {type(error).__name__}, which explains nothing: raise a ValueError that says it"
        ) from None
    raise Mistake(f"on an empty loader you return {nothing!r}: no batches, no result; raise a ValueError")


def _expect_calls(spied: _Spy, count: int, training: bool) -> None:
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


def _compare_scores(result, scores: _Scores) -> None:
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
