"""What learners hand in for `AttentionLanguageModel` of lesson 05."""

import torch
import torch.nn.functional as F
from torch import nn

from helpers.answers.attention import AttentionLanguageModel as CourseModel
from helpers.answers.attention import SelfAttention as CourseAttention
from helpers.answers.attention import hide_future as course_hide
from tests.checks.answers import Answers

ANSWERS = Answers()


def model(forward=None, make=None, keep_hide=True, make_dropout=None):
    """Make a model that differs in one part; `make(self, vocab_size, embedding_size, hidden_size)`."""

    class AttentionLanguageModel(CourseModel):
        def __init__(self, vocab_size, embedding_size, hidden_size, dropout=0.0, hide=None):
            super().__init__(vocab_size, embedding_size, hidden_size, dropout, hide if keep_hide else None)
            self.p = dropout
            if make is not None:
                make(self, vocab_size, embedding_size, hidden_size)
            if make_dropout is not None:
                self.dropout = make_dropout(dropout)

    if forward is not None:
        AttentionLanguageModel.forward = forward
    return AttentionLanguageModel


def joined(join):
    """Make a model that gives its output layer something else of embedded, states, last (state), found and itself."""

    def forward(self, tokens):
        embedded = self.embedding(tokens)
        states, (last, _) = self.lstm(embedded)
        return self.output(join(self, embedded, states, last.transpose(0, 1)))

    return model(forward)


def giving(change):
    """Make a model that does something to the course's logits."""
    return model(lambda self, tokens: change(self, CourseModel.forward(self, tokens)))


def goes_on(self, tokens):
    states, self.state = self.lstm(self.embedding(tokens), getattr(self, "state", None))
    return self.output(self.dropout(states + self.attention(states)))


def turns_before_lstm(self, tokens):
    states = self.lstm(self.embedding(tokens).transpose(0, 1))[0].transpose(0, 1)
    return self.output(self.dropout(states + self.attention(states)))


def makes_output(self, tokens):
    self.output = nn.Linear(self.output.in_features, self.output.out_features)
    return CourseModel.forward(self, tokens)


def adds_in_place(self, tokens):
    states, _ = self.lstm(self.embedding(tokens))
    states += self.attention(states)
    return self.output(self.dropout(states))


def embeds_dropped(self, tokens):
    states, _ = self.lstm(self.dropout(self.embedding(tokens)))
    return self.output(states + self.attention(states))


def detached(self, tokens):
    states, _ = self.lstm(self.embedding(tokens))
    return self.output(self.dropout(states.detach() + self.attention(states)))


def drops_first(self, embedded, states, last):
    states = self.dropout(states)
    return states + self.attention(states)


def unscaled(self, embedded, states, last):
    whole = states + self.attention(states)
    return whole * (torch.rand_like(whole) >= self.p) if self.training else whole


def no_dropout(self, v, e, h):
    self.dropout = nn.Identity()


def put(name, make):
    return model(make=lambda self, v, e, h: setattr(self, name, make(v, e, h)))


