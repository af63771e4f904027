"""Checks of lesson 05: batches cut from a text at random places."""

import torch

from helpers.checks.expectations import Mistake, compare, expect, expect_parts, expect_tensor, only_the_generator, same

_ROWS, _LENGTH, _DRAWS = 4, 5, 700


_TOLERANCE = 0.06  # on a share of _DRAWS draws of seven starts: more than four standard deviations


_LAST = "the last start is len(tokens) - block_size - 1, because the targets reach one token further than the inputs"


def get_batch(answer):
    """Pieces of the text at places that are all equally likely, drawn from the generator; targets one further on."""
    tokens = torch.randperm(40) + 100  # in no order: a next token cannot be had by adding 1
    starts = _draw(answer, tokens, _ROWS, _seeded(0))
    _expect_distances(starts)
    with only_the_generator():
        _expect_generator(answer, tokens)
    _expect_every_start(answer, tokens[: 2 * _LENGTH + 2])
    _expect_shortest(answer, tokens[: _LENGTH + 1])
    _expect_error(answer, tokens)


def _seeded(seed: int) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def _draw(answer, tokens: torch.Tensor, rows: int, generator: torch.Generator) -> torch.Tensor:
    """Call the answer, hold what it returns to pieces of the text, and return where they begin."""
    pair = _call(answer, tokens, rows, generator)
    expect_parts(pair, 2, "inputs and targets")
    inputs, targets = pair
    _expect_shape(inputs, "inputs", rows)
    places = _places(inputs, tokens)
    _expect_pieces(places, len(tokens))
    expect(
        not isinstance(targets, torch.Tensor) or tuple(targets.shape) != (rows,),
        "there is one target a row: every position has its own, so targets have the shape of the inputs",
    )
    _expect_shape(targets, "targets", rows)
    _compare_targets(targets, inputs, places, tokens)
    return places[:, 0]


def _call(answer, tokens: torch.Tensor, rows: int, generator: torch.Generator):
    try:
        return answer(tokens, _LENGTH, rows, generator)
    except IndexError as error:
        if "out of bounds" in str(error) or ("index out of range" in str(error) and "tuple" not in str(error)):
            raise Mistake(f"a piece runs past the end of the text ({error}): {_LAST}") from None
        raise
    except TypeError as error:
        for words, message in _NOT_TAKEN:
            if words in str(error):
                raise Mistake(message) from None
        raise
    except (RuntimeError, ValueError) as error:
        if "must match the size" in str(error):
            raise Mistake(
                "the starts meet the steps number by number: stand the starts up as a column, `starts[:, None]`, so that "
                "each meets every step"
            ) from None
        if f"to={len(tokens) - rows}" in str(error):
            raise Mistake(
                "the number of rows is subtracted: where a piece may begin depends on its length, so subtract block_size"
            ) from None
        if "to be less than" in str(error):
            raise Mistake(f"torch.randint is left without a place to draw from ({error}): {_LAST}") from None
        if "equal size" in str(error):
            raise Mistake(f"a piece runs past the end of the text, and comes out shorter: {_LAST}") from None
        if "without replacement" in str(error) or "larger than population" in str(error):
            raise Mistake(_TWICE) from None
        raise


_NOT_TAKEN = (
    ("randint() received", "torch.randint takes the shape of what it draws as a tuple: `(batch_size,)`"),
    (
        "only integer tensors of a single element",
        "a slice takes one number at each end, not all starts at once: make a table of places, or cut one after another",
    ),
)


_TWICE = (
    "no place is drawn twice in a batch: draw each start by itself, a batch may have more rows than there are places"
)


def _expect_shape(part, name: str, rows: int) -> None:
    expect(
        not isinstance(part, list | tuple),
        f"the {name} are a list: make one tensor of the pieces, with torch.stack",
    )
    expect_tensor(part, f"the {name}")
    shape, right = tuple(part.shape), (rows, _LENGTH)
    expect(shape != right[::-1], f"batch and time are exchanged in the {name}: each row is one piece of the text")
    expect(not (rows == _DRAWS and len(shape) == 2 and shape[0] < rows), _TWICE)
    if len(shape) == 2 and shape[1] == _LENGTH + 1:
        raise Mistake(f"the rows of the {name} are block_size + 1 long: inputs leave out the last, targets the first")
    expect_tensor(part, f"the {name}", right, torch.int64)


def _places(inputs: torch.Tensor, tokens: torch.Tensor) -> torch.Tensor:
    if not torch.isin(inputs, tokens).all():
        expect(
            not (inputs < len(tokens)).all(),
            "those are places in the text: look up which tokens stand there, tokens[places]",
        )
        raise Mistake("the inputs hold tokens that the text does not have")
    return (inputs[..., None] == tokens).long().argmax(-1)


