"""What `fit` refuses before it begins."""

from typing import Any


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
