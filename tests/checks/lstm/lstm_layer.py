"""What learners hand in for `LSTMLayer` of lesson 04."""

import math

import torch
import torch.nn.functional as F
from torch import nn

from helpers.answers.lstm import CharLSTM as CourseLSTM
from helpers.answers.lstm import LSTMLayer as CourseLayer
from helpers.answers.lstm import gates as course_gates
from helpers.answers.lstm import one_hot as course_one_hot
from helpers.answers.lstm import update as course_update
from helpers.checks.lstm.reference import unroll, weights_in
from tests.checks.answers import Answers

ANSWERS = Answers()


def layer(forward=None, make=None):
    """Make a layer whose forward pass, or whose weights, differ from the course's; `make(self, input, hidden)`."""

    class LSTMLayer(CourseLayer):
        def __init__(self, input_size, hidden_size):
            super().__init__(input_size, hidden_size)
            if make is not None:
                make(self, input_size, hidden_size)

    if forward is not None:
        LSTMLayer.forward = forward
    return LSTMLayer


def unrolled(**mistake):
    return layer(lambda self, inputs, state: unroll(weights_in(self), inputs, state, **mistake))


def returning(change):
    """Make a layer that does something to the course's hidden states and last state."""
    return layer(lambda self, inputs, state: change(state, *CourseLayer.forward(self, inputs, state)))


def biases(side, rows, number=1.0, *, forget=0.5):
    """Set the forget gate's bias to something else, and rows of one side or both to `number`."""

    def make(self, i, h):
        with torch.no_grad():
            self.bias_ih_l0[h : 2 * h], self.bias_hh_l0[h : 2 * h] = forget, 0.0
            for bias in (self.bias_ih_l0, self.bias_hh_l0)[side]:
                bias[rows[0] * h : rows[1] * h] = number

    return layer(make=make)


def random_rest(self, i, h):
    self.bias_hh_l0.data[h : 2 * h] = torch.linspace(-0.2, 0.3, h)


def no_parameter(self, i, h):
    weight = self.weight_hh_l0.detach().clone()
    del self.weight_hh_l0
    self.weight_hh_l0 = weight


def replace_weight(name, shape):
    return lambda self, i, h: setattr(self, name, nn.Parameter(torch.randn(shape(i, h))))


def detached_each_step(self, inputs, state):
    states = []
    for step in inputs.unbind(1):
        one, state = CourseLayer.forward(self, step[:, None], tuple(part.detach() for part in state))
        states.append(one)
    return torch.cat(states, 1), state


def writes_into_state(state, states, last):
    state[0].data.copy_(last[0].data)
    return states, last


def writes_plainly(state, states, last):
    state[1][:] = last[1]
    return states, last


def drawn(function, names=("weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0")):
    """Make a layer whose weights hold `function(shape, hidden, input)`; the forget gate's biases add up to 1."""

    def make(self, i, h):
        for name in names:
            setattr(self, name, nn.Parameter(function(getattr(self, name).shape, h, i)))
        with torch.no_grad():
            self.bias_ih_l0[h : 2 * h], self.bias_hh_l0[h : 2 * h] = 1.0, 0.0

    return layer(make=make)


def evenly(bound):
    return lambda shape, h, i: torch.empty(shape).uniform_(-bound(h, i), bound(h, i))


def written_over(self, i, h):
    self.bias_ih_l0[h : 2 * h] = 1.0


def swapped_names(self, inputs, state):
    (hidden, cell), states = state, []
    for step in inputs.unbind(1):
        cell, hidden = course_update(cell, *course_gates(step, hidden, *weights_in(self)))
        states.append(hidden)
    return torch.stack(states, 1), (hidden, cell)


def appends(*, what="hidden", before=False, reads="hidden", names="ih hh"):
    """Make a layer that appends something else, or too soon, or makes the gates from something else."""

    def forward(self, inputs, state):
        (hidden, cell), states = state, []
        weights = [*weights_in(self)[:2], *(getattr(self, f"bias_{name}_l0") for name in names.split())]
        for step in inputs.unbind(1):
            if before:
                states.append(hidden)
            hidden, cell = course_update(cell, *course_gates(step, cell if reads == "cell" else hidden, *weights))
            if not before:
                states.append(cell if what == "cell" else hidden)
        return torch.stack(states, 1), (hidden, cell)

    return layer(forward)


def starting(change):
    """Make a layer that starts from something else than the state it is given."""
    return layer(lambda self, inputs, state: CourseLayer.forward(self, inputs, change(*state)))


