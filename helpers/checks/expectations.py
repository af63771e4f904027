"""What a check can ask of a learner's answer, in words that the learner can use."""

import contextlib
import types
from collections.abc import Iterable, Iterator
from typing import Any

import torch

_FUNCTIONS = (types.FunctionType, types.BuiltinFunctionType, types.MethodType)


class Mistake(Exception):
    """What is wrong with an answer: one calm line, spoken to the learner."""


def same(left: Any, right: Any, tolerance: float = 0.0) -> bool:
    """Tell whether two answers agree: tensors in shape, kind and values, containers item by item, anything else by ==."""
    if isinstance(left, torch.Tensor) and isinstance(right, torch.Tensor):
        if left.shape != right.shape or left.is_floating_point() != right.is_floating_point():
            return False
        return torch.allclose(left.double(), right.double(), rtol=tolerance, atol=tolerance, equal_nan=True)
    if isinstance(left, list | tuple) and isinstance(right, list | tuple):
        return len(left) == len(right) and all(same(a, b, tolerance) for a, b in zip(left, right, strict=True))
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(same(left[key], right[key], tolerance) for key in left)
    if isinstance(left, float | int) and isinstance(right, float | int):
        return left == right or abs(left - right) <= tolerance * max(1.0, abs(right))
    if isinstance(left, torch.Tensor) or isinstance(right, torch.Tensor):
        return False
    return bool(type(left) is type(right) and left == right)


def expect(condition: bool, message: str) -> None:
    """Raise Mistake(message) unless the condition holds."""
    if not condition:
        raise Mistake(message)


def expect_type(value: Any, kind: type | tuple[type, ...], what: str) -> None:
    """Hold `value` to a type; `None` gets the reminder that is nearly always right."""
    kinds = kind if isinstance(kind, tuple) else (kind,)
    wanted = " or ".join(describe_type(one) for one in kinds)
    if value is None:
        raise Mistake(f"{what} should be {wanted}, and is None: is the `return` missing?")
    if isinstance(value, _FUNCTIONS) and not issubclass(types.FunctionType, kinds):
        raise Mistake(f"{what} should be {wanted}, and is a function: are the brackets () after its name missing?")
    if not isinstance(value, kinds) or (isinstance(value, bool) and bool not in kinds):
        raise Mistake(f"{what} should be {wanted}, and is {describe_type(type(value))}")


def expect_tensor(value: Any, what: str, shape: Iterable[int] | None = None, dtype: torch.dtype | None = None) -> None:
    """Hold `value` to a tensor of this shape and dtype."""
    expect_type(value, torch.Tensor, what)
    if shape is not None and tuple(value.shape) != tuple(shape):
        raise Mistake(f"the shape of {what} should be {tuple(shape)}, and is {tuple(value.shape)}")
    if dtype is not None and value.dtype != dtype:
        raise Mistake(f"the dtype of {what} should be {_plain(dtype)}, and is {_plain(value.dtype)}")


def expect_number(value: Any, what: str) -> float:
    """Hold `value` to a plain number, and return it as float."""
    if isinstance(value, torch.Tensor):
        raise Mistake(f"{what} is a tensor: make it a plain number, with .item()")
    expect_type(value, (float, int), what)
    return float(value)


def expect_parts(value: Any, count: int, what: str) -> None:
    """Hold `value` to a tuple of `count` parts, described by `what`: "two dictionaries"."""
    expect_type(value, (tuple, list), f"what you return, {what},")
    expect(len(value) == count, f"return {what}; you return {len(value)} thing{'s' if len(value) != 1 else ''}")


def compare(
    result: Any, right: Any, what: str, mistakes: Iterable[tuple[Any, str]] = (), tolerance: float = 1e-5
) -> None:
    """Hold a result to the right one; where it equals what a known mistake gives, say which mistake that is."""
    if same(result, right, tolerance):
        return
    for wrong, message in mistakes:
        if same(result, wrong, max(tolerance, 1e-3)):
            raise Mistake(message)
    raise Mistake(f"{what} should give {show(right)}, and gives {show(result)}")


def describe_type(kind: type) -> str:
    """Name a type with its article: "a list", "an int", "a tensor", "an LSTM"."""
    name = "tensor" if issubclass(kind, torch.Tensor) else {"str": "string"}.get(kind.__name__, kind.__name__)
    vowels = "AEFHILMNORSX" if name[:2].isupper() else "aeiouAEIO"  # letters that are spelled out, and others
    return f"{'an' if name[0] in vowels else 'a'} {name}"


def show(value: Any, limit: int = 60) -> str:
    """Write a value on one short line."""
    if isinstance(value, torch.Tensor):
        rounded = value.detach().cpu()
        text = str(rounded.tolist() if not rounded.is_floating_point() else _rounded(rounded.tolist()))
    else:
        text = repr(_rounded(value))
    return text if len(text) <= limit else text[: limit - 1] + "…"


def _rounded(value: Any) -> Any:
    if isinstance(value, float):
        return round(value, 4)
    if isinstance(value, list | tuple):
        return type(value)(_rounded(item) for item in value)
    return value


def _plain(dtype: torch.dtype) -> str:
    return str(dtype).removeprefix("torch.")


def compare_gradients(result: torch.Tensor, right: torch.Tensor, leaves: list[torch.Tensor], message: str) -> None:
    """Hold the gradients of a result, and that they can be had, to those of the right one."""
    expect(result.requires_grad, message)
    try:
        own = torch.autograd.grad(result.square().sum(), leaves, allow_unused=True)
    except RuntimeError as error:
        if "inplace operation" in str(error):
            raise Mistake(
                "something that the gradient still needs is changed in place (by `+=`, `/=`, or a name that ends in `_`): "
                "write `a = a + b`"
            ) from None
        raise
    wanted = torch.autograd.grad(right.square().sum(), leaves)
    pairs = zip(own, wanted, strict=True)
    expect(all(gradient is not None and same(gradient, goal, 1e-3) for gradient, goal in pairs), message)


@contextlib.contextmanager
def only_the_generator() -> Iterator[None]:
    """Hold a block that is given a generator to leaving torch's global random numbers alone."""
    torch.manual_seed(2_026)
    before = torch.get_rng_state()
    yield
    expect(
        same(torch.get_rng_state(), before),
        "with a generator, torch's global random numbers are used or seeded, too: draw from `generator` alone",
    )
