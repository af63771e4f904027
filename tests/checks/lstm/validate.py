"""What learners hand in for `validate` of lesson 04."""

import math

import torch
import torch.nn.functional as F

from tests.checks.answers import Answers
from tests.checks.lstm.train_epoch import USED, after_softmax, at_first, at_last, summed, viewed

ANSWERS = Answers()


def validation(
    *, mode=True, back="as before", grad=False, carry=True, first=None, result=None, switches_off=False, learns=None,
    once=False, loss_of=None, hand_on=None, exchanged=False, against_inputs=False, back_within=False,
):  # fmt: skip
    """Make a validation pass; each argument brings in one mistake."""

    def validate(model, batches):
        was = model.training
        if mode == "model only":
            model.training = False
        elif mode:
            model.eval()
        losses, state = [], first
        with torch.set_grad_enabled(grad or learns == "backward"):
            for inputs, targets in batches:
                inputs, targets = (targets, inputs) if exchanged else (inputs, targets)
                logits, new = model(inputs, state)
                state = tuple(part.detach() for part in new) if carry else None
                state = state if hand_on is None else hand_on(*new)
                goals = inputs if against_inputs else targets
                loss = F.cross_entropy(logits.flatten(0, 1), goals.flatten())
                loss = loss if loss_of is None else loss_of(logits, targets)
                losses.append(loss.item())
                if once:
                    break
                if back_within:
                    model.train(was)
        if back == "as before":
            model.train(was)
        elif back == "training":
            model.train()
        elif back == "model only":
            model.training = was
        if switches_off:
            torch.set_grad_enabled(False)
        if learns == "weights":
            model.output.bias.data.add_(0.1)
        if learns == "backward":
            model.output.bias.grad = torch.zeros_like(model.output.bias)
        mean = sum(losses) / len(losses)
        return mean if result is None else result(losses, mean)

    return validate


ANSWERS.is_wrong("the model was in training mode, so dropout would go on")(validation(mode=False))
ANSWERS.is_wrong("the layers inside the model were in training mode")(validation(mode="model only"))
ANSWERS.is_wrong("the model is left in evaluation mode")(validation(back=None))
ANSWERS.is_wrong("the layers inside the model stay in evaluation mode")(validation(back="model only"))
ANSWERS.is_wrong("in training mode afterwards")(validation(back="training"))
ANSWERS.is_wrong("gradients are still switched off")(validation(switches_off=True))
ANSWERS.is_wrong("gradients were recorded")(validation(grad=True))
ANSWERS.is_wrong("validation changed the weights")(validation(learns="weights"))
ANSWERS.is_wrong("each batch starts from a fresh state")(validation(carry=False))
ANSWERS.is_wrong("the first batch does not start from a fresh state")(validation(first=USED))
ANSWERS.is_wrong("hidden state and cell are exchanged from batch to batch")(validation(hand_on=lambda h, c: (c, h)))
ANSWERS.is_wrong("a batch does not start from the state that the batch before ended with")(
    validation(hand_on=lambda h, c: (h, torch.zeros_like(c)))
)
ANSWERS.is_wrong("the state is a generator, which parentheses")(
    validation(hand_on=lambda h, c: (part.detach() for part in (h, c)))
)
ANSWERS.is_wrong("F.cross_entropy did not take these shapes")(validation(loss_of=F.cross_entropy))
ANSWERS.is_wrong("a softmax is taken before the loss")(validation(loss_of=after_softmax))
ANSWERS.is_wrong("the loss is taken at the last position only")(validation(loss_of=at_last))
ANSWERS.is_wrong("the loss is taken at the first position only")(validation(loss_of=at_first))
ANSWERS.is_wrong("`view` mixes time and vocabulary")(validation(loss_of=viewed))
ANSWERS.is_wrong("that is the sum over all positions of a batch")(validation(loss_of=summed))
ANSWERS.is_wrong("is the `return` inside the loop?")(validation(once=True))
ANSWERS.is_wrong("that is the last batch's loss")(validation(result=lambda losses, mean: losses[-1]))
ANSWERS.is_wrong("that is the first batch's loss")(validation(result=lambda losses, mean: losses[0]))
ANSWERS.is_wrong("that is the sum of the batches' losses")(validation(result=lambda losses, mean: sum(losses)))
ANSWERS.is_wrong("that is the sum over all characters")(validation(result=lambda losses, mean: 36 * mean))
ANSWERS.is_wrong("divide by the number of batches, not of characters")(
    validation(result=lambda losses, mean: sum(losses) / 36)
)
ANSWERS.is_wrong("that is in bits")(validation(result=lambda losses, mean: mean / math.log(2)))
ANSWERS.is_wrong("that is the perplexity")(validation(result=lambda losses, mean: math.exp(mean)))
ANSWERS.is_wrong("is a tensor: make it a plain number")(validation(result=lambda losses, mean: torch.tensor(mean)))


@ANSWERS.is_right
@torch.no_grad()
def validate(model, batches):
    mode, total, count = model.training, 0.0, 0
    model.train(False)
    state = model.init_state(len(batches[0][0]))
    for inputs, targets in batches:
        logits, state = model(inputs, state)
        total += F.cross_entropy(logits.transpose(1, 2), targets, reduction="sum").item()
        count += targets.numel()
    if mode:
        model.train()
    return total / count


@ANSWERS.is_right
def validate(model, batches):
    before, losses, state = model.training, [], None
    model.eval()
    try:
        for inputs, targets in batches:
            with torch.inference_mode():
                logits, state = model(inputs, state)
            losses.append(F.cross_entropy(logits.flatten(0, 1), targets.flatten()))
    finally:
        model.train(before)
    return float(torch.stack(losses).mean())


ANSWERS.add_wrong(
    "validate",
    "batches that `get_batches` yields have no length",
    lambda model, batches: validation()(model, batches) * len(batches) / len(batches),
)
ANSWERS.is_wrong("put back into training mode before the last batch")(validation(back_within=True))
ANSWERS.is_wrong("the loss is taken against the inputs")(validation(against_inputs=True))
ANSWERS.is_wrong("inputs and targets are exchanged")(validation(exchanged=True))
