"""Checks of lesson 02, fifth part: the training loop."""

import math

import torch

from helpers.checks.expectations import Mistake, compare, expect, expect_number, expect_parts, expect_type, same
from helpers.checks.vanilla_rnn.reference import (
    HIDDEN,
    SYMBOLS,
    VOCAB,
    Tensors,
    flat,
    lively_parameters,
    losses,
    random_parameters,
    run,
    write,
)

_LENGTH, _RATE, _ITERATIONS = 7, 0.2, 7


_SHORT = 3  # the windows of the run of 101 iterations


_MISTAKES = {
    "not carried": "each window starts from a fresh state: carry the last state of one window to the next",
    "never reset": "at the start of the text the state of its end is still there: begin again with a state of zeros",
    "stays": "every iteration reads the same window: move `position` on by sequence_length",
    "overlap": "the windows overlap: move `position` on by sequence_length, not by 1",
    "gap": "between two windows a character is left out: move `position` on by sequence_length, and no further",
    "short windows": "near the end your windows are cut short: begin again when there is no room for a window and its targets",
    "not clipped": "the gradients are not clipped: bring them into -5 to 5 before the step",
    "clipped at 1": "the gradients are clipped at 1: the limit is 5",
    "by norm": "the gradients are clipped by norm: here it is by value, -5 to 5",
    "no memory": "Adagrad's memory is lost between iterations: keep what `adagrad_update` returns",
    "not shifted": "your targets are the inputs: they stand one character further on",
    "rate": "the learning rate is 0.1 whatever is asked for: hand on the argument `learning_rate`",
    "first state": "the state that is carried is the one before the window: carry `states[-1]`, after its last character",
}


def _train(
    tokens, parameters: Tensors, iterations: int, rate: float = _RATE, mistake: str = ""
) -> tuple[list[Tensors], list[float]]:
    """Train as the exercise asks, with one mistake made on the way.

    Returns the parameters after 0, 1, 2, ... iterations, and each window's loss.
    """
    memory = [torch.zeros_like(parameter) for parameter in parameters]
    hidden, position, passed, found = torch.zeros(HIDDEN), 0, [parameters], []
    for _ in range(iterations):
        needed = {"short windows": 2, "no target": _LENGTH, "last left out": _LENGTH + 2}.get(mistake, _LENGTH + 1)
        if position + needed > len(tokens):
            position, hidden = 0, hidden if mistake == "never reset" else torch.zeros(HIDDEN)
        inputs = tokens[position : position + _LENGTH]
        targets = inputs if mistake == "not shifted" else tokens[position + 1 : position + 1 + _LENGTH]
        watched = [parameter.clone().requires_grad_() for parameter in parameters]
        states, logits = run(inputs[: len(targets)], hidden, watched)
        loss = losses(logits, targets).sum()
        found.append(loss.item())
        gradients = _clip(torch.autograd.grad(loss, watched), mistake)
        memory = [g * g if mistake == "no memory" else m + g * g for m, g in zip(memory, gradients, strict=True)]
        size = 0.1 if mistake == "rate" else rate
        steps = [size * g / (m + 1e-8).sqrt() for g, m in zip(gradients, memory, strict=True)]
        parameters = tuple(parameter - move for parameter, move in zip(parameters, steps, strict=True))
        passed.append(parameters)
        after = states[-2] if mistake == "first state" else states[-1]
        hidden = torch.zeros(HIDDEN) if mistake == "not carried" else after.detach()
        position += {"stays": 0, "overlap": 1, "gap": _LENGTH + 1}.get(mistake, _LENGTH)
    return passed, found


def _clip(gradients: Tensors, mistake: str) -> list[torch.Tensor]:
    if mistake == "by norm":
        return [gradient * min(1.0, 5 / flat(gradients).norm().item()) for gradient in gradients]
    limit = {"not clipped": math.inf, "clipped at 1": 1.0}.get(mistake, 5.0)
    return [gradient.clamp(-limit, limit) for gradient in gradients]


def _smoothed(found: list[float], keep: float = 0.999, start: float = _LENGTH * math.log(VOCAB)) -> list[float]:
    history = []
    for loss in found:
        start = keep * start + (1 - keep) * loss
        history.append(start)
    return history


