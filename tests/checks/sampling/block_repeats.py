"""What learners hand in for `block_repeats` of lesson 06."""

import math

import torch

from tests.checks.answers import Answers

ANSWERS = Answers()
right, wrong = ANSWERS.add_right, ANSWERS.add_wrong


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
