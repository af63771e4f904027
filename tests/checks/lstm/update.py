"""What learners hand in for `update` of lesson 04."""

import torch

from tests.checks.answers import Answers

ANSWERS = Answers()


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
