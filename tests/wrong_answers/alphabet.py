"""Answers to lesson 01."""

import math

import torch
import torch.nn.functional as F
from torch import nn
from torch.utils.data import Dataset

from helpers.answers.alphabet import CharRNN as CourseRNN
from helpers.answers.alphabet import encode as course_encode
from helpers.answers.alphabet import sample_from_output as course_sample
from helpers.answers.alphabet import sequence_loss as course_loss
from tests.wrong_answers.registry import Answers

ANSWERS = Answers()

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


# -------------------------------------------------------------------------------------------------- CharRNN


def network(forward=None, **members):
    """Make a network whose forward pass, or another member, differs from the course's."""
    if forward is not None:
        members["forward"] = forward
    return type("CharRNN", (CourseRNN,), members)


def run(self, tokens, hidden, step, keep=True):
    hidden = self.init_state(len(tokens)) if hidden is None else hidden
    states = []
    for x in self.embedding(tokens).unbind(1):
        new = step(self.input_to_hidden(x), self.hidden_to_hidden(hidden))
        states.append(new)
        hidden = new if keep else hidden
    return self.output(torch.stack(states, 1)), hidden


def layers(**changed):
    """Return an __init__ with some layers changed."""

    def __init__(self, vocab_size, embedding_size, hidden_size):
        nn.Module.__init__(self)
        self.hidden_size = hidden_size
        made = {
            "embedding": lambda: nn.Embedding(vocab_size, embedding_size),
            "input_to_hidden": lambda: nn.Linear(embedding_size, hidden_size),
            "hidden_to_hidden": lambda: nn.Linear(hidden_size, hidden_size),
            "output": lambda: nn.Linear(hidden_size, vocab_size),
        }
        for name, make in made.items():
            layer = changed[name](vocab_size, embedding_size, hidden_size) if name in changed else make()
            if layer is not None:
                setattr(self, name, layer)

    return __init__


def reversed_time(self, tokens, hidden=None):
    logits, hidden = CourseRNN.forward(self, tokens.flip(1), hidden)
    return logits.flip(1), hidden


def across(self, tokens, hidden=None):
    embedded, states = self.embedding(tokens), []
    hidden = self.init_state(len(tokens))
    for row in range(tokens.shape[1]):
        hidden = torch.tanh(self.input_to_hidden(embedded[row]) + self.hidden_to_hidden(hidden))
        states.append(hidden)
    return self.output(torch.stack(states)), hidden


def ignores_state(self, tokens, hidden=None):
    return CourseRNN.forward(self, tokens)


def returns_start(self, tokens, hidden=None):
    start = self.init_state(len(tokens)) if hidden is None else hidden
    return CourseRNN.forward(self, tokens, hidden)[0], start


def last_only(self, tokens, hidden=None):
    logits, hidden = CourseRNN.forward(self, tokens, hidden)
    return logits[:, -1], hidden


def in_place(self, tokens, hidden=None):
    logits, new = CourseRNN.forward(self, tokens, hidden)
    if hidden is not None:
        with torch.no_grad():
            hidden.copy_(new)
    return logits, new


def stacked_wrongly(self, tokens, hidden=None):
    logits, hidden = CourseRNN.forward(self, tokens, hidden)
    return logits.transpose(0, 1), hidden


def swapped(self, tokens, hidden=None):
    return CourseRNN.forward(self, tokens, hidden)[::-1]


def as_many_steps_as_windows(self, tokens, hidden=None):
    return CourseRNN.forward(self, tokens[:, : len(tokens)], hidden)


def one_state_late(self, tokens, hidden=None):
    states, hidden = [], self.init_state(len(tokens)) if hidden is None else hidden
    for x in self.embedding(tokens).unbind(1):
        states.append(hidden)
        hidden = torch.tanh(self.input_to_hidden(x) + self.hidden_to_hidden(hidden))
    return self.output(torch.stack(states, 1)), hidden


