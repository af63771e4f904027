"""The pictures: what stands in them, and that they can be drawn."""

import matplotlib.pyplot as plt
import pytest
import torch

from helpers.pictures.charts import COLOURS, new_axes, plot_baselines, plot_losses, plot_temperatures, save_plot
from helpers.pictures.diagrams import draw_streams, draw_unrolled, draw_windows

LOGITS = torch.tensor([1.0, 3.0, -1.0, 0.5])


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


def heights(axes):
    return [[bar.get_height() for bar in bars] for bars in axes.containers]


def texts(axes):
    return [text.get_text() for text in axes.texts]


def test_axes_are_labelled():
    axes = new_axes("Title", "step", "nats")
    assert (axes.get_title(), axes.get_xlabel(), axes.get_ylabel()) == ("Title", "step", "nats")


def test_colours_are_all_different():
    assert len(set(COLOURS)) == len(COLOURS) >= 6


def test_each_loss_is_a_curve_with_its_name_counted_from_1():
    axes = plot_losses({"training": [3.0, 2.0, 1.0], "validation": [3.5, 2.5]}, step_name="step", title="Both")
    assert [line.get_label() for line in axes.lines] == ["training", "validation"]
    assert [list(line.get_xdata()) for line in axes.lines] == [[1, 2, 3], [1, 2]]
    assert [list(line.get_ydata()) for line in axes.lines] == [[3.0, 2.0, 1.0], [3.5, 2.5]]
    assert [text.get_text() for text in axes.get_legend().get_texts()] == ["training", "validation"]
    assert (axes.get_title(), axes.get_xlabel(), axes.get_ylabel()) == ("Both", "step", "nats per character")


def test_losses_stand_at_the_steps_they_were_measured_at():
    axes = plot_losses({"training": [3.0, 2.0, 1.0], "validation": [3.5, 2.5]}, steps=[100, 200, 250])
    assert [list(line.get_xdata()) for line in axes.lines] == [[100, 200, 250], [100, 200]]


def test_curves_have_different_colours():
    axes = plot_losses({str(number): [1.0] for number in range(6)})
    assert len({line.get_color() for line in axes.lines}) == 6


def test_a_baseline_is_a_level_dashed_line_with_its_value():
    axes = plot_losses({"training": [3.0, 1.0]}, baselines={"bigram": 2.468})
    line = axes.lines[1]
    assert list(line.get_ydata()) == [2.468, 2.468]
    assert line.get_linestyle() == "--"
    assert texts(axes) == ["bigram 2.47"]


@pytest.mark.parametrize(("log", "scale"), [(True, "log"), (False, "linear")])
def test_the_loss_can_be_drawn_on_a_logarithmic_scale(log, scale):
    assert plot_losses({"training": [3.0, 1.0]}, log=log).get_yscale() == scale


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([3.0, 0.06], ["0.05", "0.1", "0.2", "0.5", "1", "2"]),
        ([2_000.0, 3.0], ["5", "10", "20", "50", "100", "200", "500", "1,000", "2,000"]),
        ([50_000.0, 0.02], ["0.01", "0.1", "1", "10", "100", "1,000", "10,000", "100,000"]),
    ],
)
def test_ticks_of_a_logarithmic_scale_are_plain_numbers_without_a_crowd(values, expected):
    axes = plot_losses({"training": values}, log=True)
    axes.figure.canvas.draw()
    lowest, highest = axes.get_ylim()
    ticks = zip(axes.get_yticks(), axes.get_yticklabels(), strict=True)
    assert [label.get_text() for place, label in ticks if lowest <= place <= highest] == expected
    assert not axes.yaxis.get_minorticklocs().size


@pytest.mark.filterwarnings("error")
def test_a_logarithmic_scale_within_one_step_of_its_ticks_still_has_some():
    axes = plot_losses({"training": [3.4, 3.1]}, log=True)
    axes.figure.canvas.draw()
    lowest, highest = axes.get_ylim()
    assert sum(lowest <= place <= highest for place in axes.get_yticks()) >= 2


