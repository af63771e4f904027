"""Checks of lesson 02, second part: the way back, held against autograd."""

import torch

from helpers.checks.contract import Checks
from helpers.checks.expectations import Mistake, compare, expect, expect_parts, expect_tensor, expect_type, same
from helpers.checks.vanilla_rnn.reference import HIDDEN, NAMES, VOCAB, autograd, backward, random_parameters, run


def register(check: Checks) -> None:
    """Add the checks of this module to those of the lesson."""
    for exercise in (backward_output, backward_tanh, backward_through_time):
        check.exercise(exercise)


# ------------------------------------------------------------------------------------------- the output layer


def backward_output(answer):
    """Probabilities minus one-hot, and what follows from it."""
    logits, hidden, Why = torch.randn(VOCAB), torch.randn(HIDDEN).tanh(), torch.randn(VOCAB, HIDDEN)
    probabilities, target = logits.softmax(0), 2
    try:
        result = answer(probabilities, target, hidden, Why)
    except RuntimeError as error:
        if "must match the size" in str(error):
            raise Mistake(
                "number by number does not work here, dlogits and the state have different lengths: "
                "the table of every number with every number is `torch.outer(dlogits, hidden)`"
            ) from None
        if "size mismatch" in str(error) or "cannot be multiplied" in str(error):
            raise Mistake(
                "a matrix and a vector do not fit: `Why` leads from the state to the logits, and back leads `Why.T`"
            ) from None
        raise
    expect_parts(result, 3, "three tensors, dWhy, dby and dhidden")
    for part, name in zip(result, ("dWhy", "dby", "dhidden"), strict=True):
        expect_type(part, torch.Tensor, f"`{name}`")
    shapes = [tuple(part.shape) for part in result]
    wanted = [(VOCAB, HIDDEN), (VOCAB,), (HIDDEN,)]
    if shapes != wanted and sorted(shapes) == sorted(wanted):
        raise Mistake("the three are in another order: return dWhy, dby, dhidden")
    if shapes[0] == (HIDDEN, VOCAB):
        raise Mistake("dWhy is transposed: its shape is that of Why, (vocab, hidden), so dlogits comes first")
    for part, name, shape in zip(result, ("dWhy", "dby", "dhidden"), wanted, strict=True):
        expect_tensor(part, f"`{name}`", shape=shape)
    _compare_output(result, probabilities, target, hidden, Why)


def _compare_output(result, probabilities, target: int, hidden, Why) -> None:
    dWhy, dby, dhidden = result
    one_hot = torch.zeros(VOCAB)
    one_hot[target] = 1
    right = probabilities - one_hot
    forgot = "the one-hot vector is not subtracted: take 1 off the probability of the target"
    compare(
        dby, right, "`dby`",
        [
            (probabilities, forgot),
            (-right, "the sign is wrong: probabilities minus one-hot, not one-hot minus probabilities"),
            (probabilities + one_hot, "1 is added at the target: subtract it"),
            (probabilities - 1, "1 is subtracted from every probability: subtract it from that of the target only"),
            (right * one_hot, "only the target has a gradient in yours: the other logits count through the softmax, too"),
            (-one_hot, "the probabilities are missing: probabilities minus one-hot"),
            (probabilities * (1 - probabilities), "that is p(1 - p): for softmax and loss together it is p minus one-hot"),
            (-one_hot / probabilities, "that is the slope of -ln p: go on through the softmax, to p minus one-hot"),
        ],
    )  # fmt: skip
    compare(
        dWhy, torch.outer(right, hidden), "`dWhy`",
        [
            (torch.outer(probabilities, hidden), "dWhy uses the probabilities: the one-hot vector is not subtracted there"),
            (Why * right[:, None], "dWhy multiplies Why itself: the slope of a logit with respect to Why is the *state*"),
            (right[:, None].expand(VOCAB, HIDDEN), "dWhy lacks the state: pair every number of dlogits with every number of it"),
            (torch.outer(right, 1 - hidden**2), "dWhy has the slope of tanh in it: that comes in the next exercise"),
        ],
    )  # fmt: skip
    compare(
        dhidden, Why.T @ right, "`dhidden`",
        [
            (Why.T @ probabilities, "dhidden uses the probabilities: the one-hot vector is not subtracted there"),
            (Why.T @ right * (1 - hidden**2), "dhidden has the slope of tanh in it: that comes in the next exercise"),
            (Why.T @ right * hidden, "dhidden is multiplied by the state: it is `Why.T @ dlogits`, and no more"),
            (Why[target], "dhidden is a row of Why: add up over all logits, `Why.T @ dlogits`"),
        ],
    )  # fmt: skip