def without_embedding(self, tokens, hidden=None):
    hidden = self.init_state(len(tokens))
    return torch.tanh(self.input_to_hidden(tokens.float()) + self.hidden_to_hidden(hidden)), hidden


def list_of_logits(self, tokens, hidden=None):
    logits, hidden = CourseRNN.forward(self, tokens, hidden)
    return list(logits.unbind(1)), hidden


def without_gradient(self, tokens, hidden=None):
    with torch.no_grad():
        return CourseRNN.forward(self, tokens, hidden)


ANSWERS.is_wrong("the logits carry no gradient")(network(without_gradient))
ANSWERS.is_wrong("the gradient does not flow back through time")(
    network(lambda self, t, h=None: run(self, t, h, lambda a, b: torch.tanh(a + b.detach())))
)
ANSWERS.is_wrong("returned the wrong way round")(network(swapped))
ANSWERS.is_wrong("there are as many steps as windows")(network(as_many_steps_as_windows))
ANSWERS.is_wrong("you keep each state before its step")(network(one_state_late))
ANSWERS.is_wrong("do the tokens go through `self.embedding` first")(network(without_embedding))
ANSWERS.is_wrong("should be a tensor, and is a list")(network(list_of_logits))
ANSWERS.is_wrong("stack the states with `dim=1`")(network(stacked_wrongly))
ANSWERS.is_wrong("the tanh is missing")(network(lambda self, t, h=None: run(self, t, h, lambda a, b: a + b)))
ANSWERS.is_wrong("that is a ReLU")(network(lambda self, t, h=None: run(self, t, h, lambda a, b: torch.relu(a + b))))
ANSWERS.is_wrong("that is a sigmoid")(
    network(lambda self, t, h=None: run(self, t, h, lambda a, b: torch.sigmoid(a + b)))
)
ANSWERS.is_wrong("the old state is not used")(
    network(lambda self, t, h=None: run(self, t, h, lambda a, b: torch.tanh(a)))
)
ANSWERS.is_wrong("every step starts from the first state")(
    network(lambda self, t, h=None: run(self, t, h, lambda a, b: torch.tanh(a + b), keep=False))
)
ANSWERS.is_wrong("the steps are in the reverse order")(network(reversed_time))
ANSWERS.is_wrong("time step t is `embedded[:, t]`")(network(across))
ANSWERS.is_wrong("does `forward` use the `hidden` it is given?")(network(ignores_state))
ANSWERS.is_wrong("the state you return is the one you started with")(network(returns_start))
ANSWERS.is_wrong("logits for the last position only")(network(last_only))
ANSWERS.is_wrong("`forward` changes the state that it is given")(network(in_place))
ANSWERS.is_wrong("those are probabilities")(
    network(lambda self, t, h=None: (CourseRNN.forward(self, t, h)[0].softmax(-1), CourseRNN.forward(self, t, h)[1]))
)
ANSWERS.is_wrong("it returns only a tensor")(network(lambda self, t, h=None: CourseRNN.forward(self, t, h)[0]))
ANSWERS.is_wrong("`init_state` should give zeros")(
    network(init_state=lambda self, batch_size: torch.ones(batch_size, self.hidden_size))
)
ANSWERS.is_wrong("should be (3, 6), and is (6,)")(
    network(init_state=lambda self, batch_size: torch.zeros(self.hidden_size))
)
ANSWERS.is_wrong("there is no `self.output`")(network(__init__=layers(output=lambda v, e, h: None)))
ANSWERS.is_wrong("`self.hidden_to_hidden` has no bias")(
    network(__init__=layers(hidden_to_hidden=lambda v, e, h: nn.Linear(h, h, bias=False)))
)
ANSWERS.is_wrong("the weight of `self.input_to_hidden` should have shape (6, 5)")(
    network(__init__=layers(input_to_hidden=lambda v, e, h: nn.Linear(v, h)))
)
ANSWERS.is_wrong("`self.embedding` should be an `nn.Embedding`")(
    network(__init__=layers(embedding=lambda v, e, h: nn.Linear(v, e)))
)


