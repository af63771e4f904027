"""What learners hand in for `stream_batches` of lesson 03."""

import torch

from helpers.answers.training import stream_batches as course_streams
from tests.checks.answers import Answers

ANSWERS = Answers()


def cut(inputs, targets, length):
    return list(zip(inputs.split(length, 1), targets.split(length, 1)))


@ANSWERS.is_wrong("reshape to (batch_size, length), not to (length, batch_size)")
def stream_batches(tokens, batch_size, sequence_length):
    length = (len(tokens) - 1) // batch_size
    inputs, targets = tokens[: batch_size * length], tokens[1 : batch_size * length + 1]
    return cut(inputs.view(length, batch_size).t(), targets.view(length, batch_size).t(), sequence_length)


@ANSWERS.is_wrong("reshape to (batch_size, length), and cut along dimension 1")
def stream_batches(tokens, batch_size, sequence_length):
    length = (len(tokens) - 1) // batch_size
    inputs, targets = tokens[: batch_size * length], tokens[1 : batch_size * length + 1]
    return cut(inputs.view(length, batch_size), targets.view(length, batch_size), sequence_length)


@ANSWERS.is_wrong("row 1 of a batch does not go on where row 1 of the batch before ended")
def stream_batches(tokens, batch_size, sequence_length):
    batches, size = [], batch_size * sequence_length
    for start in range(0, len(tokens) - 1, size):
        length = min(sequence_length, (len(tokens) - 1 - start) // batch_size)
        end = start + batch_size * length
        batches.append(
            (tokens[start:end].view(batch_size, length), tokens[start + 1 : end + 1].view(batch_size, length))
        )
    return batches


@ANSWERS.is_wrong("row 1 of a batch does not go on where row 1 of the batch before ended")
def stream_batches(tokens, batch_size, sequence_length):
    size = batch_size * sequence_length
    starts = range(0, len(tokens) - size, size)
    pairs = [(tokens[start : start + size], tokens[start + 1 : start + size + 1]) for start in starts]
    return [(one.view(batch_size, -1), other.view(batch_size, -1)) for one, other in pairs]


@ANSWERS.is_wrong("and no token is left over")
def stream_batches(tokens, batch_size, sequence_length):
    length = (len(tokens) - 2) // batch_size
    return course_streams(tokens[: batch_size * length + 1], batch_size, sequence_length)


@ANSWERS.is_wrong("your targets are the inputs")
def stream_batches(tokens, batch_size, sequence_length):
    return [(inputs, inputs) for inputs, _ in course_streams(tokens, batch_size, sequence_length)]


@ANSWERS.is_wrong("the last target of each stream is its own first character")
def stream_batches(tokens, batch_size, sequence_length):
    length = (len(tokens) - 1) // batch_size
    inputs = tokens[: batch_size * length].view(batch_size, length)
    return cut(inputs, inputs.roll(-1, 1), sequence_length)


@ANSWERS.is_wrong("each stream has 11 characters in place of 12")
def stream_batches(tokens, batch_size, sequence_length):
    length = len(tokens) // batch_size
    streams = tokens[: batch_size * length].view(batch_size, length)
    return cut(streams[:, :-1], streams[:, 1:], sequence_length)


@ANSWERS.is_wrong("the last batch, shorter than the others, is missing")
def stream_batches(tokens, batch_size, sequence_length):
    return [pair for pair in course_streams(tokens, batch_size, sequence_length) if pair[0].shape[1] == sequence_length]


@ANSWERS.is_wrong("since the last token is only a target")
def stream_batches(tokens, batch_size, sequence_length):
    length = len(tokens) // batch_size
    inputs = tokens[: batch_size * length].view(batch_size, length)
    return cut(inputs, tokens[1 : batch_size * length + 1].view(batch_size, length), sequence_length)


@ANSWERS.is_wrong("your targets are shifted the wrong way")
def stream_batches(tokens, batch_size, sequence_length):
    length = (len(tokens) - 1) // batch_size
    inputs = tokens[: batch_size * length].view(batch_size, length)
    before = torch.cat([tokens[:1], tokens[: batch_size * length - 1]]).view(batch_size, length)
    return cut(inputs, before, sequence_length)


@ANSWERS.is_wrong("those are the targets: the inputs begin with the first token")
def stream_batches(tokens, batch_size, sequence_length):
    return [pair[::-1] for pair in course_streams(tokens, batch_size, sequence_length)]


@ANSWERS.is_wrong("31 tokens in 3 streams make 10 characters each")
def stream_batches(tokens, batch_size, sequence_length):
    length = (len(tokens) - 1) // batch_size
    inputs, targets = tokens[: batch_size * length], tokens[1 : batch_size * length + 1]
    sides = inputs.view(batch_size, length), targets.view(batch_size, length)
    starts = [number * sequence_length for number in range(length // sequence_length + 1)]
    return [tuple(side[:, start : start + sequence_length] for side in sides) for start in starts]


@ANSWERS.is_wrong("pair them, batch by batch, with `zip`")
def stream_batches(tokens, batch_size, sequence_length):
    return tuple(zip(*course_streams(tokens, batch_size, sequence_length)))


@ANSWERS.is_wrong("the numbers are too many or too few")
def stream_batches(tokens, batch_size, sequence_length):
    length = (len(tokens) - 1) // batch_size
    inputs, targets = tokens[: batch_size * length], tokens[1 : batch_size * length]
    return cut(inputs.view(batch_size, length), targets.view(batch_size, length), sequence_length)


@ANSWERS.is_wrong("and is a generator")
def stream_batches(tokens, batch_size, sequence_length):
    return (pair for pair in course_streams(tokens, batch_size, sequence_length))


@ANSWERS.is_right
def stream_batches(tokens, batch_size, sequence_length):
    length = (len(tokens) - 1) // batch_size
    batches = []
    for start in range(0, length, sequence_length):
        end = min(start + sequence_length, length)
        inputs = torch.stack([tokens[row * length + start : row * length + end] for row in range(batch_size)])
        targets = torch.stack([tokens[row * length + start + 1 : row * length + end + 1] for row in range(batch_size)])
        batches.append((inputs, targets))
    return batches


@ANSWERS.is_right
def stream_batches(tokens, batch_size, sequence_length):
    length = (len(tokens) - 1) // batch_size
    both = tokens[: batch_size * length + 1].unfold(0, length + 1, length)  # each stream and the character after it
    starts = range(0, length, sequence_length)
    return tuple((both[:, :-1][:, s : s + sequence_length], both[:, 1:][:, s : s + sequence_length]) for s in starts)
