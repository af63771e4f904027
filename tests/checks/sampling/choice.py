"""Answers to the exercises of lesson 06 that choose a token."""

import math

import torch
import torch.nn.functional as F

from helpers.answers.sampling import draw as course_draw
from tests.checks.answers import Answers

ANSWERS = Answers()
right, wrong = ANSWERS.add_right, ANSWERS.add_wrong

# -------------------------------------------------------------------------------------------------- greedy

for line, function in {
    "those are the largest logits themselves": lambda logits: logits.max(-1).values,
    "those are the largest probabilities": lambda logits: logits.softmax(-1).max(-1).values,
    "one place for all rows together": lambda logits: logits.argmax(),
    "a number for every character": lambda logits: F.one_hot(logits.argmax(-1), logits.shape[-1]),
    "a dimension of size 1 is left over": lambda logits: logits.argmax(-1, keepdim=True),
    "you look along the rows": lambda logits: logits.argmax(0),
    "the places of the *smallest*": lambda logits: logits.argmin(-1),
    "a logit far below 0 is taken": lambda logits: logits.abs().argmax(-1),
    "for logits of shape (7,)": lambda logits: (
        logits.argmax(-1) if logits.dim() > 1 else logits.argmax(-1, keepdim=True)
    ),
    "dtype of `greedy`": lambda logits: logits.argmax(-1).int(),
    "the softmax runs over the rows": lambda logits: logits.softmax(0).argmax(-1),
    "for logits of shape (2, 3, 7)": lambda logits: logits.argmax(1) if logits.dim() > 1 else logits.argmax(),
    "where all logits are below 0": lambda logits: logits.clamp(min=0).argmax(-1),
    "compare them unrounded": lambda logits: logits.round().argmax(-1),
}.items():
    wrong("greedy", line, function)
for function in (
    lambda logits: logits.topk(1).indices[..., 0],
    lambda logits: logits.softmax(-1).max(-1).indices,
    lambda logits: logits.sort(-1).indices[..., -1],
):
    right("greedy", function)

# -------------------------------------------------------------------------------------------------- apply_temperature

for line, function in {
    "multiplied by the temperature": lambda logits, temperature: logits * temperature,
    "the probabilities are divided": lambda logits, temperature: logits.softmax(-1) / temperature,
    "those are probabilities: return logits": lambda logits, temperature: (logits / temperature).softmax(-1),
    "probabilities to a power": lambda logits, temperature: logits.softmax(-1) ** (1 / temperature),
    "by the square of the temperature": lambda logits, temperature: logits / temperature / temperature,
    "signs of the logits are turned around": lambda logits, temperature: -logits / temperature,
    "has no effect": lambda logits, temperature: logits - temperature,
    "those are the probabilities of temperature 1": lambda logits, temperature: logits.softmax(-1),
    "a temperature above 1 changes nothing": lambda logits, temperature: logits / min(temperature, 1),
    "a temperature below 1 changes nothing": lambda logits, temperature: logits / max(temperature, 1),
    "raised to a power": lambda logits, temperature: logits ** (1 / temperature),
    "`//` leaves out": lambda logits, temperature: logits // temperature,
    "e is taken to the power of the scaled": lambda logits, temperature: (logits / temperature).exp(),
    "those are probabilities, and over the rows": lambda logits, temperature: (logits / temperature).softmax(0),
    "a temperature of 1 should change nothing": lambda logits, temperature: (
        logits / temperature * (1 + (temperature == 1))
    ),
}.items():
    wrong("apply_temperature", line, function)
for function in (
    lambda logits, temperature: logits * (1 / temperature),
    lambda logits, temperature: logits.log_softmax(-1) / temperature,
    lambda logits, temperature: (logits - logits.max(-1, keepdim=True).values).div(temperature),
):
    right("apply_temperature", function)

# -------------------------------------------------------------------------------------------------- entropy


def plain_entropy(logits):
    return -(logits.softmax(-1) * logits.log_softmax(-1)).sum(-1)


