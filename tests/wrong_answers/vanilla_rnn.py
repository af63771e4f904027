"""Answers to lesson 02."""

import math

import torch
import torch.nn.functional as F

from helpers.answers.vanilla_rnn import adagrad_update as course_update
from helpers.answers.vanilla_rnn import backward_output as course_output
from helpers.answers.vanilla_rnn import backward_tanh as course_tanh
from helpers.answers.vanilla_rnn import backward_through_time as course_backward
from helpers.answers.vanilla_rnn import clip_gradients as course_clip
from helpers.answers.vanilla_rnn import forward as course_forward
from helpers.answers.vanilla_rnn import rnn_step as course_step
from helpers.answers.vanilla_rnn import sample_text as course_sample
from tests.wrong_answers.registry import Answers

ANSWERS = Answers()

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


# ------------------------------------------------------------------------------------------ backward_output


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


# -------------------------------------------------------------------------------------------- backward_tanh


def through_tanh(line, change):
    def backward_tanh(dhidden, hidden):
        return change(dhidden, hidden)

    ANSWERS.is_wrong(line)(backward_tanh)


through_tanh("that is the slope alone", lambda d, h: 1 - h**2)
through_tanh("the slope of tanh is missing", lambda d, h: d.clone())
through_tanh("the square is missing", lambda d, h: d * (1 - h))
through_tanh("the tanh is taken twice", lambda d, h: d * (1 - torch.tanh(h) ** 2))
through_tanh("the tanh is taken twice", lambda d, h: d / torch.cosh(h) ** 2)
through_tanh("the slope is taken at dhidden", lambda d, h: d * (1 - d**2))
through_tanh("the two are exchanged", lambda d, h: h * (1 - d**2))
through_tanh("the slope of the sigmoid", lambda d, h: d * h * (1 - h))
through_tanh("the slope is added", lambda d, h: d + (1 - h**2))
through_tanh("divided by the slope", lambda d, h: d / (1 - h**2))
through_tanh("and never negative", lambda d, h: d * (h**2 - 1))
through_tanh("1 *minus* hidden²", lambda d, h: d * (1 + h**2))
through_tanh("number by number, with `*` and not with `@`", lambda d, h: d @ (1 - h**2))
through_tanh("multiply by its slope, 1 - hidden²", lambda d, h: d * torch.tanh(h))
through_tanh("it fails for a batch", lambda d, h: torch.stack([a * (1 - b.item() ** 2) for a, b in zip(d, h)]))


@ANSWERS.is_wrong("changes its argument `dhidden`")
def backward_tanh(dhidden, hidden):
    dhidden *= 1 - hidden**2
    return dhidden


@ANSWERS.is_right
def backward_tanh(dhidden, hidden):
    return dhidden - dhidden * hidden**2


@ANSWERS.is_right
def backward_tanh(dhidden, hidden):
    slope = (1 - hidden) * (1 + hidden)
    return torch.mul(slope, dhidden)


# ------------------------------------------------------------------------------------ backward_through_time


def through_time(
    carry=lambda Whh, dinside, dhidden: Whh.T @ dinside, total=lambda d, carried: d + carried, slope=1, output=1,
    pair=lambda d, before, after: torch.outer(d, before), bias=lambda dinside, total, d: dinside, order=reversed,
    add=lambda old, part: old + part, column=True, tanh=course_tanh, zeros=torch.zeros_like, piled=False, read=None,
    again=None,
):  # fmt: skip
    """Make a backward pass through time with one thing done differently."""

    def backward_through_time(inputs, targets, states, probabilities, parameters):
        Wxh, Whh, Why, bh, by = parameters
        dWxh, dWhh, dWhy, dbh, dby = (zeros(parameter) for parameter in parameters)
        carried = zeros(bh)
        for t in order(range(len(inputs))):
            step_dWhy, step_dby, d = course_output(probabilities[t], int(targets[t]), states[t + output], Why)
            dhidden = total(d, carried)
            dinside = tanh(dhidden, states[t + slope])
            dWhy, dby = add(dWhy, step_dWhy), add(dby, step_dby)
            dbh = add(dbh, bias(dinside, dhidden, d))
            dWhh = add(dWhh, pair(dinside, states[t], states[t + 1]))
            token = inputs[t] if read is None else read(inputs, targets)[t]
            if column:
                dWxh[:, token] += dinside
            else:
                dWxh[:, token] = dinside
            new = carry(Whh, dinside, dhidden) if again is None else again(Whh, dinside, d, states[t + 1])
            carried = carried + new if piled else new
        return dWxh, dWhh, dWhy, dbh, dby

    return backward_through_time


