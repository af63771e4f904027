"""What learners hand in for `sequence_loss` of lesson 01."""

import math

import torch
import torch.nn.functional as F
from torch import nn

from tests.checks.answers import Answers

ANSWERS = Answers()


@ANSWERS.is_wrong("F.cross_entropy did not take these shapes")
def sequence_loss(logits, targets):
    return F.cross_entropy(logits, targets)


@ANSWERS.is_wrong("mixes the numbers up")
def sequence_loss(logits, targets):
    batch, time, vocab = logits.shape
    return F.cross_entropy(logits.view(batch, vocab, time), targets)


@ANSWERS.is_wrong("the softmax is taken twice")
def sequence_loss(logits, targets):
    return F.cross_entropy(logits.softmax(-1).flatten(0, 1), targets.flatten())


@ANSWERS.is_wrong("the sum over all positions")
def sequence_loss(logits, targets):
    return F.cross_entropy(logits.flatten(0, 1), targets.flatten(), reduction="sum")


@ANSWERS.is_wrong("should be one number, and has shape (12,)")
def sequence_loss(logits, targets):
    return F.cross_entropy(logits.flatten(0, 1), targets.flatten(), reduction="none")


@ANSWERS.is_wrong("the loss of the last position only")
def sequence_loss(logits, targets):
    return F.cross_entropy(logits[:, -1], targets[:, -1])


@ANSWERS.is_wrong("the loss is a plain number")
def sequence_loss(logits, targets):
    return F.cross_entropy(logits.flatten(0, 1), targets.flatten()).item()


@ANSWERS.is_wrong("the loss has no gradient")
def sequence_loss(logits, targets):
    return F.cross_entropy(logits.flatten(0, 1), targets.flatten()).detach()


@ANSWERS.is_wrong("the loss has no gradient")
def sequence_loss(logits, targets):
    return torch.tensor(F.cross_entropy(logits.flatten(0, 1), targets.flatten()).item(), requires_grad=True)


@ANSWERS.is_wrong("the sign is wrong")
def sequence_loss(logits, targets):
    return logits.log_softmax(-1).gather(-1, targets[..., None]).mean()


@ANSWERS.is_wrong("the sum over time")
def sequence_loss(logits, targets):
    return sum(F.cross_entropy(logits[:, t], targets[:, t]) for t in range(targets.shape[1]))


@ANSWERS.is_wrong("that is in bits")
def sequence_loss(logits, targets):
    return F.cross_entropy(logits.flatten(0, 1), targets.flatten()) / math.log(2)


@ANSWERS.is_right
def sequence_loss(logits, targets):
    return F.cross_entropy(logits.transpose(1, 2), targets)


@ANSWERS.is_right
def sequence_loss(logits, targets):
    return -logits.log_softmax(-1).gather(-1, targets[..., None]).mean()


@ANSWERS.is_right
def sequence_loss(logits, targets):
    vocab_size = logits.shape[-1]
    return nn.CrossEntropyLoss()(logits.reshape(-1, vocab_size), targets.reshape(-1))
