"""What learners hand in for `perplexity` of lesson 06."""

import math

import torch
import torch.nn.functional as F

from helpers.answers.sampling import text_log_probability as course_log_probability
from tests.checks.answers import Answers
from tests.checks.sampling.text_log_probability import chances, first_64, rating

ANSWERS = Answers()
right, wrong = ANSWERS.add_right, ANSWERS.add_wrong


def from_sum(formula):
    return lambda model, vocabulary, text: formula(course_log_probability(model, vocabulary, text), len(text) - 1)


for line, function in [
    ("divided by the length of the text", from_sum(lambda total, count: math.exp(-total / (count + 1)))),
    ("divided by the length plus one", from_sum(lambda total, count: math.exp(-total / (count + 2)))),
    ("divided by the length less two", from_sum(lambda total, count: math.exp(-total / (count - 1)))),
    ("brackets are missing", from_sum(lambda total, count: math.exp(-total / (count + 1) - 1))),
    ("the exponential is divided", from_sum(lambda total, count: math.exp(-total) / count)),
    ("10 is taken to the power", from_sum(lambda total, count: 10 ** (-total / count))),
    ("divided by the size of the vocabulary", from_sum(lambda total, count: math.exp(-total / 7))),
    ("the minus goes inside", from_sum(lambda total, count: -math.exp(-total / count))),
    ("the sign is missing", from_sum(lambda total, count: math.exp(total / count))),
    ("that is the mean loss: take", from_sum(lambda total, count: -total / count)),
    ("that is the mean log-probability", from_sum(lambda total, count: total / count)),
    ("the sum is not divided", from_sum(lambda total, count: math.exp(-total))),
    ("2 is taken to the power", from_sum(lambda total, count: 2 ** (-total / count))),
    ("that is the mean loss in bits", from_sum(lambda total, count: -total / count / math.log(2))),
    ("of a loss in bits", from_sum(lambda total, count: math.exp(-total / count / math.log(2)))),
    ("that is the sum of the losses", from_sum(lambda total, count: -total)),
    ("1 divided by the mean probability", rating(lambda logits, tokens: 1 / chances(logits, tokens).mean())),
    ("that is the mean of 1 / p", rating(lambda logits, tokens: (1 / chances(logits, tokens)).mean())),
    ("characters is 0 for a computer", from_sum(lambda total, count: math.exp(total) ** (-1 / count))),
    ("characters is 0 for a computer", from_sum(lambda total, count: (1 / math.exp(total)) ** (1 / count))),
    ("characters is 0 for a computer", from_sum(lambda total, count: math.exp(-total) ** (1 / count))),
    (
        "characters is 0 for a computer",
        from_sum(lambda total, count: (torch.tensor(total).exp() ** (-1 / count)).item()),
    ),
    (
        "is all of it rated?",
        lambda model, vocabulary, text: math.exp(-first_64(model, vocabulary, text) / (len(text[:64]) - 1)),
    ),
    ("is a tensor", from_sum(lambda total, count: torch.tensor(-total / count).exp())),
]:
    wrong("perplexity", line, function)
right("perplexity", from_sum(lambda total, count: math.exp(-total / count)))
right("perplexity", from_sum(lambda total, count: math.e ** (-total / count)))
right("perplexity", from_sum(lambda total, count: 2 ** (-total / count / math.log(2))))
right("perplexity", rating(lambda logits, tokens: F.cross_entropy(logits[:-1], tokens[1:]).exp()))
