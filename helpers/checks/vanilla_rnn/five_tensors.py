"""What the checks ask of five tensors, one for each parameter of the network."""

import torch

from helpers.checks.expectations import expect_parts, expect_tensor, expect_type
from helpers.checks.vanilla_rnn.reference import NAMES, Tensors


def expect_five(result, what: str, like: Tensors) -> None:
    expect_parts(result, 5, what)
    for tensor, name, wanted in zip(result, NAMES, like, strict=True):
        expect_type(tensor, torch.Tensor, f"of {what}, that of {name}")
        expect_tensor(tensor, f"of {what}, that of {name},", shape=wanted.shape)
