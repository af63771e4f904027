"""What learners hand in for `average_gradients` of lesson 07."""

import torch
from torch import nn

from helpers.answers.scaling_out import average_gradients as course_average
from tests.checks.answers import Answers

ANSWERS = Answers()
right, wrong = ANSWERS.add_right, ANSWERS.add_wrong


def gradients(model):
    return [parameter.grad for parameter in model.parameters() if parameter.grad is not None]


def summed(model, all_reduce, size):
    for gradient in gradients(model):
        all_reduce(gradient)


def divided_twice(model, all_reduce, size):
    for gradient in gradients(model):
        gradient /= size
        all_reduce(gradient)
        gradient /= size


def weights(model, all_reduce, size):
    for parameter in model.parameters():
        all_reduce(parameter.data)
        parameter.data /= size


def all_weights_at_once(model, all_reduce, size):
    flat = nn.utils.parameters_to_vector(model.parameters()).detach()
    all_reduce(flat)
    nn.utils.vector_to_parameters(flat / size, model.parameters())


def summed_weights(model, all_reduce, size):
    for parameter in model.parameters():
        all_reduce(parameter.data)


def of_a_copy(model, all_reduce, size):
    for gradient in gradients(model):
        copy = gradient.clone()
        all_reduce(copy)
        copy /= size


def out_of_place(model, all_reduce, size):
    for gradient in gradients(model):
        all_reduce(gradient.clone())
        gradient = gradient / size


def own_only(model, all_reduce, size):
    for gradient in gradients(model):
        all_reduce(gradient.clone())
        gradient /= size


def by_parameters(model, all_reduce, size):
    count = len(list(model.parameters()))
    for gradient in gradients(model):
        all_reduce(gradient)
        gradient /= count


def first_only(model, all_reduce, size):
    for gradient in gradients(model):
        all_reduce(gradient)
        gradient /= size
        return


def by_two(model, all_reduce, size):
    for gradient in gradients(model):
        all_reduce(gradient)
        gradient /= 2


def by_one_less(model, all_reduce, size):
    for gradient in gradients(model):
        all_reduce(gradient)
        gradient /= size - 1


def divides_after_the_loop(model, all_reduce, size):
    for gradient in gradients(model):
        all_reduce(gradient)
    gradient /= size


def with_operation(model, all_reduce, size):
    for gradient in gradients(model):
        all_reduce(gradient, op=torch.distributed.ReduceOp.AVG)


def of_torch(model, all_reduce, size):
    for gradient in gradients(model):
        torch.distributed.all_reduce(gradient)
        gradient /= size


def keeps_length(model, all_reduce, size):
    before = torch.cat([one.flatten() for one in gradients(model)]).norm()
    course_average(model, all_reduce, size)
    nn.utils.get_total_norm(gradients(model))
    after = torch.cat([one.flatten() for one in gradients(model)]).norm()
    for gradient in gradients(model):
        gradient *= before / after


def trips_over_none(model, all_reduce, size):
    for parameter in model.parameters():
        all_reduce(parameter.grad)
        parameter.grad /= size


def only_if_large(model, all_reduce, size):
    for gradient in gradients(model):
        if gradient.flatten()[0] > 0:
            all_reduce(gradient)
            gradient /= size


def some_processes(model, all_reduce, size):
    if gradients(model)[0].sum() > 0:
        course_average(model, all_reduce, size)


def gathered_means(model, all_reduce, size):
    for gradient in gradients(model):
        all_reduce(gradient.mean().item())


def forgets(model, all_reduce, size):
    summed(model, all_reduce, size)
    model.zero_grad()


def summed_twice(model, all_reduce, size):
    for gradient in gradients(model):
        all_reduce(gradient)
        all_reduce(gradient)
        gradient /= size


def quotient_lost(model, all_reduce, size):
    for gradient in gradients(model):
        all_reduce(gradient)
        gradient = gradient / size


def quotient_of_nothing(model, all_reduce, size):
    for parameter in model.parameters():
        if parameter.grad is not None:
            parameter.grad = all_reduce(parameter.grad) / size


def nothing_put_back(model, all_reduce, size):
    for parameter in model.parameters():
        if parameter.grad is not None:
            total = all_reduce(parameter.grad)
            parameter.grad = total


def divides_none(model, all_reduce, size):
    for parameter in model.parameters():
        parameter.grad /= size
        all_reduce(parameter.grad)


