"""What learners hand in for `CharLSTM` of lesson 04."""

import torch
import torch.nn.functional as F
from torch import nn

from helpers.answers.lstm import CharLSTM as CourseLSTM
from helpers.answers.lstm import LSTMLayer as CourseLayer
from helpers.answers.lstm import one_hot as course_one_hot
from tests.checks.answers import Answers
from tests.checks.lstm.lstm_layer import OWN_LAYERS, OWN_VECTORS, calling, long_one_hot, unrolled

ANSWERS = Answers()


def network(forward=None, make=None, init_state=None):
    """Make a network of which one part differs from the course's; `make(self, vocab, hidden, layers)`."""

    class CharLSTM(CourseLSTM):
        def __init__(self, vocab_size, hidden_size, num_layers, dropout):
            super().__init__(vocab_size, hidden_size, num_layers, dropout)
            if make is not None:
                make(self, vocab_size, hidden_size, num_layers)

    if forward is not None:
        CharLSTM.forward = forward
    if init_state is not None:
        CharLSTM.init_state = init_state
    return CharLSTM


def climb(
    self, tokens, state, *, shared=False, chained=False, swapped=False, turned=False, top=-1, drop="all",
    on_state=False, steps_detached=False, vectors=None, strong=None,
):  # fmt: skip
    """Run the network; each argument brings in one mistake."""
    hidden, cell = self.init_state(len(tokens)) if state is None else state
    hidden, cell = (cell, hidden) if swapped else (hidden, cell)
    hidden, cell = (hidden.flip(1), cell.flip(1)) if turned else (hidden, cell)
    drops_out = strong or self.dropout
    below, outputs, ends = (vectors or course_one_hot)(tokens, self.output.out_features), [], []
    below = self.dropout(below) if drop == "one-hot" else below
    for number, one_layer in enumerate(self.layers):
        place, last = (0 if shared else number), number == len(self.layers) - 1
        start = ends[-1] if chained and ends else (hidden[:, place], cell[:, place])
        start = tuple(self.dropout(part) for part in start) if on_state == "before" else start
        states, end = one_layer(below, start)
        ends.append(tuple(self.dropout(part) for part in end) if on_state == "after" else end)
        drops = drop in ("all", "twice", "one-hot", "logits, too") or (drop == "top" and last)
        drops = drops or (drop in ("between", "logits") and not last)
        below = drops_out(states) if drops else states
        below = below.detach() if steps_detached else below
        outputs.append(below)
    below = self.dropout(outputs[top]) if drop == "twice" else outputs[top]
    logits = self.output(below)
    logits = self.dropout(logits) if drop in ("logits", "logits, too") else logits
    return logits, tuple(torch.stack(parts, 1) for parts in zip(*ends, strict=True))


def climbing(**mistake):
    return network(lambda self, tokens, state=None: climb(self, tokens, state, **mistake))


def giving(change):
    """Make a network that does something to the course's logits and state."""
    return network(lambda self, tokens, state=None: change(self, state, *climb(self, tokens, state)))


def with_dropout(function):
    """Make a network whose own layer of dropout is another; `function` is given the strength that was asked for."""

    class CharLSTM(CourseLSTM):
        def __init__(self, vocab_size, hidden_size, num_layers, dropout):
            super().__init__(vocab_size, hidden_size, num_layers, dropout)
            self.dropout = function(dropout)

    return CharLSTM


def stronger_between(self, tokens, state=None):
    def drop(states, calls=[]):  # noqa: B006 (it counts the calls)
        calls.append(1)
        return F.dropout(states, 0.5 if len(calls) < self.num_layers else self.dropout.p, self.training)

    return climb(self, tokens, state, strong=drop)


def strength(p):
    return network(
        lambda self, tokens, state=None: climb(
            self, tokens, state, strong=lambda states: F.dropout(states, p, self.training)
        )
    )


def fills_plainly(self, state, logits, last):
    for number in range(self.num_layers):
        if state is not None:
            state[0][:, number] = last[0][:, number]
    return logits, last


def always_drops(self, tokens, state=None):
    self.dropout.train()
    return climb(self, tokens, state)


def fills_state(self, state, logits, last):
    if state is not None:
        state[1].data.copy_(last[1].data)
    return logits, last


def plain_list(self, v, h, n):
    layers = list(self.layers)
    del self.layers
    self.layers = layers


def one_layer_thrice(self, v, h, n):
    self.layers = nn.ModuleList([CourseLayer(v, h)] + [CourseLayer(h, h)] * (n - 1))


def all_read_one_hot(self, v, h, n):
    self.layers = nn.ModuleList(CourseLayer(v, h) for _ in range(n))