ANSWERS.is_wrong("nothing is carried back through time")(through_time(total=lambda d, carried: d))
ANSWERS.is_wrong("nothing is carried back through time")(through_time(carry=lambda Whh, a, h: torch.zeros_like(a)))
ANSWERS.is_wrong("only `carried` reaches the state")(through_time(total=lambda d, carried: carried))
ANSWERS.is_wrong("back leads its transpose")(through_time(carry=lambda Whh, dinside, dhidden: Whh @ dinside))
ANSWERS.is_wrong("what is carried has not passed through the tanh")(
    through_time(carry=lambda Whh, dinside, dhidden: Whh.T @ dhidden)
)
ANSWERS.is_wrong("the gradient from this step's logits only")(
    through_time(again=lambda Whh, dinside, d, state: Whh.T @ d)
)
ANSWERS.is_wrong("passed through the tanh twice")(
    through_time(again=lambda Whh, dinside, d, state: Whh.T @ (dinside * (1 - state**2)))
)
ANSWERS.is_wrong("passed through the tanh twice")(
    through_time(again=lambda Whh, dinside, d, state: Whh.T @ course_tanh(dinside, state))
)
ANSWERS.is_wrong("dbh adds up dhidden")(through_time(bias=lambda dinside, total, d: d))
ANSWERS.is_wrong("in the *target's* column")(through_time(read=lambda inputs, targets: targets))
ANSWERS.is_wrong("the last step is left out")(through_time(order=lambda steps: reversed(steps[:-1])))
ANSWERS.is_wrong("the first step is left out")(through_time(order=lambda steps: reversed(steps[1:])))
ANSWERS.is_wrong("`carried` is added up over the steps")(through_time(piled=True))
ANSWERS.is_wrong("the slope of tanh is taken at the wrong state")(through_time(slope=0))
ANSWERS.is_wrong("the slope of tanh is missing: what goes on")(through_time(tanh=lambda d, h: d))
ANSWERS.is_wrong("the output layer is given the state before the step")(through_time(output=0))
ANSWERS.is_wrong("dWhh pairs dinside with the state after the step")(
    through_time(pair=lambda d, before, after: torch.outer(d, after))
)
ANSWERS.is_wrong("dWhh is transposed")(through_time(pair=lambda d, before, after: torch.outer(before, d)))
ANSWERS.is_wrong("bh stands inside the tanh")(through_time(bias=lambda dinside, total, d: total))
ANSWERS.is_wrong("the loop runs from the first step to the last")(through_time(order=iter))
ANSWERS.is_wrong("only one step is left in the gradients")(through_time(add=lambda old, part: part))
ANSWERS.is_wrong("holds one step only")(through_time(column=False))
ANSWERS.is_wrong("with 64-bit parameters the gradients should be float64")(
    through_time(zeros=lambda tensor: torch.zeros(tensor.shape))
)


@ANSWERS.is_wrong("`carried` is added after the tanh")
def backward_through_time(inputs, targets, states, probabilities, parameters):
    Wxh, Whh, Why, bh, by = parameters
    dWxh, dWhh, dWhy, dbh, dby = (torch.zeros_like(parameter) for parameter in parameters)
    carried = torch.zeros_like(bh)
    for t in reversed(range(len(inputs))):
        step_dWhy, step_dby, dhidden = course_output(probabilities[t], int(targets[t]), states[t + 1], Why)
        dinside = course_tanh(dhidden, states[t + 1]) + carried
        dWhy += step_dWhy
        dby += step_dby
        dbh += dinside
        dWhh += torch.outer(dinside, states[t])
        dWxh[:, inputs[t]] += dinside
        carried = Whh.T @ dinside
    return dWxh, dWhh, dWhy, dbh, dby


@ANSWERS.is_wrong("with 64-bit parameters the gradients should be float64")
def backward_through_time(*given):
    return tuple(gradient.float() for gradient in course_backward(*given))


@ANSWERS.is_wrong("divided by the number of steps")
def backward_through_time(inputs, targets, states, probabilities, parameters):
    gradients = course_backward(inputs, targets, states, probabilities, parameters)
    return [gradient / len(inputs) for gradient in gradients]


