"""What learners hand in for `one_hot` of lesson 04."""

import torch
import torch.nn.functional as F

from helpers.answers.lstm import one_hot as course_one_hot
from tests.checks.answers import Answers

ANSWERS = Answers()


def one(function):
    """Name a function of tokens and vocab_size like its exercise."""

    def one_hot(tokens, vocab_size):
        return function(tokens, vocab_size)

    return one_hot


def scattered(tokens, values, size):
    return torch.zeros(*tokens.shape, size).scatter_(-1, tokens[..., None], values[..., None].float())


def marks_all(tokens, size):
    vectors = torch.zeros(*tokens.shape, size)
    vectors[:, :, tokens] = 1
    return vectors


def marks_its_text(tokens, size):
    vectors = torch.zeros(*tokens.shape, size)
    for row in range(len(tokens)):
        vectors[row, :, tokens[row]] = 1
    return vectors


ANSWERS.is_wrong("the vectors are as long as this batch needs")(one(lambda t, v: F.one_hot(t).float()))
ANSWERS.is_wrong("all positions stand in one long row")(one(lambda t, v: course_one_hot(t, v).flatten(0, 1)))
ANSWERS.is_wrong("the characters stand before the time")(one(lambda t, v: course_one_hot(t, v).transpose(1, 2)))
ANSWERS.is_wrong("texts and time are exchanged: the batch comes first")(one(lambda t, v: course_one_hot(t.T, v)))
ANSWERS.is_wrong("add `.float()`")(one(lambda t, v: F.one_hot(t, v)))
ANSWERS.is_wrong("the token's number stands where a 1 should stand")(one(lambda t, v: scattered(t, t, v)))
ANSWERS.is_wrong("the 1 stands one place too far right")(one(lambda t, v: course_one_hot(t, v).roll(1, -1)))
ANSWERS.is_wrong("ones and zeros are exchanged")(one(lambda t, v: 1 - course_one_hot(t, v)))
ANSWERS.is_wrong("every position marks all tokens of the batch")(one(marks_all))
ANSWERS.is_wrong("every position marks all tokens of its text")(one(marks_its_text))
ANSWERS.is_wrong("`scatter_` wants the tokens with a dimension more")(
    one(lambda t, v: torch.zeros(*t.shape, v).scatter_(-1, t, 1.0))
)
ANSWERS.is_wrong("the vectors are too short for the tokens")(one(lambda t, v: F.one_hot(t, v - 3).float()))
ANSWERS.is_wrong("the dtype of `one_hot` should be float32, and is float64")(one(lambda t, v: F.one_hot(t, v).double()))
ANSWERS.is_wrong("`one_hot` of one text of one token should be (1, 1, 7)")(
    one(lambda t, v: course_one_hot(t, v).squeeze())
)
ANSWERS.is_right(one(lambda t, v: torch.eye(v)[t]))
ANSWERS.is_right(one(lambda t, v: (t.unsqueeze(-1) == torch.arange(v)).to(torch.float32)))
ANSWERS.is_right(one(lambda t, v: scattered(t, torch.ones_like(t), v)))
