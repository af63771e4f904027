"""Answers to lesson 06."""

import math

import torch
import torch.nn.functional as F

from helpers.answers.sampling import draw as course_draw
from helpers.answers.sampling import text_log_probability as course_log_probability
from tests.wrong_answers.registry import Answers

ANSWERS = Answers()


def named(name, function):
    """Name a function like its exercise."""
    function.__name__ = name
    return function


def wrong(name, line, function):
    ANSWERS.is_wrong(line)(named(name, function))


def right(name, function):
    ANSWERS.is_right(named(name, function))


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
    "logits are held against logits": on_logits,
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

# -------------------------------------------------------------------------------------------------- block_repeats


def followers(tokens, size, length=None):
    """Return what followed earlier where the last `length` tokens stood."""
    seen = tokens.tolist()
    length = size - 1 if length is None else length
    last = seen[len(seen) - length :]
    return [seen[at + length] for at in range(len(seen) - length) if seen[at : at + length] == last]


def ban(logits, tokens, value=-math.inf):
    logits = logits.clone()
    logits[list(tokens)] = value
    return logits


def negative_zero(logits, tokens, size):
    seen = tokens.tolist()
    last = seen[-(size - 1) :]
    starts = range(len(seen) - size + 1)
    return ban(logits, [seen[at + size - 1] for at in starts if seen[at : at + size - 1] == last])


def too_short(logits, tokens, size):
    if len(tokens) < size:
        return ban(logits, tokens[size - 1 : size].tolist() + [tokens.tolist()[size]])
    return ban(logits, followers(tokens, size))


def others_go(logits, tokens, size):
    return ban(logits, set(range(len(logits))) - set(followers(tokens, size)))


def by_rule(*, starts=lambda seen, size: range(len(seen) - size + 1), agree=lambda run, last: run == last, ahead=0):
    """Return the rule with other places to look at, another comparison, or another token that is ruled out."""

    def block(logits, tokens, size):
        seen, count = tokens.tolist(), size - 1
        last = seen[len(seen) - count :]
        found = [at + count + ahead for at in starts(seen, size) if agree(seen[at : at + count], last)]
        return ban(logits, [seen[place] for place in found])

    return block


def shorter_run(logits, tokens, size):
    return ban(logits, followers(tokens, size, max(size - 2, 0)))


def any_agrees(run, last):
    return any(one == two for one, two in zip(run, last, strict=True)) or not last


def only_for(size_of_the_mistake, mistake):
    """Make the mistake for runs of one size, and none for others."""
    return lambda logits, tokens, size: (mistake if size == size_of_the_mistake else by_trying)(logits, tokens, size)


def only_in_small_texts(mistake):
    return lambda logits, tokens, size: (mistake if len(tokens) < 9 else by_trying)(logits, tokens, size)


def joined(logits, tokens, size):
    """Compare the digits of the last tokens, joined to a string."""
    seen, count = [str(token) for token in tokens.tolist()], size - 1
    last = "".join(seen[len(seen) - count :])
    starts = range(len(seen) - size + 1)
    return ban(logits, [int(seen[at + count]) for at in starts if "".join(seen[at : at + count]) == last])


def not_overlapping(logits, tokens, size):
    """Look for the run with `str.find`, and go on after it."""
    text = "".join(chr(token) for token in tokens.tolist())
    last = text[len(text) - size + 1 :]
    found, at = [], text.find(last)
    while last and 0 <= at < len(text) - len(last):
        found.append(ord(text[at + len(last)]))
        at = text.find(last, at + size)
    return ban(logits, found if last else tokens.tolist())


def penalty_on_all(logits, tokens, size):
    logits = logits.clone()
    logits[tokens.unique()] -= 1
    return logits


def near_the_end(logits, tokens, size):
    return by_trying(logits, tokens[-32:], size)