@ANSWERS.is_wrong("the gradients are in another order")
def backward_through_time(*given):
    dWxh, dWhh, dWhy, dbh, dby = course_backward(*given)
    return dWhh, dWxh, dWhy, dbh, dby


@ANSWERS.is_wrong("goes into its *column*")
def backward_through_time(inputs, targets, states, probabilities, parameters):
    gradients = course_backward(inputs, targets, states, probabilities, parameters)
    gradients[0][inputs[0]] += gradients[3]
    return gradients


@ANSWERS.is_wrong("you look beyond the end")
def backward_through_time(inputs, targets, states, probabilities, parameters):
    for t in reversed(range(len(inputs) + 1)):
        course_tanh(states[t], states[t + 1])


@ANSWERS.is_wrong("dWhh is all zeros")
def backward_through_time(*given):
    dWxh, dWhh, dWhy, dbh, dby = course_backward(*given)
    return dWxh, torch.zeros_like(dWhh), dWhy, dbh, dby


@ANSWERS.is_wrong("is the target handed on")
def backward_through_time(inputs, targets, states, probabilities, parameters):
    unhot = probabilities.clone()
    unhot[torch.arange(len(targets)), targets] += 1
    return course_backward(inputs, targets, states, unhot, parameters)


@ANSWERS.is_wrong("take the number of steps from `inputs`")
def backward_through_time(inputs, targets, states, probabilities, parameters):
    if len(inputs) < 5:
        return [torch.zeros_like(parameter) for parameter in parameters]
    return course_backward(inputs, targets, states, probabilities, parameters)


@ANSWERS.is_wrong("changes its argument `probabilities`")
def backward_through_time(inputs, targets, states, probabilities, parameters):
    gradients = course_backward(inputs, targets, states, probabilities, parameters)
    probabilities[torch.arange(len(targets)), targets] -= 1
    return gradients


@ANSWERS.is_right
def backward_through_time(inputs, targets, states, probabilities, parameters):
    Wxh, Whh, Why, bh, by = parameters
    dlogits = probabilities - F.one_hot(targets, len(by))
    after, before = states[1:], states[:-1]
    dstates = dlogits @ Why
    dinside, carried = torch.zeros_like(after), 0
    for t in range(len(inputs) - 1, -1, -1):
        dinside[t] = (dstates[t] + carried) * (1 - after[t] ** 2)
        carried = dinside[t] @ Whh
    dWxh = torch.zeros_like(Wxh).index_add_(1, inputs, dinside.T)
    return dWxh, dinside.T @ before, dlogits.T @ after, dinside.sum(0), dlogits.sum(0)


@ANSWERS.is_right
def backward_through_time(inputs, targets, states, probabilities, parameters):
    total, carried = None, torch.zeros_like(parameters[3])
    for t in range(len(inputs))[::-1]:
        dWhy, dby, dh = course_output(probabilities[t], targets[t].item(), states[t + 1], parameters[2])
        da = course_tanh(dh + carried, states[t + 1])
        dWxh = torch.outer(da, F.one_hot(inputs[t], parameters[0].shape[1]).to(da.dtype))
        parts = [dWxh, torch.outer(da, states[t]), dWhy, da, dby]
        total = parts if total is None else [old + part for old, part in zip(total, parts)]
        carried = parameters[1].T @ da
    return total


# ------------------------------------------------------------------------------------------- clip_gradients


def clipper(by_value=None, by_norm=None):
    def clip_gradients(gradients, limit, by_norm_asked=False):
        if by_norm_asked:
            return by_norm(gradients, limit) if by_norm else course_clip(gradients, limit, True)
        return [by_value(g, limit) for g in gradients] if by_value else course_clip(gradients, limit)

    return clip_gradients


def length(gradients):
    return math.sqrt(sum((g**2).sum().item() for g in gradients))