def reads_embeddings(self, v, h, n):
    self.layers = nn.ModuleList(CourseLayer(h, h) for _ in range(n))


def one_too_many(self, v, h, n):
    self.layers = nn.ModuleList(CourseLayer(h if number else v, h) for number in range(n + 1))


def rows_of(self, b):
    return torch.zeros(b, self.num_layers, self.hidden_size)


ANSWERS.is_wrong("`self.layers` is a plain Python list")(network(make=plain_list))
ANSWERS.is_wrong("the layers are one and the same")(network(make=one_layer_thrice))
ANSWERS.is_wrong("all layers read one-hot vectors")(network(make=all_read_one_hot))
ANSWERS.is_wrong("`self.layers[0]` should read 7 numbers at each step, and reads 6")(network(make=reads_embeddings))
ANSWERS.is_wrong("there should be 3 layers for num_layers=3, and there are 4")(network(make=one_too_many))
ANSWERS.is_wrong("the weight of `self.output` should have shape (7, 6)")(
    network(make=lambda self, v, h, n: setattr(self, "output", nn.Linear(h * n, v)))
)
ANSWERS.is_wrong("`init_state` gives one tensor")(network(init_state=rows_of))
ANSWERS.is_wrong("`init_state(4)` should be a tuple of two tensors, (hidden, cell)")(
    network(init_state=lambda self, b: [rows_of(self, b)] * 2)
)
ANSWERS.is_wrong("`init_state` puts the layers first")(
    network(init_state=lambda self, b: (torch.zeros(self.num_layers, b, self.hidden_size),) * 2)
)
ANSWERS.is_wrong("`init_state` has one state for all layers")(
    network(init_state=lambda self, b: (torch.zeros(b, self.hidden_size),) * 2)
)
ANSWERS.is_wrong("`init_state` should give zeros")(
    network(init_state=lambda self, b: (rows_of(self, b), torch.randn_like(rows_of(self, b))))
)
ANSWERS.is_wrong("start from `state`, not from zeros")(
    network(lambda self, tokens, state=None: climb(self, tokens, None))
)
ANSWERS.is_wrong("the state is taken apart as (cell, hidden)")(climbing(swapped=True))
ANSWERS.is_wrong("so `self.layers[i]` starts from `hidden[:, i]` and `cell[:, i]`")(
    network(lambda self, tokens, state=None: climb(self, tokens, tuple(part.transpose(0, 1) for part in state)))
)
ANSWERS.is_wrong("all layers start from the first layer's state")(climbing(shared=True))
ANSWERS.is_wrong("a layer starts from the last state of the one below")(climbing(chained=True))
ANSWERS.is_wrong("the layers take their states in reverse order")(climbing(turned=True))
ANSWERS.is_wrong("the output layer reads the first layer")(climbing(top=0))
ANSWERS.is_wrong("the gradient does not flow through all layers")(climbing(steps_detached=True))
ANSWERS.is_wrong("those are probabilities")(giving(lambda self, state, logits, last: (logits.softmax(-1), last)))
ANSWERS.is_wrong("those are logarithms of probabilities")(
    giving(lambda self, state, logits, last: (logits.log_softmax(-1), last))
)
ANSWERS.is_wrong("texts and time are exchanged")(
    giving(lambda self, state, logits, last: (logits.transpose(0, 1), last))
)
ANSWERS.is_wrong("logits for the last position only")(giving(lambda self, state, logits, last: (logits[:, -1], last)))
ANSWERS.is_wrong("returned the wrong way round: the logits come first")(
    giving(lambda self, state, logits, last: (last, logits))
)
ANSWERS.is_wrong("the last state should be a tuple of two tensors")(
    giving(lambda self, state, logits, last: (logits, last[0]))
)
ANSWERS.is_wrong("should be one tensor for all layers")(
    giving(lambda self, state, logits, last: (logits, tuple(list(part.unbind(1)) for part in last)))
)
ANSWERS.is_wrong("only one layer's state is returned")(
    giving(lambda self, state, logits, last: (logits, tuple(part[:, -1] for part in last)))
)
ANSWERS.is_wrong("the last state has the layers first")(
    giving(lambda self, state, logits, last: (logits, tuple(part.transpose(0, 1) for part in last)))
)
ANSWERS.is_wrong("the last state is returned as (cell, hidden)")(
    giving(lambda self, state, logits, last: (logits, last[::-1]))
)
ANSWERS.is_wrong("the state you return is the one you started with")(
    giving(lambda self, state, logits, last: (logits, state))
)
ANSWERS.is_wrong("in the reverse order of layers")(
    giving(lambda self, state, logits, last: (logits, tuple(part.flip(1) for part in last)))
)
ANSWERS.is_wrong("the hidden states are returned twice")(
    giving(lambda self, state, logits, last: (logits, (last[0], last[0])))
)
ANSWERS.is_wrong("`forward` changes the state that it is given")(giving(fills_state))
ANSWERS.is_wrong("dropout falls on the state that is carried on")(climbing(on_state="after"))
ANSWERS.is_wrong("nothing is dropped out between the layers")(climbing(drop="top"))
ANSWERS.is_wrong("nothing is dropped out between the layers")(climbing(drop="none"))
ANSWERS.is_wrong("the topmost hidden states go to the output layer without `self.dropout`")(climbing(drop="between"))
ANSWERS.is_wrong("the topmost hidden states are dropped out twice")(climbing(drop="twice"))
ANSWERS.is_wrong("dropout falls on the one-hot vectors")(climbing(drop="one-hot"))
ANSWERS.is_wrong("something is dropped out in evaluation mode")(network(always_drops))
ANSWERS.is_wrong("dropout falls on the logits")(climbing(drop="logits"))
ANSWERS.is_wrong("dropout falls on the logits")(climbing(drop="logits, too"))
ANSWERS.is_wrong("are dropped out with a probability of 0.5, and 0.3 was asked for")(strength(0.5))
ANSWERS.is_wrong("are dropped out with a probability of 0.5, and 0.3 was asked for")(
    with_dropout(lambda dropout: nn.Dropout(0.5))
)
ANSWERS.is_wrong("are dropped out with a probability of 0.7, and 0.3 was asked for")(
    with_dropout(lambda dropout: nn.Dropout(1 - dropout))
)
ANSWERS.is_wrong("between the layers are dropped out with a probability of 0.5, and 0.3 was asked for")(
    network(stronger_between)
)
ANSWERS.is_wrong("the one-hot vectors end at the largest token of the batch")(
    climbing(vectors=lambda tokens, size: F.one_hot(tokens).float())
)
ANSWERS.is_wrong("`forward` changes the state that it is given")(giving(fills_plainly))
ANSWERS.is_wrong("blank or wrong (did you run the check of `one_hot`?)")(
    calling("CharLSTM", {"one_hot": long_one_hot}, OWN_VECTORS)
)
ANSWERS.is_wrong("blank or wrong (did you run the check of `LSTMLayer`?)")(
    calling("CharLSTM", {"LSTMLayer": unrolled(order="ifog")}, OWN_LAYERS)
)
ANSWERS.is_right(calling("CharLSTM", {"one_hot": course_one_hot}, OWN_VECTORS))
ANSWERS.is_right(calling("CharLSTM", {"LSTMLayer": CourseLayer}, OWN_LAYERS))


