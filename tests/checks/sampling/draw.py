"""What learners hand in for `draw` of lesson 06."""

import math

import torch

from helpers.answers.sampling import draw as course_draw
from tests.checks.answers import Answers

ANSWERS = Answers()
right, wrong = ANSWERS.add_right, ANSWERS.add_wrong


def seeded_inside(logits, generator=None):
    return torch.multinomial(logits.softmax(-1), 1, generator=torch.Generator().manual_seed(0))[:, 0]


def exchanged(logits, generator=None):
    return torch.multinomial(logits.softmax(-1), 1, generator=generator)[:, 0].flip(0)


def by_weights(weights, shift=0, take=lambda drawn: drawn[:, 0], count=1):
    return lambda logits, generator=None: take(torch.multinomial(weights(logits), count, generator=generator)).roll(
        shift, 0
    )


def one_for_all(logits, generator=None):
    return (logits.softmax(-1).cumsum(-1) < torch.rand(1, generator=generator)).sum(-1)


def reseeded(logits, generator=None):
    if generator is not None:
        generator.manual_seed(generator.initial_seed())
    return course_draw(logits, generator)


def reseeded_globally(logits, generator=None):
    torch.manual_seed(generator.initial_seed() if generator is not None else 0)
    return course_draw(logits)


def seeds_all(logits, generator=None):
    torch.manual_seed(6)
    return course_draw(logits, generator)


def likeliest_without_generator(logits, generator=None):
    return logits.argmax(-1) if generator is None else course_draw(logits, generator)


def uniform(logits, generator=None):
    return torch.randint(logits.shape[-1], (len(logits),), generator=generator)


def uniform_draw_of_what_is_left(logits, generator=None):
    return course_draw(torch.zeros_like(logits).masked_fill(logits.isinf(), -math.inf), generator)


def with_exp(logits, generator=None):
    return torch.multinomial(logits.exp(), 1, generator=generator)[:, 0]


def with_exp_and_the_sum(logits, generator=None):
    weights = logits.exp()
    sums = (weights / weights.sum(-1, keepdim=True)).cumsum(-1)
    return 3 - (sums > torch.rand(len(logits), 1, generator=generator)).sum(-1).sub(1).clamp(min=0)


def also_ruled_out(logits, generator=None):
    return course_draw(logits.clamp(min=-5), generator)


for line, function in [
    ("take `[:, 0]` of it", by_weights(lambda logits: logits.softmax(-1), take=lambda drawn: drawn)),
    ("one token is drawn for all rows", lambda logits, generator=None: course_draw(logits[:1], generator)),
    ("a number for every character: return one token", lambda logits, generator=None: logits.softmax(-1)),
    ("`squeeze` removes too much", lambda logits, generator=None: course_draw(logits, generator)[:, None].squeeze()),
    ("wants probabilities, and these are not", by_weights(lambda logits: logits)),
    ("the likeliest token comes every time", lambda logits, generator=None: logits.argmax(-1)),
    ("the rows are mixed up", exchanged),
    ("the rows are mixed up", by_weights(lambda logits: logits.softmax(-1), shift=1)),
    ("the softmax runs over the rows", by_weights(lambda logits: logits.softmax(0))),
    ("one random number is shared", one_for_all),
    ("every token is drawn equally often", uniform),
    ("every token is drawn equally often", uniform_draw_of_what_is_left),
    ("the softmax is taken twice", by_weights(lambda logits: logits.softmax(-1).softmax(-1))),
    ("the draw goes by −ln p", by_weights(lambda logits: -logits.log_softmax(-1))),
    ("a logit below 0 is taken", by_weights(lambda logits: logits.abs().softmax(-1))),
    (
        "two are drawn, and the second",
        by_weights(lambda logits: logits.softmax(-1), count=2, take=lambda drawn: drawn[:, 1]),
    ),
    ("the unlikely tokens come most often: is", by_weights(lambda logits: (-logits).softmax(-1))),
    ("likely tokens come too often", by_weights(lambda logits: logits.softmax(-1) ** 2)),
    ("likely tokens come too seldom", by_weights(lambda logits: (logits / 1.2).softmax(-1))),
    ("likely tokens come too seldom", by_weights(lambda logits: (logits / 1.1).softmax(-1))),
    ("the shares of the tokens are not", by_weights(lambda logits: logits**2)),
    ("`softmax` can do that, `exp` cannot", with_exp),
    ("`softmax` can do that, `exp` cannot", with_exp_and_the_sum),
    ("whose logit is minus infinity", also_ruled_out),
    ("the same seed gives other tokens", lambda logits, generator=None: course_draw(logits)),
    ("every seed gives the same tokens", seeded_inside),
    ("two draws with one generator", reseeded),
    ("two draws with one generator", reseeded_globally),
    ("torch's global random numbers are used or seeded, too", seeds_all),
    (
        "without a generator two draws",
        lambda logits, generator=None: course_draw(logits, generator or torch.Generator()),
    ),
    ("without a generator two draws", likeliest_without_generator),
]:
    wrong("draw", line, function)


def by_the_sum(logits, generator=None):
    sums = logits.softmax(-1).cumsum(-1)
    uniform = torch.rand(len(logits), 1, generator=generator)
    return (sums < uniform).sum(-1).clamp(max=logits.shape[-1] - 1)


def by_noise(logits, generator=None):
    noise = -torch.log(-torch.log(torch.rand(logits.shape, generator=generator)))
    return (logits + noise).argmax(-1)


right("draw", by_the_sum)
right("draw", by_noise)
right(
    "draw",
    lambda logits, generator=None: torch.stack(
        [torch.multinomial(row.softmax(-1), 1, generator=generator)[0] for row in logits]
    ),
)
