"""Answers to lesson 04: here those about one step of the cell."""

import torch
import torch.nn.functional as F

from helpers.answers.lstm import one_hot as course_one_hot
from tests.checks.answers import Answers
from tests.checks.lstm import layers as lstm_layers
from tests.checks.lstm import sampling as lstm_sampling
from tests.checks.lstm import training as lstm_training

ANSWERS = Answers()
for part in (lstm_layers, lstm_sampling, lstm_training):
    ANSWERS.include(part.ANSWERS)

# -------------------------------------------------------------------------------------------------- one_hot


def one(function):
    """Name a function of tokens and vocab_size like its exercise."""

    def one_hot(tokens, vocab_size):
        return function(tokens, vocab_size)

    return one_hot


def scattered(tokens, values, size):
    return torch.zeros(*tokens.shape, size).scatter_(-1, tokens[..., None], values[..., None].float())


def marks_all(tokens, size):
    vectors = torch.zeros(*tokens.shape, size)
    vectors[:, :, tokens] = 1
    return vectors


def marks_its_text(tokens, size):
    vectors = torch.zeros(*tokens.shape, size)
    for row in range(len(tokens)):
        vectors[row, :, tokens[row]] = 1
    return vectors


ANSWERS.is_wrong("the vectors are as long as this batch needs")(one(lambda t, v: F.one_hot(t).float()))
ANSWERS.is_wrong("all positions stand in one long row")(one(lambda t, v: course_one_hot(t, v).flatten(0, 1)))
ANSWERS.is_wrong("the characters stand before the time")(one(lambda t, v: course_one_hot(t, v).transpose(1, 2)))
ANSWERS.is_wrong("texts and time are exchanged: the batch comes first")(one(lambda t, v: course_one_hot(t.T, v)))
ANSWERS.is_wrong("add `.float()`")(one(lambda t, v: F.one_hot(t, v)))
ANSWERS.is_wrong("the token's number stands where a 1 should stand")(one(lambda t, v: scattered(t, t, v)))
ANSWERS.is_wrong("the 1 stands one place too far right")(one(lambda t, v: course_one_hot(t, v).roll(1, -1)))
ANSWERS.is_wrong("ones and zeros are exchanged")(one(lambda t, v: 1 - course_one_hot(t, v)))
ANSWERS.is_wrong("every position marks all tokens of the batch")(one(marks_all))
ANSWERS.is_wrong("every position marks all tokens of its text")(one(marks_its_text))
ANSWERS.is_wrong("`scatter_` wants the tokens with a dimension more")(
    one(lambda t, v: torch.zeros(*t.shape, v).scatter_(-1, t, 1.0))
)
ANSWERS.is_wrong("the vectors are too short for the tokens")(one(lambda t, v: F.one_hot(t, v - 3).float()))
ANSWERS.is_wrong("the dtype of `one_hot` should be float32, and is float64")(one(lambda t, v: F.one_hot(t, v).double()))
ANSWERS.is_wrong("`one_hot` of one text of one token should be (1, 1, 7)")(
    one(lambda t, v: course_one_hot(t, v).squeeze())
)
ANSWERS.is_right(one(lambda t, v: torch.eye(v)[t]))
ANSWERS.is_right(one(lambda t, v: (t.unsqueeze(-1) == torch.arange(v)).to(torch.float32)))
ANSWERS.is_right(one(lambda t, v: scattered(t, torch.ones_like(t), v)))

# ---------------------------------------------------------------------------------------------------- gates


