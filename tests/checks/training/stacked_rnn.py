"""What learners hand in for `StackedRNN` of lesson 03."""

import torch
from torch import nn

from helpers.answers.training import RNNCell as CourseCell
from helpers.answers.training import StackedRNN as CourseStack
from tests.checks.answers import Answers

ANSWERS = Answers()


def stack(forward=None, make=None, init_state=None):
    """Make a stack of which one part differs from the course's; `make(self, vocab, embedding, hidden, layers)`."""

    class StackedRNN(CourseStack):
        def __init__(self, vocab_size, embedding_size, hidden_size, num_layers, dropout=0.0):
            super().__init__(vocab_size, embedding_size, hidden_size, num_layers, dropout)
            if make is not None:
                make(self, vocab_size, embedding_size, hidden_size, num_layers)

    if forward is not None:
        StackedRNN.forward = forward
    if init_state is not None:
        StackedRNN.init_state = init_state
    return StackedRNN


def run(self, tokens, state, *, step=None, drop_state=False, drop="all", top=-1, every=False):
    state = self.init_state(len(tokens)) if state is None else state
    embedded, outputs, states = self.embedding(tokens), [], list(state.unbind(1))
    for t in range(tokens.shape[1]):
        below = embedded[:, t]
        before = list(states)
        for layer, one in enumerate(self.cells):
            if step is not None:
                states[layer] = step(one, layer, below, states, before, embedded[:, t])
            else:
                states[layer] = one(below, states[layer])
            if drop_state:
                states[layer] = self.dropout(states[layer])
            last = layer == len(self.cells) - 1
            drops = drop == "all" or (drop == "between" and not last) or (drop == "top" and last)
            drops = drops or drop == "twice"
            below = self.dropout(states[layer]) if drops and not drop_state else states[layer]
            if every:
                outputs.append(below)
        if not every:
            below = self.dropout(below) if drop == "twice" else below
            outputs.append(below if top == -1 else states[top])
    return self.output(torch.stack(outputs, 1)), torch.stack(states, 1)


def plain_list(self, v, e, h, n):
    cells = list(self.cells)
    del self.cells
    self.cells = cells


def one_cell(self, v, e, h, n):
    self.cells = nn.ModuleList([CourseCell(e, h)] + [CourseCell(h, h)] * (n - 1))


def all_read_embeddings(self, v, e, h, n):
    self.cells = nn.ModuleList(CourseCell(e, h) for _ in range(n))


def one_too_many(self, v, e, h, n):
    self.cells = nn.ModuleList([CourseCell(e, h)] + [CourseCell(h, h) for _ in range(n)])


def wrong_output(self, v, e, h, n):
    self.output = nn.Linear(h * n, v)


def wrong_embedding(self, v, e, h, n):
    self.embedding = nn.Embedding(v, h)


def starts_from_zeros(self, tokens, state=None):
    return run(self, tokens, None)


def detached(self, tokens, state=None):
    return run(self, tokens, state, step=lambda c, i, below, s, b, x: c(below, s[i].detach()))


def writes_into_state(self, tokens, state=None):
    logits, new = run(self, tokens, state)
    if state is not None:
        state.data.copy_(new.data)
    return logits, new


def changed(change):
    """Make a forward pass that does something to the course's logits and states."""
    return lambda self, tokens, state=None: change(self, *run(self, tokens, state))


def stepping(step):
    return stack(lambda self, tokens, state=None: run(self, tokens, state, step=step))


def dropping(**how):
    return stack(lambda self, tokens, state=None: run(self, tokens, state, **how))


def returns_start(self, tokens, state=None):
    start = self.init_state(len(tokens)) if state is None else state
    return run(self, tokens, state)[0], start


def always_drops(self, tokens, state=None):
    self.dropout.train()
    return run(self, tokens, state)


def fixed_start(self, tokens, state=None):
    start = self.init_state(len(tokens)) if state is None else state
    fixed = list(start.unbind(1))
    return run(self, tokens, state, step=lambda c, i, below, s, b, x: c(below, fixed[i]))


def drops_old_state(self, tokens, state=None):
    return run(self, tokens, state, step=lambda c, i, below, s, b, x: c(below, self.dropout(s[i])))


def drops_embedding(self, tokens, state=None):
    return run(self, tokens, state, step=lambda c, i, below, s, b, x: c(below if i else self.dropout(x), s[i]))


