"""`python -m tools.recall_models KIND SEED [--out FOLDER]`: train one of the small models that lesson 05 compares.

Three kinds of equal size learn from four million characters of tales, with as many steps each, and what they recall is
written down on the way. The validation part is that of the ordinary tales, which none of them reads. On a GPU a model
takes one to three minutes; on a processor, an hour or more.
`python -m tools.recall_models collect FOLDER` puts the results of all runs, and the models of the first seed, where
they ship.
"""

import argparse
import dataclasses
import json
import platform
import shutil
import sys
import time
from pathlib import Path
from typing import Any

import torch

from helpers.answers.attention import make_optimizer
from helpers.corpora import load_corpus
from helpers.ground.checkpoints import read_checkpoint, save_checkpoint
from helpers.ground.device import choose_device
from helpers.ground.files import write_whole
from helpers.measuring.recall import recall_by_distance
from helpers.models.architectures import ARCHITECTURES
from helpers.models.trained import SHIPPED
from helpers.text.batching import StreamBatches
from helpers.text.splits import Split, make_split
from helpers.training import Progress, evaluate, fit

RESULTS = SHIPPED / "recall.json"


@dataclasses.dataclass(frozen=True)
class Recipe:
    """What a small model is made of."""

    architecture: str
    sizes: dict[str, Any]
    learning_rate: float
    weight_decay: float = 0.01
    batch_size: int = 64
    sequence_length: int = 512
    steps: int = 3_000
    characters: int = 4_000_000


_ATTENTION = Recipe(
    "attention-lstm",
    {"embedding_size": 32, "hidden_size": 128, "num_heads": 2, "block_size": 512, "forget_bias": 0.0},
    learning_rate=1e-2,
)
RECIPES = {
    "rnn": Recipe("vanilla-rnn", {"embedding_size": 32, "hidden_size": 350}, learning_rate=3e-3),
    "lstm": Recipe("lstm", {"embedding_size": 64, "hidden_size": 160, "forget_bias": 0.0}, learning_rate=1e-2),
    "attention": _ATTENTION,
    # As many steps, but as one would begin: pieces and batches of half the length, and the million characters.
    "attention-small": dataclasses.replace(_ATTENTION, batch_size=32, sequence_length=256, characters=1_000_000),
}
SHIPPING = ("rnn", "lstm", "attention")


def main() -> int:
    """Train one model, or collect what was trained."""
    parser = argparse.ArgumentParser(prog="python -m tools.recall_models", description=__doc__.splitlines()[0])
    parser.add_argument("kind", choices=[*RECIPES, "collect"])
    parser.add_argument("seed_or_folder", help="a seed, or for `collect` the folder of the runs")
    parser.add_argument("--out", type=Path, default=Path("runs/recall"), help="where the model goes (runs/recall)")
    arguments = parser.parse_args()
    if arguments.kind == "collect":
        collect(Path(arguments.seed_or_folder))
    else:
        make(arguments.kind, int(arguments.seed_or_folder), arguments.out)
    return 0


def make(kind: str, seed: int, folder: Path) -> None:
    """Train one model and write its checkpoint, with what it recalls in the notes."""
    recipe = RECIPES[kind]
    train = load_corpus("tales", length=recipe.characters, seed=1)  # another seed than that of the ordinary tales
    held_out = make_split(load_corpus("tales"))
    torch.manual_seed(seed)
    model = ARCHITECTURES[recipe.architecture](len(held_out.vocabulary), **recipe.sizes)
    model.to(choose_device(model).device)
    tokens = held_out.vocabulary.encode(train.text)
    batches = StreamBatches(tokens, recipe.sequence_length, batch_size=recipe.batch_size)
    curve = Curve(held_out)
    start = time.perf_counter()
    fit(
        model,
        batches,
        steps=recipe.steps,
        optimizer=make_optimizer(model, recipe.learning_rate, recipe.weight_decay),
        schedule="warmup_cosine",
        evaluate_every=250,
        callback=curve,
    )
    notes = {
        "kind": kind,
        "seed": seed,
        "recipe": dataclasses.asdict(recipe) | {"optimizer": "AdamW", "schedule": "warmup_cosine", "clip_norm": 1.0},
        "curve": curve.points,
        "seconds": round(time.perf_counter() - start),
        "made_with": f"CPython {platform.python_version()}, torch {torch.__version__}, {choose_device().device}",
    }
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{kind}-{seed}.safetensors"
    save_checkpoint(path, model.cpu(), held_out.vocabulary, model=model.settings, **notes)
    print(f"{path}: {curve.points[-1]}, {notes['seconds']} s")


class Curve:
    """Writes down, now and then, the validation loss and what is recalled."""

    def __init__(self, split: Split):
        self.split, self.points = split, []
        self.batches = StreamBatches(split.val.tokens, 256, batch_size=16)

    def __call__(self, progress: Progress) -> None:
        bins = recall_by_distance(progress.model, self.split.val)
        self.points.append(
            {
                "step": progress.step,
                "val_loss": round(evaluate(progress.model, self.batches).loss, 4),
                "recall": [list(one) for one in bins],
            }
        )
        progress.model.train()


def collect(folder: Path) -> None:
    """Write the results of all runs into one file, and copy the models of the first seed."""
    runs = [read_checkpoint(path).notes for path in sorted(folder.glob("*.safetensors"))]
    write_whole(RESULTS, json.dumps({"runs": [{k: v for k, v in run.items() if k != "model"} for run in runs]}) + "\n")
    for kind in SHIPPING:
        shutil.copyfile(folder / f"{kind}-1.safetensors", SHIPPED / f"recall-{kind}.safetensors")


if __name__ == "__main__":
    sys.exit(main())
