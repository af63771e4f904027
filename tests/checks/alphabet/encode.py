"""What learners hand in for `encode` of lesson 01."""

import torch
import torch.nn.functional as F

from tests.checks.answers import Answers

ANSWERS = Answers()


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
