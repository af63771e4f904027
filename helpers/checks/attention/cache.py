"""Check of lesson 05: what is drawn from while writing, held against one pass over the whole text."""

from collections.abc import Callable, Iterable

import torch

from helpers.checks.attention.writer import COLD, VOCAB, WIDTH, Writer
from helpers.checks.expectations import Mistake, expect, same


@torch.no_grad()
def right_logits(model: Writer, text: torch.Tensor, time: int) -> torch.Tensor:
    """Return the logits before each token of the text from position `time` on, from one pass over the whole of it."""
    model.eval()
    logits = model(text)[:, time - 1 : -1]  # (batch, new, vocab)
    model.train()
    return logits


_Positions = Callable[[int, int], Iterable[int]]


@torch.no_grad()
def _wrong_logits(
    model: Writer, text: torch.Tensor, time: int, *,
    seen: _Positions = lambda p, time: range(p + 1), asks=lambda p, time: p, adds=lambda p, time: p,
    maps: str = "qkv", scale: float = WIDTH**-0.5, shares=lambda scores: scores.softmax(-1),
    residual: float = 1.0, attention: float = 1.0, new: str | None = None, of_values: _Positions | None = None,
    into: float = 1.0,
) -> torch.Tensor:  # fmt: skip
    """Return logits like `right_logits`, made step by step with a mistake.

    Args:
        model, text, time: as there.
        seen: the positions in the cache when position p is the last.
        asks, adds: the position whose query is used, and whose state is added.
        maps: what stands for queries, keys and values; "s" is the states.
        scale, shares: what the scores are multiplied by, and how they become weights.
        residual, attention: how often the state and what attention found are added.
        new: what stands for queries, keys and values of the new tokens, if not what `maps` says.
        of_values: the positions of the values in the cache, if not those of the keys.
        into: what the sum is multiplied by before the output layer reads it.
    """
    states, _ = model.lstm(model.embedding(text))
    layer = model.attention
    made = {"q": layer.query(states), "k": layer.key(states), "v": layer.value(states), "s": states}
    queries, keys, values = (
        torch.cat([made[name][:, :time], made[later][:, time:]], 1)
        for name, later in zip(maps, new or maps, strict=True)
    )
    logits = []
    for last in range(time - 1, text.shape[1] - 1):
        cache, asking = list(seen(last, time)), asks(last, time)
        scores = queries[:, asking : asking + 1] @ keys[:, cache].mT * scale  # (batch, 1, cache)
        found = (shares(scores) @ values[:, list((of_values or seen)(last, time))])[:, 0]  # (batch, width)
        logits.append(model.output(into * (residual * states[:, adds(last, time)] + attention * found)))
    return torch.stack(logits, 1)


def _then(first, later):
    """Take `first` while only the start has been read, then `later`."""
    return lambda p, time: first(p, time) if p < time else later(p, time)


def _all(p, time):
    return range(p + 1)


def _own(p, time):
    return p


def _starts_last(p, time):
    return time - 1


def _newest_first(p, time):
    return [*range(p, time - 1, -1), *range(time)]


_starts_first = _then(lambda p, time: 0, _own)


