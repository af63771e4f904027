"""Checks of lesson 07: the step of a large batch that is read in pieces."""

import copy

import torch
import torch._dynamo

from helpers.checks.expectations import Mistake, compare, expect, expect_number, same
from helpers.checks.losses import loss_of, naming_shapes
from helpers.checks.spies import VOCAB, Spy, called, modes_of, weights_of

_SHAPES = ((3, 4), (3, 2), (1, 4))  # of the pieces: one is shorter, one has fewer rows


_ROWS, _SIZES = [rows for rows, _ in _SHAPES], [rows * time for rows, time in _SHAPES]


_STEPS = 2  # so that `zero_grad` may stand at the beginning of a step or at its end


@called("CharRNN")
class _PieceSpy(Spy):
    """A model that also notes which calls the backward passes went through, and how many there were at each call."""

    def __init__(self):
        super().__init__()
        self.backwards, self.backwards_before = [], []

    def forward(self, tokens, state=None):
        number = len(self.backwards_before)
        self.backwards_before.append(len(self.backwards))
        logits, state = super().forward(tokens, state)
        if logits.requires_grad:
            logits.register_hook(lambda _: self.backwards.append(number))
        return logits, state

    def forget(self) -> None:
        """Begin a step with empty notes."""
        for notes in (self.calls, self.backwards, self.backwards_before):
            notes.clear()

    def one_by_one(self) -> bool:
        """Tell whether each piece was behind us before the next one was read."""
        return self.backwards_before == list(range(len(_SHAPES)))


def accumulated_step(answer):
    """One step with the gradient of all pieces together, each piece with a backward pass of its own."""
    start = _PieceSpy()
    start.output.weight.data.mul_(8)  # a gradient longer than 1: clipping shows
    batches = [[tuple(torch.randint(VOCAB, (2, *shape))) for shape in _SHAPES] for _ in range(_STEPS)]
    model, steps, results, one_by_one = copy.deepcopy(start), [], [], []
    optimizer = torch.optim.SGD(model.parameters(), lr=0.5)
    optimizer.register_step_pre_hook(lambda *_: steps.append(_kind_of_gradients(model)))
    for pieces in batches:
        model.forget()
        steps.clear()
        results.append(_call(answer, model, pieces, optimizer))
        _expect_calls(model, len(steps))
        expect(
            steps != ["zero"],
            "the gradients are all 0 when the step is taken: is the share 0 (`//` cuts `targets.numel() / total` off), or is "
            "there a `zero_grad` after `backward`?",
        )
        one_by_one.append(model.one_by_one())
    _compare_weights(start, model, batches)
    expect(
        all(one_by_one),
        "`backward` waits until all pieces are read: so long the graphs of all of them lie in memory, and nothing is "
        "saved. Call it in the loop, for each piece before the next is read",
    )
    _compare_loss(results[0], start, batches[0])


def _kind_of_gradients(model: Spy) -> str:
    found = [parameter.grad for parameter in model.parameters() if parameter.grad is not None]
    return "none" if not found else "some" if any(bool(gradient.any()) for gradient in found) else "zero"


def _call(answer, model, pieces, optimizer):
    try:
        with naming_shapes():
            return answer(model, pieces, optimizer)
    except RuntimeError as error:
        if "second time" in str(error) and not all(model.fresh()):
            raise Mistake(_HANDED_ON) from None
        if "second time" in str(error):
            raise Mistake("`backward` goes through the same graph twice: call it once for each piece") from None
        if "inplace" in str(error):
            raise Mistake("the weights move between the pieces: one step, after the last") from None
        if "Sizes of tensors must match" in str(error) or "to be equal size" in str(error):
            raise Mistake(_JOINED) from None
        raise
    except ValueError as error:
        if "state has" in str(error) and not model.calls[-1]["given"].is_floating_point():
            raise Mistake("the targets are handed to the model, as its state: `model(inputs)`") from None
        if "state has shape" in str(error):
            raise Mistake(_HANDED_ON) from None
        raise
    except AttributeError as error:
        if "'tuple' object has no attribute 'clone'" in str(error):
            raise Mistake(
                "a piece is a pair, and the model reads its inputs: `for inputs, targets in pieces`"
            ) from None
        raise


