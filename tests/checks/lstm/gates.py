"""What learners hand in for `gates` of lesson 04."""

import torch
import torch.nn.functional as F

from tests.checks.answers import Answers

ANSWERS = Answers()


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
