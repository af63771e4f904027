"""The check of `evaluate`."""

import copy

from helpers.checks.alphabet.passes import (
    Loader,
    Spy,
    compare_scores,
    expect_calls,
    make_loader,
    train_with,
    weights_of,
)
from helpers.checks.expectations import Mistake, expect, same
from helpers.checks.modules import call_validation


def evaluate(answer):
    """Means over all batches, nothing learned, and an error where there is nothing to evaluate."""
    spied, batches = Spy(), make_loader()
    reference = copy.deepcopy(spied)
    before = weights_of(spied)
    scores = train_with(reference, batches, step=False)
    spied.train()
    result = call_validation(answer, spied, batches, "evaluate")
    expect_calls(spied, len(batches), training=False)
    expect(same(weights_of(spied), before), "evaluation changed the weights: there is no optimizer and no step here")
    if not spied.carried():
        raise Mistake("each batch starts from a fresh state: carry it from batch to batch, as in training")
    compare_scores(result, scores)
    try:
        nothing = answer(Spy(), Loader([]))
    except ValueError:
        return
    except Exception as error:
        raise Mistake(
            f"on an empty loader you raise {type(error).__name__}, which explains nothing: raise a ValueError that says it"
        ) from None
    raise Mistake(f"on an empty loader you return {nothing!r}: no batches, no result; raise a ValueError")
