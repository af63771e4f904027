"""What learners hand in for `forward` of lesson 02."""

import torch
import torch.nn.functional as F

from helpers.answers.vanilla_rnn import forward as course_forward
from helpers.answers.vanilla_rnn import rnn_step as course_step
from tests.checks.answers import Answers

ANSWERS = Answers()


def window(
    loss=lambda p, targets: -p[torch.arange(len(targets)), targets].log().sum(),
    carry=True, start=None, join=torch.stack, finish=lambda states, probabilities: (states, probabilities),
):  # fmt: skip
    """Make a forward pass with one thing done differently."""

    def forward(inputs, targets, hidden, parameters):
        hidden = hidden if start is None else start(hidden)
        first, states, probabilities = hidden, [hidden], []
        for token in inputs:
            hidden, logits = course_step(int(token), hidden if carry else first, parameters)
            states.append(hidden)
            probabilities.append(torch.softmax(logits, 0))
        states, probabilities = finish(torch.stack(states), torch.stack(probabilities))
        result = loss(probabilities, targets)
        return result, join(list(states)), probabilities

    return forward


ANSWERS.is_wrong("that is the mean over the steps")(
    window(loss=lambda p, targets: -p[torch.arange(len(targets)), targets].log().mean())
)
ANSWERS.is_wrong("the sign is wrong: the loss is the *negative* logarithm")(
    window(loss=lambda p, targets: p[torch.arange(len(targets)), targets].log().sum())
)
ANSWERS.is_wrong("that is in bits")(
    window(loss=lambda p, targets: -p[torch.arange(len(targets)), targets].log2().sum())
)
ANSWERS.is_wrong("the loss has a number for each step")(
    window(loss=lambda p, targets: -p[torch.arange(len(targets)), targets].log())
)
ANSWERS.is_wrong("the loss of the last step only")(window(loss=lambda p, targets: -p[-1, targets[-1]].log()))
ANSWERS.is_wrong("the loss is a plain number")(
    window(loss=lambda p, targets: -p[torch.arange(len(targets)), targets].log().sum().item())
)
ANSWERS.is_wrong("that autograd can follow")(
    window(loss=lambda p, targets: -p[torch.arange(len(targets)), targets].log().sum().detach())
)
ANSWERS.is_wrong("mixes every step with every target")(window(loss=lambda p, targets: -p[:, targets].log().sum()))
ANSWERS.is_wrong("of *all* characters")(window(loss=lambda p, targets: -p.log().sum()))
ANSWERS.is_wrong("every step starts from the first state")(window(carry=False))
ANSWERS.is_wrong("you start from zeros")(window(start=torch.zeros_like))
ANSWERS.is_wrong("the state you started from is missing")(window(join=lambda states: torch.stack(states[1:])))
ANSWERS.is_wrong("the last state is missing")(window(join=lambda states: torch.stack(states[:-1])))
ANSWERS.is_wrong("the state you started from stands at the end")(
    window(join=lambda states: torch.stack([*states[1:], states[0]]))
)
ANSWERS.is_wrong("the states are a list of tensors")(window(join=list))
ANSWERS.is_wrong("place 0 of the states holds zeros")(
    window(join=lambda states: torch.stack([torch.zeros_like(states[0]), *states[1:]]))
)


@ANSWERS.is_wrong("those are logits: the softmax turns them into probabilities")
def forward(inputs, targets, hidden, parameters):
    loss, states, probabilities = course_forward(inputs, targets, hidden, parameters)
    logits = states[1:] @ parameters[2].T + parameters[4]
    return loss, states, logits


@ANSWERS.is_wrong("the loss is taken against the inputs")
def forward(inputs, targets, hidden, parameters):
    return course_forward(inputs, inputs, hidden, parameters)


@ANSWERS.is_wrong("return three tensors, the loss, all states and all probabilities; you return 2 things")
def forward(inputs, targets, hidden, parameters):
    return course_forward(inputs, targets, hidden, parameters)[:2]


@ANSWERS.is_wrong("the softmax runs over time")
def forward(inputs, targets, hidden, parameters):
    loss, states, _ = course_forward(inputs, targets, hidden, parameters)
    return loss, states, torch.softmax(states[1:] @ parameters[2].T + parameters[4], 0)


@ANSWERS.is_wrong("with 64-bit parameters the states should be float64")
def forward(inputs, targets, hidden, parameters):
    loss, right, probabilities = course_forward(inputs, targets, hidden, parameters)
    states = torch.zeros(right.shape)
    states[:] = right
    return loss, states, probabilities


@ANSWERS.is_right
def forward(inputs, targets, hidden, parameters):
    loss, states, rows = 0, [hidden], []
    for token, target in zip(inputs, targets):
        hidden, logits = course_step(token, hidden, parameters)
        states.append(hidden)
        rows.append(torch.softmax(logits, -1))
        loss = loss - rows[-1][target].log()
    return loss, torch.stack(states), torch.stack(rows)


@ANSWERS.is_right
def forward(inputs, targets, hidden, parameters):
    Wxh, Whh, Why, bh, by = parameters
    states = hidden[None]
    for inside in Wxh.T[inputs] + bh:
        states = torch.cat([states, torch.tanh(inside + Whh @ states[-1])[None]])
    logits = states[1:] @ Why.T + by
    return F.cross_entropy(logits, targets, reduction="sum"), states, logits.softmax(1)
