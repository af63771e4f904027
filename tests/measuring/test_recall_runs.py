"""What the compared models recall: the file that ships is that of the recipes, and of the models beside it."""

import math
from statistics import mean

import pytest

from helpers.corpora import load_corpus
from helpers.measuring.parameters import count_parameters
from helpers.measuring.recall import RecallBin, recall_by_distance
from helpers.measuring.recall_runs import RecallRun, load_recall_runs, mean_bins, print_recall_runs
from helpers.models.trained import SHIPPED, load_trained
from helpers.text.splits import make_split
from tools.recall_models import RECIPES, SHIPPING

LARGEST = 2_000_000  # bytes of a file that ships


def run(accuracy, seed=1):
    bins = [RecallBin(200, 400, 10, accuracy, 0.1)]
    return RecallRun("lstm", seed, [1, 2], [3.0, 0.5], [[RecallBin(200, 400, 10, 0.0, 0.0)], bins])


def test_the_mean_over_runs_is_that_of_their_last_bins_and_its_error_that_of_the_runs():
    (bin,) = mean_bins([run(0.2), run(0.4), run(0.6)])
    assert bin.accuracy == pytest.approx(0.4)
    assert bin.standard_error == pytest.approx(0.2 / math.sqrt(3))
    assert (bin.nearest, bin.farthest, bin.count) == (200, 400, 10)


def test_one_run_has_no_error():
    with pytest.raises(ValueError, match="two runs or more, not 1"):
        mean_bins([run(0.2)])


def test_the_table_shows_each_run(capsys):
    print_recall_runs({"lstm": [run(0.25), run(0.5, seed=2)]})
    assert capsys.readouterr().out.splitlines()[1].split() == ["lstm", "0.500", "0.500", "25%", "50%"]


def test_each_kind_was_trained_with_its_recipe_at_three_seeds():
    runs = load_recall_runs()
    assert set(runs) == set(RECIPES)
    for kind, own in runs.items():
        assert [one.seed for one in own] == [1, 2, 3]
        assert {one.steps[-1] for one in own} == {RECIPES[kind].steps}


@pytest.mark.parametrize("kind", SHIPPING)
def test_the_model_that_ships_is_the_first_run(kind):
    trained = load_trained(f"recall-{kind}")
    assert (SHIPPED / f"recall-{kind}.safetensors").stat().st_size < LARGEST
    assert (trained.notes["kind"], trained.notes["seed"]) == (kind, 1)
    assert trained.notes["recipe"]["steps"] == RECIPES[kind].steps
    assert trained.model.architecture == RECIPES[kind].architecture
    assert [list(bin) for bin in load_recall_runs()[kind][0].bins] == trained.notes["curve"][-1]["recall"]


def test_the_models_that_are_compared_have_as_many_parameters():
    sizes = [count_parameters(load_trained(f"recall-{kind}").model) for kind in SHIPPING]
    assert max(sizes) < 1.02 * min(sizes)


def test_the_model_with_attention_recalls_what_is_written_of_it():
    val = make_split(load_corpus("tales")).val
    bins = recall_by_distance(load_trained("recall-attention").model, val)
    stored = load_recall_runs()["attention"][0].bins
    assert [bin.count for bin in bins] == [bin.count for bin in stored]
    assert mean(bin.accuracy for bin in bins) == pytest.approx(mean(bin.accuracy for bin in stored), abs=0.02)
