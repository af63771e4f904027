"""What learners hand in for `generate` of lesson 05."""

import math

import torch
import torch.nn.functional as F
from torch import nn

from helpers.answers.attention import attend
from helpers.answers.attention import generate as course_generate
from helpers.checks.attention.writer import COLD
from tests.checks.answers import Answers

ANSWERS = Answers()


def key_of(attention, states):
    return attention.key(states)


def value_of(attention, states):
    return attention.value(states)


def query_of(attention, states):
    return attention.query(states[:, -1:])


def newest(states):
    return states[:, -1:]


def as_it_is(thing):
    return thing


def append(old, new, number):
    return torch.cat([old, new], dim=1)


def drawn(logits, temperature, generator):
    return torch.multinomial((logits / temperature).softmax(-1), 1, generator=generator)


def write(
    *, keys_of=key_of, values_of=value_of, grow=append, grow_values=None, late=False, cache=as_it_is,
    query=query_of, asks_start=False, find=attend, mix=torch.add, last=newest, position=-1, draw=drawn,
    read=as_it_is, first=None, state=lambda new, old: new, feed=lambda token, tokens, start: token,
    count=as_it_is, join=lambda tokens, token: torch.cat([tokens, token], dim=1),
    result=lambda tokens, start: tokens, grad=False, switches_off=False,
):  # fmt: skip
    """Make `generate`; each argument brings in one mistake.

    `grow` and `grow_values` append what was made of the token that was read last, `late` lets them do it only after the
    draw; `cache` is what attention is given of the keys and values.
    """

    def generate(model, start_tokens, max_new_tokens, temperature, generator):
        attention, tokens = model.attention, start_tokens

        def grown(keys, values, number):
            if number == 0:
                return keys, values
            key, value = keys_of(attention, states), values_of(attention, states)
            return grow(keys, key, number), (grow_values or grow)(values, value, number)

        with torch.set_grad_enabled(grad):
            states, lstm_state = model.lstm(model.embedding(read(tokens)), first)
            begun, keys, values = states, keys_of(attention, states), values_of(attention, states)
            for number in range(count(max_new_tokens)):
                if not late:
                    keys, values = grown(keys, values, number)
                asking = query(attention, begun if asks_start else states)
                logits = model.output(mix(last(states), find(asking, cache(keys), cache(values))))[:, position]
                token = draw(logits, temperature, generator)
                if late:
                    keys, values = grown(keys, values, number)
                tokens = join(tokens, token)
                states, new_state = model.lstm(model.embedding(feed(token, tokens, start_tokens)), lstm_state)
                lstm_state = state(new_state, lstm_state)
        if switches_off:
            torch.set_grad_enabled(False)
        return result(tokens, start_tokens)

    return generate


def appends_early(*, before_the_draw):
    """Make `generate` that appends key and value of the last state before the LSTM has read the new token."""

    def generate(model, start_tokens, max_new_tokens, temperature, generator):
        attention, tokens = model.attention, start_tokens
        with torch.no_grad():
            states, lstm_state = model.lstm(model.embedding(tokens))
            keys, values = attention.key(states), attention.value(states)
            for _ in range(max_new_tokens):
                last = states[:, -1:]
                longer = (
                    torch.cat([keys, attention.key(last)], dim=1),
                    torch.cat([values, attention.value(last)], dim=1),
                )
                seen = longer if before_the_draw else (keys, values)
                logits = model.output(last + attend(attention.query(last), *seen))[:, -1]
                token = drawn(logits, temperature, generator)
                tokens = torch.cat([tokens, token], dim=1)
                keys, values = longer
                states, lstm_state = model.lstm(model.embedding(token), lstm_state)
        return tokens

    return generate


def asks_the_whole_model(model, start_tokens, max_new_tokens, temperature, generator):
    attention, tokens = model.attention, start_tokens
    with torch.no_grad():
        states, lstm_state = model.lstm(model.embedding(tokens))
        keys = attention.key(states)
        for _ in range(max_new_tokens):
            model.eval()
            token = drawn(model(tokens)[:, -1], temperature, generator)
            tokens = torch.cat([tokens, token], dim=1)
            states, lstm_state = model.lstm(model.embedding(token), lstm_state)
            keys = torch.cat([keys, attention.key(states)], dim=1)
    return tokens


