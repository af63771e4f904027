"""What learners hand in for `keep_top_p` of lesson 06."""

import math

import torch

from tests.checks.answers import Answers
from tests.checks.sampling.keep_min_p import min_p

ANSWERS = Answers()
right, wrong = ANSWERS.add_right, ANSWERS.add_wrong


def top_p(
    logits, p, *, ruled_out=lambda sums, ordered, p: sums - ordered >= p, descending=True, back=True, fill=-math.inf
):
    ordered, order = logits.softmax(-1).sort(dim=-1, descending=descending)
    mask = ruled_out(ordered.cumsum(-1), ordered, p)
    mask = torch.zeros_like(mask).scatter(-1, order, mask) if back else mask
    return logits.masked_fill(mask, fill)


def unsorted(logits, p):
    probabilities = logits.softmax(-1)
    return logits.masked_fill(probabilities.cumsum(-1) - probabilities >= p, -math.inf)


def first_row_only(logits, p):
    mask = top_p(logits, p).isinf()
    return logits.masked_fill(mask.flatten(0, -2)[0] if logits.dim() > 1 else mask, -math.inf)


def sorted_logits(logits, p):
    ordered = logits.sort(dim=-1, descending=True).values
    return top_p(ordered, p)


def first_saved(sums, ordered, p):
    mask = sums > p
    mask[..., 0] = False
    return mask


def gathered(logits, p):
    ordered, order = logits.softmax(-1).sort(dim=-1, descending=True)
    return logits.masked_fill((ordered.cumsum(-1) - ordered >= p).gather(-1, order), -math.inf)


def indexed(logits, p):
    ordered, order = logits.softmax(-1).sort(dim=-1, descending=True)
    out = logits.clone()
    out[..., order[ordered.cumsum(-1) - ordered >= p]] = -math.inf
    return out


def sums_of_logits(logits, p):
    ordered, order = logits.sort(dim=-1, descending=True)
    mask = ordered.cumsum(-1) - ordered >= p
    return logits.masked_fill(torch.zeros_like(mask).scatter(-1, order, mask), -math.inf)


def one_count(choose):
    def keep(logits, p):
        ordered = logits.softmax(-1).sort(dim=-1, descending=True).values
        counts = (ordered.cumsum(-1) - ordered < p).sum(-1)
        return logits.masked_fill(logits.argsort(-1, descending=True).argsort(-1) >= choose(counts), -math.inf)

    return keep


def over_the_rows(softmax, dim):
    def keep(logits, p):
        ordered, order = logits.softmax(softmax).sort(dim=dim, descending=True)
        mask = ordered.cumsum(dim) - ordered >= p
        return logits.masked_fill(torch.zeros_like(mask).scatter(dim, order, mask), -math.inf)

    return keep


def inverted(logits, p):
    return logits.masked_fill(top_p(logits, p).isfinite(), -math.inf)


for line, function in [
    (
        "the one that crosses the line is ruled out: it",
        lambda logits, p: top_p(logits, p, ruled_out=lambda s, o, p: s > p),
    ),
    ("where it is not the first", lambda logits, p: top_p(logits, p, ruled_out=first_saved)),
    ("the mask is in sorted order", lambda logits, p: top_p(logits, p, back=False)),
    ("the mask goes to the wrong places", gathered),
    ("the logits are sorted", sorted_logits),
    (
        "each probability is held against p by itself",
        lambda logits, p: logits.masked_fill(logits.softmax(-1) < p, -math.inf),
    ),
    ("you add up from the unlikeliest", lambda logits, p: top_p(logits, p, descending=False)),
    ("one too many stays", lambda logits, p: top_p(logits, p, ruled_out=lambda s, o, p: s - 2 * o >= p)),
    ("every row is cut like the first one", first_row_only),
    ("what one row rules out", indexed),
    ("it is the other way round", inverted),
    ("reach 1 − p and not p", lambda logits, p: top_p(logits, 1 - p)),
    ("the logits are added up", sums_of_logits),
    ("you work over the rows", over_the_rows(0, -1)),
    ("you work over the rows", over_the_rows(-1, 0)),
    ("you work over the rows", over_the_rows(0, 0)),
    ("the same number stays in each row", one_count(lambda counts: counts.max())),
    ("the same number stays in each row", one_count(lambda counts: counts.flatten()[0])),
    ("the others are 0", lambda logits, p: top_p(logits, p, fill=0.0)),
    ("the others are very low", lambda logits, p: top_p(logits, p, fill=-1e9)),
    ("those are probabilities: return logits", lambda logits, p: top_p(logits, p).softmax(-1)),
    ("those are log-probabilities", lambda logits, p: top_p(logits, p).log_softmax(-1)),
    ("those are log-probabilities", lambda logits, p: top_p(logits.log_softmax(-1), p)),
    ("what stays is changed", lambda logits, p: top_p(logits, p) * 2),
    ("those are truth values", lambda logits, p: top_p(logits, p).isfinite()),
    ("nothing is ruled out", lambda logits, p: logits),
    ("some logits are plus infinity", lambda logits, p: top_p(logits, p, fill=math.inf)),
    ("what comes after goes, with `>=`", lambda logits, p: top_p(logits, p, ruled_out=lambda s, o, p: s - o > p)),
    ("added up as they stand", unsorted),
    ("that is min-p", lambda logits, p: min_p(logits, p)),
    (
        "of the probabilities 0.14, 0.18, 0.48, 0.20 with p = 0.7 places 1, 2 and 3 should stay, and yours keeps 2 and 3",
        lambda logits, p: top_p(logits, p - 0.18),
    ),
    ("with p = 1 places 0, 1, 2 and 3 should stay", lambda logits, p: top_p(logits, min(p, 0.9))),
    ("with p = 0.25 place 2 should stay, and yours keeps 1, 2 and 3", lambda logits, p: top_p(logits, max(p, 0.7))),
    (
        "with p = 0.25 place 2 should stay, and yours keeps none",
        lambda logits, p: top_p(logits, p) if p > 0.5 else logits - math.inf,
    ),
]:
    wrong("keep_top_p", line, function)


def with_the_last(logits, p):
    """Find the smallest probability that stays, and compare with it."""
    probabilities = logits.softmax(-1)
    ordered = probabilities.sort(dim=-1, descending=True).values
    count = ((ordered.cumsum(-1) - ordered) < p).sum(-1, keepdim=True)
    return logits.masked_fill(probabilities < ordered.gather(-1, count - 1), -math.inf)


def row_by_row(logits, p):
    if logits.dim() > 1:
        return torch.stack([row_by_row(row, p) for row in logits])
    result, total = torch.full_like(logits, -math.inf), 0.0
    for token in logits.argsort(descending=True):
        result[token] = logits[token]
        total += logits.softmax(-1)[token].item()
        if total >= p:
            break
    return result


right("keep_top_p", with_the_last)
right("keep_top_p", row_by_row)
