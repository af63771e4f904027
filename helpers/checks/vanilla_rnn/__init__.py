"""Checks of lesson 02, first part: the forward pass and its loss."""

import math

import torch

from helpers.checks.contract import Checks
from helpers.checks.expectations import (
    Mistake,
    compare,
    compare_gradients,
    expect,
    expect_parts,
    expect_tensor,
    expect_type,
    same,
)
from helpers.checks.vanilla_rnn.backward import register as register_backward
from helpers.checks.vanilla_rnn.learning import register as register_learning
from helpers.checks.vanilla_rnn.reference import HIDDEN, VOCAB, losses, random_parameters, run, step
from helpers.checks.vanilla_rnn.sampling import register as register_sampling
from helpers.checks.vanilla_rnn.training import register as register_training

check = Checks("02_vanilla_rnn")


@check.exercise
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


_FOLLOWED = (
    "the numbers are right, but autograd cannot follow them back to {}: no .detach(), no .item() and no torch.no_grad()"
)


def _expect_gradients(answer, token: int, old: torch.Tensor) -> None:
    """Hold the gradients of both results to those of the formulas."""
    leaves = [part.double().requires_grad_() for part in (*random_parameters(), old)]
    *parameters, hidden = leaves
    hidden, logits = answer(token, hidden, tuple(parameters))
    new, right = step(token, leaves[-1], tuple(parameters))
    compare_gradients(
        torch.cat([hidden, logits]), torch.cat([new, right]), leaves, _FOLLOWED.format("parameters and state")
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


@check.exercise
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
    compare_gradients(precise, exact.softmax(-1), [exact], _FOLLOWED.format("the logits"))


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


@check.exercise
def forward(answer):
    """States, probabilities and the summed loss of a window, and a loss that autograd can look at."""
    parameters = tuple(parameter.requires_grad_() for parameter in random_parameters(dtype=torch.float64))
    hidden = torch.randn(HIDDEN, dtype=torch.float64).tanh()
    inputs, targets = torch.tensor([3, 1, 1, 5, 0]), torch.tensor([1, 1, 5, 0, 2])
    result = answer(inputs, targets, hidden, parameters)
    expect_parts(result, 3, "three tensors, the loss, all states and all probabilities")
    loss, states, probabilities = result
    for part, what in ((states, "the states"), (probabilities, "the probabilities")):
        expect(not isinstance(part, list), f"{what} are a list of tensors: join them to one tensor, with `torch.stack`")
        expect_type(part, torch.Tensor, what)
    right_states, logits = run(inputs, hidden, parameters)
    _compare_states(states, right_states, inputs, parameters)
    expect_tensor(probabilities, "the probabilities of 5 steps over 6 characters", shape=(5, VOCAB))
    right = logits.softmax(-1)
    compare(
        probabilities, right, "the probabilities",
        [
            (logits, "those are logits: the softmax turns them into probabilities"),
            (right.log(), "those are logarithms of probabilities: return the probabilities themselves"),
            (logits.softmax(0), "the softmax runs over time: it should run over the characters, the last dimension"),
        ],
    )  # fmt: skip
    _compare_loss(loss, right, logits, inputs, targets)
    compare_gradients(loss, losses(logits, targets).sum(), list(parameters), _FOLLOWED.format("all parameters"))
    for part, what in ((states, "the states"), (probabilities, "the probabilities"), (loss, "the loss")):
        expect(
            part.dtype == torch.float64,
            f"with 64-bit parameters {what} should be float64: join the steps with `torch.stack`, "
            "and make no zeros of your own",
        )


def _compare_states(states: torch.Tensor, right: torch.Tensor, inputs: torch.Tensor, parameters) -> None:
    if states.shape == (5, HIDDEN) and same(states, right[1:], 1e-4):
        raise Mistake("the state you started from is missing in the states: it belongs at place 0")
    if states.shape == (5, HIDDEN) and same(states, right[:-1], 1e-4):
        raise Mistake("the last state is missing in the states: keep the state *after* each step, too")
    expect_tensor(states, "the states of 5 steps, the first state included,", shape=(6, HIDDEN))
    alone = torch.stack([right[0], *(run(token[None], right[0], parameters)[0][1] for token in inputs)])
    fresh, _ = run(inputs, torch.zeros_like(right[0]), parameters)
    compare(
        states, right, "the states",
        [
            (alone, "every step starts from the first state: give `hidden` the new value in each step"),
            (fresh, "you start from zeros: start from the state that is handed in"),
            (torch.cat([right[:1] * 0, right[1:]]), "place 0 of the states holds zeros: it should hold the state that is handed in"),
            (torch.cat([right[1:], right[:1]]), "the state you started from stands at the end: it belongs at place 0"),
            (right.flip(0), "the states are in the reverse order"),
        ],
    )  # fmt: skip


def _compare_loss(loss, probabilities, logits, inputs, targets) -> None:
    if isinstance(loss, float):
        raise Mistake("the loss is a plain number: keep it a tensor, without .item(), so that autograd can look at it")
    expect_type(loss, torch.Tensor, "the loss")
    steps = losses(logits, targets)
    if loss.shape == (5,):
        raise Mistake("the loss has a number for each step: add them up")
    right = steps.sum()
    compare(
        loss.reshape(()) if loss.numel() == 1 else loss, right, "the loss",
        [
            (right / 5, "that is the mean over the steps: here the loss is their sum"),
            (losses(logits, inputs).sum(), "the loss is taken against the inputs: hold the probabilities against the targets"),
            (-right, "the sign is wrong: the loss is the *negative* logarithm"),
            (right / math.log(2), "that is in bits: the course counts in nats, with the natural logarithm"),
            (right / math.log(10), "that is the logarithm to base 10: the course counts in nats, with torch.log"),
            (steps[-1], "that is the loss of the last step only: add up all steps"),
            (steps[0], "that is the loss of the first step only: add up all steps"),
            (-probabilities[:, targets].log().sum(), "`probabilities[:, targets]` mixes every step with every target: row t belongs to `targets[t]`, so name the rows too, with `torch.arange`"),
            (-probabilities.log().sum(), "that adds up -ln p of *all* characters: take only the one that came, the target"),
            (-(-steps).exp().sum(), "the logarithm is missing: the loss of a step is -ln p"),
        ],
    )  # fmt: skip
    expect(
        loss.requires_grad and loss.shape == (),
        "the loss should be a tensor of shape () that autograd can follow: no .item(), no .detach(), no torch.no_grad()",
    )


register_backward(check)
register_learning(check)
register_sampling(check)
register_training(check)
