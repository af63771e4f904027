"""The picture of recall by distance."""

import math

import matplotlib.pyplot as plt
import pytest

from helpers.measuring.recall import RecallBin
from helpers.pictures.recall_curves import plot_recall

NEAR, FAR = RecallBin(20, 50, 90, 0.8, 0.04), RecallBin(50, 100, 40, 0.3, 0.07)
EMPTY = RecallBin(100, 200, 0, math.nan, math.nan)


@pytest.fixture(autouse=True)
def close_all():
    yield
    plt.close("all")


def test_each_model_is_a_curve_of_its_shares_with_their_errors():
    axes = plot_recall({"small": [NEAR, FAR], "large": [FAR, NEAR]})
    curves = {container.get_label(): container for container in axes.containers}
    assert list(curves["small"].lines[0].get_ydata()) == [0.8, 0.3]
    assert list(curves["large"].lines[0].get_ydata()) == [0.3, 0.8]
    low, high = curves["small"].lines[2][0].get_segments()[0]
    assert (low[1], high[1]) == pytest.approx((0.76, 0.84))
    assert [text.get_text() for text in axes.get_legend().get_texts()] == ["small", "large"]


def test_bins_are_named_by_distance_and_count():
    labels = [label.get_text() for label in plot_recall({"one": [NEAR, FAR]}).get_xticklabels()]
    assert labels == ["20 to 49\n(90)", "50 to 99\n(40)"]
    kinds = {"names": [NEAR, FAR], "places": [NEAR._replace(count=7), FAR]}
    assert [label.get_text() for label in plot_recall(kinds).get_xticklabels()] == ["20 to 49", "50 to 99"]


def test_a_bin_without_a_recall_is_left_out():
    axes = plot_recall({"one": [NEAR, FAR, EMPTY]})
    assert len(axes.containers[0].lines[0].get_ydata()) == 2
    assert len(axes.get_xticklabels()) == 3


def test_the_sides_can_be_named():
    axes = plot_recall({"one": [NEAR, FAR]}, distance_name="characters since it was opened", share_name="share closed")
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("characters since it was opened", "share closed")
