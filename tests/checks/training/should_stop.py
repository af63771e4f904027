"""What learners hand in for `should_stop` of lesson 03."""

import math

from tests.checks.answers import Answers

ANSWERS = Answers()


def rule(function):
    def should_stop(val_losses, patience):
        return function(val_losses, patience)

    return should_stop


def since(losses):
    return len(losses) - 1 - losses.index(min(losses))


def falling(losses, patience):
    before, waited = math.inf, 0
    for loss in losses:
        waited = 0 if loss < before else waited + 1
        before = loss
    return waited >= patience


def never_set_back(losses, patience):
    lowest, waited = math.inf, 0
    for loss in losses:
        if loss < lowest:
            lowest = loss
        else:
            waited += 1
    return waited >= patience


ANSWERS.is_wrong("that stops one too late")(rule(lambda losses, p: bool(losses) and since(losses) > p))
ANSWERS.is_wrong("that stops one too early")(rule(lambda losses, p: bool(losses) and since(losses) >= p - 1))
ANSWERS.is_wrong("an equal loss counts as a new lowest")(
    rule(lambda losses, p: bool(losses) and losses[::-1].index(min(losses)) >= p)
)
ANSWERS.is_wrong("that asks whether the loss rose each time")(
    rule(lambda losses, p: len(losses) > p and all(a < b for a, b in zip(losses[-p - 1 :], losses[-p:])))
)
ANSWERS.is_wrong("2.55 is no new lowest")(rule(falling))
ANSWERS.is_wrong("your count is never set back")(rule(never_set_back))
ANSWERS.is_wrong("compare with the lowest so far")(
    rule(lambda losses, p: len(losses) > p and losses[-1] > losses[-p - 1])
)
ANSWERS.is_wrong("the patience is not used")(rule(lambda losses, p: bool(losses) and since(losses) > 0))
ANSWERS.is_wrong("count how many came *after* it")(rule(lambda losses, p: losses.index(min(losses)) >= p))
ANSWERS.is_wrong("that looks for the highest loss")(
    rule(lambda losses, p: len(losses) - 1 - losses.index(max(losses)) >= p)
)
ANSWERS.is_wrong("True means stop")(rule(lambda losses, p: since(losses) < p))
ANSWERS.is_wrong("that stops for good once")(
    rule(lambda losses, p: any(since(losses[:count]) >= p for count in range(1, len(losses) + 1)))
)
ANSWERS.is_wrong("that counts all losses")(rule(lambda losses, p: len(losses) >= p))
ANSWERS.is_wrong("with no losses yet it raises ValueError")(rule(lambda losses, p: since(losses) >= p))
ANSWERS.is_wrong("should be a bool, and is an int")(rule(lambda losses, p: since(losses) if losses else 0))


@ANSWERS.is_right
def should_stop(val_losses, patience):
    lowest, waited = math.inf, 0
    for loss in val_losses:
        if loss < lowest:
            lowest, waited = loss, 0
        else:
            waited += 1
    return waited >= patience and len(val_losses) > 0


@ANSWERS.is_right
def should_stop(val_losses, patience):
    if len(val_losses) <= patience:
        return False
    return min(val_losses[-patience:]) >= min(val_losses[:-patience])
