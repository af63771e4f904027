"""What learners hand in for `sample_text` of lesson 02."""

import torch

from helpers.answers.vanilla_rnn import rnn_step as course_step
from helpers.answers.vanilla_rnn import sample_text as course_sample
from tests.checks.answers import Answers

ANSWERS = Answers()


def sampler(
    shares=lambda logits, t: torch.softmax(logits / t, 0), carry=True, feed=True, start=None, pick=None, extra=0
):
    def sample_text(parameters, hidden, token, length, temperature, symbols):
        text = ""
        hidden = hidden if start is None else start(hidden)
        for _ in range(max(0, length + (extra if length else 0))):
            new, logits = course_step(token, hidden, parameters)
            if pick is not None:
                drawn = pick(logits)
            elif temperature == 0:
                drawn = int(logits.argmax())
            else:
                drawn = int(torch.multinomial(shares(logits, temperature), 1))
            text += symbols[drawn]
            hidden = new if carry else hidden
            token = drawn if feed else token
        return text

    return sample_text


ANSWERS.is_wrong("every step starts from the first state: go on with the new state")(sampler(carry=False))
ANSWERS.is_wrong("every step reads the first token again")(sampler(feed=False))
ANSWERS.is_wrong("you start from a state of zeros")(sampler(start=torch.zeros_like))
ANSWERS.is_wrong("the text should have 40 characters, and has 39")(sampler(extra=-1))
ANSWERS.is_wrong("the temperature works the wrong way round")(sampler(lambda logits, t: torch.softmax(logits * t, 0)))
ANSWERS.is_wrong("the temperature has no effect")(sampler(lambda logits, t: torch.softmax(logits, 0)))
ANSWERS.is_wrong("the temperature has no effect")(sampler(lambda logits, t: torch.softmax(logits, 0) / t))
ANSWERS.is_wrong("the softmax is taken twice")(
    sampler(lambda logits, t: torch.softmax(torch.softmax(logits, 0) / t, 0))
)
ANSWERS.is_wrong("every character is equally likely")(sampler(lambda logits, t: torch.ones_like(logits)))
ANSWERS.is_wrong("is there a minus too many?")(sampler(lambda logits, t: torch.softmax(-logits / t, 0)))
ANSWERS.is_wrong("the same character comes every time: draw")(sampler(pick=lambda logits: int(logits.argmax())))


@ANSWERS.is_wrong("at temperature 0 nothing can be drawn")
def sample_text(parameters, hidden, token, length, temperature, symbols):
    text = ""
    for _ in range(length):
        hidden, logits = course_step(token, hidden, parameters)
        token = torch.multinomial(torch.softmax(logits / temperature, 0), 1).item()
        text += symbols[token]
    return text


@ANSWERS.is_wrong("the text begins with what comes after it")
def sample_text(parameters, hidden, token, length, temperature, symbols):
    return symbols[token] + course_sample(parameters, hidden, token, length, temperature, symbols)


@ANSWERS.is_wrong("your text is one character late")
def sample_text(parameters, hidden, token, length, temperature, symbols):
    text = ""
    for _ in range(length):
        text += symbols[token]
        hidden, logits = course_step(token, hidden, parameters)
        token = int(
            logits.argmax() if temperature == 0 else torch.multinomial(torch.softmax(logits / temperature, 0), 1)
        )
    return text


@ANSWERS.is_wrong("`sample_text` gives a list")
def sample_text(*given):
    return list(course_sample(*given))


@ANSWERS.is_right
def sample_text(parameters, hidden, token, length, temperature, symbols):
    written = []
    while len(written) < length:
        hidden, logits = course_step(token, hidden, parameters)
        if temperature > 0:
            noise = -torch.log(-torch.log(torch.rand_like(logits)))
            logits = logits / temperature + noise
        token = torch.argmax(logits).item()
        written.append(token)
    return "".join(symbols[token] for token in written)


@ANSWERS.is_right
def sample_text(parameters, hidden, token, length, temperature, symbols):
    Wxh, Whh, Why, bh, by = parameters
    characters = []
    for _ in range(length):
        hidden = torch.tanh(Wxh[:, token] + Whh @ hidden + bh)
        weights = torch.softmax((Why @ hidden + by) / max(temperature, 1e-6), 0)
        token = torch.multinomial(weights, 1)[0]
        characters.append(symbols[token])
    return "".join(characters)