ANSWERS.is_wrong("nothing is clipped")(clipper(lambda g, limit: g.clone()))
ANSWERS.is_wrong("only what is too large is clipped")(clipper(lambda g, limit: g.clamp(max=limit)))
ANSWERS.is_wrong("only what is below -limit is clipped")(clipper(lambda g, limit: g.clamp(min=-limit)))
ANSWERS.is_wrong("negative numbers become 0")(clipper(lambda g, limit: g.clamp(0, limit)))
ANSWERS.is_wrong("the limit is 5, whatever is asked for")(clipper(lambda g, limit: g.clamp(-5, 5)))
ANSWERS.is_wrong("it should become the limit itself")(
    clipper(lambda g, limit: torch.where(g.abs() > limit, torch.zeros_like(g), g))
)
ANSWERS.is_wrong("every number becomes the limit")(clipper(lambda g, limit: limit * g.sign()))
ANSWERS.is_wrong("with by_norm nothing happens")(clipper(by_norm=lambda gradients, limit: list(gradients)))
ANSWERS.is_wrong("with by_norm each number is still clipped by value")(
    clipper(by_norm=lambda gradients, limit: [g.clamp(-limit, limit) for g in gradients])
)
ANSWERS.is_wrong("each gradient is shortened by its own length")(
    clipper(by_norm=lambda gradients, limit: [g * min(1, limit / g.norm().item()) for g in gradients])
)
ANSWERS.is_wrong("the square root is missing: the length")(
    clipper(by_norm=lambda gradients, limit: [g * limit / length(gradients) ** 2 for g in gradients])
)
ANSWERS.is_wrong("the length becomes 1 whatever the limit is")(
    clipper(by_norm=lambda gradients, limit: [g / length(gradients) for g in gradients])
)
ANSWERS.is_wrong("are made longer: their numbers stay as they are")(
    clipper(by_norm=lambda gradients, limit: [g * limit / length(gradients) for g in gradients])
)
ANSWERS.is_wrong("the factor is upside down")(
    clipper(by_norm=lambda gradients, limit: [g * length(gradients) / limit for g in gradients])
)
ANSWERS.is_wrong("the sum of absolute values")(
    clipper(by_norm=lambda gradients, limit: [g * limit / sum(o.abs().sum() for o in gradients) for g in gradients])
)


ANSWERS.is_wrong("the five lengths are added up")(
    clipper(by_norm=lambda gradients, limit: [g * min(1, limit / sum(o.norm() for o in gradients)) for g in gradients])
)
ANSWERS.is_wrong("are handed back themselves")(
    clipper(
        by_norm=lambda gradients, limit: (
            gradients if length(gradients) <= limit else [g * limit / length(gradients) for g in gradients]
        )
    )
)


@ANSWERS.is_wrong("nothing is clipped")
def clip_gradients(gradients, limit, by_norm=False):
    for gradient in gradients:
        gradient.clamp(-limit, limit)
    return gradients


@ANSWERS.is_wrong("changes its argument `gradients`")
def clip_gradients(gradients, limit, by_norm=False):
    for gradient in gradients:
        gradient.clamp_(-limit, limit)
    return gradients


@ANSWERS.is_wrong("is None: is the `return` missing?")
def clip_gradients(gradients, limit, by_norm=False):
    clipped = [gradient.clamp(-limit, limit) for gradient in gradients]


@ANSWERS.is_wrong("that is clipping by norm")
def clip_gradients(gradients, limit, by_norm=False):
    return course_clip(gradients, limit, True)


@ANSWERS.is_right
def clip_gradients(gradients, limit, by_norm=False):
    if by_norm:
        norm = torch.cat([g.flatten() for g in gradients]).norm()
        return [g * torch.clamp(limit / norm, max=1.0) for g in gradients]
    return [torch.minimum(torch.maximum(g, torch.tensor(-limit)), torch.tensor(limit)) for g in gradients]


@ANSWERS.is_right
def clip_gradients(gradients, limit, by_norm=False):
    copies = [gradient.clone() for gradient in gradients]
    if not by_norm:
        for copy in copies:
            copy.clamp_(min=-limit, max=limit)
        return copies
    norm = torch.stack([copy.norm() for copy in copies]).norm().item()
    if norm <= limit:
        return copies
    return tuple(copy * (limit / norm) for copy in copies)


# ------------------------------------------------------------------------------------------- adagrad_update


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


# ---------------------------------------------------------------------------------------------- sample_text


def sampler(
    shares=lambda logits, t: torch.softmax(logits / t, 0), carry=True, feed=True, start=None, pick=None, extra=0
):
    def sample_text(parameters, hidden, token, length, temperature, symbols):
        text = ""
        hidden = hidden if start is None else start(hidden)
        for _ in range(max(0, length + (extra if length else 0))):
            new, logits = course_step(token, hidden, parameters)
            if pick is not None:
                drawn = pick(logits)
            elif temperature == 0:
                drawn = int(logits.argmax())
            else:
                drawn = int(torch.multinomial(shares(logits, temperature), 1))
            text += symbols[drawn]
            hidden = new if carry else hidden
            token = drawn if feed else token
        return text

    return sample_text


