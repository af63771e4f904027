"""What learners hand in for `greedy` of lesson 06."""

import torch.nn.functional as F

from tests.checks.answers import Answers

ANSWERS = Answers()
right, wrong = ANSWERS.add_right, ANSWERS.add_wrong


for line, function in {
    "those are the largest logits themselves": lambda logits: logits.max(-1).values,
    "those are the largest probabilities": lambda logits: logits.softmax(-1).max(-1).values,
    "one place for all rows together": lambda logits: logits.argmax(),
    "a number for every character": lambda logits: F.one_hot(logits.argmax(-1), logits.shape[-1]),
    "a dimension of size 1 is left over": lambda logits: logits.argmax(-1, keepdim=True),
    "you look along the rows": lambda logits: logits.argmax(0),
    "the places of the *smallest*": lambda logits: logits.argmin(-1),
    "a logit far below 0 is taken": lambda logits: logits.abs().argmax(-1),
    "for logits of shape (7,)": lambda logits: (
        logits.argmax(-1) if logits.dim() > 1 else logits.argmax(-1, keepdim=True)
    ),
    "dtype of `greedy`": lambda logits: logits.argmax(-1).int(),
    "the softmax runs over the rows": lambda logits: logits.softmax(0).argmax(-1),
    "for logits of shape (2, 3, 7)": lambda logits: logits.argmax(1) if logits.dim() > 1 else logits.argmax(),
    "where all logits are below 0": lambda logits: logits.clamp(min=0).argmax(-1),
    "compare them unrounded": lambda logits: logits.round().argmax(-1),
}.items():
    wrong("greedy", line, function)
for function in (
    lambda logits: logits.topk(1).indices[..., 0],
    lambda logits: logits.softmax(-1).max(-1).indices,
    lambda logits: logits.sort(-1).indices[..., -1],
):
    right("greedy", function)
