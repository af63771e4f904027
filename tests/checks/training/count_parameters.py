"""What learners hand in for `count_parameters` of lesson 03."""

import math

import torch

from tests.checks.answers import Answers

ANSWERS = Answers()


@ANSWERS.is_wrong("that is the number of tensors")
def count_parameters(model):
    return len(list(model.parameters()))


@ANSWERS.is_wrong("the biases are missing")
def count_parameters(model):
    return sum(one.numel() for name, one in model.named_parameters() if "weight" in name)


@ANSWERS.is_wrong("`len` of a parameter is its first dimension only")
def count_parameters(model):
    return sum(len(one) for one in model.parameters())


@ANSWERS.is_wrong("they are to be multiplied")
def count_parameters(model):
    return sum(sum(one.shape) for one in model.parameters())


@ANSWERS.is_wrong("that is the first parameter only")
def count_parameters(model):
    for one in model.parameters():
        return one.numel()


@ANSWERS.is_wrong("that is the last parameter only")
def count_parameters(model):
    for one in model.parameters():
        count = one.numel()
    return count


@ANSWERS.is_wrong("is counted: training does not change it")
def count_parameters(model):
    return sum(one.numel() for one in model.parameters())


@ANSWERS.is_wrong("buffers are not trained")
def count_parameters(model):
    fixed = sum(one.numel() for one in model.parameters() if not one.requires_grad)
    return sum(one.numel() for one in model.state_dict().values()) - fixed


@ANSWERS.is_wrong("is counted twice")
def count_parameters(model):
    return sum(one.numel() for _, one in model.named_parameters(remove_duplicate=False) if one.requires_grad)


@ANSWERS.is_wrong("is a tensor: `numel()` gives plain numbers")
def count_parameters(model):
    return torch.tensor([one.numel() for one in model.parameters() if one.requires_grad]).sum()


@ANSWERS.is_wrong("should be an int, and is a float")
def count_parameters(model):
    return float(sum(one.numel() for one in model.parameters() if one.requires_grad))


@ANSWERS.is_right
def count_parameters(model):
    count = 0
    for _, one in model.named_parameters():
        if one.requires_grad:
            count += math.prod(one.shape)
    return count


@ANSWERS.is_right
def count_parameters(model):
    return len(torch.cat([one.flatten() for one in filter(lambda one: one.requires_grad, model.parameters())]))