def test_no_curve_is_dropped():
    assert len(plot_losses({str(number): [1.0] for number in range(13)}).lines) == 13


def test_baselines_are_bars_from_top_to_bottom_with_their_values():
    axes = plot_baselines({"ln V": 3.5, "bigram": 2.46789, "model": 1.5})
    bars = axes.containers[0]
    assert [bar.get_width() for bar in bars] == [3.5, 2.46789, 1.5]
    assert [label.get_text() for label in axes.get_yticklabels()] == ["ln V", "bigram", "model"]
    assert texts(axes) == ["3.500", "2.468", "1.500"]
    assert axes.yaxis_inverted()
    assert axes.get_xlabel() == "nats per character"
    assert not axes.lines


def test_the_floor_is_a_line_and_a_highlighted_bar_has_a_colour_of_its_own():
    axes = plot_baselines({"bigram": 2.5, "model": 1.5}, highlight=["model"], floor=0.75)
    [line] = axes.lines
    assert list(line.get_xdata()) == [0.75, 0.75]
    assert "floor 0.750" in texts(axes)
    first, second = axes.containers[0]
    assert first.get_facecolor() != second.get_facecolor()


@pytest.mark.parametrize(("name", "start"), [("a.png", b"\x89PNG"), ("a.svg", b"<?xml"), ("a.pdf", b"%PDF")])
def test_a_plot_is_saved_in_the_format_of_its_name(tmp_path, name, start):
    axes = plot_losses({"training": [3.0, 1.0]})
    path = save_plot(axes, tmp_path / "new" / name)
    assert path.read_bytes().startswith(start)
    assert [one.name for one in path.parent.iterdir()] == [name]
    assert plt.get_fignums(), "it is still there to be shown"
    save_plot(axes, path, close=True)
    assert not plt.get_fignums()


