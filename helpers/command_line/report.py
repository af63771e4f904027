"""What a run prints: what it is, its losses with what they must be held against, and what the model writes."""

import textwrap

import torch
from torch import nn

from helpers.command_line.parts import Parts
from helpers.command_line.run_folder import RunFolder
from helpers.command_line.run_settings import RunSettings, model_name
from helpers.corpora import Corpus
from helpers.ground.device import device_of
from helpers.ground.vocabulary import Vocabulary
from helpers.measuring.parameters import count_parameters
from helpers.sampling.generation import generate
from helpers.text.baselines import Baselines, measure
from helpers.text.splits import Split
from helpers.training import History, Progress

_SAMPLE_LENGTH, _TEMPERATURE = 200, 0.8
_LONGEST_WORD = 20  # characters
_LONG_AGO = 3  # entries of the history
_COUNTED = 1_000_000  # characters up to which contexts are made longer for as long as that helps


def measure_baselines(split: Split) -> Baselines | None:
    """Return what the losses are held against; None without a text to validate with."""
    if len(split.val) < 2 or len(split.train) < 2:
        return None
    return measure(split.train, split.val, longest=None if len(split.train) <= _COUNTED else 6)


class Report:
    """Prints the lines of one run; called by `fit` after each entry of the history.

    `generator` is where the samples are drawn from.
    """

    def __init__(self, settings: RunSettings, parts: Parts, baselines: Baselines | None, folder: RunFolder, prime: str):
        self.settings, self.parts, self.folder, self.prime = settings, parts, folder, prime
        self.named = {} if baselines is None else baselines.named
        self.generator = torch.Generator().manual_seed(settings.seed)

    def __call__(self, progress: Progress) -> None:
        history = progress.history
        line = f"epoch {progress.epoch}, step {progress.step:,}: train {history.train_loss[-1]:.3f}"
        if history.val_loss:
            line += f", val {history.val_loss[-1]:.3f}{place_among(history.val_loss[-1], self.named)}"
        print(f"{line}\n{_indent(self._sample(progress.model))}", flush=True)
        history.save_csv(self.folder.history)

    def save(self, history: History) -> None:
        """Write the picture and the table of the losses into the run's folder."""
        history.save(self.folder.path, **within_sight(self.named, history.train_loss + history.val_loss))

    def _sample(self, model: nn.Module) -> str:
        options = {"temperature": _TEMPERATURE, "generator": self.generator}
        try:
            return generate(model, self.parts.vocabulary, self.prime, _SAMPLE_LENGTH, **options)
        except ValueError as error:  # it has diverged, which `fit` tells better, and soon
            return f"(no sample: {error})"


def describe_run(corpus: Corpus, split: Split, parts: Parts, named: dict[str, float]) -> str:
    """Return a line for the text, one for the model, one for what its losses are held against."""
    model, sizes = parts.model, getattr(parts.model, "settings", {})
    layers = sizes.get("num_layers", 1)
    lines = [
        f"text: {corpus.name}, {len(split.train):,} characters to train on, {len(split.val):,} to validate with, "
        f"{len(split.vocabulary)} different",
        f"model: {model_name(model.architecture)}, {layers} layer{'s' * (layers > 1)} of {sizes.get('hidden_size')}, "
        f"{count_parameters(model):,} parameters, on {device_of(model)}",
    ]
    if named:
        losses = ", ".join(f"{name} {loss:.3f}" for name, loss in named.items())
        lines.append(f"nats per character of others: {losses}")
    return "\n".join(lines)


def describe_end(history: History) -> str:
    """Say how a run ended, where it was best, and what to do if that was long ago."""
    steps = history.steps[-1]
    lines = [f"ended after {steps:,} step{'s' * (steps != 1)} ({history.ended})"]
    if history.val_loss:
        best = history.steps[-1 - history.since_best()]
        lines[0] += f", with the lowest validation loss, {history.best_val_loss:.3f}, at step {best:,}"
    if history.since_best() >= _LONG_AGO:
        if history.train_loss[-1] < history.train_loss[-1 - history.since_best()]:
            lines.append("since then it learns the text by heart: try more dropout, and --patience 3 to stop sooner")
        else:
            lines.append("since then its training loss has not fallen either: try a lower --learning-rate")
    return "\n".join(lines)


def place_among(loss: float, named: dict[str, float]) -> str:
    """Say between which baselines a loss stands, and where the floor is."""
    counts = {name: level for name, level in named.items() if name != "floor"}
    above = min(((level, name) for name, level in counts.items() if level > loss), default=None)
    below = max(((level, name) for name, level in counts.items() if level <= loss), default=None)
    words = [f"{word} {found[1]} {found[0]:.3f}" for word, found in (("below", above), ("above", below)) if found]
    words += [f"floor {named['floor']:.3f}"] if "floor" in named else []
    return f" ({', '.join(words)})" if words else ""


def within_sight(named: dict[str, float], losses: list[float]) -> dict[str, float]:
    """Return the baselines that a picture of some losses shows, up to the first above them all.

    Those still higher would press the curves together, at the lower edge of the picture.
    """
    higher = [level for level in named.values() if level > max(losses, default=0)]
    return {name: level for name, level in named.items() if level <= min(higher, default=level)}


def first_word(text: str) -> str:
    """Return the first word of a text and the space after it: a model that has read it knows how to go on."""
    words = text.split(maxsplit=1)
    return words[0][:_LONGEST_WORD] + " " if words and " " in text else text[:1]


def choose_prime(prime: str | None, default: str, vocabulary: Vocabulary, *, lower: bool = False) -> str:
    """Return what a sample goes on from: what was given, lower-cased like the text, or else the default.

    Raises:
        ValueError: it is empty, or holds a character that the model does not know.
    """
    if prime is None:
        return default
    prime = prime.lower() if lower else prime
    if unknown := [symbol for symbol in prime if symbol not in vocabulary]:
        raise ValueError(f"the prime holds {unknown[0]!r}, which the text does not have: leave it out")
    if not prime:
        raise ValueError("the prime is empty: give at least one character, or leave it out")
    return prime


def _indent(text: str) -> str:
    """Return a text with its own lines, indented and cut to the width of a screen."""
    lines = (line for own in text.strip("\n").split("\n") for line in textwrap.wrap(own, 76) or [""])
    return "\n".join(f"    {line}".rstrip() for line in lines)
