"""What learners hand in for `backward_through_time` of lesson 02."""

import torch
import torch.nn.functional as F

from helpers.answers.vanilla_rnn import backward_output as course_output
from helpers.answers.vanilla_rnn import backward_tanh as course_tanh
from helpers.answers.vanilla_rnn import backward_through_time as course_backward
from tests.checks.answers import Answers

ANSWERS = Answers()


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
