"""`fit`: one call that trains a model, keeps checkpoints, and goes on where an earlier call stopped."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import torch
from torch import nn

from helpers.ground.device import device_of
from helpers.ground.vocabulary import Vocabulary
from helpers.training.divergence import TrainingDiverged, likely_causes
from helpers.training.evaluation import Batches
from helpers.training.history import History
from helpers.training.keeper import Keeper
from helpers.training.loop import train
from helpers.training.plan import Plan
from helpers.training.processes import ALONE, Processes, ProcessLost
from helpers.training.randomness import generators_of
from helpers.training.run import Progress
from helpers.training.schedules import Schedule, find_schedule


def fit(
    model: nn.Module,
    train_batches: Batches,
    *,
    epochs: int | None = None,
    steps: int | None = None,
    val_batches: Batches | None = None,
    learning_rate: float = 1e-3,
    optimizer: torch.optim.Optimizer | None = None,
    schedule: str | Schedule = "constant",
    clip_norm: float | None = 1.0,
    evaluate_every: int | None = None,
    patience: int | None = None,
    vocabulary: Vocabulary | None = None,
    checkpoint_folder: str | Path | None = None,
    save_every: int | None = None,
    keep_epochs: bool = False,
    resume: bool | str | Path = False,
    settings: Mapping[str, Any] | None = None,
    sample_generator: torch.Generator | None = None,
    callback: Callable[[Progress], None] | None = None,
    progress: bool = True,
    processes: Processes = ALONE,
) -> History:
    """Train `model` and return its history.

    Ctrl-C ends a run cleanly: the step under way is finished, the last checkpoint is written, the history so far is
    returned. A second Ctrl-C stops at once. A run that was stopped in any way, also by a kill or a power cut, goes on
    from its last checkpoint with `resume=True`, and ends with bit for bit the same weights and history as if it had
    never stopped, on one CPU thread. A finished run that is resumed gives its weights and history without training.

    Args:
        model: any model of the common protocol.
        train_batches: pairs (inputs, targets) of shape (batch, time), iterated over once an epoch. Streams
            (`carries_state`) hand the state on from batch to batch; windows each start from a fresh one.
        epochs: passes over the training batches. Either these or
        steps: updates of the weights, in as many passes as that takes.
        val_batches: evaluated for each entry of the history, if given.
        learning_rate: for Adam, used if no optimizer is given.
        schedule: "constant", "warmup_cosine", or a function of step (from 1) and total_steps that gives a factor on
            the learning rate.
        clip_norm: largest norm of the gradient over all parameters; None leaves it as it is.
        evaluate_every: steps from one entry of the history to the next; one epoch if not given.
        patience: stop after so many entries in a row without a new lowest validation loss.
        vocabulary: written into the checkpoints, which need it.
        checkpoint_folder: where `last.safetensors` and, with the lowest validation loss, `best.safetensors` are kept.
        save_every: steps from one `last` to the next; `evaluate_every` if not given.
        keep_epochs: keep `epoch_001.safetensors` and so on as well.
        resume: True goes on from the folder's `last` if there is one, a path from that checkpoint.
        settings: anything JSON can hold, such as the sizes of the model, for the notes of the checkpoints.
        sample_generator: where the callback draws its samples from; its state is kept in the checkpoints.
        callback: called with a `Progress` after each entry of the history, for example to print a sample.
        progress: show a bar of text.
        processes: those that train together, as `helpers.distributed.join` hands them out. Each is given the whole
            batches and takes its rows of them; a resumed run needs as many as before.

    Raises:
        ValueError: arguments that make no sense, no batch, a checkpoint of something else or of another run.
        FileNotFoundError: `resume` names a checkpoint that is not there.
        TrainingDiverged: NaN or infinity in the loss, the gradient or the weights; the checkpoints stay good.
        OSError: a checkpoint could not be written; the one before is as it was.
        ProcessLost: another process of the run has ended, or is silent; the checkpoints stay good.
    """
    check_arguments(locals())
    total_steps, epoch_steps = count_steps(train_batches, epochs, steps)
    evaluate_every = evaluate_every or epoch_steps or total_steps
    plan = Plan(
        model=model,
        optimizer=optimizer or torch.optim.Adam(model.parameters(), lr=learning_rate),
        train_batches=train_batches,
        val_batches=val_batches,
        total_steps=total_steps,
        epoch_steps=epoch_steps,
        schedule=find_schedule(schedule),
        clip_norm=clip_norm,
        evaluate_every=evaluate_every,
        patience=patience,
        save_every=save_every or evaluate_every,
        keep_epochs=keep_epochs,
        generators=generators_of(train_batches, val_batches, sample_generator, device_of(model)),
        settings=settings,
        callback=callback,
        processes=processes,
    )
    keeper = Keeper(checkpoint_folder, plan, vocabulary)
    processes.begin(model)
    run = keeper.resume(resume)
    if not processes.alike(run.step):
        raise ValueError("the processes found different checkpoints: all of them must see the same checkpoint_folder")
    if run.history.ended:
        return run.history
    try:
        train(plan, run, keeper, progress=progress)
    except FloatingPointError as problem:
        causes = likely_causes(plan.optimizer.param_groups[0]["lr"], clip_norm)
        message = f"training stopped at step {run.step}: {problem}. {_where(keeper, 'good ')}; {causes}"
        raise TrainingDiverged(message, run.step, run.history) from None
    except ProcessLost as problem:
        raise ProcessLost(f"training stopped at step {run.step}: {problem}. {_where(keeper, 'good ')}") from None
    except KeyboardInterrupt:
        run.history.ended = "interrupted"
    finally:
        plan.set_learning_rates(1.0)
    if run.history.ended == "interrupted" and processes.first:
        print(f"Stopped at step {run.step} of {total_steps}. {_where(keeper)}.")
    return run.history


def _where(keeper: Keeper, kind: str = "") -> str:
    if keeper.saved is None:
        return "No checkpoint was written"
    return f"The last {kind}checkpoint is {keeper.saved}, of step {keeper.saved_step}"


def check_arguments(arguments: dict[str, Any]) -> None:
    """Raise ValueError for a number that is too small, or an argument that means nothing without another one."""
    for name in ("epochs", "steps", "evaluate_every", "patience", "save_every"):
        if arguments[name] is not None and arguments[name] < 1:
            raise ValueError(f"{name} must be at least 1, not {arguments[name]}")
    for name in ("learning_rate", "clip_norm"):
        if arguments[name] is not None and not arguments[name] > 0:
            raise ValueError(f"{name} must be above 0, not {arguments[name]}")
    if (arguments["epochs"] is None) == (arguments["steps"] is None):
        raise ValueError("say how long to train: give either epochs or steps")
    if arguments["patience"] and arguments["val_batches"] is None:
        raise ValueError("patience counts evaluations without a lower validation loss: give val_batches")
    if arguments["checkpoint_folder"] is None:
        for name in ("save_every", "keep_epochs", "resume"):
            if arguments[name]:
                raise ValueError(f"{name} needs checkpoint_folder: where should the checkpoints lie?")
    elif arguments["vocabulary"] is None:
        raise ValueError("a checkpoint holds the vocabulary, too: give vocabulary")


def count_steps(batches: Any, epochs: int | None, steps: int | None) -> tuple[int, int | None]:
    """Return the steps of the whole run and those of one epoch, None where the batches have no length.

    Raises:
        ValueError: no batch, or epochs of batches whose number nobody knows.
    """
    try:
        each = len(batches)
    except TypeError:
        if steps is None:
            raise ValueError("these batches have no length, so epochs cannot be counted: give steps") from None
        return steps, None
    if not each:
        raise ValueError("there was not one batch to train on: is the text too short for its windows and batch size?")
    return steps or epochs * each, each