class _Reports:
    """A report that notes what it is given."""

    def __init__(self):
        self.calls: list[tuple] = []

    def __call__(self, *given):
        if len(given) != 4:
            raise Mistake(f"`report` was given {len(given)} things: give it iteration, smoothed, sample and parameters")
        self.calls.append(given)


def train(answer):
    """The same weights and losses as the loop of the text, its reports, and a stop at a loss that is not finite."""
    tokens, start = torch.randint(VOCAB, (25,)), random_parameters(1.2)
    lively, reports = lively_parameters(), _Reports()
    result = answer(tokens, start, SYMBOLS, _ITERATIONS, reports, 1.0, _LENGTH, _RATE)
    expect_parts(result, 2, "the parameters and the list of smoothed losses")
    expect_parts(result[0], 5, "the five parameters")
    found = _compare_trained(flat(result[0]), tokens, start)
    _compare_history(result[1], found)
    expect(len(reports.calls) > 0, "`report` was never called: call it in iteration 0, and then in every 100th")
    expect(
        len(reports.calls) == 1,
        f"in {_ITERATIONS} iterations `report` was called {len(reports.calls)} times: call it in every 100th iteration only",
    )
    expect(
        same(flat(reports.calls[0][3]), flat(start)),
        "`report` comes after the step: write the sample first, with the parameters as they are before it",
    )
    _expect_room(answer, tokens, start)
    _expect_reports(answer, tokens, lively)
    _expect_stop(answer, tokens, start)


def _compare_trained(weights: torch.Tensor, tokens: torch.Tensor, start: Tensors) -> list[float]:
    """Hold the weights against the right ones, and return the losses that belong to these."""
    passed, found = _train(tokens, start, _ITERATIONS + 1)
    if same(weights, flat(passed[_ITERATIONS]), 1e-3):
        return found[:_ITERATIONS]
    expect(
        not same(weights, flat(start)), "the parameters did not change: return the new ones, not those you were given"
    )
    for count in (1, _ITERATIONS - 1, _ITERATIONS + 1):
        if same(weights, flat(passed[count]), 1e-3):
            steps = "1 step" if count == 1 else f"{count} steps"
            raise Mistake(
                f"{steps} in {_ITERATIONS} iterations: is the `return` inside the loop, or a step left out or one too many?"
            )
    for mistake, message in _MISTAKES.items():
        if same(weights, flat(_train(tokens, start, _ITERATIONS, mistake=mistake)[0][-1]), 1e-3):
            raise Mistake(message)
    raise Mistake(
        f"after {_ITERATIONS} iterations the parameters are not those of the five steps in the text: go through them in order"
    )


def _expect_room(answer, tokens: torch.Tensor, start: Tensors) -> None:
    """Train on a text that lacks just the last target of a third window, and on one where it just fits."""
    scant = tokens[: 3 * _LENGTH]
    no_target = (
        f"in a text of {len(scant)} tokens a third window of {_LENGTH} has no target for its last character: "
        "a window needs room for sequence_length + 1 tokens"
    )
    try:
        weights = flat(answer(scant, start, SYMBOLS, 3, _Reports(), 1.0, _LENGTH, _RATE)[0])
    except (IndexError, RuntimeError, ValueError):
        raise Mistake(no_target) from None
    compare(
        weights, flat(_train(scant, start, 3)[0][-1]), f"training on a text of {len(scant)} tokens",
        [(flat(_train(scant, start, 3, mistake="no target")[0][-1]), no_target)],
        tolerance=1e-3,
    )  # fmt: skip
    enough = tokens[: 3 * _LENGTH + 1]
    weights = flat(answer(enough, start, SYMBOLS, 3, _Reports(), 1.0, _LENGTH, _RATE)[0])
    left_out = (
        f"in a text of {len(enough)} tokens the third window of {_LENGTH} is left out, although it just fits: "
        "it needs sequence_length + 1 tokens, and no more"
    )
    compare(
        weights, flat(_train(enough, start, 3)[0][-1]), f"training on a text of {len(enough)} tokens",
        [(flat(_train(enough, start, 3, mistake="last left out")[0][-1]), left_out)],
        tolerance=1e-3,
    )  # fmt: skip


