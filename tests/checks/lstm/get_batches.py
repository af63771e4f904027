"""What learners hand in for `get_batches` of lesson 04."""

import itertools

import torch

from helpers.answers.lstm import get_batches as course_batches
from tests.checks.answers import Answers

ANSWERS = Answers()


def batched(function):
    """Name a function of tokens, rows and length like its exercise."""

    def get_batches(tokens, batch_size, sequence_length):
        return function(tokens, batch_size, sequence_length)

    return get_batches


def rows_and_targets(tokens, rows, length):
    """Return inputs and targets, all batches side by side."""
    return (torch.cat(parts, 1) for parts in zip(*course_batches(tokens, rows, length), strict=True))


def pieces(inputs, targets, length):
    return zip(inputs.split(length, 1), targets.split(length, 1), strict=True)


def with_targets(change):
    """Make batches whose targets are something else: `change(inputs, targets, tokens)` of whole rows."""

    def get_batches(tokens, rows, length):
        inputs, targets = rows_and_targets(tokens, rows, length)
        yield from pieces(inputs, change(inputs, targets, tokens), length)

    return batched(get_batches)


def each_batch(change):
    """Make batches of which each is changed by itself."""
    return batched(lambda tokens, b, s: (change(*pair) for pair in course_batches(tokens, b, s)))


def every_third(tokens, rows, length):
    width = (len(tokens) - 1) // (rows * length) * length
    inputs, targets = tokens[: rows * width], tokens[1 : rows * width + 1]
    return pieces(inputs.view(width, rows).t(), targets.view(width, rows).t(), length)


def text_after_text(tokens, rows, length):
    size = rows * length
    for start in range(0, len(tokens) - size, size):
        yield tokens[start : start + size].view(rows, -1), tokens[start + 1 : start + size + 1].view(rows, -1)


def wraps_within_row(tokens, rows, length):  # as it is done in the best-known notebook
    count = len(tokens) // (rows * length)
    whole = tokens[: count * rows * length].view(rows, -1)
    for start in range(0, whole.shape[1], length):
        inputs = whole[:, start : start + length]
        last = whole[:, (start + length) % whole.shape[1]]
        yield inputs, torch.cat([inputs[:, 1:], last[:, None]], 1)


def first_alone(tokens, rows, length):
    return list(course_batches(tokens, rows, length))[:1]


def short_last(tokens, rows, length):
    width = (len(tokens) - 1) // rows
    inputs, targets = tokens[: rows * width].view(rows, -1), tokens[1 : rows * width + 1].view(rows, -1)
    return pieces(inputs, targets, length)


def stands_still(tokens, rows, length):
    inputs, targets = rows_and_targets(tokens, rows, length)
    for _ in range(0, inputs.shape[1], length):
        yield inputs[:, :length], targets[:, :length]


def no_last_target(tokens, rows, length):
    return course_batches(torch.cat([tokens, tokens[:1]]), rows, length)


def wasteful(tokens, rows, length):
    return course_batches(tokens[:-1], rows, length)


def all_rows_uncut(tokens, rows, length):
    return pieces(tokens.view(rows, -1), tokens.view(rows, -1), length)


def course_list(tokens, rows, length):
    return list(course_batches(tokens, rows, length))


