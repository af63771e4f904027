"""Checks of lesson 03, the steps: training, schedule and validation."""

import copy
import math

import torch
import torch.nn.functional as F
from torch import nn

from helpers.checks.contract import Checks
from helpers.checks.expectations import Mistake, compare, expect, expect_number, expect_parts, expect_tensor, same
from helpers.checks.training_spy import VOCAB, Spy, random_batches, weights_of


def register(check: Checks) -> None:
    """Add the checks of this module to those of the lesson."""
    for exercise in (train_step, warmup_cosine, evaluate):
        check.exercise(exercise)


# ---------------------------------------------------------------------------------------- one step of training

_LIMIT = 0.05  # below any gradient's norm here


def train_step(answer):
    """After two steps the same weights as in the text's order, the loss as a number, the state without a past."""
    start, batches = Spy(), random_batches(4, 4)
    spied = copy.deepcopy(start)
    optimizer = torch.optim.SGD(spied.parameters(), lr=0.5)
    state, results = torch.rand(3, 6), []
    given = state
    for inputs, targets in batches:
        result = _step(answer, spied, inputs, targets, state, optimizer)
        expect_parts(result, 2, "two things, the loss and the state to go on from")
        expect(
            not (isinstance(result[0], torch.Tensor) and result[0].dim() > 1),
            "state and loss are returned the wrong way round: the loss comes first",
        )
        results.append(result)
        _expect_state(result[1], spied, given)
        state = result[1].detach()
    expect(len(spied.calls) == 2, f"the model was called {len(spied.calls)} times in two steps: call it once in each")
    expect(not spied.fresh()[0], "the step starts from a fresh state: hand `state` to the model")
    _compare_weights(start, spied, batches, given)
    _compare_loss(results[0][0], start, batches[0], given)


def _step(answer, model, inputs, targets, state, optimizer):
    try:
        return answer(model, inputs, targets, state, optimizer, _LIMIT)
    except RuntimeError as error:
        if "second time" in str(error):
            raise Mistake("`backward` goes through the same graph twice: call it once for each batch") from None
        if "inplace" in str(error):
            raise Mistake("the weights move between forward and backward: first backward, then step") from None
        raise
    except ValueError as error:
        if "batch_size" in str(error) or "size" in str(error):
            raise Mistake(_SHAPES) from None
        raise


_SHAPES = "F.cross_entropy did not take these shapes: make (batch · time, vocab) of the logits and (batch · time,) of the targets"


def _expect_state(state, model: Spy, given: torch.Tensor) -> None:
    expect_tensor(state, "the state that you return", shape=(3, 6))
    expect(
        not state.requires_grad,
        "the state that you return still holds the graph of this batch: hand it on as `state.detach()`",
    )
    expect(
        not same(state, model.calls[-1]["given"]) and not same(state, given),
        "the state that you return is the one that you were given: hand on the one that the model returns",
    )
    expect(bool(state.any()), "the state that you return is zero: hand on the one that the model returns")


def _train(
    start: Spy, batches, state, *, clip="norm", zero_grad=True, step=True, swap=False, scrambled=False, sum_=False
):
    """Return the weights after steps as the exercise asks; the arguments bring in one mistake each."""
    model = copy.deepcopy(start)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.5)
    for inputs, targets in batches:
        logits, state = model(inputs, state)
        targets = inputs if swap else targets
        flat = logits.reshape(3, VOCAB, -1) if scrambled else logits.transpose(1, 2)
        loss = F.cross_entropy(flat, targets, reduction="sum" if sum_ else "mean")
        if zero_grad:
            optimizer.zero_grad()
        loss.backward()
        if clip == "norm":
            nn.utils.clip_grad_norm_(model.parameters(), _LIMIT)
        elif clip == "each":
            for parameter in model.parameters():
                nn.utils.clip_grad_norm_([parameter], _LIMIT)
        elif clip == "value":
            nn.utils.clip_grad_value_(model.parameters(), _LIMIT)
        if step:
            optimizer.step()
        state = state.detach()
    return weights_of(model)


