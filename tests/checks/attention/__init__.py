"""Answers to lesson 05: here those about attention itself."""

import math

import torch
import torch.nn.functional as F
from torch import nn

from helpers.answers.attention import SelfAttention as CourseAttention
from helpers.answers.attention import attend as course_attend
from helpers.answers.attention import hide_future as course_hide
from tests.checks.answers import Answers
from tests.checks.attention import leak as attention_leak
from tests.checks.attention import mask as attention_mask
from tests.checks.attention import model as attention_model
from tests.checks.attention import training as attention_training
from tests.checks.attention import writing as attention_writing

ANSWERS = Answers()
for part in (attention_leak, attention_mask, attention_model, attention_training, attention_writing):
    ANSWERS.include(part.ANSWERS)

# --------------------------------------------------------------------------------------------------- attend


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


# -------------------------------------------------------------------------------------------- SelfAttention


def layer(forward=None, make=None):
    """Make a layer whose forward pass, or whose maps, differ from the course's; `make(self, width)`."""

    class SelfAttention(CourseAttention):
        def __init__(self, width, hide=None):
            super().__init__(width, hide)
            if make is not None:
                make(self, width)

    if forward is not None:
        SelfAttention.forward = forward
    return SelfAttention


def mapped(queries="query", keys="key", values="value"):
    """Make a layer that takes each part from the map of this name, or, with "", from the states themselves."""

    def forward(self, states):
        parts = [getattr(self, name)(states) if name else states for name in (queries, keys, values)]
        return course_attend(*parts, self.hide)

    return layer(forward)


def finding(change):
    """Make a layer that does something to what the course's finds."""
    return layer(lambda self, states: change(states, CourseAttention.forward(self, states)))


def setting(name, make):
    return layer(make=lambda self, width: setattr(self, name, make(self, width)))


def keeps_in_a_list(self, width):
    query = [self.query]
    del self.query
    self.query = query


def keeps_in_one_list(self, width):
    self.maps = [self.query, self.key, self.value]
    del self.query, self.key, self.value


def chained(self, states):
    queries = self.query(states)
    keys = self.key(queries)
    return course_attend(queries, keys, self.value(keys), self.hide)


def not_itself(self, states):
    return course_attend(self.query(states), self.key(states[:, :-1]), self.value(states[:, :-1]))


def shifted(self, states):
    before = states.roll(1, 1)
    return course_attend(self.query(states), self.key(before), self.value(before), self.hide)


def hides_later(self, states):
    hide = course_hide if self.hide is None else self.hide
    return course_attend(self.query(states), self.key(states), self.value(states), hide)


def centres(self, states):
    states -= states.mean(-1, keepdim=True)
    return CourseAttention.forward(self, states)


def over_texts(self, states):
    return CourseAttention.forward(self, states.transpose(0, 1)).transpose(0, 1)


def asks_with_the_last(self, states):
    return course_attend(self.query(states[:, -1:]), self.key(states), self.value(states))[:, 0]


def hides_what_was_found(self, states):
    found = course_attend(self.query(states), self.key(states), self.value(states))
    return found if self.hide is None else self.hide(found)


def calls_hide_aside(self, states):
    if self.hide is not None:
        self.hide(self.query(states) @ self.key(states).mT)
    return course_attend(self.query(states), self.key(states), self.value(states))


def without(self, states):
    return course_attend(self.query(states), self.key(states), self.value(states))


def makes_maps(self, states):
    for name in ("query", "key", "value"):
        setattr(self, name, nn.Linear(states.shape[-1], states.shape[-1], bias=False))
    return CourseAttention.forward(self, states)


def makes_maps_aside(self, states):
    maps = (nn.Linear(states.shape[-1], states.shape[-1], bias=False) for _ in range(3))
    return course_attend(*(one(states) for one in maps), self.hide)


def linear(self, width):
    return nn.Linear(width, width)


