"""What learners hand in for `attend` of lesson 05."""

import math

import torch
import torch.nn.functional as F

from helpers.answers.attention import attend as course_attend
from helpers.answers.attention import hide_future as course_hide
from tests.checks.answers import Answers

ANSWERS = Answers()


def by(function):
    """Name a function of queries, keys, values and hide like its exercise."""

    def attend(queries, keys, values, hide=None):
        return function(queries, keys, values, hide)

    return attend


def look(
    *, scale=lambda q, k, v: math.sqrt(q.shape[-1]), dots=lambda q, k: q @ k.mT, soft=lambda s: s.softmax(-1),
    total=lambda w, q, k, v: w @ v, hiding=lambda hide, s: s if hide is None else hide(s), late=None,
):  # fmt: skip
    """Make `attend` of its parts: each argument replaces one."""

    def attend(queries, keys, values, hide=None):
        scores = dots(queries, keys) / scale(queries, keys, values)
        if late is None:
            scores = hiding(hide, scores)
        weights = soft(scores)
        if late is not None and hide is not None:
            weights = late(hide, scores, weights)
        return total(weights, queries, keys, values)

    return attend


def changes_queries(q, k, v, hide):
    q /= math.sqrt(q.shape[-1])
    return (hide(q @ k.mT) if hide else q @ k.mT).softmax(-1) @ v


def by_hand(scores):
    weights = scores.exp()
    return weights / weights.sum(-1, keepdim=True)


def forgets_keepdim(scores):
    weights = scores.exp()
    return weights / weights.sum(-1)


def forgets_keepdim_at_once(scores):
    return scores.exp() / scores.exp().sum(-1)


def forgets_keepdim_in_a_total(scores):
    total = scores.exp().sum(-1)
    return scores.exp() / total


def against_own_key(q, k, v, hide):
    weights = ((q * k).sum(-1) / math.sqrt(q.shape[-1])).softmax(-1)
    return weights * v


def against_own_key_kept(q, k, v, hide):
    weights = ((q * k).sum(-1) / math.sqrt(q.shape[-1])).softmax(-1)
    return weights[..., None] * v


def against_own_key_mixed(q, k, v, hide):
    return ((q * k).sum(-1) / math.sqrt(q.shape[-1])).softmax(-1) @ v


def by_hand_in_place(scores):
    weights = (scores - scores.amax(-1, keepdim=True)).exp()
    weights /= weights.sum(-1, keepdim=True)
    return weights


def calls_and_forgets(hide, scores):
    if hide is not None:
        hide(scores)
    return scores


def only_when_plain(q, k, v, hide):
    if hide is None:
        return course_attend(q, k, v)
    return hide(q @ k.mT).softmax(-1) @ v


def builds_in_a_mask(q, k, v, hide):
    return course_attend(q, k, v, hide if hide is not None else course_hide)


def square(q, k, v, hide):
    time = q.shape[-2]
    scores = torch.zeros(*q.shape[:-2], time, time)
    for t in range(time):
        for s in range(time):
            scores[..., t, s] = (q[..., t, :] * k[..., s, :]).sum(-1) / math.sqrt(q.shape[-1])
    return (hide(scores) if hide is not None else scores).softmax(-1) @ v


def turns_the_values(queries, keys, values, hide):
    scores = queries @ keys.mT / math.sqrt(keys.shape[-1])
    return scores.softmax(-1) @ values.mT


def values_like_queries(q, k, v, hide):
    found = torch.zeros_like(q)
    found[:] = course_attend(q, k, v, hide)
    return found


def squeezes(q, k, v, hide):
    return course_attend(q, k, v, hide).squeeze(-2)