_HANDED_ON = "the state of one piece is handed to the next: the pieces are other rows, so begin each with a fresh state"


_JOINED = "the pieces are joined to one batch, and all of it must fit into memory at once: read them one by one"


def _expect_calls(model: _PieceSpy, steps: int) -> None:
    calls = len(model.calls)
    expect(calls > 0, "the model was never called: let it read each piece")
    if calls == 1 and len(model.calls[0]["tokens"]) == sum(_ROWS):
        raise Mistake(_JOINED)
    expect(calls != 1, "only one piece is read: is the `return` inside the loop?")
    expect(calls == len(_ROWS), f"the model was called {calls} times for {len(_ROWS)} pieces: call it once for each")
    expect(all(model.fresh()), _HANDED_ON)
    expect(
        len(model.backwards) > 0 or steps == 0,
        "no gradient comes from the pieces: call `backward` on the loss of each",
    )
    expect(
        model.backwards != [len(_SHAPES) - 1],
        "`backward` stands after the loop, and only the last piece has a gradient: indent it, so that each piece has one",
    )
    expect(modes_of(model) == {True}, "the model is put into evaluation mode: leave the mode as it is")
    expect(
        steps != len(_ROWS),
        "a step is taken after each piece: those are steps of small batches. Take one, after the last",
    )
    expect(steps > 0, "the weights did not change: after the last piece comes `optimizer.step()`")
    expect(steps == 1, f"{steps} steps are taken: take one, after the last piece")


def _train(start, batches, *, weigh="all", zero="first", swap=False, exchange=False, clip=None) -> torch.Tensor:
    """Return the weights after all steps; the arguments bring in one mistake each."""
    model, total, count = copy.deepcopy(start), sum(_SIZES), len(_SIZES)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.5)
    for pieces in batches:
        if zero == "first":
            optimizer.zero_grad()
        running = total
        for inputs, targets in ((b, a) if exchange else (a, b) for a, b in pieces):
            loss = loss_of(model(inputs)[0], inputs if swap else targets)
            if zero == "each":
                optimizer.zero_grad()
            size, rows = targets.numel(), len(targets)
            weights = {
                "all": size / total,
                "pieces": 1 / count,
                "sum": 1.0,
                "characters": size,
                "twice": size / total / count,
                "time": targets.shape[1] / sum(time for _, time in _SHAPES),
                "time over characters": targets.shape[1] / total,
                "inverse": total / size,
                "running": size / running,
                "sum and weighed": size * size / total,
                "divided by the characters of the piece": 1 / size,
                "divided by the characters of all": 1 / total,
            }
            weights |= {"rows": rows / sum(_ROWS), "rows over characters": rows / total}
            part = loss * weights[weigh]
            part.backward()
            running += part.item()
        if zero == "last":
            optimizer.zero_grad()
        if clip:
            torch.nn.utils.clip_grad_norm_(model.parameters(), clip)
        optimizer.step()
    return weights_of(model)


