"""Answers to the exercises of lesson 05 about the mask and the heads."""

import math

import torch

from helpers.answers.attention import hide_future as course_hide
from helpers.answers.attention import split_heads as course_split
from tests.checks.answers import Answers

ANSWERS = Answers()

# ---------------------------------------------------------------------------------------------- hide_future


def mask(function):
    """Name a function of scores like its exercise."""

    def hide_future(scores):
        return function(scores)

    return hide_future


def fill(number=-math.inf, diagonal=1):
    """Make `hide_future` with another number, or another triangle above the diagonal."""
    return mask(lambda s: s.masked_fill(torch.ones(s.shape[-2:], dtype=torch.bool).triu(diagonal), number))


def fill_below(diagonal):
    return mask(lambda s: s.masked_fill(torch.ones(s.shape[-2:], dtype=torch.bool).tril(diagonal), -math.inf))


def in_place(scores):
    return scores.masked_fill_(torch.ones(scores.shape[-2:], dtype=torch.bool).triu(1), -math.inf)


def forgets_result(scores):
    scores.masked_fill(torch.ones(scores.shape[-2:], dtype=torch.bool).triu(1), -math.inf)
    return scores


def by_texts(scores):
    later = torch.ones(scores.shape[0], scores.shape[0], dtype=torch.bool).triu(1)
    return scores.masked_fill(later, -math.inf)


def three_dimensions(scores):
    _, time, _ = scores.shape
    return scores.masked_fill(torch.ones(time, time, dtype=torch.bool).triu(1), -math.inf)


def by_second(scores):
    later = torch.ones(scores.shape[1], scores.shape[1], dtype=torch.bool).triu(1)
    return scores.masked_fill(later, -math.inf)


def of_five(scores):
    return scores.masked_fill(torch.ones(5, 5, dtype=torch.bool).triu(1), -math.inf)


def anti(scores):
    return scores.masked_fill(torch.ones(scores.shape[-2:], dtype=torch.bool).triu(1).flip(1), -math.inf)


def hides_zeros(scores):
    seen = scores.tril()
    return seen.masked_fill(seen == 0, -math.inf)


def hides_zeros_in_place(scores):
    time = scores.shape[-1]
    seen = scores * torch.tril(torch.ones(time, time))
    seen[seen == 0] = -math.inf
    return seen


def spares_zeros(scores):
    return scores.masked_fill(scores.triu(1) != 0, -math.inf)


def inverts_numbers(scores):
    return scores.masked_fill(~torch.ones(scores.shape[-2:]).tril(), -math.inf)


def indexes_with_numbers(scores):
    scores = scores.clone()
    scores[..., torch.ones(scores.shape[-2:]).triu(1)] = -math.inf
    return scores


def multiplies(scores):
    later = torch.ones(scores.shape[-2:], dtype=torch.bool).triu(1)
    return scores * torch.where(later, -math.inf, 1.0)


def kept_as(number):
    return mask(lambda s: course_hide(torch.full_like(s, number)))


