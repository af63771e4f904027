"""What torch.compile changes in a training step of the full presets, on a GPU where there is one."""

from collections.abc import Iterator

import torch

from benchmarks.figures import show_seconds
from benchmarks.preset_steps import VOCAB_SIZE, device, measured_steps
from benchmarks.rows import Row, compare
from benchmarks.timing import alternate
from helpers.presets import Preset, preset

CORPORA = ("war-and-peace", "anna-karenina", "wikitext-2", "pushkin", "tinyshakespeare")


def rows(quick: bool) -> Iterator[Row]:
    """Compare a step that was compiled with one that was not; say how long compiling takes, and what of it is left."""
    torch.set_float32_matmul_precision("high")
    for corpus in CORPORA[:2] if quick else CORPORA:
        settings = preset("full", corpus)
        compiled, plain = measured_steps(settings, compile=True), measured_steps(settings)
        plain()
        first = compiled()
        yield Row(f"{corpus}: first step, compiled on {device()}", show_seconds(first), _breaks(settings), "", "")
        both = alternate(compiled, plain, 3 if quick else 7)
        yield compare(f"{corpus}: a step, compiled", *both, show_seconds, peer_name="as it is")


def _breaks(settings: Preset) -> str:
    """Say into how many graphs a forward pass falls: a recurrent layer of torch is in none of them."""
    model = settings.make_model(VOCAB_SIZE).to(device())
    tokens = torch.zeros(settings.batch_size, settings.sequence_length, dtype=torch.int64, device=device())
    found = torch._dynamo.explain(model)(tokens)
    return f"{found.graph_count} graphs, {found.op_count} operations"
