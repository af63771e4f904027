"""What a run prints: where a loss stands, what a sample begins with, and lines that fit a screen."""

import pytest

from helpers.command_line import report
from helpers.command_line.report import choose_prime, describe_end, first_word, place_among, within_sight
from helpers.course.console import RunFailed, one_line, run_command
from helpers.ground.vocabulary import Vocabulary
from helpers.training import History

NAMED = {"knowing nothing": 4.2, "unigram": 3.1, "bigram": 2.4, "best n-gram": 1.0}


@pytest.mark.parametrize(
    ("loss", "floor", "words"),
    [
        (5.0, None, " (above knowing nothing 4.200)"),
        (2.5, None, " (below unigram 3.100, above bigram 2.400)"),
        (2.4, None, " (below unigram 3.100, above bigram 2.400)"),
        (0.5, None, " (below best n-gram 1.000)"),
        (0.5, 0.2, " (below best n-gram 1.000, floor 0.200)"),
        (0.1, 0.2, " (below best n-gram 1.000, floor 0.200)"),
    ],
)
def test_a_loss_stands_among_the_counts(loss, floor, words):
    assert place_among(loss, NAMED | ({} if floor is None else {"floor": floor})) == words
    assert place_among(loss, {}) == ""


@pytest.mark.parametrize(
    ("losses", "shown"),
    [
        ([1.8, 1.3], ["bigram", "best n-gram"]),
        ([2.4], ["unigram", "bigram", "best n-gram"]),
        ([4.1, 0.3], list(NAMED)),
        ([9.0, 0.3], list(NAMED)),
        ([0.9, 0.8], ["best n-gram"]),
    ],
)
def test_a_picture_shows_the_baselines_that_do_not_press_its_curves_together(losses, shown):
    assert list(within_sight(NAMED, losses)) == shown
    assert within_sight({}, losses) == {}


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("Once upon", "Once "),
        ("\n\n  Once\nupon a", "Once "),
        ("abc" * 30 + " d", "abc" * 6 + "ab "),
        ("abc", "a"),
        ("a\nb", "a"),
        (" ", " "),
    ],
)
def test_samples_begin_with_the_first_word_of_the_text(text, word):
    assert first_word(text) == word
    assert choose_prime(None, word, Vocabulary.from_text(text)) == word
    assert set(word) <= set(text)


def test_samples_are_indented_and_fit_a_screen():
    shown = report._indent("\n\nA line.\n\n" + "word " * 60).splitlines()
    assert shown[:2] == ["    A line.", ""]
    assert max(map(len, shown)) <= 80
    assert all(line.startswith("    word") for line in shown[2:])


@pytest.mark.parametrize(
    ("losses", "train", "words"),
    [
        ([2.0, 1.0, 0.9], None, "with the lowest validation loss, 0.900, at step 30"),
        ([2.0, 1.0, 0.9, 1.1, 1.2], None, "with the lowest validation loss, 0.900, at step 30"),
        ([2.0, 0.9, 1.0, 1.1, 1.2], None, "0.900, at step 20\nsince then it learns the text by heart"),
        (
            [9.9, 9.0, 9.1, 9.2, 9.3],
            [9.0, 8.0, 8.1, 8.2, 8.3],
            "at step 20\nsince then its training loss has not fallen",
        ),
        ([], None, "ended after 10 steps (all steps)"),
    ],
)
def test_the_end_says_where_it_was_best_and_whether_that_was_long_ago(losses, train, words):
    steps = [10 * (n + 1) for n in range(len(losses) or 1)]
    train = train or [2 - 0.1 * n for n in range(len(steps))]
    end = describe_end(History(train_loss=train, val_loss=losses, steps=steps, ended="all steps"))
    assert words in end
    assert ("by heart" in end) == ("by heart" in words)


def test_one_step_is_one_step():
    assert describe_end(History(steps=[1], ended="all steps")) == "ended after 1 step (all steps)"


def test_an_error_is_one_line_that_can_be_read(capsys):
    assert one_line(ValueError("two\nlines")) == "two lines"
    assert one_line(ValueError()) == "ValueError"
    assert one_line(OSError(28, "No space left on device", "file")) == "file: No space left on device"
    assert len(one_line(RuntimeError("long " * 1_000))) < 600

    def fail(error):
        def command():
            raise error

        return command

    for error, code in [(RunFailed("x"), 1), (ValueError("x"), 2), (OSError("x"), 2), (KeyError("x"), 2)]:
        assert run_command(fail(error)) == code
        assert capsys.readouterr().err.count("\n") == 1
    assert run_command(fail(KeyboardInterrupt())) == 130
    with pytest.raises(TypeError):
        run_command(fail(TypeError("a bug shows where it is")))
