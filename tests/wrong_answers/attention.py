"""Answers to lesson 05."""

import math

import torch
import torch.nn.functional as F
from torch import nn

from helpers.answers.attention import AttentionLanguageModel as CourseModel
from helpers.answers.attention import SelfAttention as CourseAttention
from helpers.answers.attention import attend as course_attend
from helpers.answers.attention import hide_future as course_hide
from helpers.answers.attention import split_heads as course_split
from tests.wrong_answers import attention_training
from tests.wrong_answers.registry import Answers

ANSWERS = Answers()
ANSWERS.include(attention_training.ANSWERS)

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
ANSWERS.is_wrong("`attend` fails with 3 queries, 5 keys of size 6 and 5 values of size 4")(by(square))
ANSWERS.is_wrong("`attend` fails with 3 queries, 5 keys of size 6 and 5 values of size 4")(by(values_like_queries))
ANSWERS.is_wrong("the shape of `attend` of 1 query, 5 keys of size 6 and 5 values of size 4 in 2 texts should be")(
    by(squeezes)
)
ANSWERS.is_wrong("`attend` changes its argument `queries`")(by(changes_queries))
ANSWERS.is_wrong("later keys are hidden")(by(builds_in_a_mask))
ANSWERS.is_wrong("`hide` is called although it is None")(look(hiding=lambda hide, s: hide(s)))
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


# ----------------------------------------------------------------------------------- AttentionLanguageModel


def model(forward=None, make=None, keep_hide=True, make_dropout=None):
    """Make a model that differs in one part; `make(self, vocab_size, embedding_size, hidden_size)`."""

    class AttentionLanguageModel(CourseModel):
        def __init__(self, vocab_size, embedding_size, hidden_size, dropout=0.0, hide=None):
            super().__init__(vocab_size, embedding_size, hidden_size, dropout, hide if keep_hide else None)
            self.p = dropout
            if make is not None:
                make(self, vocab_size, embedding_size, hidden_size)
            if make_dropout is not None:
                self.dropout = make_dropout(dropout)

    if forward is not None:
        AttentionLanguageModel.forward = forward
    return AttentionLanguageModel


def joined(join):
    """Make a model that gives its output layer something else of embedded, states, last (state), found and itself."""

    def forward(self, tokens):
        embedded = self.embedding(tokens)
        states, (last, _) = self.lstm(embedded)
        return self.output(join(self, embedded, states, last.transpose(0, 1)))

    return model(forward)


def giving(change):
    """Make a model that does something to the course's logits."""
    return model(lambda self, tokens: change(self, CourseModel.forward(self, tokens)))


def goes_on(self, tokens):
    states, self.state = self.lstm(self.embedding(tokens), getattr(self, "state", None))
    return self.output(self.dropout(states + self.attention(states)))


def turns_before_lstm(self, tokens):
    states = self.lstm(self.embedding(tokens).transpose(0, 1))[0].transpose(0, 1)
    return self.output(self.dropout(states + self.attention(states)))


def makes_output(self, tokens):
    self.output = nn.Linear(self.output.in_features, self.output.out_features)
    return CourseModel.forward(self, tokens)


def adds_in_place(self, tokens):
    states, _ = self.lstm(self.embedding(tokens))
    states += self.attention(states)
    return self.output(self.dropout(states))


def embeds_dropped(self, tokens):
    states, _ = self.lstm(self.dropout(self.embedding(tokens)))
    return self.output(states + self.attention(states))


def detached(self, tokens):
    states, _ = self.lstm(self.embedding(tokens))
    return self.output(self.dropout(states.detach() + self.attention(states)))


def drops_first(self, embedded, states, last):
    states = self.dropout(states)
    return states + self.attention(states)


def unscaled(self, embedded, states, last):
    whole = states + self.attention(states)
    return whole * (torch.rand_like(whole) >= self.p) if self.training else whole


def no_dropout(self, v, e, h):
    self.dropout = nn.Identity()