@ANSWERS.is_right
class CharRNN(nn.Module):
    def __init__(self, vocab_size, embedding_size, hidden_size):
        super().__init__()
        self.hidden_size = hidden_size
        self.embedding = nn.Embedding(vocab_size, embedding_size)
        self.hidden_to_hidden = nn.Linear(hidden_size, hidden_size)
        self.input_to_hidden = nn.Linear(embedding_size, hidden_size)
        self.spare = nn.Linear(1, 1)  # not needed, and no mistake
        self.output = nn.Linear(hidden_size, vocab_size)

    def init_state(self, batch_size):
        return torch.zeros((batch_size, self.hidden_size))

    def forward(self, tokens, hidden=None):
        hidden = self.init_state(tokens.size(0)) if hidden is None else hidden
        logits = []
        for x in tokens.T:
            hidden = (self.hidden_to_hidden(hidden) + self.input_to_hidden(self.embedding(x))).tanh()
            logits.append(self.output(hidden).unsqueeze(1))
        return torch.cat(logits, dim=1), hidden


@ANSWERS.is_right
class CharRNN(CourseRNN):
    def forward(self, tokens, hidden=None):
        hidden = self.init_state(len(tokens)) if hidden is None else hidden
        inputs = self.input_to_hidden(self.embedding(tokens))
        states = torch.empty(*inputs.shape)
        steps = []
        for t in range(inputs.size(1)):
            hidden = F.tanh(inputs[:, t] + hidden @ self.hidden_to_hidden.weight.T + self.hidden_to_hidden.bias)
            steps.append(hidden)
        states = torch.stack(steps).transpose(0, 1)
        return self.output(states), hidden


# -------------------------------------------------------------------------------------------- sequence_loss


@ANSWERS.is_wrong("F.cross_entropy did not take these shapes")
def sequence_loss(logits, targets):
    return F.cross_entropy(logits, targets)


@ANSWERS.is_wrong("mixes the numbers up")
def sequence_loss(logits, targets):
    batch, time, vocab = logits.shape
    return F.cross_entropy(logits.view(batch, vocab, time), targets)


@ANSWERS.is_wrong("the softmax is taken twice")
def sequence_loss(logits, targets):
    return F.cross_entropy(logits.softmax(-1).flatten(0, 1), targets.flatten())


@ANSWERS.is_wrong("the sum over all positions")
def sequence_loss(logits, targets):
    return F.cross_entropy(logits.flatten(0, 1), targets.flatten(), reduction="sum")


@ANSWERS.is_wrong("should be one number, and has shape (12,)")
def sequence_loss(logits, targets):
    return F.cross_entropy(logits.flatten(0, 1), targets.flatten(), reduction="none")


@ANSWERS.is_wrong("the loss of the last position only")
def sequence_loss(logits, targets):
    return F.cross_entropy(logits[:, -1], targets[:, -1])


@ANSWERS.is_wrong("the loss is a plain number")
def sequence_loss(logits, targets):
    return F.cross_entropy(logits.flatten(0, 1), targets.flatten()).item()


@ANSWERS.is_wrong("the loss has no gradient")
def sequence_loss(logits, targets):
    return F.cross_entropy(logits.flatten(0, 1), targets.flatten()).detach()


@ANSWERS.is_wrong("the loss has no gradient")
def sequence_loss(logits, targets):
    return torch.tensor(F.cross_entropy(logits.flatten(0, 1), targets.flatten()).item(), requires_grad=True)


@ANSWERS.is_wrong("the sign is wrong")
def sequence_loss(logits, targets):
    return logits.log_softmax(-1).gather(-1, targets[..., None]).mean()


@ANSWERS.is_wrong("the sum over time")
def sequence_loss(logits, targets):
    return sum(F.cross_entropy(logits[:, t], targets[:, t]) for t in range(targets.shape[1]))


