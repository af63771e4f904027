"""Answers to the exercises of lesson 04 about the layer and the network."""

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

# ------------------------------------------------------------------------------------------------ LSTMLayer


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


# ------------------------------------------------------------------------------------------------- CharLSTM


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
