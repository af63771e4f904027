"""The search for a unit that follows something: it finds one that is there, and is not fooled by chance."""

import pytest
import torch

from helpers.measuring.probes import best_unit, linear_probe


@pytest.fixture(autouse=True)
def seed():
    """Draw the same numbers in every run."""
    torch.manual_seed(0)


@pytest.mark.parametrize("sign", [1, -1])
def test_a_unit_that_follows_the_feature_is_found_up_or_down(sign):
    feature = torch.rand(400) < 0.3
    values = torch.randn(400, 20)
    values[:, 7] = sign * (3 * feature.float() + 0.3 * torch.randn(400)) + 5
    probe = best_unit(values, feature)
    assert probe.unit == 7
    assert probe.correlation * sign > 0.9


def test_chance_is_not_taken_for_a_finding():
    """Among 500 random units one fits the first half well by chance; what is reported comes from the second."""
    feature, values = torch.rand(200) < 0.5, torch.randn(200, 500)
    unit = best_unit(values, feature).unit
    centred = feature[:100].double() - feature[:100].double().mean()
    chosen = values[:100, unit].double()
    on_first = torch.corrcoef(torch.stack([chosen, centred]))[0, 1].abs()
    assert on_first > 0.25
    assert abs(best_unit(values, feature).correlation) < 0.25


def test_the_correlation_is_pearsons_on_the_second_half():
    feature, values = torch.randn(50), torch.randn(50, 1)
    expected = torch.corrcoef(torch.stack([values[25:, 0], feature[25:]]))[0, 1].item()
    assert best_unit(values, feature).correlation == pytest.approx(expected, abs=1e-5)


def test_a_unit_that_never_changes_is_not_chosen():
    feature = torch.randn(60)
    values = torch.stack([torch.zeros(60), feature], dim=1)
    assert best_unit(values, feature).unit == 1


def test_a_sum_of_units_is_found_where_no_single_one_follows():
    parts = torch.randn(600, 30)
    feature = parts.sum(1)
    assert abs(best_unit(parts, feature).correlation) < 0.5
    assert linear_probe(parts, feature) > 0.99
    assert linear_probe(-7 * parts + 3, feature > 0) > 0.7, "neither scale nor sign nor shift matters"


def test_a_sum_of_units_is_judged_on_text_that_it_was_not_fitted_on():
    """With as many units as characters in the first half, any feature can be fitted there."""
    assert abs(linear_probe(torch.randn(400, 190), torch.randn(400))) < 0.3


@pytest.mark.parametrize("probe", [best_unit, linear_probe])
@pytest.mark.parametrize(
    ("values", "feature", "message"),
    [
        (torch.zeros(10, 3), torch.zeros(9), "feature"),
        (torch.zeros(10), torch.zeros(10), "shape"),
        (torch.zeros(10, 3), torch.arange(10) < 2, "longer text"),
    ],
)
def test_what_cannot_be_probed_is_refused(probe, values, feature, message):
    with pytest.raises(ValueError, match=message):
        probe(values, feature)
