"""Checks of lesson 04: what the gates do to the cell, and what is shown of it."""

import torch

from helpers.checks.expectations import Mistake, compare, compare_gradients, expect, expect_parts, expect_tensor, same

_BATCH, _HIDDEN = 4, 6


def update(answer):
    """The cell by a product and a sum, the hidden state by a look at the cell."""
    cell, candidate = 2 * torch.randn(_BATCH, _HIDDEN), torch.randn(_BATCH, _HIDDEN).tanh()
    write, keep, show = torch.rand(3, _BATCH, _HIDDEN)
    arguments = (cell, write, keep, candidate, show)
    result = _call_update(answer, arguments)
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
            (keep * cell + (1 - keep) * candidate, "the input gate is not used, 1 − forget gate stands in its place: the two are decided one by one"),
            (keep * cell - write * candidate, "the candidate is subtracted: add it, it can be negative by itself"),
            (keep * cell + show * candidate, "the output gate writes the candidate: the input gate does, and the output gate shows the cell"),
            (show * cell + write * candidate, "the output gate keeps the old cell: the forget gate does"),
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
            (write * right.tanh(), "the input gate shows the cell: the output gate does"),
            (keep * right.tanh(), "the forget gate shows the cell: the output gate does"),
        ],
    )  # fmt: skip
    _compare_gradients(answer, arguments)


def _compare_gradients(answer, arguments: tuple[torch.Tensor, ...]) -> None:
    leaves = [part.clone().requires_grad_() for part in arguments]
    cell, write, keep, candidate, show = leaves
    new = keep * cell + write * candidate
    message = "the numbers are right, but no gradient flows back through all of it: no .detach() or no_grad here"
    compare_gradients(torch.cat(list(answer(*leaves))), torch.cat([show * new.tanh(), new]), leaves, message)


def _call_update(answer, arguments):
    try:
        return answer(*arguments)
    except RuntimeError as error:
        if "cannot be multiplied" in str(error):
            raise Mistake("`@` is a matrix product: a gate multiplies number by number, with `*`") from None
        raise