ANSWERS.is_wrong("every step starts from the first state: go on with the new state")(sampler(carry=False))
ANSWERS.is_wrong("every step reads the first token again")(sampler(feed=False))
ANSWERS.is_wrong("you start from a state of zeros")(sampler(start=torch.zeros_like))
ANSWERS.is_wrong("the text should have 40 characters, and has 39")(sampler(extra=-1))
ANSWERS.is_wrong("the temperature works the wrong way round")(sampler(lambda logits, t: torch.softmax(logits * t, 0)))
ANSWERS.is_wrong("the temperature has no effect")(sampler(lambda logits, t: torch.softmax(logits, 0)))
ANSWERS.is_wrong("the temperature has no effect")(sampler(lambda logits, t: torch.softmax(logits, 0) / t))
ANSWERS.is_wrong("the softmax is taken twice")(
    sampler(lambda logits, t: torch.softmax(torch.softmax(logits, 0) / t, 0))
)
ANSWERS.is_wrong("every character is equally likely")(sampler(lambda logits, t: torch.ones_like(logits)))
ANSWERS.is_wrong("is there a minus too many?")(sampler(lambda logits, t: torch.softmax(-logits / t, 0)))
ANSWERS.is_wrong("the same character comes every time: draw")(sampler(pick=lambda logits: int(logits.argmax())))


@ANSWERS.is_wrong("at temperature 0 nothing can be drawn")
def sample_text(parameters, hidden, token, length, temperature, symbols):
    text = ""
    for _ in range(length):
        hidden, logits = course_step(token, hidden, parameters)
        token = torch.multinomial(torch.softmax(logits / temperature, 0), 1).item()
        text += symbols[token]
    return text


@ANSWERS.is_wrong("the text begins with what comes after it")
def sample_text(parameters, hidden, token, length, temperature, symbols):
    return symbols[token] + course_sample(parameters, hidden, token, length, temperature, symbols)


@ANSWERS.is_wrong("your text is one character late")
def sample_text(parameters, hidden, token, length, temperature, symbols):
    text = ""
    for _ in range(length):
        text += symbols[token]
        hidden, logits = course_step(token, hidden, parameters)
        token = int(
            logits.argmax() if temperature == 0 else torch.multinomial(torch.softmax(logits / temperature, 0), 1)
        )
    return text


@ANSWERS.is_wrong("`sample_text` gives a list")
def sample_text(*given):
    return list(course_sample(*given))


@ANSWERS.is_right
def sample_text(parameters, hidden, token, length, temperature, symbols):
    written = []
    while len(written) < length:
        hidden, logits = course_step(token, hidden, parameters)
        if temperature > 0:
            noise = -torch.log(-torch.log(torch.rand_like(logits)))
            logits = logits / temperature + noise
        token = torch.argmax(logits).item()
        written.append(token)
    return "".join(symbols[token] for token in written)


@ANSWERS.is_right
def sample_text(parameters, hidden, token, length, temperature, symbols):
    Wxh, Whh, Why, bh, by = parameters
    characters = []
    for _ in range(length):
        hidden = torch.tanh(Wxh[:, token] + Whh @ hidden + bh)
        weights = torch.softmax((Why @ hidden + by) / max(temperature, 1e-6), 0)
        token = torch.multinomial(weights, 1)[0]
        characters.append(symbols[token])
    return "".join(characters)


# ---------------------------------------------------------------------------------------------------- train