def shuffled(tokens, rows, length):
    width = (len(tokens) - 1) // (rows * length) * length
    inputs, targets = tokens[: rows * width].view(rows, -1), tokens[1 : rows * width + 1].view(rows, -1)
    for start in torch.randperm(width // length).mul(length).tolist():
        yield inputs[:, start : start + length], targets[:, start : start + length]


def by_starts(tokens, rows, length, starts, width=None):
    """Cut batches at these starts out of rows; `starts` and `width` are made from n · length."""
    used = (len(tokens) - 1) // (rows * length) * length
    width = used if width is None else width
    inputs, targets = tokens[: rows * width].view(rows, width), tokens[1 : rows * width + 1].view(rows, width)
    for start in starts(used):
        yield inputs[:, start : start + length], targets[:, start : start + length]


def steps_by_one(tokens, rows, length):
    return by_starts(tokens, rows, length, lambda used: range(0, used - length + 1))


def steps_by_one_to_the_end(tokens, rows, length):
    return by_starts(tokens, rows, length, lambda used: range(used))


def never_stops(tokens, rows, length):
    return by_starts(tokens, rows, length, lambda used: itertools.count(0, length))


def cuts_rows_first(tokens, rows, length):
    width = (len(tokens) - 1) // rows
    return by_starts(tokens, rows, length, lambda used: range(0, width - length + 1, length), width)


def one_batch_less(tokens, rows, length):
    width = (len(tokens) // (rows * length) - 1) * length
    return by_starts(tokens, rows, length, lambda used: range(0, width, length), width)


def forgets_minus_one(tokens, rows, length):
    width = len(tokens) // (rows * length) * length
    return by_starts(tokens, rows, length, lambda used: range(0, width, length), width)


def meddles_while_it_runs(tokens, rows, length):
    yield from list(course_batches(tokens.clone(), rows, length))
    tokens[0] = 0


ANSWERS.is_wrong("each row is made of every third character")(batched(every_third))
ANSWERS.is_wrong("row 1 of a batch does not go on where row 1 of the batch before ended")(batched(text_after_text))
ANSWERS.is_wrong("your targets are the inputs: shift them by one")(with_targets(lambda i, t, text: i))
ANSWERS.is_wrong("the last target of each batch is its own first character")(
    each_batch(lambda inputs, targets: (inputs, inputs.roll(-1, 1)))
)
ANSWERS.is_wrong("the last target of each row is that row's own first character")(
    with_targets(lambda i, t, text: i.roll(-1, 1))
)
ANSWERS.is_wrong("the last target of each row is that row's own first character")(batched(wraps_within_row))
ANSWERS.is_wrong("the last target of each row is 0")(
    with_targets(lambda i, t, text: torch.cat([i[:, 1:], torch.zeros_like(i[:, :1])], 1))
)
ANSWERS.is_wrong("the very last target is the first character of all")(
    with_targets(lambda i, t, text: i.flatten().roll(-1).view_as(i))
)
ANSWERS.is_wrong("your targets are the next row")(with_targets(lambda i, t, text: i.roll(-1, 0)))
ANSWERS.is_wrong("your targets are shifted the wrong way")(
    with_targets(lambda i, t, text: torch.cat([text[:1], text[: i.numel() - 1]]).view_as(i))
)
ANSWERS.is_wrong("those are the targets: the inputs begin with the first token")(each_batch(lambda i, t: (t, i)))
ANSWERS.is_wrong("the inputs of a batch should have shape (batch, time)")(each_batch(lambda i, t: (i.t(), t.t())))
ANSWERS.is_wrong("there is one batch where 6 fit")(batched(first_alone))
ANSWERS.is_wrong("every batch is the first one")(batched(stands_still))
ANSWERS.is_wrong("the last batch is not full, (3, 3)")(batched(short_last))
ANSWERS.is_wrong("tokens have no target for the last character of batch 6")(batched(no_last_target))
ANSWERS.is_wrong("91 tokens fill 6 batches")(batched(wasteful))
ANSWERS.is_wrong("the batches come in another order")(batched(shuffled))
ANSWERS.is_wrong("the batches come in another order")(batched(lambda tokens, b, s: course_list(tokens, b, s)[::-1]))
ANSWERS.is_wrong("they overlap; step by `sequence_length`")(batched(steps_by_one))
ANSWERS.is_wrong("they overlap; step by `sequence_length`")(batched(steps_by_one_to_the_end))
ANSWERS.is_wrong("the batches do not end, and 6 fit")(batched(never_stops))
ANSWERS.is_wrong("90 tokens do not fill 6 batches: the last token is only a target")(batched(forgets_minus_one))
ANSWERS.is_wrong("row 2 begins at token 33, and should at token 30")(batched(cuts_rows_first))
ANSWERS.is_wrong("100 tokens make 6 batches, and there are 5")(batched(one_batch_less))
ANSWERS.is_wrong("`return` gives one pair and ends there")(batched(lambda tokens, b, s: course_list(tokens, b, s)[0]))
ANSWERS.is_wrong("the tokens do not fill the rows")(batched(all_rows_uncut))
ANSWERS.is_wrong("return the inputs and the targets of batch number 1")(each_batch(lambda i, t: (i,)))
ANSWERS.is_wrong("is None: `yield` each pair")(batched(lambda tokens, b, s: None))
ANSWERS.is_wrong("there is not one batch")(batched(lambda tokens, b, s: []))
ANSWERS.is_wrong("changes its argument `tokens`")(batched(meddles_while_it_runs))
ANSWERS.is_right(batched(lambda tokens, b, s: list(course_batches(tokens, b, s))))


@ANSWERS.is_right
def get_batches(tokens, batch_size, sequence_length):
    count = (len(tokens) - 1) // (batch_size * sequence_length)
    width = count * sequence_length
    for number in range(count):
        inputs, targets = [], []
        for row in range(batch_size):
            start = row * width + number * sequence_length
            inputs.append(tokens[start : start + sequence_length])
            targets.append(tokens[start + 1 : start + 1 + sequence_length])
        yield torch.stack(inputs), torch.stack(targets)
