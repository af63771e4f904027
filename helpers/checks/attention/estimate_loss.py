"""Checks of lesson 05: the mean loss of random batches of each part."""

import traceback

import torch
from torch import nn

from helpers.checks.attention.loss_numbers import CUT, VOCAB, compare_losses, of_part
from helpers.checks.expectations import Mistake, expect, same
from helpers.checks.losses import naming_shapes
from helpers.checks.modules import expect_evaluation
from helpers.checks.spies import called, modes_of

_TIME, _ROWS, _ROUNDS = 6, 4, 5


@called("AttentionLanguageModel")
class _Spy(nn.Module):
    """A network without a state that notes, at each call, its modes, what it was given and what it returned."""

    def __init__(self):
        super().__init__()
        self.table = nn.Embedding(VOCAB, VOCAB)
        self.table.weight.data.mul_(3)  # so that two batches hardly ever have nearly the same loss
        self.dropout = nn.Dropout(0.5)
        self.calls = []

    def forward(self, tokens):
        logits = self.dropout(self.table(tokens))
        call = {"tokens": tokens.clone(), "logits": logits.detach().clone()}
        self.calls.append(call | {"modes": modes_of(self), "grad": torch.is_grad_enabled()})
        return logits


def estimate_loss(answer):
    """Means over batches that are new each time, in evaluation mode, without gradients, and training mode again."""
    parts = {"train": torch.randperm(CUT), "val": torch.randperm(VOCAB - CUT) + CUT}  # each token once
    model, generator = _Spy().train(), torch.Generator().manual_seed(0)
    result = _call(answer, model, parts, generator)
    calls = list(model.calls)
    _expect_calls(calls)
    compare_losses(result, calls, parts)
    _expect_modes(model, calls)
    _expect_draws(answer, model, parts, generator, calls)
    _expect_names(answer, model, parts)


def _call(answer, model: _Spy, parts: dict[str, torch.Tensor], generator: torch.Generator):
    model.calls.clear()
    model.train()
    try:
        with naming_shapes():
            result = answer(model, parts, _TIME, _ROWS, _ROUNDS, generator)
    except (RuntimeError, ValueError) as error:
        line = traceback.extract_tb(error.__traceback__)[-1].line or ""
        if "to unpack" in str(error) and line.rstrip(": ").endswith("in parts"):
            raise Mistake("`parts` alone gives the names: `parts.items()` gives each name and its tokens") from None
        if "to unpack" in str(error):
            raise Mistake("the model returns the logits alone: the models of this lesson carry no state") from None
        if f"to={len(parts) - _TIME}" in str(error):
            raise Mistake("`get_batch` is given `parts`, all of them: hand it the tokens of one") from None
        raise
    finally:
        recorded = torch.is_grad_enabled()
        torch.set_grad_enabled(True)
    expect(
        recorded,
        "after `estimate_loss` gradients are still switched off, so training could not go on: put the loop under "
        "`with torch.no_grad():`, which ends with it",
    )
    return result


def _expect_calls(calls: list[dict]) -> None:
    expect(len(calls) > 0, "the model was never called: loop over the parts, and over the batches of each")
    shapes = {tuple(call["tokens"].shape) for call in calls}
    expect(
        shapes != {(_TIME, _ROWS)},
        "block_size and batch_size are exchanged in the call of `get_batch`: the block comes first",
    )
    expect(
        shapes != {(_ROUNDS * _ROWS, _TIME)},
        "all batches of a part are read at once, which real sizes may leave no memory for: draw eval_iters batches, one "
        "after another",
    )
    shape = (shapes - {(_ROWS, _TIME)} or {(_ROWS, _TIME)}).pop()
    expect(
        shape == (_ROWS, _TIME),
        f"with block_size {_TIME} and batch_size {_ROWS} the model should read tokens of shape {(_ROWS, _TIME)}, and "
        f"reads {shape}",
    )
    counts = tuple(len(of_part(calls, second)) for second in (False, True))
    expect(sum(counts) != 1, "the model was called once: is the `return` inside the loop?")
    expect(
        sorted(counts) != [0, 2 * _ROUNDS],
        "both losses are measured on the tokens of one part: take those of the part that the loop is at",
    )
    expect(min(counts) > 0, "only one of the two parts is evaluated: go through all of `parts`")
    expect(counts != (1, 1), f"one batch of each part is evaluated: draw eval_iters of them, here {_ROUNDS}")
    expect(
        counts == (_ROUNDS, _ROUNDS),
        f"with eval_iters {_ROUNDS} the model should read {_ROUNDS} batches of each part; it reads {counts[0]} of the "
        f"first and {counts[1]} of the second",
    )
    for second in (False, True):
        batches = [call["tokens"] for call in of_part(calls, second)]
        expect(
            not all(same(batch, batches[0]) for batch in batches),
            "a part is measured on the same batch again and again: draw a new one in each round, with `generator` itself, not "
            "seeded anew",
        )


def _expect_modes(model: _Spy, calls: list[dict]) -> None:
    expect(
        all(parameter.grad is None for parameter in model.parameters()),
        "`backward` is called: nothing is learned here",
    )
    if [call["modes"] for call in calls] == [{False}] * _ROUNDS + [{True}] * _ROUNDS:
        raise Mistake(
            "the second part is measured in training mode: `model.train()` comes after the loop over the parts"
        )
    expect_evaluation(calls)
    expect(
        model.training,
        "the model is left in evaluation mode, so training would go on without dropout: end with `model.train()`",
    )
    expect(
        modes_of(model) == {True},
        "the layers inside the model stay in evaluation mode: `model.train()` sets them, `model.training = True` does not",
    )


def _expect_draws(answer, model: _Spy, parts, generator: torch.Generator, before: list[dict]) -> None:
    """The next call goes on with the generator, and the same seed gives the first call's batches again."""
    first = [call["tokens"] for call in before]
    _call(answer, model, parts, generator)
    following = [call["tokens"] for call in model.calls]
    _call(answer, model, parts, torch.Generator().manual_seed(0))
    again = [call["tokens"] for call in model.calls]
    expect(same(first, again), "the same seed gives other batches: hand `generator` to `get_batch`")
    expect(
        not same(first, following),
        "every call measures on the same batches: hand `generator` to `get_batch` as it is, without seeding",
    )


def _expect_names(answer, model: _Spy, parts: dict[str, torch.Tensor]) -> None:
    try:
        result = _call(answer, model, {"tales": parts["train"]}, torch.Generator().manual_seed(1))
    except KeyError as error:
        raise Mistake(f"the name {error} is written into your code: take the names from `parts`") from None
    expect(list(result) == ["tales"], f"of the one part 'tales' it gives {list(result)}: take the names from `parts`")
