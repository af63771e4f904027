"""Answers to lesson 01: here those about text and windows."""

import torch
import torch.nn.functional as F
from torch.utils.data import Dataset

from helpers.answers import alphabet as course
from tests.checks.alphabet import network as alphabet_network
from tests.checks.alphabet import training as alphabet_training
from tests.checks.alphabet import writing as alphabet_writing
from tests.checks.answers import Answers

ANSWERS = Answers()
for part in (alphabet_network, alphabet_training, alphabet_writing):
    ANSWERS.include(part.ANSWERS)

# ----------------------------------------------------------------------------------------- build_vocabulary


@ANSWERS.is_wrong("not in sorted order")
def build_vocabulary(text):
    symbols = list(dict.fromkeys(text))
    return {c: i for i, c in enumerate(symbols)}, dict(enumerate(symbols))


@ANSWERS.is_wrong("count from 0")
def build_vocabulary(text):
    symbols = sorted(set(text))
    return {c: i for i, c in enumerate(symbols, 1)}, dict(enumerate(symbols, 1))


@ANSWERS.is_wrong("number the different characters, not the text")
def build_vocabulary(text):
    return {c: i for i, c in enumerate(text)}, dict(enumerate(text))


@ANSWERS.is_wrong("those are code points")
def build_vocabulary(text):
    symbols = sorted(set(text))
    return {c: ord(c) for c in symbols}, {ord(c): c for c in symbols}


@ANSWERS.is_wrong("the values of char_to_idx should be integers, and 0.0 is none")
def build_vocabulary(text):
    symbols = sorted(set(text))
    return {c: float(i) for i, c in enumerate(symbols)}, {float(i): c for i, c in enumerate(symbols)}


@ANSWERS.is_wrong("the values of char_to_idx should be integers, and '0' is none")
def build_vocabulary(text):
    symbols = sorted(set(text))
    return {c: str(i) for i, c in enumerate(symbols)}, {str(i): c for i, c in enumerate(symbols)}


@ANSWERS.is_wrong("the wrong way round")
def build_vocabulary(text):
    symbols = sorted(set(text))
    return dict(enumerate(symbols)), {c: i for i, c in enumerate(symbols)}


@ANSWERS.is_wrong("return two dictionaries, char_to_idx and idx_to_char; you return one")
def build_vocabulary(text):
    return {c: i for i, c in enumerate(sorted(set(text)))}


@ANSWERS.is_wrong("idx_to_char, should be a dict, and is a list")
def build_vocabulary(text):
    symbols = sorted(set(text))
    return {c: i for i, c in enumerate(symbols)}, symbols


@ANSWERS.is_wrong("capitals are lost")
def build_vocabulary(text):
    symbols = sorted(set(text.lower()))
    return {c: i for i, c in enumerate(symbols)}, dict(enumerate(symbols))


@ANSWERS.is_wrong("idx_to_char does not lead back")
def build_vocabulary(text):
    symbols = sorted(set(text))
    return {c: i for i, c in enumerate(symbols)}, dict(enumerate(symbols, 1))


@ANSWERS.is_wrong("char_to_idx should have 11 characters, and has 10")
def build_vocabulary(text):
    symbols = sorted(set(text.replace(" ", "")))
    return {c: i for i, c in enumerate(symbols)}, dict(enumerate(symbols))


@ANSWERS.is_right
def build_vocabulary(text):
    symbols = list(set(text))
    symbols.sort()
    return dict(zip(symbols, range(len(symbols)))), dict(zip(range(len(symbols)), symbols))


@ANSWERS.is_right
def build_vocabulary(text):
    char_to_idx = {}
    for character in sorted(text):
        if character not in char_to_idx:
            char_to_idx[character] = len(char_to_idx)
    return char_to_idx, {index: character for character, index in char_to_idx.items()}


# --------------------------------------------------------------------------------------------------- encode


@ANSWERS.is_wrong("should be a tensor, and is a list")
def encode(text, char_to_idx):
    return [char_to_idx[c] for c in text]


@ANSWERS.is_wrong("give torch.tensor a list of integers")
def encode(text, char_to_idx):
    return torch.Tensor([char_to_idx[c] for c in text])


@ANSWERS.is_wrong("those are code points")
def encode(text, char_to_idx):
    return torch.tensor([ord(c) for c in text])


@ANSWERS.is_wrong("use the vocabulary you are given")
def encode(text, char_to_idx):
    own = {c: i for i, c in enumerate(sorted(set(text)))}
    return torch.tensor([own[c] for c in text])


@ANSWERS.is_wrong("lost the repeated letters")
def encode(text, char_to_idx):
    return torch.tensor([char_to_idx[c] for c in sorted(set(text))])


@ANSWERS.is_wrong("should be int64, and is int32")
def encode(text, char_to_idx):
    return torch.tensor([char_to_idx[c] for c in text], dtype=torch.int32)


@ANSWERS.is_wrong("is one-hot")
def encode(text, char_to_idx):
    return F.one_hot(torch.tensor([char_to_idx[c] for c in text]), 4)


