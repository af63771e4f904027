"""What attention costs and what it recalls: the models of lesson 05, and what a step of training takes here."""

from collections.abc import Iterator
from statistics import median

import torch
from torch import nn

from benchmarks.figures import show_seconds
from benchmarks.rows import Row, show_spread
from benchmarks.timing import seconds_of
from helpers.answers.attention import make_optimizer
from helpers.measuring.parameters import count_parameters
from helpers.measuring.recall_runs import RecallRun, load_recall_runs
from helpers.models.architectures import ARCHITECTURES
from helpers.training import sequence_loss
from tools.recall_models import RECIPES, SHIPPING

VOCAB_SIZE = 67
ROUNDS = 5


def rows(quick: bool) -> Iterator[Row]:
    """Time one step of each kind in turn, and show what the runs that ship recall."""
    torch.manual_seed(0)
    models = {kind: _make(kind) for kind in SHIPPING}
    recipe = RECIPES["lstm"]
    shape = (recipe.batch_size // 8 if quick else recipe.batch_size, recipe.sequence_length)
    tokens = torch.randint(VOCAB_SIZE, (shape[0], shape[1] + 1))
    times = {kind: [] for kind in SHIPPING}
    for _ in range(1 if quick else ROUNDS):
        for kind, (model, optimizer) in models.items():
            times[kind].append(seconds_of(lambda model=model, optimizer=optimizer: _step(model, optimizer, tokens)))
    runs = load_recall_runs()
    for kind, (model, _) in models.items():
        name = f"{kind}, {count_parameters(model):,} parameters, one step of {shape[0]} × {shape[1]}"
        seconds = show_seconds(median(times[kind]))
        yield Row(name, seconds, _show(runs[kind]), "", show_spread(times[kind], show_seconds))
    small = RECIPES["attention-small"]
    name = f"attention, {small.batch_size} × {small.sequence_length}, {small.characters:,} characters of tales"
    yield Row(name, "", _show(runs["attention-small"]), "", "")


def _make(kind: str) -> tuple[nn.Module, torch.optim.Optimizer]:
    recipe = RECIPES[kind]
    model = ARCHITECTURES[recipe.architecture](VOCAB_SIZE, **recipe.sizes)
    return model, make_optimizer(model, recipe.learning_rate, recipe.weight_decay)


def _step(model: nn.Module, optimizer: torch.optim.Optimizer, tokens: torch.Tensor) -> None:
    logits, _ = model(tokens[:, :-1])
    optimizer.zero_grad()
    sequence_loss(logits, tokens[:, 1:]).backward()
    optimizer.step()


def _show(runs: list[RecallRun]) -> str:
    far = ", ".join(f"{run.bins[-1].accuracy:.0%}" for run in runs)
    return f"recalls {far} after 200, loss " + ", ".join(f"{run.val_losses[-1]:.3f}" for run in runs)
