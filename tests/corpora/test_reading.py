"""From bytes to characters: encodings, line ends, options of reading, and files that are no texts."""

import gzip
import string
import sys
import unicodedata

import pytest

from helpers.corpora import load_corpus, read_text


@pytest.mark.parametrize("ends", [b"\n", b"\r\n", b"\r"])
def test_any_line_end_becomes_a_newline(file, ends):
    assert read_text(file(b"one" + ends + b"two" + ends + ends)) == "one\ntwo\n\n"


def test_a_byte_order_mark_is_no_part_of_the_text(file):
    assert read_text(file(b"\xef\xbb\xbfabc")) == "abc"


def test_a_text_of_one_character_is_loaded(file):
    assert load_corpus(file(b"a")).text == "a"


@pytest.mark.parametrize("content", [b"", b"\xef\xbb\xbf"], ids=["nothing", "a byte order mark"])
def test_an_empty_file_is_refused(file, content):
    with pytest.raises(ValueError, match=r"book\.txt is empty: there is nothing to learn from"):
        load_corpus(file(content))


@pytest.mark.parametrize(
    ("content", "byte", "position"),
    [
        pytest.param("caf\xe9 au lait".encode("latin-1"), "0xe9", 3, id="Latin-1"),
        pytest.param("мир".encode("cp1251"), "0xec", 0, id="Windows-1251"),
        pytest.param("text".encode("utf-16"), "0xff" if sys.byteorder == "little" else "0xfe", 0, id="UTF-16"),
        pytest.param("мир".encode()[:-1], "0xd1", 4, id="cut in the middle of a character"),
        pytest.param(b"ok " * 100_000 + b"\x80", "0x80", 300_000, id="the last byte"),
        pytest.param(b"\xed\xa0\xbd", "0xed", 0, id="a surrogate"),
        pytest.param(b"\xef\xbb\xbfcaf\xe9 au lait", "0xe9", 6, id="after a byte order mark"),
    ],
)
def test_the_first_byte_that_is_not_utf_8_is_named(file, content, byte, position):
    with pytest.raises(ValueError, match=rf"book\.txt is not UTF-8: byte {byte} at position {position};"):
        load_corpus(file(content))


def test_a_file_that_is_not_utf_8_says_what_to_do(file):
    with pytest.raises(ValueError, match="save it as UTF-8 in your editor"):
        load_corpus(file(b"\xff"))


RUSSIAN = "Это роман о войне и мире, о людях, их судьбах и страстях.\n" * 20
GERMAN = "Der Fluß fließt schön über die Wälder. Ähnliche Größen könnten für viele Mädchen übel sein.\n" * 20


@pytest.mark.parametrize(
    ("text", "encoding", "advised"),
    [
        (GERMAN, "latin-1", "cp1252"),
        (GERMAN + "“quoted” – and dashed", "cp1252", "cp1252"),
        ("one naïve letter in a long text without another one. " * 5_000, "latin-1", "cp1252"),
        (RUSSIAN, "cp1251", "cp1251"),
        (RUSSIAN, "koi8-r", "koi8_r"),
        (GERMAN, "utf-16", "utf_16"),
        (RUSSIAN, "utf-16-le", "utf_16_le"),
        (GERMAN, "utf-16-be", "utf_16_be"),
        (RUSSIAN, "utf-32", "utf_32"),
        ("plain ASCII\n", "utf-16-le", "utf_16_le"),
    ],
)
def test_another_encoding_is_named_and_can_be_passed(file, text, encoding, advised):
    path = file(text.encode(encoding))
    with pytest.raises(ValueError, match=rf'book\.txt is not UTF-8.*: pass encoding="{advised}"'):
        load_corpus(path)
    assert load_corpus(path, encoding=advised).text == text


def test_a_text_that_breaks_off_is_not_taken_for_another_encoding(file):
    with pytest.raises(ValueError, match="it is up to there, so it may be cut or damaged: bring a whole copy"):
        load_corpus(file(RUSSIAN.encode()[:-3]))


