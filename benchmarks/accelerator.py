"""On a GPU: cuDNN against the written-out loop over time, and bfloat16 and torch.compile against plain float32."""

from collections.abc import Callable, Iterator
from types import SimpleNamespace
from unittest import mock

import torch
from torch import nn

from benchmarks.figures import show_seconds
from benchmarks.rows import Row, compare
from benchmarks.timing import alternate, seconds_of
from helpers.command_line.hardware import place
from helpers.models import stacked_rnn
from helpers.presets import Preset, preset
from helpers.training import sequence_loss

VOCAB_SIZE = 90
STEPS = 20  # in one measurement


def rows(quick: bool) -> Iterator[Row]:
    """Compare the seconds of a training step at the full presets' sizes."""
    if not torch.cuda.is_available():
        yield Row("a GPU", "none here", "", "failed", "", good=False, problem="CUDA is not available")
        return
    torch.set_float32_matmul_precision("high")
    alternations = 3 if quick else 7
    settings = preset("full", "war-and-peace")
    fused, loop = _steps(settings), _without_cudnn(_steps(settings))
    yield _row("war-and-peace, cuDNN", fused, loop, alternations, "loop over time")
    for corpus in ("anna-karenina", "pushkin"):
        settings = preset("full", corpus)
        plain = _steps(settings)
        yield _row(f"{corpus}, bf16", _steps(settings, precision="bf16"), plain, alternations, "float32")
        if not quick:
            yield _row(f"{corpus}, compiled", _steps(settings, compile=True), plain, alternations, "as it is")


def _steps(settings: Preset, **hardware) -> Callable[[], float]:
    """Return a measurement: the seconds of one training step at the sizes of a preset."""
    torch.manual_seed(0)
    chosen = SimpleNamespace(**{"device": "cuda", "precision": "float32", "compile": False} | hardware)
    model = place(settings.make_model(VOCAB_SIZE), chosen)
    optimizer = settings.make_optimizer(model)
    tokens = torch.randint(VOCAB_SIZE, (settings.batch_size, settings.sequence_length + 1), device="cuda")

    def train() -> None:
        for _ in range(STEPS):
            _step(model, optimizer, tokens, settings.clip_norm)
        torch.cuda.synchronize()

    return lambda: seconds_of(train) / STEPS


def _step(model: nn.Module, optimizer: torch.optim.Optimizer, tokens: torch.Tensor, clip_norm: float | None) -> None:
    logits, _ = model(tokens[:, :-1])
    optimizer.zero_grad()
    sequence_loss(logits, tokens[:, 1:]).backward()
    if clip_norm is not None:
        nn.utils.clip_grad_norm_(model.parameters(), clip_norm)
    optimizer.step()


def _without_cudnn(measure: Callable[[], float]) -> Callable[[], float]:
    def measured() -> float:
        with mock.patch.object(stacked_rnn, "can_fuse", return_value=False):
            return measure()

    return measured


def _row(name: str, ours: Callable[[], float], peer: Callable[[], float], alternations: int, peer_name: str) -> Row:
    ours(), peer()  # the first step of each warms up, or compiles
    return compare(f"a step of {name}", *alternate(ours, peer, alternations), show_seconds, peer_name=peer_name)
