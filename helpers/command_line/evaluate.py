"""`python -m helpers.evaluate DIR [TEXT]`: how good is a trained model, beside models that only count?"""

import math
import sys
from pathlib import Path
from typing import Any, NamedTuple

import torch

from helpers.command_line.hardware import find_device
from helpers.command_line.parts import checksum_of, make_val_batches
from helpers.command_line.report import measure_baselines
from helpers.command_line.run_settings import model_name
from helpers.command_line.toml_file import read_settings
from helpers.corpora import load_corpus
from helpers.course.console import DONE, Parser, run_command
from helpers.models.trained import TrainedModel, find_checkpoint, load_trained
from helpers.text.baselines import uniform_loss
from helpers.text.ngrams import NgramModel
from helpers.text.splits import Split, make_split
from helpers.training import Score, evaluate


def main(arguments: list[str] | None = None) -> int:
    """Do what the command line says; `helpers.course.console` lists the exit codes."""
    parser = Parser(
        prog="python -m helpers.evaluate",
        usage="python -m helpers.evaluate MODEL [TEXT]",
        description="Rate a model on the part of its text that was kept back, or on another text.",
        epilog="example: python -m helpers.evaluate runs/book another_book.txt",
    )
    parser.add_argument("model", metavar="MODEL", help="folder of a run, checkpoint, or a model that ships")
    parser.add_argument("text", metavar="TEXT", nargs="?", help="a corpus, a file or an address, rated whole")
    parser.add_argument("--device", default="auto", help="auto, cpu, cuda or mps (default: auto)")
    options = parser.parse_args(arguments)
    return run_command(lambda: rate(options.model, options.text, options.device))


class Own(NamedTuple):
    """The text that a model was trained on, as far as it is known: its name or path, and how it was read."""

    text: str | None
    lower: bool
    validation: float
    checksum: str | None


def rate(name: str, text: str | None, device: str) -> int:
    """Print a table of the model and of those that count, and return the exit code."""
    trained, path = load_trained(name), find_checkpoint(name)
    trained.model.to(find_device(device, trained.model))
    own = find_own(path, trained.notes)
    split = _own_split(own, trained, needed=text is None)
    if text is None:
        what = f"the validation part of {Path(own.text).name}"
        tokens, floor = split.val.tokens, split.val.floor
    else:
        what = Path(text).name
        tokens, floor = _encode(load_corpus(text, lower=own.lower).text, trained), None
    batches = make_val_batches(tokens)  # refuses a text that is too short, so before anything is printed
    print(f"{path} on {what}, {len(tokens):,} characters\n")
    print(f"{'':<26}{'nats':>8}{'bits':>8}{'perplexity':>12}{'accuracy':>10}")
    _print(f"this model ({model_name(trained.model.architecture)})", evaluate(trained.model, batches))
    for label, counted in _counting_models(split):
        _print(label, evaluate(counted, batches))
    _print(f"knowing nothing, 1 in {len(trained.vocabulary)}", _guessing(len(trained.vocabulary)))
    if floor is not None:
        _print("floor: the true source", Score(floor, math.nan))
    return DONE


def find_own(path: Path, notes: dict[str, Any]) -> Own:
    """Find out what a model was trained on: from the settings beside its checkpoint, else from the checkpoint."""
    beside = path.parent / "settings.toml"
    if beside.is_file() and "settings" in notes:
        found = read_settings(beside)
    else:
        found = notes.get("settings") or {"text": notes.get("recipe", {}).get("corpus")}
    return Own(found.get("text"), found.get("lower", False), found.get("validation", 0.1), found.get("checksum"))


def _own_split(own: Own, trained: TrainedModel, *, needed: bool) -> Split | None:
    """Return the parts of the text that the model was trained on; None where it is not here and not needed.

    Raises:
        ValueError, OSError: it is needed and cannot be had, or is another one now.
    """
    try:
        if own.text is None:
            raise ValueError("the checkpoint does not say which text its model was trained on")
        corpus = load_corpus(own.text, lower=own.lower)
        split = make_split(corpus, validation=own.validation)
        if split.vocabulary != trained.vocabulary or own.checksum not in (None, checksum_of(corpus.text)):
            raise ValueError(f"{own.text} has changed since the model was trained on it: its end is another part now")
        if needed and not len(split.val):
            raise ValueError("the model was trained on the whole text, with nothing left to rate it on")
        return split
    except (OSError, ValueError) as error:
        if needed:
            raise ValueError(f"{error}; a text to rate the model on can be named behind it") from None
        print(f"no counting models beside it: {error}", file=sys.stderr)
        return None


def _encode(text: str, trained: TrainedModel) -> torch.Tensor:
    """Return tokens of a text without the characters that the model does not know, and say how many these are."""
    tokens = trained.vocabulary.encode(text, unknown="skip")
    if left_out := len(text) - len(tokens):
        print(f"{left_out:,} of {len(text):,} characters are left out: the model does not know them", file=sys.stderr)
    return tokens


def _counting_models(split: Split | None) -> list[tuple[str, NgramModel]]:
    """Return count models over the training part by name: two short ones, and the one that is best on validation."""
    if split is None or len(split.train) < 2:
        return []
    baselines = measure_baselines(split)
    lengths = {0: "unigram", 1: "bigram"}
    if baselines is not None and baselines.best_context > 1:
        lengths[baselines.best_context] = f"best n-gram, {baselines.best_context} back"
    return [(label, NgramModel(split.train.tokens, len(split.vocabulary), length)) for length, label in lengths.items()]


def _guessing(count: int) -> Score:
    return Score(uniform_loss(count), 1 / count)


def _print(label: str, score: Score) -> None:
    accuracy = "" if math.isnan(score.accuracy) else f"{score.accuracy:.1%}"
    bits, perplexity = score.loss / math.log(2), math.exp(score.loss) if score.loss < 20 else math.inf
    print(f"{label:<26} {score.loss:7.3f} {bits:7.3f}{perplexity:12.2f}{accuracy:>10}".rstrip())