def calling(exercise, earlier, body):
    """Make an answer in a notebook of its own in which earlier exercises are blank or wrong."""
    base = {"LSTMLayer": CourseLayer, "CharLSTM": CourseLSTM}[exercise]
    namespace = {"Solved": base, "torch": torch, "__name__": "__main__"} | earlier
    exec(f"class {exercise}(Solved):\n{body}\n", namespace)
    return namespace[exercise]


OWN_STEPS = """
    def forward(self, inputs, state):
        hidden, cell = state
        states = []
        for step in inputs.unbind(1):
            weights = self.weight_ih_l0, self.weight_hh_l0, self.bias_ih_l0, self.bias_hh_l0
            hidden, cell = update(cell, *gates(step, hidden, *weights))
            states.append(hidden)
        return torch.stack(states, 1), (hidden, cell)
"""
OWN_VECTORS = """
    def forward(self, tokens, state=None):
        state = self.init_state(len(tokens)) if state is None else state
        below, ends = one_hot(tokens, self.vocab_size), []
        for number, layer in enumerate(self.layers):
            states, end = layer(below, (state[0][:, number], state[1][:, number]))
            below = self.dropout(states)
            ends.append(end)
        return self.output(below), tuple(torch.stack(parts, 1) for parts in zip(*ends))
"""


OWN_LAYERS = """
    def __init__(self, vocab_size, hidden_size, num_layers, dropout):
        super().__init__(vocab_size, hidden_size, num_layers, dropout)
        sizes = [vocab_size] + [hidden_size] * (num_layers - 1)
        self.layers = torch.nn.ModuleList([LSTMLayer(size, hidden_size) for size in sizes])
"""


def blank_gates(inputs, hidden, weight_ih, weight_hh, bias_ih, bias_hh): ...


def wrong_update(cell, i, f, g, o):
    return o * (f * cell + i * g), f * cell + i * g


def long_one_hot(tokens, vocab_size):
    return 2 * course_one_hot(tokens, vocab_size)


for function in (blank_gates, wrong_update, long_one_hot):
    function.__name__ = function.__name__.split("_", 1)[1]