def cut(*, order="ifgo", bends="ssts", parts="xhab", dim=-1, result=None, back="ifgo", pieces=None):
    """Make `gates`: how the rows are read, what each part goes through, what is added, and in which order it returns."""
    functions = {"s": torch.sigmoid, "t": torch.tanh, ".": lambda sums: sums}
    functions |= {"b": lambda sums: sums.sigmoid().tanh(), "B": lambda sums: sums.tanh().sigmoid()}
    functions |= {"S": lambda sums: sums.sigmoid().sigmoid()}

    def gates(inputs, hidden, weight_ih, weight_hh, bias_ih, bias_hh):
        terms = {"x": inputs @ weight_ih.T, "h": hidden @ weight_hh.T, "a": bias_ih, "b": bias_hh}
        sums = sum(terms[name] for name in parts)
        named = dict(zip(order, sums.chunk(4, dim=dim) if pieces is None else pieces(sums), strict=True))
        through = {name: functions[bend](named[name]) for name, bend in zip("ifgo", bends, strict=True)}
        found = tuple(through[name] for name in back)
        return found if result is None else result(found)

    return gates


ANSWERS.is_wrong("the candidate goes through a sigmoid")(cut(bends="ssss"))
ANSWERS.is_wrong("the candidate has no tanh")(cut(bends="ss.s"))
ANSWERS.is_wrong("those are the sums")(cut(bends="...."))
ANSWERS.is_wrong("the gates go through tanh")(cut(bends="tttt"))
ANSWERS.is_wrong("sigmoid and tanh are exchanged")(cut(bends="ttst"))
ANSWERS.is_wrong("the rows are read as input gate, forget gate, output gate, candidate")(cut(order="ifog"))
ANSWERS.is_wrong("what you return is forget gate, input gate, candidate, output gate")(cut(order="figo"))
ANSWERS.is_wrong("what you return is forget gate, input gate, candidate, output gate")(cut(back="figo"))
ANSWERS.is_wrong("what you return is input gate, forget gate, output gate, candidate")(cut(back="ifog"))
ANSWERS.is_wrong("the tanh is taken of the fourth part")(cut(bends="ssst"))
ANSWERS.is_wrong("the output gate goes through tanh: a gate goes through a sigmoid")(cut(bends="sstt"))
ANSWERS.is_wrong("the output gate goes through no sigmoid")(cut(bends="sst."))
ANSWERS.is_wrong("the input gate goes through no sigmoid")(cut(bends=".st."))
ANSWERS.is_wrong("the candidate goes through a sigmoid and then through tanh")(cut(bends="ssbs"))
ANSWERS.is_wrong("the candidate goes through tanh and then through a sigmoid")(cut(bends="ssBs"))
ANSWERS.is_wrong("the forget gate goes through a sigmoid twice")(cut(bends="sSts"))
ANSWERS.is_wrong("`bias_ih` is added twice")(cut(parts="xhaa"))
ANSWERS.is_wrong("`bias_hh` is added twice")(cut(parts="xhbb"))
ANSWERS.is_wrong("each gate takes every fourth number")(cut(pieces=lambda sums: sums.view(len(sums), -1, 4).unbind(-1)))
ANSWERS.is_wrong("each gate takes every fourth number")(cut(pieces=lambda sums: [sums[:, k::4] for k in range(4)]))
ANSWERS.is_wrong("a gate gets numbers of other texts")(cut(pieces=lambda sums: sums.view(4, len(sums), -1)))
ANSWERS.is_wrong("the gates are not those of the formulas")(cut(parts="xxhab"))
ANSWERS.is_wrong("both biases are missing")(cut(parts="xh"))
ANSWERS.is_wrong("`bias_hh` is missing")(cut(parts="xha"))
ANSWERS.is_wrong("`bias_ih` is missing")(cut(parts="xhb"))
ANSWERS.is_wrong("the old hidden state is not used")(cut(parts="xab"))
ANSWERS.is_wrong("the old hidden state is not used")(cut(parts="xa"))
ANSWERS.is_wrong("the inputs are not used")(cut(parts="hab"))
ANSWERS.is_wrong("the batch is cut into four, not the gates")(cut(dim=0))
ANSWERS.is_wrong("you return one tensor")(cut(result=lambda parts: torch.cat(parts, -1)))
ANSWERS.is_wrong("return four tensors")(cut(result=lambda parts: parts[:3]))