@ANSWERS.is_wrong("not lists of one")
def encode(text, char_to_idx):
    return torch.tensor([[char_to_idx[c]] for c in text])


@ANSWERS.is_wrong("tokens are sorted")
def encode(text, char_to_idx):
    return torch.tensor(sorted(char_to_idx[c] for c in text))


@ANSWERS.is_wrong("one too high")
def encode(text, char_to_idx):
    return torch.tensor([char_to_idx[c] + 1 for c in text])


@ANSWERS.is_wrong("is the `return` inside the loop?")
def encode(text, char_to_idx):
    for c in text:
        return torch.tensor(char_to_idx[c])


@ANSWERS.is_wrong("a character outside the vocabulary becomes [0] in silence")
def encode(text, char_to_idx):
    return torch.tensor([char_to_idx.get(c, 0) for c in text])


@ANSWERS.is_wrong("changes its argument `char_to_idx`")
def encode(text, char_to_idx):
    for c in text:
        if c not in char_to_idx:
            char_to_idx[c] = len(char_to_idx)
    return torch.tensor([char_to_idx[c] for c in text])


@ANSWERS.is_wrong("changes its argument `char_to_idx`")
def encode(text, char_to_idx):
    return torch.tensor(
        [char_to_idx.pop(c) if c == "z" else char_to_idx.setdefault(c + c, char_to_idx[c]) for c in text]
    )


@ANSWERS.is_right
def encode(text, char_to_idx):
    tokens = torch.empty(len(text), dtype=torch.long)
    for place, character in enumerate(text):
        tokens[place] = char_to_idx[character]
    return tokens


@ANSWERS.is_right
def encode(text, char_to_idx):
    return torch.LongTensor(list(map(char_to_idx.get, text)))


# --------------------------------------------------------------------------------------------------- decode


@ANSWERS.is_wrong("does not find a tensor among its keys")
def decode(tokens, idx_to_char):
    return "".join(idx_to_char[token] for token in tokens)


@ANSWERS.is_wrong("join them into one string")
def decode(tokens, idx_to_char):
    return [idx_to_char[token] for token in tokens.tolist()]


@ANSWERS.is_wrong("does not look up a whole list")
def decode(tokens, idx_to_char):
    return idx_to_char[tokens.tolist()]


@ANSWERS.is_wrong("joined with spaces")
def decode(tokens, idx_to_char):
    return " ".join(idx_to_char[token] for token in tokens.tolist())


@ANSWERS.is_wrong("those are code points (chr)")
def decode(tokens, idx_to_char):
    return "".join(chr(token) for token in tokens.tolist())


@ANSWERS.is_wrong("tokens as digits")
def decode(tokens, idx_to_char):
    return "".join(str(token) for token in tokens.tolist())


@ANSWERS.is_wrong("is the `return` missing?")
def decode(tokens, idx_to_char):
    text = ""
    for token in tokens.tolist():
        text += idx_to_char[token]


@ANSWERS.is_wrong("back to front")
def decode(tokens, idx_to_char):
    text = ""
    for token in tokens.tolist():
        text = idx_to_char[token] + text
    return text


@ANSWERS.is_wrong("should give 'banana', and gives 'b'")
def decode(tokens, idx_to_char):
    for token in tokens.tolist():
        return idx_to_char[token]


@ANSWERS.is_right
def decode(tokens, idx_to_char):
    text = ""
    for token in tokens:
        text += idx_to_char[token.item()]
    return text


@ANSWERS.is_right
def decode(tokens, idx_to_char):
    return "".join(map(idx_to_char.__getitem__, tokens.numpy().tolist()))


# ---------------------------------------------------------------------------------------------- CharDataset