ANSWERS.is_wrong("blank or wrong (did you run the check of `gates`?)")(
    calling("LSTMLayer", {"gates": blank_gates, "update": course_update}, OWN_STEPS)
)
ANSWERS.is_wrong("blank or wrong (did you run the check of `update`?)")(
    calling("LSTMLayer", {"gates": course_gates, "update": wrong_update}, OWN_STEPS)
)
ANSWERS.is_right(calling("LSTMLayer", {"gates": course_gates, "update": course_update}, OWN_STEPS))
ANSWERS.is_wrong("`self.weight_ih_l0` was not drawn: `torch.empty` holds what was in memory")(
    drawn(lambda shape, h, i: torch.empty(shape))
)
ANSWERS.is_wrong("`self.bias_hh_l0` was not drawn: `torch.empty` holds what was in memory")(
    drawn(lambda shape, h, i: torch.empty(shape), ["bias_hh_l0"])
)
ANSWERS.is_wrong("`self.weight_ih_l0` is never negative")(drawn(lambda shape, h, i: torch.rand(shape)))
ANSWERS.is_wrong("`self.weight_ih_l0` is never negative")(
    drawn(lambda shape, h, i: torch.empty(shape).uniform_(0, h**-0.5))
)
ANSWERS.is_wrong("`self.weight_hh_l0` is never positive")(
    drawn(lambda shape, h, i: -torch.rand(shape) * h**-0.5, ["weight_hh_l0"])
)
ANSWERS.is_wrong("the bound is 1/√hidden_size, 0.125 for hidden_size 64; draw with")(
    drawn(lambda shape, h, i: torch.randn(shape))
)
ANSWERS.is_wrong("the bound is 1/√hidden_size, 0.125 for hidden_size 64; draw with")(
    drawn(lambda shape, h, i: torch.randn(shape) * h**-0.5)
)
ANSWERS.is_wrong("reaches to 1.00: the bound is 1/√hidden_size, 0.125 for hidden_size 64; draw with")(
    drawn(evenly(lambda h, i: 1.0))
)
ANSWERS.is_wrong("`self.weight_ih_l0` reaches to 1/hidden_size")(drawn(evenly(lambda h, i: 1 / h)))
ANSWERS.is_wrong("`self.weight_ih_l0` reaches to 1/√input_size")(drawn(evenly(lambda h, i: i**-0.5)))
ANSWERS.is_wrong("`self.weight_ih_l0` reaches to 1/√(4 · hidden_size)")(drawn(evenly(lambda h, i: (4 * h) ** -0.5)))
ANSWERS.is_wrong("only: the bound is 1/√hidden_size")(drawn(evenly(lambda h, i: 0.6 * h**-0.5)))
ANSWERS.is_wrong("`self.bias_ih_l0` is 0 beside the forget gate's rows")(
    drawn(lambda shape, h, i: torch.zeros(shape), ["bias_ih_l0", "bias_hh_l0"])
)
ANSWERS.is_wrong("`self.bias_hh_l0` is 0 beside the forget gate's rows")(
    drawn(lambda shape, h, i: torch.zeros(shape), ["bias_hh_l0"])
)
ANSWERS.is_wrong("is not drawn evenly")(
    drawn(lambda shape, h, i: (torch.randn(shape) / 4).clamp(-1, 1) * h**-0.5, ["weight_hh_l0"])
)
ANSWERS.is_wrong("a parameter may only be overwritten under `with torch.no_grad():`")(layer(make=written_over))
ANSWERS.is_wrong("a parameter may only be overwritten under `with torch.no_grad():`")(
    layer(make=lambda self, i, h: self.weight_hh_l0.uniform_(-(h**-0.5), h**-0.5))
)
ANSWERS.is_wrong("what `update` returns is taken apart as `cell, hidden`")(layer(swapped_names))
ANSWERS.is_wrong("the cells of all steps are returned")(appends(what="cell"))
ANSWERS.is_wrong("the gates are made from the cell")(appends(reads="cell"))
ANSWERS.is_wrong("append after `update`, not before")(appends(before=True))
ANSWERS.is_wrong("`self.bias_ih_l0` is handed to `gates` twice")(appends(names="ih ih"))
ANSWERS.is_wrong("the cell that `forward` is given is not used")(starting(lambda h, c: (h, torch.zeros_like(c))))
ANSWERS.is_wrong("the hidden state that `forward` is given is not used")(
    starting(lambda h, c: (torch.zeros_like(h), c))
)
ANSWERS.is_wrong("every step reads the first input")(
    layer(lambda self, inputs, state: CourseLayer.forward(self, inputs[:, :1].expand_as(inputs), state))
)
WHOLE, INPUTS = slice(0, 2), slice(0, 1)
ANSWERS.is_wrong("both biases of the forget gate are 1")(biases(WHOLE, (1, 2)))
ANSWERS.is_wrong("the other still holds its random numbers")(layer(make=random_rest))
ANSWERS.is_wrong("the bias of the input gate is 1 in place of the forget gate's")(biases(INPUTS, (0, 1)))
ANSWERS.is_wrong("the bias of the candidate is 1 in place of the forget gate's")(biases(INPUTS, (2, 3)))
ANSWERS.is_wrong("the bias of the output gate is 1 in place of the forget gate's")(biases(INPUTS, (3, 4)))
ANSWERS.is_wrong("the bias of the input gate is 1, too")(
    layer(make=lambda self, i, h: [self.bias_ih_l0.data.fill_(1), self.bias_hh_l0.data.zero_()])
)
ANSWERS.is_wrong("and add up to 0.50 for its first unit")(biases(INPUTS, (0, 0)))
ANSWERS.is_wrong("there is no `self.bias_hh_l0`")(layer(make=lambda self, i, h: delattr(self, "bias_hh_l0")))
ANSWERS.is_wrong("`self.weight_hh_l0` is no parameter")(layer(make=no_parameter))
ANSWERS.is_wrong("`self.weight_ih_l0` should have shape (24, 3)")(
    layer(make=replace_weight("weight_ih_l0", lambda i, h: (i, 4 * h)))
)
ANSWERS.is_wrong("`self.weight_hh_l0` should have shape (24, 6)")(
    layer(make=replace_weight("weight_hh_l0", lambda i, h: (4 * h, i)))
)
ANSWERS.is_wrong("nn.LSTM has no parameter `initial`")(layer(make=replace_weight("initial", lambda i, h: (h,))))
ANSWERS.is_wrong("`self.weight_hh_l0` holds the same number everywhere")(
    layer(make=lambda self, i, h: self.weight_hh_l0.data.zero_())
)
ANSWERS.is_wrong("the rows are read as input, forget, output, candidate")(unrolled(order="ifog"))
ANSWERS.is_wrong("input gate and forget gate are exchanged: the order")(unrolled(order="figo"))
ANSWERS.is_wrong("the candidate goes through a sigmoid: take your `gates`")(unrolled(bends=False))
ANSWERS.is_wrong("the tanh of the cell is missing: take your `update`")(unrolled(shown=False))
ANSWERS.is_wrong("every step starts from the first state")(unrolled(fixed="hidden cell"))
ANSWERS.is_wrong("every step reads the first hidden state")(unrolled(fixed="hidden"))
ANSWERS.is_wrong("every step changes the first cell")(unrolled(fixed="cell"))
ANSWERS.is_wrong("hidden state and cell are exchanged from step to step")(unrolled(mix=True))
ANSWERS.is_wrong("so step t reads `inputs[:, t]`")(
    layer(lambda self, inputs, state: CourseLayer.forward(self, inputs.transpose(0, 1), state))
)
ANSWERS.is_wrong("the state is taken apart as (cell, hidden)")(
    layer(lambda self, inputs, state: CourseLayer.forward(self, inputs, state[::-1]))
)
ANSWERS.is_wrong("the state that `forward` is given is not used")(
    layer(lambda self, inputs, state: CourseLayer.forward(self, inputs, tuple(part * 0 for part in state)))
)
ANSWERS.is_wrong("texts and time are exchanged in the hidden states")(
    returning(lambda state, states, last: (states.transpose(0, 1), last))
)
ANSWERS.is_wrong("that is the hidden state of the last step only")(
    returning(lambda state, states, last: (states[:, -1], last))
)
ANSWERS.is_wrong("the last state is returned first")(returning(lambda state, states, last: (last, states)))
ANSWERS.is_wrong("the hidden states are a list of tensors")(
    returning(lambda state, states, last: (list(states.unbind(1)), last))
)
ANSWERS.is_wrong("the hidden states are in the reverse order")(
    returning(lambda state, states, last: (states.flip(1), last))
)
ANSWERS.is_wrong("the last state should be a tuple of two tensors")(
    returning(lambda state, states, last: (states, last[0]))
)
ANSWERS.is_wrong("the last state is returned as (cell, hidden)")(
    returning(lambda state, states, last: (states, last[::-1]))
)
ANSWERS.is_wrong("the state you return is the one you were given")(
    returning(lambda state, states, last: (states, state))
)
ANSWERS.is_wrong("the hidden state is returned twice")(
    returning(lambda state, states, last: (states, (last[0], last[0])))
)
ANSWERS.is_wrong("the gradient does not flow back through time")(layer(detached_each_step))
ANSWERS.is_wrong("`forward` changes the state that it is given")(returning(writes_into_state))
ANSWERS.is_wrong("`forward` changes the state that it is given")(returning(writes_plainly))


