"""The pictures of a network while it trains: what stands in them, and that they can be drawn."""

import matplotlib.pyplot as plt
import pytest

from helpers.pictures.learning import draw_samples, plot_saturation


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


def history(count):
    return [(100 * number, 4.0 - number / count, f"text {number}") for number in range(count)]


def rows(axes):
    """Return what stands in each row below the headings: iteration, loss, text."""
    cells = [text.get_text() for text in axes.texts][2:]
    return [tuple(cells[start : start + 3]) for start in range(0, len(cells), 3)]


def test_few_samples_are_all_shown_with_iteration_and_loss():
    assert rows(draw_samples(history(3))) == [
        ("0", "4.00", "text 0"),
        ("100", "3.67", "text 1"),
        ("200", "3.33", "text 2"),
    ]


@pytest.mark.parametrize("count", [9, 50, 160])
def test_of_many_samples_the_first_and_the_last_are_shown_and_more_early_ones(count):
    shown = [int(row[0].replace(",", "")) // 100 for row in rows(draw_samples(history(count), rows=8))]
    assert len(shown) <= 8
    assert shown == sorted(set(shown))
    assert (shown[0], shown[1], shown[-1]) == (0, 1, count - 1)
    assert sum(place < count / 2 for place in shown) > len(shown) / 2


def test_a_sample_is_cut_and_its_line_breaks_can_be_seen():
    assert rows(draw_samples([(0, 1.0, "a\nb" + 100 * "c")], width=5)) == [("0", "1.00", "a⏎bcc")]


def test_no_sample_is_an_error():
    with pytest.raises(ValueError, match="no sample"):
        draw_samples([])


def test_saturation_is_the_share_of_the_outer_bins():
    shares = [[0.0, 0.5, 0.5, 0.0], [0.25, 0.25, 0.25, 0.25], [0.5, 0.0, 0.1, 0.4]]
    left, right = plot_saturation([0, 100, 200], shares)
    assert list(right.lines[0].get_xdata()) == [0, 100, 200]
    assert list(right.lines[0].get_ydata()) == pytest.approx([0.0, 0.5, 0.9])
    assert right.get_title() == "Saturated: |h| above 0.5"
    drawn = [patch.get_data() for patch in left.patches]
    assert [list(data.values) for data in drawn] == shares
    assert list(drawn[0].edges) == [-1, -0.5, 0, 0.5, 1]
    assert [text.get_text() for text in left.get_legend().get_texts()] == [
        "iteration 0",
        "iteration 100",
        "iteration 200",
    ]


@pytest.mark.parametrize(("iterations", "shares"), [([], []), ([0, 100], [[1.0, 0.0]])])
def test_histograms_that_do_not_belong_to_the_iterations_are_refused(iterations, shares):
    with pytest.raises(ValueError, match="there must be one for each"):
        plot_saturation(iterations, shares)
    assert not plt.get_fignums()


@pytest.mark.parametrize("count", [1, 2, 160])
@pytest.mark.filterwarnings("error")
def test_each_picture_can_be_drawn_without_a_warning(count):
    draw_samples([(iteration, loss, "a$\\ж\n" + text) for iteration, loss, text in history(count)]).figure.canvas.draw()
    left, _ = plot_saturation([100 * number for number in range(count)], [[0.5, 0.0, 0.5]] * count)
    left.figure.canvas.draw()
