"""Check of lesson 05: what the LSTM reads while writing, and from which state."""

from itertools import pairwise

import torch

from helpers.checks.attention.writer import Writer
from helpers.checks.expectations import Mistake, expect, same


def _is_fresh(call: dict) -> bool:
    return not any(bool(part.any()) for part in _given(call))


def _given(call: dict) -> tuple:
    """Return hidden state and cell that an LSTM was given."""
    state = call["read"][1] if len(call["read"]) > 1 else None
    return tuple(state) if state is not None else ()


def reads_anew(model: Writer, steps: list[dict], text: torch.Tensor, time: int) -> bool:
    """Tell whether every call reads the text from its beginning, as far as there was one."""
    tokens = [model.tokens_of(call["read"][0]) for call in steps]
    return len(tokens) > 1 and all(
        _is_fresh(call) and one.shape[-1] >= time and same(one, text[:, : one.shape[-1]])
        for call, one in zip(steps, tokens, strict=True)
    )


def expect_read(model: Writer, steps: list[dict], text: torch.Tensor, time: int) -> None:
    """Hold what the LSTM reads, call by call, to the text, each token once and from the state before it."""
    expect(len(steps) > 0, "the LSTM is never called: read the start with `model.lstm`")
    tokens = [model.tokens_of(call["read"][0]) for call in steps]
    if any(one.dim() != 2 or len(one) != len(text) for one in tokens):
        return  # row by row: the text will tell
    read, start, new = torch.cat(tokens, 1), text[:, :time], text[:, time:]
    expect(_is_fresh(steps[0]), "the start is not read from a fresh state: a text begins with none")
    for before, call in pairwise(steps):
        anew = model.tokens_of(call["read"][0])
        expect(
            not (_is_fresh(call) and anew.shape[1] >= time and same(anew, text[:, : anew.shape[1]])),
            "the model reads the whole text anew for each token, beside what you keep: make the logits of the last state and "
            "what its query finds, without calling `model` itself",
        )
        expect(
            not _is_fresh(call),
            "a new token is read from a fresh state: hand on the LSTM's state, which the call before returned",
        )
        state = before["returned"][1]
        expect(not same(_given(call), state[::-1]), "hidden state and cell are exchanged: the state is (hidden, cell)")
        expect(
            same(_given(call), state),
            "a token is not read from the state that the call before returned: hand on the newest one",
        )
    if any(same(read, torch.cat([start, new[:, :count]], 1)) for count in (-1, None)):
        return
    last = start[:, -1:]
    expect(
        not same(read[:, : time + 2], torch.cat([start, last, new[:, :1]], 1)),
        "the start's last token is read twice: reading the start has given the first state to draw from already",
    )
    expect(
        same(read[:, :1], start[:, :1]) or not same(read[:, :1], last),
        "only the start's last token is read: read all of start_tokens first",
    )
    expect(
        not same(read[:, : 2 * time], torch.cat([start, start], 1)),
        "the text is read again from the state that has read it already: read the new token alone",
    )
    expect(
        not same(read[:, time:], last.expand(-1, read.shape[1] - time)),
        "every step reads the start's last token: read the one that was drawn",
    )
    raise Mistake("the LSTM should read the start, and then each new token once, in order; it does not")
