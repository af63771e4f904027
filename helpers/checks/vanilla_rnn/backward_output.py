"""The check of `backward_output`."""

import torch

from helpers.checks.expectations import Mistake, compare, expect_parts, expect_tensor, expect_type
from helpers.checks.vanilla_rnn.reference import HIDDEN, VOCAB


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