def test_a_wrong_encoding_that_was_passed_is_named(file):
    with pytest.raises(ValueError, match=r"book\.txt is not ascii: byte 0xc3 at position 3"):
        load_corpus(file("caf\u00e9".encode()), encoding="ascii")


def test_an_encoding_that_does_not_exist_is_named(file):
    with pytest.raises(LookupError, match="unknown encoding: latin-one"):
        load_corpus(file(b"text"), encoding="latin-one")


@pytest.mark.parametrize(
    "content",
    [b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + bytes(range(256)) * 9, b"PK\x03\x04" + bytes(2000), bytes(7)],
    ids=["PNG", "zip", "zeros"],
)
def test_a_binary_file_is_no_text(file, content):
    with pytest.raises(ValueError, match=r"book\.txt is not a text: it holds binary data"):
        load_corpus(file(content))


@pytest.mark.parametrize("name", ["book.txt.gz", "book"])
def test_gzip_is_unpacked_whatever_its_name(tmp_path, name):
    path = tmp_path / name
    path.write_bytes(gzip.compress(RUSSIAN.encode()))
    corpus = load_corpus(path)
    assert (corpus.name, corpus.text) == ("book", RUSSIAN)


def test_a_damaged_gzip_file_is_refused(file):
    with pytest.raises(ValueError, match=r"book\.txt is a damaged gzip file, or only a part of one"):
        load_corpus(file(gzip.compress(RUSSIAN.encode())[:-9]))


def test_letters_are_made_small(file):
    assert load_corpus(file("Война и МИР, naïve ÉTÉ".encode()), lower=True).text == "война и мир, naïve été"


@pytest.mark.parametrize("kind", [str, set, list, tuple], ids=lambda kind: kind.__name__)
def test_all_but_the_wanted_characters_are_removed(file, kind):
    path = file("Tom & Ann (both 7) went; to-day: [home]!\nЁ 🙂 end\n".encode())
    assert load_corpus(path, keep=kind(string.ascii_letters + " \n")).text == "Tom  Ann both  went today home\n  end\n"


def test_letters_are_made_small_before_others_are_removed(file):
    assert load_corpus(file(b"Abc-ABC"), lower=True, keep="abc").text == "abcabc"


@pytest.mark.parametrize("keep", ["", [], ["ab"]], ids=repr)
def test_what_to_keep_must_be_characters(file, keep):
    with pytest.raises(ValueError, match="keep must be a collection of single characters"):
        load_corpus(file(b"text"), keep=keep)


def test_a_text_of_which_nothing_is_left_is_refused(file):
    with pytest.raises(ValueError, match="no character of book is among those that keep='xyz' holds"):
        load_corpus(file(b"abc"), keep="zyx")


def test_letters_and_accents_are_composed(file):
    path = file(unicodedata.normalize("NFD", "naïve ёлка").encode())
    assert len(load_corpus(path).text) == 12
    assert load_corpus(path, nfc=True).text == "naïve ёлка"


@pytest.mark.parametrize("options", [{"lower": True}, {"keep": string.ascii_letters}], ids=str)
def test_a_floor_does_not_outlive_the_text_that_it_belongs_to(options):
    corpus = load_corpus("tales", length=3_000, **options)
    assert (corpus.floor, corpus.log_probabilities, corpus.starts, corpus.recalls) == (None, None, None, ())


@pytest.mark.parametrize("options", [{}, {"nfc": True}, {"keep": string.printable}], ids=str)
def test_a_floor_is_kept_with_a_text_that_is_as_it_was(options):
    corpus = load_corpus("tales", length=3_000, **options)
    assert corpus.floor > 0
    assert len(corpus.log_probabilities) == len(corpus.text) == 3_000
    assert corpus.starts[0] == 0
    assert corpus.recalls