ANSWERS.is_wrong("`self.lstm` takes the first dimension for the time")(put("lstm", lambda v, e, h: nn.LSTM(e, h)))
ANSWERS.is_wrong("the sizes of `self.lstm` are exchanged")(put("lstm", lambda v, e, h: nn.LSTM(h, e, batch_first=True)))
ANSWERS.is_wrong("`self.lstm` should read 5 numbers for embedding_size 5")(
    put("lstm", lambda v, e, h: nn.LSTM(v, h, batch_first=True))
)
ANSWERS.is_wrong("`self.lstm` reads backwards, too")(
    put("lstm", lambda v, e, h: nn.LSTM(e, h // 2, batch_first=True, bidirectional=True))
)
ANSWERS.is_wrong("`self.lstm` has 2 layers")(put("lstm", lambda v, e, h: nn.LSTM(e, h, 2, batch_first=True)))
ANSWERS.is_wrong("`self.lstm` should be an `nn.LSTM`")(put("lstm", lambda v, e, h: nn.GRU(e, h, batch_first=True)))
ANSWERS.is_wrong("`self.embedding` should hold a row of embedding_size numbers")(
    put("embedding", lambda v, e, h: nn.Embedding(e, v))
)
ANSWERS.is_wrong("`self.embedding` should hold a row of embedding_size numbers")(
    put("embedding", lambda v, e, h: nn.Embedding(v, h))
)
ANSWERS.is_wrong("`self.embedding` should be an `nn.Embedding`")(put("embedding", lambda v, e, h: nn.Linear(v, e)))
ANSWERS.is_wrong("`self.attention` is as wide as an embedding")(put("attention", lambda v, e, h: CourseAttention(e)))
ANSWERS.is_wrong("`self.attention` should be your SelfAttention")(
    put("attention", lambda v, e, h: nn.MultiheadAttention(h, 1, bias=False, batch_first=True))
)
ANSWERS.is_wrong("`self.output` reads states and what was found side by side")(
    put("output", lambda v, e, h: nn.Linear(2 * h, v))
)
ANSWERS.is_wrong("the weight of `self.output` should have shape (7, 6)")(put("output", lambda v, e, h: nn.Linear(h, h)))
ANSWERS.is_wrong("`self.output` has no bias")(put("output", lambda v, e, h: nn.Linear(h, v, bias=False)))
ANSWERS.is_wrong("there is no `self.attention`")(model(make=lambda self, v, e, h: delattr(self, "attention")))
ANSWERS.is_wrong("there are layers with weights beside those of the text, `norm`")(
    put("norm", lambda v, e, h: nn.LayerNorm(h))
)
ANSWERS.is_wrong("what was found replaces the states")(joined(lambda self, e, s, last: self.dropout(self.attention(s))))
ANSWERS.is_wrong("what attention finds is not used")(joined(lambda self, e, s, last: self.dropout(s)))
ANSWERS.is_wrong("attention reads the embeddings")(joined(lambda self, e, s, last: self.dropout(s + self.attention(e))))
ANSWERS.is_wrong("attention reads the embeddings")(joined(lambda self, e, s, last: self.dropout(e + self.attention(e))))
ANSWERS.is_wrong("what was found is added to the embeddings")(joined(lambda self, e, s, last: e + self.attention(s)))
ANSWERS.is_wrong("the embeddings are added, too")(joined(lambda self, e, s, last: e + s + self.attention(s)))
ANSWERS.is_wrong("states and what was found are multiplied")(joined(lambda self, e, s, last: s * self.attention(s)))
ANSWERS.is_wrong("the states are added twice")(joined(lambda self, e, s, last: s + (s + self.attention(s))))
ANSWERS.is_wrong("a tanh goes around the sum")(joined(lambda self, e, s, last: (s + self.attention(s)).tanh()))
ANSWERS.is_wrong("the LSTM's last state stands for all positions")(
    joined(lambda self, e, s, last: last + self.attention(s))
)
ANSWERS.is_wrong("the LSTM's last state stands for all positions")(
    joined(lambda self, e, s, last: s + self.attention(last))
)
ANSWERS.is_wrong("there is one row of logits for each text")(
    joined(lambda self, e, s, last: last + self.attention(last))
)
ANSWERS.is_wrong("there is one row of logits for each text")(giving(lambda self, logits: logits[:, -1]))
ANSWERS.is_wrong("later positions are hidden")(
    model(make=lambda self, v, e, h: setattr(self, "attention", CourseAttention(h, self.attention.hide or course_hide)))
)
ANSWERS.is_wrong("nn.LSTM returns two things")(
    model(lambda self, tokens: self.output(self.attention(self.lstm(self.embedding(tokens)))))
)
ANSWERS.is_wrong("nn.LSTM returns two things")(
    model(lambda self, tokens: self.output(self.dropout(self.lstm(self.embedding(tokens)))))
)
ANSWERS.is_wrong("the LSTM reads embeddings, and is given something else")(
    model(lambda self, tokens: self.output(self.lstm(tokens.float())[0]))
)
ANSWERS.is_wrong("the LSTM reads embeddings, and is given something else")(
    model(lambda self, tokens: self.output(self.lstm(tokens)[0]))
)
ANSWERS.is_wrong("add states and what was found, both (batch, time, hidden)")(
    joined(lambda self, e, s, last: last[:, -1] + self.attention(s))
)
ANSWERS.is_wrong("the logits of one text of one token should be (1, 1, 7), and is (7,)")(
    giving(lambda self, logits: logits.squeeze())
)
ANSWERS.is_wrong("something that the gradient still needs is changed in place")(model(adds_in_place))
ANSWERS.is_wrong("texts and time are exchanged before the LSTM")(model(turns_before_lstm))
ANSWERS.is_wrong("the layers are made anew at each call")(model(makes_output))
ANSWERS.is_wrong("those are probabilities")(giving(lambda self, logits: logits.softmax(-1)))
ANSWERS.is_wrong("those are logarithms of probabilities")(giving(lambda self, logits: logits.log_softmax(-1)))
ANSWERS.is_wrong("`forward` returns several things: this model carries no state")(
    giving(lambda self, logits: (logits, None))
)
ANSWERS.is_wrong("texts and time are exchanged in the logits")(giving(lambda self, logits: logits.transpose(0, 1)))
ANSWERS.is_wrong("the characters stand before the time")(giving(lambda self, logits: logits.mT))
ANSWERS.is_wrong("all positions stand in one long column")(giving(lambda self, logits: logits.flatten(0, 1)))
ANSWERS.is_wrong("those are states, `hidden_size` long")(
    model(lambda self, tokens: self.lstm(self.embedding(tokens))[0])
)
ANSWERS.is_wrong("does the LSTM go on from the call before?")(model(goes_on))
ANSWERS.is_wrong("`hide` is not handed on, so nothing is hidden: `SelfAttention(hidden_size, hide)`")(
    model(keep_hide=False)
)
ANSWERS.is_wrong("the gradient does not flow through all layers")(model(detached))
ANSWERS.is_wrong("the same tokens give other logits each time")(
    joined(lambda self, e, s, last: F.dropout(s + self.attention(s), 0.3))
)
ANSWERS.is_wrong("something is dropped out in evaluation mode")(
    joined(lambda self, e, s, last: F.dropout(s + self.attention(s), self.p))
)
ANSWERS.is_wrong("nothing is dropped out in training")(joined(lambda self, e, s, last: s + self.attention(s)))
ANSWERS.is_wrong("nothing is dropped out in training")(model(make=no_dropout))
ANSWERS.is_wrong("the probability is 0.5 where 0.3 was given")(model(make_dropout=lambda p: nn.Dropout()))
ANSWERS.is_wrong("the probability is 0.2 where 0.3 was given")(model(make_dropout=lambda p: nn.Dropout(0.2)))
ANSWERS.is_wrong("the probability is 0.7 where 0.3 was given")(model(make_dropout=lambda p: nn.Dropout(1 - p)))
ANSWERS.is_wrong("what is left after dropout is not made larger")(joined(unscaled))
ANSWERS.is_wrong("dropout falls on the logits")(
    model(
        lambda self, tokens: self.dropout(self.output((s := self.lstm(self.embedding(tokens))[0]) + self.attention(s)))
    )
)
ANSWERS.is_wrong("dropout falls on the embeddings")(model(embeds_dropped))
ANSWERS.is_wrong("dropout falls on the states before attention reads them")(joined(drops_first))
ANSWERS.is_wrong("only what was found is dropped out, and not the states")(
    joined(lambda self, e, s, last: s + self.dropout(self.attention(s)))
)
ANSWERS.is_wrong("states and what was found are dropped out apart")(
    joined(lambda self, e, s, last: self.dropout(s) + self.dropout(self.attention(s)))
)
ANSWERS.is_wrong("dropout is given to `self.lstm`, too")(
    model(make=lambda self, v, e, h: setattr(self, "lstm", nn.LSTM(e, h, batch_first=True, dropout=self.p)))
)
ANSWERS.is_wrong("`self.lstm` has no biases")(put("lstm", lambda v, e, h: nn.LSTM(e, h, bias=False, batch_first=True)))
ANSWERS.is_wrong("only the states are dropped out")(
    joined(lambda self, e, s, last: self.dropout(s) + self.attention(s))
)
ANSWERS.is_wrong("dropout falls twice on what was found")(
    joined(lambda self, e, s, last: self.dropout(s + self.dropout(self.attention(s))))
)
ANSWERS.is_wrong("dropout falls twice on what was found")(
    joined(lambda self, e, s, last: self.dropout(self.dropout(s + self.attention(s))))
)


@ANSWERS.is_wrong("`AttentionLanguageModel` should be an `nn.Module`")
class AttentionLanguageModel:
    def __init__(self, vocab_size, embedding_size, hidden_size, dropout=0.0, hide=None):
        self.embedding = nn.Embedding(vocab_size, embedding_size)

    def forward(self, tokens):
        return self.embedding(tokens)


@ANSWERS.is_right
class AttentionLanguageModel(nn.Module):
    def __init__(self, vocab_size, embedding_size, hidden_size, dropout=0.0, hide=None):
        super().__init__()
        self.output = nn.Linear(hidden_size, vocab_size)
        self.attention = CourseAttention(hidden_size, hide=hide)
        self.lstm = nn.LSTM(input_size=embedding_size, hidden_size=hidden_size, batch_first=True)
        self.embedding = nn.Embedding(vocab_size, embedding_size)
        self.dropout = nn.Dropout(p=dropout)

    def forward(self, tokens):
        states = self.lstm(self.embedding(tokens))[0]
        states = states + self.attention(states)
        return self.output(self.dropout(states))


@ANSWERS.is_right
class AttentionLanguageModel(CourseModel):  # the functional form, told the mode
    def forward(self, tokens):
        states, _ = self.lstm(self.embedding(tokens))
        whole = torch.stack([states, self.attention(states)]).sum(0)
        return self.output(F.dropout(whole, self.dropout.p, training=self.training))


@ANSWERS.is_right
class AttentionLanguageModel(CourseModel):  # the LSTM a character at a time, and so the logits
    def forward(self, tokens):
        state, states = None, []
        for step in self.embedding(tokens).split(1, dim=1):
            one, state = self.lstm(step, state)
            states.append(one)
        states = torch.cat(states, dim=1)
        whole = self.dropout(self.attention(states).add(states))
        return torch.stack([self.output(one) for one in whole.unbind(1)], dim=1)