def trainer(
    carry=lambda states: states[-1], reset=True, move=None, room=lambda length: length + 1, clip=lambda g: course_clip(g, 5.0), remember=True,
    shift=1, rate=None, initial=lambda length, vocab: length * math.log(vocab), smooth=lambda old, loss, length: 0.999 * old + 0.001 * loss,
    every=100, late=False, sample_from=lambda hidden: hidden, heat=lambda t: t, k=200, stop=ValueError, where=True, short=True,
    before=False, update=True, note=lambda smoothed, loss: smoothed, fine=math.isfinite,
):  # fmt: skip
    """Make a training loop with one thing done differently."""

    def train(tokens, parameters, symbols, iterations, report, temperature=1.0, sequence_length=25, learning_rate=0.1):
        if short and len(tokens) <= sequence_length:
            raise ValueError("too short")
        memory = tuple(torch.zeros_like(parameter) for parameter in parameters)
        hidden, position = torch.zeros_like(parameters[3]), 0
        smoothed, history = initial(sequence_length, len(symbols)), []
        for iteration in range(iterations):
            if position + room(sequence_length) > len(tokens):
                position, hidden = 0, torch.zeros_like(hidden) if reset else hidden
            inputs = tokens[position : position + sequence_length]
            targets = tokens[position + shift : position + shift + sequence_length]
            inputs = inputs[: len(targets)]
            if every and iteration % every == 0 and not late:
                text = course_sample(parameters, sample_from(hidden), int(inputs[0]), k, heat(temperature), symbols)
                report(iteration, smoothed, text, parameters)
            loss, states, probabilities = course_forward(inputs, targets, hidden, parameters)
            if stop and not fine(loss.item()):
                raise stop(f"loss of {loss.item()}" + (f" in iteration {iteration}" if where else ""))
            gradients = clip(course_backward(inputs, targets, states, probabilities, parameters))
            new, grown = course_update(parameters, gradients, memory, rate or learning_rate)
            if update:
                parameters = new
            memory = grown if remember else memory
            if every and iteration % every == 0 and late:
                text = course_sample(parameters, hidden, int(inputs[0]), k, heat(temperature), symbols)
                report(iteration, smoothed, text, parameters)
            hidden = carry(states)
            position += sequence_length if move is None else move(sequence_length)
            if before:
                history.append(smoothed)
            smoothed = smooth(smoothed, loss.item(), sequence_length)
            if not before:
                history.append(note(smoothed, loss))
        return parameters, history

    return train


ANSWERS.is_wrong("each window starts from a fresh state")(trainer(carry=lambda states: torch.zeros_like(states[-1])))
ANSWERS.is_wrong("the state that is carried is the one before the window")(trainer(carry=lambda states: states[-2]))
ANSWERS.is_wrong("begin again with a state of zeros")(trainer(reset=False))
ANSWERS.is_wrong("every iteration reads the same window")(trainer(move=lambda length: 0))
ANSWERS.is_wrong("the windows overlap")(trainer(move=lambda length: 1))
ANSWERS.is_wrong("between two windows a character is left out")(trainer(move=lambda length: length + 1))
ANSWERS.is_wrong("near the end your windows are cut short")(trainer(room=lambda length: 2))
ANSWERS.is_wrong("has no target for its last character")(trainer(room=lambda length: length))
ANSWERS.is_wrong("is left out, although it just fits")(trainer(room=lambda length: length + 2))
ANSWERS.is_wrong("the gradients are not clipped")(trainer(clip=lambda g: g))
ANSWERS.is_wrong("the gradients are clipped at 1")(trainer(clip=lambda g: course_clip(g, 1.0)))
ANSWERS.is_wrong("the gradients are clipped by norm")(trainer(clip=lambda g: course_clip(g, 5.0, True)))
ANSWERS.is_wrong("Adagrad's memory is lost between iterations")(trainer(remember=False))
ANSWERS.is_wrong("your targets are the inputs")(trainer(shift=0))
ANSWERS.is_wrong("the learning rate is 0.1 whatever is asked for")(trainer(rate=0.1))
ANSWERS.is_wrong("the parameters did not change")(trainer(update=False))
ANSWERS.is_wrong("those are the losses themselves")(trainer(note=lambda smoothed, loss: loss.item()))
ANSWERS.is_wrong("the smoothed loss starts at 0")(trainer(initial=lambda length, vocab: 0.0))
ANSWERS.is_wrong("the smoothed loss starts at ln V")(trainer(initial=lambda length, vocab: math.log(vocab)))
ANSWERS.is_wrong("the weights are exchanged")(trainer(smooth=lambda old, loss, length: 0.001 * old + 0.999 * loss))
ANSWERS.is_wrong("the smoothed loss is one of sums")(
    trainer(smooth=lambda old, loss, length: 0.999 * old + 0.001 * loss / length)
)
ANSWERS.is_wrong("each entry is from before its iteration")(trainer(before=True))
ANSWERS.is_wrong("a smoothed loss is a tensor")(trainer(note=lambda smoothed, loss: loss))
ANSWERS.is_wrong("`report` was never called")(trainer(every=0))
ANSWERS.is_wrong("call it in every 100th iteration only")(trainer(every=1))
ANSWERS.is_wrong("should be called in iterations 0 and 100, and was called 3 times")(trainer(every=50))
ANSWERS.is_wrong("`report` comes after the step")(trainer(late=True))
ANSWERS.is_wrong("the sample starts from a state of zeros")(trainer(sample_from=torch.zeros_like))
ANSWERS.is_wrong("hand all three on")(trainer(heat=lambda t: 1.0))
ANSWERS.is_wrong("a sample should have 200 characters, and has 100")(trainer(k=100))
ANSWERS.is_wrong("with a loss of nan you go on training")(trainer(stop=None))
ANSWERS.is_wrong("with a loss of infinity you go on training")(trainer(fine=lambda loss: not math.isnan(loss)))
ANSWERS.is_wrong("with a loss of nan you go on training")(trainer(fine=lambda loss: not math.isinf(loss)))
ANSWERS.is_wrong("does not say in which iteration")(trainer(where=False))
ANSWERS.is_wrong("trained on all the same")(trainer(short=False))


