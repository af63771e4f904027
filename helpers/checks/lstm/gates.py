"""Checks of lesson 04: the four gates."""

import itertools

import torch

from helpers.checks.expectations import (
    Mistake,
    compare_gradients,
    expect,
    expect_parts,
    expect_tensor,
    expect_type,
    same,
)

_BATCH, _INPUT, _HIDDEN = 4, 5, 6  # four rows, so that cutting the batch in place of the gates makes no error


GATES = ("input gate", "forget gate", "candidate", "output gate")  # in torch's order


def gates(answer):
    """The four sums in torch's order of rows, each with its own bend."""
    weights = tuple(weight.requires_grad_() for weight in _weights())
    inputs, hidden = torch.randn(_BATCH, _INPUT), torch.randn(_BATCH, _HIDDEN).tanh().requires_grad_()
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
    with torch.no_grad():
        _compare_gates(tuple(part.detach() for part in result), inputs, hidden, weights)
    right = _bend(_sums(inputs, hidden, *weights))
    compare_gradients(torch.cat(list(result)), torch.cat(right), [hidden, *weights], _NO_GRADIENT)


_NO_GRADIENT = "the numbers are right, but no gradient flows back through all of it: no .detach() or no_grad here"


def _sums(inputs, hidden, weight_ih, weight_hh, bias_ih, bias_hh) -> tuple[torch.Tensor, ...]:
    return (inputs @ weight_ih.T + hidden @ weight_hh.T + bias_ih + bias_hh).chunk(4, -1)


def _weights() -> tuple[torch.Tensor, ...]:
    """Return weights and biases of a layer in torch's layout: (4 · hidden, …)."""
    return tuple(torch.randn(4 * _HIDDEN, size) for size in (_INPUT, _HIDDEN)) + tuple(torch.randn(2, 4 * _HIDDEN))


_BENDS = {
    "s": torch.sigmoid,
    "t": torch.tanh,
    ".": lambda sums: sums,
    "b": lambda sums: sums.sigmoid().tanh(),
    "B": lambda sums: sums.tanh().sigmoid(),
    "S": lambda sums: sums.sigmoid().sigmoid(),
}


def _bend(sums: tuple[torch.Tensor, ...], bends: str = "ssts") -> tuple[torch.Tensor, ...]:
    """Put each of four sums through what its letter says: s a sigmoid, t a tanh, a point nothing, b and B both."""
    return tuple(_BENDS[bend](one) for one, bend in zip(sums, bends, strict=True))


def _compare_gates(result, inputs, hidden, weights) -> None:
    weight_ih, weight_hh, bias_ih, bias_hh = weights
    read, kept = inputs @ weight_ih.T, hidden @ weight_hh.T
    whole = read + kept + bias_ih + bias_hh  # (batch, 4 · hidden)
    sums = whole.chunk(4, -1)
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
        (_bend((whole + bias_ih - bias_hh).chunk(4, -1)), "`bias_ih` is added twice: the second one is `bias_hh`"),
        (_bend((whole + bias_hh - bias_ih).chunk(4, -1)), "`bias_hh` is added twice: the first one is `bias_ih`"),
        (_bend(whole.view(_BATCH, -1, 4).unbind(-1)), "each gate takes every fourth number: the four parts stand one after the other, so cut with `.chunk(4, dim=-1)`"),
        (_bend(whole.view(4, _BATCH, -1).unbind()), "`view` cuts the batch, and a gate gets numbers of other texts: cut the last dimension, `.chunk(4, dim=-1)`"),
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
    _name_bend(result, sums)
    raise Mistake("the gates are not those of the formulas: compare sum by sum, then bend by bend")


def _name_bend(result, sums: tuple[torch.Tensor, ...]) -> None:
    """Say which of the four goes through the wrong function, where the sums are right."""
    found = [
        next((letter for letter, bend in _BENDS.items() if same(part, bend(one), 1e-4)), "")
        for part, one in zip(result, sums, strict=True)
    ]
    for letter, name in zip(found, GATES, strict=True):
        right = "t" if name == "candidate" else "s"
        function, it_is = ("tanh", "the candidate") if right == "t" else ("a sigmoid", "a gate")
        said = {
            "s": "goes through a sigmoid",
            "t": "goes through tanh",
            ".": f"goes through no {function.removeprefix('a ')}",
            "b": "goes through a sigmoid and then through tanh",
            "B": "goes through tanh and then through a sigmoid",
            "S": "goes through a sigmoid twice",
        }
        if letter and letter != right:
            raise Mistake(f"the {name} {said[letter]}: {it_is} goes through {function}, and nothing else")
    for (place, name), part in zip(enumerate(GATES), result, strict=True):
        for other, one in zip(GATES, sums, strict=True):
            if not found[place] and any(same(part, bend(one), 1e-4) for bend in _BENDS.values()):
                raise Mistake(f"the {name} is made of the sum for the {other}: each of the four has its own")


def _names(order) -> str:
    return ", ".join(GATES[place] for place in order)
