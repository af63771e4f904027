"""What learners hand in for `CharDataset` of lesson 01."""

import torch
from torch.utils.data import Dataset

from helpers.answers import alphabet as course
from tests.checks.answers import Answers

ANSWERS = Answers()


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