@ANSWERS.is_wrong("that is in bits")
def sequence_loss(logits, targets):
    return F.cross_entropy(logits.flatten(0, 1), targets.flatten()) / math.log(2)


@ANSWERS.is_right
def sequence_loss(logits, targets):
    return F.cross_entropy(logits.transpose(1, 2), targets)


@ANSWERS.is_right
def sequence_loss(logits, targets):
    return -logits.log_softmax(-1).gather(-1, targets[..., None]).mean()


@ANSWERS.is_right
def sequence_loss(logits, targets):
    vocab_size = logits.shape[-1]
    return nn.CrossEntropyLoss()(logits.reshape(-1, vocab_size), targets.reshape(-1))


# ---------------------------------------------------------------------------------------------- train_epoch


def epoch(
    model, loader, optimizer, zero=True, step=True, backward=True, order="zero backward step", carry="detach",
    mean=None, accuracy=None, mode=True, share=None,
):  # fmt: skip
    """Train for an epoch with one thing done differently."""
    if mode:
        model.train()
    losses, shares, hidden = [], [], None
    for inputs, targets in loader:
        if hidden is None or carry == "fresh":
            hidden = model.init_state(len(inputs))
        elif carry == "detach":
            hidden = hidden.detach()
        logits, hidden = model(inputs, hidden)
        loss = course_loss(logits, targets)
        for what in order.split():
            if what == "zero" and zero:
                optimizer.zero_grad()
            if what == "backward" and backward:
                loss.backward()
            if what == "step" and step:
                optimizer.step()
        losses.append(loss.item())
        hits = share(logits, targets) if share else logits.argmax(-1) == targets
        shares.append(hits.float().mean().item())
    result = mean(losses) if mean else sum(losses) / len(losses)
    return result, accuracy(shares) if accuracy else sum(shares) / len(shares)


def train(**changed):
    def train_epoch(model, loader, optimizer):
        return epoch(model, loader, optimizer, **changed)

    return train_epoch


ANSWERS.is_wrong("the gradients of all batches add up")(train(zero=False))
ANSWERS.is_wrong("the weights did not change")(train(step=False))
ANSWERS.is_wrong("first backward, then step")(train(order="step zero backward"))
ANSWERS.is_wrong("the weights did not change")(train(order="backward zero step"))
ANSWERS.is_wrong("the graph of one batch hangs on to the next")(train(carry="attached"))
ANSWERS.is_wrong("each batch starts from a fresh state")(train(carry="fresh"))
ANSWERS.is_wrong("that is the last batch's loss")(train(mean=lambda losses: losses[-1]))
ANSWERS.is_wrong("that is the sum of the losses")(train(mean=sum))
ANSWERS.is_wrong("the accuracy is in percent")(train(accuracy=lambda shares: 100 * sum(shares) / len(shares)))
ANSWERS.is_wrong("that is the number of hits:")(train(accuracy=lambda shares: 15 * sum(shares)))
ANSWERS.is_wrong("the last batch's accuracy")(train(accuracy=lambda shares: shares[-1]))
ANSWERS.is_wrong("keep `model.train()`")(train(mode=False))


@ANSWERS.is_wrong("`retain_graph` does not help")
def train_epoch(model, loader, optimizer):
    model.train()
    hidden = None
    for inputs, targets in loader:
        hidden = model.init_state(len(inputs)) if hidden is None else hidden
        logits, hidden = model(inputs, hidden)
        loss = course_loss(logits, targets)
        optimizer.zero_grad()
        loss.backward(retain_graph=True)
        optimizer.step()
    return loss.item(), 0.0


@ANSWERS.is_wrong("you use `loader.batch_size`")
def train_epoch(model, loader, optimizer):
    model.init_state(loader.batch_size)
    return epoch(model, loader, optimizer)


