"""Checks of lesson 05: cutting each vector into the shares of several heads."""

import torch

from helpers.checks.expectations import Mistake, compare, expect, expect_tensor, same

_BATCH, _TIME, _WIDTH, _HEADS = 2, 5, 12, 3


_SIZE = _WIDTH // _HEADS  # 4: no two of these numbers are equal


_RIGHT = (_BATCH, _HEADS, _TIME, _SIZE)


def split_heads(answer):
    """Neighbouring numbers to one head, heads before time, for every number of heads that shares the width evenly."""
    vectors = torch.randn(_BATCH, _TIME, _WIDTH)
    result = _call(answer, vectors, _HEADS)
    _compare_shapes(result)
    _compare_pieces(result.detach(), vectors)
    _expect_other_heads(answer, vectors)
    _expect_strange_strides(answer)
    _expect_refusal(answer, vectors)
    _expect_gradient(answer, vectors)


def _call(answer, vectors: torch.Tensor, num_heads: int):
    try:
        return answer(vectors, num_heads)
    except RuntimeError as error:
        if "is invalid for input of size" in str(error):
            raise Mistake(
                f"the numbers do not fill the new shape ({error}): {_TIME} vectors of {_WIDTH} numbers make {_HEADS} "
                f"pieces of {_WIDTH} / {_HEADS} = {_SIZE} numbers each"
            ) from None
        raise


def split(vectors: torch.Tensor, num_heads: int) -> torch.Tensor:
    """Cut (batch, time, width) into (batch, num_heads, time, width / num_heads), piece by piece."""
    return torch.stack(vectors.chunk(num_heads, dim=-1), dim=1)


def _compare_shapes(result) -> None:
    if isinstance(result, list | tuple):
        raise Mistake("the pieces are several tensors: make one of them, with `torch.stack(..., dim=1)`")
    what = f"`split_heads` of {_BATCH} texts of {_TIME} vectors of width {_WIDTH}, for {_HEADS} heads,"
    expect_tensor(result, f"what {what} returns")
    mistakes = {
        (_BATCH, _TIME, _HEADS, _SIZE): "the heads come after the time: exchange dimensions 1 and 2",
        (_HEADS, _BATCH, _TIME, _SIZE): "the heads come before the texts: (batch, heads, time, head_size)",
        (
            _BATCH,
            _HEADS,
            _SIZE,
            _TIME,
        ): "time and the numbers of a piece are exchanged: (batch, heads, time, head_size)",
        (
            _BATCH,
            _SIZE,
            _TIME,
            _HEADS,
        ): "the pieces are num_heads long: there are num_heads pieces, width / num_heads long each",
        (
            _BATCH,
            _TIME,
            _SIZE,
            _HEADS,
        ): "the pieces are num_heads long: there are num_heads pieces, width / num_heads long each",
        (
            _BATCH * _HEADS,
            _TIME,
            _SIZE,
        ): "texts and heads are one dimension: keep them apart, (batch, heads, time, head_size)",
        (
            _BATCH,
            _HEADS,
            _TIME,
            _WIDTH,
        ): "each head has the whole vector: cut it into pieces of width / num_heads numbers",
        (_BATCH, _TIME, _WIDTH): "the vectors are not cut: the shape is still (batch, time, width)",
        (_BATCH, _TIME, _SIZE): "that is one head's piece: return those of all heads",
    }
    if tuple(result.shape) in mistakes:
        raise Mistake(mistakes[tuple(result.shape)])
    expect_tensor(result, what, _RIGHT)


def _compare_pieces(result: torch.Tensor, vectors: torch.Tensor) -> None:
    right = split(vectors, _HEADS)
    compare(
        result, right, "`split_heads`",
        [
            (vectors.reshape(_RIGHT), "the shape is right, and each piece holds numbers of several positions: first cut each vector, (batch, time, heads, head_size), then exchange time and heads"),
            (vectors.view(_BATCH, _TIME, _SIZE, _HEADS).permute(0, 3, 1, 2), "each head has every third number: cut pieces of neighbours, the first head's first"),
            (right.flip(1), "the heads are in reverse order"),
            (right[:, :1].expand_as(right), "every head has the first piece: head h has piece h"),
            (vectors.transpose(1, 2).reshape(_RIGHT), "the width is exchanged with the time before the vectors are cut: cut first, (batch, time, heads, head_size), then exchange time and heads"),
        ],
    )  # fmt: skip


def _expect_other_heads(answer, vectors: torch.Tensor) -> None:
    for number in (1, 2, _WIDTH):
        result, right = answer(vectors, number), split(vectors, number)
        what = f"`split_heads` with {number} head{'s' if number > 1 else ''}"
        expect_tensor(result, what, right.shape)
        compare(result.detach(), right, what)


def _expect_strange_strides(answer) -> None:
    """A tensor that was transposed before does not lie in memory in order; a careless `view` does not notice, or fails."""
    for vectors in (torch.randn(_TIME, _BATCH, _WIDTH).transpose(0, 1), torch.randn(_BATCH, _WIDTH, _TIME).mT):
        try:
            result = answer(vectors, _HEADS)
        except RuntimeError as error:
            said = str(error).split(" (")[0].rstrip(".")
            raise Mistake(
                f"vectors that were transposed before cannot be cut that way ({said}): change only the last dimension "
                "in `view`, or take `reshape`"
            ) from None
        expect(
            isinstance(result, torch.Tensor) and same(result.detach(), split(vectors, _HEADS), 1e-5),
            "vectors that were transposed before are cut otherwise: go by their shape, not by how they lie in memory",
        )


def _expect_refusal(answer, vectors: torch.Tensor) -> None:
    """Shares that are not even: any error will do, and a result will not."""
    try:
        result = answer(vectors, 5)
    except Exception:
        return
    shape = f" of shape {tuple(result.shape)}" if isinstance(result, torch.Tensor) else ""
    raise Mistake(
        f"right where it divides, but {_WIDTH} numbers cannot be shared evenly among 5 heads, and a result{shape} comes nevertheless: let that be an "
        "error, as it is with `view` and all four sizes"
    )


def _expect_gradient(answer, vectors: torch.Tensor) -> None:
    expect(
        answer(vectors.clone().requires_grad_(), _HEADS).requires_grad,
        "the numbers are right, but no gradient flows back to the vectors: no .detach() or no_grad here",
    )
