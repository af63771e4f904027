"""What learners hand in for `hide_future` of lesson 05."""

import math

import torch

from helpers.answers.attention import hide_future as course_hide
from tests.checks.answers import Answers

ANSWERS = Answers()


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
