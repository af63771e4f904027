"""What learners hand in for `keep_min_p` of lesson 06."""

import math

import torch

from tests.checks.answers import Answers

ANSWERS = Answers()
right, wrong = ANSWERS.add_right, ANSWERS.add_wrong


def min_p(logits, p, bar=None):
    probabilities = logits.softmax(-1)
    bar = p * probabilities.amax(-1, keepdim=True) if bar is None else bar(probabilities, p)
    return logits.masked_fill(probabilities < bar, -math.inf)


def on_logits(logits, p):
    return logits.masked_fill(logits < p * logits.amax(-1, keepdim=True), -math.inf)


def opposite(logits, p):
    probabilities = logits.softmax(-1)
    return logits.masked_fill(probabilities >= p * probabilities.amax(-1, keepdim=True), -math.inf)


def over_the_rows_min(logits, p):
    probabilities = logits.softmax(0)
    return logits.masked_fill(probabilities < p * probabilities.amax(-1, keepdim=True), -math.inf)


def only_two(logits, p):
    return logits.masked_fill(logits < logits.topk(2).values[..., -1:], -math.inf)


for line, function in {
    "each probability is held against p itself": lambda logits, p: min_p(logits, p, lambda q, p: p),
    "compare probabilities with probabilities": on_logits,
    "the bar is the same for all rows": lambda logits, p: min_p(logits, p, lambda q, p: p * q.max()),
    "the wrong ones are ruled out": opposite,
    "the bar is at 1 − p": lambda logits, p: min_p(logits, p, lambda q, p: (1 - p) * q.amax(-1, keepdim=True)),
    "the bar lies p below": lambda logits, p: min_p(logits, p, lambda q, p: q.amax(-1, keepdim=True) - p),
    "only the likeliest stays": lambda logits, p: min_p(logits, p, lambda q, p: q.amax(-1, keepdim=True)),
    "the largest of each column": lambda logits, p: min_p(logits, p, lambda q, p: p * q.amax(0)),
    "the softmax runs over the rows": over_the_rows_min,
    "the bar is p times the mean": lambda logits, p: min_p(logits, p, lambda q, p: p * q.mean(-1, keepdim=True)),
    "the same number stays in each row": only_two,
    "the others are 0": lambda logits, p: min_p(logits, p).nan_to_num(neginf=0.0),
    "the others are very low": lambda logits, p: min_p(logits, p).nan_to_num(neginf=-1e9),
    "those are log-probabilities": lambda logits, p: min_p(logits, p).log_softmax(-1),
    "the logits are sorted": lambda logits, p: min_p(logits.sort(-1, descending=True).values, p),
    "the numbers that stay are probabilities": lambda logits, p: logits.softmax(-1).masked_fill(
        min_p(logits, p).isinf(), -math.inf
    ),
    "some of them 0": lambda logits, p: logits.softmax(-1).masked_fill(min_p(logits, p).isinf(), 0.0),
    "nothing is ruled out": lambda logits, p: logits,
    "with p = 1 even the likeliest": lambda logits, p: torch.where(
        logits.softmax(-1) > p * logits.softmax(-1).amax(-1, keepdim=True), logits, -math.inf
    ),
    "held against the columns: keep its dimension": lambda logits, p: logits.masked_fill(
        logits.softmax(-1) < p * logits.softmax(-1).amax(-1), -math.inf
    ),
    "with p = 1 place 2 should stay": lambda logits, p: min_p(logits, min(p, 0.4)),
}.items():
    wrong("keep_min_p", line, function)
for function in (
    lambda logits, p: logits.masked_fill(logits < logits.amax(-1, keepdim=True) + math.log(p), -math.inf),
    lambda logits, p: torch.where(
        logits.softmax(-1) >= p * logits.softmax(-1).max(-1, keepdim=True).values, logits, -math.inf
    ),
    lambda logits, p: logits.where(logits.softmax(-1) / logits.softmax(-1).amax(-1, keepdim=True) >= p, -math.inf),
):
    right("keep_min_p", function)