def _compare_weights(start, model: Spy, batches) -> None:
    weights = weights_of(model)
    if same(weights, _train(start, batches), 1e-5):
        return
    mistakes = [
        ({"zero": "never"}, "the gradient of the step before is still there: call `optimizer.zero_grad()` once a step, before the first piece or after `step`"),
        ({"zero": "each"}, "the gradients of the earlier pieces are thrown away: call `zero_grad` once, before the first piece"),
        ({"zero": "each", "weigh": "sum"}, "the gradients of the earlier pieces are thrown away: call `zero_grad` once, before the first piece"),
        ({"zero": "each", "weigh": "pieces"}, "the gradients of the earlier pieces are thrown away: call `zero_grad` once, before the first piece"),
        ({"zero": "last"}, "the weights did not change: `zero_grad` between the last `backward` and `step` throws the gradients away"),
        ({"clip": 1.0}, "the gradient is clipped: do not clip here"),
        ({"weigh": "sum"}, "the means of the pieces are added up, which makes the step too long: give each the share that it has of all characters"),
        ({"weigh": "pieces"}, "each piece counts alike, and some are smaller: give each the share that it has of all characters"),
        ({"weigh": "time"}, "each piece is weighed with its length in time, `targets.shape[1]`, and may also have fewer rows: weigh with the characters, `targets.numel()`"),
        ({"weigh": "time over characters"}, "a piece is weighed with its length in time over the characters of all: its own characters are `targets.numel()`"),
        ({"weigh": "inverse"}, "the share is upside down: it is `targets.numel() / total`, less than 1"),
        ({"weigh": "divided by the characters of all"}, "a mean is divided by the number of characters once more: the mean times `targets.numel() / total`, or the sum (`reduction=\"sum\"`) divided by `total`"),
        ({"weigh": "divided by the characters of the piece"}, "a mean is divided by the characters of its piece once more: the mean times `targets.numel() / total`"),
        ({"weigh": "rows"}, "each row counts alike, and those of one piece are shorter: weigh with the characters, `targets.numel()`"),
        ({"weigh": "rows over characters"}, "a piece is weighed with its rows over the characters of all: `len(targets)` counts rows, `targets.numel()` characters"),
        ({"weigh": "characters"}, "that is the gradient of the sum over all characters: divide by their number"),
        ({"weigh": "twice"}, "the gradient is divided twice: by the characters of all, and by the pieces"),
        ({"weigh": "running"}, "`total` changes from piece to piece: it is the number of all characters, so give the loss another name"),
        ({"weigh": "sum and weighed"}, "a sum is weighed once more: the sum (`reduction=\"sum\"`) is divided by `total`, the mean times `targets.numel() / total`"),
        ({"exchange": True}, "inputs and targets are exchanged: a piece is (inputs, targets)"),
        ({"swap": True}, "the loss is taken against the inputs: hold the logits against the targets"),
    ]  # fmt: skip
    for mistake, message in mistakes:
        if same(weights, _train(start, batches, **mistake), 1e-5):
            raise Mistake(message)
    raise Mistake(
        "the weights are not those of one step with the whole batch: zero_grad once; for each piece forward, loss, its "
        "share, backward; then one step"
    )


def _compare_loss(result, start, pieces) -> None:
    with torch.no_grad():
        means = [loss_of(start(inputs)[0], targets).item() for inputs, targets in pieces]
    right = sum(mean * size for mean, size in zip(means, _SIZES, strict=True)) / sum(_SIZES)
    compare(
        expect_number(result, "the loss that you return"), right, "the loss that you return",
        [
            (sum(means), "that is the sum of the pieces' losses: return the mean over all characters"),
            (sum(means) / len(means), "the loss that you return is the mean of the pieces' means: some are smaller, weigh them"),
            (right / sum(_SIZES), "the loss that you return is divided by the number of characters twice: it is a mean already"),
            (right / len(_SIZES), "the loss that you return is divided by the number of pieces: the shares add up to the mean already"),
            (sum(means) / sum(_SIZES), "the pieces' means are divided by the characters of all: multiply each by its `targets.numel()` first"),
            (right * sum(_SIZES), "that is the sum over all characters: return their mean"),
            (means[-1], "that is the loss of the last piece: return the mean over all characters"),
            (means[-1] * _SIZES[-1] / sum(_SIZES), "that is the last piece's part of the loss: add up all of them"),
        ],
        tolerance=1e-4,
    )  # fmt: skip