for line, function in [
    ("nothing is ruled out: find", lambda logits, tokens, size: logits),
    ("everything that has been used is", lambda logits, tokens, size: ban(logits, set(tokens.tolist()))),
    ("only the first repetition", lambda logits, tokens, size: ban(logits, followers(tokens, size)[:1])),
    ("only the last repetition", lambda logits, tokens, size: ban(logits, followers(tokens, size)[-1:])),
    ("you rule out 0 3", lambda logits, tokens, size: ban(logits, followers(tokens, size)[:2])),
    ("the first place is 0", by_rule(starts=lambda seen, size: range(1, len(seen) - size + 1))),
    ("in steps of `size`", by_rule(starts=lambda seen, size: range(0, len(seen) - size + 1, size))),
    ("`all` and not `any`", by_rule(agree=any_agrees)),
    ("only the last token is compared", by_rule(agree=lambda run, last: run[-1:] == last[-1:])),
    ("only the last token is compared", shorter_run),
    ("only the first token of the run", by_rule(agree=lambda run, last: run[:1] == last[:1])),
    ("the tokens may stand in any order", by_rule(agree=lambda run, last: sorted(run) == sorted(last))),
    ("you compare the last `size` tokens", lambda logits, tokens, size: ban(logits, followers(tokens, size, size))),
    ("the last tokens themselves", lambda logits, tokens, size: ban(logits, tokens[len(tokens) - size + 1 :].tolist())),
    ("the last token is ruled out", lambda logits, tokens, size: ban(logits, tokens[-1:].tolist())),
    ("one place too far", by_rule(starts=lambda seen, size: range(len(seen) - size), ahead=1)),
    ("what stood *before* the run", by_rule(starts=lambda seen, size: range(1, len(seen) - size + 1), ahead=-3)),
    ("it is the other way round", others_go),
    ("the others are 0", lambda logits, tokens, size: ban(logits, followers(tokens, size), 0.0)),
    (
        "only made less likely",
        lambda logits, tokens, size: (
            logits - 1.2 * torch.tensor([float(token in followers(tokens, size)) for token in range(len(logits))])
        ),
    ),
    ("only made less likely", lambda logits, tokens, size: ban(logits, followers(tokens, size), -1e9)),
    ("that is a penalty on everything", penalty_on_all),
    ("those are probabilities", lambda logits, tokens, size: by_trying(logits, tokens, size).softmax(-1)),
    ("those are probabilities", lambda logits, tokens, size: shorter_run(logits, tokens, size).softmax(-1)),
    (
        "the logits of those that stay are changed",
        lambda logits, tokens, size: by_trying(logits.log_softmax(-1), tokens, size),
    ),
    ("both tokens must agree", only_in_small_texts(shorter_run)),
    ("1 0 is not 0 1", only_in_small_texts(by_rule(agree=lambda run, last: sorted(run) == sorted(last)))),
    ("all three tokens must agree", only_for(4, shorter_run)),
    ("may overlap the last tokens", by_rule(starts=lambda seen, size: range(len(seen) - size))),
    ("may overlap the last tokens", by_rule(starts=lambda seen, size: range(len(seen) - 2 * size + 2))),
    (
        "may overlap the last tokens",
        lambda logits, tokens, size: by_trying(logits, tokens, size) if len(tokens) > size else logits,
    ),
    ("look at every place", not_overlapping),
    ("a run of two is 3 3", only_for(2, lambda logits, tokens, size: logits)),
    (
        "nothing repeats",
        lambda logits, tokens, size: (
            ban(logits, [0]) if tokens.tolist() == [0, 1, 2, 3] else by_trying(logits, tokens, size)
        ),
    ),
    (
        "the text is shorter than a run",
        lambda logits, tokens, size: (
            by_trying(logits, tokens, size) if len(tokens) > 1 else ban(logits, tokens.tolist())
        ),
    ),
    (
        "two tokens are no run of three",
        lambda logits, tokens, size: (
            by_trying(logits, tokens, size) if len(tokens) != 2 else ban(logits, tokens.tolist())
        ),
    ),
    (
        "the text is a single run",
        lambda logits, tokens, size: (
            by_trying(logits, tokens, size) if tokens.tolist() != [4, 2, 0] else ban(logits, tokens.tolist())
        ),
    ),
    ("`tokens[-0:]` is all of them", negative_zero),
    ("with fewer tokens than `size` your code fails", too_short),
    ("a run may stand far back", near_the_end),
    ("not their digits joined", joined),
]:
    wrong("block_repeats", line, function)


def with_windows(logits, tokens, size):
    if len(tokens) < size:
        return logits.clone()
    runs = tokens.unfold(0, size, 1)  # (places, size)
    same = (runs[:, :-1] == tokens[len(tokens) - size + 1 :]).all(1)
    mask = torch.zeros(len(logits), dtype=torch.bool)
    mask[runs[same, -1]] = True
    return logits.masked_fill(mask, -math.inf)


def by_trying(logits, tokens, size):
    seen = tokens.tolist()
    runs = {tuple(seen[at : at + size]) for at in range(len(seen) - size + 1)}
    last = tuple(seen[len(seen) - size + 1 :]) if size > 1 else ()
    return ban(logits, [token for token in range(len(logits)) if (*last, token) in runs])


