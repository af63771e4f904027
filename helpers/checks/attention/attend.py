"""Checks of lesson 05: scaled dot-product attention, the look-up itself."""

import math
import re
import traceback

import torch

from helpers.checks.attention.reference import HIDDEN, Hide, look_up
from helpers.checks.expectations import Mistake, compare, compare_gradients, expect, expect_tensor, expect_type, same

_BATCH, _TIME, _SIZE = 3, 5, 6  # none of them, nor its root, is another, or the root of a number that one would write


_FIXED = {math.sqrt(n): f"the root of {n}" for n in (2, 16, 32, 64, 128, 256, 512)} | {
    n: f"{n}" for n in (2, 16, 32, 64)
}


def attend(answer):
    """The numbers of torch's own function, for any number of dimensions, queries and keys, and with `hide`."""
    queries, keys, values = torch.randn(3, _BATCH, _TIME, _SIZE)
    result = _call(answer, queries, keys, values)
    _expect_one_tensor(result)
    _compare_plain(result, queries, keys, values)
    _expect_other_sizes(answer)
    _expect_other_dimensions(answer)
    _compare_hidden(answer, *(part[:, : len(HIDDEN)] for part in (queries, keys, values)))
    _compare_large_scores(answer, 200 * queries, keys, values)
    _compare_gradients(answer, queries, keys, values)


def _call(answer, *arguments):
    """Name what the errors of the first call are nearly always about."""
    try:
        return answer(*arguments)
    except TypeError as error:
        if "'NoneType' object is not callable" in str(error):
            raise Mistake("`hide` is called although it is None: hide the scores only `if hide is not None`") from None
        raise
    except RuntimeError as error:
        said = str(error).rstrip(".")
        if "must match the size" in said or "to be: [" in said or "x.T" in said:
            raise Mistake(_misfit(said, traceback.extract_tb(error.__traceback__)[-1].line or "")) from None
        raise


def _misfit(said: str, line: str) -> str:
    """Explain an error about shapes by the line in which it was raised."""
    if (".sum(" in line and "keepdim" not in line) or not re.search(r"\.T\b|@|matmul|bmm", line):
        return f"the shapes do not fit in this line ({said}): `{line}`; `sum(-1, keepdim=True)`?"
    if re.search(r"\bvalues\s*@|matmul\(values", line):
        return f"a matrix product does not fit ({said}): the weights stand on the left, `weights @ values`"
    if re.search(r"values\.(mT|T|transpose)", line):
        return f"a matrix product does not fit ({said}): the values are not turned, `weights @ values`"
    return (
        f"a matrix product does not fit ({said}): only the last two dimensions of the keys are exchanged, "
        "`queries @ keys.mT`; `.T` would turn the batch, too"
    )


def _expect_one_tensor(result) -> None:
    if isinstance(result, tuple):
        raise Mistake("you return several things: return the weighted sum alone")
    expect_type(result, torch.Tensor, "what `attend` returns")
    if result.shape == (_BATCH, _TIME, _TIME):
        by_row = result.detach().sum(-1)
        if same(by_row, torch.ones_like(by_row), 1e-4):
            raise Mistake("those are the weights: multiply them with the values, `weights @ values`")
        raise Mistake("what you return has a number for each query and key: the softmax, then the values, come next")
    if result.shape == (_BATCH, _BATCH, _SIZE):
        raise Mistake(
            "each query has one score, that of its own key: it is compared with every key, `queries @ keys.mT`"
        )
    if result.shape == (_BATCH, _SIZE):
        raise Mistake("there is one vector for each text: each query has its own weights and its own weighted sum")
    what = f"what `attend` returns for {_TIME} queries, keys and values of size {_SIZE} in {_BATCH} texts"
    expect_tensor(result, what, (_BATCH, _TIME, _SIZE))