def _compare_history(history, found: list[float]) -> None:
    expect_type(history, (list, tuple), "the second thing you return, the smoothed losses,")
    expect(
        len(history) == _ITERATIONS,
        f"the list of smoothed losses should have {_ITERATIONS} entries, one for each iteration, and has {len(history)}",
    )
    numbers = [expect_number(value, "a smoothed loss") for value in history]
    expect(
        not same(torch.tensor(numbers), torch.tensor(found), 1e-5),
        "those are the losses themselves: return the smoothed ones",
    )
    compare(
        torch.tensor(numbers), torch.tensor(_smoothed(found)), "the smoothed losses",
        [
            (torch.tensor(_smoothed(found, start=0.0)), "the smoothed loss starts at 0: it should start at sequence_length · ln V"),
            (torch.tensor(_smoothed(found, start=math.log(VOCAB))), "the smoothed loss starts at ln V: it is a sum, so it starts at sequence_length · ln V"),
            (torch.tensor(_smoothed([loss / _LENGTH for loss in found])), "the loss is divided by the number of steps: the smoothed loss is one of sums"),
            (torch.tensor(_smoothed(found, keep=0.001)), "the weights are exchanged: 0.999 of the old value, 0.001 of the new loss"),
            (torch.tensor(_smoothed(found, keep=0.99)), "the smoothed loss follows too fast: 0.999 of the old value, 0.001 of the new loss"),
            (torch.tensor([_LENGTH * math.log(VOCAB), *_smoothed(found)[:-1]]), "each entry is from before its iteration: append after the update"),
        ],
        tolerance=1e-4,
    )  # fmt: skip


def _expect_reports(answer, tokens: torch.Tensor, parameters: Tensors) -> None:
    """With a learning rate of 0 the states are known, and at temperature 0 the samples."""
    reports = _Reports()
    _, history = answer(tokens, parameters, SYMBOLS, 101, reports, 0, _SHORT, 0.0)
    iterations = [call[0] for call in reports.calls]
    expect(
        iterations == [0, 100],
        f"in 101 iterations `report` should be called in iterations 0 and 100, and was called "
        f"{len(iterations)} times: {', '.join(map(str, iterations[:4]))}{', …' if len(iterations) > 4 else ''}",
    )
    windows = (len(tokens) - 1) // _SHORT
    for iteration, smoothed, sample, _ in reports.calls:
        expect_number(smoothed, "the smoothed loss that `report` is given")
        expect_type(sample, str, "the sample that `report` is given")
        around = (
            history[max(iteration - 1, 0) : iteration + 1]
            if iteration
            else [_SHORT * math.log(len(SYMBOLS)), history[0]]
        )
        expect(
            any(same(float(smoothed), float(one), 1e-4) for one in around),
            f"in iteration {iteration} `report` is given {float(smoothed):.4g} for the smoothed loss, which is {around[0]:.4g}: hand it "
            "on as it is, the sum over a window",
        )
        expect(len(sample) == 200, f"a sample should have 200 characters, and has {len(sample)}")
        position = iteration % windows * _SHORT
        hidden, token = run(tokens[:position], torch.zeros(HIDDEN), parameters)[0][-1], int(tokens[position])
        if sample == write(parameters, hidden, token, 200):
            continue
        if sample == write(parameters, torch.zeros(HIDDEN), token, 200):
            raise Mistake("the sample starts from a state of zeros: start it from the current state")
        raise Mistake(
            "the sample is not what the current state and the window's first token give at this temperature: hand all three on"
        )


def _expect_stop(answer, tokens: torch.Tensor, start: Tensors) -> None:
    impossible = start[4].clone()
    impossible[tokens[1]] = -math.inf  # the first target then has the probability 0, and the loss is infinite
    for by, message in (
        (torch.full_like(start[4], math.nan), "with a loss of nan you go on training: raise a ValueError that says in which iteration"),
        (impossible, "with a loss of infinity you go on training: stop there as well, `math.isfinite` is False for both"),
    ):  # fmt: skip
        try:
            answer(tokens, (*start[:4], by), SYMBOLS, 3, _Reports(), 0, _LENGTH, _RATE)
        except ValueError as error:
            expect("0" in str(error), f"the error does not say in which iteration the loss went wrong ({error})")
        else:
            raise Mistake(message)
    try:
        answer(tokens[:_LENGTH], start, SYMBOLS, 3, _Reports(), 0, _LENGTH, _RATE)
    except ValueError:
        return
    raise Mistake(
        "a text that is too short for one window is trained on all the same: keep the first lines of the cell"
    )
