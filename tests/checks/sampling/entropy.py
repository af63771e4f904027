"""What learners hand in for `entropy` of lesson 06."""

import math

import torch

from tests.checks.answers import Answers

ANSWERS = Answers()
right, wrong = ANSWERS.add_right, ANSWERS.add_wrong


def plain_entropy(logits):
    return -(logits.softmax(-1) * logits.log_softmax(-1)).sum(-1)


def safe_entropy(logits):
    logarithms = logits.log_softmax(-1)
    return -(logarithms.exp() * logarithms.masked_fill(logarithms == -torch.inf, 0)).sum(-1)


for line, function in {
    "your entropy is NaN": plain_entropy,
    "two that are ruled out should have": lambda logits: plain_entropy(logits).nan_to_num(),
    "the sign is missing": lambda logits: -safe_entropy(logits),
    "that is in bits": lambda logits: safe_entropy(logits) / math.log(2),
    "a mean over the characters": lambda logits: safe_entropy(logits) / logits.shape[-1],
    "added up without their weights": lambda logits: -logits.log_softmax(-1).sum(-1),
    "have equal weights": lambda logits: -logits.log_softmax(-1).mean(-1),
    "that is e to the entropy": lambda logits: safe_entropy(logits).exp(),
    "logits are taken for logarithms": lambda logits: -(logits.softmax(-1) * logits).sum(-1),
    "of the likeliest character alone": lambda logits: -logits.log_softmax(-1).max(-1).values,
    "what is missing to ln V": lambda logits: math.log(logits.shape[-1]) - safe_entropy(logits),
    "one number for all rows together": lambda logits: safe_entropy(logits).sum(),
    "the sum runs over the rows": lambda logits: torch.special.entr(logits.softmax(-1)).sum(0),
    "a dimension of size 1": lambda logits: safe_entropy(logits)[..., None],
    "a number for every character: add": lambda logits: torch.special.entr(logits.softmax(-1)),
    "the softmax runs over the rows": lambda logits: torch.special.entr(logits.softmax(0)).sum(-1),
    "the logarithm is the one to base 10": lambda logits: safe_entropy(logits) / math.log(10),
    "the softmax is missing: entropy": lambda logits: torch.special.entr(logits).sum(-1),
    "taken for the weights": lambda logits: -(logits * logits.log_softmax(-1)).sum(-1),
    "the softmax is taken twice": lambda logits: safe_entropy(logits.softmax(-1)),
    "the largest of −p · ln p": lambda logits: torch.special.entr(logits.softmax(-1)).amax(-1),
    "also in logits of shape (7,)": lambda logits: torch.special.entr(logits.softmax(1)).sum(1),
    "also in logits of shape (2, 3, 7)": lambda logits: (
        safe_entropy(logits) if logits.dim() < 3 else torch.special.entr(logits.softmax(1)).sum(1)
    ),
    "added to p within the logarithm": lambda logits: -(logits.softmax(-1) * (logits.softmax(-1) + 1e-5).log()).sum(-1),
}.items():
    wrong("entropy", line, function)
for function in (
    safe_entropy,
    lambda logits: torch.distributions.Categorical(logits=logits.clamp(min=-1e9)).entropy(),
    lambda logits: -torch.special.xlogy(logits.softmax(-1), logits.softmax(-1)).sum(dim=-1),
):
    right("entropy", function)