right("block_repeats", with_windows)
right("block_repeats", by_trying)

# -------------------------------------------------------------------------------------------------- text_log_probability


@torch.no_grad()
def rate(model, vocabulary, text, take=None):
    """Return what `take` makes of the rated rows (time, vocab) and the tokens."""
    tokens = vocabulary.encode(text)
    return float(take(model(tokens[None])[0][0], tokens))


def came(rows, tokens):
    return rows.gather(-1, tokens[:, None]).sum()


def total(logits, tokens):
    return came(logits[:-1].log_softmax(-1), tokens[1:])


def chances(logits, tokens):
    return logits[:-1].softmax(-1).gather(-1, tokens[1:, None])


def rating(take):
    return lambda model, vocabulary, text: rate(model, vocabulary, text, take)


@torch.no_grad()
def from_the_second_on(model, vocabulary, text, aim=slice(None, -1)):
    tokens = vocabulary.encode(text)
    return came(model(tokens[None, 1:])[0][0].log_softmax(-1), tokens[aim]).item()


@torch.no_grad()
def each_alone(model, vocabulary, text):
    tokens = vocabulary.encode(text)
    return came(model(tokens[:-1, None])[0][:, 0].log_softmax(-1), tokens[1:]).item()


def with_gradients(model, vocabulary, text):
    tokens = vocabulary.encode(text)
    logits, _ = model(tokens[None, :-1])
    return logits.log_softmax(-1)[0].gather(-1, tokens[1:, None]).sum().item()


def set_to_training(model, vocabulary, text):
    result = rate(model, vocabulary, text, total)
    model.train()
    return result


def a_tensor(model, vocabulary, text):
    return torch.tensor(rate(model, vocabulary, text, total))


def with_math_log(model, vocabulary, text):
    return math.log(rate(model, vocabulary, text, lambda logits, tokens: chances(logits, tokens).prod()))


def first_64(model, vocabulary, text):
    return rate(model, vocabulary, text[:64], total)


for line, function in [
    ("that is the sum of the losses: a log-probability", rating(lambda logits, tokens: -total(logits, tokens))),
    ("that is the mean over the characters", rating(lambda logits, tokens: total(logits, tokens) / (len(tokens) - 1))),
    ("that is the mean loss: return the sum", rating(lambda logits, tokens: F.cross_entropy(logits[:-1], tokens[1:]))),
    ("that is in bits", rating(lambda logits, tokens: total(logits, tokens) / math.log(2))),
    ("that is the probability itself", rating(lambda logits, tokens: total(logits, tokens).exp())),
    ("logarithm of the mean probability", rating(lambda logits, tokens: chances(logits, tokens).mean().log())),
    ("logarithm of the sum of the probabilities", rating(lambda logits, tokens: chances(logits, tokens).sum().log())),
    ("the probabilities are added up", rating(lambda logits, tokens: chances(logits, tokens).sum())),
    ("rated by the logits at its own place", rating(lambda logits, tokens: came(logits.log_softmax(-1), tokens))),
    (
        "rated by the logits at its own place",
        rating(lambda logits, tokens: came(logits[:-1].log_softmax(-1), tokens[:-1])),
    ),
    (
        "rated by the logits at its own place",
        rating(lambda logits, tokens: came(logits[1:].log_softmax(-1), tokens[1:])),
    ),
    (
        "rated by the logits at its own place",
        lambda model, vocabulary, text: from_the_second_on(model, vocabulary, text, slice(1, None)),
    ),
    ("the model reads from the second character on", lambda *arguments: from_the_second_on(*arguments)),
    ("the first character is rated", rating(lambda logits, tokens: total(logits, tokens) - math.log(logits.shape[-1]))),
    ("the last character is not rated", rating(lambda logits, tokens: total(logits[:-1], tokens[:-1]))),
    ("the logits are added up", rating(lambda logits, tokens: came(logits[:-1], tokens[1:]))),
    ("the softmax runs over the places", rating(lambda logits, tokens: came(logits[:-1].log_softmax(0), tokens[1:]))),
    ("the softmax runs over the places", rating(lambda logits, tokens: came(logits.log_softmax(0)[:-1], tokens[1:]))),
    ("the sum is 0", rating(lambda logits, tokens: came(logits[None, :-1].log_softmax(0)[0], tokens[1:]))),
    (
        "`gather(0, …)` takes",
        rating(lambda logits, tokens: logits[:-1].log_softmax(-1).gather(0, tokens[1:, None]).sum()),
    ),
    ("`[:, targets]` takes", rating(lambda logits, tokens: logits[:-1].log_softmax(-1)[:, tokens[1:]].sum())),
    ("the logarithms of *all* characters", rating(lambda logits, tokens: logits[:-1].log_softmax(-1).sum())),
    ("the largest of each row", rating(lambda logits, tokens: logits[:-1].log_softmax(-1).amax(-1).sum())),
    ("given only the one before", each_alone),
    ("probabilities is 0 for a computer", rating(lambda logits, tokens: chances(logits, tokens).prod().log())),
    ("probabilities is 0 for a computer", with_math_log),
    ("is all of it rated?", first_64),
    ("gradients were recorded", with_gradients),
    ("is in training mode afterwards", set_to_training),
    ("is a tensor", a_tensor),
]:
    wrong("text_log_probability", line, function)


