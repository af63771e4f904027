"""Trained models, whole: the class that a checkpoint names, its weights and its vocabulary; and those that ship."""

from pathlib import Path
from typing import Any, NamedTuple

from torch import nn

from helpers.ground.checkpoints import read_checkpoint
from helpers.ground.vocabulary import Vocabulary
from helpers.models.architectures import ARCHITECTURES

SHIPPED = Path(__file__).resolve().parents[2] / "data"


class TrainedModel(NamedTuple):
    """A model in evaluation mode, the vocabulary that it was trained with, and the notes of its checkpoint."""

    model: nn.Module
    vocabulary: Vocabulary
    notes: dict[str, Any]


def load_trained(name: str | Path) -> TrainedModel:
    """Load a model of which one knows no more than its checkpoint.

    Args:
        name: "tales" or "python-docs", the small models that come with the course; or the path of a checkpoint whose
            notes hold the settings of its model, as `python -m helpers.train` writes them; or the folder of a run.

    Raises:
        FileNotFoundError: there is no such file, or no checkpoint in the folder.
        ValueError: it is no checkpoint of the course, or its notes do not say how to make its model.
    """
    path = find_checkpoint(name)
    checkpoint = read_checkpoint(path)
    settings = (checkpoint.notes.get("settings") or checkpoint.notes).get("model")
    if checkpoint.architecture not in ARCHITECTURES or not isinstance(settings, dict):
        raise ValueError(
            f"{path} does not say how to make its model ({checkpoint.architecture}): make the model yourself, and fill "
            "it with helpers.ground.checkpoints.load_checkpoint"
        )
    model = ARCHITECTURES[checkpoint.architecture](**settings)
    model.load_state_dict(checkpoint.weights)
    return TrainedModel(model.eval(), checkpoint.vocabulary, checkpoint.notes)


def find_checkpoint(name: str | Path) -> Path:
    """Return the file that a name of `load_trained` means; of a folder its best checkpoint, else its last."""
    shipped, given = SHIPPED / f"{name}.safetensors", Path(name)
    for path in (shipped, given, given / "best.safetensors", given / "last.safetensors"):
        if path.is_file():
            return path
    if given.is_dir():
        raise FileNotFoundError(f"there is no checkpoint in {given}: neither best.safetensors nor last.safetensors")
    ready = ", ".join(sorted(one.stem for one in SHIPPED.glob("*.safetensors"))) or "none"
    raise FileNotFoundError(f"there is no checkpoint {str(name)!r}; those that come with the course: {ready}")