def _compare_weights(start: Spy, model: Spy, batches, state: torch.Tensor) -> None:
    weights = weights_of(model)
    if same(weights, _train(start, batches, state), 1e-5):
        return
    norm = torch.cat(
        [one.grad.flatten() for one in model.parameters() if one.grad is not None] or [torch.zeros(1)]
    ).norm()
    unclipped = "the gradient is not clipped: shorten it to `clip_norm`, between `backward` and `step`"
    if norm <= 1.01 * _LIMIT:
        unclipped = (
            "the gradient is clipped after the step, when it has been used already: clip between `backward` and `step`"
        )
    mistakes = [
        ({"step": False}, "the weights did not change: after zero_grad comes `loss.backward()`, and then `optimizer.step()`"),
        ({"clip": None}, unclipped),
        ({"clip": "value"}, "each number of the gradient is clipped by itself: shorten the norm of all of them together"),
        ({"clip": "each"}, "each parameter's gradient is clipped by itself: take one norm over all of them together"),
        ({"zero_grad": False}, "the gradients of the batches add up: call `optimizer.zero_grad()` before `backward`"),
        ({"swap": True}, "the loss is taken against the inputs: hold the logits against the targets"),
        ({"scrambled": True}, "view or reshape to (batch, vocab, time) mixes the numbers up: join batch and time instead"),
    ]  # fmt: skip
    for mistake, message in mistakes:
        if same(weights, _train(start, batches, state, **mistake), 1e-5):
            raise Mistake(message)
    raise Mistake(
        "after two steps the weights are not those of the text: forward from the given state, mean loss over all positions, "
        "zero_grad, backward, clip, step"
    )


def _compare_loss(loss, model: Spy, batch, state: torch.Tensor) -> None:
    number = expect_number(loss, "the loss that you return")
    with torch.no_grad():
        right = F.cross_entropy(model(batch[0], state)[0].flatten(0, 1), batch[1].flatten()).item()
    compare(
        number, right, "the loss that you return",
        [
            (right * batch[1].numel(), "that is the sum over all positions: return the mean"),
            (right / math.log(2), "that is in bits: the course counts in nats, with the natural logarithm"),
            (math.exp(right), "that is the perplexity: return the loss itself"),
        ],
        tolerance=1e-4,
    )  # fmt: skip


# ------------------------------------------------------------------------------------------------ the schedule


def warmup_cosine(answer):
    """A straight line up to 1, half a cosine down to a tenth, whatever the number of steps."""
    total = 200
    result = [expect_number(answer(step, total), f"`warmup_cosine({step}, {total})`") for step in range(1, total + 1)]
    right = [_factor(step, total) for step in range(1, total + 1)]
    _compare_factors(result, right, total)
    short = _factors(answer, 1000)
    expect(
        same(short[:50], [step / 50 for step in range(1, 51)], 1e-6),
        "with 1000 steps the warm-up should take 50, a twentieth of them: `total_steps // 20`",
    )
    expect(
        same(short, [_factor(step, 1000) for step in range(1, 1001)], 1e-6), "with 1000 steps the factors are others"
    )
    try:
        few = _factors(answer, 10)
    except ZeroDivisionError:
        raise Mistake(
            "with 10 steps the warm-up has none, and you divide by 0: then go straight to the cosine"
        ) from None
    expect(
        same(few, [_factor(step, 10) for step in range(1, 11)], 1e-6), "with 10 steps there should be no warm-up at all"
    )


def _factors(answer, total: int) -> list[float]:
    return [float(answer(step, total)) for step in range(1, total + 1)]


def _factor(step, total, *, late=0, warm_up=True, lowest=0.1, pi=math.pi, from_start=False, halved=True, line=False):
    """Return the factor of the text; the arguments bring in one mistake each."""
    warmup_steps = total // 20 if warm_up else 0
    if step - late < warmup_steps or step == warmup_steps:
        return (step - late) / warmup_steps
    progress = step / total if from_start else (step - warmup_steps) / (total - warmup_steps)
    wave = 1 - progress if line else (1 + math.cos(pi * progress)) / (2 if halved else 1)
    return lowest + (1 - lowest) * wave


def _compare_factors(result: list[float], right: list[float], total: int) -> None:
    if same(result, right, 1e-6):
        return

    def variant(**mistake) -> list[float]:
        return [_factor(step, total, **mistake) for step in range(1, total + 1)]

    mistakes = [
        (variant(late=1), "the first step has the factor 0 and is wasted: steps are counted from 1, so step s of the warm-up has s / W"),
        (variant(warm_up=False), "there is no warm-up: the first total_steps // 20 steps rise in a straight line"),
        (variant(lowest=0.0), "the factor falls to 0: it should end at 0.1"),
        (variant(pi=1.0), "π is missing in the cosine, so the wave hardly falls"),
        (variant(pi=2 * math.pi), "that is a whole wave, which rises again at the end: half of one, cos(π p)"),
        (variant(from_start=True), "the cosine starts before the warm-up is over: p runs from 0 to 1 over the steps *after* it"),
        (variant(halved=False), "1 + cos runs from 2 to 0: divide it by 2"),
        (variant(line=True), "that falls in a straight line: along a cosine, (1 + cos(π p)) / 2"),
        (right[::-1], "the schedule runs backwards"),
    ]  # fmt: skip
    for wrong, message in mistakes:
        if same(result, wrong, 1e-6):
            raise Mistake(message)
    for step, (own, wanted) in enumerate(zip(result, right, strict=True), 1):
        if not same(own, wanted, 1e-6):
            raise Mistake(f"`warmup_cosine({step}, {total})` should give {wanted:.4f}, and gives {own:.4f}")


