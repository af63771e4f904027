"""Checks of lesson 03, the loop: all parts together."""

import copy
from statistics import fmean

import torch

from helpers.checks.expectations import Mistake, compare, expect, expect_parts, expect_type, same
from helpers.checks.spies import Spy, random_batches, weights_of
from helpers.checks.training.reference import EPOCH, EVERY, RATE, STEPS, reference
from helpers.training import warmup_cosine


def train(answer):
    """The weights and entries of the loop in the text, for streams, for windows, and with patience."""
    start, batches, val_batches = Spy(), random_batches(4, 4, 2), random_batches(4, 3)
    start.output.weight.data.mul_(8)  # gradients longer than 1, so that a step without clipping shows
    spied = copy.deepcopy(start)
    result = answer(spied, batches, val_batches, RATE, STEPS, EVERY)
    expect_parts(result, 2, "two lists, training losses and validation losses")
    for losses, kind in zip(result, ("training", "validation"), strict=True):
        expect_type(losses, (list, tuple), f"what you return, the {kind} losses,")
        for loss in losses:
            expect_type(loss, (int, float), f"each of the {kind} losses")
    _expect_calls(spied, batches, len(val_batches))
    right = reference(start, batches, val_batches)
    _compare_weights(start, batches, weights_of(spied), right[0], carry=True)
    _compare_lists(result, right)
    windows = copy.deepcopy(start)
    answer(windows, batches, val_batches, RATE, STEPS, EVERY, False)
    _compare_weights(start, batches, weights_of(windows), reference(start, batches, carry=False)[0], carry=False)
    _expect_patience(answer, start, batches, val_batches)
    _expect_usual_limit(answer, batches, val_batches)


def _expect_calls(spied: Spy, batches, val_count: int) -> None:
    steps = sum(call["grad"] for call in spied.calls)
    validations = len(spied.calls) - steps
    expect(len(spied.calls) > 0, "the model was never called: loop over the batches, and take a step for each")
    if steps == EPOCH:
        raise Mistake(f"you stop after one epoch of {EPOCH} steps: begin the batches anew until total_steps is reached")
    if steps == EPOCH * STEPS:
        raise Mistake(f"that trains for {STEPS} epochs: total_steps counts batches")
    if steps > STEPS:
        raise Mistake(
            f"that takes {steps} steps in place of {STEPS}: stop within the epoch when total_steps is reached"
        )
    expect(steps == STEPS, f"that takes {steps} steps in place of {STEPS}")
    expect(validations > 0, "the validation loss is never measured: call `evaluate` after every `evaluate_every` steps")
    seen = [call["tokens"] for call in spied.calls if not call["grad"]]
    if any(same(tokens, inputs) for tokens in seen for inputs, _ in batches):
        raise Mistake("you validate on the training batches: hand `val_batches` to `evaluate`")
    right = STEPS // EVERY
    if validations == val_count * STEPS:
        raise Mistake("that validates after each step: only after every `evaluate_every` steps")
    places, regular = _places(spied), list(range(EVERY, STEPS + 1, EVERY))
    if places == [*regular, STEPS]:
        raise Mistake("the step left over at the end makes an entry: only after every `evaluate_every` steps, one")
    if places in ([0, *regular], [place + 1 for place in [0, *regular]]):
        raise Mistake(
            f"you validate after {places[0]} and {places[1]} steps in place of {EVERY} and {2 * EVERY}: count the step "
            "before you ask whether it is time"
        )
    expect(
        validations == val_count * right,
        f"{STEPS} steps with evaluate_every={EVERY} make {right} validations, and yours are {validations / val_count:g}: "
        "after every `evaluate_every` steps of the whole training, one",
    )
    expect(all(call["training"] for call in spied.calls if call["grad"]), "a step was taken in evaluation mode")


def _places(spied: Spy) -> list[int]:
    """Return after how many steps each validation began."""
    places, steps, before = [], 0, True
    for call in spied.calls:
        steps += call["grad"]
        if before and not call["grad"]:
            places.append(steps)
        before = call["grad"]
    return places


_AFTER_STEP = "the learning rate is set after the step, so that the first step takes the whole of it: set it before"