@ANSWERS.is_wrong("the loss is a tensor: make it a plain number")
def train_epoch(model, loader, optimizer):
    model.train()
    total, hits, hidden, count = 0, 0, None, 0
    for inputs, targets in loader:
        hidden = model.init_state(len(inputs)) if hidden is None else hidden.detach()
        logits, hidden = model(inputs, hidden)
        loss = course_loss(logits, targets)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        total, count = total + loss, count + 1
        hits += (logits.argmax(-1) == targets).float().mean()
    return total / count, hits / count


@ANSWERS.is_wrong("the model was called once for 4 batches: is the `return` inside the loop?")
def train_epoch(model, loader, optimizer):
    return epoch(model, list(loader)[:1], optimizer)


@ANSWERS.is_wrong("the model was called 5 times for 4 batches")
def train_epoch(model, loader, optimizer):
    model(next(iter(loader))[0])
    return epoch(model, loader, optimizer)


@ANSWERS.is_wrong("'_Loader' object is not subscriptable")
def train_epoch(model, loader, optimizer):
    return epoch(model, [loader[i] for i in range(len(loader))], optimizer)


@ANSWERS.is_wrong("the loss is taken against the inputs")
def train_epoch(model, loader, optimizer):
    return epoch(model, [(inputs, inputs) for inputs, _ in loader], optimizer)


ANSWERS.is_wrong("`argmax()` gives one place for the whole batch")(
    train(share=lambda logits, targets: logits.argmax() == targets)
)
ANSWERS.is_wrong("the accuracy looks at the last position only")(
    train(share=lambda logits, targets: logits[:, -1].argmax(-1) == targets[:, -1])
)


@ANSWERS.is_wrong("is every batch used once")
def train_epoch(model, loader, optimizer):
    return epoch(model, [next(iter(loader))] * len(loader), optimizer)


@ANSWERS.is_wrong("return two numbers, mean loss and accuracy; you return 3 things")
def train_epoch(model, loader, optimizer):
    return (*epoch(model, loader, optimizer), None)


@ANSWERS.is_wrong("the wrong way round: the loss comes first")
def train_epoch(model, loader, optimizer):
    return epoch(model, loader, optimizer)[::-1]


@ANSWERS.is_right
def train_epoch(model, loader, optimizer):
    model.train()
    hidden, total_loss, hits, count = None, 0.0, 0, 0
    for x, y in loader:
        if hidden is None:
            hidden = model.init_state(x.shape[0])
        optimizer.zero_grad()
        logits, hidden = model(x, hidden)
        hidden = hidden.detach()
        loss = F.cross_entropy(logits.reshape(-1, logits.shape[-1]), y.reshape(-1))
        loss.backward()
        optimizer.step()
        total_loss += loss.item() * y.numel()
        hits += (logits.argmax(dim=2) == y).sum().item()
        count += y.numel()
    return total_loss / count, hits / count


@ANSWERS.is_right
def train_epoch(model, loader, optimizer):
    model.train()
    hidden, results = None, []
    for inputs, targets in loader:
        hidden = torch.zeros(len(inputs), model.hidden_size) if hidden is None else hidden.data
        logits, hidden = model(inputs, hidden)
        loss = course_loss(logits, targets)
        model.zero_grad()
        loss.backward()
        optimizer.step()
        results.append((loss.detach(), (logits.argmax(-1) == targets).float().mean()))
    losses, accuracies = zip(*results)
    return torch.stack(losses).mean().item(), float(torch.stack(accuracies).mean())


# ------------------------------------------------------------------------------------------------- evaluate


