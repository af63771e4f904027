"""Where the gates stand: the shares, and the bars that show them."""

import matplotlib.pyplot as plt
import pytest
import torch

from helpers.pictures.saturation import plot_gate_saturation, saturation


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


def test_shares_of_a_gate_are_counted_below_and_above():
    assert saturation(torch.tensor([[0.05, 0.5], [0.95, 0.99]])) == (0.25, 0.5)
    assert saturation(torch.full((3,), 0.5)) == (0.0, 0.0)


def test_bars_of_a_gate_show_its_shares_and_fill_the_line():
    gates = {"input_gate": torch.tensor([0.05, 0.5, 0.95, 0.99]), "forget_gate": torch.tensor([0.5])}
    axes = plot_gate_saturation(gates)
    widths = [[bar.get_width() for bar in container] for container in axes.containers]
    assert [row[0] for row in widths] == [0.25, 0.25, 0.5]
    assert [row[1] for row in widths] == [0.0, 1.0, 0.0]
    starts = [container[0].get_x() for container in axes.containers]
    assert starts == [0.0, 0.25, 0.5]
    assert [label.get_text() for label in axes.get_yticklabels()] == ["input gate", "forget gate"]


def test_percentages_are_white_on_the_dark_parts_only():
    axes = plot_gate_saturation({"input_gate": torch.tensor([0.05, 0.5, 0.95, 0.99])})
    assert [(note.get_text(), note.get_color()) for note in axes.texts] == [
        ("25%", "white"),
        ("25%", "black"),
        ("50%", "black"),
    ]
