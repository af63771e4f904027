"""Decoders side by side: the measures say of known texts what is known, and the pictures show them."""

from itertools import combinations

import matplotlib.pyplot as plt
import pytest
import torch

from helpers.ground.vocabulary import Vocabulary
from helpers.models.lstm import CharLSTM
from helpers.pictures.decoding import plot_counts, plot_filters, plot_trade_off
from helpers.sampling.comparison import Measures, measure_decoder, measure_texts, print_decoders
from helpers.sampling.filters import keep_top_k
from helpers.sampling.generation import generate
from helpers.sampling.likelihood import log_probabilities

VOCABULARY = Vocabulary.from_text("abcdefgh.")
SOURCE = "abcdefgh." * 30
WRITING = {"prime": "ab", "length": 60, "count": 3}


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


@pytest.fixture
def model():
    torch.manual_seed(0)
    return CharLSTM(len(VOCABULARY), 8, 16)


def measure(model, settings, other=None):
    return measure_decoder(model, VOCABULARY, settings, other=other or model, source=SOURCE, **WRITING)


def test_losses_are_those_of_the_written_characters(model):
    torch.manual_seed(1)
    other = CharLSTM(len(VOCABULARY), 8, 16)
    one = measure(model, {"temperature": 0}, other)
    text = generate(model, VOCABULARY, "ab", 60, temperature=0)
    for judge, loss in ((model, one.own_loss), (other, one.other_loss)):
        assert loss == pytest.approx(-log_probabilities(judge, VOCABULARY, text)[1:].mean().item(), abs=1e-5)


def test_greedy_text_of_an_untrained_model_repeats_and_a_drawn_one_does_not(model):
    greedy, drawn = measure(model, {"temperature": 0}), measure(model, {})
    assert greedy.repetition > drawn.repetition
    assert greedy.distinct < drawn.distinct
    assert greedy.own_loss < drawn.own_loss


def test_a_text_that_is_copied_is_found(model):
    class Reciter(torch.nn.Module):
        def forward(self, tokens, state=None):
            following = (tokens + 1) % len(VOCABULARY)
            return 50.0 * torch.nn.functional.one_hot(following, len(VOCABULARY)), None

    symbols = "".join(VOCABULARY.symbols)
    source = (symbols * 12)[:100]
    one = measure_decoder(Reciter(), VOCABULARY, {}, other=model, source=source, **WRITING)
    assert one.copied == 60
    assert one.own_loss == pytest.approx(0, abs=1e-6)


def test_texts_that_exist_already_are_measured_the_same_way(model):
    texts = generate(model, VOCABULARY, "ab", 60, count=3, generator=torch.Generator().manual_seed(0))
    assert measure_texts(texts, 2, VOCABULARY, own=model, other=model, source=SOURCE) == measure(model, {})


def test_each_decoder_has_a_line_and_a_point(model, capsys):
    measured = {"greedy": measure(model, {"temperature": 0}), "plain": measure(model, {})}
    print_decoders(measured)
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines[1:]] == ["greedy", "plain"]
    axes = plot_trade_off(measured)
    points = [tuple(collection.get_offsets()[0]) for collection in axes.collections]
    assert points == [pytest.approx((one.other_loss, one.distinct)) for one in measured.values()]
    assert [(note.get_text(), note.xy) for note in axes.texts] == [
        (name, (one.other_loss, one.distinct)) for name, one in measured.items()
    ]


def test_names_lie_on_no_point_and_on_no_other_name():
    places = [(0.85, 0.76), (0.85, 0.914), (1.56, 0.936), (3.69, 0.999), (1.1, 0.96), (1.12, 0.904), (0.94, 0.907)]
    places += [(1.0, 0.973), (2.47, 0.989), (1.56, 0.973), (1.4, 0.78)]  # as in the table of lesson 06
    measured = {
        f"decoder number {number}": Measures(repetition=0, distinct=y, copied=0, own_loss=1, other_loss=x)
        for number, (x, y) in enumerate(places)
    }
    axes = plot_trade_off(measured)
    axes.figure.canvas.draw()
    names = [note.get_window_extent() for note in axes.texts]
    assert not any(one.overlaps(other) for one, other in combinations(names, 2))
    centres = axes.transData.transform(places)
    assert not any(name.contains(*centre) for name in names for centre in centres)
    assert all(axes.bbox.contains(*corner) for name in names for corner in (name.min, name.max))


def test_a_filter_shows_what_it_leaves():
    logits = torch.tensor([3.0, 1.0, 2.0, 0.0])
    (axes,) = plot_filters(logits, {"top-k 2": keep_top_k(logits, 2)}, ["a", " ", "\n", "d"])
    before, after = axes.containers
    assert [bar.get_height() for bar in before] == pytest.approx(logits.softmax(0)[[0, 2, 1, 3]].tolist())
    kept = torch.tensor([3.0, 2.0]).softmax(0)
    assert [bar.get_height() for bar in after] == pytest.approx([*kept.tolist(), 0, 0])
    assert axes.get_title(loc="left") == "top-k 2: 2 left"
    assert [label.get_text() for label in axes.get_xticklabels()] == ["a", "¶", "␣", "d"]
    assert axes.get_xlabel() == "next character"


def test_each_filter_counts_what_it_leaves_in_a_picture_of_its_own():
    first, second = plot_counts({"top-k 5": [5, 5, 5], "top-p 0.9": [11, 1, 2]}, title="Left")
    [steps] = second.patches
    assert steps.get_data().values.tolist() == [11, 1, 2]
    assert steps.get_data().edges.tolist() == [0.5, 1.5, 2.5, 3.5]
    assert [axes.get_title(loc="left") for axes in (first, second)] == ["top-k 5", "top-p 0.9"]
    assert first.get_ylim() == second.get_ylim(), "on the same scale"
    assert first.get_ylim()[1] >= 11
    assert first.figure.get_suptitle() == "Left"
