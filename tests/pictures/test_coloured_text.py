"""Text as colour: every character stands in its place, over the value that belongs to it."""

import matplotlib.pyplot as plt
import numpy as np
import pytest
import torch

from helpers.pictures.coloured_text import colour_text, plot_strips


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


def grid(axes):
    return axes.images[0].get_array()


def test_each_character_stands_over_its_value():
    text, values = "abcdefg", torch.arange(7.0)
    axes = colour_text(text, values, width=3)
    assert grid(axes).shape == (3, 3)
    written = {(note.get_text(), *map(int, note.get_position())) for note in axes.texts}
    for place, character in enumerate(text):
        column, line = place % 3, place // 3
        assert (character, column, line) in written
        assert grid(axes)[line, column] == values[place]
    assert np.ma.masked_invalid(grid(axes)).mask[2, 1:].all(), "what the last line lacks has no colour"


def test_lines_end_with_a_word_where_they_can():
    axes = colour_text("ab cd efghijk l", range(15), width=6)
    rows = {}
    for note in axes.texts:
        rows.setdefault(int(note.get_position()[1]), []).append(note.get_text())
    assert ["".join(row) for _, row in sorted(rows.items())] == ["ab cd ", "efghij", "k l"]
    assert grid(axes)[1, 0] == 6


def test_limits_of_the_colours_can_be_set():
    image = colour_text("ab", [0.2, 0.4], low=0.0, high=1.0).images[0]
    assert image.get_clim() == (0.0, 1.0)
    assert colour_text("ab", [0.2, 0.4]).images[0].get_clim() == pytest.approx((0.2, 0.4))


def test_letters_can_be_read_on_every_colour():
    colours = [note.get_color() for note in colour_text("ab", [0.0, 1.0]).texts]
    assert colours == ["white", "black"]


def test_a_newline_can_be_seen():
    assert [note.get_text() for note in colour_text("a\n", [0, 1]).texts] == ["a", "¶"]
    assert [label.get_text() for label in plot_strips("a\n", {"one": [0, 1]}).get_xticklabels()] == ["a", "¶"]


def test_strips_have_a_line_for_each_name():
    axes = plot_strips("abc", {"first": [0, 0.5, 1], "second": [-1, 0, 1]})
    assert [label.get_text() for label in axes.get_yticklabels()] == ["first", "second"]
    assert [label.get_text() for label in axes.get_xticklabels()] == list("abc")
    assert grid(axes).tolist() == [[0, 0.5, 1], [-1, 0, 1]]


@pytest.mark.parametrize(("text", "values"), [("", []), ("abc", [1.0, 2.0])])
def test_values_must_fit_the_text(text, values):
    with pytest.raises(ValueError, match="one value for each character"):
        colour_text(text, values)
    with pytest.raises(ValueError, match="one value for each character"):
        plot_strips(text, {"one": values})
