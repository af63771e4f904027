"""Trained models, whole: the class that a checkpoint names, its weights and its vocabulary; and those that ship."""

from pathlib import Path
from typing import Any, NamedTuple

from torch import nn

from helpers.checkpoints import read_checkpoint
from helpers.models.architectures import ARCHITECTURES
from helpers.vocabulary import Vocabulary

SHIPPED = Path(__file__).resolve().parents[1] / "data"


class TrainedModel(NamedTuple):
    """A model in evaluation mode, the vocabulary that it was trained with, and the notes of its checkpoint."""

    model: nn.Module
    vocabulary: Vocabulary
    notes: dict[str, Any]


def load_trained(name: str | Path) -> TrainedModel:
    """Load a model of which one knows no more than its checkpoint.

    Args:
        name: "tales" or "python-docs", the small models that come with the course; or the path of a checkpoint whose
            notes hold the settings of its model under "model", as `python -m tools.checkpoints` writes them.

    Raises:
        FileNotFoundError: there is no such file.
        ValueError: it is no checkpoint of the course, or its notes do not say how to make its model.
    """
    shipped = SHIPPED / f"{name}.safetensors"
    path = shipped if shipped.is_file() else Path(name)
    if not path.is_file():
        ready = ", ".join(sorted(one.stem for one in SHIPPED.glob("*.safetensors"))) or "none"
        raise FileNotFoundError(f"there is no checkpoint {str(name)!r}; those that come with the course: {ready}")
    checkpoint = read_checkpoint(path)
    settings = checkpoint.notes.get("model")
    if checkpoint.architecture not in ARCHITECTURES or not isinstance(settings, dict):
        raise ValueError(
            f"{path} does not say how to make its model ({checkpoint.architecture}): make the model yourself, and fill "
            "it with helpers.checkpoints.load_checkpoint"
        )
    model = ARCHITECTURES[checkpoint.architecture](**settings)
    model.load_state_dict(checkpoint.weights)
    return TrainedModel(model.eval(), checkpoint.vocabulary, checkpoint.notes)