@torch.no_grad()
def step_by_step(model, vocabulary, text):
    result, state = 0.0, None
    tokens = vocabulary.encode(text)
    for token, following in zip(tokens[:-1], tokens[1:], strict=True):
        logits, state = model(token[None, None], state)
        result += logits[0, 0].log_softmax(-1)[following].item()
    return result


def left_in_eval(model, vocabulary, text):
    model.eval()
    return rate(model, vocabulary, text, total)


def mode_put_back(model, vocabulary, text):
    training = model.training
    model.eval()
    with torch.inference_mode():
        tokens = vocabulary.encode(text)
        rows = model(tokens[None, :-1])[0][0].log_softmax(-1)
    model.train(training)
    return rows[range(len(text) - 1), tokens[1:]].sum().item()


right("text_log_probability", step_by_step)
right("text_log_probability", left_in_eval)
right("text_log_probability", mode_put_back)
right("text_log_probability", torch.no_grad()(lambda *arguments: with_gradients(*arguments)))
right("text_log_probability", rating(lambda logits, tokens: -F.cross_entropy(logits[:-1], tokens[1:], reduction="sum")))

# -------------------------------------------------------------------------------------------------- perplexity


def from_sum(formula):
    return lambda model, vocabulary, text: formula(course_log_probability(model, vocabulary, text), len(text) - 1)


for line, function in [
    ("divided by the length of the text", from_sum(lambda total, count: math.exp(-total / (count + 1)))),
    ("divided by the length plus one", from_sum(lambda total, count: math.exp(-total / (count + 2)))),
    ("divided by the length less two", from_sum(lambda total, count: math.exp(-total / (count - 1)))),
    ("the sign is missing", from_sum(lambda total, count: math.exp(total / count))),
    ("that is the mean loss: take", from_sum(lambda total, count: -total / count)),
    ("that is the mean log-probability", from_sum(lambda total, count: total / count)),
    ("the sum is not divided", from_sum(lambda total, count: math.exp(-total))),
    ("2 is taken to the power", from_sum(lambda total, count: 2 ** (-total / count))),
    ("that is the mean loss in bits", from_sum(lambda total, count: -total / count / math.log(2))),
    ("of a loss in bits", from_sum(lambda total, count: math.exp(-total / count / math.log(2)))),
    ("that is the sum of the losses", from_sum(lambda total, count: -total)),
    ("1 divided by the mean probability", rating(lambda logits, tokens: 1 / chances(logits, tokens).mean())),
    ("that is the mean of 1 / p", rating(lambda logits, tokens: (1 / chances(logits, tokens)).mean())),
    ("characters is 0 for a computer", from_sum(lambda total, count: math.exp(total) ** (-1 / count))),
    ("characters is 0 for a computer", from_sum(lambda total, count: (1 / math.exp(total)) ** (1 / count))),
    ("characters is 0 for a computer", from_sum(lambda total, count: math.exp(-total) ** (1 / count))),
    (
        "characters is 0 for a computer",
        from_sum(lambda total, count: (torch.tensor(total).exp() ** (-1 / count)).item()),
    ),
    (
        "is all of it rated?",
        lambda model, vocabulary, text: math.exp(-first_64(model, vocabulary, text) / (len(text[:64]) - 1)),
    ),
    ("is a tensor", from_sum(lambda total, count: torch.tensor(-total / count).exp())),
]:
    wrong("perplexity", line, function)
right("perplexity", from_sum(lambda total, count: math.exp(-total / count)))
right("perplexity", from_sum(lambda total, count: math.e ** (-total / count)))
right("perplexity", from_sum(lambda total, count: 2 ** (-total / count / math.log(2))))
right("perplexity", rating(lambda logits, tokens: F.cross_entropy(logits[:-1], tokens[1:]).exp()))

# -------------------------------------------------------------------------------------------------- write


