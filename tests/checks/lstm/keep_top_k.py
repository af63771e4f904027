"""What learners hand in for `keep_top_k` of lesson 04."""

import math

import torch

from helpers.answers.lstm import keep_top_k as course_top_k
from tests.checks.answers import Answers

ANSWERS = Answers()


def keep(function):
    """Name a function of logits and k like its exercise."""

    def keep_top_k(logits, k):
        return function(logits, k)

    return keep_top_k


def best(logits, k):
    """Tell which logits are among the k largest of their row."""
    return logits >= logits.topk(k).values[..., -1:]


def cuts_below(threshold):
    """Make `keep_top_k` with another number under which it cuts."""
    return keep(lambda logits, k: logits.masked_fill(logits < threshold(logits, k), -torch.inf))


def sorted_ones(logits, k):
    ordered = logits.sort(-1, descending=True).values
    return course_top_k(ordered, k)


def one_more(logits, k):
    return course_top_k(logits, min(k + 1, logits.shape[-1]))


ANSWERS.is_wrong("the others are 0, and e to the power of 0 is 1")(
    keep(lambda logits, k: logits.masked_fill(~best(logits, k), 0.0))
)
ANSWERS.is_wrong("the k *smallest* stay")(
    keep(lambda logits, k: logits.masked_fill(logits > logits.topk(k, largest=False).values[..., -1:], -torch.inf))
)
ANSWERS.is_wrong("the k best are the ones ruled out")(
    keep(lambda logits, k: logits.masked_fill(best(logits, k), -torch.inf))
)
ANSWERS.is_wrong("one too few stay: take the k-th largest")(
    keep(lambda logits, k: logits.masked_fill(logits <= logits.topk(k).values[..., -1:], -torch.inf))
)
ANSWERS.is_wrong("one too few stay: take the k-th largest")(keep(lambda logits, k: course_top_k(logits, k - 1)))
ANSWERS.is_wrong("one too few stay: take the k-th largest")(keep(lambda logits, k: course_top_k(logits, 2)))
ANSWERS.is_wrong("and keep the dimension, `[..., -1:]`")(cuts_below(lambda logits, k: logits.topk(k).values[..., -1]))
ANSWERS.is_wrong("logits may have any number of dimensions")(cuts_below(lambda logits, k: logits.topk(k).values[:, -1]))
ANSWERS.is_wrong("logits may have any number of dimensions")(
    cuts_below(lambda logits, k: logits.topk(k).values[:, -1:])
)
ANSWERS.is_wrong("logits may have any number of dimensions")(
    cuts_below(lambda logits, k: logits.topk(k).values[..., -1][:, None])
)
ANSWERS.is_wrong("logits may have any number of dimensions")(
    cuts_below(lambda logits, k: logits.topk(k, dim=1).values[..., -1:])
)
ANSWERS.is_wrong("the k largest are looked for in another dimension")(
    cuts_below(lambda logits, k: logits.topk(k, dim=0).values[-1:])
)
ANSWERS.is_wrong("only the best stays")(cuts_below(lambda logits, k: logits.topk(k).values[..., :1]))
ANSWERS.is_wrong("the largest are ruled out")(
    keep(lambda logits, k: logits.masked_fill(logits > logits.topk(k).values[..., -1:], -torch.inf))
)
ANSWERS.is_wrong("and their sizes in `.values`")(
    cuts_below(lambda logits, k: logits.topk(k, largest=False).values[..., -1:])
)
ANSWERS.is_wrong("all rows are held against the same number")(cuts_below(lambda logits, k: logits.topk(k).values.min()))
ANSWERS.is_wrong("4 stay: one too many")(keep(one_more))
ANSWERS.is_wrong("those are probabilities")(keep(lambda logits, k: course_top_k(logits, k).softmax(-1)))
ANSWERS.is_wrong("the logits are sorted")(keep(sorted_ones))
ANSWERS.is_wrong("only the k best are returned, and their places are lost")(keep(lambda logits, k: logits.topk(k)[0]))
ANSWERS.is_wrong("the others are plus infinity")(
    keep(lambda logits, k: logits.masked_fill(~best(logits, k), torch.inf))
)
ANSWERS.is_wrong("the signs are exchanged")(keep(lambda logits, k: -course_top_k(logits, k)))
ANSWERS.is_wrong("nothing is ruled out")(keep(lambda logits, k: logits.clone()))
ANSWERS.is_wrong("both rows are cut at the first row's k-th best")(
    keep(lambda logits, k: logits.masked_fill(logits < logits.view(-1, 7)[0].topk(k).values[-1], -torch.inf))
)
ANSWERS.is_wrong("the k best of *all* rows stay")(
    keep(lambda logits, k: logits.masked_fill(logits < logits.flatten().topk(k).values[-1], -torch.inf))
)


@ANSWERS.is_right
def keep_top_k(logits, k):
    values, places = logits.topk(k, dim=-1)
    return torch.full_like(logits, float("-inf")).scatter(-1, places, values)


@ANSWERS.is_right
def keep_top_k(logits, k):
    rank = logits.argsort(dim=-1, descending=True).argsort(dim=-1)
    return torch.where(rank < k, logits, torch.tensor(-math.inf))
