"""The tales: what they promise about their probabilities, their facts and their bytes."""

import hashlib
import math
import os
import re
import subprocess
import sys
from collections import Counter, defaultdict
from itertools import pairwise

import numpy as np
import pytest

from helpers.tales import write_tales
from helpers.tales.choices import Choice
from helpers.tales.grammar import Grammar
from helpers.tales.notation import Fact, Remember, Use, parse_option, parse_tables
from helpers.tales.tales import grammar
from helpers.tales.writer import Writer
from tests.tales.every_fork import domains_of, every_fork, uses_of


@pytest.fixture(scope="module")
def tales():
    return write_tales(300_000, seed=1)


@pytest.fixture(scope="module")
def writer():
    """A writer that has written a long text, with the number of the option that it took at each choice."""
    writer = Writer(grammar(), seed=2)
    while writer.length < 1_000_000:
        writer.write_tale()
    return writer


# --- probabilities


def test_log_probabilities_of_a_choice_add_up_to_the_options():
    choice = Choice(["banana", "band", "cat", "can"], [1, 2, 3, 2])
    for number, weight in enumerate(choice.weights):
        assert math.fsum(choice.log_probabilities(number)) == pytest.approx(math.log(weight / 8))


def test_characters_that_all_options_share_are_certain():
    choice = Choice(["banana", "band"], [1, 3])
    assert choice.log_probabilities(0) == pytest.approx([0, 0, 0, math.log(1 / 4), 0, 0])
    assert choice.next_characters("ban") == {"a": 0.25, "d": 0.75}
    assert choice.next_characters("") == {"b": 1}


@pytest.mark.parametrize("strings", [["ban", "banana"], ["", "a"], ["a", "b", "a"]])
def test_an_option_that_begins_another_is_refused(strings):
    with pytest.raises(ValueError, match="is a prefix of another option"):
        Choice(strings, [1] * len(strings))


def test_the_draws_of_a_choice_follow_its_weights():
    choice = Choice(["a", "b", "c"], [1, 2, 5])
    picks = Counter(choice.pick((step + 0.5) / 800) for step in range(800))
    assert picks == {0: 100, 1: 200, 2: 500}


def test_log_probabilities_add_up_to_the_derivation(writer):
    """The chance of a whole text is the product of the chances of the options that were drawn for it."""
    text = "".join(writer.pieces)
    derivation = 0.0
    for start, choice in writer.choices:
        taken = [n for n, string in enumerate(choice.strings) if text.startswith(string, start)]
        assert len(taken) == 1
        derivation += math.log(choice.weights[taken[0]] / sum(choice.weights))
    assert math.fsum(writer.log_probabilities) == pytest.approx(derivation, rel=1e-9)


def test_the_next_character_has_a_distribution_that_sums_to_1(tales):
    for position in np.random.default_rng(0).integers(len(tales.text), size=3000).tolist():
        distribution = tales.next_characters(position)
        assert math.fsum(distribution.values()) == pytest.approx(1, abs=1e-12)
        assert math.log(distribution[tales.text[position]]) == pytest.approx(tales.log_probabilities[position])


def test_every_option_comes_as_often_as_it_should(writer):
    """Each choice met often is held to its own probabilities by its chi-squared statistic."""
    text = "".join(writer.pieces)
    counts, choices = defaultdict(Counter), {}
    for start, choice in writer.choices:
        taken = next(n for n, string in enumerate(choice.strings) if text.startswith(string, start))
        counts[id(choice)][taken] += 1
        choices[id(choice)] = choice
    scores = []
    for key, choice in choices.items():
        met, weights = counts[key].total(), np.array(choice.weights, dtype=float)
        expected = met * weights / weights.sum()
        if len(weights) > 1 and expected.min() >= 5:
            observed = np.array([counts[key][n] for n in range(len(weights))])
            freedom = len(weights) - 1
            scores.append((((observed - expected) ** 2 / expected).sum() - freedom) / math.sqrt(2 * freedom))
    assert len(scores) > 100
    assert abs(np.mean(scores)) < 4 / math.sqrt(len(scores))
    assert max(scores) < 7


# --- the grammar, exhaustively


@pytest.mark.parametrize("use", uses_of(grammar()), ids=lambda use: use.table + "".join(f"-{f}" for f in use.without))
def test_no_option_begins_another_whatever_the_facts(use):
    """`make_fork` refuses options of which one is a prefix of another; here it meets every combination of facts."""
    forks = 0
    for _, fork in every_fork(grammar(), use):
        strings = sorted(fork.choice.strings)
        assert all(not after.startswith(before) for before, after in pairwise(strings))
        assert sum(branch.weight for branch in fork.branches) == 1
        forks += 1
    assert forks


def test_every_table_is_used_and_every_fact_is_remembered_somewhere():
    tables, domains = grammar().tables, domains_of(grammar())
    used = {"tale"}
    for use in uses_of(grammar()):
        fact = re.search(r"\{(\w+)\}", use.table)
        values = domains[fact[1]] if fact else [""]
        used |= {use.table.replace(fact[0], value) if fact else use.table for value in values}
    assert used == set(tables)
    facts = {s.name for options in tables.values() for o in options for s in o.steps if isinstance(s, Fact)}
    assert facts <= set(domains)


def test_options_that_cannot_be_told_apart_are_refused():
    broken = Grammar(parse_tables("== tale\nOnce [cat]\nOnce [dog]\n== cat\na\n== dog\nab"))
    with pytest.raises(ValueError, match="nothing tells the option 'Once a' from one that begins so"):
        broken.fork(Use("tale"), {})


