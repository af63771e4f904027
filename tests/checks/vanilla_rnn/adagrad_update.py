"""What learners hand in for `adagrad_update` of lesson 02."""

import torch

from helpers.answers.vanilla_rnn import adagrad_update as course_update
from tests.checks.answers import Answers

ANSWERS = Answers()


def adagrad(grow=lambda m, g: m + g * g, move=lambda p, g, m, old, rate: p - rate * g / torch.sqrt(m + 1e-8)):
    def adagrad_update(parameters, gradients, memory, learning_rate):
        grown = [grow(m, g) for m, g in zip(memory, gradients)]
        triples = zip(parameters, gradients, grown, memory)
        return [move(p, g, m, old, learning_rate) for p, g, m, old in triples], grown

    return adagrad_update


ANSWERS.is_wrong("the memory forgets what was before")(adagrad(grow=lambda m, g: g * g))
ANSWERS.is_wrong("the memory does not change")(adagrad(grow=lambda m, g: m.clone()))
ANSWERS.is_wrong("the gradients are added as they are")(adagrad(grow=lambda m, g: m + g))
ANSWERS.is_wrong("the absolute values are added")(adagrad(grow=lambda m, g: m + g.abs()))
ANSWERS.is_wrong("that memory fades (it is RMSprop's)")(adagrad(grow=lambda m, g: 0.9 * m + 0.1 * g * g))
ANSWERS.is_wrong("the memory is kept as a root")(adagrad(grow=lambda m, g: (m + g * g).sqrt()))
ANSWERS.is_wrong("the parameters do not move")(adagrad(move=lambda p, g, m, old, rate: p.clone()))
ANSWERS.is_wrong("the step goes up the slope")(adagrad(move=lambda p, g, m, old, rate: p + rate * g / m.sqrt()))
ANSWERS.is_wrong("that is the plain step")(adagrad(move=lambda p, g, m, old, rate: p - rate * g))
ANSWERS.is_wrong("the square root is missing: divide")(
    adagrad(move=lambda p, g, m, old, rate: p - rate * g / (m + 1e-8))
)
ANSWERS.is_wrong("the step uses the old memory")(
    adagrad(move=lambda p, g, m, old, rate: p - rate * g / (old + 1e-8).sqrt())
)
ANSWERS.is_wrong("the learning rate is 0.1 whatever is asked for: use")(
    adagrad(move=lambda p, g, m, old, rate: p - 0.1 * g / (m + 1e-8).sqrt())
)
ANSWERS.is_wrong("the learning rate is missing")(adagrad(move=lambda p, g, m, old, rate: p - g / (m + 1e-8).sqrt()))
ANSWERS.is_wrong("that is the step alone")(adagrad(move=lambda p, g, m, old, rate: -rate * g / (m + 1e-8).sqrt()))
ANSWERS.is_wrong("the gradient itself is missing")(
    adagrad(move=lambda p, g, m, old, rate: p - rate / (m + 1e-8).sqrt())
)
ANSWERS.is_wrong("add 1e-8 to the memory under the root")(
    adagrad(move=lambda p, g, m, old, rate: p - rate * g / m.sqrt())
)
ANSWERS.is_wrong("every step is the learning rate itself")(
    adagrad(move=lambda p, g, m, old, rate: p - rate * g / (g * g + 1e-8).sqrt())
)


@ANSWERS.is_wrong("changes its argument `parameters`")
def adagrad_update(parameters, gradients, memory, learning_rate):
    for p, g, m in zip(parameters, gradients, memory):
        m += g * g
        p -= learning_rate * g / (m + 1e-8).sqrt()
    return parameters, memory


@ANSWERS.is_wrong("returned the wrong way round")
def adagrad_update(parameters, gradients, memory, learning_rate):
    return course_update(parameters, gradients, memory, learning_rate)[::-1]


@ANSWERS.is_wrong("return two tuples, the new parameters and the new memory; you return 5 things")
def adagrad_update(parameters, gradients, memory, learning_rate):
    return course_update(parameters, gradients, memory, learning_rate)[0]


@ANSWERS.is_right
def adagrad_update(parameters, gradients, memory, learning_rate):
    new, grown = [], []
    for p, g, m in zip(parameters, gradients, memory):
        m = m + g.square()
        new.append(p - learning_rate * g / (m.sqrt() + 1e-10))
        grown.append(m)
    return new, grown


@ANSWERS.is_right
def adagrad_update(parameters, gradients, memory, learning_rate):
    grown = tuple(torch.addcmul(m, g, g) for m, g in zip(memory, gradients))
    steps = [g * (m + 1e-8).rsqrt() for m, g in zip(grown, gradients)]
    return tuple(torch.add(p, step, alpha=-learning_rate) for p, step in zip(parameters, steps)), grown