def _compare_weights(start: Spy, batches, weights: torch.Tensor, right: torch.Tensor, *, carry: bool) -> None:
    if same(weights, right, 1e-3):
        return
    mistakes = [
        ({"carry": not carry}, "each batch starts from a fresh state: with carry=True, hand the state on to the next batch" if carry
         else "with carry=False the state is handed on all the same: start each batch from None"),
        ({"reset": False}, "the state runs on from the end of the streams into their beginning: start each epoch from None"),
        ({"rate": lambda step, total: 1.0}, "the learning rate stays the same: set it before each step, with `warmup_cosine`"),
        ({"rate": lambda step, total: warmup_cosine((step - 1) // 3 + 1, -(-total // 3))}, "the schedule moves once an epoch: it counts steps, set the learning rate before each"),
        ({"rate": lambda step, total: warmup_cosine((step - 1) % 3 + 1, total)}, "the schedule starts anew in each epoch: count the steps over the whole training"),
        ({"rate": lambda step, total: warmup_cosine(step - 1, total)}, "the schedule is one step late: steps are counted from 1, set the learning rate *before* the step"),
        ({"rate": lambda step, total: warmup_cosine(max(step - 1, 1), total)}, "the schedule is one step late: set the learning rate *before* the step"),
        ({"rate": lambda step, total: 1.0 if step == 1 else warmup_cosine(step - 1, total)}, _AFTER_STEP),
        ({"rate": lambda step, total: 1.0 if step == 1 else warmup_cosine(step, total)}, _AFTER_STEP),
        ({"forgets": True}, "the state starts anew after each validation: the training goes on from its own state"),
        ({"clip": False}, "the gradient is not clipped: let each batch go through `train_step`, which does it"),
        ({"compound": True}, "the factors multiply up: each time, set `learning_rate` times the factor, not the group's own rate times the factor"),
        ({"anew": True}, "each epoch makes a new optimizer, and Adam forgets what it knew: make one, before the loop"),
    ]  # fmt: skip
    for mistake, message in mistakes:
        if same(weights, reference(start, batches, **({"carry": carry} | mistake))[0], 1e-3):
            raise Mistake(message)
    raise Mistake(
        f"after {STEPS} steps{'' if carry else ' with carry=False'} the weights are not those of the text: does every batch "
        "go through `train_step` once, in their order, with Adam and the learning rate of its step?"
    )


def _compare_lists(result, right) -> None:
    _, losses, val_scores = right
    places = range(EVERY, STEPS + 1, EVERY)
    train_losses = [fmean(losses[place - EVERY : place]) for place in places]
    val_losses, accuracies = map(list, zip(*val_scores, strict=True))
    own = list(map(float, result[0])), list(map(float, result[1]))
    expect(own[0] != [] and own[1] != [], "a list of losses is empty: append one entry at each validation")
    if len(own[0]) == STEPS:
        raise Mistake(
            "there is a training loss for every step: append the mean since the last entry, at each validation"
        )
    compare(
        own[0], train_losses, "the training losses",
        [
            ([fmean(losses[:place]) for place in places], "the training losses are means since the beginning: empty your list after each entry"),
            ([loss * EVERY for loss in train_losses], "the training losses are sums: divide by the number of steps since the last entry"),
            ([losses[place - 1] for place in places], "each entry is the loss of the last step only: take the mean since the last entry"),
            ([fmean(losses[(place - 1) // EPOCH * EPOCH : place]) for place in places], "your list is emptied at each epoch: empty it only after an entry"),
            ([fmean(losses[max(place - EVERY - 1, 0) : place - 1]) for place in places], "each entry is made before the loss of its own step is in your list: append the loss first"),
            (accuracies, "those are accuracies: each entry is the mean of the training losses since the last one"),
            (val_losses, "training and validation losses are the wrong way round: the training losses come first"),
        ],
        tolerance=1e-3,
    )  # fmt: skip
    compare(
        own[1], val_losses, "the validation losses",
        [(accuracies, "that is the accuracy: `evaluate` returns the loss first")],
        tolerance=1e-3,
    )  # fmt: skip


def _expect_patience(answer, start: Spy, batches, val_batches) -> None:
    spied = copy.deepcopy(start)
    result = answer(spied, batches, val_batches, 0.0, STEPS, 4, True, 2)  # nothing is learned: no new lowest loss
    expect_parts(result, 2, "two lists, training losses and validation losses, also where it stops early")
    entries, steps = len(result[1]), sum(call["grad"] for call in spied.calls)
    expect(
        entries < STEPS // 4,
        "the training goes on although the validation loss finds no new lowest: after each validation ask `should_stop`, of "
        "all validation losses, and end both loops, as `return` does (a `break` ends the inner one alone)",
    )
    expect(entries == 3, f"with patience 2 and no progress there should be 3 validations, and there are {entries}")
    expect(steps == 12, f"that goes on training after `should_stop` has said stop: {steps} steps in place of 12")


def _expect_usual_limit(answer, batches, val_batches) -> None:
    """Gradients shorter than 1, which is the limit of `train_step` if nobody names another."""
    start = Spy()
    model = copy.deepcopy(start)
    answer(model, batches, val_batches, RATE, STEPS, EVERY)
    expect(
        same(weights_of(model), reference(start, batches)[0], 1e-3),
        "where gradients are shorter than 1, the weights are not those of the text: hand `train_step` no limit of your own",
    )