def zeros_for_none(model, all_reduce, size):
    for parameter in model.parameters():
        if parameter.grad is None:
            parameter.grad = torch.zeros_like(parameter)
    course_average(model, all_reduce, size)


def passes_over_zeros(model, all_reduce, size):
    for gradient in gradients(model):
        if gradient.any():
            all_reduce(gradient)
            gradient /= size


for line, function in {
    "that is the sum of the gradients": summed,
    "divided by `size` twice": divided_twice,
    "the weights are averaged, not the gradients": weights,
    "the gradients are as they were": of_a_copy,
    "each process divides its own gradient": own_only,
    "by the number of parameters": by_parameters,
    "only the first gradients are averaged": first_only,
    "the sum is divided by 2": by_two,
    "is stretched to the length of the own one": keeps_length,
    "and `all_reduce` cannot take it": trips_over_none,
    "its `grad` is None: pass it over": divides_none,
    "each gradient goes through `all_reduce` twice": summed_twice,
    "`all_reduce` returns nothing": quotient_of_nothing,
    "a parameter without a gradient is given one": zeros_for_none,
    "a gradient of zeros is passed over": passes_over_zeros,
    "and would wait for it for ever": some_processes,
    "hand tensors of different shapes": only_if_large,
    "`all_reduce` takes a tensor, and was given a float": gathered_means,
    "the gradients are gone": forgets,
    "`all_reduce` was never called": lambda model, all_reduce, size: None,
}.items():
    wrong("average_gradients", line, function)
wrong("average_gradients", "`all_reduce` takes one tensor, and always adds", with_operation)
wrong("average_gradients", "use the `all_reduce` that you were given", of_torch)
wrong("average_gradients", "divided by `size - 1`", by_one_less)
wrong(
    "average_gradients", "only the last gradient is divided: the division stands after the loop", divides_after_the_loop
)
wrong("average_gradients", "the weights are averaged, not the gradients", all_weights_at_once)
wrong("average_gradients", "the weights are averaged, not the gradients", summed_weights)
wrong("average_gradients", "the gradients are as they were", out_of_place)
wrong("average_gradients", "that is the sum of the gradients", quotient_lost)
wrong("average_gradients", "the gradients are gone", nothing_put_back)


def then(change):
    """Return an average after which each parameter is changed."""

    def average(model, all_reduce, size):
        course_average(model, all_reduce, size)
        with torch.no_grad():
            for parameter in model.parameters():
                change(parameter)

    return average


def averages(quotient, chosen=lambda parameter: True):
    """Return an average that makes this of a sum, the number of processes, and the gradient before."""

    def average(model, all_reduce, size):
        for parameter in model.parameters():
            if parameter.grad is not None and chosen(parameter):
                own = parameter.grad.clone()
                all_reduce(parameter.grad)
                parameter.grad = quotient(parameter.grad, size, own)

    return average


def stops_at_none(model, all_reduce, size):
    for parameter in model.parameters():
        if parameter.grad is None:
            break
        all_reduce(parameter.grad)
        parameter.grad /= size


def returns_the_first(model, all_reduce, size):
    for gradient in gradients(model):
        all_reduce(gradient)
        return gradient / size


for line, function in {
    "and the optimizer takes the step": then(lambda parameter: parameter.sub_(parameter.grad)),
    "the sum is multiplied by `size`": averages(lambda total, size, own: total * size),
    "`//` cuts off what stands behind the point": averages(lambda total, size, own: total // size),
    "which holds it already": averages(lambda total, size, own: (own + total) / size),
    "parameters of one dimension, the biases, are left": averages(
        lambda total, size, own: total / size, lambda parameter: parameter.dim() > 1
    ),
    "only the first gradient goes through `all_reduce`": returns_the_first,
    "no `break` or `return` there, `continue`": stops_at_none,
}.items():
    wrong("average_gradients", line, function)
wrong("average_gradients", "which holds it already", averages(lambda total, size, own: own + total))


def divides_first(model, all_reduce, size):
    for parameter in model.parameters():
        if parameter.grad is not None:
            share = parameter.grad / size
            all_reduce(share)
            parameter.grad = share


def in_one_message(model, all_reduce, size):
    found = gradients(model)
    flat = torch.cat([gradient.flatten() for gradient in found])
    all_reduce(flat)
    for gradient, mean in zip(found, (flat / size).split([one.numel() for one in found]), strict=True):
        gradient.copy_(mean.view_as(gradient))


right("average_gradients", divides_first)
right("average_gradients", in_one_message)
