"""What learners hand in for `evaluate` of lesson 01."""

import torch
import torch.nn.functional as F

from helpers.answers.alphabet import evaluate as course_evaluate
from helpers.answers.alphabet import sequence_loss as course_loss
from tests.checks.answers import Answers

ANSWERS = Answers()


def evaluation(mean=None, accuracy=None, grad=False, mode=True, carry=True, empty="error", learn=False):
    def evaluate(model, loader):
        if mode:
            model.eval()
        losses, shares, hidden = [], [], None
        with torch.set_grad_enabled(grad):
            for inputs, targets in loader:
                hidden = model.init_state(len(inputs)) if hidden is None or not carry else hidden.detach()
                logits, hidden = model(inputs, hidden)
                losses.append(course_loss(logits, targets).item())
                shares.append((logits.argmax(-1) == targets).float().mean().item())
        if learn:
            with torch.no_grad():
                model.output.bias += 0.1
        if not losses:
            if empty == "error":
                raise ValueError("nothing to evaluate")
            if empty == "zero":
                return 0.0, 0.0
        result = mean(losses) if mean else sum(losses) / len(losses)
        return result, accuracy(shares) if accuracy else sum(shares) / len(shares)

    return evaluate


# the tutorial's own: it gave a test loss of 0.1575 on a novel
ANSWERS.is_wrong("you divide the last batch's loss by the number of batches")(
    evaluation(mean=lambda losses: losses[-1] / len(losses))
)
ANSWERS.is_wrong("that is the last batch's loss")(evaluation(mean=lambda losses: losses[-1]))
ANSWERS.is_wrong("that is the sum of the losses")(evaluation(mean=sum))
ANSWERS.is_wrong("is the `return` inside the loop?")(evaluation(mean=lambda losses: losses[0]))
ANSWERS.is_wrong("gradients were tracked")(evaluation(grad=True))
ANSWERS.is_wrong("keep `model.eval()`")(evaluation(mode=False))
ANSWERS.is_wrong("carry it from batch to batch")(evaluation(carry=False))
ANSWERS.is_wrong("on an empty loader you return (0.0, 0.0)")(evaluation(empty="zero"))
ANSWERS.is_wrong("on an empty loader you raise ZeroDivisionError")(evaluation(empty="divide"))
ANSWERS.is_wrong("the loss is a tensor: make it a plain number")(
    evaluation(mean=lambda losses: torch.tensor(losses).mean())
)
ANSWERS.is_wrong("the accuracy is a tensor: make it a plain number")(
    evaluation(accuracy=lambda shares: torch.tensor(shares).mean())
)


@ANSWERS.is_wrong("you use `loader.dataset`")
def evaluate(model, loader):
    loss, accuracy = evaluation()(model, loader)
    return loss * len(loader) / len(loader.dataset), accuracy


ANSWERS.is_wrong("evaluation changed the weights")(evaluation(learn=True))
ANSWERS.is_wrong("the loss is divided by the batch size")(evaluation(mean=lambda losses: sum(losses) / len(losses) / 3))
ANSWERS.is_wrong("the hits are divided by the windows")(
    evaluation(accuracy=lambda shares: 5 * sum(shares) / len(shares))
)


@ANSWERS.is_right
@torch.no_grad()
def evaluate(model, loader):
    model.eval()
    hidden, loss, hits, count = None, 0.0, 0, 0
    for inputs, targets in loader:
        logits, hidden = model(inputs, hidden if hidden is not None else model.init_state(inputs.size(0)))
        loss += F.cross_entropy(logits.transpose(1, 2), targets, reduction="sum").item()
        hits += (logits.argmax(-1) == targets).sum().item()
        count += targets.numel()
    if count == 0:
        raise ValueError("the loader is empty")
    return loss / count, hits / count


@ANSWERS.is_right
def evaluate(model, loader):
    if len(loader) == 0:
        raise ValueError("no batches")
    return evaluation()(model, loader)


@ANSWERS.is_wrong("after `evaluate` gradients are still switched off")
def evaluate(model, loader):
    torch.set_grad_enabled(False)
    return course_evaluate(model, loader)