def evaluation(mean=None, accuracy=None, grad=False, mode=True, carry=True, empty="error", learn=False):
    def evaluate(model, loader):
        if mode:
            model.eval()
        losses, shares, hidden = [], [], None
        with torch.set_grad_enabled(grad):
            for inputs, targets in loader:
                hidden = model.init_state(len(inputs)) if hidden is None or not carry else hidden.detach()
                logits, hidden = model(inputs, hidden)
                losses.append(course_loss(logits, targets).item())
                shares.append((logits.argmax(-1) == targets).float().mean().item())
        if learn:
            with torch.no_grad():
                model.output.bias += 0.1
        if not losses:
            if empty == "error":
                raise ValueError("nothing to evaluate")
            if empty == "zero":
                return 0.0, 0.0
        result = mean(losses) if mean else sum(losses) / len(losses)
        return result, accuracy(shares) if accuracy else sum(shares) / len(shares)

    return evaluate


# the tutorial's own: it gave a test loss of 0.1575 on a novel
ANSWERS.is_wrong("you divide the last batch's loss by the number of batches")(
    evaluation(mean=lambda losses: losses[-1] / len(losses))
)
ANSWERS.is_wrong("that is the last batch's loss")(evaluation(mean=lambda losses: losses[-1]))
ANSWERS.is_wrong("that is the sum of the losses")(evaluation(mean=sum))
ANSWERS.is_wrong("is the `return` inside the loop?")(evaluation(mean=lambda losses: losses[0]))
ANSWERS.is_wrong("gradients were tracked")(evaluation(grad=True))
ANSWERS.is_wrong("keep `model.eval()`")(evaluation(mode=False))
ANSWERS.is_wrong("carry it from batch to batch")(evaluation(carry=False))
ANSWERS.is_wrong("on an empty loader you return (0.0, 0.0)")(evaluation(empty="zero"))
ANSWERS.is_wrong("on an empty loader you raise ZeroDivisionError")(evaluation(empty="divide"))
ANSWERS.is_wrong("the loss is a tensor: make it a plain number")(
    evaluation(mean=lambda losses: torch.tensor(losses).mean())
)
ANSWERS.is_wrong("the accuracy is a tensor: make it a plain number")(
    evaluation(accuracy=lambda shares: torch.tensor(shares).mean())
)


@ANSWERS.is_wrong("you use `loader.dataset`")
def evaluate(model, loader):
    loss, accuracy = evaluation()(model, loader)
    return loss * len(loader) / len(loader.dataset), accuracy


ANSWERS.is_wrong("evaluation changed the weights")(evaluation(learn=True))
ANSWERS.is_wrong("the loss is divided by the batch size")(evaluation(mean=lambda losses: sum(losses) / len(losses) / 3))
ANSWERS.is_wrong("the hits are divided by the windows")(
    evaluation(accuracy=lambda shares: 5 * sum(shares) / len(shares))
)


@ANSWERS.is_right
@torch.no_grad()
def evaluate(model, loader):
    model.eval()
    hidden, loss, hits, count = None, 0.0, 0, 0
    for inputs, targets in loader:
        logits, hidden = model(inputs, hidden if hidden is not None else model.init_state(inputs.size(0)))
        loss += F.cross_entropy(logits.transpose(1, 2), targets, reduction="sum").item()
        hits += (logits.argmax(-1) == targets).sum().item()
        count += targets.numel()
    if count == 0:
        raise ValueError("the loader is empty")
    return loss / count, hits / count


@ANSWERS.is_right
def evaluate(model, loader):
    if len(loader) == 0:
        raise ValueError("no batches")
    return evaluation()(model, loader)


# --------------------------------------------------------------------------------------- sample_from_output


def sampler(change):
    def sample_from_output(logits, temperature):
        if temperature == 0:
            return logits.argmax().item()
        return torch.multinomial(change(logits, temperature), 1).item()

    return sample_from_output


ANSWERS.is_wrong("the wrong way round: divide the logits by it")(sampler(lambda z, t: torch.softmax(z * t, -1)))
ANSWERS.is_wrong("the temperature has no effect: divide the *logits* by it")(
    sampler(lambda z, t: torch.softmax(z, -1) / t)
)
ANSWERS.is_wrong("the softmax is taken twice")(sampler(lambda z, t: torch.softmax(torch.softmax(z, -1) / t, -1)))
ANSWERS.is_wrong("every token is equally likely")(sampler(lambda z, t: torch.ones_like(z)))
ANSWERS.is_wrong("is there a minus too many?")(sampler(lambda z, t: torch.softmax(-z / t, -1)))


