"""The check of `softmax`."""

import torch

from helpers.checks.expectations import Mistake, compare, compare_gradients, expect, expect_tensor, same
from helpers.checks.vanilla_rnn.gradient_lines import FOLLOWED


def softmax(answer):
    """Adds up to 1 in each row, at any size of the logits."""
    logits = torch.tensor([2.0, 1.0, 0.0])
    try:
        result = answer(logits)
        rows = answer(torch.tensor([[2.0, 1.0, 0.0], [0.5, 0.0, 3.0]]))
    except TypeError as error:
        if "return_types" in str(error):
            raise Mistake("`max(dim=...)` gives two things, numbers and places: take its `.values`") from None
        raise
    except RuntimeError as error:
        if "must match the size" in str(error):
            raise Mistake(
                f"with two rows the shapes do not fit ({error}): keep the last dimension, with `keepdim=True`"
            ) from None
        raise
    expect_tensor(result, "`softmax` of three logits", shape=(3,))
    compare(
        result, logits.softmax(0), "`softmax(tensor([2.0, 1.0, 0.0]))`",
        [
            (logits / logits.sum(), "the exponential is missing: raise e to the power of each logit first"),
            ((logits - 2).exp(), "the powers are not divided by their sum"),
            (logits.exp(), "the powers are not divided by their sum"),
            (logits.log_softmax(0), "those are logarithms of probabilities: leave the logarithm for the loss"),
            ((-logits).softmax(0), "the largest logit got the smallest probability: is there a minus too many?"),
            ((2.0**logits) / (2.0**logits).sum(), "those are powers of 2: raise e to them, with torch.exp"),
        ],
    )  # fmt: skip
    expect_tensor(rows, "`softmax` of two rows of three logits", shape=(2, 3))
    _compare_rows(rows)
    _expect_no_overflow(answer)
    exact = torch.randn(2, 3, dtype=torch.float64).requires_grad_()
    precise = answer(exact)
    expect(
        precise.dtype == torch.float64 and same(precise.detach(), exact.detach().softmax(-1), 1e-12),
        "of logits in 64 bits the result should be in 64 bits, too: leave the precision as it is",
    )
    compare_gradients(precise, exact.softmax(-1), [exact], FOLLOWED.format("the logits"))


def _compare_rows(result: torch.Tensor) -> None:
    logits = torch.tensor([[2.0, 1.0, 0.0], [0.5, 0.0, 3.0]])
    over_all, powers = logits.exp() / logits.exp().sum(), (logits - logits.max(-1, keepdim=True).values).exp()
    all_rows = "all rows together add up to 1: divide each row by its own sum, with `dim=-1, keepdim=True`"
    columns = "your columns add up to 1, not your rows: sum over the last dimension, `dim=-1`"
    compare(
        result, logits.softmax(-1), "`softmax` of two rows",
        [
            (logits.softmax(0), columns),
            (powers / powers.sum(0), columns),
            (over_all, all_rows),
            (powers / powers.sum(), all_rows),
        ],
    )  # fmt: skip


def _expect_no_overflow(answer) -> None:
    large = torch.tensor([1002.0, 1001.0, 1000.0])
    expect(
        same(answer(large), large.softmax(0), 1e-4) and same(answer(-large), (-large).softmax(0), 1e-4),
        "with logits near 1000 the result is not a number: subtract the largest logit before torch.exp",
    )
    apart = torch.tensor([[1002.0, 1001.0, 1000.0], [2.0, 1.0, 0.0]])
    expect(
        same(answer(apart), apart.softmax(-1), 1e-4),
        "a row far below the others becomes nan: subtract from each row its *own* largest logit, with dim=-1",
    )
    wide = torch.tensor([[0.0, 100.0, -900.0], [900.0, 0.0, -100.0]])
    expect(
        same(answer(wide), wide.softmax(-1), 1e-4),
        "with logits that lie far apart the result is not a number: it is the *largest* logit that must be subtracted",
    )
