"""The pictures of lesson 02 that show a gradient: what stands in them, and that they can be drawn."""

import matplotlib.pyplot as plt
import pytest
from matplotlib.colors import to_hex

from helpers.pictures.backward import draw_backward, plot_gradient_norms
from helpers.pictures.charts import COLOURS


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


def arrows_back(axes):
    """Return (start, end) of each coloured arrow."""
    notes = [text for text in axes.texts if getattr(text, "arrow_patch", None) is not None]
    coloured = [note for note in notes if to_hex(note.arrow_patch.get_edgecolor()) == COLOURS[1].lower()]
    return [(note.xyann, note.xy) for note in coloured]


@pytest.mark.parametrize(("part", "count"), [("output", 2), ("tanh", 1), ("time", 8)])
def test_the_way_back_is_coloured_in_its_part_only(part, count):
    arrows = arrows_back(draw_backward(part))
    assert len(arrows) == count
    down = [start[1] > end[1] for start, end in arrows if start[0] == end[0]]
    assert all(down), "back through a step is from the loss downwards"
    assert all(start[0] > end[0] for start, end in arrows if start[0] != end[0]), "back in time is to the left"


def test_each_step_has_its_five_boxes_and_the_formulas_of_the_part():
    shown = [text.get_text() for text in draw_backward("time").texts]
    for step in ("t-1", "t", "t+1"):
        assert {f"${name}_{{{step}}}$" for name in "xahyL"} <= set(shown)
    assert sum("1 - h^2" in text for text in shown) == 3
    assert sum("W_{hh}^" in text for text in shown) == 2


def test_another_part_is_refused():
    with pytest.raises(ValueError, match="part must be one of output, tanh, time, not 'softmax'"):
        draw_backward("softmax")
    assert not plt.get_fignums()


def test_each_length_is_drawn_from_1_on_a_logarithmic_scale_with_its_name():
    axes = plot_gradient_norms({"radius 0.5": [0.5, 0.25], "radius 2": [2.0, 4.0, 8.0]}, title="Both")
    curves = [list(line.get_ydata()) for line in axes.lines[1:]]
    assert curves == [[1.0, 0.5, 0.25], [1.0, 2.0, 4.0, 8.0]]
    assert [list(line.get_xdata()) for line in axes.lines[1:]] == [[0, 1, 2], [0, 1, 2, 3]]
    assert axes.get_yscale() == "log"
    assert [text.get_text() for text in axes.texts] == ["radius 0.5", "radius 2"]
    assert axes.get_title() == "Both"


def test_the_line_at_1_ends_before_the_names():
    axes = plot_gradient_norms({"short": [0.5], "long": [0.9, 0.9, 0.9]})
    assert [list(value) for value in axes.lines[0].get_data()] == [[0, 3], [1, 1]]


def test_no_curve_is_dropped():
    assert len(plot_gradient_norms({str(number): [0.5] for number in range(13)}).lines) == 14


@pytest.mark.parametrize("part", ["output", "tanh", "time"])
@pytest.mark.filterwarnings("error")
def test_each_picture_can_be_drawn_without_a_warning(part):
    draw_backward(part).figure.canvas.draw()
    plot_gradient_norms({"one": [0.1, 1e-9], "two": [10.0, 1e9]}).figure.canvas.draw()