def test_a_plot_that_cannot_be_written_leaves_the_old_one(tmp_path, monkeypatch):
    path = save_plot(plot_losses({"training": [3.0, 1.0]}), tmp_path / "new" / "a.png")
    before = path.read_bytes()

    def refuse(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.replace", refuse)
    with pytest.raises(OSError, match="No space left"):
        save_plot(plot_losses({"training": [9.0, 1.0]}), path)
    assert path.read_bytes() == before


def test_a_format_that_is_none_is_an_error(tmp_path):
    with pytest.raises(ValueError, match="txt"):
        save_plot(plot_losses({"training": [1.0]}), tmp_path / "a.txt")
    assert not list(tmp_path.iterdir())


def test_bars_are_the_softmax_at_each_temperature():
    axes = plot_temperatures(LOGITS, "abcd", (0.5, 1.0, 2.0))
    expected = [torch.softmax(LOGITS / temperature, dim=-1) for temperature in (0.5, 1.0, 2.0)]
    for drawn, probabilities in zip(heights(axes), expected, strict=True):
        assert drawn == pytest.approx(sorted(probabilities.tolist(), reverse=True))
    assert [text.get_text() for text in axes.get_legend().get_texts()] == [
        "temperature 0.5",
        "temperature 1",
        "temperature 2",
    ]


def test_the_likeliest_characters_come_first_and_invisible_ones_can_be_read():
    axes = plot_temperatures(LOGITS, ["\n", " ", "c", "d"], (1.0,), top=3)
    assert [label.get_text() for label in axes.get_xticklabels()] == ["␣", "¶", "d", "all others"]
    assert heights(axes)[0] == pytest.approx(torch.softmax(LOGITS, dim=-1)[[1, 0, 3, 2]].tolist(), abs=1e-5)


def test_bars_of_one_character_stand_side_by_side():
    axes = plot_temperatures(LOGITS, "abcd", (0.5, 1.0, 2.0))
    first, second, third = [bars[0] for bars in axes.containers]
    assert first.get_x() + first.get_width() == pytest.approx(second.get_x())
    assert second.get_x() + second.get_width() / 2 == pytest.approx(0)
    assert second.get_x() + second.get_width() == pytest.approx(third.get_x())


def test_there_may_be_more_temperatures_than_colours():
    assert len(heights(plot_temperatures(LOGITS, "abcd", [0.1 * number for number in range(1, 8)]))) == 7


def test_logits_straight_from_a_model_are_drawn():
    assert len(heights(plot_temperatures(LOGITS.clone().requires_grad_(), "abcd", (1.0,)))) == 1


def test_windows_are_drawn_with_their_targets_one_character_on():
    axes = draw_windows("abcdef", sequence_length=3, stride=2)
    rows = {}
    for text in axes.texts:
        x, y = text.get_position()
        if x >= 0:
            rows.setdefault(y, []).append((x, text.get_text()))
    assert ["".join(letter for _, letter in row) for row in rows.values()] == ["abcdef", "abc", "bcd", "cde", "def"]
    assert all(letter == "abcdef"[int(x)] for row in rows.values() for x, letter in row), "each below its own letter"
    assert [text for text in texts(axes) if len(text) > 1] == [
        "text",
        "window 0: input",
        "target",
        "window 1: input",
        "target",
    ]


@pytest.mark.parametrize(
    ("text", "stride", "message"),
    [("", 1, "the text is empty"), ("a", 1, "the text has 1"), ("abcdef", 0, "stride must be at least 1")],
)
def test_windows_that_cannot_be_cut_are_not_drawn(text, stride, message):
    with pytest.raises(ValueError, match=message):
        draw_windows(text, sequence_length=3, stride=stride)
    assert not plt.get_fignums()


def test_streams_are_drawn_in_rows_and_batches_with_the_state_between():
    axes = draw_streams("abcdefghijk", batch_size=2, sequence_length=3)  # two streams of five characters
    boxes = {(text.get_position(), text.get_text()) for text in axes.texts if len(text.get_text()) == 1}
    rows = {}
    for (_, y), character in sorted(boxes):
        rows[y] = rows.get(y, "") + character
    assert [rows[y] for y in sorted(rows, reverse=True)] == ["abcde", "fghij"]
    shown = texts(axes)
    assert [text for text in shown if text.startswith("batch")] == ["batch 1", "batch 2"]
    assert shown.count("state") == 2  # one in each stream


def test_streams_longer_than_the_text_are_not_drawn():
    with pytest.raises(ValueError, match="shorter than"):
        draw_streams("abc", batch_size=2, sequence_length=3)


def test_the_unrolled_network_shows_each_character_and_state():
    shown = texts(draw_unrolled("abc"))
    for label in ("a", "b", "c", "$h_0$", "$h_1$", "$h_2$", "$h_3$"):
        assert shown.count(label) == 1
    assert shown.count("$W_e$") == 3
    assert shown.count("$W_h$") == 2


@pytest.mark.parametrize(
    "draw",
    [
        lambda: plot_losses({"training": [3.0, 1.0]}, baselines={"bigram": 2.0}, log=True),
        lambda: plot_baselines({"a$\\ж": 2.0, "b": 1.0}, highlight=["b"], floor=0.5),
        pytest.param(lambda: plot_temperatures(LOGITS, "a$\\ж", (0.5, 1.0))),
        lambda: draw_windows("a $\nж", sequence_length=2, stride=1),
        lambda: draw_unrolled("a$"),
        lambda: draw_streams("a $\nж$b", batch_size=2, sequence_length=2),
    ],
    ids=["losses", "baselines", "temperatures", "windows", "unrolled", "streams"],
)
@pytest.mark.filterwarnings("error")
def test_each_picture_can_be_drawn_without_a_warning(draw):
    draw().figure.canvas.draw()