def put(name, make):
    return model(make=lambda self, v, e, h: setattr(self, name, make(v, e, h)))


ANSWERS.is_wrong("`self.lstm` takes the first dimension for the time")(put("lstm", lambda v, e, h: nn.LSTM(e, h)))
ANSWERS.is_wrong("the sizes of `self.lstm` are exchanged")(put("lstm", lambda v, e, h: nn.LSTM(h, e, batch_first=True)))
ANSWERS.is_wrong("`self.lstm` should read 5 numbers for embedding_size 5")(
    put("lstm", lambda v, e, h: nn.LSTM(v, h, batch_first=True))
)
ANSWERS.is_wrong("`self.lstm` reads backwards, too")(
    put("lstm", lambda v, e, h: nn.LSTM(e, h // 2, batch_first=True, bidirectional=True))
)
ANSWERS.is_wrong("`self.lstm` has 2 layers")(put("lstm", lambda v, e, h: nn.LSTM(e, h, 2, batch_first=True)))
ANSWERS.is_wrong("`self.lstm` should be an `nn.LSTM`")(put("lstm", lambda v, e, h: nn.GRU(e, h, batch_first=True)))
ANSWERS.is_wrong("`self.embedding` should hold a row of embedding_size numbers")(
    put("embedding", lambda v, e, h: nn.Embedding(e, v))
)
ANSWERS.is_wrong("`self.embedding` should hold a row of embedding_size numbers")(
    put("embedding", lambda v, e, h: nn.Embedding(v, h))
)
ANSWERS.is_wrong("`self.embedding` should be an `nn.Embedding`")(put("embedding", lambda v, e, h: nn.Linear(v, e)))
ANSWERS.is_wrong("`self.attention` is as wide as an embedding")(put("attention", lambda v, e, h: CourseAttention(e)))
ANSWERS.is_wrong("`self.attention` should be your SelfAttention")(
    put("attention", lambda v, e, h: nn.MultiheadAttention(h, 1, bias=False, batch_first=True))
)
ANSWERS.is_wrong("`self.output` reads states and what was found side by side")(
    put("output", lambda v, e, h: nn.Linear(2 * h, v))
)
ANSWERS.is_wrong("the weight of `self.output` should have shape (7, 6)")(put("output", lambda v, e, h: nn.Linear(h, h)))
ANSWERS.is_wrong("`self.output` has no bias")(put("output", lambda v, e, h: nn.Linear(h, v, bias=False)))
ANSWERS.is_wrong("there is no `self.attention`")(model(make=lambda self, v, e, h: delattr(self, "attention")))
ANSWERS.is_wrong("there are layers with weights beside those of the text, `norm`")(
    put("norm", lambda v, e, h: nn.LayerNorm(h))
)
ANSWERS.is_wrong("what was found replaces the states")(joined(lambda self, e, s, last: self.dropout(self.attention(s))))
ANSWERS.is_wrong("what attention finds is not used")(joined(lambda self, e, s, last: self.dropout(s)))
ANSWERS.is_wrong("attention reads the embeddings")(joined(lambda self, e, s, last: self.dropout(s + self.attention(e))))
ANSWERS.is_wrong("attention reads the embeddings")(joined(lambda self, e, s, last: self.dropout(e + self.attention(e))))
ANSWERS.is_wrong("what was found is added to the embeddings")(joined(lambda self, e, s, last: e + self.attention(s)))
ANSWERS.is_wrong("the embeddings are added, too")(joined(lambda self, e, s, last: e + s + self.attention(s)))
ANSWERS.is_wrong("states and what was found are multiplied")(joined(lambda self, e, s, last: s * self.attention(s)))
ANSWERS.is_wrong("the states are added twice")(joined(lambda self, e, s, last: s + (s + self.attention(s))))
ANSWERS.is_wrong("a tanh goes around the sum")(joined(lambda self, e, s, last: (s + self.attention(s)).tanh()))
ANSWERS.is_wrong("the LSTM's last state stands for all positions")(
    joined(lambda self, e, s, last: last + self.attention(s))
)
ANSWERS.is_wrong("the LSTM's last state stands for all positions")(
    joined(lambda self, e, s, last: s + self.attention(last))
)
ANSWERS.is_wrong("there is one row of logits for each text")(
    joined(lambda self, e, s, last: last + self.attention(last))
)
ANSWERS.is_wrong("there is one row of logits for each text")(giving(lambda self, logits: logits[:, -1]))
ANSWERS.is_wrong("later positions are hidden")(
    model(make=lambda self, v, e, h: setattr(self, "attention", CourseAttention(h, self.attention.hide or course_hide)))
)
ANSWERS.is_wrong("nn.LSTM returns two things")(
    model(lambda self, tokens: self.output(self.attention(self.lstm(self.embedding(tokens)))))
)
ANSWERS.is_wrong("nn.LSTM returns two things")(
    model(lambda self, tokens: self.output(self.dropout(self.lstm(self.embedding(tokens)))))
)
ANSWERS.is_wrong("the LSTM reads embeddings, and is given something else")(
    model(lambda self, tokens: self.output(self.lstm(tokens.float())[0]))
)
ANSWERS.is_wrong("the LSTM reads embeddings, and is given something else")(
    model(lambda self, tokens: self.output(self.lstm(tokens)[0]))
)
ANSWERS.is_wrong("add states and what was found, both (batch, time, hidden)")(
    joined(lambda self, e, s, last: last[:, -1] + self.attention(s))
)
ANSWERS.is_wrong("the logits of one text of one token should be (1, 1, 7), and is (7,)")(
    giving(lambda self, logits: logits.squeeze())
)
ANSWERS.is_wrong("something that the gradient still needs is changed in place")(model(adds_in_place))
ANSWERS.is_wrong("texts and time are exchanged before the LSTM")(model(turns_before_lstm))
ANSWERS.is_wrong("the layers are made anew at each call")(model(makes_output))
ANSWERS.is_wrong("those are probabilities")(giving(lambda self, logits: logits.softmax(-1)))
ANSWERS.is_wrong("those are logarithms of probabilities")(giving(lambda self, logits: logits.log_softmax(-1)))
ANSWERS.is_wrong("`forward` returns several things: this model carries no state")(
    giving(lambda self, logits: (logits, None))
)
ANSWERS.is_wrong("texts and time are exchanged in the logits")(giving(lambda self, logits: logits.transpose(0, 1)))
ANSWERS.is_wrong("the characters stand before the time")(giving(lambda self, logits: logits.mT))
ANSWERS.is_wrong("all positions stand in one long column")(giving(lambda self, logits: logits.flatten(0, 1)))
ANSWERS.is_wrong("those are states, `hidden_size` long")(
    model(lambda self, tokens: self.lstm(self.embedding(tokens))[0])
)
ANSWERS.is_wrong("does the LSTM go on from the call before?")(model(goes_on))
ANSWERS.is_wrong("`hide` is not handed on, so nothing is hidden: `SelfAttention(hidden_size, hide)`")(
    model(keep_hide=False)
)
ANSWERS.is_wrong("the gradient does not flow through all layers")(model(detached))
ANSWERS.is_wrong("the same tokens give other logits each time")(
    joined(lambda self, e, s, last: F.dropout(s + self.attention(s), 0.3))
)
ANSWERS.is_wrong("something is dropped out in evaluation mode")(
    joined(lambda self, e, s, last: F.dropout(s + self.attention(s), self.p))
)
ANSWERS.is_wrong("nothing is dropped out in training")(joined(lambda self, e, s, last: s + self.attention(s)))
ANSWERS.is_wrong("nothing is dropped out in training")(model(make=no_dropout))
ANSWERS.is_wrong("the probability is 0.5 where 0.3 was given")(model(make_dropout=lambda p: nn.Dropout()))
ANSWERS.is_wrong("the probability is 0.2 where 0.3 was given")(model(make_dropout=lambda p: nn.Dropout(0.2)))
ANSWERS.is_wrong("the probability is 0.7 where 0.3 was given")(model(make_dropout=lambda p: nn.Dropout(1 - p)))
ANSWERS.is_wrong("what is left after dropout is not made larger")(joined(unscaled))
ANSWERS.is_wrong("dropout falls on the logits")(
    model(
        lambda self, tokens: self.dropout(self.output((s := self.lstm(self.embedding(tokens))[0]) + self.attention(s)))
    )
)
ANSWERS.is_wrong("dropout falls on the embeddings")(model(embeds_dropped))
ANSWERS.is_wrong("dropout falls on the states before attention reads them")(joined(drops_first))
ANSWERS.is_wrong("only what was found is dropped out, and not the states")(
    joined(lambda self, e, s, last: s + self.dropout(self.attention(s)))
)
ANSWERS.is_wrong("states and what was found are dropped out apart")(
    joined(lambda self, e, s, last: self.dropout(s) + self.dropout(self.attention(s)))
)
ANSWERS.is_wrong("dropout is given to `self.lstm`, too")(
    model(make=lambda self, v, e, h: setattr(self, "lstm", nn.LSTM(e, h, batch_first=True, dropout=self.p)))
)
ANSWERS.is_wrong("`self.lstm` has no biases")(put("lstm", lambda v, e, h: nn.LSTM(e, h, bias=False, batch_first=True)))
ANSWERS.is_wrong("only the states are dropped out")(
    joined(lambda self, e, s, last: self.dropout(s) + self.attention(s))
)
ANSWERS.is_wrong("dropout falls twice on what was found")(
    joined(lambda self, e, s, last: self.dropout(s + self.dropout(self.attention(s))))
)
ANSWERS.is_wrong("dropout falls twice on what was found")(
    joined(lambda self, e, s, last: self.dropout(self.dropout(s + self.attention(s))))
)


@ANSWERS.is_wrong("`AttentionLanguageModel` should be an `nn.Module`")
class AttentionLanguageModel:
    def __init__(self, vocab_size, embedding_size, hidden_size, dropout=0.0, hide=None):
        self.embedding = nn.Embedding(vocab_size, embedding_size)

    def forward(self, tokens):
        return self.embedding(tokens)


@ANSWERS.is_right
class AttentionLanguageModel(nn.Module):
    def __init__(self, vocab_size, embedding_size, hidden_size, dropout=0.0, hide=None):
        super().__init__()
        self.output = nn.Linear(hidden_size, vocab_size)
        self.attention = CourseAttention(hidden_size, hide=hide)
        self.lstm = nn.LSTM(input_size=embedding_size, hidden_size=hidden_size, batch_first=True)
        self.embedding = nn.Embedding(vocab_size, embedding_size)
        self.dropout = nn.Dropout(p=dropout)

    def forward(self, tokens):
        states = self.lstm(self.embedding(tokens))[0]
        states = states + self.attention(states)
        return self.output(self.dropout(states))


@ANSWERS.is_right
class AttentionLanguageModel(CourseModel):  # the functional form, told the mode
    def forward(self, tokens):
        states, _ = self.lstm(self.embedding(tokens))
        whole = torch.stack([states, self.attention(states)]).sum(0)
        return self.output(F.dropout(whole, self.dropout.p, training=self.training))


@ANSWERS.is_right
class AttentionLanguageModel(CourseModel):  # the LSTM a character at a time, and so the logits
    def forward(self, tokens):
        state, states = None, []
        for step in self.embedding(tokens).split(1, dim=1):
            one, state = self.lstm(step, state)
            states.append(one)
        states = torch.cat(states, dim=1)
        whole = self.dropout(self.attention(states).add(states))
        return torch.stack([self.output(one) for one in whole.unbind(1)], dim=1)


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
ANSWERS.is_wrong("nothing is hidden: `masked_fill`")(mask(forgets_result))
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
