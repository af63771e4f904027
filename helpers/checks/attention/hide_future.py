"""Checks of lesson 05: hiding what is yet to come."""

import math

import torch

from helpers.checks.expectations import Mistake, compare_gradients, expect, expect_tensor, expect_type, same

_TEXTS, _TIME = 3, 5


_LATER = torch.ones(_TIME, _TIME, dtype=torch.bool).triu(1)


def hide_future(answer):
    """Minus infinity above the diagonal, and nothing else changed, whatever stands in front of the two dimensions."""
    scores = torch.randn(_TEXTS, _TIME, _TIME)
    result = _call(answer, scores)
    expect_type(result, torch.Tensor, "what `hide_future` returns")
    _expect_scores(result.detach(), scores)
    _compare_places(~result.detach().float().isclose(scores))
    _expect_places_not_values(answer)
    _expect_hidden_for_good(answer)
    _expect_other_shapes(answer)
    _expect_gradient(answer, scores)


def _call(answer, scores: torch.Tensor):
    try:
        return answer(scores)
    except (RuntimeError, IndexError, TypeError) as error:
        if any(words in str(error) for words in _NOT_BOOLEAN):
            raise Mistake(
                f"the mask holds numbers ({str(error).splitlines()[0][:80].rstrip('.')}), and has to hold true and false: "
                "make it with `dtype=torch.bool`"
            ) from None
        if "must match the size" in str(error) or "must match the existing size" in str(error):
            raise Mistake(
                f"the mask does not fit the scores ({str(error).rstrip('.')}): both its sides are as long as the last "
                "dimension, `scores.shape[-1]`"
            ) from None
        raise


_NOT_BOOLEAN = (
    "only supports boolean masks",
    "condition to be a boolean",
    "tensors used as indices",
    "operator.invert",
)


def _hidden(scores: torch.Tensor) -> torch.Tensor:
    return scores.masked_fill(torch.ones_like(scores, dtype=torch.bool).triu(1), -math.inf)


def _expect_scores(result: torch.Tensor, scores: torch.Tensor) -> None:
    """Tell scores from the mask itself, from weights, and from what is no number."""
    if result.dtype == torch.bool or result.shape == (_TIME, _TIME):
        raise Mistake("that is the mask alone: return the scores, with minus infinity where the mask says so")
    expect_tensor(result, f"`hide_future` of scores of {_TEXTS} texts of {_TIME} positions", scores.shape)
    if same(result, _hidden(scores).softmax(-1), 1e-4):
        raise Mistake("those are weights: `hide_future` only hides scores, and `attend` takes the softmax")
    if bool(result.isnan().any()):
        raise Mistake("some scores are nan: zero times infinity is no number, so fill, with `masked_fill`")
    for number in (0, 1):
        if bool((result[:, ~_LATER] == number).all()):
            raise Mistake(f"the scores that are not hidden are lost, they are all {number}: leave them as they are")


def _compare_places(changed: torch.Tensor) -> None:
    """Hold the places that have changed to the right ones; what they have become is asked later."""
    everywhere = torch.ones_like(_LATER)
    mistakes = [
        (_LATER.T, "the triangle is the wrong way round, and hides the earlier keys: row t may look at columns 0 to t"),
        (everywhere.triu(), "each position is hidden from itself, too: row t may look at columns 0 to t, column t among them"),
        (everywhere.tril(), "the triangle is the wrong way round, and hides each position from itself as well: row t may look at columns 0 to t"),
        (everywhere.triu(2), "row t still sees column t + 1, the very next position: it may look at columns 0 to t"),
        (~everywhere, "nothing is hidden: is the mask all False, or what `masked_fill` and `where` return not returned?"),
        (everywhere, "all scores are changed: those of columns 0 to t stay as they are in row t"),
        (_LATER.flip(0), "the triangle lies along the other diagonal: row t may look at columns 0 to t"),
        (_LATER.flip(1), "the triangle lies along the other diagonal: row t may look at columns 0 to t"),
    ]  # fmt: skip
    for places, message in mistakes:
        if bool((changed == places).all()):
            raise Mistake(message)
    expect(bool((changed & ~_LATER).any() or (changed == _LATER).all()), "some later keys have their scores still: hide all of them, with minus infinity")  # fmt: skip
    expect(bool((changed == _LATER).all()), "other places are changed than the later keys: row t may look at columns 0 to t, and they stay as they are")  # fmt: skip


def _expect_places_not_values(answer) -> None:
    """A score that happens to be 0 is a score like any other: seen up to the diagonal, hidden above it."""
    scores = torch.randn(_TEXTS, _TIME, _TIME)
    for text, row, column in ((0, 2, 2), (1, 3, 1), (2, 4, 0), (2, 1, 3)):
        scores[text, row, column] = 0.0
    result = answer(scores).detach()
    expect(
        not bool(result.isnan().any()),
        "the later scores are multiplied with minus infinity, which makes nan of a 0 and plus infinity of a score below "
        "it: fill it in, with `masked_fill`",
    )
    expect(
        same(result[:, ~_LATER], scores[:, ~_LATER], 1e-5),
        "scores that are 0 are hidden, too: decide by the place, not by the value",
    )
    expect(
        not (result[2, 1, 3] == 0 and result[2, 1, 4] != 0),
        "a later score that is 0 is not hidden: decide by the place, not by the value",
    )


def _expect_hidden_for_good(answer) -> None:
    """Beside scores as low as any network makes, later keys get no weight: -1e9 does that, too, and -1e4 does not."""
    fill = answer(torch.zeros(_TEXTS, _TIME, _TIME))[0, 0, 1].item()
    if fill == 0:
        raise Mistake(
            "the later scores are 0, a score like any other, for which softmax has weight: fill in minus infinity"
        )
    if fill > 0:
        raise Mistake(
            f"the later scores are {fill:.4g}, and softmax gives most weight to the highest: fill in *minus* infinity"
        )
    low = -1e6 - 300 * torch.rand(_TEXTS, _TIME, _TIME)
    expect(
        same(answer(low).detach().softmax(-1), _hidden(low).softmax(-1), 1e-6),
        f"the later scores are {fill:.4g}, and beside scores that are lower still softmax gives them weight: minus "
        "infinity, `-math.inf`, hides them for good",
    )


def _expect_other_shapes(answer) -> None:
    advice = "both sides of the mask are as long as the last dimension, `scores.shape[-1]`, whatever stands in front"
    for shape in ((4, 4), (2, 3, 6, 6), (2, 1, 1)):
        scores = torch.randn(shape)
        try:
            result = answer(scores)
        except (RuntimeError, IndexError, ValueError) as error:
            said = str(error).splitlines()[0][:120].rstrip(".")
            if "too many indices" in said:
                raise Mistake(
                    "`hide_future` takes scores of three dimensions alone: `[..., t, t + 1 :]` fits any shape"
                ) from None
            raise Mistake(f"`hide_future` fails with scores of shape {shape} ({said}): {advice}") from None
        expect_tensor(result, f"`hide_future` of scores {shape}", shape)
        right = same(result.detach().softmax(-1), _hidden(scores).softmax(-1), 1e-5)
        expect(right, f"`hide_future` hides other places in scores of shape {shape}: {advice}")


def _expect_gradient(answer, scores: torch.Tensor) -> None:
    leaf = scores.clone().requires_grad_()
    result, right = (one.masked_fill(_LATER, 0.0) for one in (answer(leaf), leaf))
    message = "no gradient flows back through the scores that are left: no .detach(), .data or no_grad here"
    compare_gradients(result, right, [leaf], message)