@ANSWERS.is_wrong("should be an `nn.Module`")
class LSTMLayer:
    def __init__(self, input_size, hidden_size):
        self.weight_ih_l0 = nn.Parameter(torch.randn(4 * hidden_size, input_size))

    def forward(self, inputs, state):
        return inputs, state


@ANSWERS.is_right
class LSTMLayer(nn.Module):
    def __init__(self, input_size, hidden_size):
        super().__init__()
        bound = 1 / math.sqrt(hidden_size)
        for name, size in (("ih", input_size), ("hh", hidden_size)):
            weight, bias = torch.rand(4 * hidden_size, size), torch.rand(4 * hidden_size)
            self.register_parameter(f"weight_{name}_l0", nn.Parameter((2 * weight - 1) * bound))
            self.register_parameter(f"bias_{name}_l0", nn.Parameter((2 * bias - 1) * bound))
        self.bias_hh_l0.data[hidden_size:][:hidden_size] = 1 - self.bias_ih_l0.data[hidden_size : 2 * hidden_size]

    def forward(self, inputs, state):
        hidden, cell = state
        read = F.linear(inputs, self.weight_ih_l0, self.bias_ih_l0)  # all steps at once
        outputs = []
        for t in range(inputs.shape[1]):
            i, f, g, o = (read[:, t] + F.linear(hidden, self.weight_hh_l0, self.bias_hh_l0)).chunk(4, 1)
            cell = f.sigmoid() * cell + i.sigmoid() * g.tanh()
            hidden = o.sigmoid() * cell.tanh()
            outputs.append(hidden[:, None])
        return torch.cat(outputs, 1), (hidden, cell)


@ANSWERS.is_right
class LSTMLayer(CourseLayer):
    def __init__(self, input_size, hidden_size):
        super().__init__(input_size, hidden_size)
        for weight in self.parameters():
            nn.init.uniform_(weight, -math.sqrt(1 / hidden_size), math.sqrt(1 / hidden_size))
        with torch.no_grad():
            for bias in (self.bias_ih_l0, self.bias_hh_l0):
                bias[hidden_size : 2 * hidden_size] = 0.5

    def forward(self, inputs, state):
        states = []
        for t in range(inputs.size(1)):
            state = torch.lstm_cell(inputs[:, t], state, *weights_in(self))
            states += [state[0]]
        return torch.stack(states).transpose(0, 1), state
