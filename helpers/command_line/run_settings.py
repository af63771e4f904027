"""All settings of a run in one place: each with its name, its kind, its limits and a word of help."""

import types
from dataclasses import Field, dataclass, field, fields, replace
from typing import Any, Union, get_args, get_origin, get_type_hints

from helpers.training.presets import OPTIMIZERS, PRESET_NAMES, Preset, preset
from helpers.training.schedules import SCHEDULES

MODELS = {
    "rnn": "vanilla-rnn",
    "stacked-rnn": "stacked-rnn",
    "lstm": "lstm",
    "gru": "gru",
    "attention": "attention-lstm",
}
DURATIONS = ("epochs", "steps", "minutes")
NONE = "none"  # how a setting is written that is switched off
SEEDS = 2**63  # torch takes none beyond
THREADS = 1024  # with a million, OpenMP ends the process without a word


def _setting(
    group: str, about: str, *, least: float | None = None, below: float | None = None, choices: Any = None, **default
):
    """Return a field that says in its metadata in which group of `--help` it stands, what it is, and its limits."""
    limits = {"least": least, "below": below, "choices": choices}
    return field(**default, metadata={"group": group, "about": about} | limits)


@dataclass(frozen=True, kw_only=True)
class RunSettings:
    """What makes a run what it is: with the same settings, the same text gives the same run."""

    text: str = _setting("", "a corpus, a file or an address")

    model: str = _setting("model", "", choices=MODELS)
    hidden_size: int = _setting("model", "numbers in the state of a layer", least=1)
    embedding_size: int | None = _setting("model", "numbers of an embedding; none reads one-hot vectors", least=1)
    num_layers: int = _setting("model", "recurrent layers", least=1)
    dropout: float = _setting("model", "share of the states set to zero in training", least=0, below=1)
    forget_bias: float | None = _setting("model", "of an LSTM's forget gate at the start; none: as drawn")
    num_heads: int = _setting("model", "of attention", least=1)
    block_size: int = _setting("model", "characters back that attention sees", least=1)

    batch_size: int = _setting("batches", "texts side by side in a batch", least=1)
    sequence_length: int = _setting("batches", "characters of each that are read at once", least=1)
    stride: int | None = _setting("batches", "from window to window; none walks the text in streams", least=1)
    validation: float = _setting("batches", "share of the text to validate with", least=0, below=1, default=0.1)
    lower: bool = _setting("batches", "make all letters small", default=False)

    learning_rate: float = _setting("learning", "at its highest", least=0)
    optimizer: str = _setting("learning", "", choices=OPTIMIZERS)
    weight_decay: float = _setting("learning", "of the optimizer", least=0)
    schedule: str = _setting("learning", "", choices=SCHEDULES)
    clip_norm: float | None = _setting("learning", "largest norm of the gradient; none leaves it", least=0)

    epochs: int | None = _setting("how long", "passes over the text, or", least=1, default=None)
    steps: int | None = _setting("how long", "updates of the weights, or", least=1, default=None)
    minutes: float | None = _setting("how long", "as many steps as fit, at the speed measured", least=0, default=None)
    patience: int | None = _setting("how long", "end after so many losses without a new best", least=1, default=None)
    evaluate_every: int | None = _setting("how long", "steps from loss to loss, with a sample", least=1, default=None)
    save_every: int | None = _setting("how long", "steps from one checkpoint to the next", least=1, default=None)

    seed: int = _setting("run", "of everything that is drawn", least=0, below=SEEDS, default=1)
    prime: str | None = _setting("run", "what the samples go on from", default=None)
    device: str = _setting("run", "auto, cpu, cuda or mps", default="auto")
    threads: int | None = _setting(
        "run", "of the CPU; with one, a resume is exact to the bit", least=1, below=THREADS + 1, default=None
    )
    precision: str = _setting("run", "", choices=("float32", "bf16"), default="float32")
    compile: bool = _setting("run", "compile the model with torch.compile", default=False)

    characters: int | None = _setting("", "of the text, when the run began", default=None)
    checksum: str | None = _setting("", "of the text, when the run began", default=None)

    def __post_init__(self):
        for one in fields(self):
            _check_limits(one, getattr(self, one.name))
        if sum(getattr(self, name) is not None for name in DURATIONS) != 1:
            raise ValueError("say how long to train by one of epochs, steps and minutes")
        for name in ("learning_rate", "clip_norm", "minutes"):
            if getattr(self, name) == 0:
                raise ValueError(f"{name} must be above 0" + (f'; "{NONE}" leaves it out' * (name == "clip_norm")))
        if self.model == "rnn" and (self.num_layers > 1 or self.dropout):
            raise ValueError("the model rnn has one layer and no dropout: take stacked-rnn, or num_layers 1, dropout 0")
        if self.model == "stacked-rnn" and self.embedding_size is None:
            raise ValueError("the model stacked-rnn needs an embedding_size; rnn reads one-hot vectors")

    @property
    def recipe(self) -> Preset:
        """The part that says how the model is made and how it learns."""
        shared = {one.name: getattr(self, one.name) for one in fields(Preset) if hasattr(self, one.name)}
        return Preset(**shared, architecture=MODELS[self.model], corpus=self.text)

    def written(self) -> dict[str, Any]:
        """Return all settings as a file holds them: what is switched off by that word, a length not given left out."""
        values = {one.name: getattr(self, one.name) for one in fields(self)}
        left_out = (*DURATIONS, "characters", "checksum")
        return {
            name: NONE if value is None else value
            for name, value in values.items()
            if value is not None or name not in left_out
        }


