"""The check of `backward_through_time`."""

import torch

from helpers.checks.expectations import Mistake, expect, expect_parts, expect_tensor, expect_type, same
from helpers.checks.vanilla_rnn.reference import HIDDEN, NAMES, autograd, backward, random_parameters, run

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
