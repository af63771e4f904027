"""The vocabulary: characters to token ids and back."""

import json
import os
import subprocess
import sys

import pytest
import torch

from helpers.ground.vocabulary import _CHUNK, Vocabulary

TEXTS = {
    "english": "To be, or not to be: that is the question.\n",
    "cyrillic": "Я помню чудное мгновенье: передо мной явилась ты",
    "emoji": "naïve 🙂🙃 family 👨‍👩‍👧 end",
    "controls": "\x00tab\tline\r\nnext\u2028para\x7f",
    "lone surrogates": "a\ud83db\udc80c",
    "both halves of a pair": "\ude00 and \ud83d, never joined: \ud83d\ude00",
    "the ends of Unicode": "\x00\U0010ffff",
    "one character": "z",
}

any_text = pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)


@any_text
def test_decode_undoes_encode(text):
    vocabulary = Vocabulary.from_text(text)
    assert vocabulary.decode(vocabulary.encode(text)) == text


def test_decode_undoes_encode_for_a_text_of_several_chunks():
    text = "abc🙂" * (_CHUNK // 2) + "d"
    vocabulary = Vocabulary.from_text(text)
    assert vocabulary.decode(vocabulary.encode(text)) == text


def test_an_encoded_text_is_a_row_of_int64_with_one_id_a_character():
    tokens = Vocabulary.from_text("banana🙂").encode("banana🙂")
    assert tokens.dtype == torch.int64
    assert tokens.shape == (7,)


def test_an_empty_text_encodes_to_no_tokens_and_back():
    vocabulary = Vocabulary.from_text("ab")
    assert vocabulary.encode("").shape == (0,)
    assert vocabulary.decode(vocabulary.encode("")) == ""


@any_text
def test_ids_count_the_sorted_characters(text):
    vocabulary = Vocabulary.from_text(text)
    assert list(vocabulary.symbols) == sorted(set(text))
    assert vocabulary.encode("".join(vocabulary.symbols)).tolist() == list(range(len(vocabulary)))


def test_ids_depend_on_the_characters_only_not_on_their_order():
    assert Vocabulary.from_text("banana") == Vocabulary.from_text("nab")
    assert Vocabulary.from_text("banana") != Vocabulary.from_text("band")


def test_ids_do_not_depend_on_the_hash_seed():
    program = (
        "from helpers.ground.vocabulary import Vocabulary; text = 'Привет, world 🙂!';"
        "vocabulary = Vocabulary.from_text(text); print(ascii(vocabulary.symbols), vocabulary.encode(text).tolist())"
    )
    running = [
        subprocess.Popen(
            [sys.executable, "-c", program],
            env=os.environ | {"PYTHONHASHSEED": seed, "PYTHONUTF8": "1"},
            stdout=subprocess.PIPE,
        )
        for seed in ("0", "1")
    ]
    printed = [process.communicate(timeout=60)[0] for process in running]
    assert printed[0]
    assert len(set(printed)) == 1


def test_an_empty_text_gives_no_vocabulary():
    with pytest.raises(ValueError, match="the text is empty"):
        Vocabulary.from_text("")


@pytest.mark.parametrize("symbols", ["ba", "aab"])
def test_unsorted_or_doubled_symbols_are_refused(symbols):
    with pytest.raises(ValueError, match="sorted and all different"):
        Vocabulary(symbols)


@pytest.mark.parametrize("symbols", [["ab"], [""], [1]])
def test_a_symbol_that_is_not_one_character_is_refused(symbols):
    with pytest.raises(ValueError, match="must be one character"):
        Vocabulary(symbols)


@pytest.mark.parametrize("stranger", ["z", "A", "é", "🙂", "\ud83d", "\x00", "\U0010ffff"])
def test_an_unknown_character_is_named_with_its_position(stranger):
    with pytest.raises(ValueError, match="at position 4 is not in the vocabulary of 3 characters") as caught:
        Vocabulary.from_text("abc").encode(f"abca{stranger}b")
    assert str(caught.value).startswith(repr(stranger))


def test_the_first_of_several_unknown_characters_is_named():
    with pytest.raises(ValueError, match="'x' at position 1"):
        Vocabulary.from_text("abc").encode("axby")


def test_an_unknown_character_beyond_the_first_chunk_is_named_with_its_position():
    text = "ab" * _CHUNK + "?ab"
    with pytest.raises(ValueError, match=rf"'\?' at position {2 * _CHUNK} "):
        Vocabulary.from_text("ab").encode(text)


def test_unknown_characters_can_be_skipped():
    vocabulary = Vocabulary.from_text("abc")
    tokens = vocabulary.encode("xaxbxx🙂c", unknown="skip")
    assert vocabulary.decode(tokens) == "abc"


def test_unknown_characters_beyond_the_first_chunk_can_be_skipped():
    vocabulary = Vocabulary.from_text("ab")
    tokens = vocabulary.encode("a" * _CHUNK + "xbx", unknown="skip")
    assert vocabulary.decode(tokens) == "a" * _CHUNK + "b"


@pytest.mark.parametrize(
    ("symbols", "replaced"),
    [("a ?\N{REPLACEMENT CHARACTER}", "a\N{REPLACEMENT CHARACTER}a"), ("a ?", "a?a"), ("a ", "a a")],
)
def test_unknown_characters_can_be_replaced(symbols, replaced):
    vocabulary = Vocabulary.from_text(symbols)
    assert vocabulary.decode(vocabulary.encode("a🙂a", unknown="replace")) == replaced


def test_without_a_character_to_put_in_place_replacing_is_an_error():
    with pytest.raises(ValueError, match="no U\\+FFFD, no '\\?' and no space"):
        Vocabulary.from_text("abc").encode("xyz", unknown="replace")


def test_nothing_is_skipped_or_replaced_in_a_text_without_unknown_characters():
    vocabulary = Vocabulary.from_text("abc")
    for unknown in ("error", "skip", "replace"):
        assert vocabulary.decode(vocabulary.encode("cab", unknown=unknown)) == "cab"


def test_a_wrong_word_for_unknown_is_refused_even_where_nothing_is_unknown():
    with pytest.raises(ValueError, match='"error", "skip" or "replace", not \'ignore\''):
        Vocabulary.from_text("abc").encode("abc", unknown="ignore")


@pytest.mark.parametrize("token", [-1, 3, 2**40])
def test_a_token_outside_the_vocabulary_is_named_with_its_position(token):
    with pytest.raises(ValueError, match=f"token {token} at position 1 is outside 0 to 2"):
        Vocabulary.from_text("abc").decode([0, token])


@pytest.mark.parametrize(
    "tokens", [torch.tensor([2, 0]), torch.tensor([2, 0], dtype=torch.uint8), [2, 0], iter([2, 0])]
)
def test_tokens_to_decode_may_be_a_tensor_or_any_iterable(tokens):
    assert Vocabulary.from_text("abc").decode(tokens) == "ca"


def test_a_batch_of_tokens_is_not_decoded_as_one_text():
    with pytest.raises(ValueError, match=r"one sequence of token ids, not an array of shape \(1, 2\)"):
        Vocabulary.from_text("abc").decode(torch.tensor([[0, 1]]))


def test_logits_are_not_decoded_as_tokens():
    with pytest.raises(ValueError, match="token ids are integers"):
        Vocabulary.from_text("abc").decode(torch.tensor([0.0, 1.0]))


def test_a_vocabulary_has_a_length_and_knows_its_characters():
    vocabulary = Vocabulary.from_text("banana")
    assert len(vocabulary) == 3
    assert "n" in vocabulary
    assert "N" not in vocabulary


@any_text
def test_load_undoes_save(text, tmp_path):
    vocabulary = Vocabulary.from_text(text)
    assert Vocabulary.load(vocabulary.save(tmp_path / "vocabulary.json")) == vocabulary


def test_a_saved_vocabulary_is_json(tmp_path):
    path = Vocabulary.from_text("ba").save(tmp_path / "vocabulary.json")
    assert json.loads(path.read_text(encoding="utf-8")) == {"symbols": ["a", "b"]}


def test_a_missing_vocabulary_file_is_named():
    with pytest.raises(FileNotFoundError, match=r"nowhere\.json"):
        Vocabulary.load("nowhere.json")


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b"{}",
        b"\xff\xfe",
        b'{"symbols": 5}',
        b'{"symbols": null}',
        b'{"symbols": []}',
        b'{"symbols": ["b", "a"]}',
        b'{"symbols": ["ab"]}',
    ],
)
def test_a_file_that_holds_no_vocabulary_is_refused_by_name(content, tmp_path):
    path = tmp_path / "vocabulary.json"
    path.write_bytes(content)
    with pytest.raises(ValueError, match=r"vocabulary\.json holds no vocabulary"):
        Vocabulary.load(path)