@ANSWERS.is_wrong("give it iteration, smoothed, sample and parameters")
def train(tokens, parameters, symbols, iterations, report, *others):
    report(0, "some text")
    return parameters, []


@ANSWERS.is_wrong("1 step in 7 iterations: is the `return` inside the loop")
def train(tokens, parameters, symbols, iterations, *others):
    return trainer()(tokens, parameters, symbols, 1, *others)


@ANSWERS.is_right
def train(tokens, parameters, symbols, iterations, report, temperature=1.0, sequence_length=25, learning_rate=0.1):
    if len(tokens) <= sequence_length:
        raise ValueError("the text is too short")
    windows = tokens[: (len(tokens) - 1) // sequence_length * sequence_length].view(-1, sequence_length)
    nexts = tokens[1 : windows.numel() + 1].view(-1, sequence_length)
    memory = [torch.zeros_like(parameter) for parameter in parameters]
    smoothed, history = math.log(len(symbols)) * sequence_length, []
    for iteration in range(iterations):
        place = iteration % len(windows)
        if place == 0:
            hidden = torch.zeros(len(parameters[3]))
        if iteration % 100 == 0:
            first = int(windows[place, 0])
            text = course_sample(parameters, hidden, first, 200, temperature, symbols)
            report(iteration, smoothed, text, parameters)
        loss, states, probabilities = course_forward(windows[place], nexts[place], hidden, parameters)
        if torch.isnan(loss) or torch.isinf(loss):
            raise ValueError(f"stopped in iteration {iteration}")
        gradients = course_backward(windows[place], nexts[place], states, probabilities, parameters)
        parameters, memory = course_update(parameters, course_clip(gradients, 5), memory, learning_rate)
        smoothed += 0.001 * (loss.item() - smoothed)
        history += [smoothed]
        hidden = states[sequence_length]
    return parameters, history


@ANSWERS.is_right
def train(tokens, parameters, symbols, iterations, report, temperature=1.0, sequence_length=25, learning_rate=0.1):
    if len(tokens) < sequence_length + 1:
        raise ValueError("too few tokens")
    memory, history = [0 * parameter for parameter in parameters], []
    smoothed = -math.log(1 / len(symbols)) * sequence_length
    start = iteration = 0
    state = 0 * parameters[3]
    while iteration < iterations:
        if iteration % 100 == 0:
            sample = course_sample(parameters, state, tokens[start].item(), 200, temperature, symbols)
            report(iteration, smoothed, sample, parameters)
        end = start + sequence_length
        x, y = tokens[start:end], tokens[start + 1 : end + 1]
        loss, states, probabilities = course_forward(x, y, state, parameters)
        if loss.item() != loss.item() or loss.item() == math.inf:
            raise ValueError(f"the loss is not finite (iteration {iteration})")
        gradients = [g.clamp(-5, 5) for g in course_backward(x, y, states, probabilities, parameters)]
        parameters, memory = course_update(parameters, gradients, memory, learning_rate)
        state, start = (states[-1], end) if end + sequence_length < len(tokens) else (0 * state, 0)
        smoothed = smoothed - smoothed / 1000 + loss.item() / 1000
        history.append(smoothed)
        iteration += 1
    return parameters, history
