"""Look for a unit that follows something in the text, without fooling oneself."""

from typing import NamedTuple

import torch


class Probe(NamedTuple):
    """The unit that follows a feature most closely."""

    unit: int
    correlation: float  # on text that it was not chosen on, between −1 and 1


def best_unit(values: torch.Tensor, feature: torch.Tensor) -> Probe:
    """Find the unit whose values go along with a feature of the text, and say how closely they really do.

    The best of many units always fits a little too well on the text that it was chosen on. So it is chosen on the first
    half, by the largest correlation up or down, and what is returned was measured on the second half.

    Args:
        values: shape (time, units), such as the cell of an LSTM at each character.
        feature: shape (time,), numbers or truth values, such as "inside a quotation".

    Raises:
        ValueError: the shapes do not fit, or the feature does not change within one of the halves.
    """
    if values.dim() != 2 or feature.shape != values.shape[:1]:
        raise ValueError(
            f"values need shape (time, units) and the feature (time,), not {tuple(values.shape)} and "
            f"{tuple(feature.shape)}"
        )
    half = len(feature) // 2
    values, feature = values.double(), feature.double()
    if feature[:half].unique().numel() < 2 or feature[half:].unique().numel() < 2:
        raise ValueError("the feature is the same at every character of one half: take a longer text")
    unit = int(_correlations(values[:half], feature[:half]).abs().argmax())
    return Probe(unit, float(_correlations(values[half:, unit : unit + 1], feature[half:])))


def _correlations(values: torch.Tensor, feature: torch.Tensor) -> torch.Tensor:
    """Return Pearson's correlation of each unit with the feature; 0 for a unit that never changes."""
    values, feature = values - values.mean(0), feature - feature.mean()
    lengths = values.norm(dim=0) * feature.norm()
    return torch.where(lengths > 0, feature @ values / lengths, 0.0)
