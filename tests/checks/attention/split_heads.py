"""What learners hand in for `split_heads` of lesson 05."""

import torch

from helpers.answers.attention import split_heads as course_split
from tests.checks.answers import Answers

ANSWERS = Answers()


def cut(function):
    """Name a function of vectors and the number of heads like its exercise."""

    def split_heads(vectors, num_heads):
        return function(vectors, num_heads)

    return split_heads


def shaped(function):
    """Make `split_heads` of a function of vectors, heads, batch, time and the size of a head."""

    def split_heads(vectors, num_heads):
        batch, time, width = vectors.shape
        return function(vectors, num_heads, batch, time, width // num_heads)

    return split_heads


def drops_the_rest(vectors, num_heads):
    size = vectors.shape[-1] // num_heads
    return torch.stack([vectors[..., h * size : (h + 1) * size] for h in range(num_heads)], dim=1)


def by_memory(vectors, num_heads):
    batch, time, width = vectors.shape
    size = width // num_heads
    strides = (time * width, size, width, 1)
    if width % num_heads:
        raise ValueError
    return vectors.as_strided((batch, num_heads, time, size), strides)


def doubles(vectors, num_heads):
    vectors *= 2
    return course_split(vectors, num_heads)


ANSWERS.is_wrong("each piece holds numbers of several positions")(shaped(lambda x, h, b, t, s: x.view(b, h, t, s)))
ANSWERS.is_wrong("each piece holds numbers of several positions")(
    shaped(lambda x, h, b, t, s: x.view(b, t, h, s).reshape(b, h, t, s))
)
ANSWERS.is_wrong("each head has every third number")(
    shaped(lambda x, h, b, t, s: x.view(b, t, s, h).permute(0, 3, 1, 2))
)
ANSWERS.is_wrong("each head has every third number")(cut(lambda x, h: torch.stack([x[..., n::h] for n in range(h)], 1)))
ANSWERS.is_wrong("the heads come after the time")(shaped(lambda x, h, b, t, s: x.view(b, t, h, s)))
ANSWERS.is_wrong("the heads come before the texts")(cut(lambda x, h: torch.stack(x.chunk(h, -1))))
ANSWERS.is_wrong("time and the numbers of a piece are exchanged")(cut(lambda x, h: course_split(x, h).mT))
ANSWERS.is_wrong("the pieces are num_heads long")(shaped(lambda x, h, b, t, s: x.view(b, t, s, h).transpose(1, 2)))
ANSWERS.is_wrong("the pieces are num_heads long")(shaped(lambda x, h, b, t, s: x.view(b, t, s, h)))
ANSWERS.is_wrong("texts and heads are one dimension")(cut(lambda x, h: course_split(x, h).flatten(0, 1)))
ANSWERS.is_wrong("each head has the whole vector")(cut(lambda x, h: x[:, None].expand(-1, h, -1, -1)))
ANSWERS.is_wrong("the vectors are not cut")(cut(lambda x, h: x.clone()))
ANSWERS.is_wrong("that is one head's piece")(cut(lambda x, h: x.chunk(h, -1)[0]))
ANSWERS.is_wrong("the pieces are several tensors")(cut(lambda x, h: x.chunk(h, -1)))
ANSWERS.is_wrong("the width is exchanged with the time before the vectors are cut")(
    shaped(lambda x, h, b, t, s: x.mT.reshape(b, h, t, s))
)
ANSWERS.is_wrong("the heads are in reverse order")(cut(lambda x, h: course_split(x, h).flip(1)))
ANSWERS.is_wrong("every head has the first piece")(cut(lambda x, h: course_split(x, h)[:, :1].expand(-1, h, -1, -1)))
ANSWERS.is_wrong("5 vectors of 12 numbers make 3 pieces of 12 / 3 = 4 numbers each")(
    shaped(lambda x, h, b, t, s: x.view(b, t, h, h).transpose(1, 2))
)
ANSWERS.is_wrong("the shape of `split_heads` with 1 head should be (2, 1, 5, 12)")(
    cut(lambda x, h: course_split(x, h).squeeze(1))
)
ANSWERS.is_wrong("vectors that were transposed before cannot be cut that way")(
    shaped(lambda x, h, b, t, s: x.view(b * t, h, s).view(b, t, h, s).transpose(1, 2))
)
ANSWERS.is_wrong("vectors that were transposed before are cut otherwise")(cut(by_memory))
ANSWERS.is_wrong(
    "right where it divides, but 12 numbers cannot be shared evenly among 5 heads, and a result of shape (2, 5, 5, 2) comes nevertheless"
)(cut(drops_the_rest))
ANSWERS.is_wrong(
    "right where it divides, but 12 numbers cannot be shared evenly among 5 heads, and a result of shape (2, 4, 5, 3) comes nevertheless"
)(cut(lambda x, h: torch.stack(x.chunk(h, -1), 1)))
ANSWERS.is_wrong(
    "right where it divides, but 12 numbers cannot be shared evenly among 5 heads, and a result of shape (2, 6, 5, 2) comes nevertheless"
)(shaped(lambda x, h, b, t, s: x.reshape(b, t, -1, s).transpose(1, 2)))
ANSWERS.is_wrong("no gradient flows back to the vectors")(cut(lambda x, h: course_split(x.detach(), h)))
ANSWERS.is_wrong("`split_heads` changes its argument `vectors`")(cut(doubles))


@ANSWERS.is_right
def split_heads(vectors, num_heads):
    batch, time, width = vectors.shape
    return vectors.reshape(batch, time, num_heads, width // num_heads).permute(0, 2, 1, 3).contiguous()


@ANSWERS.is_right
def split_heads(vectors, num_heads):
    return vectors.unflatten(-1, (num_heads, -1)).transpose(-3, -2)


@ANSWERS.is_right
def split_heads(vectors, num_heads):
    if vectors.shape[-1] % num_heads:
        raise ValueError("the heads do not share the width evenly")
    return torch.stack(vectors.split(vectors.shape[-1] // num_heads, dim=-1), dim=1)


@ANSWERS.is_right
def split_heads(vectors, num_heads):  # the width first, cut there
    batch, time, width = vectors.shape
    return vectors.mT.reshape(batch, num_heads, width // num_heads, time).mT