ANSWERS.is_wrong("the scores are not divided: divide")(look(scale=lambda q, k, v: 1))
ANSWERS.is_wrong("the scores are divided by the size of a query")(look(scale=lambda q, k, v: q.shape[-1]))
ANSWERS.is_wrong("the scores are multiplied by the root")(look(scale=lambda q, k, v: q.shape[-1] ** -0.5))
ANSWERS.is_wrong("the scores are divided by the root of the number of positions")(
    look(scale=lambda q, k, v: math.sqrt(k.shape[-2]))
)
ANSWERS.is_wrong("the scores are divided by the number of positions")(look(scale=lambda q, k, v: k.shape[1]))
ANSWERS.is_wrong("the scores are divided by the root of the number of texts")(look(scale=lambda q, k, v: len(q) ** 0.5))
ANSWERS.is_wrong("the root is that of the size of the values")(look(scale=lambda q, k, v: math.sqrt(v.shape[-1])))
ANSWERS.is_wrong("the softmax is taken over the queries")(look(soft=lambda s: s.softmax(-2)))
ANSWERS.is_wrong("the softmax is taken over the queries")(look(soft=lambda s: s.softmax(1)))
ANSWERS.is_wrong("the softmax is taken over the texts")(look(soft=lambda s: s.softmax(0)))
ANSWERS.is_wrong("the weights of all queries together add up to 1")(
    look(soft=lambda s: s.flatten(-2).softmax(-1).view_as(s))
)
ANSWERS.is_wrong("queries and keys are exchanged")(look(dots=lambda q, k: k @ q.mT))
ANSWERS.is_wrong("queries and keys are exchanged")(by(lambda q, k, v, hide: course_attend(k, q, v, hide)))
ANSWERS.is_wrong("queries and keys are exchanged")(
    look(soft=lambda s: s.softmax(-2), total=lambda w, q, k, v: w.mT @ v)
)
ANSWERS.is_wrong("the weights are turned round")(look(total=lambda w, q, k, v: w.mT @ v))
ANSWERS.is_wrong("keys and values are exchanged")(by(lambda q, k, v, hide: course_attend(q, v, k, hide)))
ANSWERS.is_wrong("queries and values are exchanged")(by(lambda q, k, v, hide: course_attend(v, k, q, hide)))
ANSWERS.is_wrong("the sum is one of keys")(look(total=lambda w, q, k, v: w @ k))
ANSWERS.is_wrong("the sum is one of queries")(look(total=lambda w, q, k, v: w @ q))
ANSWERS.is_wrong("the keys are not used")(look(dots=lambda q, k: q @ q.mT))
ANSWERS.is_wrong("the queries are not used")(look(dots=lambda q, k: k @ k.mT))
ANSWERS.is_wrong("those weights are logarithms")(look(soft=lambda s: s.log_softmax(-1)))
ANSWERS.is_wrong("a sigmoid weighs each key by itself")(look(soft=torch.sigmoid))
ANSWERS.is_wrong("the softmax is missing: the scores")(look(soft=lambda s: s))
ANSWERS.is_wrong("the softmax is missing, and so is the root")(look(soft=lambda s: s, scale=lambda q, k, v: 1))
ANSWERS.is_wrong("the softmax is taken twice")(look(soft=lambda s: s.softmax(-1).softmax(-1)))
ANSWERS.is_wrong("the division comes after the softmax")(
    look(scale=lambda q, k, v: 1, total=lambda w, q, k, v: w / math.sqrt(q.shape[-1]) @ v)
)
ANSWERS.is_wrong("every key weighs the same")(by(lambda q, k, v, hide: v.mean(-2, keepdim=True).expand_as(v)))
ANSWERS.is_wrong("those are the weights: multiply them with the values")(look(total=lambda w, q, k, v: w))
ANSWERS.is_wrong("what you return has a number for each query and key")(
    look(soft=lambda s: s, total=lambda w, q, k, v: w)
)
ANSWERS.is_wrong("there is one vector for each text")(look(total=lambda w, q, k, v: (w @ v).mean(1)))
ANSWERS.is_wrong("you return several things")(look(total=lambda w, q, k, v: (w @ v, w)))
ANSWERS.is_wrong("`queries @ keys.mT`; `.T` would turn the batch, too")(look(dots=lambda q, k: q @ k.T))
ANSWERS.is_wrong("`queries @ keys.mT`; `.T` would turn the batch, too")(look(dots=lambda q, k: q @ k))
ANSWERS.is_wrong("`return weights / weights.sum(-1)`; `sum(-1, keepdim=True)`?")(look(soft=forgets_keepdim))
ANSWERS.is_wrong("`return scores.exp() / scores.exp().sum(-1)`; `sum(-1, keepdim=True)`?")(
    look(soft=forgets_keepdim_at_once)
)
ANSWERS.is_wrong("`return scores.exp() / total`; `sum(-1, keepdim=True)`?")(look(soft=forgets_keepdim_in_a_total))
ANSWERS.is_wrong("`return weights * v`; `sum(-1, keepdim=True)`?")(by(against_own_key))
ANSWERS.is_wrong("each query has one score, that of its own key")(by(against_own_key_kept))
ANSWERS.is_wrong("each query has one score, that of its own key")(by(against_own_key_mixed))
ANSWERS.is_wrong("the scores are divided by the root of 16, whatever the size")(
    look(scale=lambda q, k, v: math.sqrt(16))
)
ANSWERS.is_wrong("the scores are divided by the root of 2, whatever the size")(look(scale=lambda q, k, v: math.sqrt(2)))
ANSWERS.is_wrong("the scores are divided by 16, whatever the size")(look(scale=lambda q, k, v: 16))
ANSWERS.is_wrong("count dimensions from the end")(look(dots=lambda q, k: q @ k.transpose(1, 2)))
ANSWERS.is_wrong("count dimensions from the end")(look(scale=lambda q, k, v: math.sqrt(q.shape[2])))
ANSWERS.is_wrong("count dimensions from the end")(look(soft=lambda s: s.softmax(2)))
ANSWERS.is_wrong("count dimensions from the end")(look(dots=lambda q, k: torch.bmm(q, k.mT)))
ANSWERS.is_wrong("count dimensions from the end")(
    look(
        dots=lambda q, k: q @ k.transpose(1, 2) if q.dim() == 3 else q @ k.mT,
        soft=lambda s: s.softmax(2 if s.dim() > 3 else -1),
    )
)
ANSWERS.is_wrong("the values are not turned, `weights @ values`")(by(turns_the_values))
ANSWERS.is_wrong("`attend` fails with 3 queries, 5 keys of size 6 and 5 values of size 4")(by(square))
ANSWERS.is_wrong("`attend` fails with 3 queries, 5 keys of size 6 and 5 values of size 4")(by(values_like_queries))
ANSWERS.is_wrong("the shape of `attend` of 1 query, 5 keys of size 6 and 5 values of size 4 in 2 texts should be")(
    by(squeezes)
)
ANSWERS.is_wrong("`attend` changes its argument `queries`")(by(changes_queries))
ANSWERS.is_wrong("later keys are hidden")(by(builds_in_a_mask))
ANSWERS.is_wrong("`hide` is called although it is None")(look(hiding=lambda hide, s: hide(s)))
ANSWERS.is_wrong("the scores are added to what `hide` returns")(
    look(hiding=lambda hide, s: s if hide is None else s + hide(s))
)
ANSWERS.is_wrong("`hide` is not used")(look(hiding=lambda hide, s: s))
ANSWERS.is_wrong("`hide` is called, and `attend` goes on without what it returns")(look(hiding=calls_and_forgets))
ANSWERS.is_wrong("`hide` comes after the softmax")(look(late=lambda hide, s, w: hide(w)))
ANSWERS.is_wrong("`hide` comes after the softmax")(look(late=lambda hide, s, w: hide(w).softmax(-1)))
ANSWERS.is_wrong("weights are set to zero after the softmax")(
    look(late=lambda hide, s, w: w.masked_fill(hide(s) == -math.inf, 0))
)
ANSWERS.is_wrong("the scores that `hide` is given are turned round")(
    look(hiding=lambda hide, s: s if hide is None else hide(s.mT).mT)
)
ANSWERS.is_wrong("with `hide` the scores are not divided by the root")(by(only_when_plain))
ANSWERS.is_wrong("`hide` is given a tensor of shape (3, 4, 6)")(
    by(lambda q, k, v, hide: course_attend(hide(q) if hide is not None else q, k, v))
)
ANSWERS.is_wrong("exp of a large score is too large")(look(soft=by_hand))
ANSWERS.is_wrong("no gradient flows back to queries, keys and values")(
    by(lambda q, k, v, hide: course_attend(q.detach(), k, v, hide))
)
ANSWERS.is_wrong("something that the gradient still needs is changed in place")(look(soft=by_hand_in_place))
ANSWERS.is_wrong("no gradient flows back to queries, keys and values")(by(torch.no_grad()(course_attend)))