def _compare_plain(result, queries, keys, values) -> None:
    dots = queries @ keys.mT
    scores, root = dots / math.sqrt(_SIZE), math.sqrt(_SIZE)
    causal = torch.ones(_TIME, _TIME, dtype=torch.bool).triu(1)
    wrong_weights = [
        (dots.softmax(-1), "the scores are not divided: divide them by the root of the size of a query"),
        ((dots / _SIZE).softmax(-1), "the scores are divided by the size of a query: divide by its root"),
        ((dots / _SIZE / 2).softmax(-1), "the scores are divided by the size and by 2: `** 1 / 2` is a power and then a half, and the root is `** 0.5`"),
        ((dots * root).softmax(-1), "the scores are multiplied by the root: divide by it"),
        ((dots / math.sqrt(_TIME)).softmax(-1), "the scores are divided by the root of the number of positions: take the size of a query, its last dimension"),
        ((dots / _TIME).softmax(-1), "the scores are divided by the number of positions: divide by the root of the size of a query, its last dimension"),
        ((dots / math.sqrt(_BATCH)).softmax(-1), "the scores are divided by the root of the number of texts: take the size of a query, its last dimension"),
        (scores.softmax(-2), "the softmax is taken over the queries: over the keys, dim=-1, so that the weights of each query add up to 1"),
        (scores.softmax(0), "the softmax is taken over the texts: over the keys, dim=-1, so that the weights of each query add up to 1"),
        (scores.flatten(1).softmax(1).view_as(scores), "the weights of all queries together add up to 1: take the softmax over the keys alone, dim=-1"),
        (scores.mT.softmax(-1), "queries and keys are exchanged: row t of the scores holds query t against every key, `queries @ keys.mT`"),
        (scores.softmax(-1).mT, "the weights are turned round before they meet the values: `weights @ values`, row t of the weights is query t's"),
        (scores.log_softmax(-1), "those weights are logarithms: take the softmax itself"),
        (scores.sigmoid(), "a sigmoid weighs each key by itself: with a softmax over the keys the weights of a query add up to 1"),
        (scores, "the softmax is missing: the scores themselves weigh the values"),
        (dots, "the softmax is missing, and so is the root: the scores themselves weigh the values"),
        (dots.softmax(-1) / root, "the division comes after the softmax: divide the scores, then take the softmax"),
        (scores.softmax(-1).softmax(-1), "the softmax is taken twice"),
        (scores.masked_fill(causal, -math.inf).softmax(-1), "later keys are hidden: what is hidden is for `hide` to say, and without it every key is seen"),
        (torch.full_like(scores, 1 / _TIME), "every key weighs the same: the weights do not follow the scores"),
        *[((dots / divisor).softmax(-1), f"the scores are divided by {name}, whatever the size of a query: divide by the root of it, `queries.shape[-1]`") for divisor, name in _FIXED.items()],
    ]  # fmt: skip
    own_key = (queries * keys).sum(-1, keepdim=True) / root
    mistakes = [(weights @ values, message) for weights, message in wrong_weights] + [
        (own_key.softmax(1) * values, "each query has one score, that of its own key: it is compared with every key, `queries @ keys.mT`"),
        (own_key.softmax(-1) * values, "each query has one score, that of its own key: it is compared with every key, `queries @ keys.mT`"),
        (look_up(queries, values, values), "the scores come from the values: a query is compared with the keys"),
        ((scores @ values).softmax(-1), "the softmax is taken of what is summed up: take it of the scores, and then multiply the values"),
        (look_up(queries, values, keys), "keys and values are exchanged: the scores come from the keys, the sum is one of values"),
        (look_up(values, keys, queries), "queries and values are exchanged: the sum is one of values"),
        (look_up(queries, keys, keys), "the sum is one of keys: the weights multiply the values"),
        (look_up(queries, keys, queries), "the sum is one of queries: the weights multiply the values"),
        (look_up(queries, queries, values), "the scores are those of queries against queries: the keys are not used"),
        (look_up(keys, keys, values), "the scores are those of keys against keys: the queries are not used"),
    ]  # fmt: skip
    right = look_up(queries, keys, values)
    compare(result.detach(), right, "`attend` of random queries, keys and values", mistakes)


def _try(answer, what: str, advice: str, *arguments) -> torch.Tensor:
    """Call where only the sizes are new."""
    try:
        result = answer(*arguments)
    except (RuntimeError, IndexError, ValueError) as error:
        said = str(error).split("\n")[0].split(".  ")[0][:120].rstrip(".")
        raise Mistake(f"`attend` fails with {what} ({said}): {advice}") from None
    expect_type(result, torch.Tensor, "what `attend` returns")
    return result.detach()


