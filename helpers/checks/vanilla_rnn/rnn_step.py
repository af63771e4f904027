"""The check of `rnn_step`."""

import torch

from helpers.checks.expectations import Mistake, compare, compare_gradients, expect_parts, expect_tensor, expect_type
from helpers.checks.vanilla_rnn.gradient_lines import FOLLOWED
from helpers.checks.vanilla_rnn.reference import HIDDEN, VOCAB, random_parameters, step


def rnn_step(answer):
    """The numbers of the two formulas, every term of which counts."""
    parameters, old, token = random_parameters(), torch.tanh(torch.randn(HIDDEN)), 2
    try:
        result = answer(token, old, parameters)
    except (RuntimeError, TypeError, ValueError) as error:
        if "converted to" in str(error):
            raise Mistake("`math.tanh` takes one number: for a whole vector there is `torch.tanh`") from None
        if "operand type(s) for @" in str(error) or "matmul" in str(error):
            raise Mistake(
                "the token is a number, not a vector: its one-hot product is the column `Wxh[:, token]`"
            ) from None
        if "must match the size" in str(error):
            _expect_matrix_products(answer)
            raise Mistake(
                "the terms inside the tanh have different lengths: the token's numbers are a *column* of Wxh, `Wxh[:, token]`"
            ) from None
        if "size mismatch" in str(error) or "cannot be multiplied" in str(error):
            raise Mistake(
                f"a matrix and a vector do not fit ({error}): Whh and Why are used as they are, with the vector on their right"
            ) from None
        raise
    expect_parts(result, 2, "two tensors, the new state and the logits")
    hidden, logits = result
    expect_type(hidden, torch.Tensor, "the new state")
    expect_type(logits, torch.Tensor, "the logits")
    if hidden.shape == (VOCAB,) and logits.shape == (HIDDEN,):
        raise Mistake("state and logits are returned the wrong way round: the state comes first")
    expect_tensor(hidden, f"the new state, with {HIDDEN} hidden numbers,", shape=(HIDDEN,))
    expect_tensor(logits, f"the logits, with {VOCAB} characters,", shape=(VOCAB,))
    _compare_step(hidden.detach(), logits.detach(), token, old, parameters)
    _expect_gradients(answer, token, old)


def _expect_gradients(answer, token: int, old: torch.Tensor) -> None:
    """Hold the gradients of both results to those of the formulas."""
    leaves = [part.double().requires_grad_() for part in (*random_parameters(), old)]
    *parameters, hidden = leaves
    hidden, logits = answer(token, hidden, tuple(parameters))
    new, right = step(token, leaves[-1], tuple(parameters))
    compare_gradients(
        torch.cat([hidden, logits]), torch.cat([new, right]), leaves, FOLLOWED.format("parameters and state")
    )


def _expect_matrix_products(answer) -> None:
    """Look for `*` in place of `@` where it raises no error: with as many characters as hidden numbers."""
    square = tuple(torch.randn(shape) for shape in ((HIDDEN, HIDDEN),) * 3 + ((HIDDEN,),) * 2)
    for part, product in zip(answer(1, torch.randn(HIDDEN), square), ("Whh * hidden", "Why * hidden"), strict=False):
        if isinstance(part, torch.Tensor) and part.dim() == 2:
            raise Mistake(f"`{product}` is number by number: the product of a matrix and a vector is `@`")


def _compare_step(hidden, logits, token: int, old: torch.Tensor, parameters) -> None:
    Wxh, Whh, Why, bh, by = parameters
    read, mixed = Wxh[:, token], Whh @ old
    inside = read + mixed + bh
    compare(
        hidden, inside.tanh(), "the new state",
        [
            (inside, "the tanh is missing"),
            (inside.sigmoid(), "that is a sigmoid: the formula has tanh"),
            (inside.relu(), "that is a ReLU: the formula has tanh"),
            ((read + mixed).tanh(), "bh is missing inside the tanh (it starts as zeros, so you would not notice at first)"),
            ((read + mixed).tanh() + bh, "bh stands outside the tanh: the tanh goes around all three terms"),
            ((read + bh).tanh(), "the old state is not used: add `Whh @ hidden` before the tanh"),
            ((mixed + bh).tanh(), "the token is not used: add its column of Wxh before the tanh"),
            ((read + Whh.T @ old + bh).tanh(), "Whh is transposed: going forward it is `Whh @ hidden`"),
            (read.tanh() + mixed + bh, "the tanh goes around all three terms, not around the first alone"),
            ((read + bh).tanh() + mixed, "the tanh goes around all three terms: `Whh @ hidden` stands outside"),
            (old, "the state you return is the old one: return the new one"),
        ],
    )  # fmt: skip
    right = Why @ hidden + by
    compare(
        logits, right, "the logits",
        [
            (Why @ old + by, "the logits come from the old state: compute the new state first"),
            (Why @ hidden, "by is missing in the logits (it starts as zeros, so you would not notice at first)"),
            (Why @ inside + by, "the logits come from what stands inside the tanh: take the state itself"),
            (right.tanh(), "there is a tanh around the logits: only the state has one"),
            (right.softmax(-1), "those are probabilities: return the logits, the softmax comes in the next exercise"),
        ],
    )  # fmt: skip
