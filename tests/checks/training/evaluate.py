"""What learners hand in for `evaluate` of lesson 03."""

import math

import torch
import torch.nn.functional as F
from torch import nn

from helpers.answers.training import evaluate as course_evaluate
from tests.checks.answers import Answers

ANSWERS = Answers()


def validation(
    *, mode=True, back="as before", grad=False, carry=True, first=None, weigh=True, result=None, only_last=False,
    switches_off=False, back_inside=False, against="targets",
):  # fmt: skip
    def evaluate(model, batches):
        was = model.training
        if mode == "model only":
            model.training = False
        elif mode:
            model.eval()
        rows, state = [], first
        with torch.set_grad_enabled(grad):
            for inputs, targets in batches:
                logits, new = model(inputs, state)
                state = new.detach() if carry else None
                loss = F.cross_entropy(logits.flatten(0, 1), targets.flatten()).item()
                hits = (logits.argmax(-1) == (inputs if against == "inputs" else targets)).float().mean().item()
                if back_inside:
                    model.train(was)
                rows.append((loss, hits, targets.numel() if weigh else 1))
        if back == "as before":
            model.train(was)
        elif back == "training":
            model.train()
        elif back == "model only":
            model.training = was
        if switches_off:
            torch.set_grad_enabled(False)
        if only_last:
            rows = rows[-1:]
        count = sum(row[2] for row in rows)
        loss, hits = sum(row[0] * row[2] for row in rows) / count, sum(row[1] * row[2] for row in rows) / count
        return (loss, hits) if result is None else result(loss, hits, count)

    return evaluate


ANSWERS.is_wrong("the model was in training mode, so dropout would go on")(validation(mode=False))
ANSWERS.is_wrong("put back into training mode before the last batch")(validation(back_inside=True))
ANSWERS.is_wrong("held against the inputs")(validation(against="inputs"))
ANSWERS.is_wrong("the accuracy is 0: are hits added up")(validation(result=lambda loss, hits, n: (loss, hits // 1)))
ANSWERS.is_wrong("the model is left in evaluation mode")(validation(back=None))
ANSWERS.is_wrong("the layers inside the model stay in evaluation mode")(validation(back="model only"))
ANSWERS.is_wrong("the layers inside the model were in training mode")(validation(mode="model only"))
ANSWERS.is_wrong("gradients are still switched off")(validation(switches_off=True))
ANSWERS.is_wrong("in training mode afterwards")(validation(back="training"))
ANSWERS.is_wrong("gradients were recorded")(validation(grad=True))
ANSWERS.is_wrong("each batch starts from a fresh state")(validation(carry=False))
ANSWERS.is_wrong("the first batch does not start from a fresh state")(validation(first=torch.full((3, 6), 0.5)))
ANSWERS.is_wrong("in which the short last batch counts as much")(validation(weigh=False))
ANSWERS.is_wrong("that is the last batch's loss")(validation(only_last=True))
ANSWERS.is_wrong("that is the sum over all characters")(validation(result=lambda loss, hits, n: (loss * n, hits)))
ANSWERS.is_wrong("loss and accuracy are the wrong way round")(validation(result=lambda loss, hits, n: (hits, loss)))
ANSWERS.is_wrong("that is in bits")(validation(result=lambda loss, hits, n: (loss / math.log(2), hits)))
ANSWERS.is_wrong("the accuracy is in percent")(validation(result=lambda loss, hits, n: (loss, 100 * hits)))
ANSWERS.is_wrong("that is the number of hits")(validation(result=lambda loss, hits, n: (loss, hits * n)))
ANSWERS.is_wrong("return two numbers, mean loss and accuracy")(validation(result=lambda loss, hits, n: (loss,)))


@ANSWERS.is_wrong("a batch's loss is a mean already")
def evaluate(model, batches):
    loss, accuracy = course_evaluate(model, batches)
    model.eval()
    losses, state = [], None
    with torch.no_grad():
        for (inputs, targets), call in zip(batches, list(model.calls)):
            logits, state = nn.Module.__call__(_unspied(model), inputs, state)
            losses.append(F.cross_entropy(logits.flatten(0, 1), targets.flatten()).item())
    model.train()
    return sum(losses) / sum(targets.numel() for _, targets in batches), accuracy


def _unspied(model):
    from helpers.models.vanilla_rnn import CharRNN

    plain = CharRNN(7, 4, 6)
    plain.load_state_dict(model.state_dict())
    return plain


@ANSWERS.is_wrong("validation changed the weights")
def evaluate(model, batches):
    result = course_evaluate(model, batches)
    model.output.bias.data.add_(0.1)
    return result


@ANSWERS.is_wrong("is the `return` inside the loop?")
def evaluate(model, batches):
    return course_evaluate(model, batches[:1])


@ANSWERS.is_right
@torch.no_grad()
def evaluate(model, batches):
    mode, state = model.training, None
    model.train(False)
    losses, hits = [], []
    for inputs, targets in batches:
        logits, state = model(inputs, state)
        losses.append(F.cross_entropy(logits.transpose(1, 2), targets, reduction="none").flatten())
        hits.append((logits.argmax(dim=2) == targets).flatten())
    if mode:
        model.train()
    return torch.cat(losses).mean().item(), torch.cat(hits).float().mean().item()


@ANSWERS.is_right
def evaluate(model, batches):
    before = model.training
    model.eval()
    total = right = characters = 0
    state = model.init_state(3)
    with torch.inference_mode():
        for inputs, targets in batches:
            logits, state = model(inputs, state)
            total += F.cross_entropy(logits.flatten(0, 1), targets.flatten(), reduction="sum")
            right += (logits.argmax(-1) == targets).sum()
            characters += len(targets.flatten())
    if before:
        model.train()
    return float(total / characters), float(right / characters)
