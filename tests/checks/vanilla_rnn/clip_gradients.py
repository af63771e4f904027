"""What learners hand in for `clip_gradients` of lesson 02."""

import math

import torch

from helpers.answers.vanilla_rnn import clip_gradients as course_clip
from tests.checks.answers import Answers

ANSWERS = Answers()


def clipper(by_value=None, by_norm=None):
    def clip_gradients(gradients, limit, by_norm_asked=False):
        if by_norm_asked:
            return by_norm(gradients, limit) if by_norm else course_clip(gradients, limit, True)
        return [by_value(g, limit) for g in gradients] if by_value else course_clip(gradients, limit)

    return clip_gradients


def length(gradients):
    return math.sqrt(sum((g**2).sum().item() for g in gradients))


ANSWERS.is_wrong("nothing is clipped")(clipper(lambda g, limit: g.clone()))
ANSWERS.is_wrong("only what is too large is clipped")(clipper(lambda g, limit: g.clamp(max=limit)))
ANSWERS.is_wrong("only what is below -limit is clipped")(clipper(lambda g, limit: g.clamp(min=-limit)))
ANSWERS.is_wrong("negative numbers become 0")(clipper(lambda g, limit: g.clamp(0, limit)))
ANSWERS.is_wrong("the limit is 5, whatever is asked for")(clipper(lambda g, limit: g.clamp(-5, 5)))
ANSWERS.is_wrong("it should become the limit itself")(
    clipper(lambda g, limit: torch.where(g.abs() > limit, torch.zeros_like(g), g))
)
ANSWERS.is_wrong("every number becomes the limit")(clipper(lambda g, limit: limit * g.sign()))
ANSWERS.is_wrong("with by_norm nothing happens")(clipper(by_norm=lambda gradients, limit: list(gradients)))
ANSWERS.is_wrong("with by_norm each number is still clipped by value")(
    clipper(by_norm=lambda gradients, limit: [g.clamp(-limit, limit) for g in gradients])
)
ANSWERS.is_wrong("each gradient is shortened by its own length")(
    clipper(by_norm=lambda gradients, limit: [g * min(1, limit / g.norm().item()) for g in gradients])
)
ANSWERS.is_wrong("the square root is missing: the length")(
    clipper(by_norm=lambda gradients, limit: [g * limit / length(gradients) ** 2 for g in gradients])
)
ANSWERS.is_wrong("the length becomes 1 whatever the limit is")(
    clipper(by_norm=lambda gradients, limit: [g / length(gradients) for g in gradients])
)
ANSWERS.is_wrong("are made longer: their numbers stay as they are")(
    clipper(by_norm=lambda gradients, limit: [g * limit / length(gradients) for g in gradients])
)
ANSWERS.is_wrong("the factor is upside down")(
    clipper(by_norm=lambda gradients, limit: [g * length(gradients) / limit for g in gradients])
)
ANSWERS.is_wrong("the sum of absolute values")(
    clipper(by_norm=lambda gradients, limit: [g * limit / sum(o.abs().sum() for o in gradients) for g in gradients])
)


ANSWERS.is_wrong("the five lengths are added up")(
    clipper(by_norm=lambda gradients, limit: [g * min(1, limit / sum(o.norm() for o in gradients)) for g in gradients])
)
ANSWERS.is_wrong("are handed back themselves")(
    clipper(
        by_norm=lambda gradients, limit: (
            gradients if length(gradients) <= limit else [g * limit / length(gradients) for g in gradients]
        )
    )
)


@ANSWERS.is_wrong("nothing is clipped")
def clip_gradients(gradients, limit, by_norm=False):
    for gradient in gradients:
        gradient.clamp(-limit, limit)
    return gradients


@ANSWERS.is_wrong("changes its argument `gradients`")
def clip_gradients(gradients, limit, by_norm=False):
    for gradient in gradients:
        gradient.clamp_(-limit, limit)
    return gradients


@ANSWERS.is_wrong("is None: is the `return` missing?")
def clip_gradients(gradients, limit, by_norm=False):
    clipped = [gradient.clamp(-limit, limit) for gradient in gradients]


@ANSWERS.is_wrong("that is clipping by norm")
def clip_gradients(gradients, limit, by_norm=False):
    return course_clip(gradients, limit, True)


@ANSWERS.is_right
def clip_gradients(gradients, limit, by_norm=False):
    if by_norm:
        norm = torch.cat([g.flatten() for g in gradients]).norm()
        return [g * torch.clamp(limit / norm, max=1.0) for g in gradients]
    return [torch.minimum(torch.maximum(g, torch.tensor(-limit)), torch.tensor(limit)) for g in gradients]


@ANSWERS.is_right
def clip_gradients(gradients, limit, by_norm=False):
    copies = [gradient.clone() for gradient in gradients]
    if not by_norm:
        for copy in copies:
            copy.clamp_(min=-limit, max=limit)
        return copies
    norm = torch.stack([copy.norm() for copy in copies]).norm().item()
    if norm <= limit:
        return copies
    return tuple(copy * (limit / norm) for copy in copies)