@ANSWERS.is_right
def attend(queries, keys, values, hide=None):  # torch's own, told what `hide` hides by what it does to zeros
    mask = None if hide is None else hide(queries.new_zeros(*queries.shape[:-1], keys.shape[-2]))
    return F.scaled_dot_product_attention(queries, keys, values, attn_mask=mask)


@ANSWERS.is_right
def attend(queries, keys, values, hide=None):
    size = queries.size(-1)
    scores = torch.einsum("...qd,...kd->...qk", queries * size**-0.5, keys)
    scores = hide(scores) if hide else scores
    return torch.einsum("...qk,...kd->...qd", F.softmax(scores, dim=scores.dim() - 1), values)


@ANSWERS.is_right
def attend(queries, keys, values, hide=None):  # softmax by hand, and the root last
    scores = torch.matmul(queries, keys.transpose(-2, -1))
    if hide is not None:
        scores = hide(scores)
    scores = scores / queries.shape[-1] ** 0.5
    weights = torch.exp(scores - scores.max(dim=-1, keepdim=True).values)
    weights = weights / weights.sum(dim=-1, keepdim=True)
    return torch.matmul(weights, values)


@ANSWERS.is_right
def attend(queries, keys, values, hide=None):  # a query at a time
    scores = [(keys * query[..., None, :]).sum(-1) / math.sqrt(keys.shape[-1]) for query in queries.unbind(-2)]
    scores = torch.stack(scores, dim=-2)
    weights = (scores if hide is None else hide(scores)).softmax(-1)
    return (weights[..., None] * values[..., None, :, :]).sum(-2)
