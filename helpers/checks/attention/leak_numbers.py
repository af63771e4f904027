"""Check of lesson 05, how far a changed token reaches back: the numbers that mistakes give."""

import torch
import torch.nn.functional as F
from torch import nn

TOKEN = 0  # the new one


def difference(model: nn.Module, tokens: torch.Tensor, place, of=lambda logits: logits) -> torch.Tensor:
    """Return the logits minus those after the token has been put at a place: a position, or an index of the tensor."""
    changed = tokens.clone()
    changed[(slice(None), place) if isinstance(place, int | slice) else place] = TOKEN
    return of(model(tokens)) - of(model(changed))


def mistakes(model: nn.Module, tokens: torch.Tensor, position: int) -> list[tuple[float, str]]:
    """Return the number that each known mistake gives, and the line that names it."""
    whole = difference(model, tokens, position)
    before = whole[:, :position]
    of_sizes = difference(model, tokens, position, torch.abs)[:, :position]
    of_highest = [
        difference(model, tokens, position, lambda logits, of=of: of(logits[:, :position]).amax())
        for of in (torch.positive, torch.abs)
    ]
    found = [
        (whole[:, : position + 1].abs().max(), "the position itself is compared, too, and may change: stop before it, at `[:, :position]`"),
        (whole.abs().max(), "all positions are compared, but the position itself and later ones may change: stop before it, at `[:, :position]`"),
        (whole[:, position:].abs().max(), "the positions from the changed one on are compared: those before it must not know, `[:, :position]`"),
        (whole[:, position + 1 :].abs().sum() and whole[:, position + 1 :].abs().max(), "the positions from the changed one on are compared: those before it must not know, `[:, :position]`"),
        (whole[:position].abs().max(), "the first rows are compared, not the first positions: time is the second dimension, `[:, :position]`"),
        (before[:, -1].abs().max(), "only the position right before is compared: a leak may reach further back, `[:, :position]`"),
        (before[:, :-1].abs().sum() and before[:, :-1].abs().max(), "the position right before is left out: `[:, :position]` ends with it"),
        (before[:, :1].abs().max(), "only the first position is compared: take all before the changed one, `[:, :position]`"),
        (whole[0][:, :position].abs().max(), "`[0]` takes the first text alone: this model returns the logits and no state, so take them without `[0]`"),
        (before[0].abs().max(), "only the first row's token is replaced, or only the first row compared: it is replaced in every row"),
        *[(value, "absolute values are subtracted from each other: subtract the logits, then take the absolute value") for value in (of_sizes.abs().max(), of_sizes.max(), -of_sizes.min())],
        *[(value, "the highest logits of the two texts are compared: subtract the logits, then take the maximum") for highest in of_highest for value in (highest, -highest)],
        (before.max(), "the sign counts in yours: take the absolute value before the maximum"),
        (-before.min(), "the sign counts in yours: take the absolute value before the maximum"),
        (whole[:, :, :position].abs().max(), "the first logits are compared, at all positions: time is the second dimension, `[:, :position]`"),
        (before.abs().argmax(), "that is the place of the largest change: return its size, with `.max()`"),
        (before.min(), "that is the smallest difference: take the absolute value, and the maximum of it"),
        *[(value, "that is the mean difference, in which signs cancel: take the absolute value of each, and the maximum of it") for value in (before.mean(), before.mean().abs(), -before.mean(), whole.mean().abs(), whole.mean(), -whole.mean())],
        (before.abs().min(), "that is the smallest change: take the maximum"),
        (before.abs().mean(), "that is the mean change: take the maximum, a small leak is a leak"),
        (before.abs().sum(), "that is the sum of the changes: take the maximum"),
        (before.norm(), "that is the root of the sum of squares: take the largest absolute value"),
        (before.square().max(), "that is the largest square: take the absolute value"),
        *[(before[..., place].abs().max(), f"only the {name} logit of each position is compared: take all of them, `[:, :position]`") for place, name in ((0, "first"), (-1, "last"))],
        *[(value, "the likeliest tokens are compared, and a leak need not change them: compare the logits themselves") for value in _likeliest(model, tokens, position)],
        *[(difference(model, tokens, position, of)[:, :position].abs().max(), f"{name} are compared: take the logits as they are") for of, name in (
            (lambda logits: logits.softmax(-1), "probabilities"), (lambda logits: logits.amax(-1), "the highest logits of each position"), (lambda logits: logits.log_softmax(-1), "log-probabilities"))],
        *[(difference(model, tokens, place)[:, :position].abs().max(), message) for place, message in _misplaced(position, *tokens.shape)],
        *[(loss, "losses are compared, in which changes cancel: compare the logits themselves") for loss in _losses(model, tokens, position)],
    ]  # fmt: skip
    return [(float(value), message) for value, message in found]


def _misplaced(position: int, rows: int, time: int) -> list[tuple]:
    """List the places at which a token is put by mistake, and what to say then."""
    whole = "whole rows are replaced: `changed[:, position]` is one token in each row"
    return [
        ((min(position, rows - 1),), whole),
        (position - 1, "the token before `position` is replaced: positions count from 0"),
        ((slice(None), (position + 1) % time), "the token after `position` is replaced: positions count from 0"),
        (slice(position, None), "every token from `position` on is replaced: only one is"),
        (slice(None, position), "the tokens before `position` are replaced: it is the one at `position`"),
        (slice(None), whole),
    ]  # fmt: skip


def _likeliest(model: nn.Module, tokens: torch.Tensor, position: int) -> list[torch.Tensor]:
    """Return what a comparison of the likeliest tokens may give: a distance, whether there is one, how many, what share."""
    distance = difference(model, tokens, position, lambda logits: logits.argmax(-1))[:, :position].abs()
    differ = (distance != 0).float()
    return [distance.max(), differ.max(), differ.sum(), differ.mean(), 1 - differ.mean()]


def _losses(model: nn.Module, tokens: torch.Tensor, position: int) -> list[float]:
    """Return by how much the loss changes, over the positions before and over all, with old and new targets."""
    changed = tokens.clone()
    changed[:, position] = TOKEN
    found = []
    for end in (position, tokens.shape[1] - 1):
        for targets in (tokens, changed):
            pairs = ((model(tokens), tokens), (model(changed), targets))
            old, new = (
                F.cross_entropy(logits[:, :end].flatten(0, 1), wanted[:, 1 : end + 1].flatten()).item()
                for logits, wanted in pairs
            )
            found += [abs(old - new), old - new, new - old]
    return found
