"""What learners hand in for `rnn_step` of lesson 02."""

import math

import torch
import torch.nn.functional as F

from helpers.answers.vanilla_rnn import rnn_step as course_step
from tests.checks.answers import Answers

ANSWERS = Answers()


def stepper(inside, squash=torch.tanh, logits=lambda Why, new, old, by: Why @ new + by):
    """Make a step from what stands inside the tanh, and from how the logits are made."""

    def rnn_step(token, hidden, parameters):
        Wxh, Whh, Why, bh, by = parameters
        new = squash(inside(Wxh, Whh, bh, token, hidden))
        return new, logits(Why, new, hidden, by)

    return rnn_step


def right_inside(Wxh, Whh, bh, token, hidden):
    return Wxh[:, token] + Whh @ hidden + bh


ANSWERS.is_wrong("the tanh is missing")(stepper(right_inside, squash=lambda x: x))
ANSWERS.is_wrong("that is a sigmoid")(stepper(right_inside, squash=torch.sigmoid))
ANSWERS.is_wrong("that is a ReLU")(stepper(right_inside, squash=torch.relu))
ANSWERS.is_wrong("bh is missing inside the tanh")(stepper(lambda Wxh, Whh, bh, token, h: Wxh[:, token] + Whh @ h))
ANSWERS.is_wrong("the old state is not used")(stepper(lambda Wxh, Whh, bh, token, h: Wxh[:, token] + bh))
ANSWERS.is_wrong("the token is not used")(stepper(lambda Wxh, Whh, bh, token, h: Whh @ h + bh))
ANSWERS.is_wrong("Whh is transposed")(stepper(lambda Wxh, Whh, bh, token, h: Wxh[:, token] + Whh.T @ h + bh))
ANSWERS.is_wrong("Whh is transposed")(stepper(lambda Wxh, Whh, bh, token, h: Wxh[:, token] + h @ Whh + bh))
ANSWERS.is_wrong("bh stands outside the tanh")(
    stepper(lambda Wxh, Whh, bh, token, h: torch.tanh(Wxh[:, token] + Whh @ h) + bh, squash=lambda x: x)
)
ANSWERS.is_wrong("`Whh * hidden` is number by number")(
    stepper(lambda Wxh, Whh, bh, token, h: Wxh[:, token] + Whh * h + bh)
)
ANSWERS.is_wrong("`Why * hidden` is number by number")(
    stepper(right_inside, logits=lambda Why, new, old, by: Why * new + by)
)
ANSWERS.is_wrong("`math.tanh` takes one number")(stepper(right_inside, squash=math.tanh))
ANSWERS.is_wrong("the token is a number, not a vector")(
    stepper(lambda Wxh, Whh, bh, token, h: Wxh @ token + Whh @ h + bh)
)
ANSWERS.is_wrong("the token is a number, not a vector")(
    stepper(lambda Wxh, Whh, bh, token, h: torch.matmul(Wxh, token) + Whh @ h + bh)
)
ANSWERS.is_wrong("a *column* of Wxh")(stepper(lambda Wxh, Whh, bh, token, h: Wxh[token] + Whh @ h + bh))
ANSWERS.is_wrong("Whh and Why are used as they are")(
    stepper(right_inside, logits=lambda Why, new, old, by: Why.T @ new + by)
)
ANSWERS.is_wrong("the logits come from the old state")(
    stepper(right_inside, logits=lambda Why, new, old, by: Why @ old + by)
)
ANSWERS.is_wrong("autograd cannot follow them back to parameters and state")(
    stepper(right_inside, logits=lambda Why, new, old, by: Why @ new.detach() + by)
)
ANSWERS.is_wrong("by is missing in the logits")(stepper(right_inside, logits=lambda Why, new, old, by: Why @ new))
ANSWERS.is_wrong("there is a tanh around the logits")(
    stepper(right_inside, logits=lambda Why, new, old, by: torch.tanh(Why @ new + by))
)
ANSWERS.is_wrong("those are probabilities")(
    stepper(right_inside, logits=lambda Why, new, old, by: torch.softmax(Why @ new + by, 0))
)


@ANSWERS.is_wrong("`Whh @ hidden` stands outside")
def rnn_step(token, hidden, parameters):
    Wxh, Whh, Why, bh, by = parameters
    new = torch.tanh(Wxh[:, token] + bh) + Whh @ hidden
    return new, Why @ new + by


@ANSWERS.is_wrong("returned the wrong way round")
def rnn_step(token, hidden, parameters):
    return course_step(token, hidden, parameters)[::-1]


@ANSWERS.is_wrong("should be a tuple or a list, and is a tensor")
def rnn_step(token, hidden, parameters):
    return course_step(token, hidden, parameters)[0]


@ANSWERS.is_wrong("the state you return is the old one")
def rnn_step(token, hidden, parameters):
    return hidden, course_step(token, hidden, parameters)[1]


@ANSWERS.is_wrong("changes its argument `hidden`")
def rnn_step(token, hidden, parameters):
    new, logits = course_step(token, hidden, parameters)
    hidden.copy_(new)
    return hidden, logits


@ANSWERS.is_right
def rnn_step(token, hidden, parameters):
    Wxh, Whh, Why, bh, by = parameters
    one_hot = F.one_hot(torch.tensor(token), Wxh.shape[1]).to(Wxh.dtype)
    state = (Wxh @ one_hot + Whh @ hidden + bh).tanh()
    return state, torch.mv(Why, state) + by


@ANSWERS.is_right
def rnn_step(token, hidden, parameters):
    x = parameters[0].T[token]
    hidden = torch.tanh(hidden @ parameters[1].T + x + parameters[3])
    return [hidden, F.linear(hidden, parameters[2], parameters[4])]