ANSWERS.is_wrong("`self.cells` is a plain Python list")(stack(make=plain_list))
ANSWERS.is_wrong("the layers share one cell")(stack(make=one_cell))
ANSWERS.is_wrong("all cells read an embedding")(stack(make=all_read_embeddings))
ANSWERS.is_wrong("there should be 3 cells for num_layers=3, and there are 4")(stack(make=one_too_many))
ANSWERS.is_wrong("the weight of `self.output` should have shape (7, 6)")(stack(make=wrong_output))
ANSWERS.is_wrong("should hold a row of embedding_size numbers")(stack(make=wrong_embedding))
ANSWERS.is_wrong("`init_state` puts the layers first")(
    stack(init_state=lambda self, b: torch.zeros(self.num_layers, b, self.hidden_size))
)
ANSWERS.is_wrong("`init_state` has one state for all layers")(
    stack(init_state=lambda self, b: torch.zeros(b, self.hidden_size))
)
ANSWERS.is_wrong("`init_state` should give zeros")(
    stack(init_state=lambda self, b: torch.randn(b, self.num_layers, self.hidden_size))
)
ANSWERS.is_wrong("all layers read the embedding")(stepping(lambda c, i, below, s, b, x: c(x, s[i])))
ANSWERS.is_wrong("a layer reads the old state of the one below")(
    stepping(lambda c, i, below, s, b, x: c(b[i - 1] if i else x, s[i]))
)
ANSWERS.is_wrong("all layers go on from one state")(stepping(lambda c, i, below, s, b, x: c(below, s[i - 1])))
ANSWERS.is_wrong("every step starts from the first states")(stack(fixed_start))
ANSWERS.is_wrong("every step starts from zeros")(
    stepping(lambda c, i, below, s, b, x: c(below, torch.zeros_like(s[i])))
)
ANSWERS.is_wrong("the output layer reads the first layer")(dropping(top=0))
ANSWERS.is_wrong("every layer appends an output")(dropping(every=True))
ANSWERS.is_wrong("start from `state`, not from zeros")(stack(starts_from_zeros))
ANSWERS.is_wrong("the gradient does not flow back through time")(stack(detached))
ANSWERS.is_wrong("`forward` changes the state that it is given")(stack(writes_into_state))
ANSWERS.is_wrong("those are probabilities")(stack(changed(lambda self, logits, s: (logits.softmax(-1), s))))
ANSWERS.is_wrong("texts and time are exchanged")(stack(changed(lambda self, logits, s: (logits.transpose(0, 1), s))))
ANSWERS.is_wrong("logits for the last position only")(stack(changed(lambda self, logits, s: (logits[:, -1], s))))
ANSWERS.is_wrong("returned the wrong way round")(stack(changed(lambda self, logits, s: (s, logits))))
ANSWERS.is_wrong("only the topmost state is returned")(stack(changed(lambda self, logits, s: (logits, s[:, -1]))))
ANSWERS.is_wrong("the states have the layers first")(
    stack(changed(lambda self, logits, s: (logits, s.transpose(0, 1))))
)
ANSWERS.is_wrong("in the reverse order of layers")(stack(changed(lambda self, logits, s: (logits, s.flip(1)))))
ANSWERS.is_wrong("the states you return are the ones you started with")(stack(returns_start))
ANSWERS.is_wrong("dropout falls on the state that is carried on")(dropping(drop_state=True))
ANSWERS.is_wrong("dropout falls on the state that is carried on")(stack(drops_old_state))
ANSWERS.is_wrong("dropout falls on the embedding")(stack(drops_embedding))
ANSWERS.is_wrong("the topmost state is dropped out twice")(dropping(drop="twice"))
ANSWERS.is_wrong("nothing is dropped out between the layers")(dropping(drop="top"))
ANSWERS.is_wrong("the topmost state goes to the output layer without `self.dropout`")(dropping(drop="between"))
ANSWERS.is_wrong("something is dropped out in evaluation mode")(stack(always_drops))


@ANSWERS.is_right
class StackedRNN(nn.Module):
    def __init__(self, vocab_size, embedding_size, hidden_size, num_layers, dropout=0.0):
        super().__init__()
        self.dropout = nn.Dropout(dropout)
        self.num_layers, self.hidden_size = num_layers, hidden_size
        self.output = nn.Linear(hidden_size, vocab_size)
        self.cells = nn.ModuleList()
        for layer in range(num_layers):
            self.cells.append(CourseCell(hidden_size if layer else embedding_size, hidden_size))
        self.embedding = nn.Embedding(vocab_size, embedding_size)

    def init_state(self, batch_size):
        return torch.zeros((batch_size, len(self.cells), self.hidden_size))

    def forward(self, tokens, state=None):  # a layer at a time, each over all steps
        if state is None:
            state = self.init_state(len(tokens))
        sequence, last = self.embedding(tokens), []
        for layer, cell in enumerate(self.cells):
            hidden, states = state[:, layer], []
            for x in sequence.unbind(1):
                hidden = cell(x, hidden)
                states.append(hidden)
            last.append(hidden)
            sequence = self.dropout(torch.stack(states, 1))
        return self.output(sequence), torch.stack(last, 1)


@ANSWERS.is_right
class StackedRNN(CourseStack):
    def forward(self, tokens, state=None):
        state = self.init_state(len(tokens)) if state is None else state
        logits = []
        for x in tokens.T:
            below, new = self.embedding(x), []
            for layer in range(self.num_layers):
                new.append(self.cells[layer](below, state[:, layer]))
                below = self.dropout(new[-1])
            state = torch.stack(new, dim=1)
            logits.append(self.output(below)[:, None])
        return torch.cat(logits, dim=1), state
