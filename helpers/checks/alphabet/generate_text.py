"""The check of `generate_text`."""

import string

import torch
from torch import nn

from helpers.checks.expectations import Mistake, expect, expect_type
from helpers.checks.spies import called


@called("CharRNN")
class _Counter(nn.Module):
    """A model whose next character depends on everything it was fed: its state is a sum that each token changes."""

    hidden_size = 1
    size = 61  # a prime: its texts hardly ever agree by chance

    def __init__(self):
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(1))
        self.fed: list[int] = []
        self.rows: set[int] = set()
        self.hot = False
        self.graph = False

    def init_state(self, batch_size: int) -> torch.Tensor:
        return torch.zeros(batch_size, 1)

    def forward(self, tokens, hidden=None):
        if tokens.dim() != 2:
            raise Mistake(
                f"the model was given tokens of shape {tuple(tokens.shape)}: it wants (batch, time), here (1, time)"
            )
        hidden = self.init_state(len(tokens)) if hidden is None else hidden
        self.graph |= torch.is_grad_enabled()
        self.rows.add(len(tokens))
        logits = torch.zeros(*tokens.shape, self.size)
        for time in range(tokens.shape[1]):
            self.fed.append(int(tokens[0, time]))
            hidden = (hidden * 3 + tokens[:, time, None] + 2) % self.size
            logits[range(len(tokens)), time, hidden[:, 0].long()] = 0.5 if self.hot else 50.0
        return logits, hidden


_SYMBOLS = (string.ascii_letters + string.digits)[: _Counter.size]


def _vocabulary() -> tuple[dict[str, int], dict[int, str]]:
    return {symbol: index for index, symbol in enumerate(_SYMBOLS)}, dict(enumerate(_SYMBOLS))


def _write(start: str, k: int, *, carry: bool = True) -> str:
    """Return what the counter writes; without `carry`, each new token is fed with a fresh state."""
    state, text = 0, start
    for symbol in start:
        state = (state * 3 + _SYMBOLS.index(symbol) + 2) % _Counter.size
    for _ in range(k):
        text += _SYMBOLS[state]
        state = (state * 3 * carry + state + 2) % _Counter.size
    return text


def generate_text(answer):
    """The text of a model that counts all it was fed: each token once, in order, the state carried on."""
    start, k = "bead", 8
    model = _Counter()
    try:
        written = answer(model, start, k, 0, _vocabulary())
    except KeyError as error:
        if not isinstance(error.args[0], int):
            raise
        raise Mistake(
            f"{error} is not in the dictionary: is it the vocabulary that is handed in, not the one from above?"
        ) from None
    expect_type(written, str, "`generate_text`")
    expect(len(model.fed) > 0, "the model was never called")
    expect(model.rows == {1}, "the model was given several windows: put one row of tokens into the batch, with [None]")
    _compare_text(written, start, k, model.fed)
    expect(answer(_Counter(), "c", 1, 0, _vocabulary()) == _write("c", 1), "one character after 'c' comes out wrong")
    expect(answer(_Counter(), start, 0, 0, _vocabulary()) == start, "with k = 0 the start should come back as it is")
    expect(not model.graph, "gradients are tracked while writing: put the loop under `with torch.no_grad():`")
    warm = _Counter()
    warm.hot = True
    text = answer(warm, start, k, 1.0, _vocabulary())
    fed = "".join(_SYMBOLS[token] for token in warm.fed)
    expect(
        len(fed) > len(text) or text.startswith(fed),
        f"the text goes on with {text[len(start) :]!r}, and the model is fed {fed[len(start) :]!r}: draw once, and feed the very token "
        "that is written",
    )
    texts = {answer(warm, start, k, 1.0, _vocabulary()) for _ in range(5)}
    expect(len(texts) > 1, "at temperature 1 the text is the same every time: hand the temperature on when you draw")
    cold = answer(warm, start, k, 0.01, _vocabulary())
    expect(cold == _write(start, k), "at a low temperature the text is as wild as at 1: hand the temperature on")


def _compare_text(written: str, start: str, k: int, fed: list[int]) -> None:
    right = _write(start, k)
    if written == right:
        return
    expect(written != right[len(start) :], "the start is missing: return it together with what follows")
    expect(len(written) != len(right) - 1, f"one character is missing: after the start, {k} characters should follow")
    expect(len(written) != len(right) + 1, f"one character too many: after the start, exactly {k} should follow")
    expect(written.startswith(start), f"the text should begin with the start {start!r}, and is {written!r}")
    if len(written) != len(right):
        raise Mistake(f"the text should have {len(right)} characters, {len(start)} and {k}, and has {len(written)}")
    prime = [_SYMBOLS.index(symbol) for symbol in start]
    if written[len(start)] == _write(start[0], 1)[-1]:
        raise Mistake("you draw from the logits of the first position: after the last character come `logits[0, -1]`")
    if fed[: len(prime) + 1] == [*prime, prime[-1]] and written[len(start)] != start[-1]:
        raise Mistake("the last character of the start is fed twice: draw from the logits that the start has given")
    expect(fed[: len(prime)] == prime, "the model has not read the whole start: feed all of its characters first")
    if len(fed) > len(right):
        raise Mistake("the model reads the same characters again in each step: feed only the new token, with the state")
    expect(len(fed) > len(prime), "the model reads the start and nothing more: in the loop, feed it each new token")
    expect(
        written != _write(start, k, carry=False),
        "the state is lost between steps: hand the state that the model returns to its next call",
    )
    raise Mistake(
        "the text is not what the model says: in the loop, draw from its newest logits, append that character, and feed its "
        "token, with the state that the call before returned"
    )