# -------------------------------------------------------------------------------------------- the validation


def evaluate(answer):
    """Means over all characters, a state of its own, nothing recorded, and the mode as it was."""
    spied, batches = Spy(), random_batches(4, 4, 4, 2)
    before = weights_of(spied)
    spied.train()
    result = answer(spied, batches)
    _expect_calls(spied, len(batches))
    expect(same(weights_of(spied), before), "validation changed the weights: nothing is learned here")
    fresh = spied.fresh()
    expect(fresh[0], "the first batch does not start from a fresh state: a validation pass has a state of its own")
    expect(not any(fresh[1:]), "each batch starts from a fresh state: carry it from batch to batch")
    _compare_scores(result, spied, batches)
    expect(
        spied.training,
        "the model is left in evaluation mode: from now on training would run without dropout; put it back as it was",
    )
    spied.eval()
    answer(spied, batches)
    expect(
        not spied.training,
        "a model that was in evaluation mode before is in training mode afterwards: leave it in the mode it was in",
    )


def _expect_calls(spied: Spy, count: int) -> None:
    calls = len(spied.calls)
    expect(calls > 0, "the model was never called: loop over the batches")
    expect(calls != 1, f"the model was called once for {count} batches: is the `return` inside the loop?")
    expect(calls == count, f"the model was called {calls} times for {count} batches")
    expect(
        not any(call["training"] for call in spied.calls),
        "the model was in training mode, so dropout would go on: call `model.eval()` first",
    )
    expect(
        not any(call["grad"] for call in spied.calls),
        "gradients were recorded: put the loop under `with torch.no_grad():`",
    )


def _compare_scores(result, model: Spy, batches) -> None:
    expect_parts(result, 2, "two numbers, mean loss and accuracy")
    losses, shares, counts, state = [], [], [], None
    with torch.no_grad():
        for inputs, targets in batches:
            logits, state = model(inputs, state)
            losses.append(F.cross_entropy(logits.flatten(0, 1), targets.flatten()).item())
            shares.append((logits.argmax(-1) == targets).float().mean().item())
            counts.append(targets.numel())
    loss, accuracy = (_weighted(means, counts) for means in (losses, shares))
    unweighted = "that is the mean of the batches' means, in which the short last batch counts as much as the others: weigh each by its number of characters"
    compare(
        expect_number(result[0], "the loss"), loss, "the loss that you return",
        [
            (sum(losses) / len(losses), unweighted),
            (losses[-1], "that is the last batch's loss: take the mean over all characters"),
            (sum(losses), "that is the sum of the batches' losses: weigh them, and divide by the number of characters"),
            (loss * sum(counts), "that is the sum over all characters: divide by their number"),
            (sum(losses) / sum(counts), "a batch's loss is a mean already: multiply it by its number of characters before you divide by all of them"),
            (accuracy, "loss and accuracy are the wrong way round: the loss comes first"),
            (loss / math.log(2), "that is in bits: the course counts in nats, with the natural logarithm"),
            (math.exp(loss), "that is the perplexity: return the loss itself"),
        ],
        tolerance=1e-5,
    )  # fmt: skip
    compare(
        expect_number(result[1], "the accuracy"), accuracy, "the accuracy that you return",
        [
            (sum(shares) / len(shares), "the accuracy is the mean of the batches' means: weigh each by its number of characters"),
            (accuracy * 100, "the accuracy is in percent: give a share between 0 and 1"),
            (accuracy * sum(counts), "that is the number of hits: divide by the number of characters"),
            (shares[-1], "that is the last batch's accuracy: take the mean over all characters"),
        ],
        tolerance=1e-5,
    )  # fmt: skip


def _weighted(means: list[float], counts: list[int]) -> float:
    return sum(mean * count for mean, count in zip(means, counts, strict=True)) / sum(counts)