def safe_entropy(logits):
    logarithms = logits.log_softmax(-1)
    return -(logarithms.exp() * logarithms.masked_fill(logarithms == -torch.inf, 0)).sum(-1)


for line, function in {
    "your entropy is NaN": plain_entropy,
    "two that are ruled out should have": lambda logits: plain_entropy(logits).nan_to_num(),
    "the sign is missing": lambda logits: -safe_entropy(logits),
    "that is in bits": lambda logits: safe_entropy(logits) / math.log(2),
    "a mean over the characters": lambda logits: safe_entropy(logits) / logits.shape[-1],
    "added up without their weights": lambda logits: -logits.log_softmax(-1).sum(-1),
    "have equal weights": lambda logits: -logits.log_softmax(-1).mean(-1),
    "that is e to the entropy": lambda logits: safe_entropy(logits).exp(),
    "logits are taken for logarithms": lambda logits: -(logits.softmax(-1) * logits).sum(-1),
    "of the likeliest character alone": lambda logits: -logits.log_softmax(-1).max(-1).values,
    "what is missing to ln V": lambda logits: math.log(logits.shape[-1]) - safe_entropy(logits),
    "one number for all rows together": lambda logits: safe_entropy(logits).sum(),
    "the sum runs over the rows": lambda logits: torch.special.entr(logits.softmax(-1)).sum(0),
    "a dimension of size 1": lambda logits: safe_entropy(logits)[..., None],
    "a number for every character: add": lambda logits: torch.special.entr(logits.softmax(-1)),
    "the softmax runs over the rows": lambda logits: torch.special.entr(logits.softmax(0)).sum(-1),
    "the logarithm is the one to base 10": lambda logits: safe_entropy(logits) / math.log(10),
    "the softmax is missing: entropy": lambda logits: torch.special.entr(logits).sum(-1),
    "taken for the weights": lambda logits: -(logits * logits.log_softmax(-1)).sum(-1),
    "the softmax is taken twice": lambda logits: safe_entropy(logits.softmax(-1)),
    "the largest of −p · ln p": lambda logits: torch.special.entr(logits.softmax(-1)).amax(-1),
    "also in logits of shape (7,)": lambda logits: torch.special.entr(logits.softmax(1)).sum(1),
    "also in logits of shape (2, 3, 7)": lambda logits: (
        safe_entropy(logits) if logits.dim() < 3 else torch.special.entr(logits.softmax(1)).sum(1)
    ),
    "added to p within the logarithm": lambda logits: -(logits.softmax(-1) * (logits.softmax(-1) + 1e-5).log()).sum(-1),
}.items():
    wrong("entropy", line, function)
for function in (
    safe_entropy,
    lambda logits: torch.distributions.Categorical(logits=logits.clamp(min=-1e9)).entropy(),
    lambda logits: -torch.special.xlogy(logits.softmax(-1), logits.softmax(-1)).sum(dim=-1),
):
    right("entropy", function)

# -------------------------------------------------------------------------------------------------- draw


def seeded_inside(logits, generator=None):
    return torch.multinomial(logits.softmax(-1), 1, generator=torch.Generator().manual_seed(0))[:, 0]


def exchanged(logits, generator=None):
    return torch.multinomial(logits.softmax(-1), 1, generator=generator)[:, 0].flip(0)


def by_weights(weights, shift=0, take=lambda drawn: drawn[:, 0], count=1):
    return lambda logits, generator=None: take(torch.multinomial(weights(logits), count, generator=generator)).roll(
        shift, 0
    )


def one_for_all(logits, generator=None):
    return (logits.softmax(-1).cumsum(-1) < torch.rand(1, generator=generator)).sum(-1)


def reseeded(logits, generator=None):
    if generator is not None:
        generator.manual_seed(generator.initial_seed())
    return course_draw(logits, generator)


def reseeded_globally(logits, generator=None):
    torch.manual_seed(generator.initial_seed() if generator is not None else 0)
    return course_draw(logits)


def seeds_all(logits, generator=None):
    torch.manual_seed(6)
    return course_draw(logits, generator)


def likeliest_without_generator(logits, generator=None):
    return logits.argmax(-1) if generator is None else course_draw(logits, generator)