ANSWERS.is_wrong("the triangle is the wrong way round, and hides the earlier keys")(fill_below(-1))
ANSWERS.is_wrong("the triangle is the wrong way round, and hides the earlier keys")(mask(torch.triu))
ANSWERS.is_wrong("the triangle is the wrong way round, and hides the earlier keys")(
    mask(lambda s: s.masked_fill(torch.ones(s.shape[-2:]).triu() == 0, -math.inf))
)
ANSWERS.is_wrong("each position is hidden from itself, too")(fill(diagonal=0))
ANSWERS.is_wrong("hides each position from itself as well")(fill_below(0))
ANSWERS.is_wrong("row t still sees column t + 1")(fill(diagonal=2))
ANSWERS.is_wrong("nothing is hidden: is the mask all False")(mask(forgets_result))
ANSWERS.is_wrong("the triangle lies along the other diagonal")(mask(anti))
ANSWERS.is_wrong("all scores are changed")(mask(lambda s: course_hide(s) / 2))
ANSWERS.is_wrong("other places are changed than the later keys")(
    mask(lambda s: s.masked_fill(torch.arange(s.shape[-1]) > s.shape[-1] // 2, -math.inf))
)
ANSWERS.is_wrong("the later scores are 0, a score like any other")(fill(0.0))
ANSWERS.is_wrong("the later scores are 0, a score like any other")(mask(torch.tril))
ANSWERS.is_wrong("the later scores are inf")(fill(math.inf))
ANSWERS.is_wrong("the later scores are -1, and beside scores that are lower still")(fill(-1.0))
ANSWERS.is_wrong("the later scores are -10, and beside scores that are lower still")(fill(-10.0))
ANSWERS.is_wrong("the later scores are -1e-09, and beside scores that are lower still")(fill(-1e-9))
ANSWERS.is_wrong("the later scores are -100, and beside scores that are lower still")(
    mask(lambda s: s - 100 * torch.ones_like(s).triu(1))
)
ANSWERS.is_wrong("scores that are 0 are hidden, too: decide by the place")(mask(hides_zeros))
ANSWERS.is_wrong("scores that are 0 are hidden, too: decide by the place")(mask(hides_zeros_in_place))
ANSWERS.is_wrong("a later score that is 0 is not hidden: decide by the place")(mask(spares_zeros))
ANSWERS.is_wrong("the later scores are multiplied with minus infinity, which makes nan of a 0")(mask(multiplies))
ANSWERS.is_wrong("make it with `dtype=torch.bool`")(
    mask(lambda s: s.masked_fill(torch.ones(s.shape[-2:]).triu(1), -math.inf))
)
ANSWERS.is_wrong("make it with `dtype=torch.bool`")(
    mask(lambda s: torch.where(torch.ones(s.shape[-2:]).triu(1), -math.inf, s))
)
ANSWERS.is_wrong("make it with `dtype=torch.bool`")(mask(inverts_numbers))
ANSWERS.is_wrong("make it with `dtype=torch.bool`")(mask(indexes_with_numbers))
ANSWERS.is_wrong("some scores are nan: zero times infinity")(mask(lambda s: s + torch.ones_like(s).triu(1) * -math.inf))
ANSWERS.is_wrong("that is the mask alone")(mask(lambda s: torch.ones(s.shape[-2:], dtype=torch.bool).triu(1)))
ANSWERS.is_wrong("that is the mask alone")(mask(lambda s: course_hide(torch.zeros(s.shape[-2:]))))
ANSWERS.is_wrong("they are all 0: leave them as they are")(kept_as(0.0))
ANSWERS.is_wrong("they are all 1: leave them as they are")(kept_as(1.0))
ANSWERS.is_wrong("those are weights")(mask(lambda s: course_hide(s).softmax(-1)))
ANSWERS.is_wrong("`hide_future` changes its argument `scores`")(mask(in_place))
ANSWERS.is_wrong("some later keys have their scores still")(
    mask(lambda s: s.masked_fill(torch.ones(s.shape[-2:], dtype=torch.bool).triu(1), s.min().item()))
)
ANSWERS.is_wrong("the mask does not fit the scores")(mask(by_texts))
ANSWERS.is_wrong("`hide_future` fails with scores of shape (4, 4)")(mask(three_dimensions))
ANSWERS.is_wrong("`hide_future` fails with scores of shape (4, 4)")(mask(of_five))
ANSWERS.is_wrong("`hide_future` fails with scores of shape (2, 3, 6, 6)")(mask(by_second))
ANSWERS.is_wrong("no gradient flows back through the scores that are left")(mask(lambda s: course_hide(s.detach())))


@ANSWERS.is_right
def hide_future(scores):
    place = torch.arange(scores.shape[-1])
    return torch.where(place[:, None] >= place, scores, -torch.inf)


@ANSWERS.is_right
def hide_future(scores):
    seen = torch.tril(torch.ones_like(scores))
    return scores.masked_fill(seen == 0, float("-inf"))


@ANSWERS.is_right
def hide_future(scores):  # added, as torch's own masks of floats are
    return scores + torch.full(scores.shape[-2:], -math.inf).triu(diagonal=1)


@ANSWERS.is_right
def hide_future(scores):
    scores = scores.clone()
    for t in range(scores.size(-2)):
        scores[..., t, t + 1 :] = float("-inf")
    return scores


@ANSWERS.is_wrong("the later scores are -1e+04, and beside scores")
def hide_future(scores):
    later = torch.triu(torch.ones(scores.shape[-2:]), 1).bool()
    return scores.masked_fill(later, -1e4)


@ANSWERS.is_wrong("`[..., t, t + 1 :]` fits any shape")
def hide_future(scores):
    scores = scores.clone()
    for t in range(scores.size(-1)):
        scores[:, t, t + 1 :] = -math.inf
    return scores


@ANSWERS.is_right
def hide_future(scores):  # not infinite, and no weight is left either
    later = torch.triu(torch.ones(scores.shape[-2:]), 1).bool()
    return scores.masked_fill(later, -1e9)


@ANSWERS.is_right
def hide_future(scores):
    later = torch.triu(torch.ones(scores.shape[-2:]), 1).bool()
    return scores.masked_fill(later, torch.finfo(scores.dtype).min)


# ---------------------------------------------------------------------------------------------- split_heads


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
