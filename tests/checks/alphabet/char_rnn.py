"""What learners hand in for `CharRNN` of lesson 01."""

import torch
import torch.nn.functional as F
from torch import nn

from helpers.answers.alphabet import CharRNN as CourseRNN
from tests.checks.answers import Answers

ANSWERS = Answers()


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