def resolve(given: dict[str, Any], config: dict[str, Any] | None = None) -> RunSettings:
    """Return the settings of a run: those of a preset, over them those of a file, over them those that are given.

    Args:
        given: by name, with values of the right kind; "preset" names the preset, "quick" if nobody names one.
        config: the same, of a file.

    Raises:
        ValueError: a number out of its range, or no such preset.
    """
    config = dict(config or {})
    if any(name in given for name in DURATIONS):
        config = {name: value for name, value in config.items() if name not in (*DURATIONS, "evaluate_every")}
    chosen = config | given
    base = find_preset(chosen.pop("preset", "quick"), chosen.get("text"), chosen.get("model"))
    values = {one.name: getattr(base, one.name) for one in fields(RunSettings) if hasattr(base, one.name)}
    values |= {"text": base.corpus, "model": model_name(base.architecture)} | dict(base.corpus_options)
    if any(name in chosen for name in DURATIONS):
        values |= dict.fromkeys(DURATIONS)
    return RunSettings(**values | chosen)


def find_preset(name: str, text: str | None, model: str | None) -> Preset:
    """Return a preset by "quick", "full" or the corpus that it was made for, with another model where one is given.

    Of "quick" and "full", the one that was made for this text is taken, else the first of this model.
    """
    if model is not None and model not in MODELS:
        raise ValueError(f"model must be one of {', '.join(MODELS)}, not {model!r}")
    architecture = None if model is None else MODELS[model]
    if name not in PRESET_NAMES:
        raise ValueError(f"there is no preset {name!r}: take {', '.join(PRESET_NAMES)}")
    if name in ("quick", "full"):
        try:
            return preset(name, text, architecture=architecture)
        except ValueError:
            return preset(name, architecture=architecture)
    found = preset("full", name)
    return found if architecture is None else replace(found, architecture=architecture)


def model_name(architecture: str) -> str:
    """Return the word of the command line for an architecture."""
    return next((name for name, one in MODELS.items() if one == architecture), architecture)


def kind_of(name: str) -> tuple[type, bool]:
    """Return the type of a setting, and whether it can be switched off."""
    kind = get_type_hints(RunSettings)[name]
    if get_origin(kind) in (Union, types.UnionType):
        return get_args(kind)[0], True
    return kind, False


def check_value(name: str, value: Any) -> Any:
    """Return a value of a file as a setting takes it. Raises ValueError for one of another kind."""
    kind, optional = kind_of(name)
    if optional and value == NONE:
        return None
    if kind is float and type(value) is int:
        return float(value)
    if type(value) is not kind:
        raise ValueError(f"{name} must be {_SPOKEN[kind]}{f' or {NONE!r}' * optional}, not {value!r}")
    return value


_SPOKEN = {int: "a whole number", float: "a number", str: "a text in quotes", bool: "true or false"}


def _check_limits(one: Field, value: Any) -> None:
    least, below, choices = (one.metadata[name] for name in ("least", "below", "choices"))
    if choices is not None and value not in choices:
        raise ValueError(f"{one.name} must be one of {', '.join(choices)}, not {value!r}")
    if value is None or least is None:
        return
    if not (least <= value < (float("inf") if below is None else below)):
        limit = f"at least {least}" + (f" and below {below}" if below is not None else "")
        raise ValueError(f"{one.name} must be {limit}, not {value}")
