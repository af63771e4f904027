"""What learners hand in for `text_log_probability` of lesson 06."""

import math

import torch
import torch.nn.functional as F

from tests.checks.answers import Answers

ANSWERS = Answers()
right, wrong = ANSWERS.add_right, ANSWERS.add_wrong


@torch.no_grad()
def rate(model, vocabulary, text, take=None):
    """Return what `take` makes of the rated rows (time, vocab) and the tokens."""
    tokens = vocabulary.encode(text)
    return float(take(model(tokens[None])[0][0], tokens))


def came(rows, tokens):
    return rows.gather(-1, tokens[:, None]).sum()


def total(logits, tokens):
    return came(logits[:-1].log_softmax(-1), tokens[1:])


def chances(logits, tokens):
    return logits[:-1].softmax(-1).gather(-1, tokens[1:, None])


def rating(take):
    return lambda model, vocabulary, text: rate(model, vocabulary, text, take)


@torch.no_grad()
def from_the_second_on(model, vocabulary, text, aim=slice(None, -1)):
    tokens = vocabulary.encode(text)
    return came(model(tokens[None, 1:])[0][0].log_softmax(-1), tokens[aim]).item()


@torch.no_grad()
def each_alone(model, vocabulary, text):
    tokens = vocabulary.encode(text)
    return came(model(tokens[:-1, None])[0][:, 0].log_softmax(-1), tokens[1:]).item()


def with_gradients(model, vocabulary, text):
    tokens = vocabulary.encode(text)
    logits, _ = model(tokens[None, :-1])
    return logits.log_softmax(-1)[0].gather(-1, tokens[1:, None]).sum().item()


def set_to_training(model, vocabulary, text):
    result = rate(model, vocabulary, text, total)
    model.train()
    return result


def a_tensor(model, vocabulary, text):
    return torch.tensor(rate(model, vocabulary, text, total))


def with_math_log(model, vocabulary, text):
    return math.log(rate(model, vocabulary, text, lambda logits, tokens: chances(logits, tokens).prod()))


def first_64(model, vocabulary, text):
    return rate(model, vocabulary, text[:64], total)


for line, function in [
    ("that is the sum of the losses: a log-probability", rating(lambda logits, tokens: -total(logits, tokens))),
    ("that is the mean over the characters", rating(lambda logits, tokens: total(logits, tokens) / (len(tokens) - 1))),
    ("that is the mean loss: return the sum", rating(lambda logits, tokens: F.cross_entropy(logits[:-1], tokens[1:]))),
    ("that is in bits", rating(lambda logits, tokens: total(logits, tokens) / math.log(2))),
    ("that is the probability itself", rating(lambda logits, tokens: total(logits, tokens).exp())),
    ("logarithm of the mean probability", rating(lambda logits, tokens: chances(logits, tokens).mean().log())),
    ("logarithm of the sum of the probabilities", rating(lambda logits, tokens: chances(logits, tokens).sum().log())),
    ("the probabilities are added up", rating(lambda logits, tokens: chances(logits, tokens).sum())),
    ("rated by the logits at its own place", rating(lambda logits, tokens: came(logits.log_softmax(-1), tokens))),
    (
        "rated by the logits at its own place",
        rating(lambda logits, tokens: came(logits[:-1].log_softmax(-1), tokens[:-1])),
    ),
    (
        "rated by the logits at its own place",
        rating(lambda logits, tokens: came(logits[1:].log_softmax(-1), tokens[1:])),
    ),
    (
        "rated by the logits at its own place",
        lambda model, vocabulary, text: from_the_second_on(model, vocabulary, text, slice(1, None)),
    ),
    ("the model reads from the second character on", lambda *arguments: from_the_second_on(*arguments)),
    ("the first character is rated", rating(lambda logits, tokens: total(logits, tokens) - math.log(logits.shape[-1]))),
    ("the logarithm is the one to base 10", rating(lambda logits, tokens: total(logits, tokens) / math.log(10))),
    ("looked up in the first row", rating(lambda logits, tokens: logits[0].log_softmax(-1)[tokens[1:]].sum())),
    ("the sum is NaN", rating(lambda logits, tokens: came(logits[:-1].log(), tokens[1:]))),
    ("the last character is not rated", rating(lambda logits, tokens: total(logits[:-1], tokens[:-1]))),
    ("the logits are added up", rating(lambda logits, tokens: came(logits[:-1], tokens[1:]))),
    ("the softmax runs over the places", rating(lambda logits, tokens: came(logits[:-1].log_softmax(0), tokens[1:]))),
    ("the softmax runs over the places", rating(lambda logits, tokens: came(logits.log_softmax(0)[:-1], tokens[1:]))),
    ("the sum is 0", rating(lambda logits, tokens: came(logits[None, :-1].log_softmax(0)[0], tokens[1:]))),
    (
        "`gather(0, …)` takes",
        rating(lambda logits, tokens: logits[:-1].log_softmax(-1).gather(0, tokens[1:, None]).sum()),
    ),
    ("`[:, targets]` takes", rating(lambda logits, tokens: logits[:-1].log_softmax(-1)[:, tokens[1:]].sum())),
    ("the logarithms of *all* characters", rating(lambda logits, tokens: logits[:-1].log_softmax(-1).sum())),
    ("the largest of each row", rating(lambda logits, tokens: logits[:-1].log_softmax(-1).amax(-1).sum())),
    ("given only the one before", each_alone),
    ("probabilities is 0 for a computer", rating(lambda logits, tokens: chances(logits, tokens).prod().log())),
    ("probabilities is 0 for a computer", with_math_log),
    ("is all of it rated?", first_64),
    ("gradients were recorded", with_gradients),
    ("is in training mode afterwards", set_to_training),
    ("is a tensor", a_tensor),
]:
    wrong("text_log_probability", line, function)


@torch.no_grad()
def step_by_step(model, vocabulary, text):
    result, state = 0.0, None
    tokens = vocabulary.encode(text)
    for token, following in zip(tokens[:-1], tokens[1:], strict=True):
        logits, state = model(token[None, None], state)
        result += logits[0, 0].log_softmax(-1)[following].item()
    return result


def left_in_eval(model, vocabulary, text):
    model.eval()
    return rate(model, vocabulary, text, total)


def mode_put_back(model, vocabulary, text):
    training = model.training
    model.eval()
    with torch.inference_mode():
        tokens = vocabulary.encode(text)
        rows = model(tokens[None, :-1])[0][0].log_softmax(-1)
    model.train(training)
    return rows[range(len(text) - 1), tokens[1:]].sum().item()


right("text_log_probability", step_by_step)
right("text_log_probability", left_in_eval)
right("text_log_probability", mode_put_back)
right("text_log_probability", torch.no_grad()(lambda *arguments: with_gradients(*arguments)))
right("text_log_probability", rating(lambda logits, tokens: -F.cross_entropy(logits[:-1], tokens[1:], reduction="sum")))