def _expect_pieces(places: torch.Tensor, length: int) -> None:
    steps = places.diff(dim=1)
    if (steps == 1).all():
        return
    expect(not (steps == 0).all(), "each row repeats one token: add `torch.arange(block_size)` to where it begins")
    expect(not (steps == -1).all(), "the pieces are read from their end to their beginning")
    expect(
        not (steps % length == 1).all(),
        f"a piece goes on at the beginning of the text where the text ends: {_LAST}",
    )
    raise Mistake(
        "the tokens of a row do not follow each other in the text: draw where a piece begins, and take "
        "the block_size tokens from there on"
    )


def _compare_targets(targets: torch.Tensor, inputs: torch.Tensor, places: torch.Tensor, tokens: torch.Tensor) -> None:
    expect(
        not (places == len(tokens) - 1).any(),
        f"a piece ends with the last token of the text, which has no next one to be its target: {_LAST}",
    )
    compare(
        targets, tokens[places + 1], "the targets",
        [
            (inputs, "your targets are the inputs: shift them by one"),
            (tokens[places - 1], "your targets are shifted the wrong way: the target is the *next* character (or do you return targets and inputs, in this order?)"),
            (tokens[(places + 2) % len(tokens)], "your targets are shifted by two: the target is the next character"),
            (inputs.roll(-1, 1), "the last target of each row is that row's own first character: take the targets from the text, one further on"),
            (torch.cat([inputs[:, 1:], torch.zeros_like(inputs[:, :1])], 1), "the last target of each row is 0: take the targets from the text, one further on"),
            (inputs + 1, "1 is added to the tokens: the target stands one place further on, `tokens[places + 1]`"),
            (places + 1, "the targets are places in the text: look up which tokens stand there"),
            *_elsewhere(targets, tokens),
        ],
    )  # fmt: skip


def _elsewhere(targets: torch.Tensor, tokens: torch.Tensor) -> list:
    """Return a mistake that fits targets which are pieces of the text themselves, but others."""
    pieces = torch.isin(targets, tokens).all() and (_places(targets, tokens).diff(dim=1) == 1).all()
    return [(targets, "inputs and targets come from different places: draw once, and cut both there")] * bool(pieces)


def _expect_distances(starts: torch.Tensor) -> None:
    distances = set(starts.diff().tolist())
    if len(distances) > 1:
        return
    distance = distances.pop()
    expect(distance != 0, "all rows of a batch are the same piece: draw a start for each row")
    expect(abs(distance) != _LENGTH, "each row goes on where the row before ended: draw a start for each row")
    raise Mistake(f"each row begins {distance} further than the row before: draw a start for each row")


def _expect_generator(answer, tokens: torch.Tensor) -> None:
    generator = _seeded(1)
    first, second = (_draw(answer, tokens, 2 * _ROWS, generator) for _ in range(2))
    again, other = (_draw(answer, tokens, 2 * _ROWS, _seeded(seed)) for seed in (1, 2))
    expect(same(first, again), "the same seed gives other pieces: hand `generator` to what draws, torch.randint")
    expect(
        not (same(first, second) or same(first, other)),
        "every call gives the same pieces: draw from `generator` as it is, without seeding",
    )


def _expect_every_start(answer, tokens: torch.Tensor) -> None:
    """On a short text each start comes, and equally often."""
    starts = _draw(answer, tokens, _DRAWS, _seeded(3))
    shares = torch.bincount(starts, minlength=len(tokens) - _LENGTH) / _DRAWS
    expect(
        not (starts % _LENGTH == 0).all(),
        "pieces begin only at multiples of block_size: a piece may begin at any place",
    )
    expect(bool(shares[0]), "the text's first piece is never drawn: the first start is 0")
    expect(
        bool(shares[-1]),
        f"the text's last piece is never drawn: {_LAST}; `torch.randint(n, ...)` gives n different numbers, 0 to n - 1",
    )
    expect(
        bool((shares - 1 / len(shares)).abs().max() < _TOLERANCE),
        "some pieces come more often than others: draw every start with the same probability",
    )


def _expect_shortest(answer, tokens: torch.Tensor) -> None:
    try:
        starts = _draw(answer, tokens, _ROWS, _seeded(4))
    except Mistake:
        raise
    except Exception as error:
        said = f"{type(error).__name__}: {error}".splitlines()[0]
        raise Mistake(f"a text of block_size + 1 tokens holds exactly one piece, and yours raises {said}") from None
    expect(not starts.any(), "a text of block_size + 1 tokens holds exactly one piece, which begins at 0")


def _expect_error(answer, tokens: torch.Tensor) -> None:
    for length in (_LENGTH, _LENGTH - 2):
        try:
            answer(tokens[:length], _LENGTH, _ROWS, _seeded(5))
        except Exception:
            continue
        raise Mistake(
            f"a text of {length} tokens has no piece of {_LENGTH} with its targets, and yours returns something all the "
            "same: let it raise an error"
        )