@ANSWERS.is_wrong("the likeliest token comes every time")
def sample_from_output(logits, temperature):
    return torch.softmax(logits / max(temperature, 1e-9), -1).argmax().item()


@ANSWERS.is_wrong("take the likeliest token instead")
def sample_from_output(logits, temperature):
    return torch.multinomial(torch.softmax(logits / temperature, -1), 1).item()


@ANSWERS.is_wrong("at temperature 0 you return a tensor")
def sample_from_output(logits, temperature):
    if temperature == 0:
        return logits.argmax()
    return torch.multinomial(torch.softmax(logits / temperature, -1), 1).item()


@ANSWERS.is_wrong("set no seed inside the function")
def sample_from_output(logits, temperature):
    torch.manual_seed(2)
    return torch.multinomial(torch.softmax(logits / (temperature or 1e-6), -1), 1).item()


@ANSWERS.is_wrong("`sample_from_output` gives a tensor: give")
def sample_from_output(logits, temperature):
    return torch.multinomial(torch.softmax(logits / (temperature or 1), -1), 1)


@ANSWERS.is_wrong("at temperature 0 the likeliest token should come every time")
def sample_from_output(logits, temperature):
    return torch.multinomial(torch.softmax(logits / (temperature or 1), -1), 1).item()


@ANSWERS.is_wrong("your code raised RuntimeError: probability tensor")
def sample_from_output(logits, temperature):
    return torch.multinomial(logits / (temperature or 1), 1).item()


@ANSWERS.is_wrong("changes its argument `logits`")
def sample_from_output(logits, temperature):
    logits /= temperature
    return torch.multinomial(torch.softmax(logits, -1), 1).item()


@ANSWERS.is_right
def sample_from_output(logits, temperature):
    if temperature == 0:
        return int(torch.argmax(logits))
    weights = torch.exp((logits - logits.max()) / temperature)
    return int(torch.multinomial(weights / weights.sum(), num_samples=1))


@ANSWERS.is_right
def sample_from_output(logits, temperature):
    if temperature == 0:
        return logits.argmax(-1).item()
    noise = -torch.log(-torch.log(torch.rand_like(logits)))
    return (logits / temperature + noise).argmax().item()


# -------------------------------------------------------------------------------------------- generate_text


def writer(
    prime="all", carry=True, again=False, count=0, drop_start=False, ignore_temperature=False, feed_last_twice=False
):
    def generate_text(model, start_text, k, temperature, vocabulary):
        char_to_idx, idx_to_char = vocabulary
        model.eval()
        text, hidden = start_text, model.init_state(1)
        tokens = course_encode(start_text, char_to_idx)[None]
        with torch.no_grad():
            if prime == "last":
                tokens = tokens[:, -1:]
            if feed_last_twice:
                _, hidden = model(tokens, hidden)
                tokens = tokens[:, -1:]
            for _ in range(max(0, k + count) if k else 0):
                logits, new = model(tokens, hidden)
                hidden = new if carry else model.init_state(1)
                token = course_sample(logits[0, -1], 0 if ignore_temperature else temperature)
                text += idx_to_char[token]
                tokens = course_encode(text, char_to_idx)[None] if again else torch.tensor([[token]])
        return text[len(start_text) :] if drop_start else text

    return generate_text


ANSWERS.is_wrong("the state is lost between steps")(writer(carry=False))
ANSWERS.is_wrong("the model reads the same characters again")(writer(again=True))
ANSWERS.is_wrong("the model has not read the whole start")(writer(prime="last"))
ANSWERS.is_wrong("the last character of the start is fed twice")(writer(feed_last_twice=True))
ANSWERS.is_wrong("the start is missing")(writer(drop_start=True))
ANSWERS.is_wrong("one character is missing")(writer(count=-1))
ANSWERS.is_wrong("one character too many")(writer(count=1))
ANSWERS.is_wrong("at temperature 1 the text is the same every time")(writer(ignore_temperature=True))


