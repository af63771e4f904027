"""Checks of lesson 05: writing with the LSTM's state, the keys and the values kept."""

import math
import traceback

import torch

from helpers.checks.attention.cache import compare_logits, expect_query, right_logits
from helpers.checks.attention.reading import expect_read, reads_anew
from helpers.checks.attention.writer import COLD, VOCAB, Writer
from helpers.checks.expectations import Mistake, expect, expect_tensor, same

_ROWS, _TIME, _NEW = 3, 5, 8


_MANY, _LONG, _TOLERANCE = 60, 15, 0.08  # on shares of _MANY * _LONG draws: about five standard deviations


def generate(answer):
    """The same logits as one pass over the whole text gives, draws by their softmax, and one step a token."""
    model, start = _lively()
    text = _call(answer, model, start, _NEW, COLD)
    _expect_text(text, start)
    steps = model.calls(model.lstm)
    made = {name: _positions(model.calls(getattr(model.attention, name))) for name in ("key", "value", "query")}
    if not reads_anew(model, steps, text, _TIME):
        expect_read(model, steps, text, _TIME)
    _expect_no_dropout(model)
    compare_logits(model, text, _TIME)
    _expect_shares(answer)
    _expect_likeliest(model, text)
    _expect_nothing_new(answer, model, start)
    count = _positions(steps)
    expect(
        count <= _TIME + _NEW,
        f"right, but each new token reads the whole text anew, {count:g} steps of the LSTM where {_TIME + _NEW} are "
        "enough: keep its state, the keys and the values, and read the new token alone",
    )
    _expect_made_once(made)
    expect(
        not any(call["grad"] for call in steps),
        "right, but gradients were recorded: put the loop under `with torch.no_grad():`",
    )
    _expect_no_mask(answer, model, start, text)


def _positions(calls: list[dict]) -> float:
    """Return how many positions a row has put through a layer."""
    return sum(call["read"][0].shape[:-1].numel() for call in calls) / _ROWS


def _expect_made_once(made: dict[str, float]) -> None:
    anew = [name for name, count in made.items() if count > _TIME + _NEW]
    if anew:
        what = ", ".join({"key": "keys", "value": "values", "query": "queries"}[name] for name in anew)
        advice = "make a query of the last state alone" if anew == ["query"] else "keep them, and append the new one"
        raise Mistake(
            f"right, but all {' and '.join(what.rsplit(', ', 1))} are computed anew for each token: "
            f"{made[anew[0]]:g} where {_TIME + _NEW} are enough; {advice}"
        )


def _expect_no_mask(answer, model: Writer, start: torch.Tensor, text: torch.Tensor) -> None:
    """A mask for square scores may hide from a single query all keys but the first."""
    model.attention.hide = lambda scores: scores.masked_fill(torch.ones_like(scores).triu(1) > 0, -math.inf)
    expect(
        same(_call(answer, model, start, _NEW, COLD), text),
        "right while `model.attention.hide` is None, but a mask for square scores hides from this one query all keys but "
        "the first: hand no `hide` on, nothing is later here",
    )


def _lively() -> tuple[Writer, torch.Tensor]:
    """Return a model and a start after which each row goes on otherwise than the others, and than after its first token."""
    while True:
        model, start = Writer().eval(), torch.randint(VOCAB, (_ROWS, _TIME))
        with torch.no_grad():
            likeliest = model(start).argmax(-1)
        first, last = likeliest[:, 0], likeliest[:, -1]
        if len(last.unique()) == _ROWS and (first != last).all():
            return model, start


def _call(answer, model: Writer, start: torch.Tensor, count: int, temperature: float, seed: int = 0):
    model.forget()
    model.train()
    try:
        text = answer(model, start, count, temperature, torch.Generator().manual_seed(seed))
        recorded = torch.is_grad_enabled()
    except (RuntimeError, ValueError) as error:
        if "prob_dist must be" in str(error):
            expect_query(model, len(start))
        lines = [frame.line for frame in traceback.extract_tb(error.__traceback__) if "lstm(" in (frame.line or "")]
        if "unbatched 2-D" in str(error) and not any("embedding" in line for line in lines):
            raise Mistake(_NO_EMBEDDING) from None
        for words, message in _RAISED:
            if words in str(error):
                raise Mistake(f"{message} ({str(error).splitlines()[0].rstrip('.')})") from None
        raise
    except AttributeError as error:
        if "AttentionLanguageModel" in str(error) and str(error).endswith(("'query'", "'key'", "'value'")):
            raise Mistake("the three maps belong to `model.attention`: `model.attention.query` and so on") from None
        raise
    finally:
        torch.set_grad_enabled(True)
    expect(recorded, "after `generate` gradients are still switched off: use `with torch.no_grad():`, which ends")
    return text


_NO_EMBEDDING = "the LSTM reads embeddings, and is given tokens: `model.lstm(model.embedding(...))`"


