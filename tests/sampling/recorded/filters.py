"""Record what the filters of transformers keep: `python -m tests.sampling.recorded.filters` writes the file anew.

It needs transformers, which the tests do not. The file holds the logits and, for each filter, the logits that are left.
"""

from pathlib import Path

import torch
from safetensors.torch import save_file

FILE = Path(__file__).with_name("filters.safetensors")
ROWS, VOCAB_SIZE = 10_000, 20
SETTINGS = {  # of each filter; a row takes the setting of its number, over and over
    "top_k": [1, 3, 10, 20, 50],
    "top_p": [0.1, 0.5, 0.9, 0.99],
    "min_p": [0.01, 0.1, 0.5, 0.9],
    "typical_p": [0.1, 0.5, 0.9, 0.99],
}


def make_logits() -> torch.Tensor:
    """Return logits of all kinds, (rows, vocab_size): smooth ones, ties, extremes, and some that are ruled out."""
    generator = torch.Generator().manual_seed(0)
    logits = torch.randn(ROWS, VOCAB_SIZE, generator=generator)
    logits *= torch.logspace(-1, 1, 10).repeat_interleave(ROWS // 10)[:, None]  # from nearly uniform to nearly sure
    logits[::5] = logits[::5].round()  # ties
    logits[1::50] = 0.0  # nothing but ties
    logits[2::50] *= 1_000
    out = torch.rand(ROWS, VOCAB_SIZE, generator=generator) < 0.3
    out[:, 0] = False
    logits[3::10] = logits[3::10].masked_fill(out[3::10], -torch.inf)
    return logits.half()  # what half precision can hold is stored in two bytes


def pack(kept: torch.Tensor) -> torch.Tensor:
    """Put booleans (rows, vocab_size) into the bits of one number a row, so that the file stays small."""
    return (kept.int() << torch.arange(VOCAB_SIZE)).sum(-1).int()


def unpack(bits: torch.Tensor) -> torch.Tensor:
    """Return the booleans, (rows, vocab_size), that `pack` put into numbers."""
    return (bits[:, None] >> torch.arange(VOCAB_SIZE)) & 1 == 1


def record() -> None:
    """Run each filter of transformers on its rows and write what they leave."""
    import transformers
    from transformers.generation import logits_process

    makers = {
        "top_k": logits_process.TopKLogitsWarper,
        "top_p": logits_process.TopPLogitsWarper,
        "min_p": logits_process.MinPLogitsWarper,
        "typical_p": logits_process.TypicalLogitsWarper,
    }
    logits = make_logits()
    tensors = {"logits": logits}
    for name, settings in SETTINGS.items():
        left = torch.empty_like(logits)
        for number, setting in enumerate(settings):
            rows = slice(number, None, len(settings))
            left[rows] = makers[name](setting)(None, logits[rows].float()).half()
        tensors[name] = pack(left.isfinite())
    save_file(tensors, FILE, {"transformers": transformers.__version__, "torch": torch.__version__})


if __name__ == "__main__":
    record()