@ANSWERS.is_wrong("as wild as at 1")
def generate_text(model, start_text, k, temperature, vocabulary):
    return writer()(model, start_text, k, 1 if temperature else 0, vocabulary)


@ANSWERS.is_wrong("gradients are tracked while writing")
def generate_text(model, start_text, k, temperature, vocabulary):
    text, hidden, tokens = start_text, None, course_encode(start_text, vocabulary[0])[None]
    for _ in range(k):
        logits, hidden = model(tokens, hidden)
        token = course_sample(logits[0, -1], temperature)
        text += vocabulary[1][token]
        tokens = torch.tensor([[token]])
    return text


@ANSWERS.is_wrong("the vocabulary that is handed in")
def generate_text(model, start_text, k, temperature, vocabulary):
    from_above = (
        {c: i for i, c in enumerate("abcdefghijklmnopqrstuvwxyz")},
        dict(enumerate("abcdefghijklmnopqrstuvwxyz")),
    )
    return writer()(model, start_text, k, temperature, from_above)


@ANSWERS.is_wrong("the logits of the first position")
@torch.no_grad()
def generate_text(model, start_text, k, temperature, vocabulary):
    text, hidden, tokens = start_text, None, course_encode(start_text, vocabulary[0])[None]
    for _ in range(k):
        logits, hidden = model(tokens, hidden)
        token = course_sample(logits[0, 0], temperature)
        text += vocabulary[1][token]
        tokens = torch.tensor([[token]])
    return text


@ANSWERS.is_wrong("it wants (batch, time)")
def generate_text(model, start_text, k, temperature, vocabulary):
    return model(course_encode(start_text, vocabulary[0]))


@ANSWERS.is_wrong("should be a string, and is a list")
def generate_text(model, start_text, k, temperature, vocabulary):
    return list(writer()(model, start_text, k, temperature, vocabulary))


@ANSWERS.is_right
def generate_text(model, start_text, k, temperature, vocabulary):
    text = start_text
    with torch.no_grad():
        for _ in range(k):  # slow, but right: read everything again from a fresh state
            logits, _ = model(course_encode(text, vocabulary[0]).unsqueeze(0))
            text += vocabulary[1][course_sample(logits[0, -1], temperature)]
    return text


@ANSWERS.is_wrong("changes its argument `vocabulary`")
def generate_text(model, start_text, k, temperature, vocabulary):
    text = writer()(model, start_text, k, temperature, vocabulary)
    vocabulary[0].clear()
    return text


@ANSWERS.is_right
def generate_text(model, start_text, k, temperature, vocabulary):
    char_to_idx, idx_to_char = vocabulary
    hidden = torch.zeros(1, model.hidden_size)
    tokens, text = course_encode(start_text, char_to_idx).view(1, -1), start_text
    with torch.no_grad():
        while len(text) < len(start_text) + k:
            logits, hidden = model(tokens, hidden)
            tokens = torch.tensor([[course_sample(logits[0, -1], temperature)]])
            text += idx_to_char[tokens.item()]
    return text


@ANSWERS.is_right
@torch.no_grad()
def generate_text(model, start_text, k, temperature, vocabulary):
    char_to_idx, idx_to_char = vocabulary
    hidden, written = model.init_state(1), list(start_text)
    for character in start_text:
        logits, hidden = model(torch.tensor([[char_to_idx[character]]]), hidden)
    for _ in range(k):
        written.append(idx_to_char[course_sample(logits[0, -1], temperature)])
        logits, hidden = model(torch.tensor([[char_to_idx[written[-1]]]]), hidden)
    return "".join(written)