_RAISED = [
    ("RNN input dtype", _NO_EMBEDDING),
    ("unbatched 2-D", "one token is read as a tensor of shape (batch, 1), so that its embedding has a time, too"),
    (
        "except in dimension",
        "keys, values and tokens are joined along time: torch.cat with dim=1, of one new position for each row",
    ),
    (
        "Expected size for first two dimensions",
        "there are not as many keys as values: append to both, with torch.cat, and hand `attend` queries, keys and values in this order",
    ),
    ("probability tensor contains", "torch.multinomial takes probabilities: the softmax of the logits"),
    ("prob_dist must be", "draw from the logits at the last position, of shape (batch, vocab)"),
]


def _expect_text(text, start: torch.Tensor) -> None:
    expect_tensor(text, "what `generate` returns", dtype=torch.int64)
    shape, right = tuple(text.shape), (_ROWS, _TIME + _NEW)
    expect(shape != (_ROWS, _NEW), "only the new tokens are returned: return them after those of the start")
    if len(shape) == 2 and shape[0] == _ROWS and shape != right:
        raise Mistake(
            f"with max_new_tokens {_NEW} and a start of {_TIME} there should be {_TIME + _NEW} tokens, and there are {shape[1]}"
        )
    expect_tensor(text, f"the text of {_ROWS} rows, {_TIME} tokens and {_NEW} new ones", right)
    expect(same(text[:, :_TIME], start), "the text should begin with start_tokens")


def _expect_no_dropout(model: Writer) -> None:
    expect(
        not any(call["training"] for call in model.calls(model.dropout)),
        "dropout falls on what the model knows while it writes: leave it out, or call `model.eval()` first",
    )


def _expect_shares(answer) -> None:
    """With logits that are always the same, tokens come as often as the softmax of logits / temperature says."""
    level = torch.tensor([3.8, -1.0, 3.0, 0.0, 1.0, 0.5, -2.0])
    model, start = Writer(), torch.randint(VOCAB, (_MANY, 2))
    model.output.weight.data.zero_()
    model.output.bias.data.copy_(level)
    new = _call(answer, model, start, _LONG, 2.0)[:, 2:]
    shares = torch.bincount(new.flatten(), minlength=VOCAB) / new.numel()
    expect(
        shares.max() < 1, "the likeliest token comes every time: draw from the probabilities, with torch.multinomial"
    )
    expect(not (new == new[0]).all(), "all rows get the same token: draw one for each row")
    for wrong, message in (
        (level.softmax(0), "the temperature has no effect: divide the logits by it, before the softmax"),
        (
            (level // 2).softmax(0),
            "the logits are divided by the temperature with `//`, which cuts the fraction off: divide with `/`",
        ),
        ((2 * level).softmax(0), "the logits are multiplied by the temperature: divide them by it"),
        (
            torch.full((VOCAB,), 1 / VOCAB),
            "all tokens come about equally often: draw by one softmax of logits / temperature",
        ),
    ):
        expect((shares - wrong).abs().max() >= _TOLERANCE / 2, message)
    expect(
        (shares - (level / 2).softmax(0)).abs().max() < _TOLERANCE,
        "the shares of the tokens are not those of the softmax of logits / temperature",
    )
    first, again, other = (_call(answer, model, start[:_ROWS], _LONG, 2.0, seed) for seed in (1, 1, 2))
    expect(same(first, again), "the same seed gives another text: hand `generator` to torch.multinomial")
    expect(not same(first, other), "every seed gives the same text: hand on `generator` as it is, unseeded")


def _expect_likeliest(model: Writer, text: torch.Tensor) -> None:
    """At a temperature near zero each token is one of the likeliest after those before it."""
    new, logits = text[:, _TIME:], right_logits(model, text, _TIME)
    likely = [_are_likely(new, logits.roll(shift, 0)) for shift in range(_ROWS)]  # by the row's own logits, by others'
    if likely[0].all():
        return
    expect(
        not (likely[0][0].all() and (new == new[0]).all()),
        "all rows get the first row's token: draw one for each row, from its own logits",
    )
    expect(not any(one.all() for one in likely), "rows are mixed up: a row's token is drawn from another row's logits")
    raise Mistake(
        "with a temperature near zero the likeliest token should come every time: draw from the logits at the *last* "
        "position"
    )


def _are_likely(tokens: torch.Tensor, logits: torch.Tensor) -> torch.Tensor:
    chosen = logits.gather(-1, tokens[..., None])[..., 0]
    return logits.amax(-1) - chosen < 0.05


def _expect_nothing_new(answer, model: Writer, start: torch.Tensor) -> None:
    try:
        text = _call(answer, model, start, 0, 1.0)
    except Mistake:
        raise
    except Exception as error:
        said = f"{type(error).__name__}: {error}".splitlines()[0][:100]
        raise Mistake(f"with max_new_tokens 0 it should give the start back, and raises {said}") from None
    expect(same(text, start), "with max_new_tokens 0 it should give the start back, and gives something else")