# -------------------------------------------------------------------------------------------------- the tanh


def backward_tanh(answer):
    """The slope of tanh from the state, for any shape."""
    dhidden, hidden = torch.tensor([1.0, -2.0, 0.5, 3.0]), torch.tensor([0.5, -0.9, 0.0, 0.2])
    result = answer(dhidden, hidden)
    expect_type(result, torch.Tensor, "`backward_tanh`")
    if result.shape == ():
        raise Mistake("that is one number: the slope is multiplied number by number, with `*` and not with `@`")
    expect_tensor(result, "`backward_tanh` of four numbers", shape=(4,))
    slope = 1 - hidden**2
    compare(
        result, dhidden * slope, "`backward_tanh` of dhidden [1, -2, 0.5, 3] and hidden [0.5, -0.9, 0, 0.2]",
        [
            (slope, "that is the slope alone: multiply the gradient that comes in, dhidden, by it"),
            (dhidden, "the slope of tanh is missing: multiply by 1 - hidden²"),
            (dhidden * (1 - hidden), "the square is missing: the slope is 1 - hidden²"),
            (dhidden * (1 - hidden.tanh() ** 2), "the tanh is taken twice: `hidden` has passed through it already"),
            (dhidden * (1 - dhidden**2), "the slope is taken at dhidden: take it at hidden"),
            (hidden * (1 - dhidden**2), "the two are exchanged: the gradient is dhidden, and the slope comes from hidden"),
            (dhidden * hidden * (1 - hidden), "that is the slope of the sigmoid: that of tanh is 1 - hidden²"),
            (dhidden + slope, "the slope is added: the chain rule multiplies"),
            (dhidden / slope, "the gradient is divided by the slope: multiply by it"),
            (dhidden * (hidden**2 - 1), "the sign is wrong: the slope is 1 - hidden², and never negative"),
            (dhidden * (1 + hidden**2), "the sign is wrong: the slope is 1 *minus* hidden²"),
            (dhidden * hidden.tanh(), "that multiplies by tanh itself: multiply by its slope, 1 - hidden²"),
        ],
    )  # fmt: skip
    batch, states = torch.randn(2, 3, 4), torch.randn(2, 3, 4).tanh()
    try:
        result = answer(batch, states)
    except (RuntimeError, TypeError, ValueError) as error:
        raise Mistake(f"it fails for a batch, of shape (2, 3, 4): work number by number ({error})") from None
    expect(
        same(result, batch * (1 - states**2), 1e-5),
        "for a batch, of shape (2, 3, 4), the numbers are wrong: work number by number",
    )


# ---------------------------------------------------------------------------------------------- through time

_MISTAKES = {
    "no carry": "nothing is carried back through time: add `carried` to the gradient of the state",
    "carry only": "only `carried` reaches the state: add what comes from its own logits",
    "no slope": "the slope of tanh is missing: what goes on is `backward_tanh(...)`",
    "slope before": "the slope of tanh is taken at the wrong state: after step t it is `states[t + 1]`",
    "carried past tanh": "`carried` is added after the tanh: add it to dhidden first, it must pass through the tanh as well",
    "carry before tanh": "what is carried has not passed through the tanh: carry `Whh.T @ dinside`",
    "carry of the output": "dhidden is carried, and it is the gradient from this step's logits only: carry `Whh.T @ dinside`",
    "slope twice": "what is carried has passed through the tanh twice: dinside has the slope in it already, carry `Whh.T @ dinside`",
    "carry added up": "`carried` is added up over the steps: each step replaces it, `carried = Whh.T @ dinside`",
    "Whh forwards": "Whh leads forward in time: back leads its transpose, `Whh.T @ dinside`",
    "forwards": "the loop runs from the first step to the last: begin at the end, with `reversed`",
    "state after": "dWhh pairs dinside with the state after the step: it was multiplied with the one before, `states[t]`",
    "transposed": "dWhh is transposed: dinside comes first in the outer product",
    "output before": "the output layer is given the state before the step: its logits came from `states[t + 1]`",
    "no one-hot": "the one-hot vector is not subtracted: is the target handed on to `backward_output`?",
    "bias from state": "dbh adds up the gradient of the state: bh stands inside the tanh, so add up dinside",
    "bias from output": "dbh adds up dhidden, which has not passed through the tanh: bh stands inside it, so add up dinside",
    "target's column": "dWxh has each gradient in the *target's* column: it belongs into that of the token that was read, `inputs[t]`",
    "last left out": "the last step is left out: `range(len(inputs))` holds all of them, 0 as well as the last",
    "first left out": "the first step is left out: `range(len(inputs))` holds all of them, 0 as well as the last",
    "column set": "in dWxh the column of a token that comes twice holds one step only: add to it, with `+=`",
    "assigned": "only one step is left in the gradients: each step *adds* its part, with `+=`",
    "mean": "the gradients are divided by the number of steps: the loss is a sum, so its gradient is one, too",
}


