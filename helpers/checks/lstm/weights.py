"""Checks of lesson 04, the weights of a layer: their names and shapes, how they are drawn, and the forget bias."""

import contextlib
from collections.abc import Callable, Iterator

import torch
from torch import nn

from helpers.checks.expectations import Mistake, expect, same
from helpers.checks.modules import expect_module

NAMES = ("weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0")
_ROWS = {"input gate": 0, "candidate": 2, "output gate": 3}  # which of the four parts, beside the forget gate
_INPUT, _HIDDEN = 20, 64  # of the layer whose draw is looked at: large, and 1/√input is not 1/√hidden


def make_layer(answer: Callable, input_size: int, hidden_size: int) -> nn.Module:
    """Make a layer in whose undrawn weights NaN stands, and hold it to be a module with the four parameters."""
    try:
        with _undrawn_is_nan():
            layer = answer(input_size=input_size, hidden_size=hidden_size)
    except RuntimeError as error:
        if "leaf Variable that requires grad" in str(error):
            raise Mistake("a parameter may only be overwritten under `with torch.no_grad():`") from None
        raise
    expect_module(layer, "LSTMLayer")
    _expect_parameters(layer, input_size, hidden_size)
    return layer


@contextlib.contextmanager
def _undrawn_is_nan() -> Iterator[None]:
    """Let `torch.empty` fill what it returns with NaN, which torch does in its deterministic mode."""
    before = torch.are_deterministic_algorithms_enabled(), torch.is_deterministic_algorithms_warn_only_enabled()
    torch.use_deterministic_algorithms(True, warn_only=True)
    try:
        yield
    finally:
        torch.use_deterministic_algorithms(before[0], warn_only=before[1])


def _expect_parameters(layer: nn.Module, input_size: int, hidden_size: int) -> None:
    rows = 4 * hidden_size
    shapes = dict(zip(NAMES, ((rows, input_size), (rows, hidden_size), (rows,), (rows,)), strict=True))
    for name, shape in shapes.items():
        weight = getattr(layer, name, None)
        expect(weight is not None, f"there is no `self.{name}`: keep to torch's names")
        expect(
            isinstance(weight, nn.Parameter),
            f"`self.{name}` is no parameter, so the optimizer does not find it: wrap it, `nn.Parameter(...)`",
        )
        expect(
            tuple(weight.shape) == shape,
            f"`self.{name}` should have shape {shape} for input_size {input_size} and hidden_size {hidden_size}, four "
            f"parts of hidden_size rows, and has {tuple(weight.shape)}",
        )
        expect(
            bool(weight.isfinite().all()),
            f"`self.{name}` was not drawn: `torch.empty` holds what was in memory; add `.uniform_(-bound, bound)`",
        )
    more = [name for name, _ in layer.named_parameters() if name not in shapes]
    expect(not more, f"nn.LSTM has no parameter `{', '.join(more)}`: a layer has the four of the text")
    for name in NAMES[:2]:
        weight = getattr(layer, name).detach()
        expect(
            weight.unique().numel() > 1,
            f"`self.{name}` holds the same number everywhere, so all units would learn the same: draw it at random",
        )


def expect_forget_bias(layer: nn.Module) -> None:
    """Hold the forget gate's biases to add up to 1, and no others to do so."""
    both = torch.stack([layer.bias_ih_l0.detach(), layer.bias_hh_l0.detach()]).unflatten(1, (4, -1))  # side, gate, unit
    ones = torch.ones(both.shape[-1])
    forget = both.sum(0)[1]
    if same(forget, ones, 1e-5):
        for name, place in _ROWS.items():
            expect(
                not same(both.sum(0)[place], ones, 1e-5) and not same(both[0, place], ones),
                f"the bias of the {name} is 1, too: only the forget gate's is",
            )
        return
    if same(forget, 2 * ones):
        raise Mistake("both biases of the forget gate are 1, and torch adds them up to 2: set one to 1, the other to 0")
    if any(same(side[1], ones) for side in both):
        raise Mistake(
            "one bias of the forget gate is 1, and the other still holds its random numbers: set that one to 0"
        )
    for name, place in _ROWS.items():
        if any(same(side[place], ones) for side in both) or same(both.sum(0)[place], ones, 1e-5):
            raise Mistake(
                f"the bias of the {name} is 1 in place of the forget gate's, which has the second part of rows"
            )
    raise Mistake(
        f"the two biases of the forget gate should add up to 1, and add up to {forget[0]:.2f} for its first unit: "
        "its rows are the second part, hidden_size to 2 · hidden_size"
    )


def expect_draw(answer: Callable) -> None:
    """Hold all weights but the forget gate's biases to be drawn evenly between -1/√hidden_size and 1/√hidden_size."""
    layer = make_layer(answer, _INPUT, _HIDDEN)
    for name in NAMES:
        numbers = getattr(layer, name).detach()
        if numbers.dim() == 1:
            numbers = torch.cat([numbers[:_HIDDEN], numbers[2 * _HIDDEN :]])
        _expect_even(numbers.flatten(), f"`self.{name}`")


def _expect_even(numbers: torch.Tensor, what: str) -> None:
    bound = _HIDDEN**-0.5
    low, high, size = numbers.min().item(), numbers.max().item(), numbers.abs().max().item()
    beside = f"the bound is 1/√hidden_size, {bound:g} for hidden_size {_HIDDEN}"
    expect(low != high, f"{what} is {low:g} beside the forget gate's rows: draw it like the weights")
    expect(low < 0, f"{what} is never negative: draw it evenly between −bound and bound")
    expect(high > 0, f"{what} is never positive: draw it evenly between −bound and bound")
    for wrong, name in (
        (1 / _HIDDEN, "1/hidden_size"),
        (_INPUT**-0.5, "1/√input_size"),
        ((4 * _HIDDEN) ** -0.5, "1/√(4 · hidden_size)"),
    ):
        expect(not 0.95 * wrong < size <= wrong, f"{what} reaches to {name}: {beside}")
    expect(size <= 1.0001 * bound, f"{what} reaches to {size:.2f}: {beside}; draw with `.uniform_(-bound, bound)`")
    expect(low < -0.8 * bound and high > 0.8 * bound, f"{what} reaches from {low:.3f} to {high:.3f} only: {beside}")
    expect(
        0.4 * bound < numbers.abs().mean() < 0.6 * bound,
        f"{what} keeps to its bound, but is not drawn evenly: take `.uniform_(-bound, bound)`",
    )