def uniform(logits, generator=None):
    return torch.randint(logits.shape[-1], (len(logits),), generator=generator)


def uniform_draw_of_what_is_left(logits, generator=None):
    return course_draw(torch.zeros_like(logits).masked_fill(logits.isinf(), -math.inf), generator)


def with_exp(logits, generator=None):
    return torch.multinomial(logits.exp(), 1, generator=generator)[:, 0]


def with_exp_and_the_sum(logits, generator=None):
    weights = logits.exp()
    sums = (weights / weights.sum(-1, keepdim=True)).cumsum(-1)
    return 3 - (sums > torch.rand(len(logits), 1, generator=generator)).sum(-1).sub(1).clamp(min=0)


def also_ruled_out(logits, generator=None):
    return course_draw(logits.clamp(min=-5), generator)


for line, function in [
    ("take `[:, 0]` of it", by_weights(lambda logits: logits.softmax(-1), take=lambda drawn: drawn)),
    ("one token is drawn for all rows", lambda logits, generator=None: course_draw(logits[:1], generator)),
    ("a number for every character: return one token", lambda logits, generator=None: logits.softmax(-1)),
    ("`squeeze` removes too much", lambda logits, generator=None: course_draw(logits, generator)[:, None].squeeze()),
    ("wants probabilities, and these are not", by_weights(lambda logits: logits)),
    ("the likeliest token comes every time", lambda logits, generator=None: logits.argmax(-1)),
    ("the rows are mixed up", exchanged),
    ("the rows are mixed up", by_weights(lambda logits: logits.softmax(-1), shift=1)),
    ("the softmax runs over the rows", by_weights(lambda logits: logits.softmax(0))),
    ("one random number is shared", one_for_all),
    ("every token is drawn equally often", uniform),
    ("every token is drawn equally often", uniform_draw_of_what_is_left),
    ("the softmax is taken twice", by_weights(lambda logits: logits.softmax(-1).softmax(-1))),
    ("the draw goes by −ln p", by_weights(lambda logits: -logits.log_softmax(-1))),
    ("a logit below 0 is taken", by_weights(lambda logits: logits.abs().softmax(-1))),
    (
        "two are drawn, and the second",
        by_weights(lambda logits: logits.softmax(-1), count=2, take=lambda drawn: drawn[:, 1]),
    ),
    ("the unlikely tokens come most often: is", by_weights(lambda logits: (-logits).softmax(-1))),
    ("likely tokens come too often", by_weights(lambda logits: logits.softmax(-1) ** 2)),
    ("likely tokens come too seldom", by_weights(lambda logits: (logits / 1.2).softmax(-1))),
    ("likely tokens come too seldom", by_weights(lambda logits: (logits / 1.1).softmax(-1))),
    ("the shares of the tokens are not", by_weights(lambda logits: logits**2)),
    ("`softmax` can do that, `exp` cannot", with_exp),
    ("`softmax` can do that, `exp` cannot", with_exp_and_the_sum),
    ("whose logit is minus infinity", also_ruled_out),
    ("the same seed gives other tokens", lambda logits, generator=None: course_draw(logits)),
    ("every seed gives the same tokens", seeded_inside),
    ("two draws with one generator", reseeded),
    ("two draws with one generator", reseeded_globally),
    ("torch's global random numbers are used or seeded, too", seeds_all),
    (
        "without a generator two draws",
        lambda logits, generator=None: course_draw(logits, generator or torch.Generator()),
    ),
    ("without a generator two draws", likeliest_without_generator),
]:
    wrong("draw", line, function)


def by_the_sum(logits, generator=None):
    sums = logits.softmax(-1).cumsum(-1)
    uniform = torch.rand(len(logits), 1, generator=generator)
    return (sums < uniform).sum(-1).clamp(max=logits.shape[-1] - 1)


def by_noise(logits, generator=None):
    noise = -torch.log(-torch.log(torch.rand(logits.shape, generator=generator)))
    return (logits + noise).argmax(-1)


