"""What learners hand in for `train` of lesson 03."""

import itertools

import torch

from helpers.answers.training import evaluate as course_evaluate
from helpers.answers.training import should_stop as course_stop
from helpers.answers.training import train_step as course_step
from helpers.answers.training import warmup_cosine as course_schedule
from tests.checks.answers import Answers

ANSWERS = Answers()


def loop(
    *, rate="step", reset=True, carries=True, obeys_carry=True, anew=False, empties=True, entry=None, entries="every",
    stop=True, cut_off=True, epochs=None, goes_on=False, swapped=False, clip_norm=1.0, left_over=False, forgets=False,
    late_append=False, empties_at_epoch=False, validates_on="val_batches", score=0, counted=0,
):  # fmt: skip
    """Make a training loop; each argument brings in one mistake."""

    def train(model, batches, val_batches, learning_rate, total_steps, evaluate_every, carry=True, patience=1000):
        model.train()
        make = lambda: torch.optim.Adam(model.parameters(), lr=learning_rate)
        optimizer, step, epoch, recent, state, stopped = make(), 0, 0, [], None, False
        train_losses, val_losses = [], []
        while step < total_steps if epochs is None else epoch < epochs:
            epoch += 1
            state = None if reset else state
            recent = [] if empties_at_epoch else recent
            optimizer = make() if anew else optimizer
            for inputs, targets in batches:
                factor = {
                    "step": lambda: course_schedule(step + 1, total_steps),
                    "late": lambda: course_schedule(step, total_steps),
                    "constant": lambda: 1.0,
                    "epoch": lambda: course_schedule(epoch, -(-total_steps // len(batches))),
                    "anew": lambda: course_schedule(step % len(batches) + 1, total_steps),
                    "after": lambda: course_schedule(step, total_steps) if step else 1.0,
                    "compound": lambda: course_schedule(step + 1, total_steps),
                }[rate]()
                step += 1
                for group in optimizer.param_groups:
                    group["lr"] = factor * (group["lr"] if rate == "compound" else learning_rate)
                keeps = (carry or not obeys_carry) and carries
                loss, state = course_step(model, inputs, targets, state if keeps else None, optimizer, clip_norm)
                recent = recent if late_append else [*recent, loss]
                due = (step - counted) % evaluate_every == 0 or (left_over and step == total_steps)
                if entries == "each" or (entries == "every" and due):
                    state = None if forgets else state
                    if not stopped:
                        own = sum(recent) / len(recent)
                        train_losses.append(own if entry is None else entry(recent))
                        val_losses.append(
                            course_evaluate(model, batches if validates_on == "batches" else val_batches)[score]
                        )
                        recent = [] if empties else recent
                    if stop and course_stop(val_losses, patience):
                        stopped = True
                        if not goes_on:
                            return train_losses, val_losses
                recent = [*recent, loss] if late_append else recent
                if cut_off and epochs is None and step == total_steps:
                    break
        return (val_losses, train_losses) if swapped else (train_losses, val_losses)

    return train


def validates_first(model, batches, val_batches, *rest):
    course_evaluate(model, val_batches)
    return loop()(model, batches, val_batches, *rest)


def breaks_inside(model, batches, val_batches, *rest):
    """As if a `break` ended the inner loop alone."""
    return loop()(model, batches, val_batches, *rest[:4])


def returns_nothing_early(*arguments):
    result = loop()(*arguments)
    return None if len(arguments) > 7 else result


validates_first.__name__ = breaks_inside.__name__ = returns_nothing_early.__name__ = "train"

ANSWERS.is_wrong("the training goes on although the validation loss")(breaks_inside)
ANSWERS.is_wrong("also where it stops early")(returns_nothing_early)
ANSWERS.is_wrong("hand `train_step` no limit of your own")(loop(clip_norm=0.1))

ANSWERS.is_wrong("the learning rate stays the same")(loop(rate="constant"))
ANSWERS.is_wrong("the schedule moves once an epoch")(loop(rate="epoch"))
ANSWERS.is_wrong("the schedule starts anew in each epoch")(loop(rate="anew"))
ANSWERS.is_wrong("the schedule is one step late")(loop(rate="late"))
ANSWERS.is_wrong("the factors multiply up")(loop(rate="compound"))
ANSWERS.is_wrong("the state runs on from the end of the streams into their beginning")(loop(reset=False))
ANSWERS.is_wrong("with carry=True, hand the state on")(loop(carries=False))
ANSWERS.is_wrong("with carry=False the state is handed on all the same")(loop(obeys_carry=False))
ANSWERS.is_wrong("each epoch makes a new optimizer")(loop(anew=True))
ANSWERS.is_wrong("the training losses are means since the beginning")(loop(empties=False))
ANSWERS.is_wrong("each entry is the loss of the last step only")(loop(entry=lambda recent: recent[-1]))
ANSWERS.is_wrong("your list is emptied at each epoch")(loop(empties_at_epoch=True))
ANSWERS.is_wrong("each entry is made before the loss of its own step is in your list")(loop(late_append=True))
ANSWERS.is_wrong("the step left over at the end makes an entry")(loop(left_over=True))
ANSWERS.is_wrong("count the step before you ask whether it is time")(loop(counted=1))
ANSWERS.is_wrong("count the step before you ask whether it is time")(validates_first)
ANSWERS.is_wrong("the learning rate is set after the step")(loop(rate="after"))
ANSWERS.is_wrong("the state starts anew after each validation")(loop(forgets=True))
ANSWERS.is_wrong("the gradient is not clipped")(loop(clip_norm=1e9))
ANSWERS.is_wrong("you validate on the training batches")(loop(validates_on="batches"))
ANSWERS.is_wrong("that is the accuracy: `evaluate` returns the loss first")(loop(score=1))
ANSWERS.is_wrong("the training losses are sums")(loop(entry=sum))
ANSWERS.is_wrong("the wrong way round: the training losses come first")(loop(swapped=True))
ANSWERS.is_wrong("that validates after each step")(loop(entries="each"))
ANSWERS.is_wrong("the validation loss is never measured")(loop(entries="never"))
ANSWERS.is_wrong("the training goes on although the validation loss")(loop(stop=False))
ANSWERS.is_wrong("goes on training after `should_stop` has said stop")(loop(goes_on=True))
ANSWERS.is_wrong("stop within the epoch when total_steps is reached")(loop(cut_off=False))
ANSWERS.is_wrong("you stop after one epoch of 3 steps")(loop(epochs=1))
ANSWERS.is_wrong("total_steps counts batches")(loop(epochs=41))


@ANSWERS.is_right
def train(model, batches, val_batches, learning_rate, total_steps, evaluate_every, carry=True, patience=1000):
    model.train()
    optimizer = torch.optim.Adam(model.parameters(), lr=learning_rate)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda done: course_schedule(done + 1, total_steps))
    train_losses, val_losses, recent, state = [], [], [], None
    endless = itertools.chain.from_iterable(enumerate(batches) for _ in itertools.count())
    for step, (place, (inputs, targets)) in enumerate(itertools.islice(endless, total_steps), 1):
        if place == 0 or not carry:
            state = None
        loss, state = course_step(model, inputs, targets, state, optimizer)
        if step < total_steps:
            schedule.step()
        recent.append(loss)
        if step % evaluate_every == 0:
            train_losses.append(sum(recent[-evaluate_every:]) / evaluate_every)
            val_losses.append(course_evaluate(model, val_batches)[0])
            if course_stop(val_losses, patience):
                break
    return train_losses, val_losses


ANSWERS.is_right(loop())
