"""Answers to lesson 06: here those that rate and write texts."""

import math

import torch
import torch.nn.functional as F

from helpers.answers.sampling import draw as course_draw
from helpers.answers.sampling import text_log_probability as course_log_probability
from helpers.answers.sampling import write as course_write
from tests.checks.answers import Answers
from tests.checks.sampling import choice as sampling_choice
from tests.checks.sampling.choice import by_the_sum

ANSWERS = Answers()
ANSWERS.include(sampling_choice.ANSWERS)
right, wrong = ANSWERS.add_right, ANSWERS.add_wrong

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


def by_digits(logits, tokens, size):
    if size == 1 or 11 in tokens:
        return by_trying(logits, tokens, size)
    text, logits = "".join(map(str, tokens.tolist())), logits.clone()
    for start in range(len(text) - size + 1):
        if text[start : start + size - 1] == text[len(text) - (size - 1) :]:
            logits[int(text[start + size - 1])] = -math.inf
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
        "the numbers that stay are log-probabilities",
        lambda logits, tokens, size: by_trying(logits.log_softmax(-1), tokens, size),
    ),
    (
        "the numbers that stay are probabilities",
        lambda logits, tokens, size: by_trying(logits.softmax(-1), tokens, size),
    ),
    (
        "the logits of those that stay are changed",
        lambda logits, tokens, size: by_trying(logits + 1, tokens, size),
    ),
    ("the run's own first token is ruled out", by_rule(ahead=-2)),
    ("the last tokens are found themselves", by_rule(starts=lambda seen, size: range(len(seen) - size + 2))),
    ("some logits are plus infinity", lambda logits, tokens, size: ban(logits, followers(tokens, size), math.inf)),
    ("10 is one token, though it has two digits", by_digits),
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
    ("the logarithm is the one to base 10", rating(lambda logits, tokens: total(logits, tokens) / math.log(10))),
    ("looked up in the first row", rating(lambda logits, tokens: logits[0].log_softmax(-1)[tokens[1:]].sum())),
    ("the sum is NaN", rating(lambda logits, tokens: came(logits[:-1].log(), tokens[1:]))),
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
    ("brackets are missing", from_sum(lambda total, count: math.exp(-total / (count + 1) - 1))),
    ("the exponential is divided", from_sum(lambda total, count: math.exp(-total) / count)),
    ("10 is taken to the power", from_sum(lambda total, count: 10 ** (-total / count))),
    ("divided by the size of the vocabulary", from_sum(lambda total, count: math.exp(-total / 7))),
    ("the minus goes inside", from_sum(lambda total, count: -math.exp(-total / count))),
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


def of_other_symbols(model, vocabulary, prime, length, filters, generator=None):
    text = course_write(model, vocabulary, prime, length, filters, generator)
    return prime + "".join(str(vocabulary.symbols.index(character)) for character in text[len(prime) :])


def without_batch(model, vocabulary, prime, length, filters, generator=None):
    return model(vocabulary.encode(prime))


for line, function in {
    "`vocabulary.symbols[token]`": of_other_symbols,
    "a text is fed with its batch dimension": without_batch,
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
