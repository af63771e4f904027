"""What learners hand in for `sample_from_output` of lesson 01."""

import torch

from helpers.answers.alphabet import sample_from_output as course_sample
from tests.checks.answers import Answers

ANSWERS = Answers()


def sampler(change):
    def sample_from_output(logits, temperature):
        if temperature == 0:
            return logits.argmax().item()
        return torch.multinomial(change(logits, temperature), 1).item()

    return sample_from_output


ANSWERS.is_wrong("the wrong way round: divide the logits by it")(sampler(lambda z, t: torch.softmax(z * t, -1)))
ANSWERS.is_wrong("the temperature has no effect: divide the *logits* by it")(
    sampler(lambda z, t: torch.softmax(z, -1) / t)
)
ANSWERS.is_wrong("the softmax is taken twice")(sampler(lambda z, t: torch.softmax(torch.softmax(z, -1) / t, -1)))
ANSWERS.is_wrong("every token is equally likely")(sampler(lambda z, t: torch.ones_like(z)))
ANSWERS.is_wrong("is there a minus too many?")(sampler(lambda z, t: torch.softmax(-z / t, -1)))


@ANSWERS.is_wrong("the likeliest token comes every time")
def sample_from_output(logits, temperature):
    return torch.softmax(logits / max(temperature, 1e-9), -1).argmax().item()


@ANSWERS.is_wrong("take the likeliest token instead")
def sample_from_output(logits, temperature):
    return torch.multinomial(torch.softmax(logits / temperature, -1), 1).item()


@ANSWERS.is_wrong("at temperature 0 you return a tensor")
def sample_from_output(logits, temperature):
    if temperature == 0:
        return logits.argmax()
    return torch.multinomial(torch.softmax(logits / temperature, -1), 1).item()


@ANSWERS.is_wrong("set no seed inside the function")
def sample_from_output(logits, temperature):
    torch.manual_seed(2)
    return torch.multinomial(torch.softmax(logits / (temperature or 1e-6), -1), 1).item()


@ANSWERS.is_wrong("`sample_from_output` gives a tensor: give")
def sample_from_output(logits, temperature):
    return torch.multinomial(torch.softmax(logits / (temperature or 1), -1), 1)


@ANSWERS.is_wrong("at temperature 0 the likeliest token should come every time")
def sample_from_output(logits, temperature):
    return torch.multinomial(torch.softmax(logits / (temperature or 1), -1), 1).item()


@ANSWERS.is_wrong("your code raised RuntimeError: probability tensor")
def sample_from_output(logits, temperature):
    return torch.multinomial(logits / (temperature or 1), 1).item()


@ANSWERS.is_wrong("the probabilities are sorted before the draw")
def sample_from_output(logits, temperature):
    if temperature == 0:
        return logits.argmax().item()
    return torch.multinomial((logits / temperature).softmax(-1).sort(descending=True).values, 1).item()


@ANSWERS.is_wrong("at temperature 0.2 only the likeliest token comes")
def sample_from_output(logits, temperature):
    if temperature < 0.5:
        return logits.argmax().item()
    return course_sample(logits, temperature)


@ANSWERS.is_wrong("changes its argument `logits`")
def sample_from_output(logits, temperature):
    logits /= temperature
    return torch.multinomial(torch.softmax(logits, -1), 1).item()


@ANSWERS.is_right
def sample_from_output(logits, temperature):
    if temperature == 0:
        return int(torch.argmax(logits))
    weights = torch.exp((logits - logits.max()) / temperature)
    return int(torch.multinomial(weights / weights.sum(), num_samples=1))


@ANSWERS.is_right
def sample_from_output(logits, temperature):
    if temperature == 0:
        return logits.argmax(-1).item()
    noise = -torch.log(-torch.log(torch.rand_like(logits)))
    return (logits / temperature + noise).argmax().item()
