"""What learners hand in for `get_batch` of lesson 05."""

import random

import torch
import torch.nn.functional as F

from helpers.answers.attention import get_batch as course_batch
from tests.checks.answers import Answers

ANSWERS = Answers()


def draw(size, rows, generator):
    return torch.randint(size, (rows,), generator=generator)


def along(starts, length):
    return starts[:, None] + torch.arange(length)


def batch(*, starts=None, inputs=None, targets=None, result=None, size=0, times=along):
    """Make `get_batch`; each argument brings in one mistake. `size` is how many starts there are too many."""

    def get_batch(tokens, block_size, batch_size, generator):
        count = len(tokens) - block_size + size
        first = draw(count, batch_size, generator) if starts is None else starts(count, batch_size, generator)
        places = times(first, block_size)
        xs = tokens[places] if inputs is None else inputs(tokens, places)
        ys = tokens[places + 1] if targets is None else targets(tokens, places)
        return (xs, ys) if result is None else result(xs, ys)

    return get_batch


def stacked(first_start=0, size=0):
    """Make `get_batch` with slices."""

    def get_batch(tokens, block_size, batch_size, generator):
        starts = draw(len(tokens) - block_size + size - first_start, batch_size, generator) + first_start
        xs = torch.stack([tokens[start : start + block_size] for start in starts])
        ys = torch.stack([tokens[start + 1 : start + 1 + block_size] for start in starts])
        return xs, ys

    return get_batch


def elsewhere(tokens, block_size, batch_size, generator):
    xs, _ = course_batch(tokens, block_size, batch_size, generator)
    _, ys = course_batch(tokens, block_size, batch_size, generator)
    return xs, ys


def exchanged(tokens, block_size, batch_size, generator):
    return course_batch(tokens, batch_size, block_size, generator)


def wraps(tokens, block_size, batch_size, generator):
    places = along(draw(len(tokens), batch_size, generator), block_size)
    return tokens[places % len(tokens)], tokens[(places + 1) % len(tokens)]


def wraps_targets(tokens, block_size, batch_size, generator):
    places = along(draw(len(tokens) - block_size + 1, batch_size, generator), block_size)
    return tokens[places], tokens.roll(-1)[places]


