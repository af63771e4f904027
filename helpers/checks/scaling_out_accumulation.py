"""Checks of lesson 07: the step of a large batch that is read in pieces."""

import copy

import torch
import torch._dynamo  # the first optimizer imports it, for a second or more: here the time limit does not run

from helpers.checks.expectations import Mistake, compare, expect, expect_number, same
from helpers.checks.lstm_losses import loss_of
from helpers.checks.training_spy import VOCAB, Spy, modes_of, weights_of

_ROWS = (3, 3, 1)  # of the pieces: the last is smaller


class _PieceSpy(Spy):
    """A model that also notes, at each call, whether a gradient was there already."""

    def __init__(self):
        super().__init__()
        self.had_gradient = []

    def forward(self, tokens, state=None):
        self.had_gradient.append(any(one.grad is not None and bool(one.grad.any()) for one in self.parameters()))
        return super().forward(tokens, state)


def accumulated_step(answer):
    """One step with the gradient of all pieces together, each piece with a backward pass of its own."""
    start = _PieceSpy()
    pieces = [tuple(torch.randint(VOCAB, (2, rows, 4))) for rows in _ROWS]
    model, steps = copy.deepcopy(start), []
    for parameter in model.parameters():
        parameter.grad = torch.ones_like(parameter)  # left over from the step before
    optimizer = torch.optim.SGD(model.parameters(), lr=0.5)
    optimizer.register_step_post_hook(lambda *_: steps.append(1))
    result = _call(answer, model, pieces, optimizer)
    _expect_calls(model, len(steps))
    _compare_weights(start, model, pieces)
    expect(
        all(model.had_gradient[1:]),
        "`backward` is called once, after all pieces: until then the graphs of all of them lie in memory, and nothing is "
        "saved. Call it for each piece",
    )
    _compare_loss(result, start, pieces)


def _call(answer, model, pieces, optimizer):
    try:
        return answer(model, pieces, optimizer)
    except RuntimeError as error:
        if "second time" in str(error):
            raise Mistake("`backward` goes through the same graph twice: call it once for each piece") from None
        if "inplace" in str(error):
            raise Mistake("the weights move between the pieces: one step, after the last") from None
        raise
    except ValueError as error:
        if "state has shape" in str(error):
            raise Mistake("the state of one piece is handed to the next: the pieces are other rows") from None
        if "size" in str(error):
            raise Mistake(
                "F.cross_entropy did not take these shapes: make (batch · time, vocab) of the logits and (batch · time,) "
                "of the targets"
            ) from None
        raise


def _expect_calls(model: _PieceSpy, steps: int) -> None:
    calls = len(model.calls)
    expect(calls > 0, "the model was never called: let it read each piece")
    if calls == 1 and len(model.calls[0]["tokens"]) == sum(_ROWS):
        raise Mistake(
            "the pieces are joined to one batch, and all of it must fit into memory at once: read them one by one"
        )
    expect(calls != 1, "only one piece is read: is the `return` inside the loop?")
    expect(calls == len(_ROWS), f"the model was called {calls} times for {len(_ROWS)} pieces: call it once for each")
    expect(all(model.fresh()), "a piece does not start from a fresh state: the pieces are other rows")
    expect(modes_of(model) == {True}, "the model is put into evaluation mode: leave the mode as it is")
    expect(
        steps != len(_ROWS),
        "a step is taken after each piece: those are steps of small batches. Take one, after the last",
    )
    expect(steps > 0, "the weights did not change: after the last piece comes `optimizer.step()`")
    expect(steps == 1, f"{steps} steps are taken: take one, after the last piece")


def _train(start, pieces, *, weigh="all", zero="before", swap=False, rate=1.0) -> torch.Tensor:
    """Return the weights after the step; the arguments bring in one mistake each."""
    model, total = copy.deepcopy(start), sum(targets.numel() for _, targets in pieces)
    for parameter in model.parameters():
        parameter.grad = torch.ones_like(parameter) if zero == "never" else torch.zeros_like(parameter)
    for inputs, targets in pieces:
        loss = loss_of(model(inputs)[0], inputs if swap else targets)
        if zero == "each":
            model.zero_grad()
        weight = {"all": targets.numel() / total, "pieces": 1 / len(pieces), "sum": 1.0, "rows": targets.numel()}[weigh]
        weight = weight / len(pieces) if weigh == "all" and rate != 1.0 else weight
        (loss * weight).backward()
    torch.optim.SGD(model.parameters(), lr=0.5).step()
    return weights_of(model)


def _compare_weights(start, model: Spy, pieces) -> None:
    weights = weights_of(model)
    if same(weights, _train(start, pieces), 1e-5):
        return
    mistakes = [
        ({"zero": "never"}, "the gradient of the step before is still there: call `optimizer.zero_grad()` before the first piece"),
        ({"zero": "each"}, "the gradients of the earlier pieces are thrown away: call `zero_grad` once, before the first piece"),
        ({"zero": "each", "weigh": "sum"}, "the gradients of the earlier pieces are thrown away: call `zero_grad` once, before the first piece"),
        ({"zero": "each", "weigh": "pieces"}, "the gradients of the earlier pieces are thrown away: call `zero_grad` once, before the first piece"),
        ({"weigh": "sum"}, "the means of the pieces are added up, which makes the step too long: give each the share that it has of all characters"),
        ({"weigh": "pieces"}, "each piece counts alike: the last one is smaller, give each the share that it has of all characters"),
        ({"weigh": "rows"}, "that is the gradient of the sum over all characters: divide by their number"),
        ({"rate": 0.5}, "the gradient is divided twice: by the characters of all, and by the pieces"),
        ({"swap": True}, "the loss is taken against the inputs: hold the logits against the targets"),
    ]  # fmt: skip
    for mistake, message in mistakes:
        if same(weights, _train(start, pieces, **mistake), 1e-5):
            raise Mistake(message)
    raise Mistake(
        "the weights are not those of one step with the whole batch: zero_grad once; for each piece forward, loss, its "
        "share, backward; then one step"
    )


def _compare_loss(result, start, pieces) -> None:
    with torch.no_grad():
        means = [loss_of(start(inputs)[0], targets).item() for inputs, targets in pieces]
    right = sum(mean * rows for mean, rows in zip(means, _ROWS, strict=True)) / sum(_ROWS)
    compare(
        expect_number(result, "the loss that you return"), right, "the loss that you return",
        [
            (sum(means), "that is the sum of the pieces' losses: return the mean over all characters"),
            (sum(means) / len(means), "the loss that you return is the mean of the pieces' means: the last piece is smaller, weigh it"),
            (means[-1], "that is the loss of the last piece: return the mean over all characters"),
            (means[-1] * _ROWS[-1] / sum(_ROWS), "that is the last piece's part of the loss: add up all of them"),
        ],
        tolerance=1e-4,
    )  # fmt: skip