def _expect_other_sizes(answer) -> None:
    """Fewer queries than keys, as when one new character looks back, and values of another size."""
    advice = "the scores are (..., queries, keys), and nothing else needs these numbers"
    for count, size in ((3, 4), (1, 4), (3, 9)):
        queries, keys, values = torch.randn(2, count, 6), torch.randn(2, 5, 6), torch.randn(2, 5, size)
        what = f"{count} quer{'ies' if count > 1 else 'y'}, 5 keys of size 6 and 5 values of size {size}"
        result = _try(answer, what, advice, queries, keys, values)
        expect_tensor(result, f"`attend` of {what} in 2 texts", (2, count, size))
        by_values = queries @ keys.mT / math.sqrt(size)
        compare(
            result, look_up(queries, keys, values), f"`attend` of {what}",
            [(by_values.softmax(-1) @ values, "the root is that of the size of the values: take the size of a query")],
        )  # fmt: skip


def _expect_other_dimensions(answer) -> None:
    """One text alone, and several heads a text."""
    advice = "count dimensions from the end, -1 and -2, and any number may stand in front"
    for shape in ((_TIME, _SIZE), (_BATCH, 4, _TIME, _SIZE)):
        queries, keys, values = torch.randn(3, *shape)
        result = _try(answer, f"{len(shape)} dimensions", advice, queries, keys, values)
        expect_tensor(result, f"`attend` of queries, keys and values with {len(shape)} dimensions", shape)
        expect(
            same(result, look_up(queries, keys, values), 1e-4),
            f"the numbers are right for three dimensions and wrong for {len(shape)}: {advice}",
        )


def _compare_hidden(answer, queries, keys, values) -> None:
    hide = Hide()
    result = answer(queries, keys, values, hide)
    expect_tensor(result, "`attend` with `hide`", queries.shape)
    right, plain = look_up(queries, keys, values, HIDDEN), look_up(queries, keys, values)
    dots = queries @ keys.mT
    weights = (dots / math.sqrt(_SIZE)).softmax(-1)
    unused = "goes on without what it returns: it returns new scores, so `scores = hide(scores)`"
    late = "`hide` comes after the softmax: hide the scores, then take their softmax, and the weights still add up to 1"
    hidden_late = hide(weights)
    mistakes = [
        (plain, f"`hide` is called, and `attend` {unused}" if hide.calls > 1 else "`hide` is not used: `scores = hide(scores)` before the softmax"),
        (hidden_late @ values, late),
        (hidden_late.softmax(-1) @ values, late),
        (weights.masked_fill(HIDDEN, 0.0) @ values, "weights are set to zero after the softmax, so that the others no longer add up to 1: hide the scores before it"),
        (look_up(queries, keys, values, HIDDEN.T), "the scores that `hide` is given are turned round: it takes them as (..., queries, keys)"),
        ((dots / math.sqrt(_SIZE) + hide(dots / math.sqrt(_SIZE))).softmax(-1) @ values, "the scores are added to what `hide` returns: those are the scores already, so `scores = hide(scores)`"),
        (hide(dots).softmax(-1) @ values, "with `hide` the scores are not divided by the root: divide, hide, and then the softmax"),
    ]  # fmt: skip
    compare(result.detach(), right, "`attend` with a `hide` that hides some of the keys", mistakes)
    wide = Hide(torch.eye(3, 5, dtype=torch.bool))
    arguments = torch.randn(2, 3, 3, 6), torch.randn(2, 3, 5, 6), torch.randn(2, 3, 5, 4)
    result = _try(
        answer,
        "`hide`, 3 queries and 5 keys in two texts of three heads",
        "hide the scores as they are",
        *arguments,
        wide,
    )
    compare(result, look_up(*arguments, wide.hidden), "`attend` with `hide`, for 3 queries and 5 keys")


def _compare_large_scores(answer, queries, keys, values) -> None:
    result, right = answer(queries, keys, values).detach(), look_up(queries, keys, values)
    expect(
        same(result, right, 1e-3),
        "with large scores the numbers are wrong, or none: exp of a large score is too large for a float; "
        "`torch.softmax` takes care of that",
    )


def _compare_gradients(answer, *arguments) -> None:
    message = (
        "the numbers are right, but no gradient flows back to queries, keys and values: no .detach() or no_grad here"
    )
    leaves = [tensor.clone().requires_grad_() for tensor in arguments]
    compare_gradients(answer(*leaves), look_up(*leaves), leaves, message)
