"""What learners hand in for `RNNCell` of lesson 03."""

import torch
from torch import nn

from helpers.answers.training import RNNCell as CourseCell
from tests.checks.answers import Answers

ANSWERS = Answers()


def cell(forward=None, make=None):
    """Make a cell whose forward pass, or whose layers, differ from the course's."""

    class RNNCell(CourseCell):
        def __init__(self, input_size, hidden_size):
            super().__init__(input_size, hidden_size)
            if make is not None:
                make(self, input_size, hidden_size)

    if forward is not None:
        RNNCell.forward = forward
    return RNNCell


def without(name):
    return lambda self, i, h: delattr(self, name)


def replace(name, layer):
    return lambda self, i, h: setattr(self, name, layer(i, h))


def no_gradient(self, x, h):
    with torch.no_grad():
        return CourseCell.forward(self, x, h)


ANSWERS.is_wrong("the tanh is missing")(cell(lambda self, x, h: self.input_to_hidden(x) + self.hidden_to_hidden(h)))
ANSWERS.is_wrong("the old state is not used")(cell(lambda self, x, h: torch.tanh(self.input_to_hidden(x))))
ANSWERS.is_wrong("the old state is not used")(cell(lambda self, x, h: CourseCell.forward(self, x, torch.zeros_like(h))))
ANSWERS.is_wrong("the input is not used")(cell(lambda self, x, h: torch.tanh(self.hidden_to_hidden(h))))
ANSWERS.is_wrong("the tanh is taken of each map")(
    cell(lambda self, x, h: torch.tanh(self.input_to_hidden(x)) + torch.tanh(self.hidden_to_hidden(h)))
)
ANSWERS.is_wrong("the tanh is taken of the input only")(
    cell(lambda self, x, h: torch.tanh(self.input_to_hidden(x)) + self.hidden_to_hidden(h))
)
ANSWERS.is_wrong("that is a sigmoid")(
    cell(lambda self, x, h: torch.sigmoid(self.input_to_hidden(x) + self.hidden_to_hidden(h)))
)
ANSWERS.is_wrong("that is a ReLU")(
    cell(lambda self, x, h: torch.relu(self.input_to_hidden(x) + self.hidden_to_hidden(h)))
)
ANSWERS.is_wrong("that is the state you were given")(cell(lambda self, x, h: h))
ANSWERS.is_wrong("it returns several")(
    cell(lambda self, x, h: (CourseCell.forward(self, x, h), CourseCell.forward(self, x, h)))
)
ANSWERS.is_wrong("no gradient gets through the cell")(cell(no_gradient))
ANSWERS.is_wrong("no gradient gets through the cell")(cell(lambda self, x, h: CourseCell.forward(self, x, h.detach())))
ANSWERS.is_wrong("there is no `self.hidden_to_hidden`")(cell(make=without("hidden_to_hidden")))
ANSWERS.is_wrong("the weight of `self.input_to_hidden` should have shape (6, 5)")(
    cell(make=replace("input_to_hidden", lambda i, h: nn.Linear(h, h)))
)
ANSWERS.is_wrong("the weight of `self.hidden_to_hidden` should have shape (6, 6)")(
    cell(make=replace("hidden_to_hidden", lambda i, h: nn.Linear(i, h)))
)
ANSWERS.is_wrong("`self.hidden_to_hidden` has no bias")(
    cell(make=replace("hidden_to_hidden", lambda i, h: nn.Linear(h, h, bias=False)))
)
ANSWERS.is_wrong("`self.input_to_hidden` should be an `nn.Linear`")(
    cell(make=replace("input_to_hidden", lambda i, h: nn.Bilinear(i, h, h)))
)


@ANSWERS.is_wrong("`forward` changes the state that it is given")
class RNNCell(CourseCell):
    def forward(self, inputs, hidden):
        new = super().forward(inputs, hidden.clone())
        hidden.data.copy_(new.data)
        return new


@ANSWERS.is_wrong("should be an `nn.Module`")
class RNNCell:
    def __init__(self, input_size, hidden_size):
        self.input_to_hidden = nn.Linear(input_size, hidden_size)
        self.hidden_to_hidden = nn.Linear(hidden_size, hidden_size)

    def forward(self, inputs, hidden):
        return torch.tanh(self.input_to_hidden(inputs) + self.hidden_to_hidden(hidden))


@ANSWERS.is_right
class RNNCell(nn.Module):
    def __init__(self, input_size, hidden_size):
        super().__init__()
        self.hidden_to_hidden = nn.Linear(hidden_size, hidden_size)
        self.input_to_hidden = nn.Linear(input_size, hidden_size)

    def forward(self, inputs, hidden):
        return (self.hidden_to_hidden(hidden) + self.input_to_hidden(inputs)).tanh()


@ANSWERS.is_right
class RNNCell(CourseCell):
    def forward(self, inputs, hidden):
        total = inputs @ self.input_to_hidden.weight.T + hidden @ self.hidden_to_hidden.weight.T
        return torch.tanh(total + self.input_to_hidden.bias + self.hidden_to_hidden.bias)
