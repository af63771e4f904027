"""On a GPU: cuDNN against the written-out loop over time, and bfloat16 against float32."""

from collections.abc import Callable, Iterator
from unittest import mock

import torch

from benchmarks.figures import show_seconds
from benchmarks.preset_steps import measured_steps
from benchmarks.rows import Row, compare
from benchmarks.timing import alternate
from helpers.models import stacked_rnn
from helpers.training.presets import preset


def rows(quick: bool) -> Iterator[Row]:
    """Compare the seconds of a training step at the full presets' sizes."""
    if not torch.cuda.is_available():
        yield Row("a GPU", "none here", "", "failed", "", good=False, problem="CUDA is not available")
        return
    torch.set_float32_matmul_precision("high")
    alternations = 3 if quick else 7
    settings = preset("full", "war-and-peace")
    fused, loop = measured_steps(settings), _without_cudnn(measured_steps(settings))
    yield _row("war-and-peace, cuDNN", fused, loop, alternations, "loop over time")
    for corpus in ("anna-karenina", "pushkin"):
        settings = preset("full", corpus)
        half, plain = measured_steps(settings, precision="bf16"), measured_steps(settings)
        yield _row(f"{corpus}, bf16", half, plain, alternations, "float32")


def _without_cudnn(measure: Callable[[], float]) -> Callable[[], float]:
    def measured() -> float:
        with mock.patch.object(stacked_rnn, "can_fuse", return_value=False):
            return measure()

    return measured


def _row(name: str, ours: Callable[[], float], peer: Callable[[], float], alternations: int, peer_name: str) -> Row:
    ours(), peer()  # the first step of each warms up
    return compare(f"a step of {name}", *alternate(ours, peer, alternations), show_seconds, peer_name=peer_name)