def backward_through_time(answer):
    """Equal to autograd for all five parameters, in the order of the parameters."""
    parameters = random_parameters(dtype=torch.float64)
    start = torch.randn(HIDDEN, dtype=torch.float64).tanh()
    inputs, targets = torch.tensor([3, 1, 1, 5, 0]), torch.tensor([1, 1, 5, 0, 2])
    states, logits = run(inputs, start, parameters)
    given = (inputs, targets, states, logits.softmax(-1), parameters)
    result = _call(answer, given)
    what = "the five gradients dWxh, dWhh, dWhy, dbh, dby"
    expect_parts(result, 5, what)
    for gradient, name in zip(result, NAMES, strict=True):
        expect_type(gradient, torch.Tensor, f"`d{name}`")
    _expect_shapes(result, parameters)
    for name, gradient, right in _by_need(
        zip(NAMES, result, autograd(inputs, targets, start, parameters), strict=True)
    ):
        if same(gradient.double(), right, 1e-5):
            continue
        if name != "bh" and not gradient.any():
            raise Mistake(f"d{name} is all zeros: add each step's part to it")
        for mistake, message in _MISTAKES.items():
            if same(gradient.double(), backward(*given, mistake)[NAMES.index(name)], 1e-5):
                raise Mistake(message)
        if same(gradient.double(), -right, 1e-5):
            raise Mistake(f"d{name} has the wrong sign")
        raise Mistake(
            f"d{name} is not the gradient that autograd finds (largest difference {(gradient - right).abs().max():.2g})"
        )
    expect(
        all(gradient.dtype == torch.float64 for gradient in result),
        "with 64-bit parameters the gradients should be float64: make your zeros with `torch.zeros_like`",
    )
    alone = _call(answer, (inputs[:1], targets[:1], states[:2], logits[:1].softmax(-1), parameters))
    expect(
        all(same(own, right, 1e-6) for own, right in zip(alone, autograd(inputs[:1], targets[:1], start, parameters), strict=True)),
        "for a window of one step the gradients are wrong: take the number of steps from `inputs`",
    )  # fmt: skip


def _call(answer, given):
    try:
        return answer(*given)
    except RuntimeError as error:
        if "same dtype" in str(error) or "expected scalar type" in str(error):
            raise Mistake(
                "your zeros are 32-bit numbers, and the parameters here are 64-bit: make them with `torch.zeros_like`"
            ) from None
        if "must match the size" in str(error):
            raise Mistake(
                f"two things that are added have different shapes ({error}): a token's gradient goes into its *column*, `dWxh[:, token]`"
            ) from None
        raise
    except IndexError as error:
        raise Mistake(
            f"you look beyond the end ({error}): there is one state more than steps, and steps count from 0"
        ) from None


def _by_need(triples):
    """Put the output layer first: a mistake there shows in everything that follows."""
    return sorted(triples, key=lambda triple: ("by", "Why", "bh", "Whh", "Wxh").index(triple[0]))


def _expect_shapes(result, parameters) -> None:
    shapes, wanted = ([tuple(tensor.shape) for tensor in tensors] for tensors in (result, parameters))
    if shapes != wanted and sorted(shapes) == sorted(wanted):
        raise Mistake("the gradients are in another order: return dWxh, dWhh, dWhy, dbh, dby")
    for gradient, name, shape in zip(result, NAMES, wanted, strict=True):
        expect_tensor(gradient, f"`d{name}`", shape=shape)