@ANSWERS.is_wrong("the forget gate is made of the sum for the input gate")
def gates(inputs, hidden, weight_ih, weight_hh, bias_ih, bias_hh):
    i, _, g, o = (inputs @ weight_ih.T + hidden @ weight_hh.T + bias_ih + bias_hh).chunk(4, -1)
    return i.sigmoid(), i.sigmoid(), g.tanh(), o.sigmoid()


@ANSWERS.is_wrong("but no gradient flows back through all of it")
def gates(inputs, hidden, weight_ih, weight_hh, bias_ih, bias_hh):
    sums = inputs @ weight_ih.T + hidden.detach() @ weight_hh.T + bias_ih + bias_hh
    i, f, g, o = sums.chunk(4, -1)
    return i.sigmoid(), f.sigmoid(), g.tanh(), o.sigmoid()


@ANSWERS.is_wrong("write `inputs @ weight_ih.T`")
def gates(inputs, hidden, weight_ih, weight_hh, bias_ih, bias_hh):
    return (inputs @ weight_ih + hidden @ weight_hh + bias_ih + bias_hh).chunk(4, -1)


@ANSWERS.is_right
def gates(inputs, hidden, weight_ih, weight_hh, bias_ih, bias_hh):
    sums = F.linear(inputs, weight_ih, bias_ih) + F.linear(hidden, weight_hh, bias_hh)
    size = hidden.shape[1]
    i, f, g, o = (sums[:, start : start + size] for start in range(0, 4 * size, size))
    return i.sigmoid(), f.sigmoid(), g.tanh(), o.sigmoid()


@ANSWERS.is_right
def gates(inputs, hidden, weight_ih, weight_hh, bias_ih, bias_hh):
    both = torch.cat([inputs, hidden], dim=1)
    found = []
    for place, rows in enumerate(torch.cat([weight_ih, weight_hh], dim=1).chunk(4)):
        bias = (bias_ih + bias_hh).chunk(4)[place]
        bend = torch.tanh if place == 2 else torch.sigmoid
        found.append(bend(torch.einsum("bi,hi->bh", both, rows) + bias))
    return found


# --------------------------------------------------------------------------------------------------- update


def turn(function):
    """Name a function of c, i, f, g and o like its exercise."""

    def update(cell, input_gate, forget_gate, candidate, output_gate):
        return function(cell, input_gate, forget_gate, candidate, output_gate)

    return update


def changed_cell(function, shows=torch.tanh):
    """Make `update` with another new cell, shown as it should be."""

    def update(c, i, f, g, o):
        cell = function(c, i, f, g)
        return o * shows(cell), cell

    return turn(update)


def shown_by(function):
    """Make `update` with another hidden state; it is given the old cell, the new one, the candidate and the gate."""

    def update(c, i, f, g, o):
        cell = f * c + i * g
        return function(c, cell, g, o), cell

    return turn(update)


