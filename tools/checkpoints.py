"""`python -m tools.checkpoints [NAME ...]`: train the small models that ship in data/, each with its recipe beside it.

It takes some minutes. The weights differ a little from machine to machine, since sums are added in another order.
"""

import argparse
import dataclasses
import json
import platform
import sys
import time

import torch

from helpers.corpora import load_corpus
from helpers.ground.checkpoints import save_checkpoint
from helpers.ground.files import write_whole
from helpers.models.architectures import ARCHITECTURES
from helpers.models.trained import SHIPPED
from helpers.text.batching import StreamBatches
from helpers.text.splits import make_split
from helpers.training import evaluate, fit


@dataclasses.dataclass(frozen=True)
class Recipe:
    """What a small model is made of."""

    corpus: str
    architecture: str
    embedding_size: int
    hidden_size: int
    dropout: float
    batch_size: int
    sequence_length: int
    steps: int
    learning_rate: float
    weight_decay: float = 0.01
    seed: int = 1


RECIPES = [
    Recipe("tales", "lstm", 32, 256, 0.0, batch_size=16, sequence_length=64, steps=10_500, learning_rate=5e-3),
    Recipe("python-docs", "lstm", 32, 192, 0.25, batch_size=16, sequence_length=64, steps=6_000, learning_rate=6e-3),
]


def main() -> int:
    """Train the models that are named, or all."""
    known = {recipe.corpus: recipe for recipe in RECIPES}
    parser = argparse.ArgumentParser(prog="python -m tools.checkpoints", description="Train the models that ship.")
    parser.add_argument("names", nargs="*", metavar="NAME", help=" or ".join(known) + "; all if none is given")
    names = parser.parse_args().names or list(known)
    if unknown := [name for name in names if name not in known]:
        parser.error(f"there is no recipe for {unknown[0]!r}; there are {', '.join(known)}")
    for name in names:
        make(known[name])
    return 0


def make(recipe: Recipe) -> None:
    """Train one model on one thread, and write its checkpoint and its recipe."""
    torch.set_num_threads(1)
    split = make_split(load_corpus(recipe.corpus))
    torch.manual_seed(recipe.seed)
    sizes = {"embedding_size": recipe.embedding_size, "hidden_size": recipe.hidden_size, "dropout": recipe.dropout}
    if recipe.architecture == "lstm":
        sizes["forget_bias"] = 0.0  # better than 1 in runs of this length: `python -m benchmarks gated`
    model = ARCHITECTURES[recipe.architecture](len(split.vocabulary), **sizes)
    optimizer = torch.optim.AdamW(model.parameters(), lr=recipe.learning_rate, weight_decay=recipe.weight_decay)
    train_batches = StreamBatches(split.train.tokens, recipe.sequence_length, batch_size=recipe.batch_size)
    val_batches = StreamBatches(split.val.tokens, 128, batch_size=16)
    start = time.perf_counter()
    fit(model, train_batches, steps=recipe.steps, optimizer=optimizer, schedule="warmup_cosine")
    notes = {
        "recipe": dataclasses.asdict(recipe) | {"schedule": "warmup_cosine", "clip_norm": 1.0, "optimizer": "AdamW"},
        "val_loss": round(evaluate(model, val_batches).loss, 4),
        "seconds": round(time.perf_counter() - start),
        "made_with": f"CPython {platform.python_version()}, torch {torch.__version__}, one thread",
    }
    save_checkpoint(SHIPPED / f"{recipe.corpus}.safetensors", model, split.vocabulary, model=model.settings, **notes)
    write_whole(SHIPPED / f"{recipe.corpus}.json", json.dumps(notes, indent=2) + "\n")
    print(f"{recipe.corpus}: validation loss {notes['val_loss']}, {notes['seconds']} s")


if __name__ == "__main__":
    sys.exit(main())
