"""Checks of lesson 06, the draw: as often as the softmax says, row by row, and the generator decides."""

import torch

from helpers.checks.expectations import Mistake, expect, expect_tensor, expect_type, only_the_generator, same

_KINDS = torch.tensor([[1.0, 0.0, -1.0, 2.0], [0.0, 1.5, 0.5, -1.0]])  # rows of two kinds, in turn


_DRAWS = 4_000  # of each kind: few enough for an answer that goes row by row


_TOLERANCE = 0.036  # on a share of _DRAWS draws, and on the mean logit that is drawn: 4.5 standard deviations


def draw(answer):
    """The shares of many draws are the probabilities, row by row, and the generator decides."""
    _compare_shapes(answer)
    _compare_rows(answer)
    rows = _KINDS.repeat(_DRAWS, 1)
    drawn = _call(answer, rows, 1)
    _compare_shares(answer, rows, drawn)
    _expect_certain(answer)
    _expect_generator(answer, rows[:200])


def _call(answer, logits: torch.Tensor, seed: int) -> torch.Tensor:
    try:
        return answer(logits.clone(), torch.Generator().manual_seed(seed))
    except RuntimeError as error:
        if "probability tensor contains" in str(error):
            raise Mistake("torch.multinomial wants probabilities, and these are not: take the softmax first") from None
        raise


def _sharp(tokens: torch.Tensor) -> torch.Tensor:
    """Return logits of four characters that leave no doubt which one is drawn in each row."""
    return 40.0 * torch.nn.functional.one_hot(tokens, 4) - 20.0


def _compare_shapes(answer) -> None:
    logits = _sharp(torch.tensor([0, 2, 1]))
    result = _call(answer, logits, 0)
    expect_type(result, torch.Tensor, "`draw` of three rows of logits")
    if result.shape == (3, 1):
        raise Mistake("torch.multinomial gives shape (rows, 1): take `[:, 0]` of it")
    if result.dim() == 0 or result.shape == (1,):
        raise Mistake("one token is drawn for all rows together: draw one for each row")
    if result.shape == logits.shape:
        raise Mistake("there is a number for every character: return one token for each row")
    expect_tensor(result, "`draw` of three rows of logits", shape=(3,), dtype=torch.int64)
    single = _call(answer, logits[:1], 0)
    if isinstance(single, torch.Tensor) and single.dim() == 0:
        raise Mistake("one row gives shape (), and should give (1,): take `[:, 0]`, `squeeze` removes too much")
    expect_tensor(single, "`draw` of one row of logits", shape=(1,), dtype=torch.int64)
    expect_tensor(answer(logits), "`draw` without a generator", shape=(3,))


def _compare_rows(answer) -> None:
    """Rows that leave no doubt: the same tokens in another order are rows mixed up."""
    tokens = torch.randint(4, (60,))
    result = _call(answer, _sharp(tokens), 0)
    mixed_up = not same(result, tokens) and same(result.sort().values, tokens.sort().values)
    expect(not mixed_up, "the rows are mixed up: each row is drawn from its own logits")


def _compare_shares(answer, rows: torch.Tensor, drawn: torch.Tensor) -> None:
    expect_tensor(drawn, f"`draw` of {len(rows):,} rows of logits", shape=(len(rows),))
    shares = torch.stack([drawn[kind::2].bincount(minlength=4)[:4] / _DRAWS for kind in (0, 1)])
    if _close(shares, rows.softmax(-1)):
        return
    if bool((shares == 1).any(1).all()):  # in each kind of row one token every time
        few = [_call(answer, _KINDS, seed).tolist() for seed in range(20)]
        if all(one == few[0] for one in few):
            raise Mistake("the likeliest token comes every time: draw, with torch.multinomial")
        raise Mistake("one random number is shared by all rows: each row needs a draw of its own")
    for weights, message in [
        (rows.softmax(0), "the softmax runs over the rows: the characters are the last dimension, `softmax(-1)`"),
        (torch.ones_like(rows), "every token is drawn equally often: draw by the softmax"),
        (rows.softmax(-1).softmax(-1), "the softmax is taken twice: once is right"),
        (-rows.log_softmax(-1), "the draw goes by −ln p, so the unlikely tokens come most often: draw by p"),
        (rows.abs().softmax(-1), "a logit below 0 is taken for one above: draw by the logits as they are"),
        (
            _second_of_two(rows.softmax(-1)),
            "two are drawn, and the second is taken, which is never the first: draw one",
        ),
    ]:
        if _close(shares, weights):
            raise Mistake(message)
    slope = _slope(shares)
    if _close(shares, (slope * rows).softmax(-1)):
        raise Mistake(_says_of_slope(slope))
    raise Mistake("the shares of the tokens are not the probabilities: draw from `logits.softmax(-1)`")