_MISTAKES = [
    ({"seen": lambda p, time: range(time)}, "the keys and values of the new tokens are missing: append those of each token that is read"),
    ({"seen": _then(_all, lambda p, time: range(p, p + 1))}, "the keys and values of the newest token replace the others: append them, with torch.cat"),
    ({"seen": _then(_all, lambda p, time: range(time, p + 1))}, "the keys and values of the start are forgotten: append the new ones to them"),
    ({"seen": lambda p, time: range(p, p + 1)}, "the last token attends to itself alone: keep the keys and values of all positions"),
    ({"seen": _then(_all, lambda p, time: range(p))}, "the newest key and value are missing when its query attends: append first, then attend"),
    ({"seen": lambda p, time: range(p)}, "the newest key and value are missing when its query attends: a position attends to itself, too"),
    ({"seen": lambda p, time: [*range(time), *range(time - 1, p + 1)]}, "the start's last position stands in the cache twice: append keys and values only after a new token is read"),
    ({"seen": _then(_all, lambda p, time: [*range(time), *sorted([*range(time, p + 1)] * 2)])}, "each new position stands in the cache twice: append its key and value once"),
    ({"seen": lambda p, time: range(p - time + 1, p + 1)}, "a position is dropped from the cache at each step: keep all"),
    ({"seen": lambda p, time: range(1, p + 1)}, "the first position is missing in the cache: keep all"),
    ({"seen": _then(_all, lambda p, time: [*range(time), *range(time - 1, p)])}, "key and value of the state before are appended: let the LSTM read the new token first"),
    ({"seen": _newest_first, "of_values": _all}, "new keys stand before the others and new values behind: append both in the same place, at the end"),
    ({"seen": _all, "of_values": _newest_first}, "new values stand before the others and new keys behind: append both in the same place, at the end"),
    ({"new": "qkk"}, "the values of the new tokens are made by `attention.key`: they are made by `attention.value`"),
    ({"new": "qvv"}, "the keys of the new tokens are made by `attention.value`: they are made by `attention.key`"),
    ({"into": 1 / COLD}, "the temperature divides what the output layer reads: divide the logits, which it returns"),
    ({"residual": 0.0}, "the residual path is missing: the output layer reads the last state plus what attention found"),
    ({"attention": 0.0}, "what attention found is missing: the output layer reads the last state plus what its query found"),
    ({"asks": _starts_last}, "the query is that of the start's last state all along: make it of the newest state"),
    ({"asks": _then(_own, lambda p, time: p - 1)}, "the query is that of the state before: make it of the newest state"),
    ({"asks": lambda p, time: max(p - 1, 0)}, "the query is that of the state before: make it of the newest state"),
    ({"asks": _starts_first}, "the query is that of the start's first state: make it of the last one, `states[:, -1:]`"),
    ({"adds": _starts_last}, "the state that is added is the start's last one all along: add the newest"),
    ({"adds": _starts_first}, "the state that is added is the start's first one: add the last, `states[:, -1:]`"),
    ({"adds": _starts_first, "asks": _starts_first}, "the first position of the start writes on: take its last state, `states[:, -1:]`"),
    ({"adds": _starts_last, "asks": _starts_last}, "query and state are those of the start's last position all along: take the newest state"),
    ({"maps": "qkk"}, "the keys are taken for the values: keep both"),
    ({"maps": "qvk"}, "keys and values are exchanged"),
    ({"maps": "qvv"}, "the values are taken for the keys: keep both"),
    ({"maps": "kqv"}, "queries and keys are exchanged"),
    ({"maps": "kkv"}, "the query is made by `attention.key`: it is made by `attention.query`"),
    ({"maps": "qss"}, "the states themselves are kept: keep what `attention.key` and `attention.value` make of them"),
    ({"maps": "qkq"}, "the values are made by `attention.query`: they are made by `attention.value`"),
    ({"maps": "qqv"}, "the keys are made by `attention.query`: they are made by `attention.key`"),
    ({"maps": "qsv"}, "the states are taken for the keys: keep what `attention.key` makes of them"),
    ({"maps": "qks"}, "the states are taken for the values: keep what `attention.value` makes of them"),
    ({"maps": "skv"}, "the state is taken for the query: `attention.query` makes it of the state"),
    ({"scale": 1.0}, "the scores are not divided by the root of the width: use your `attend`"),
    ({"scale": 1.0 / WIDTH}, "the scores are divided by the width, not by its root: use your `attend`"),
    ({"shares": torch.ones_like}, "the softmax is not taken over the keys, but over the one query: use your `attend`"),
]  # fmt: skip


def expect_query(model: Writer, rows: int) -> None:
    """Name what a query was made of, if that was not the states at a position; the logits are known to be wrong."""
    for call in model.calls(model.attention.query):
        shape = call["read"][0].shape
        expect(
            len(shape) != 2 or shape[0] != rows, "the query has lost its dimension of time: `states[:, -1:]` keeps it"
        )
        expect(
            len(shape) != 3 or shape[0] == rows,
            "the query is made of the last text's states, `states[-1:]`: the last position of each is `states[:, -1:]`",
        )


def compare_logits(model: Writer, text: torch.Tensor, time: int) -> None:
    """Hold what is drawn from to the logits of one pass over the text, whatever was drawn."""
    rows, count = text.shape[0], text.shape[1] - time
    noted = model.drawn_from()[:count]
    if len(noted) < count or any(tuple(logits.shape) != (rows, VOCAB) for logits in noted):
        return  # made otherwise: the text will tell
    logits = torch.stack(noted, 1)
    if same(logits, right_logits(model, text, time), 1e-3):
        return
    for mistake, message in _MISTAKES:
        if same(logits, _wrong_logits(model, text, time, **mistake), 1e-3):
            raise Mistake(message)
    expect_query(model, rows)
    raise Mistake(
        "the logits that you draw from are not those of a pass over the whole text: output(last state + what its query "
        "finds with the keys and values of all positions so far)"
    )
