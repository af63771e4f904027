"""Checks of lesson 04, one step: one-hot vectors, the four gates, and what they do to the cell."""

import itertools

import torch

from helpers.checks.expectations import Mistake, compare, expect, expect_parts, expect_tensor, expect_type, same

_BATCH, _INPUT, _HIDDEN = 4, 5, 6  # four rows, so that cutting the batch in place of the gates makes no error
GATES = ("input gate", "forget gate", "candidate", "output gate")  # in torch's order


def one_hot(answer):
    """A 1 at each token's own place, 0 elsewhere, as float32, as long as the vocabulary."""
    tokens, size = torch.tensor([[2, 0, 4], [1, 1, 3]]), 7  # the last characters of the vocabulary do not come
    result = _make_one_hot(answer, tokens, size)
    expect_type(result, torch.Tensor, "`one_hot` of two texts of three tokens")
    right = torch.eye(size)[tokens]
    if result.shape == (2, 3, 5):
        raise Mistake("the vectors end at the largest token of this batch: make them `vocab_size` long")
    if result.shape == (6, size):
        raise Mistake("all positions stand in one long row: keep the shape (batch, time, vocab_size)")
    if result.shape == (2, size, 3):
        raise Mistake("the characters stand before the time: the last dimension should be the vocabulary")
    if result.shape == (3, 2, size):
        raise Mistake("texts and time are exchanged: the batch comes first")
    expect_tensor(result, "`one_hot` of two texts of three tokens", shape=(2, 3, size))
    if not result.is_floating_point() and same(result.float(), right):
        raise Mistake("the numbers are right but whole, and a layer multiplies them with float32: add `.float()`")
    compare(
        result, right, "`one_hot` of two texts of three tokens",
        [
            (right * tokens[..., None], "the token's number stands where a 1 should stand"),
            (right.roll(1, -1), "the 1 stands one place too far right: token 0 has its 1 at place 0"),
            (1 - right, "ones and zeros are exchanged"),
            (right.amax((0, 1)).expand_as(right), "every position marks all tokens of the batch: set one 1 at each position, with F.one_hot or `scatter_`"),
            (right.amax(1, keepdim=True).expand_as(right), "every position marks all tokens of its text: set one 1 at each position, with F.one_hot or `scatter_`"),
        ],
    )  # fmt: skip
    expect_tensor(result, "`one_hot`", dtype=torch.float32)
    expect_tensor(answer(tokens[:1, :1], size), "`one_hot` of one text of one token", shape=(1, 1, size))


def _make_one_hot(answer, tokens: torch.Tensor, size: int):
    try:
        return answer(tokens, size)
    except RuntimeError as error:
        if "smaller than num_classes" in str(error):
            raise Mistake("the vectors are too short for the tokens: make them `vocab_size` long") from None
        if "Index tensor must have the same number of dimensions" in str(error):
            raise Mistake("`scatter_` wants the tokens with a dimension more: `tokens.unsqueeze(-1)`") from None
        raise