def _close(shares: torch.Tensor, weights: torch.Tensor) -> bool:
    wanted = weights[:2] / weights[:2].sum(-1, keepdim=True)
    difference = shares - wanted
    mean_logit = (difference * _KINDS).sum(-1).mean()  # a temperature near to 1 shows here first
    return bool(difference.abs().max() < _TOLERANCE and mean_logit.abs() < _TOLERANCE)


def _second_of_two(probabilities: torch.Tensor) -> torch.Tensor:
    """Return how often each comes as the second of two that are drawn without putting the first back."""
    after = probabilities / (1 - probabilities)
    return probabilities * (after.sum(-1, keepdim=True) - after)


def _slope(shares: torch.Tensor) -> float:
    """Return by which factor the logits seem to have been multiplied: a line through the logarithms of the shares."""
    logarithms = shares.clamp(min=1e-6).log()
    found, given = (part - (shares * part).sum(-1, keepdim=True) for part in (logarithms, _KINDS))
    return ((shares * found * given).sum() / (shares * given * given).sum()).item()


def _says_of_slope(slope: float) -> str:
    if slope < 0:
        return "the unlikely tokens come most often: is there a minus before the logits?"
    often = "often" if slope > 1 else "seldom"
    return f"the likely tokens come too {often}, as if the logits were divided by {1 / slope:.2f}: draw by `logits.softmax(-1)`"


def _expect_certain(answer) -> None:
    """What is ruled out never comes, and logits far beyond what `exp` can take are drawn from, too."""
    drawn = _call(answer, torch.tensor([-3.0, -torch.inf, -3.0, -torch.inf]).expand(200, -1), 3)
    expect(not bool((drawn % 2).any()), "a token is drawn whose logit is minus infinity: it has probability 0")
    large = torch.tensor([[300.0, 100.0, 0.0, -300.0]]).expand(4, -1)
    too_large = (
        "with logits of 300, 100, 0 and −300 the first should come every time: `softmax` can do that, `exp` cannot"
    )
    try:
        drawn = answer(large.clone(), torch.Generator().manual_seed(3))
    except RuntimeError as error:
        if "probability tensor contains" in str(error):
            raise Mistake(too_large) from None
        raise
    expect(not bool(drawn.any()), too_large)


def _expect_generator(answer, rows: torch.Tensor) -> None:
    generator = torch.Generator().manual_seed(1)
    first, then = answer(rows, generator), answer(rows, generator)
    expect(
        same(_call(answer, rows, 1), first), "the same seed gives other tokens: hand `generator` to torch.multinomial"
    )
    expect(
        not same(_call(answer, rows, 2), first),
        "every seed gives the same tokens: hand `generator` on as it is, and set no seed inside the function",
    )
    expect(
        not same(first, then),
        "two draws with one generator give the same tokens: a seed is set anew before each, and should not be",
    )
    with only_the_generator():
        answer(rows, generator)
    expect(
        not same(answer(rows), answer(rows)),
        "without a generator two draws give the same tokens: hand None on as it is, and torch draws from its own random "
        "numbers; make no generator, and set no seed",
    )
