"""Checks of lesson 04, the exercise `sample`: what is fed, what is drawn from, and where it runs."""

import math

import torch

from helpers.checks.expectations import Mistake, expect, only_the_generator, same
from helpers.checks.lstm.device import expect_device
from helpers.checks.lstm.earlier import naming_earlier
from helpers.checks.lstm.keep_top_k import keep_top_k
from helpers.checks.modules import expect_still_in_evaluation
from helpers.checks.recorded_lstm import Spy
from helpers.checks.writing import (
    PRIME,
    SIZE,
    SYMBOLS,
    expect_fed,
    expect_length,
    expect_modes,
    likeliest_text,
    lively_model,
    take_text,
)
from helpers.ground.vocabulary import Vocabulary

_VOCABULARY = Vocabulary(SYMBOLS)


_LEVEL = torch.tensor([3.0, -1.0, 1.5, 0.0, 1.0, 0.5, -2.0])


_BEST = [0, 2, 4]  # the places of the three largest in _LEVEL


_DRAWS, _CALLS = 900, 60


_TOLERANCE = 0.08  # on a share of _DRAWS draws: about five standard deviations


def sample(answer):
    """The prime and `size` characters more, each fed once, from the state, out of the best top_k."""
    with naming_earlier(answer, keep_top_k):
        model = lively_model(_VOCABULARY.encode(PRIME))
        text = _write(answer, model, SIZE, 1, 0)
        expect_modes(model)
        expect_length(text)
        expect_fed(model, _VOCABULARY, text)
        _compare_text(answer, model, text)
        _expect_drawn_fed(answer)
        _expect_mode_kept(answer, model.eval())
        _expect_shares(_write(answer, _level_model(), _DRAWS, 3, 1)[len(PRIME) :])
        _expect_seeds(answer)
        _expect_first_drawn(answer)
        expect_device(answer, _VOCABULARY, PRIME)


def _write(answer, model: Spy, size: int, top_k: int, seed: int) -> str:
    generator = torch.Generator().manual_seed(seed)
    return take_text(
        model,
        lambda: answer(model, _VOCABULARY, size, PRIME, top_k, generator),
        name="sample",
        one_character="`torch.tensor([[token]])`",
    )


def _level_model() -> Spy:
    """Return a model whose logits are always _LEVEL."""
    model = Spy(len(SYMBOLS))
    model.output.weight.data.zero_()
    model.output.bias.data.copy_(_LEVEL)
    return model


def _compare_text(answer, model: Spy, text: str) -> None:
    """With top_k = 1 each character is the likeliest after those before."""
    if text == likeliest_text(model, _VOCABULARY, len(text)):
        return
    kinds = len(set(_write(answer, _level_model(), 100, 1, 0)[len(PRIME) :]))
    expect(
        kinds == 1,
        f"with top_k = 1 the likeliest character should come every time, and {kinds} different ones come where the "
        "logits are the same each time: use `keep_top_k`, and hand it the `top_k` that was given",
    )
    raise Mistake(
        "with top_k = 1 the likeliest character should come every time: draw from the logits at the *last* position, "
        "`logits[0, -1]`, of the call that has read the newest one, after `keep_top_k`"
    )


def _expect_drawn_fed(answer) -> None:
    """Where more than the likeliest is drawn, another character than the drawn one may be fed."""
    model = lively_model(_VOCABULARY.encode(PRIME))
    text = _write(answer, model, SIZE, len(SYMBOLS), 3)
    fed = "".join(_VOCABULARY.decode(call["tokens"][0]) for call in model.calls)
    expect(
        fed in (text[:-1], text),
        f"the text goes on with {text[len(PRIME) :]!r}, and the model is fed {fed[len(PRIME) :]!r}: feed the very character that was "
        "drawn and written",
    )


def _expect_mode_kept(answer, model: Spy) -> None:
    _write(answer, model, 2, 1, 0)
    expect_still_in_evaluation(model)


def _expect_shares(text: str) -> None:
    """Hold the best three to come as often as the softmax of _LEVEL says."""
    shares = torch.tensor([text.count(symbol) / len(text) for symbol in SYMBOLS])
    best = _LEVEL[_BEST]
    expect(
        same(shares[_BEST].sum(), torch.tensor(1.0), 1e-5),
        "`top_k` has no effect: put the logits through `keep_top_k` before the softmax",
    )
    expect(
        shares.max() < 0.99,
        "one character comes every time: draw from the probabilities, with torch.multinomial, and let `generator` go on from "
        "draw to draw",
    )
    expect(
        not _close(shares[_BEST], torch.full((3,), 1 / 3)),
        "each of the best is drawn equally often: draw by the softmax of the logits",
    )
    if _close(shares[_BEST], best.softmax(0)):
        return
    most, least = shares[_BEST[0]].item(), shares[_BEST[2]].item()
    divisor = (best[0] - best[2]).item() / math.log(most / least) if most > least > 0 else math.nan
    if divisor > 0 and _close(shares[_BEST], (best / divisor).softmax(0)):
        raise Mistake(
            f"the shares are those of logits divided by about {divisor:.1f}: that is a temperature, and nobody asked "
            "for one; take the softmax of what `keep_top_k` gives"
        )
    raise Mistake("the shares of the characters are not those of the softmax over the best 3")


def _close(shares: torch.Tensor, wanted: torch.Tensor) -> bool:
    return bool((shares - wanted).abs().max() < _TOLERANCE)


def _expect_first_drawn(answer) -> None:
    model = _level_model()
    first = {_write(answer, model, 1, 3, seed)[len(PRIME) :] for seed in range(_CALLS)}
    expect(
        len(first) > 1,
        f"the first new character is the same in {_CALLS} texts of different seeds: draw it like all others",
    )


def _expect_seeds(answer) -> None:
    texts = [_write(answer, _level_model(), 40, 3, seed) for seed in (1, 1, 2)]
    expect(texts[0] == texts[1], "the same seed gives another text: hand `generator` to torch.multinomial")
    expect(
        texts[0] != texts[2],
        "every seed gives the same text: hand `generator` to torch.multinomial as it is, unseeded",
    )
    model = _level_model()
    with only_the_generator():
        _write(answer, model, 5, 3, 1)
    texts = [answer(_level_model(), _VOCABULARY, 40, PRIME, 3) for _ in range(2)]
    expect(
        texts[0] != texts[1],
        "without a generator every text is the same: hand None on as it is, and torch draws from its own random numbers",
    )