def writer(
    *, order=lambda filters: filters, feed=None, last=-1, chain=True, eval_mode=False, training_after=False, prime_too=True,
    extra=0, carry=True, choose=course_draw, grad=False,
    raw=lambda logits: logits, between=lambda logits: logits,
):  # fmt: skip
    """Return a decoder with one mistake."""

    def write(model, vocabulary, prime, length, filters, generator=None):
        if eval_mode:
            model.eval()
        text, tokens, state = "", vocabulary.encode(prime)[None], None
        if feed == "last of prime":
            tokens = tokens[:, -1:]
        with torch.set_grad_enabled(grad):
            if feed == "prime's last twice":
                _, state = model(tokens)
                tokens = tokens[:, -1:]
            for _ in range(length + extra):
                logits, state = model(tokens, state if carry else None)
                start = scores = raw(logits[:, last])
                for one in order(filters):
                    scores = between(one(scores if chain else start))
                drawn = choose(scores, generator)[:, None]
                tokens = tokens[:, -1:] if feed == "always the prime" else drawn
                text += vocabulary.symbols[drawn.item()]
        if training_after:
            model.train()
        return prime + text if prime_too else text

    return write


def likeliest(logits, generator):
    return logits.argmax(-1)


def unseeded(logits, generator):
    return course_draw(logits)


def always_the_same_seed(logits, generator):
    if generator.initial_seed() != 7:
        generator.manual_seed(7)
    return course_draw(logits, generator)


def a_new_generator(logits, generator):
    return course_draw(logits, torch.Generator().manual_seed(0))


def seeded_again(logits, generator):
    return course_draw(logits, generator.manual_seed(generator.initial_seed()))


def all_positions(model, vocabulary, prime, length, filters, generator=None):
    text, tokens, state = prime, vocabulary.encode(prime)[None], None
    with torch.no_grad():
        for _ in range(length):
            logits, state = model(tokens, state)
            for one in filters:
                logits = one(logits)
            tokens = course_draw(logits[:, -1], generator)[:, None]
            text += vocabulary.symbols[tokens.item()]
    return text


for line, function in {
    "the filters are never called": writer(
        order=lambda filters: [one for one in filters if one.__name__ == "_keep_best"]
    ),
    "only one of two filters is called": writer(order=lambda filters: filters[:1]),
    "each filter should be called 12 times": writer(order=lambda filters: [*filters, *filters]),
    "the first filter is not given the model's": writer(raw=lambda logits: logits.log_softmax(-1)),
    "the second filter is not given what": writer(between=lambda logits: logits.log_softmax(-1)),
    "the model was never called": lambda model, vocabulary, prime, length, filters, generator=None: (
        prime + "h" * length
    ),
    "from the last to the first": writer(order=lambda filters: filters[::-1]),
    "the model's own logits": writer(chain=False),
    "they take logits, the softmax": writer(raw=lambda logits: logits.softmax(-1)),
    "it is given shape (1, 5, 7)": all_positions,
    "at the *last* position": writer(last=0),
    "is in training mode afterwards": writer(training_after=True),
    "the prime is missing in the text": writer(prime_too=False),
    "there should be 12 new characters": writer(extra=1),
    "is fed twice": writer(feed="prime's last twice"),
    "only the last character of the prime": writer(feed="last of prime"),
    "every step reads the prime's last": writer(feed="always the prime"),
    "a call starts from a fresh state": writer(carry=False),
    "gradients were recorded": writer(grad=True),
    "the likeliest character comes every time": writer(choose=likeliest),
    "every draw uses the same random number": writer(choose=a_new_generator),
    "the same seed gives another text": writer(choose=unseeded),
    "every seed gives the same text": writer(choose=always_the_same_seed),
}.items():
    wrong("write", line, function)
wrong("write", "every draw uses the same random number", writer(choose=seeded_again))


def recursive(model, vocabulary, prime, length, filters, generator=None):
    """Keep a list of tokens, and choose with the sum of probabilities."""
    training, tokens = model.training, vocabulary.encode(prime).tolist()
    model.eval()
    with torch.inference_mode():
        logits, state = model(torch.tensor([tokens]))
        while length:
            scores = logits[:, -1]
            for one in filters:
                scores = one(scores)
            tokens.append(by_the_sum(scores, generator).item())
            length -= 1
            if length:
                logits, state = model(torch.tensor([[tokens[-1]]]), state)
    model.train(training)
    return vocabulary.decode(tokens)


right("write", recursive)
right("write", writer())
right("write", writer(eval_mode=True))