right("draw", by_the_sum)
right("draw", by_noise)
right(
    "draw",
    lambda logits, generator=None: torch.stack(
        [torch.multinomial(row.softmax(-1), 1, generator=generator)[0] for row in logits]
    ),
)

# -------------------------------------------------------------------------------------------------- keep_top_p


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

# -------------------------------------------------------------------------------------------------- keep_min_p


def min_p(logits, p, bar=None):
    probabilities = logits.softmax(-1)
    bar = p * probabilities.amax(-1, keepdim=True) if bar is None else bar(probabilities, p)
    return logits.masked_fill(probabilities < bar, -math.inf)


def on_logits(logits, p):
    return logits.masked_fill(logits < p * logits.amax(-1, keepdim=True), -math.inf)


def opposite(logits, p):
    probabilities = logits.softmax(-1)
    return logits.masked_fill(probabilities >= p * probabilities.amax(-1, keepdim=True), -math.inf)


def over_the_rows_min(logits, p):
    probabilities = logits.softmax(0)
    return logits.masked_fill(probabilities < p * probabilities.amax(-1, keepdim=True), -math.inf)


def only_two(logits, p):
    return logits.masked_fill(logits < logits.topk(2).values[..., -1:], -math.inf)


for line, function in {
    "each probability is held against p itself": lambda logits, p: min_p(logits, p, lambda q, p: p),
    "compare probabilities with probabilities": on_logits,
    "the bar is the same for all rows": lambda logits, p: min_p(logits, p, lambda q, p: p * q.max()),
    "the wrong ones are ruled out": opposite,
    "the bar is at 1 − p": lambda logits, p: min_p(logits, p, lambda q, p: (1 - p) * q.amax(-1, keepdim=True)),
    "the bar lies p below": lambda logits, p: min_p(logits, p, lambda q, p: q.amax(-1, keepdim=True) - p),
    "only the likeliest stays": lambda logits, p: min_p(logits, p, lambda q, p: q.amax(-1, keepdim=True)),
    "the largest of each column": lambda logits, p: min_p(logits, p, lambda q, p: p * q.amax(0)),
    "the softmax runs over the rows": over_the_rows_min,
    "the bar is p times the mean": lambda logits, p: min_p(logits, p, lambda q, p: p * q.mean(-1, keepdim=True)),
    "the same number stays in each row": only_two,
    "the others are 0": lambda logits, p: min_p(logits, p).nan_to_num(neginf=0.0),
    "the others are very low": lambda logits, p: min_p(logits, p).nan_to_num(neginf=-1e9),
    "those are log-probabilities": lambda logits, p: min_p(logits, p).log_softmax(-1),
    "the logits are sorted": lambda logits, p: min_p(logits.sort(-1, descending=True).values, p),
    "the numbers that stay are probabilities": lambda logits, p: logits.softmax(-1).masked_fill(
        min_p(logits, p).isinf(), -math.inf
    ),
    "some of them 0": lambda logits, p: logits.softmax(-1).masked_fill(min_p(logits, p).isinf(), 0.0),
    "nothing is ruled out": lambda logits, p: logits,
    "with p = 1 even the likeliest": lambda logits, p: torch.where(
        logits.softmax(-1) > p * logits.softmax(-1).amax(-1, keepdim=True), logits, -math.inf
    ),
    "held against the columns: keep its dimension": lambda logits, p: logits.masked_fill(
        logits.softmax(-1) < p * logits.softmax(-1).amax(-1), -math.inf
    ),
    "with p = 1 place 2 should stay": lambda logits, p: min_p(logits, min(p, 0.4)),
}.items():
    wrong("keep_min_p", line, function)
for function in (
    lambda logits, p: logits.masked_fill(logits < logits.amax(-1, keepdim=True) + math.log(p), -math.inf),
    lambda logits, p: torch.where(
        logits.softmax(-1) >= p * logits.softmax(-1).max(-1, keepdim=True).values, logits, -math.inf
    ),
    lambda logits, p: logits.where(logits.softmax(-1) / logits.softmax(-1).amax(-1, keepdim=True) >= p, -math.inf),
):
    right("keep_min_p", function)