@ANSWERS.is_right
class CharLSTM(nn.Module):
    def __init__(self, vocab_size, hidden_size, num_layers, dropout):
        super().__init__()
        self.output = nn.Linear(hidden_size, vocab_size)
        self.layers = nn.ModuleList()
        for number in range(num_layers):
            self.layers.append(CourseLayer(hidden_size if number else vocab_size, hidden_size))
        self.dropout = nn.Dropout(p=dropout)
        self.vocab_size = vocab_size

    def init_state(self, batch_size):
        hidden = torch.zeros(batch_size, len(self.layers), self.output.in_features)
        return (hidden, torch.zeros_like(hidden))

    def forward(self, tokens, state=None):
        if state is None:
            state = self.init_state(tokens.shape[0])
        sequence = torch.eye(self.vocab_size)[tokens]
        hidden, cell = [], []
        for one_layer, h, c in zip(self.layers, state[0].unbind(1), state[1].unbind(1)):
            sequence, (h, c) = one_layer(sequence, (h, c))
            sequence = self.dropout(sequence)
            hidden.append(h)
            cell.append(c)
        return self.output(sequence), (torch.stack(hidden, 1), torch.stack(cell, 1))


@ANSWERS.is_right
class CharLSTM(CourseLSTM):
    def forward(self, tokens, state=None):  # a step at a time, each through all layers
        state = self.init_state(len(tokens)) if state is None else state
        ends = [(state[0][:, number], state[1][:, number]) for number in range(len(self.layers))]
        logits = []
        for step in course_one_hot(tokens, self.output.out_features).split(1, dim=1):
            for number, one_layer in enumerate(self.layers):
                step, ends[number] = one_layer(step, ends[number])
                step = self.dropout(step)
            logits.append(self.output(step))
        return torch.cat(logits, 1), (torch.stack([e[0] for e in ends], 1), torch.stack([e[1] for e in ends], 1))