def at_multiples(tokens, block_size, batch_size, generator):
    starts = draw((len(tokens) - 1) // block_size, batch_size, generator) * block_size
    return tokens[along(starts, block_size)], tokens[along(starts, block_size) + 1]


def wants_more(tokens, block_size, batch_size, generator):
    if len(tokens) < block_size + 2:
        raise ValueError("the text is too short")
    return course_batch(tokens, block_size, batch_size, generator)


def takes_anything(tokens, block_size, batch_size, generator):
    starts = draw(max(1, len(tokens) - block_size), batch_size, generator)
    xs = torch.stack([tokens[start : start + block_size] for start in starts])
    return xs, torch.stack([tokens[start + 1 : start + 1 + block_size] for start in starts])


def seeds_globally(count, rows, generator):
    torch.manual_seed(draw(2**30, 1, generator).item())
    return torch.randint(count, (rows,))


def one_more(tokens, block_size, batch_size, generator):
    piece, _ = course_batch(tokens[:-1], block_size + 1, batch_size, generator)
    return piece, piece


def plain_lists(tokens, block_size, batch_size, generator):
    xs, ys = course_batch(tokens, block_size, batch_size, generator)
    return list(xs), list(ys)


for function in (
    elsewhere, exchanged, wraps, wraps_targets, at_multiples, wants_more, takes_anything, one_more, plain_lists
):  # fmt: skip
    function.__name__ = "get_batch"

ANSWERS.is_wrong("your targets are the inputs: shift them by one")(batch(targets=lambda t, p: t[p]))
ANSWERS.is_wrong("your targets are shifted by two")(batch(size=-1, targets=lambda t, p: t[p + 2]))
ANSWERS.is_wrong("your targets are shifted the wrong way")(batch(targets=lambda t, p: t[p - 1]))
ANSWERS.is_wrong("your targets are shifted the wrong way")(batch(result=lambda xs, ys: (ys, xs), size=-1))
ANSWERS.is_wrong("that row's own first character")(batch(targets=lambda t, p: t[p].roll(-1, 1)))
ANSWERS.is_wrong("the last target of each row is 0")(batch(targets=lambda t, p: F.pad(t[p][:, 1:], (0, 1))))
ANSWERS.is_wrong("takes the shape of what it draws as a tuple")(
    batch(starts=lambda count, rows, g: torch.randint(count, rows, generator=g))
)
ANSWERS.is_wrong("stand the starts up as a column")(batch(times=lambda starts, length: starts + torch.arange(length)))
ANSWERS.is_wrong("a slice takes one number at each end")(
    batch(inputs=lambda t, p: t[p[:, 0] : p[:, 0] + 5], targets=lambda t, p: t[p[:, 0] + 1 : p[:, 0] + 6])
)
ANSWERS.is_wrong("without a place to draw from")(
    batch(starts=lambda count, rows, g: torch.randint(-count, (rows,), generator=g))
)
ANSWERS.is_wrong("1 is added to the tokens")(batch(targets=lambda t, p: t[p] + 1))
ANSWERS.is_wrong("the number of rows is subtracted")(
    batch(starts=lambda count, rows, g: torch.randint(count + 5 - rows, (rows,), generator=g))
)
ANSWERS.is_wrong("there is one target a row")(batch(targets=lambda t, p: t[p[:, -1] + 1]))
ANSWERS.is_wrong("the targets are places in the text")(batch(targets=lambda t, p: p + 1))
ANSWERS.is_wrong("inputs and targets come from different places")(elsewhere)
ANSWERS.is_wrong("those are places in the text")(batch(inputs=lambda t, p: p))
ANSWERS.is_wrong("a piece runs past the end of the text (")(batch(size=1))
ANSWERS.is_wrong("a piece runs past the end of the text (")(
    batch(starts=lambda count, rows, generator: torch.randint(count + 5, (rows,), generator=generator))
)
ANSWERS.is_wrong("a piece runs past the end of the text, and comes out shorter")(stacked(size=1))
ANSWERS.is_wrong("where the text ends")(wraps)
ANSWERS.is_wrong("a piece ends with the last token of the text")(wraps_targets)
ANSWERS.is_wrong("the text's last piece is never drawn")(batch(size=-1))
ANSWERS.is_wrong("the text's first piece is never drawn")(stacked(first_start=1))
ANSWERS.is_wrong("pieces begin only at multiples of block_size")(at_multiples)
ANSWERS.is_wrong("some pieces come more often than others")(
    batch(starts=lambda count, rows, g: torch.minimum(draw(count, rows, g), draw(count, rows, g)))
)
ANSWERS.is_wrong("no place is drawn twice in a batch")(
    batch(starts=lambda count, rows, generator: torch.randperm(count, generator=generator)[:rows])
)
ANSWERS.is_wrong("all rows of a batch are the same piece")(
    batch(starts=lambda count, rows, generator: draw(count, 1, generator).expand(rows))
)
ANSWERS.is_wrong("each row goes on where the row before ended")(
    batch(starts=lambda count, rows, g: 5 * torch.arange(rows))
)
ANSWERS.is_wrong("each row begins 1 further than the row before")(
    batch(starts=lambda count, rows, g: draw(count - rows, 1, g) + torch.arange(rows))
)
ANSWERS.is_wrong("the same seed gives other pieces")(batch(starts=lambda count, rows, g: torch.randint(count, (rows,))))
ANSWERS.is_wrong("the same seed gives other pieces")(
    batch(starts=lambda count, rows, g: torch.tensor([random.randrange(count) for _ in range(rows)]))
)
ANSWERS.is_wrong("every call gives the same pieces")(
    batch(starts=lambda count, rows, generator: draw(count, rows, generator.manual_seed(0)))
)
ANSWERS.is_wrong("torch's global random numbers are used or seeded, too")(batch(starts=seeds_globally))
ANSWERS.is_wrong("batch and time are exchanged in the inputs")(exchanged)
ANSWERS.is_wrong("batch and time are exchanged in the inputs")(batch(result=lambda xs, ys: (xs.T, ys.T)))
ANSWERS.is_wrong("the rows of the inputs are block_size + 1 long")(one_more)
ANSWERS.is_wrong("the inputs are a list")(plain_lists)
ANSWERS.is_wrong("you return, inputs and targets, should be a tuple or a list, and is a tensor")(
    batch(result=lambda xs, ys: torch.stack([xs, ys]))
)
ANSWERS.is_wrong("the dtype of the inputs should be int64, and is float32")(
    batch(result=lambda xs, ys: (xs.float(), ys.float()))
)
ANSWERS.is_wrong("each row repeats one token")(batch(times=lambda starts, length: starts[:, None].expand(-1, length)))
ANSWERS.is_wrong("from their end to their beginning")(batch(times=lambda starts, length: along(starts, length).flip(1)))
ANSWERS.is_wrong("the tokens of a row do not follow each other")(
    batch(starts=lambda count, rows, g: torch.randint(count, (rows, 5), generator=g), times=lambda starts, _: starts)
)
ANSWERS.is_wrong("holds exactly one piece, and yours raises ValueError: the text is too short")(wants_more)
ANSWERS.is_wrong("a text of 5 tokens has no piece of 5 with its targets")(takes_anything)

ANSWERS.is_right(stacked())


@ANSWERS.is_right
def get_batch(tokens, block_size, batch_size, generator):
    pieces = tokens.unfold(0, block_size + 1, 1)  # (places, block_size + 1)
    chosen = pieces[torch.randint(len(pieces), (batch_size,), generator=generator)]
    return chosen[:, :-1], chosen[:, 1:]


@ANSWERS.is_right
def get_batch(tokens, block_size, batch_size, generator):
    xs, ys = [], []
    for _ in range(batch_size):
        start = torch.randint(0, len(tokens) - block_size, (1,), generator=generator).item()
        xs.append(tokens[start : start + block_size])
        ys.append(tokens[start + 1 : start + block_size + 1])
    return torch.stack(xs), torch.stack(ys)


@ANSWERS.is_right
def get_batch(tokens, block_size, batch_size, generator):
    count = len(tokens) - block_size
    assert count > 0, "the block is longer than the text"
    starts = (torch.rand(batch_size, generator=generator) * count).long()
    offsets = torch.arange(block_size + 1).expand(batch_size, -1)
    piece = tokens.expand(batch_size, -1).gather(1, starts.unsqueeze(1) + offsets)
    return [piece[:, :block_size], piece[:, 1:]]


@ANSWERS.is_right
def get_batch(tokens, block_size, batch_size, generator):
    chances = torch.ones(len(tokens) - block_size)
    starts = torch.multinomial(chances, batch_size, replacement=True, generator=generator)
    xs = torch.stack([starts + step for step in range(block_size)], dim=1)
    return tokens[xs], tokens.index_select(0, (xs + 1).flatten()).view_as(xs)
