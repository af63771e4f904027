"""What learners hand in for `backward_output` of lesson 02."""

import torch
import torch.nn.functional as F

from helpers.answers.vanilla_rnn import backward_output as course_output
from tests.checks.answers import Answers

ANSWERS = Answers()


def output(dlogits, weights=torch.outer, state=lambda Why, d, hidden: Why.T @ d):
    def backward_output(probabilities, target, hidden, Why):
        d = dlogits(probabilities, F.one_hot(torch.tensor(target), len(probabilities)).to(probabilities.dtype))
        return weights(d, hidden), d, state(Why, d, hidden)

    return backward_output


def minus(p, one_hot):
    return p - one_hot


ANSWERS.is_wrong("take 1 off the probability of the target")(output(lambda p, one_hot: p))
ANSWERS.is_wrong("not one-hot minus probabilities")(output(lambda p, one_hot: one_hot - p))
ANSWERS.is_wrong("1 is added at the target")(output(lambda p, one_hot: p + one_hot))
ANSWERS.is_wrong("`torch.outer(dlogits, hidden)`")(output(minus, weights=lambda d, hidden: d * hidden))
ANSWERS.is_wrong("1 is subtracted from every probability")(output(lambda p, one_hot: p - 1))
ANSWERS.is_wrong("only the target has a gradient")(output(lambda p, one_hot: (p - 1) * one_hot))
ANSWERS.is_wrong("the slope of -ln p")(output(lambda p, one_hot: -one_hot / p))
ANSWERS.is_wrong("that is p(1 - p)")(output(lambda p, one_hot: p * (1 - p)))
ANSWERS.is_wrong("dWhy is transposed")(output(minus, weights=lambda d, hidden: torch.outer(hidden, d)))
ANSWERS.is_wrong("back leads `Why.T`")(output(minus, state=lambda Why, d, hidden: Why @ d))
ANSWERS.is_wrong("dhidden has the slope of tanh in it")(
    output(minus, state=lambda Why, d, hidden: Why.T @ d * (1 - hidden**2))
)
ANSWERS.is_wrong("`Why.T @ dlogits`, and no more")(output(minus, state=lambda Why, d, hidden: Why.T @ d * hidden))


@ANSWERS.is_wrong("changes its argument `probabilities`")
def backward_output(probabilities, target, hidden, Why):
    dlogits = probabilities
    dlogits[target] -= 1
    return torch.outer(dlogits, hidden), dlogits, Why.T @ dlogits


@ANSWERS.is_wrong("the three are in another order")
def backward_output(probabilities, target, hidden, Why):
    return course_output(probabilities, target, hidden, Why)[::-1]


@ANSWERS.is_wrong("dWhy uses the probabilities")
def backward_output(probabilities, target, hidden, Why):
    _, dby, dhidden = course_output(probabilities, target, hidden, Why)
    return torch.outer(probabilities, hidden), dby, dhidden


@ANSWERS.is_wrong("dhidden uses the probabilities")
def backward_output(probabilities, target, hidden, Why):
    dWhy, dby, _ = course_output(probabilities, target, hidden, Why)
    return dWhy, dby, Why.T @ probabilities


@ANSWERS.is_wrong("dhidden is a row of Why")
def backward_output(probabilities, target, hidden, Why):
    dWhy, dby, _ = course_output(probabilities, target, hidden, Why)
    return dWhy, dby, Why[target]


@ANSWERS.is_wrong("you return 2 things")
def backward_output(probabilities, target, hidden, Why):
    return course_output(probabilities, target, hidden, Why)[:2]


@ANSWERS.is_right
def backward_output(probabilities, target, hidden, Why):
    dlogits = probabilities - torch.eye(len(probabilities), dtype=probabilities.dtype)[target]
    return dlogits[:, None] * hidden[None], dlogits, dlogits @ Why


@ANSWERS.is_right
def backward_output(probabilities, target, hidden, Why):
    dby = torch.clone(probabilities)
    dby[target] = dby[target] - 1
    dWhy = torch.einsum("v,h->vh", dby, hidden)
    return dWhy, dby, (Why * dby.unsqueeze(1)).sum(0)