def gates(answer):
    """The four sums in torch's order of rows, each with its own bend."""
    weights = _weights()
    inputs, hidden = torch.randn(_BATCH, _INPUT), torch.randn(_BATCH, _HIDDEN).tanh()
    try:
        result = answer(inputs, hidden, *weights)
    except RuntimeError as error:
        if "cannot be multiplied" in str(error):
            raise Mistake(
                f"a matrix product does not fit ({error}): the weights are stored as (4 · hidden, input) and "
                "(4 · hidden, hidden), so write `inputs @ weight_ih.T` and `hidden @ weight_hh.T`"
            ) from None
        raise
    what = "four tensors, input gate, forget gate, candidate and output gate"
    expect(
        not isinstance(result, torch.Tensor),
        "you return one tensor: cut it into four with `.chunk(4, dim=-1)`, and return them as a tuple",
    )
    expect_parts(result, 4, what)
    for part, name in zip(result, GATES, strict=True):
        expect_type(part, torch.Tensor, f"the {name}")
        if part.shape == (_BATCH // 4, 4 * _HIDDEN):
            raise Mistake("the batch is cut into four, not the gates: cut the last dimension, `.chunk(4, dim=-1)`")
        expect_tensor(part, f"the {name} of {_BATCH} texts", shape=(_BATCH, _HIDDEN))
    _compare_gates(tuple(part.detach() for part in result), inputs, hidden, weights)


def _weights() -> tuple[torch.Tensor, ...]:
    """Return weights and biases of a layer in torch's layout: (4 · hidden, …)."""
    return tuple(torch.randn(4 * _HIDDEN, size) for size in (_INPUT, _HIDDEN)) + tuple(torch.randn(2, 4 * _HIDDEN))


def _bend(sums: tuple[torch.Tensor, ...], bends: str = "ssts") -> tuple[torch.Tensor, ...]:
    """Put each of four sums through what its letter says: s a sigmoid, t a tanh, a point nothing."""
    functions = {"s": torch.sigmoid, "t": torch.tanh, ".": lambda sums: sums}
    return tuple(functions[bend](one) for one, bend in zip(sums, bends, strict=True))


def _compare_gates(result, inputs, hidden, weights) -> None:
    weight_ih, weight_hh, bias_ih, bias_hh = weights
    read, kept = inputs @ weight_ih.T, hidden @ weight_hh.T
    sums = (read + kept + bias_ih + bias_hh).chunk(4, -1)
    right = _bend(sums)
    if same(result, right, 1e-5):
        return
    mistakes = [
        (_bend(sums, "ssss"), "the candidate goes through a sigmoid: it may also be negative, so it needs a tanh"),
        (_bend(sums, "ss.s"), "the candidate has no tanh"),
        (_bend(sums, "...."), "those are the sums: put the gates through a sigmoid and the candidate through tanh"),
        (_bend(sums, "tttt"), "the gates go through tanh: only the candidate does, a gate needs a sigmoid"),
        (_bend(sums, "ttst"), "sigmoid and tanh are exchanged: the candidate has the tanh"),
        (_bend(sums, "ssst"), "the tanh is taken of the fourth part: in torch's order the candidate comes third"),
        (_bend((read + kept).chunk(4, -1)), "both biases are missing"),
        (_bend((read + kept + bias_ih).chunk(4, -1)), "`bias_hh` is missing: torch adds two biases"),
        (_bend((read + kept + bias_hh).chunk(4, -1)), "`bias_ih` is missing: torch adds two biases"),
        (_bend((read + bias_ih + bias_hh).chunk(4, -1)), "the old hidden state is not used: add `hidden @ weight_hh.T`"),
        (_bend((read + bias_ih).chunk(4, -1)), "the old hidden state is not used: add `hidden @ weight_hh.T + bias_hh`"),
        (_bend((kept + bias_ih + bias_hh).chunk(4, -1)), "the inputs are not used: add `inputs @ weight_ih.T`"),
    ]  # fmt: skip
    for wrong, message in mistakes:
        if same(result, wrong, 1e-4):
            raise Mistake(message)
    for order in itertools.permutations(range(4)):
        if same(result, tuple(right[place] for place in order), 1e-4):
            raise Mistake(
                f"what you return is {_names(order)}: both the rows of the weights and what you return have the order "
                f"{_names(range(4))}"
            )
        if same(result, _bend(tuple(sums[place] for place in order)), 1e-4):
            read_as = sorted(range(4), key=order.__getitem__)
            raise Mistake(f"the rows are read as {_names(read_as)}: torch's order is {_names(range(4))}")
    raise Mistake("the gates are not those of the formulas: compare sum by sum, then bend by bend")


def _names(order) -> str:
    return ", ".join(GATES[place] for place in order)


def update(answer):
    """The cell by a product and a sum, the hidden state by a look at the cell."""
    cell, candidate = 2 * torch.randn(_BATCH, _HIDDEN), torch.randn(_BATCH, _HIDDEN).tanh()
    write, keep, show = torch.rand(3, _BATCH, _HIDDEN)
    result = _call_update(answer, (cell, write, keep, candidate, show))
    expect_parts(result, 2, "two tensors, the hidden state and the cell")
    hidden, new = result
    for part, name in ((hidden, "the new hidden state"), (new, "the new cell")):
        expect_tensor(part, f"{name} of {_BATCH} texts", shape=(_BATCH, _HIDDEN))
    right = keep * cell + write * candidate
    shown = show * right.tanh()
    expect(
        not (same(hidden, right, 1e-4) and (same(new, shown, 1e-4) or same(new, show * right, 1e-4))),
        "hidden state and cell are returned the wrong way round: the hidden state comes first, as in torch",
    )
    compare(
        new, right, "the new cell",
        [
            (write * cell + keep * candidate, "input gate and forget gate are exchanged: the forget gate keeps the old cell, the input gate writes the candidate"),
            (right.tanh(), "a tanh goes around the new cell: only what the hidden state shows of it gets one"),
            (keep * cell + candidate, "the candidate is written in full: multiply it by the input gate"),
            (cell + write * candidate, "nothing is forgotten: multiply the old cell by the forget gate"),
            ((1 - keep) * cell + write * candidate, "the forget gate works the wrong way round: at 1 it keeps all"),
            (keep * cell, "nothing is written: add the input gate times the candidate"),
            (write * candidate, "the old cell is lost: add the forget gate times the old cell"),
            (keep * cell.tanh() + write * candidate, "a tanh goes around the old cell: it is carried as it is"),
            (keep * cell + write * candidate.tanh(), "the candidate goes through tanh again: `gates` has done that"),
            (keep.sigmoid() * cell + write.sigmoid() * candidate, "the gates go through a sigmoid again: `gates` has done that"),
            (keep * (cell + write * candidate), "the forget gate multiplies the candidate, too: only the old cell"),
            (cell, "that is the old cell: return the new one"),
        ],
    )  # fmt: skip
    compare(
        hidden, shown, "the new hidden state",
        [
            (show * right, "the tanh is missing: the hidden state is the output gate times the tanh of the new cell"),
            ((show * right).tanh(), "the tanh goes around the product: take it of the cell, and then multiply"),
            (show * cell.tanh(), "the hidden state shows the old cell: take the new one"),
            (right.tanh(), "the output gate is not used"),
            (show * right.sigmoid(), "that is a sigmoid of the cell: the formula has tanh"),
            (show * candidate, "the hidden state shows the candidate: it should show the new cell"),
        ],
    )  # fmt: skip


def _call_update(answer, arguments):
    try:
        return answer(*arguments)
    except RuntimeError as error:
        if "cannot be multiplied" in str(error):
            raise Mistake("`@` is a matrix product: a gate multiplies number by number, with `*`") from None
        raise
