"""What learners hand in for `SelfAttention` of lesson 05."""

import math

import torch
import torch.nn.functional as F
from torch import nn

from helpers.answers.attention import SelfAttention as CourseAttention
from helpers.answers.attention import attend as course_attend
from helpers.answers.attention import hide_future as course_hide
from tests.checks.answers import Answers
from tests.checks.attention.attend import look

ANSWERS = Answers()


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