ANSWERS.is_wrong("input gate and forget gate are exchanged")(changed_cell(lambda c, i, f, g: i * c + f * g))
ANSWERS.is_wrong("but no gradient flows back through all of it")(
    changed_cell(lambda c, i, f, g: f * c.detach() + i * g)
)
ANSWERS.is_wrong("a tanh goes around the new cell")(changed_cell(lambda c, i, f, g: torch.tanh(f * c + i * g)))
ANSWERS.is_wrong("the candidate is written in full")(changed_cell(lambda c, i, f, g: f * c + g))
ANSWERS.is_wrong("nothing is forgotten")(changed_cell(lambda c, i, f, g: c + i * g))
ANSWERS.is_wrong("the forget gate works the wrong way round")(changed_cell(lambda c, i, f, g: (1 - f) * c + i * g))
ANSWERS.is_wrong("nothing is written")(changed_cell(lambda c, i, f, g: f * c))
ANSWERS.is_wrong("the old cell is lost")(changed_cell(lambda c, i, f, g: i * g))
ANSWERS.is_wrong("a tanh goes around the old cell")(changed_cell(lambda c, i, f, g: f * c.tanh() + i * g))
ANSWERS.is_wrong("the candidate goes through tanh again")(changed_cell(lambda c, i, f, g: f * c + i * g.tanh()))
ANSWERS.is_wrong("the gates go through a sigmoid again")(
    changed_cell(lambda c, i, f, g: f.sigmoid() * c + i.sigmoid() * g)
)
ANSWERS.is_wrong("the forget gate multiplies the candidate, too")(changed_cell(lambda c, i, f, g: f * (c + i * g)))
ANSWERS.is_wrong("1 − forget gate stands in its place")(changed_cell(lambda c, i, f, g: f * c + (1 - f) * g))
ANSWERS.is_wrong("the candidate is subtracted")(changed_cell(lambda c, i, f, g: f * c - i * g))
ANSWERS.is_wrong("the output gate writes the candidate")(
    turn(lambda c, i, f, g, o: (i * (f * c + o * g).tanh(), f * c + o * g))
)
ANSWERS.is_wrong("the output gate keeps the old cell")(
    turn(lambda c, i, f, g, o: (f * (o * c + i * g).tanh(), o * c + i * g))
)
ANSWERS.is_wrong("the input gate shows the cell")(
    turn(lambda c, i, f, g, o: (i * (f * c + i * g).tanh(), f * c + i * g))
)
ANSWERS.is_wrong("the forget gate shows the cell")(
    turn(lambda c, i, f, g, o: (f * (f * c + i * g).tanh(), f * c + i * g))
)
ANSWERS.is_wrong("that is the old cell: return the new one")(
    turn(lambda c, i, f, g, o: (o * (f * c + i * g).tanh(), c))
)
ANSWERS.is_wrong("`@` is a matrix product")(changed_cell(lambda c, i, f, g: f @ c + i @ g))
ANSWERS.is_wrong("the tanh is missing: the hidden state is")(shown_by(lambda c, new, g, o: o * new))
ANSWERS.is_wrong("the tanh goes around the product")(shown_by(lambda c, new, g, o: torch.tanh(o * new)))
ANSWERS.is_wrong("the hidden state shows the old cell")(shown_by(lambda c, new, g, o: o * c.tanh()))
ANSWERS.is_wrong("the output gate is not used")(shown_by(lambda c, new, g, o: new.tanh()))
ANSWERS.is_wrong("that is a sigmoid of the cell")(shown_by(lambda c, new, g, o: o * new.sigmoid()))
ANSWERS.is_wrong("the hidden state shows the candidate")(shown_by(lambda c, new, g, o: o * g))
ANSWERS.is_wrong("hidden state and cell are returned the wrong way round")(
    turn(lambda c, i, f, g, o: (f * c + i * g, o * (f * c + i * g).tanh()))
)
ANSWERS.is_wrong("hidden state and cell are returned the wrong way round")(
    turn(lambda c, i, f, g, o: (f * c + i * g, o * (f * c + i * g)))
)
ANSWERS.is_wrong("return two tensors, the hidden state and the cell")(turn(lambda c, i, f, g, o: (f * c + i * g,)))


@ANSWERS.is_right
def update(cell, input_gate, forget_gate, candidate, output_gate):
    cell = torch.addcmul(input_gate * candidate, forget_gate, cell)
    return cell.tanh().mul(output_gate), cell


@ANSWERS.is_right
def update(cell, input_gate, forget_gate, candidate, output_gate):
    kept = torch.mul(cell, forget_gate)
    new = torch.stack([kept, candidate * input_gate]).sum(0)
    return [torch.tanh(new) * output_gate, new]
