"""Look inside a network for what follows something in the text, without fooling oneself."""

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
    values, feature = _checked(values, feature)
    half = len(feature) // 2
    unit = int(_correlations(values[:half], feature[:half]).abs().argmax())
    return Probe(unit, float(_correlations(values[half:, unit : unit + 1], feature[half:])))


def linear_probe(values: torch.Tensor, feature: torch.Tensor) -> float:
    """Return how closely a weighted sum of all units follows a feature: its correlation on text it was not fitted on.

    The weights are fitted by least squares on the first half, with a little weight decay, and judged on the second.
    After Alain and Bengio, "Understanding intermediate layers using linear classifier probes" (2016).

    Args:
        values: shape (time, units).
        feature: shape (time,), numbers or truth values.

    Raises:
        ValueError: as `best_unit`.
    """
    values, feature = _checked(values, feature)
    half = len(feature) // 2
    centre, spread = values[:half].mean(0), values[:half].std(0).clamp(min=1e-6)
    values = (values - centre) / spread
    gram = values[:half].T @ values[:half] + 1e-3 * half * torch.eye(values.shape[1], dtype=values.dtype)
    weights = torch.linalg.solve(gram, values[:half].T @ (feature[:half] - feature[:half].mean()))
    return float(_correlations((values[half:] @ weights)[:, None], feature[half:]))


def _checked(values: torch.Tensor, feature: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Return both as float64, or raise ValueError."""
    if values.dim() != 2 or feature.shape != values.shape[:1]:
        raise ValueError(
            f"values need shape (time, units) and the feature (time,), not {tuple(values.shape)} and "
            f"{tuple(feature.shape)}"
        )
    half = len(feature) // 2
    if feature[:half].unique().numel() < 2 or feature[half:].unique().numel() < 2:
        raise ValueError("the feature is the same at every character of one half: take a longer text")
    return values.double(), feature.double()


def _correlations(values: torch.Tensor, feature: torch.Tensor) -> torch.Tensor:
    """Return Pearson's correlation of each unit with the feature; 0 for a unit that never changes."""
    values, feature = values - values.mean(0), feature - feature.mean()
    lengths = values.norm(dim=0) * feature.norm()
    return torch.where(lengths > 0, feature @ values / lengths, 0.0)
