"""Answers to lesson 02: here those of the forward pass."""

import math

import torch
import torch.nn.functional as F

from helpers.answers.vanilla_rnn import forward as course_forward
from helpers.answers.vanilla_rnn import rnn_step as course_step
from tests.checks.answers import Answers
from tests.checks.vanilla_rnn import backward as vanilla_rnn_backward
from tests.checks.vanilla_rnn import training as vanilla_rnn_training

ANSWERS = Answers()
for part in (vanilla_rnn_backward, vanilla_rnn_training):
    ANSWERS.include(part.ANSWERS)

# ------------------------------------------------------------------------------------------------- rnn_step


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


# -------------------------------------------------------------------------------------------------- softmax


@ANSWERS.is_wrong("subtract the largest logit before torch.exp")
def softmax(logits):
    powers = torch.exp(logits)
    return powers / powers.sum(-1, keepdim=True)


@ANSWERS.is_wrong("its *own* largest logit")
def softmax(logits):
    powers = torch.exp(logits - logits.max())
    return powers / powers.sum(-1, keepdim=True)


@ANSWERS.is_wrong("of logits in 64 bits the result should be in 64 bits")
def softmax(logits):
    return logits.float().softmax(-1)


@ANSWERS.is_wrong("autograd cannot follow them back to the logits")
def softmax(logits):
    return logits.detach().softmax(-1)


@ANSWERS.is_wrong("it is the *largest* logit that must be subtracted")
def softmax(logits):
    powers = torch.exp(logits - logits.min(dim=-1, keepdim=True).values)
    return powers / powers.sum(dim=-1, keepdim=True)


@ANSWERS.is_wrong("all rows together add up to 1")
def softmax(logits):
    powers = torch.exp(logits - logits.max())
    return powers / powers.sum()


@ANSWERS.is_wrong("all rows together add up to 1")
def softmax(logits):
    powers = torch.exp(logits - logits.max(-1, keepdim=True).values)
    return powers / powers.sum()


@ANSWERS.is_wrong("your columns add up to 1")
def softmax(logits):
    powers = torch.exp(logits - logits.max(-1, keepdim=True).values)
    return powers / powers.sum(0)


@ANSWERS.is_wrong("your columns add up to 1")
def softmax(logits):
    powers = torch.exp(logits - logits.max())
    return powers / powers.sum(0)


@ANSWERS.is_wrong("the exponential is missing")
def softmax(logits):
    return logits / logits.sum(-1, keepdim=True)


@ANSWERS.is_wrong("not divided by their sum")
def softmax(logits):
    return torch.exp(logits - logits.max(-1, keepdim=True).values)


@ANSWERS.is_wrong("logarithms of probabilities")
def softmax(logits):
    return torch.log_softmax(logits, -1)


@ANSWERS.is_wrong("take its `.values`")
def softmax(logits):
    powers = torch.exp(logits - logits.max(-1, keepdim=True))
    return powers / powers.sum(-1, keepdim=True)


@ANSWERS.is_wrong("with `keepdim=True`")
def softmax(logits):
    powers = torch.exp(logits - logits.max(-1).values)
    return powers / powers.sum(-1)


@ANSWERS.is_wrong("is there a minus too many?")
def softmax(logits):
    powers = torch.exp(logits.min(-1, keepdim=True).values - logits)
    return powers / powers.sum(-1, keepdim=True)


@ANSWERS.is_wrong("powers of 2")
def softmax(logits):
    powers = 2 ** (logits - logits.max(-1, keepdim=True).values)
    return powers / powers.sum(-1, keepdim=True)


@ANSWERS.is_wrong("changes its argument `logits`")
def softmax(logits):
    logits -= logits.max(-1, keepdim=True).values
    powers = torch.exp(logits)
    return powers / powers.sum(-1, keepdim=True)


@ANSWERS.is_right
def softmax(logits):
    return torch.exp(logits - torch.logsumexp(logits, -1, keepdim=True))


@ANSWERS.is_right
def softmax(logits):
    largest = logits.amax(-1)
    powers = (logits - largest[..., None]).exp()
    return powers / powers.sum(-1)[..., None]


@ANSWERS.is_right
def softmax(logits):
    return torch.softmax(logits, dim=-1)


# -------------------------------------------------------------------------------------------------- forward


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