def without_embedding(model, start_tokens, max_new_tokens, temperature, generator):
    _, state = model.lstm(model.embedding(start_tokens))
    return model.lstm(start_tokens[:, -1:], state)


def start_without_embedding(model, start_tokens, max_new_tokens, temperature, generator):
    return model.lstm(start_tokens)


def asks_the_model_for_keys(model, start_tokens, max_new_tokens, temperature, generator):
    states, _ = model.lstm(model.embedding(start_tokens))
    return model.key(states)


for line, function in {
    "let the LSTM read the new token first": appends_early(before_the_draw=False),
    "anew for each token, beside what you keep": asks_the_whole_model,
    "the temperature divides what the output layer reads": write(
        mix=lambda last, found: (last + found) / COLD,
        draw=lambda logits, temperature, generator: drawn(logits, 1.0, generator),
    ),
    "the LSTM reads embeddings, and is given tokens": without_embedding,
    "the three maps belong to `model.attention`": asks_the_model_for_keys,
    "cuts the fraction off: divide with `/`": write(
        draw=lambda logits, temperature, generator: torch.multinomial(
            (logits // temperature).softmax(-1), 1, generator=generator
        )
    ),
    "new keys stand before the others": write(
        grow=lambda old, new, number: torch.cat([new, old], dim=1), grow_values=append
    ),
    "new values stand before the others": write(grow_values=lambda old, new, number: torch.cat([new, old], dim=1)),
    "the values are made by `attention.query`": write(values_of=lambda attention, states: attention.query(states)),
    "the keys are made by `attention.query`": write(keys_of=lambda attention, states: attention.query(states)),
    "the states are taken for the keys": write(keys_of=lambda attention, states: states),
    "values of the new tokens are made by `attention.key`": write(
        values_of=lambda attention, states: (attention.value if states.shape[1] > 1 else attention.key)(states)
    ),
    "keys of the new tokens are made by `attention.value`": write(
        keys_of=lambda attention, states: (attention.key if states.shape[1] > 1 else attention.value)(states)
    ),
}.items():
    ANSWERS.add_wrong("generate", line, function)
ANSWERS.add_wrong("generate", "the LSTM reads embeddings, and is given tokens", start_without_embedding)


def reads_last_twice(model, start_tokens, max_new_tokens, temperature, generator):
    attention, tokens = model.attention, start_tokens
    with torch.no_grad():
        states, lstm_state = model.lstm(model.embedding(tokens))
        keys, values = attention.key(states), attention.value(states)
        for _ in range(max_new_tokens):
            last, lstm_state = model.lstm(model.embedding(tokens[:, -1:]), lstm_state)
            keys = torch.cat([keys, attention.key(last)], dim=1)
            values = torch.cat([values, attention.value(last)], dim=1)
            logits = model.output(last + attend(attention.query(last), keys, values))[:, -1]
            tokens = torch.cat([tokens, drawn(logits, temperature, generator)], dim=1)
    return tokens


def anew(position=-1, mode=False, grad=False):
    def generate(model, start_tokens, max_new_tokens, temperature, generator):
        model.train(mode)
        tokens = start_tokens
        for _ in range(max_new_tokens):
            with torch.set_grad_enabled(grad):
                logits = model(tokens)[:, position]
            tokens = torch.cat([tokens, drawn(logits, temperature, generator)], dim=1)
        return tokens

    return generate


def keeps_states(find):
    """Make `generate` keep the states alone: `find(attention, states)` gives what the last position finds."""

    def generate(model, start_tokens, max_new_tokens, temperature, generator):
        tokens = start_tokens
        with torch.no_grad():
            states, lstm_state = model.lstm(model.embedding(tokens))
            for _ in range(max_new_tokens):
                logits = model.output(states[:, -1] + find(model.attention, states)[:, -1])
                token = drawn(logits, temperature, generator)
                tokens = torch.cat([tokens, token], dim=1)
                new, lstm_state = model.lstm(model.embedding(token), lstm_state)
                states = torch.cat([states, new], dim=1)
        return tokens

    return generate


def of_all_states(attention, states):
    return attend(attention.query(states[:, -1:]), attention.key(states), attention.value(states))


def asks_all_again(model, start_tokens, max_new_tokens, temperature, generator):
    attention, tokens = model.attention, start_tokens
    with torch.no_grad():
        states, lstm_state = model.lstm(model.embedding(tokens))
        keys, values = attention.key(states), attention.value(states)
        for _ in range(max_new_tokens):
            found = attend(attention.query(states), keys, values)
            token = drawn(model.output(states + found)[:, -1], temperature, generator)
            tokens = torch.cat([tokens, token], dim=1)
            new, lstm_state = model.lstm(model.embedding(token), lstm_state)
            states = torch.cat([states, new], dim=1)
            keys = torch.cat([keys, attention.key(new)], dim=1)
            values = torch.cat([values, attention.value(new)], dim=1)
    return tokens


def hands_hide_on(model, start_tokens, max_new_tokens, temperature, generator):
    hide = model.attention.hide
    find = attend if hide is None else lambda queries, keys, values: attend(queries, keys, values, hide)
    return write(find=find)(model, start_tokens, max_new_tokens, temperature, generator)


def drops(model, start_tokens, max_new_tokens, temperature, generator):
    output = model.output
    model.output = nn.Sequential(model.dropout, output)
    text = course_generate(model, start_tokens, max_new_tokens, temperature, generator)
    model.output = output
    return text


def states_only(model, start_tokens, max_new_tokens, temperature, generator):
    """Read each token alone, and attend to nothing: the way of lesson 04."""
    tokens, reading, state = start_tokens, start_tokens, None
    with torch.no_grad():
        for _ in range(max_new_tokens):
            states, state = model.lstm(model.embedding(reading), state)
            reading = drawn(model.output(states)[:, -1], temperature, generator)
            tokens = torch.cat([tokens, reading], dim=1)
    return tokens


def cannot_stand_still(model, start_tokens, max_new_tokens, temperature, generator):
    text = course_generate(model, start_tokens, max_new_tokens, temperature, generator)
    return torch.cat([start_tokens, torch.stack(list(text[:, start_tokens.shape[1] :].T), 1)], 1)


def at_least_one(model, start_tokens, max_new_tokens, temperature, generator):
    return course_generate(model, start_tokens, max(1, max_new_tokens), temperature, generator)


def unscaled(queries, keys, values):
    return (queries @ keys.mT).softmax(-1) @ values


def first_row_then_own(logits, temperature, generator):
    token = drawn(logits, temperature, generator)
    return token if temperature > 0.1 else token[:1].expand(len(logits), 1)  # else the shares would tell


def by_width(queries, keys, values):
    return (queries @ keys.mT / queries.shape[-1]).softmax(-1) @ values


def over_queries(queries, keys, values):
    return (queries @ keys.mT / math.sqrt(queries.shape[-1])).softmax(-2) @ values


for function in (
    reads_last_twice, states_only, drops, cannot_stand_still, at_least_one, asks_all_again,
    hands_hide_on,
):  # fmt: skip
    function.__name__ = "generate"


def plain(attention, states):
    return states


# The cache.
ANSWERS.is_wrong("the start's last position stands in the cache twice")(appends_early(before_the_draw=True))
ANSWERS.is_wrong("each new position stands in the cache twice")(
    write(grow=lambda old, new, number: torch.cat([old, new, new], dim=1))
)
ANSWERS.is_wrong("the keys and values of the new tokens are missing")(write(grow=lambda old, new, number: old))
ANSWERS.is_wrong("the keys and values of the newest token replace the others")(write(grow=lambda old, new, number: new))
ANSWERS.is_wrong("the keys and values of the start are forgotten")(
    write(grow=lambda old, new, number: new if number == 1 else append(old, new, number))
)
ANSWERS.is_wrong("the last token attends to itself alone")(write(cache=lambda kept: kept[:, -1:]))
ANSWERS.is_wrong("append first, then attend")(write(late=True))
ANSWERS.is_wrong("a position attends to itself, too")(write(cache=lambda kept: kept[:, :-1]))
ANSWERS.is_wrong("a position is dropped from the cache at each step")(
    write(grow=lambda old, new, number: append(old[:, 1:], new, number))
)
ANSWERS.is_wrong("the first position is missing in the cache")(write(cache=lambda kept: kept[:, 1:]))
ANSWERS.is_wrong("there are not as many keys as values")(write(grow_values=lambda old, new, number: old))
ANSWERS.is_wrong("there are not as many keys as values")(write(grow_values=append, grow=lambda old, new, number: old))
ANSWERS.is_wrong("joined along time: torch.cat with dim=1")(write(grow=lambda old, new, number: torch.cat([old, new])))
ANSWERS.is_wrong("the keys are taken for the values")(write(values_of=key_of))
ANSWERS.is_wrong("the values are taken for the keys")(write(keys_of=value_of))
ANSWERS.is_wrong("keys and values are exchanged")(write(keys_of=value_of, values_of=key_of))
ANSWERS.is_wrong("queries and keys are exchanged")(
    write(keys_of=lambda a, states: a.query(states), query=lambda a, states: a.key(states[:, -1:]))
)
ANSWERS.is_wrong("the query is made by `attention.key`")(write(query=lambda a, states: a.key(states[:, -1:])))
ANSWERS.is_wrong("the states themselves are kept")(write(keys_of=plain, values_of=plain))
ANSWERS.is_wrong("the states are taken for the values")(write(values_of=plain))
ANSWERS.is_wrong("the state is taken for the query")(write(query=lambda a, states: states[:, -1:]))
ANSWERS.is_wrong("the query is that of the start's last state all along")(write(asks_start=True))
ANSWERS.is_wrong("the query is that of the start's first state")(write(query=lambda a, states: a.query(states[:, :1])))
ANSWERS.is_wrong("the state that is added is the start's first one")(write(last=lambda states: states[:, :1]))
ANSWERS.is_wrong("the first position of the start writes on")(
    write(query=lambda a, states: a.query(states[:, :1]), last=lambda states: states[:, :1])
)
ANSWERS.is_wrong("the residual path is missing")(write(mix=lambda last, found: found))
ANSWERS.is_wrong("what attention found is missing")(write(mix=lambda last, found: last))
ANSWERS.is_wrong("what attention found is missing")(states_only)
ANSWERS.is_wrong("the logits that you draw from are not those of a pass over the whole text")(
    write(mix=lambda last, found: last * found)
)
ANSWERS.is_wrong("not divided by the root of the width")(write(find=unscaled))
ANSWERS.is_wrong("divided by the width, not by its root")(write(find=by_width))
ANSWERS.is_wrong("the softmax is not taken over the keys")(write(find=over_queries))
ANSWERS.is_wrong("dropout falls on what the model knows")(drops)
ANSWERS.is_wrong("the query has lost its dimension of time: `states[:, -1:]` keeps it")(
    write(last=lambda states: states[:, -1], query=lambda a, states: a.query(states[:, -1]))
)
ANSWERS.is_wrong("the query has lost its dimension of time: `states[:, -1:]` keeps it")(
    write(last=lambda states: states[:, -1], query=lambda a, states: a.query(states[:, -1]), position=slice(None))
)
ANSWERS.is_wrong("the query is made of the last text's states, `states[-1:]`")(
    write(last=lambda states: states[-1:], query=lambda a, states: a.query(states[-1:]))
)
ANSWERS.is_wrong("the query is made of the last text's states, `states[-1:]`")(
    write(query=lambda a, states: a.query(states[-1:]))
)
ANSWERS.is_wrong("right while `model.attention.hide` is None, but a mask for square scores hides")(hands_hide_on)
# The LSTM.
ANSWERS.is_wrong("the start's last token is read twice")(reads_last_twice)
ANSWERS.is_wrong("a new token is read from a fresh state")(write(state=lambda new, old: None))
ANSWERS.is_wrong("hand on the newest one")(write(state=lambda new, old: old))
ANSWERS.is_wrong("hidden state and cell are exchanged")(write(state=lambda new, old: new[::-1]))
ANSWERS.is_wrong("the start is not read from a fresh state")(
    write(first=tuple(torch.full((1, 3, 6), 0.5) for _ in range(2)))
)
ANSWERS.is_wrong("only the start's last token is read")(write(read=lambda start: start[:, -1:]))
ANSWERS.is_wrong("the text is read again from the state that has read it already")(
    write(feed=lambda token, tokens, start: tokens)
)
ANSWERS.is_wrong("every step reads the start's last token")(write(feed=lambda token, tokens, start: start[:, -1:]))
ANSWERS.is_wrong("one token is read as a tensor of shape (batch, 1)")(
    write(feed=lambda token, tokens, start: token[:, 0])
)
ANSWERS.is_wrong("each new token once, in order")(write(feed=lambda token, tokens, start: start[:, :1]))
ANSWERS.is_wrong("right, but each new token reads the whole text anew, 68 steps of the LSTM where 13 are enough")(
    anew()
)
ANSWERS.is_wrong("right, but all keys and values are computed anew for each token: 68 where 13 are enough")(
    keeps_states(of_all_states)
)
ANSWERS.is_wrong("right, but all keys, values and queries are computed anew for each token: 68 where 13 are enough")(
    keeps_states(lambda attention, states: attention(states))
)
ANSWERS.is_wrong("right, but all queries are computed anew for each token: 68 where 13 are enough")(asks_all_again)
ANSWERS.is_wrong("right, but gradients were recorded")(write(grad=True))
ANSWERS.is_wrong("gradients are still switched off")(write(switches_off=True))
ANSWERS.is_wrong("dropout falls on what the model knows")(anew(mode=True))
# The draw.
ANSWERS.is_wrong("draw from the logits at the *last* position")(anew(position=0))
ANSWERS.is_wrong("the likeliest token comes every time")(
    write(draw=lambda logits, t, g: logits.argmax(-1, keepdim=True))
)
ANSWERS.is_wrong("the temperature has no effect")(write(draw=lambda logits, t, g: drawn(logits, 1.0, g)))
ANSWERS.is_wrong("the temperature has no effect")(
    write(draw=lambda logits, t, g: torch.multinomial(logits.softmax(-1) / t, 1, generator=g))
)
ANSWERS.is_wrong("the logits are multiplied by the temperature")(
    write(draw=lambda logits, t, g: drawn(logits, 1 / t, g))
)
ANSWERS.is_wrong("all tokens come about equally often")(
    write(draw=lambda logits, t, g: torch.multinomial((logits.softmax(-1) / t).softmax(-1), 1, generator=g))
)
ANSWERS.is_wrong("torch.multinomial takes probabilities")(
    write(draw=lambda logits, t, g: torch.multinomial(logits / t, 1, generator=g))
)
ANSWERS.is_wrong("draw from the logits at the last position, of shape (batch, vocab)")(write(position=slice(None)))
ANSWERS.is_wrong("all rows get the first row's token")(write(draw=first_row_then_own))
ANSWERS.is_wrong("all rows get the same token")(
    write(draw=lambda logits, t, g: drawn(logits, t, g)[:1].expand(len(logits), 1))
)
ANSWERS.is_wrong("rows are mixed up")(write(draw=lambda logits, t, g: drawn(logits, t, g).roll(1, 0)))
ANSWERS.is_wrong("the same seed gives another text")(write(draw=lambda logits, t, g: drawn(logits, t, None)))
ANSWERS.is_wrong("every seed gives the same text")(write(draw=lambda logits, t, g: drawn(logits, t, g.manual_seed(0))))
# The text.
ANSWERS.is_wrong("only the new tokens are returned")(write(result=lambda tokens, start: tokens[:, start.shape[1] :]))
ANSWERS.is_wrong("a start of 5 there should be 13 tokens, and there are 14")(write(count=lambda number: number + 1))
ANSWERS.is_wrong("a start of 5 there should be 13 tokens, and there are 11")(write(count=lambda number: number - 2))
ANSWERS.is_wrong("the text should begin with start_tokens")(
    write(join=lambda tokens, token: torch.cat([token, tokens], dim=1))
)
ANSWERS.is_wrong("the dtype of what `generate` returns should be int64")(
    write(result=lambda tokens, start: tokens.float())
)
ANSWERS.is_wrong("what `generate` returns should be a tensor, and is a list")(
    write(result=lambda tokens, start: tokens.tolist())
)
ANSWERS.is_wrong("with max_new_tokens 0 it should give the start back, and raises RuntimeError")(cannot_stand_still)
ANSWERS.is_wrong("with max_new_tokens 0 it should give the start back, and gives something else")(at_least_one)


@ANSWERS.is_right
@torch.no_grad()
def generate(model, start_tokens, max_new_tokens, temperature, generator):  # a list of keys, Gumbel's way to draw
    keys, values, written, state = [], [], list(start_tokens.T), None
    for place in range(start_tokens.shape[1] + max_new_tokens):
        if place >= start_tokens.shape[1]:
            found = F.scaled_dot_product_attention(
                model.attention.query(states), torch.cat(keys, 1), torch.cat(values, 1)
            )
            logits = model.output((states + found).squeeze(1)) / temperature
            noise = -torch.empty_like(logits).exponential_(generator=generator).log()
            written.append((logits + noise).argmax(-1))
        states, state = model.lstm(model.embedding(written[place][:, None]), state)
        keys.append(model.attention.key(states))
        values.append(model.attention.value(states))
    return torch.stack(written, dim=1)


@ANSWERS.is_right
def generate(model, start_tokens, max_new_tokens, temperature, generator):  # room made beforehand, by inverse CDF
    batch, time = start_tokens.shape
    model.eval()
    with torch.inference_mode():
        tokens = torch.zeros(batch, time + max_new_tokens, dtype=torch.long)
        tokens[:, :time] = start_tokens
        states, state = model.lstm(model.embedding(start_tokens), None)
        keys = torch.zeros(batch, time + max_new_tokens, states.shape[-1])
        values = keys.clone()
        keys[:, :time], values[:, :time] = model.attention.key(states), model.attention.value(states)
        for end in range(time, time + max_new_tokens):
            found = attend(model.attention.query(states[:, -1:]), keys[:, :end], values[:, :end])
            logits = model.output(model.dropout(states[:, -1] + found[:, 0]))
            edges = torch.softmax(logits / temperature, dim=1).cumsum(1)
            tokens[:, end] = torch.searchsorted(edges, torch.rand(batch, 1, generator=generator))[:, 0].clamp(max=6)
            if end + 1 < time + max_new_tokens:
                states, state = model.lstm(model.embedding(tokens[:, end : end + 1]), state)
                keys[:, end], values[:, end] = (
                    layer(states)[:, 0] for layer in (model.attention.key, model.attention.value)
                )
    return tokens.clone()


@ANSWERS.is_right
@torch.no_grad()
def generate(model, start_tokens, max_new_tokens, temperature, generator):  # a row at a time, nothing batched
    def write_row(tokens):
        states, state = model.lstm(model.embedding(tokens))
        keys, values = model.attention.key(states), model.attention.value(states)
        for _ in range(max_new_tokens):
            found = attend(model.attention.query(states[-1:]), keys, values)
            shares = torch.softmax(model.output(states[-1:] + found) / temperature, dim=-1)
            token = torch.multinomial(shares[0], 1, generator=generator)
            tokens = torch.cat([tokens, token])
            states, state = model.lstm(model.embedding(token), state)
            keys = torch.vstack([keys, model.attention.key(states)])
            values = torch.vstack([values, model.attention.value(states)])
        return tokens

    return torch.stack([write_row(row) for row in start_tokens])


@ANSWERS.is_right
@torch.no_grad()
def generate(model, start_tokens, max_new_tokens, temperature, generator):  # all states attend; the last is taken
    attention, new = model.attention, []
    states, state = model.lstm(model.embedding(start_tokens))
    keys, values = attention.key(states), attention.value(states)
    while len(new) < max_new_tokens:
        logits = model.output(states + attend(attention.query(states), keys, values))
        scaled = logits[:, -1, :].div(temperature)
        new.append(torch.multinomial(scaled.log_softmax(-1).exp(), num_samples=1, generator=generator))
        states, state = model.lstm(model.embedding(new[-1]), hx=state)
        keys = torch.cat((keys, attention.key(states)), dim=-2)
        values = torch.cat((values, attention.value(states)), dim=-2)
    return torch.cat([start_tokens, *new], dim=1)