def dataset(length=None, item=None):
    """Make a data set from two functions of (self) and (self, index)."""

    class CharDataset(Dataset):
        def __init__(self, tokens, sequence_length, stride):
            self.tokens, self.sequence_length, self.stride = tokens, sequence_length, stride

        def __len__(self):
            if length is not None:
                return length(self)
            return max(0, (len(self.tokens) - self.sequence_length - 1) // self.stride + 1)

        def __getitem__(self, index):
            if item is not None:
                return item(self, index)
            start = index * self.stride
            end = start + self.sequence_length
            return self.tokens[start:end], self.tokens[start + 1 : end + 1]

    return CharDataset


def cut(self, start, shift, longer=0):
    return self.tokens[start + shift : start + shift + self.sequence_length + longer]


ANSWERS.is_wrong("your targets are the inputs")(
    dataset(item=lambda self, i: (cut(self, i * self.stride, 0), cut(self, i * self.stride, 0)))
)
ANSWERS.is_wrong("with sequence_length 7")(
    dataset(
        item=lambda self, i: (
            self.tokens[i * self.stride : i * self.stride + 4],
            self.tokens[i * self.stride + 1 : i * self.stride + 5],
        )
    )
)
ANSWERS.is_wrong("the target is one character too long")(
    dataset(item=lambda self, i: (cut(self, i * self.stride, 0), cut(self, i * self.stride, 0, longer=1)))
)
ANSWERS.is_wrong("your targets are the input's tokens plus 1")(
    dataset(item=lambda self, i: (cut(self, i * self.stride, 0), cut(self, i * self.stride, 0) + 1))
)
ANSWERS.is_wrong("that is the target: the input comes first")(
    dataset(item=lambda self, i: (cut(self, i * self.stride, 1), cut(self, i * self.stride, 0)))
)
ANSWERS.is_wrong("shifted the wrong way")(
    dataset(item=lambda self, i: (cut(self, i * self.stride, 0), cut(self, i * self.stride, -1)))
)
ANSWERS.is_wrong("window number `index` starts at index * stride")(
    dataset(item=lambda self, i: (cut(self, i, 0), cut(self, i, 1)))
)
ANSWERS.is_wrong("the whole next window")(
    dataset(item=lambda self, i: (cut(self, i * self.stride, 0), cut(self, i * self.stride, self.sequence_length)))
)
ANSWERS.is_wrong("shifted by the stride")(
    dataset(item=lambda self, i: (cut(self, i * self.stride, 0), cut(self, i * self.stride, self.stride)))
)
ANSWERS.is_wrong("your target is one character:")(
    dataset(item=lambda self, i: (cut(self, i * self.stride, 0), self.tokens[i * self.stride + self.sequence_length]))
)
ANSWERS.is_wrong("your target is one character short")(
    dataset(item=lambda self, i: (cut(self, i * self.stride, 0), cut(self, i * self.stride, 1, longer=-1)))
)
ANSWERS.is_wrong("windows start every sequence_length characters")(
    dataset(item=lambda self, i: (cut(self, i * self.sequence_length, 0), cut(self, i * self.sequence_length, 1)))
)
ANSWERS.is_wrong("the input is one character too long")(
    dataset(item=lambda self, i: (cut(self, i * self.stride, 0, longer=1), cut(self, i * self.stride, 1)))
)
ANSWERS.is_wrong("should be a tuple or a list, and is a tensor")(
    dataset(item=lambda self, i: cut(self, i * self.stride, 0))
)
ANSWERS.is_wrong("`len` ignores the stride")(
    dataset(length=lambda self: max(0, len(self.tokens) - self.sequence_length))
)
ANSWERS.is_wrong("the last target needs one more character")(
    dataset(length=lambda self: max(0, (len(self.tokens) - self.sequence_length) // self.stride + 1))
)
ANSWERS.is_wrong("is the `+ 1` at the end missing?")(
    dataset(length=lambda self: max(0, (len(self.tokens) - self.sequence_length - 1) // self.stride))
)
ANSWERS.is_wrong("comes out negative")(
    dataset(
        length=lambda self: (len(self.tokens) - self.sequence_length - 1) // self.stride + 1 - (len(self.tokens) < 4)
    )
)
ANSWERS.is_wrong("should be an int, and is a float")(
    type(
        "CharDataset",
        (dataset(),),
        {"__len__": lambda self: (len(self.tokens) - self.sequence_length - 1) / self.stride + 1},
    )
)


@ANSWERS.is_right
class CharDataset(Dataset):
    def __init__(self, tokens, sequence_length, stride):
        self.windows = tokens.unfold(0, sequence_length + 1, stride) if len(tokens) > sequence_length else []

    def __len__(self):
        return len(self.windows)

    def __getitem__(self, index):
        return self.windows[index][:-1], self.windows[index][1:]


@ANSWERS.is_right
class CharDataset(Dataset):
    def __init__(self, tokens, sequence_length, stride):
        self.tokens, self.size = tokens, sequence_length
        self.starts = range(0, len(tokens) - sequence_length, stride)

    def __len__(self):
        return len(self.starts)

    def __getitem__(self, index):
        piece = self.tokens[self.starts[index] :][: self.size + 1]
        return piece[: self.size], piece[1:]


@ANSWERS.is_wrong("char_to_idx should have 10 characters, and has 8")
def build_vocabulary(text):
    symbols = sorted(set("".join(text.split())))
    return course.build_vocabulary("".join(symbols)) if "\n" in text else course.build_vocabulary(text)


@ANSWERS.is_wrong("capitals and spaces are characters like all others")
def encode(text, char_to_idx):
    return torch.tensor([char_to_idx[character] for character in text.strip()])


@ANSWERS.is_wrong("`decode` changes the characters")
def decode(tokens, idx_to_char):
    return "".join(idx_to_char[token] for token in tokens.tolist()).strip()


@ANSWERS.is_wrong("a token outside the vocabulary becomes '?' in silence")
def decode(tokens, idx_to_char):
    return "".join(idx_to_char.get(token, "?") for token in tokens.tolist())


@ANSWERS.is_wrong("`len` should be 2 for 13 tokens")
class CharDataset(course.CharDataset):
    def __len__(self):
        return max(0, round((len(self.tokens) - self.sequence_length - 1) / self.stride) + 1)