ANSWERS.is_wrong("`self.key` has a bias")(setting("key", linear))
ANSWERS.is_wrong("`self.query` and `self.key` are one and the same map")(setting("key", lambda self, w: self.query))
ANSWERS.is_wrong("`self.key` and `self.value` are one and the same map")(setting("value", lambda self, w: self.key))
ANSWERS.is_wrong("`self.value` should map 6 numbers to 6, and maps 6 to 3")(
    setting("value", lambda self, w: nn.Linear(w, w // 2, bias=False))
)
ANSWERS.is_wrong("`self.query` should map 6 numbers to 6, and maps 64 to 64")(
    setting("query", lambda self, w: nn.Linear(64, 64, bias=False))
)
ANSWERS.is_wrong("`self.query` is a plain Python list")(layer(make=keeps_in_a_list))
ANSWERS.is_wrong("there is no `self.query`")(layer(make=keeps_in_one_list))
ANSWERS.is_wrong("`self.value` should be an `nn.Linear`")(
    setting("value", lambda self, w: nn.Sequential(nn.Linear(w, w), nn.Tanh()))
)
ANSWERS.is_wrong("there are parameters beside the three maps, `output.weight, output.bias`")(setting("output", linear))
ANSWERS.is_wrong("the keys are made by `self.query`: `keys = self.key(states)`")(mapped(keys="query"))
ANSWERS.is_wrong("the values are made by `self.key`: `values = self.value(states)`")(mapped(values="key"))
ANSWERS.is_wrong("the queries are made by `self.key`, the keys are made by `self.query`")(mapped("key", "query"))
ANSWERS.is_wrong("the keys are made by `self.value`, the values are made by `self.key`")(
    mapped(keys="value", values="key")
)
ANSWERS.is_wrong("the values are the states themselves: `values = self.value(states)`")(mapped(values=""))
ANSWERS.is_wrong("the queries are the states themselves, the keys are the states themselves")(mapped("", "", ""))
ANSWERS.is_wrong("the states are added to what was found")(finding(lambda states, found: states + found))
ANSWERS.is_wrong("each map takes what the one before made")(layer(chained))
ANSWERS.is_wrong("the last position is no key")(layer(not_itself))
ANSWERS.is_wrong("with `hide`, what is found is not that of the text")(layer(shifted))
ANSWERS.is_wrong("later positions are hidden")(layer(hides_later))
ANSWERS.is_wrong("`forward` changes the states that it is given")(layer(centres))
ANSWERS.is_wrong("what `forward` returns for one text of one state should be (1, 1, 6), and is (6,)")(
    finding(lambda states, found: found.squeeze())
)
ANSWERS.is_wrong("attention goes over the texts")(layer(over_texts))
ANSWERS.is_wrong("there is one vector for each text")(layer(asks_with_the_last))
ANSWERS.is_wrong("there is one vector for each text")(finding(lambda states, found: found.mean(1)))
ANSWERS.is_wrong("the states stand beside what was found")(
    finding(lambda states, found: torch.cat([states, found], -1))
)
ANSWERS.is_wrong("those are scores or weights")(layer(lambda self, s: (self.query(s) @ self.key(s).mT).softmax(-1)))
ANSWERS.is_wrong("`forward` returns several things")(finding(lambda states, found: (found, None)))
ANSWERS.is_wrong("texts and time are exchanged")(finding(lambda states, found: found.transpose(0, 1)))
ANSWERS.is_wrong("what is found is not that of the text")(finding(lambda states, found: found.tanh()))
ANSWERS.is_wrong("the maps are made anew at each call")(layer(makes_maps))
ANSWERS.is_wrong("if the maps are made anew in `forward`")(layer(makes_maps_aside))
ANSWERS.is_wrong("`hide` is not handed on")(layer(without))
ANSWERS.is_wrong("`hide` is called, and what it returns is not used")(layer(calls_hide_aside))
ANSWERS.is_wrong("`hide` is given a tensor of shape (3, 4, 6)")(layer(hides_what_was_found))
ANSWERS.is_wrong("no gradient flows back to all three maps")(finding(lambda states, found: found.detach()))
ANSWERS.is_wrong("no gradient flows back to all three maps")(
    layer(lambda self, s: course_attend(self.query(s), self.key(s).detach(), self.value(s), self.hide))
)


@ANSWERS.is_wrong("should be an `nn.Module`")
class SelfAttention:
    def __init__(self, width, hide=None):
        self.query = self.key = self.value = nn.Linear(width, width, bias=False)

    def forward(self, states):
        return states


@ANSWERS.is_right
class SelfAttention(nn.Module):
    def __init__(self, width, hide=None):
        super().__init__()
        self.hide = hide
        for name in ("query", "key", "value"):
            setattr(self, name, nn.Linear(in_features=width, out_features=width, bias=False))
        nn.init.normal_(self.query.weight, std=0.02)

    def forward(self, states):
        weights = torch.cat([self.query.weight, self.key.weight, self.value.weight])
        return course_attend(*(states @ weights.T).chunk(3, dim=-1), hide=self.hide)


@ANSWERS.is_right
class SelfAttention(nn.Module):
    def __init__(self, width, hide=None):
        super().__init__()
        self.value = nn.Linear(width, width, False)
        self.key = nn.Linear(width, width, False)
        self.query = nn.Linear(width, width, False)
        self.hide = hide

    def forward(self, states):
        found = []
        for text in states:  # each text by itself
            scores = self.query(text) @ self.key(text).T / text.shape[1] ** 0.5
            scores = self.hide(scores) if self.hide is not None else scores
            found.append(scores.softmax(dim=1) @ self.value(text))
        return torch.stack(found)


@ANSWERS.is_right
class SelfAttention(CourseAttention):
    def forward(self, states):  # the matrices of query and key as one, the values summed first
        scores = states @ (self.query.weight.T @ self.key.weight) @ states.mT / math.sqrt(states.shape[-1])
        weights = F.softmax(scores if self.hide is None else self.hide(scores), -1)
        return self.value(weights @ states)


ANSWERS.is_wrong("`** 1 / 2` is a power and then a half")(look(scale=lambda q, k, v: q.shape[-1] ** 1 * 2))
ANSWERS.is_wrong("the scores come from the values")(
    look(
        dots=lambda q, k: q @ k.mT,
        total=lambda w, q, k, v: w @ v,
        scale=lambda q, k, v: (q @ k.mT) / (q @ v.mT) * math.sqrt(q.shape[-1]),
    )
)
ANSWERS.is_wrong("the softmax is taken of what is summed up")(
    look(soft=lambda s: s, total=lambda w, q, k, v: (w @ v).softmax(-1))
)
ANSWERS.is_wrong("the weights stand on the left")(look(total=lambda weights, q, k, values: values @ weights))
ANSWERS.is_wrong("5 values of size 9")(look(total=lambda w, q, k, v: w @ v[..., : q.shape[-1]]))


def as_tuple(self, width):
    del self.query
    self.query = (nn.Linear(width, width, bias=False),)


def calls_hide(self, states):
    return course_attend(self.query(states), self.key(states), self.value(states), self.hide(states))


def detached_query(self, states):
    return course_attend(self.query(states.detach()), self.key(states), self.value(states), self.hide)


ANSWERS.is_wrong("is there a comma at the end of its line?")(layer(make=as_tuple))
ANSWERS.is_wrong("`self.hide` is called: hand it on")(layer(forward=calls_hide))
ANSWERS.is_wrong("no gradient flows on to the states")(layer(forward=detached_query))
