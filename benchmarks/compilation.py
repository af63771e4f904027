"""What torch.compile changes in a training step of the full presets, on a GPU where there is one."""

from collections.abc import Iterator

import torch

from benchmarks.figures import show_seconds
from benchmarks.preset_steps import device, measured_steps
from benchmarks.rows import Row, compare
from benchmarks.timing import alternate
from helpers.training.presets import preset

CORPORA = ("war-and-peace", "anna-karenina", "wikitext-2", "pushkin", "tinyshakespeare")


def rows(quick: bool) -> Iterator[Row]:
    """Compare a step of a model that was compiled with one of the model as it is."""
    torch.set_float32_matmul_precision("high")
    for corpus in CORPORA[:2] if quick else CORPORA:
        settings = preset("full", corpus)
        compiled, plain = measured_steps(settings, compile=True), measured_steps(settings)
        for _ in range(2):  # the first step of each warms up, or compiles; the second may compile once more
            compiled(), plain()
        both = alternate(compiled, plain, 3 if quick else 7)
        yield compare(f"{corpus}: a step, compiled, on {device()}", *both, show_seconds, peer_name="as it is")
