"""Text in lines that end between words."""

import pytest

from helpers.course.printing import print_text


@pytest.fixture
def printed(capsys):
    def of(text, **options):
        print_text(text, **options)
        return capsys.readouterr().out

    return of


def test_a_line_ends_between_words(printed):
    assert printed("one two three four", width=9) == "one two\nthree\nfour\n"


def test_no_character_but_the_space_of_a_break_is_lost(printed):
    text = "There  was an\towl,  \n\n    and a well-known\n\nstork. "
    for width in range(12, 60):
        assert printed(text, width=width).split() == text.split()
    assert printed(text, width=60) == "There  was an\towl,\n\n    and a well-known\n\nstork.\n"


def test_no_line_is_too_long_unless_a_word_is_cut(printed):
    lines = printed("a" * 25 + " and bees", width=10).splitlines()
    assert lines == ["a" * 10, "a" * 10, "aaaaa and", "bees"]


def test_a_hyphen_is_no_place_to_break(printed):
    assert printed("a well-known tale", width=10) == "a\nwell-known\ntale\n"


def test_an_empty_text_prints_an_empty_line(printed):
    assert printed("") == "\n"