def test_options_that_begin_alike_are_written_out_until_they_differ():
    alike = Grammar(parse_tables("== tale\n2* A [size] cat.\nA [size] dog.\n== size\nbig\nsmall"))
    choice = alike.fork(Use("tale"), {}).choice
    assert dict(zip(choice.strings, np.divide(choice.weights, sum(choice.weights)), strict=True)) == pytest.approx(
        {"A big cat.": 1 / 3, "A small cat.": 1 / 3, "A big dog.": 1 / 6, "A small dog.": 1 / 6}
    )


@pytest.mark.parametrize("line", ["A [cat", "A {cat", "A cat]", "<land>", "[a cat]"])
def test_a_line_that_is_not_in_the_notation_is_refused(line):
    with pytest.raises(ValueError, match="is not in the notation"):
        parse_option(line)


def test_a_table_that_stands_there_twice_is_refused():
    with pytest.raises(ValueError, match="the table cat stands there twice"):
        parse_tables("== cat\na\n== cat\nb")


def test_a_missing_table_is_named():
    with pytest.raises(ValueError, match="there is no table dog"):
        Grammar(parse_tables("== tale\n[dog]\nx")).fork(Use("tale"), {})


def test_the_notation_reads_weights_facts_and_notes():
    option = parse_option("3* {Hero} lived in Oakham<land=wood>.¶")
    assert option.weight == 3
    assert option.steps[0] == Fact("hero", capital=True)
    assert Remember("land", "wood") in option.steps
    assert option.steps[-1].text == ".\n"


# --- the text


def test_the_same_seed_gives_the_same_text_whatever_the_hash_seed():
    code = (
        "import hashlib; from helpers.tales import write_tales; t = write_tales(20_000, 7); "
        "print(hashlib.sha256(t.text.encode()).hexdigest(), t.starts, hash(t.recalls) and len(t.recalls))"
    )
    outputs = {
        subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=True,
            env={**os.environ, "PYTHONHASHSEED": seed},
        ).stdout
        for seed in ("0", "1", "77")
    }  # fmt: skip
    assert len(outputs) == 1
    own = hashlib.sha256(write_tales(20_000, 7).text.encode()).hexdigest()
    assert outputs.pop().startswith(own)


def test_a_longer_text_begins_like_a_shorter_one_and_another_seed_does_not():
    short, long, other = write_tales(5_000, 3), write_tales(9_000, 3), write_tales(5_000, 4)
    assert long.text.startswith(short.text)
    assert np.array_equal(long.log_probabilities[:5_000], short.log_probabilities)
    assert other.text != short.text


@pytest.mark.parametrize("length", [1, 2, 999, 20_001])
def test_a_text_has_the_length_that_was_asked_for(length):
    tales = write_tales(length, seed=0)
    assert len(tales.text) == len(tales.log_probabilities) == length
    assert tales.starts[0] == 0
    assert tales.starts[-1] < length
    assert all(recall.start + recall.length <= length for recall in tales.recalls)


def test_a_length_below_1_is_refused():
    with pytest.raises(ValueError, match="length must be at least 1, not 0"):
        write_tales(0)


def test_the_floor_leaves_room_above_and_below(tales):
    assert 0.15 < tales.floor < 0.6
    assert (tales.log_probabilities <= 0).all()


def whole_tales(tales):
    return [tales.text[start:end] for start, end in zip(tales.starts, tales.starts[1:], strict=False)]


def test_marks_that_open_close_again_and_tales_end_with_an_empty_line(tales):
    for tale in whole_tales(tales):
        assert tale.count('"') % 2 == 0
        assert tale.count("(") == tale.count(")")
        assert tale.endswith("\n\n")
        assert "\n\n" not in tale[:-2]
        assert "  " not in tale
        assert not re.search(r"\b[Aa] [aeiou]", tale), "a word that begins with a vowel wants an"


def test_a_list_has_as_many_things_as_it_announces(tales):
    lists = re.findall(r"\b(two|three|four) things: ((?:a \w+(?:, | and )?)+)", tales.text)
    assert len(lists) > 20
    for number, things in lists:
        named = re.findall(r"a (\w+)", things)
        assert len(named) == len(set(named)) == {"two": 2, "three": 3, "four": 4}[number]


def test_a_recall_repeats_what_was_told_at_its_distance(tales):
    facts = [recall for recall in tales.recalls if recall.fact != "quotation"]
    assert len(facts) > 1000
    for recall in facts:
        word = tales.text[recall.start : recall.start + recall.length]
        end = recall.start - recall.distance
        told = tales.text[end - recall.length : end]
        assert told[1:] == word[1:], "the last mention ends where the distance says, but for a capital letter"


def test_a_recall_is_certain_for_who_remembers(tales):
    for recall in tales.recalls:
        assert (tales.log_probabilities[recall.start : recall.start + recall.length] == 0).all()


def test_names_come_back_after_20_to_400_characters(tales):
    distances = np.array([recall.distance for recall in tales.recalls if recall.fact in ("hero", "friend")])
    for near, far in ((20, 50), (50, 100), (100, 200), (200, 400)):
        assert ((distances >= near) & (distances < far)).sum() > 50, (near, far)


def test_a_position_outside_the_text_has_no_next_character(tales):
    with pytest.raises(IndexError, match="outside the text"):
        tales.next_characters(len(tales.text))
