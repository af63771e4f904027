# %% [markdown]
# # 04 · The LSTM
#
# The network of the last two lessons forgets. Not because its state is too small, but because nothing teaches it to
# keep anything: on its way back through time, the gradient fades. In this notebook you build the cell that was invented
# against this fading, gate by gate, and prove that yours is PyTorch's own.
#
# Around it you build the character model that has been copied more often than any other: one-hot vectors, layers of
# LSTM, dropout, a state that is a pair, top-k sampling from a prime. Then you open it and look at what its gates do.
#
# **At the end you will have built** one-hot vectors, the four gates, the step of the cell, a layer, a stack with dropout,
# contiguous batches, training and validation with a state of two parts, top-k sampling, and a model that on English
# beats every model that only counts.
#
# **You need** lesson 03; section 5 of lesson 02 helps. **Time:** three to four hours, of which the machine computes for
# about two minutes. A good place for a break is after exercise 5.

# %%
import warnings

import torch
import torch.nn.functional as F
from torch import nn

# %%
from helpers import training
from helpers.checks.lstm import check
from helpers.corpora import load_corpus
from helpers.ground import choose_device, load_checkpoint
from helpers.measuring import excess_over_floor
from helpers.pictures import plot_gate_saturation, plot_gradient_norms
from helpers.text import StreamBatches, baseline_table

# %%
from helpers.course import print_text
from helpers.measuring import best_unit, count_parameters, gradient_reach, linear_probe
from helpers.measuring import read_gates, recall_by_distance
from helpers.models import gru, lstm, stacked_rnn
from helpers.pictures import plot_baselines, plot_recall
from helpers.training import preset

# %%
from helpers.course import full_or_quick
from helpers.pictures import colour_text, plot_strips
from helpers.sampling import generate
from helpers.text import make_split

# %%
_ = torch.manual_seed(4)
cores = torch.get_num_threads()
torch.set_num_threads(1)  # small tensors: one core is as fast, and adds in the same order each time

# %% [markdown]
# ## 1 · What the vanilla RNN forgets
#
# First we train the network of lesson 03 once more, on tales, for about fifteen seconds. It is the one to compare with.
# The same function will train two other networks later, so that nothing differs but the network.

# %%
tales = make_split(load_corpus("tales"))
symbols = len(tales.vocabulary)
tales_train = StreamBatches(tales.train.tokens, 64, batch_size=16)
tales_val = StreamBatches(tales.val.tokens, 128, batch_size=16)
learning = {"schedule": "warmup_cosine", "steps": full_or_quick(1500, 20), "val_batches": tales_val}
learning["evaluate_every"] = learning["steps"]  # once, at the end


# %%
def train_on_tales(model, learning_rate):
    """Train for a fixed number of steps; return the validation loss."""
    history = training.fit(model, tales_train, learning_rate=learning_rate, **learning)
    return history.val_loss[-1]


# %% tags=["nbval-ignore-output"]
_ = torch.manual_seed(1)
rnn = stacked_rnn.StackedRNN(symbols, 32, 256, 1)
rnn_loss = train_on_tales(rnn, 4e-3)
tales_baselines = baseline_table(tales.train, tales.val)

# %%
print("beats the bigram by more than 1.2:", rnn_loss < tales_baselines.named["bigram"] - 1.2)

# %% [markdown]
# How much does the loss at one character depend on the states before it? We follow the loss back, step by step, and
# look at how long the gradient is. In lesson 02 you did this on a network of your own. `gradient_reach` does it for any
# network, here for 16 pieces of text that the network has never seen.

# %%
texts = tales.val.tokens[: 16 * 120].view(16, 120)  # (batch, time)
reach = {"vanilla RNN": gradient_reach(rnn, texts, steps=80)}
print("after 40 steps less than a hundredth is left:", reach["vanilla RNN"][39] < 0.01)
_ = plot_gradient_norms(reach)

# %% [markdown]
# *What to see: on a logarithmic scale the curve is nearly a straight line. At each step a part of the gradient is lost.
# What happened eighty characters ago has no say in how the weights change.*
#
# And what does it remember? A quotation that was opened must be closed. We sort all such places by how many characters
# ago the mark was opened, and count how often the network closes it where the story does.

# %%
near = (10, 20, 30, 40, 80)  # characters


def closes_quotations(model):
    return recall_by_distance(model, tales.val, facts=("quotation",), distances=near)


recalls = {"vanilla RNN": closes_quotations(rnn)}
print("it closes fewer than nine of ten after forty:", recalls["vanilla RNN"][-1].accuracy < 0.9)

# %% [markdown]
# We shall draw this later, with two more curves.
#
# ## 2 · One-hot
#
# Until now a character came in as an **embedding**: a row of a table that is learned. The network that you build takes
# the older way, which is simpler to think about. A character is a vector with as many numbers as there are characters:
# a 1 at its own place and 0 everywhere else. With five characters, token 2 is (0, 0, 1, 0, 0). Such a vector is called
# **one-hot**.
#
# ### Exercise 1: `one_hot`
#
# Turn tokens of shape (batch, time) into vectors of shape (batch, time, vocab_size). A layer will multiply them with its
# weights, so they must be `float32`.
#
# <details><summary>Hint</summary>
#
# `F.one_hot(tokens, vocab_size)` gives whole numbers; `.float()` turns them into `float32`.
#
# </details>


# %% exercise="one_hot" minutes=4
def one_hot(tokens: torch.Tensor, vocab_size: int) -> torch.Tensor:
    """Turn tokens (batch, time) into one-hot vectors (batch, time, vocab_size), dtype float32."""
    # TODO: a 1 at the place of each token, 0 elsewhere.
    ### BEGIN SOLUTION
    return F.one_hot(tokens, vocab_size).float()
    ### END SOLUTION


# %%
one_hot = check.one_hot(one_hot)

# %% [markdown]
# What is the difference from an embedding? A matrix multiplied with a one-hot vector gives one of its columns, the one
# at the place of the 1. All else is multiplied with 0. So a one-hot vector and a matrix behind it are the same as an
# embedding: a table, and a look-up.

# %%
tokens = torch.randint(5, (2, 7))  # (batch, time)
matrix = torch.randn(3, 5)  # from five characters to three numbers
multiplied = one_hot(tokens, 5) @ matrix.T  # (batch, time, 3)
looked_up = F.embedding(tokens, matrix.T)  # (batch, time, 3)
print("the same as an embedding:", torch.allclose(multiplied, looked_up))

# %% [markdown]
# The look-up is faster, because it does not multiply with zeros. The one-hot vector needs no table of its own: the
# first weights of the layer *are* the table. For characters, of which there are few, both are good.
#
# (Your own network reads one-hot vectors, and so does the full size of section 12. The package's networks of sections 7,
# 8 and 10 read embeddings of 32 numbers, as the networks that they are compared with do.)
#
# ## 3 · A memory with gates
#
# The vanilla RNN replaces its whole state at every step. What it wants to keep must pass through a matrix and a tanh each
# time, and come out as it was. That is hard to learn, and the gradient has to pass through the same matrix and tanh on
# its way back.
#
# The **LSTM** (long short-term memory; Hochreiter and Schmidhuber, 1997) has a second state beside the first, the
# **cell** $c$. It is not replaced. It is *changed*: a part of it is erased, and something is added.
#
# $$c_t = f_t \odot c_{t-1} + i_t \odot g_t$$
#
# ($\odot$ multiplies number by number.) How much is erased and how much is added is decided by **gates**. A gate is a
# vector of numbers between 0, closed, and 1, open; there is one number for each number of the cell.
#
# - The **forget gate** $f$ says how much of the old cell stays. (At 1 all of it. Its name is the wrong way round.)
# - The **candidate** $g$, between −1 and 1, is what could be added.
# - The **input gate** $i$ says how much of the candidate is added.
# - The **output gate** $o$ says how much of the cell is shown, to the next layer and to the next step:
#
# $$h_t = o_t \odot \tanh(c_t)$$
#
# What is shown is the **hidden state** $h$, which plays the part of the vanilla RNN's state. Gates and candidate are
# computed from the same two things, the input $x_t$ and the hidden state before, each with weights of its own:
#
# $$i_t = \sigma(W_{ii}\,x_t + b_{ii} + W_{hi}\,h_{t-1} + b_{hi}) \qquad f_t = \sigma(W_{if}\,x_t + \dots)$$
# $$g_t = \tanh(W_{ig}\,x_t + b_{ig} + W_{hg}\,h_{t-1} + b_{hg}) \qquad o_t = \sigma(W_{io}\,x_t + \dots)$$
#
# The sigmoid $\sigma$ gives numbers between 0 and 1, as a gate needs; the tanh of the candidate can also be negative.
#
# **In code** all four are one matrix product. PyTorch stacks the four matrices, in the order input gate, forget gate,
# candidate, output gate, into one of shape (4 · hidden, input), and does the same with the others. It has two biases where
# one would do, one on each side. We keep to that, so that we can compare.
#
# | here and in PyTorch | holds | shape |
# |---|---|---|
# | `weight_ih` | from the input, four parts one below the other | (4 · hidden, input) |
# | `weight_hh` | from the hidden state, likewise | (4 · hidden, hidden) |
# | `bias_ih`, `bias_hh` | the two biases | (4 · hidden,) each |
#
# (`ih` reads "from input to hidden". Lesson 02 called these `Wxh` and `Whh`, with a single bias.)
#
# ### Exercise 2: `gates`
#
# Compute the four sums with two matrix products, cut them into four, and bend each as it needs. Return input gate,
# forget gate, candidate and output gate, in this order.
#
# <details><summary>Hint 1: the sums</summary>
#
# The weights lie as (4 · hidden, input), so they have to be turned: `inputs @ weight_ih.T` has shape
# (batch, 4 · hidden). Add the other product and both biases.
#
# </details>
#
# <details><summary>Hint 2: the cut</summary>
#
# `sums.chunk(4, dim=-1)` gives four tensors of shape (batch, hidden).
#
# </details>


# %% exercise="gates" minutes=10
def gates(
    inputs: torch.Tensor,
    hidden: torch.Tensor,
    weight_ih: torch.Tensor,
    weight_hh: torch.Tensor,
    bias_ih: torch.Tensor,
    bias_hh: torch.Tensor,
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor, torch.Tensor]:
    """Take inputs (batch, input), hidden (batch, hidden); return i, f, g, o like hidden."""
    # TODO: all sums at once, cut into four; three sigmoids and a tanh.
    ### BEGIN SOLUTION
    sums = inputs @ weight_ih.T + bias_ih + hidden @ weight_hh.T + bias_hh  # (batch, 4 · hidden)
    input_sum, forget_sum, candidate_sum, output_sum = sums.chunk(4, dim=-1)  # each (batch, hidden)
    input_gate, forget_gate = torch.sigmoid(input_sum), torch.sigmoid(forget_sum)
    return input_gate, forget_gate, torch.tanh(candidate_sum), torch.sigmoid(output_sum)
    ### END SOLUTION


# %%
gates = check.gates(gates)

# %% [markdown]
# ### Exercise 3: `update`
#
# One step, when the gates are known. **By hand,** for one number: the cell is 0.8, the forget gate 0.9, the input gate
# 0.5, the candidate −0.6. The new cell is 0.9 · 0.8 + 0.5 · (−0.6) = 0.72 − 0.30 = 0.42. With an output gate of 0.5, the
# hidden state is 0.5 · tanh(0.42) = 0.5 · 0.397 = 0.198.
#
# Return the hidden state first and the cell second, as PyTorch does. Note that the *new* cell is shown.
#
# <details><summary>Hint</summary>
#
# Two lines, one for each formula above. `*` multiplies number by number.
#
# </details>


# %% exercise="update" minutes=4
def update(
    cell: torch.Tensor,
    input_gate: torch.Tensor,
    forget_gate: torch.Tensor,
    candidate: torch.Tensor,
    output_gate: torch.Tensor,
) -> tuple[torch.Tensor, torch.Tensor]:
    """Change the cell and show it. All shapes (batch, hidden). Returns hidden state and cell."""
    # TODO: erase and add; then show.
    ### BEGIN SOLUTION
    cell = forget_gate * cell + input_gate * candidate
    return output_gate * torch.tanh(cell), cell
    ### END SOLUTION


# %%
update = check.update(update)

# %%
one_number = [torch.tensor([number]) for number in (0.8, 0.5, 0.9, -0.6, 0.5)]
hidden, cell = update(*one_number)
print(f"cell {cell.item():.2f}, hidden state {hidden.item():.3f}")

# %% [markdown]
# ### Why this helps
#
# Follow the gradient back along the cell. From $c_t$ to $c_{t-1}$ there is one multiplication, with $f_t$. No matrix, no
# tanh. If the forget gate of a number stands at 0.99, then after fifty steps 0.99⁵⁰ = 0.61 of the gradient is left. The
# network can decide, for each number of its cell and at each character, how long it is kept.
#
# (There are other roads back, from the cell through $h$ and the gates, with a matrix at each step as before. The figure
# in section 4 shows what they add. One open road is enough.)
#
# And at the start, before anything is learned? With random weights around zero the gates stand at about σ(0) = 0.5: half
# of the cell is lost at each step.
#
# | forget gate | after 10 steps | after 50 steps |
# |---|---|---|
# | 0.5 = σ(0) | 0.001 | 10⁻¹⁵ |
# | 0.73 = σ(1) | 0.04 | 10⁻⁷ |
# | 0.88 = σ(2) | 0.28 | 0.002 |
# | 0.99 = σ(4.6) | 0.90 | 0.61 |
#
# So it is common to start with a **forget bias** of 1: the network remembers a little longer before it has learned what.
# Gers and others invented the forget gate in 2000 and started it open; Jozefowicz and others compared many cells in 2015
# and recommended the 1. There are two biases, and what counts is their sum. (Does it help here? Section 10 measures it.
# Guess before you look.)
#
# ### Exercise 4: `LSTMLayer`
#
# A layer walks through time with your two functions. There are two gaps.
#
# - In `__init__`, make the four parameters, with PyTorch's names and shapes: `self.weight_ih_l0`, `self.weight_hh_l0`,
#   `self.bias_ih_l0`, `self.bias_hh_l0`. Draw all of them evenly between −1/√hidden_size and 1/√hidden_size. Then set
#   the second part of the biases, that of the forget gate, so that the two add up to 1.
# - In `forward`, take one step after the other. Return the hidden states of all steps, of shape (batch, time, hidden),
#   and the last state, a tuple (hidden, cell).
#
# <details><summary>Hint 1: a parameter</summary>
#
# `nn.Parameter(torch.empty(4 * hidden_size, input_size).uniform_(-bound, bound))`
#
# </details>
#
# <details><summary>Hint 2: the forget bias</summary>
#
# A parameter may only be overwritten under `with torch.no_grad():`. The rows of the forget gate are
# `hidden_size : 2 * hidden_size`. Set one bias to 1 there and the other to 0.
#
# </details>
#
# <details><summary>Hint 3: the loop</summary>
#
# For each `t`, `gates` of `inputs[:, t]` and `hidden`, then `update`, which gives the new `hidden` and `cell`. Append
# `hidden` to a list; at the end, `torch.stack(states, dim=1)`.
#
# </details>


# %% exercise="LSTMLayer" minutes=20
class LSTMLayer(nn.Module):
    """One layer of an LSTM, with the names and shapes of nn.LSTM."""

    def __init__(self, input_size: int, hidden_size: int):
        super().__init__()
        # TODO: the four parameters; the biases of the forget gate add up to 1.
        ### BEGIN SOLUTION
        bound, rows = hidden_size**-0.5, 4 * hidden_size
        self.weight_ih_l0 = nn.Parameter(torch.empty(rows, input_size).uniform_(-bound, bound))
        self.weight_hh_l0 = nn.Parameter(torch.empty(rows, hidden_size).uniform_(-bound, bound))
        self.bias_ih_l0 = nn.Parameter(torch.empty(rows).uniform_(-bound, bound))
        self.bias_hh_l0 = nn.Parameter(torch.empty(rows).uniform_(-bound, bound))
        with torch.no_grad():
            self.bias_ih_l0[hidden_size : 2 * hidden_size] = 1.0
            self.bias_hh_l0[hidden_size : 2 * hidden_size] = 0.0
        ### END SOLUTION

    def forward(
        self, inputs: torch.Tensor, state: tuple[torch.Tensor, torch.Tensor]
    ) -> tuple[torch.Tensor, tuple[torch.Tensor, torch.Tensor]]:
        """Take inputs (batch, time, input) and a state (hidden, cell), each (batch, hidden)."""
        hidden, cell = state
        # TODO: gates and update at each step; return all hidden states and the last state.
        ### BEGIN SOLUTION
        weights = self.weight_ih_l0, self.weight_hh_l0, self.bias_ih_l0, self.bias_hh_l0
        states = []
        for t in range(inputs.shape[1]):
            hidden, cell = update(cell, *gates(inputs[:, t], hidden, *weights))  # (batch, hidden)
            states.append(hidden)
        return torch.stack(states, dim=1), (hidden, cell)  # (batch, time, hidden)
        ### END SOLUTION


# %%
LSTMLayer = check.LSTMLayer(LSTMLayer)

# %% [markdown]
# Since the names are the same, `nn.LSTM` can load the weights of your layer. Under the same weights both must give the
# same numbers: outputs, state, and gradients. (`nn.LSTM` keeps its state as (layers, batch, hidden), so we add a
# dimension in front.)

# %%
layer, judge = LSTMLayer(8, 16), nn.LSTM(8, 16, batch_first=True)
_ = judge.load_state_dict(layer.state_dict())
inputs = torch.randn(4, 50, 8)  # (batch, time, input)
start = (torch.randn(4, 16), torch.randn(4, 16))  # hidden and cell
states, (hidden, cell) = layer(inputs, start)
right, (right_hidden, right_cell) = judge(inputs, tuple(part[None] for part in start))

# %%
print("the same hidden states as nn.LSTM:", torch.allclose(states, right, atol=1e-5))
print("the same cell at the end:", torch.allclose(cell, right_cell[0], atol=1e-5))
states.square().mean().backward()
right.square().mean().backward()
pairs = zip(layer.parameters(), judge.parameters(), strict=True)
same = all(torch.allclose(own.grad, other.grad, atol=1e-6) for own, other in pairs)
print("the same gradients:", same)

# %% [markdown]
# ## 4 · Layers on top of each other
#
# As in lesson 03, layers can be stacked: the first reads the one-hot vectors, the second reads the hidden states of the
# first, and so on. What goes up is the hidden state. A cell never leaves its layer.
#
# **Dropout** stands on the way up: between the layers and after the last one, never on the way through time. PyTorch has
# a trap here. `nn.LSTM` has an argument `dropout`, which works *between* its layers, and not after the last. With a single
# layer there is no between, so nothing is dropped out at all. It says so in a warning that few people read:

# %%
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    _ = nn.LSTM(8, 16, num_layers=1, dropout=0.5)
print(str(caught[0].message).partition(",")[0])

# %% [markdown]
# Your network has a layer of dropout of its own, and puts it where it counts.
#
# ### The state is a tuple
#
# The state of the whole network is a pair again, (hidden, cell). Each of the two has shape (batch, layers, hidden), batch
# first like all tensors of this course. (`nn.LSTM` has layers first.) In both, `[:, 0]` belongs to the first layer.
#
# ### Exercise 5: `CharLSTM`
#
# There are three gaps.
#
# - In `__init__`, make `self.layers`, an `nn.ModuleList` of `LSTMLayer`, and `self.output`, a linear layer from the
#   hidden states to the logits. The first layer reads `vocab_size` numbers, each other one `hidden_size`.
# - In `init_state`, return a tuple of two tensors of zeros.
# - In `forward`, go up through the layers. Each starts from its own part of the state. Its hidden states go through
#   `self.dropout` on their way up; the last ones, too, on their way to the output layer. Return the logits and the new
#   state, a tuple. The state that is carried on is *not* dropped out.
#
# <details><summary>Hint 1: up through the layers</summary>
#
# `below = one_hot(tokens, self.vocab_size)`; then, for each number and layer,
# `states, end = layer(below, (state[0][:, number], state[1][:, number]))` and `below = self.dropout(states)`. Keep every
# `end` in a list.
#
# </details>
#
# <details><summary>Hint 2: the new state</summary>
#
# The list holds a pair (hidden, cell) for each layer. `torch.stack([end[0] for end in ends], dim=1)` makes one tensor of
# shape (batch, layers, hidden) of all hidden states; likewise of the cells.
#
# </details>


# %% exercise="CharLSTM" minutes=20
class CharLSTM(nn.Module):
    """Predicts the next character with layers of LSTM on one-hot vectors."""

    def __init__(self, vocab_size: int, hidden_size: int, num_layers: int, dropout: float):
        super().__init__()
        self.vocab_size, self.hidden_size, self.num_layers = vocab_size, hidden_size, num_layers
        self.dropout = nn.Dropout(dropout)
        # TODO: make self.layers (an nn.ModuleList of LSTMLayer) and self.output.
        ### BEGIN SOLUTION
        sizes = [vocab_size] + [hidden_size] * (num_layers - 1)
        self.layers = nn.ModuleList([LSTMLayer(size, hidden_size) for size in sizes])
        self.output = nn.Linear(hidden_size, vocab_size)
        ### END SOLUTION

    def init_state(self, batch_size: int) -> tuple[torch.Tensor, torch.Tensor]:
        """Return (hidden, cell) before the first character, each (batch, layers, hidden)."""
        # TODO: two tensors of zeros.
        ### BEGIN SOLUTION
        shape = (batch_size, self.num_layers, self.hidden_size)
        return torch.zeros(shape), torch.zeros(shape)
        ### END SOLUTION

    def forward(
        self, tokens: torch.Tensor, state: tuple[torch.Tensor, torch.Tensor] | None = None
    ) -> tuple[torch.Tensor, tuple[torch.Tensor, torch.Tensor]]:
        """Take tokens (batch, time); return logits (batch, time, vocab) and the last state."""
        if state is None:
            state = self.init_state(len(tokens))
        # TODO: one-hot vectors, layer after layer with dropout on the way up, the output layer.
        ### BEGIN SOLUTION
        below, ends = one_hot(tokens, self.vocab_size), []  # (batch, time, vocab)
        for number, layer in enumerate(self.layers):
            states, end = layer(below, (state[0][:, number], state[1][:, number]))
            below = self.dropout(states)  # (batch, time, hidden)
            ends.append(end)
        hidden, cell = (torch.stack(parts, dim=1) for parts in zip(*ends, strict=True))
        return self.output(below), (hidden, cell)
        ### END SOLUTION


# %%
CharLSTM = check.CharLSTM(CharLSTM)

# %% [markdown]
# The package has this network, too, `helpers.models.lstm.CharLSTM`. Inside it is `nn.LSTM`, which is faster. Its layers
# have the same names, so it can load your weights. It takes an embedding size, or `None` for one-hot vectors.

# %%
own = CharLSTM(symbols, 64, num_layers=2, dropout=0.5).eval()
fast = lstm.CharLSTM(symbols, None, 64, num_layers=2, dropout=0.5).eval()
_ = fast.load_state_dict(own.state_dict())
logits, (hidden, cell) = own(texts)  # (batch, time, vocab), twice (batch, layers, hidden)
fast_logits, fast_state = fast(texts)
print("the same logits as the package:", torch.allclose(logits, fast_logits, atol=1e-5))
print("the same cells:", torch.allclose(cell, fast_state[1], atol=1e-5))

# %% [markdown]
# And what does the forget bias do to a fresh network? Here is the gradient by distance before any training, with the
# package's network and three biases.

# %%
fresh = {}
for bias in (0.0, 1.0, 4.6):
    _ = torch.manual_seed(4)
    network = lstm.CharLSTM(symbols, None, 64, forget_bias=bias)
    fresh[f"bias {bias:g}"] = gradient_reach(network, texts, steps=50)
ends = [values[-1] for values in fresh.values()]
print("the larger the bias, the longer it lives:", ends == sorted(ends))
_ = plot_gradient_norms(fresh, title="A fresh LSTM, by its forget bias")

# %% [markdown]
# *What to see: the larger the bias, the flatter the line. A bias of 4.6 keeps the gradient alive for fifty steps before
# anything has been learned. It also keeps everything that was ever written into the cell, useful or not.*
#
# But these are not the numbers of section 3. After fifty steps its table has 10⁻¹⁵, 10⁻⁷ and 0.61. The figure has 10⁻¹⁰,
# 2 · 10⁻⁴ and 0.9, and from step 20 on the highest line rises again. The table knows one road only, along the cell. On
# the other road the cell shows itself in $h$, and `weight_hh` brings $h$ into the next candidate, which is written into
# the cell. Each step adds a little to what comes back. Where the forget gate is nearly 1, next to nothing is lost, so what
# is added piles up. (Set `weight_hh` to zero, and the lines end at the table's numbers.)
#
# A good place for a break.
#
# ## 5 · Batches, training, validation
#
# ### Exercise 6: `get_batches`
#
# The classic batches of character models are the streams of lesson 03 with one difference: only **full** batches are
# used. What is left over at the end is thrown away. A network whose state has a fixed shape is thankful for that.
#
# With N tokens, a batch of shape (batch_size, sequence_length) and one target for each position, there are
# n = (N − 1) // (batch_size · sequence_length) full batches. So each row is n · sequence_length tokens long. **By
# hand:** 25 tokens in batches of 2 rows and 3 characters make (25 − 1) // 6 = 4 batches, and each row is 12 long. Row 1
# holds tokens 0 to 11, row 2 tokens 12 to 23, and the target of token 23 is token 24.
#
# `yield` one pair of inputs and targets after the other. Take the targets from the text, one token further on. Many a
# published version takes the first character *of the same batch* as its last target, which is wrong once in each row of
# each batch.
#
# <details><summary>Hint 1: the rows</summary>
#
# `tokens[: batch_size * length].view(batch_size, length)` are the inputs, with `length = n * sequence_length`. The
# targets are the same slice, moved by one.
#
# </details>
#
# <details><summary>Hint 2: the batches</summary>
#
# `for start in range(0, length, sequence_length):` and then `inputs[:, start : start + sequence_length]`.
#
# </details>


# %% exercise="get_batches" minutes=10
def get_batches(tokens: torch.Tensor, batch_size: int, sequence_length: int):
    """Cut tokens into rows, and yield full batches (inputs, targets), each (batch, time)."""
    # TODO: how many full batches? Then rows of inputs and of targets, cut into batches.
    ### BEGIN SOLUTION
    count = (len(tokens) - 1) // (batch_size * sequence_length)
    length = count * sequence_length
    inputs = tokens[: batch_size * length].view(batch_size, length)
    targets = tokens[1 : batch_size * length + 1].view(batch_size, length)
    for start in range(0, length, sequence_length):
        piece = slice(start, start + sequence_length)
        yield inputs[:, piece], targets[:, piece]  # (batch, time)
    ### END SOLUTION


# %%
get_batches = check.get_batches(get_batches)

# %% [markdown]
# ### Exercise 7: `train_epoch`
#
# One pass over the batches, as in lesson 03: for each batch forward, loss, `zero_grad`, `backward`, clip the norm, step.
# Return the mean of the batches' losses. (`batches` may also be what `get_batches` yields, which has no length: count as
# you go.)
#
# What is new is the state. It starts from `None` and is carried on, **detached**. Without that, the second `backward`
# would want to go back into the first batch, whose graph is gone. ("Trying to backward through the graph a second
# time" is the most asked question about these models.) A tuple has no `detach`, so detach both of its parts.
#
# <details><summary>Hint 1: the state</summary>
#
# `state = tuple(part.detach() for part in state)`
#
# </details>
#
# <details><summary>Hint 2: loss and clipping, as in lesson 03</summary>
#
# `F.cross_entropy(logits.flatten(0, 1), targets.flatten())` makes one long row of all positions. Between `backward` and
# `step` comes `nn.utils.clip_grad_norm_(model.parameters(), clip_norm)`.
#
# </details>


# %% exercise="train_epoch" minutes=10
def train_epoch(
    model: nn.Module, batches, optimizer: torch.optim.Optimizer, clip_norm: float = 5.0
) -> float:
    """Take one step on each batch, the state carried on. Returns the mean loss."""
    losses, state = [], None
    # TODO: for each batch forward, loss, zero_grad, backward, clip, step; detach the state.
    ### BEGIN SOLUTION
    for inputs, targets in batches:
        logits, state = model(inputs, state)  # (batch, time, vocab)
        state = tuple(part.detach() for part in state)
        loss = F.cross_entropy(logits.flatten(0, 1), targets.flatten())
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), clip_norm)
        optimizer.step()
        losses.append(loss.item())
    return sum(losses) / len(losses)
    ### END SOLUTION


# %%
train_epoch = check.train_epoch(train_epoch)

# %% [markdown]
# ### Exercise 8: `validate`
#
# The mean loss over batches on which nothing is learned: in evaluation mode, so that nothing is dropped out, without
# gradients, and with a state of its own that starts from `None`. All batches of `get_batches` are full, so the mean of
# their losses is the mean over all characters. (The `StreamBatches` of section 7 can end with a shorter one. There the
# package's `evaluate` weighs each loss by its length.) Leave the model in the mode in which you found it.
#
# <details><summary>Hint</summary>
#
# `was_training = model.training`, `model.eval()`, the loop under `with torch.no_grad():`, and at the end
# `model.train(was_training)`.
#
# </details>


# %% exercise="validate" minutes=8
def validate(model: nn.Module, batches) -> float:
    """Return the mean loss over batches, the state carried on; the model stays as it was."""
    # TODO: evaluation mode, no gradients, a state of its own; then back to the mode before.
    ### BEGIN SOLUTION
    was_training = model.training
    model.eval()
    losses, state = [], None
    with torch.no_grad():
        for inputs, targets in batches:
            logits, state = model(inputs, state)  # (batch, time, vocab)
            losses.append(F.cross_entropy(logits.flatten(0, 1), targets.flatten()).item())
    model.train(was_training)
    return sum(losses) / len(losses)
    ### END SOLUTION


# %%
validate = check.validate(validate)

# %% [markdown]
# Your own network, your own batches, your own loop: ten seconds on a little text, to see that all of it works together.
# A fresh network starts at about ln V. (The bigram of the table has seen fourteen times as much text.)

# %%
_ = torch.manual_seed(4)
own = CharLSTM(symbols, 64, num_layers=2, dropout=0.1)
own_batches = list(get_batches(tales.train.tokens[:64_001], batch_size=8, sequence_length=30))
own_val = list(get_batches(tales.val.tokens[:16_001], batch_size=16, sequence_length=100))
optimizer = torch.optim.Adam(own.parameters(), lr=0.01)
losses = [validate(own, own_val)]

# %% tags=["nbval-ignore-output"]
for epoch in range(full_or_quick(3, 1)):
    train_loss = train_epoch(own, own_batches, optimizer)
    losses.append(validate(own, own_val))
    print(f"epoch {epoch + 1}   training {train_loss:.3f}   validation {losses[-1]:.3f}")

# %%
uniform = torch.tensor(float(symbols)).log().item()
print(f"ln V = {uniform:.2f}, and the first loss is near:", abs(losses[0] - uniform) < 0.2)
ahead = tales_baselines.named["bigram"] - losses[-1]
print("your own loop beats the bigram by more than 0.4:", ahead > 0.4)

# %% [markdown]
# ## 6 · Writing
#
# ### Exercise 9: `keep_top_k`
#
# A softmax gives every character some probability, also those that make no sense. Each is unlikely, but there are many
# of them, and after one of them the text is derailed. **Top-k** sampling keeps the k likeliest characters and draws among
# these by their probabilities. (Fan and others described it in 2018; character models have had it for longer.)
#
# It is done on the logits. All but the k largest become −∞, since $e^{-\infty} = 0$. With k = 2, (2.0, −1.0, 0.5, 1.0)
# becomes (2.0, −∞, −∞, 1.0). Each row of logits has its own k largest. What stays, stays at its place. If several logits
# are equal to the k-th largest, you may keep all of them or just as many as make k: it hardly ever happens.
#
# <details><summary>Hint</summary>
#
# `logits.topk(k).values` holds the k largest of the last dimension, in falling order, so its `[..., -1:]` is the
# smallest that stays. `logits.masked_fill(mask, -torch.inf)` fills where the mask is true.
#
# </details>


# %% exercise="keep_top_k" minutes=6
def keep_top_k(logits: torch.Tensor, k: int) -> torch.Tensor:
    """Set all but the k largest logits of the last dimension to minus infinity. Shape as given."""
    # TODO: find the k-th largest; fill what is smaller.
    ### BEGIN SOLUTION
    last = logits.topk(k).values[..., -1:]  # (..., 1)
    return logits.masked_fill(logits < last, -torch.inf)
    ### END SOLUTION


# %%
keep_top_k = check.keep_top_k(keep_top_k)

# %% [markdown]
# ### Exercise 10: `sample`
#
# The model writes. Be exact about what is fed when. The **prime** is the text that it goes on from.
#
# 1. Feed all of the prime, from a fresh state: tokens of shape (1, length). That warms the state up. The logits at the
#    *last* position are already the prediction of the first new character.
# 2. Draw it, and feed it, with the state. The logits that come back predict the second one. And so on.
#
# So each character is fed once. To feed the prime's last character a second time, or to feed only that one, are the
# usual mistakes. Nothing looks broken; the text is only a little worse.
#
# Return the prime with `size` characters after it. Use your `keep_top_k`, and hand `generator` on to
# `torch.multinomial`, so that a text can be drawn again. Mind the mode, and gradients.
#
# And mind the **device**. In section 7 the model may be on a GPU. Then the tokens that it reads must be there, too. The
# generator stays on the CPU, so there the draw is made. (Do not move the model: `model.cpu()` moves the very model that
# is being trained, and the next step fails.)
#
# <details><summary>Hint 1: one draw</summary>
#
# `torch.softmax(keep_top_k(logits[0, -1], top_k), dim=-1)`, then
# `torch.multinomial(probabilities, 1, generator=generator)`, a tensor of shape (1,).
#
# </details>
#
# <details><summary>Hint 2: in and out</summary>
#
# `vocabulary.encode(prime)` gives tokens of shape (length,); `[None]` makes a batch of one text of them. The character
# of a token is `vocabulary.symbols[token.item()]`.
#
# </details>
#
# <details><summary>Hint 3: there and back</summary>
#
# `device = next(model.parameters()).device` is where the model is. Feed `tokens.to(device)`, and draw from
# `logits[0, -1].cpu()`. On a computer without a GPU both change nothing.
#
# </details>


# %% exercise="sample" minutes=12
def sample(model: nn.Module, vocabulary, size: int, prime: str, top_k: int, generator=None) -> str:
    """Continue the prime by `size` characters, each drawn from the top_k likeliest."""
    # TODO: warm up on the prime; then draw, feed, draw, feed.
    ### BEGIN SOLUTION
    was_training, device = model.training, next(model.parameters()).device
    model.eval()
    text, tokens, state = prime, vocabulary.encode(prime)[None], None  # (1, time)
    with torch.no_grad():
        for _ in range(size):
            logits, state = model(tokens.to(device), state)  # (1, time, vocab)
            last = logits[0, -1].cpu()  # (vocab,)
            probabilities = torch.softmax(keep_top_k(last, top_k), dim=-1)  # (vocab,)
            tokens = torch.multinomial(probabilities, 1, generator=generator)[None]  # (1, 1)
            text += vocabulary.symbols[tokens.item()]
    model.train(was_training)
    return text
    ### END SOLUTION


# %%
sample = check.sample(sample)

# %% tags=["nbval-ignore-output"]
samples = torch.Generator().manual_seed(7)
print_text(sample(own, tales.vocabulary, 200, "There was ", 5, samples))

# %% [markdown]
# ### What goes wrong most often
#
# These are five errors about which readers of such models ask most. The package names each of them. Read each message
# once, and you will know it when you meet it.


# %%
def report(attempt):
    """Do something that fails, and print what the package says."""
    try:
        attempt()
    except ValueError as error:
        print("·", error)


# %%
state = fast.init_state(batch_size=16)
report(lambda: fast(texts[:4], state))  # the last batch was smaller
report(lambda: fast(texts, state[0]))  # the hidden state without the cell
report(lambda: generate(fast, tales.vocabulary, "Åsa", 10))  # a character that was never seen
report(lambda: generate(fast, tales.vocabulary, "", 10))  # nothing to go on from
report(lambda: generate(fast, tales.vocabulary, "A", 10, top_k=0))

# %% [markdown]
# ## 7 · A book it can learn
#
# Now English: the documentation of Python, as in the lessons before, and with the package's network. Again everything
# that a run is made of stands in a preset.

# %%
settings = preset("quick", architecture="lstm")
split = make_split(load_corpus(settings.corpus), validation=0.1, test=0.1)
vocabulary = split.vocabulary
_ = torch.manual_seed(1)
model = settings.make_model(len(vocabulary))
model = model.to(choose_device(model).device)

# %% tags=["nbval-ignore-output"]
print(f"{settings}\n\n{count_parameters(model):,} parameters\n")
baselines = baseline_table(split.train, split.val)

# %% [markdown]
# A `forget_bias` of None leaves the biases of the forget gate as PyTorch draws them, around 0 like all others. It is not
# the 1 of exercise 4: on texts like these a bias around 0 learns faster, as section 10 will show. The full size of section 12
# has `None`, too, since the models that it stands for are made of `nn.LSTM` as it comes.
#
# Training takes less than a minute. Each line shows both losses and a sample. The checkpoints are in `runs/04_lstm`; with
# `resume = True` a finished run gives its weights back without training.

# %%
folder, resume = "runs/04_lstm", False
train_batches = settings.make_batches(split.train.tokens)
val_batches = StreamBatches(split.val.tokens, 128, batch_size=16)
keeping = {"checkpoint_folder": folder, "vocabulary": vocabulary, "sample_generator": samples}
optimization = {"epochs": full_or_quick(settings.epochs, 1), **settings.optimization}


# %%
def show_progress(progress):
    written = sample(model, vocabulary, 50, "The ", 5, samples)
    train_loss, val_loss = progress.history.train_loss[-1], progress.history.val_loss[-1]
    print(f"epoch {progress.epoch:2}   {train_loss:.3f}   {val_loss:.3f}   {written!r}")


# %% tags=["nbval-ignore-output"]
print("epoch      train   val     sample")
reporting = {"val_batches": val_batches, "callback": show_progress}
history = training.fit(model, train_batches, resume=resume, **optimization, **reporting, **keeping)

# %%
_ = load_checkpoint(f"{folder}/best.safetensors", model, vocabulary)
score = training.evaluate(model, val_batches)
best_ngram = baselines.named["best n-gram"]
print("beats the best n-gram:", score.loss < best_ngram)
print("and by more than 0.05 nats per character:", score.loss < best_ngram - 0.05)

# %%
_ = history.plot(bigram=baselines.named["bigram"], **{"best n-gram": best_ngram})

# %% [markdown]
# *What to see: one epoch is enough to leave the bigram far behind. The line of the best n-gram is crossed in the third
# of the four, and the loss goes on falling to the end. The training loss lies above the validation loss at first, since it
# is a mean over an epoch in which the model was still worse, with dropout on.*

# %%
_ = plot_baselines(baselines.named | {"this model": score.loss}, highlight=("this model",))

# %% [markdown]
# *What to see: the LSTM is the first of our models that stands clearly apart from everything that counts.*
#
# And it writes, from a prime, with a small k and with a large one:

# %% tags=["nbval-ignore-output"]
for top_k in (2, 5, 20):
    print_text(
        f"--- top_k {top_k}\n{sample(model, vocabulary, 300, 'The function ', top_k, samples)}\n"
    )

# %% [markdown]
# With k = 2 its words are spelled right, and it says the same thing over and over. With k = 20 it is lively and makes
# mistakes. Lesson 06 is about nothing else.
#
# ## 8 · Does it forget less?
#
# Back to the tales, and to the question of section 1. An LSTM has four times the weights of a vanilla RNN with as many
# hidden numbers. To be fair we give it half as many, 128, so that both have the same number of parameters. It learns at
# the rate that suits it best. (And with a forget bias of 0. Section 10 says why.)

# %% tags=["nbval-ignore-output"]
_ = torch.manual_seed(1)
storyteller = lstm.CharLSTM(symbols, 32, 128, forget_bias=0.0)
lstm_loss = train_on_tales(storyteller, 2e-2)
print(f"vanilla RNN {count_parameters(rnn):,} parameters, loss {rnn_loss:.3f}")
print(f"LSTM        {count_parameters(storyteller):,} parameters, loss {lstm_loss:.3f}")
print_text(generate(storyteller, tales.vocabulary, "There was ", 200, generator=samples))

# %%
excess = excess_over_floor(storyteller, tales.val)
print(
    "above the floor by more than ten standard errors:", excess.excess > 10 * excess.standard_error
)
reach["LSTM"] = gradient_reach(storyteller, texts, steps=80)
ratio = reach["LSTM"][-1] / reach["vanilla RNN"][-1]
print("after 80 steps the LSTM has more than three times as much left:", ratio > 3)
_ = plot_gradient_norms(reach)

# %% [markdown]
# *What to see: over the first forty steps there is no difference. Then the LSTM's curve bends: some of its gates stay open,
# and on that road the gradient hardly fades any more. After eighty steps much more is left than in the vanilla RNN. But
# it is little in both.*
#
# And the loss? It is no better than that of the vanilla RNN, which has twice as many hidden numbers. An LSTM *can* keep
# something over a long distance. It still has to learn what, and fifteen seconds are short. Section 10 has the curves of
# recall, and tables of longer runs and of English.
#
# ## 9 · What the gates do
#
# We let the network read 12,000 characters that it has not seen, and keep every gate and every cell. `read_gates`
# returns them by name, each of shape (batch, time, layers, hidden).

# %%
stretch = 12_000
text = tales.val.text[:stretch]
seen = read_gates(storyteller, tales.val.tokens[None, :stretch])
names = ("input_gate", "forget_gate", "output_gate")
_ = plot_gate_saturation({name: seen[name] for name in names})

# %% [markdown]
# *What to see: most of the time a gate is nearly open or nearly closed. In between stands only a fifth of all. The network
# has learned to decide: keep or erase, write or not, show or not. The forget gates are open nearly two thirds of the time;
# the output gates are closed most often. Much is kept that is not shown.*
#
# In 2015 Karpathy, Johnson and Li looked into LSTMs in this way, and found units that one can name: one that was on
# inside quotations, one that counted down the line. Such units make fine pictures. But among hundreds of units one always
# finds some that look like something. So we search with a **probe**, and keep it honest:
#
# - We say beforehand what we look for, as a number at each character.
# - The unit is chosen on the first half of the text, and judged on the second half.
# - The same search is done for a feature that cannot be there: the right one, moved by 1,000 characters.


# %%
def running(step):
    """Return a number at each character, made from the one before and the character."""
    values = []
    for character in text:
        values.append(step(values[-1] if values else 0, character))
    return torch.tensor(values)


# %%
features = {
    "inside a quotation": running(lambda last, c: 1 - last if c == '"' else last),
    "letters of this word so far": running(lambda last, c: last + 1 if c.isalpha() else 0),
    "characters since a stop or a mark": running(lambda last, c: 0 if c in '.?!"\n' else last + 1),
}
cells = seen["cell"][0, :, 0]  # (time, hidden)
probes = {name: best_unit(cells, feature) for name, feature in features.items()}
moved = [best_unit(cells, feature.roll(1000)).correlation for feature in features.values()]

# %%
sums = {name: linear_probe(cells, feature) for name, feature in features.items()}
for name, probe in probes.items():
    print(f"{name:34} unit {probe.unit:3}: {probe.correlation:5.2f}   all units: {sums[name]:.2f}")
print("nothing is found that is not there:", max(map(abs, moved)) < 0.15)

# %% [markdown]
# A **correlation** of 1 or −1 means that the unit follows the feature exactly, and 0 that it has nothing to do with it.
#
# What did we find? One unit follows the letters of a word. One goes down with every character since the last stop or
# quotation mark. No unit follows quotations closely. And yet the network closes most of them, so it must know. The last
# column has the answer: a weighted sum over *all* units (fitted on the first half, judged on the second) follows
# quotations much better than the best single one. What a network knows is seldom kept in one place.
#
# Here is the unit that counts, over the text. Its cell is a number without limits, so the colours go from its lowest
# value to its highest.

# %%
unit = probes["characters since a stop or a mark"].unit
shown = slice(0, 360)
_ = colour_text(text[shown], cells[shown, unit], title=f"Cell {unit}, while the network reads")

# %%
piece = slice(60, 130)
names = ("input_gate", "forget_gate", "candidate", "output_gate")
strips = {name.replace("_", " "): seen[name][0, piece, 0, unit] for name in names}
_ = plot_strips(text[piece], strips, title=f"The gates of unit {unit}, character by character")

# %% [markdown]
# *What to see: above, the colour gets darker within a sentence and jumps back at its end. Below you see how this is done.
# (0, a closed gate, is grey. Only the candidate can be darker.) The forget gate is open and the candidate mostly −1, so at
# each character the cell goes down by as much as the input gate lets in. At a stop or a mark the forget gate closes, and
# the count starts anew. Now and then the candidate turns positive: at a mark, and also at places within a sentence, where
# the cell goes up a little. It is no perfect counter. Nobody wrote it. It was found by gradient descent, because it helps
# to know how far a sentence has gone.*
#
# ## 10 · Two gates are enough: the GRU
#
# The **GRU** (gated recurrent unit; Cho and others, 2014) asks: must keeping and writing be two decisions? It has one gate
# for both, the **update gate** $z$: what is not kept is replaced. And it has no cell beside the hidden state:
#
# $$h_t = z_t \odot h_{t-1} + (1 - z_t) \odot n_t$$
#
# The candidate $n_t$ is computed as in an LSTM, but it sees the old state only through a second gate, the **reset gate**.
# Three parts of weights in place of four, so with the same number of parameters it can have more hidden numbers: 148.

# %% tags=["nbval-ignore-output"]
_ = torch.manual_seed(1)
gated = gru.CharGRU(symbols, 32, 148)
gru_loss = train_on_tales(gated, 1e-2)
print(f"GRU         {count_parameters(gated):,} parameters, loss {gru_loss:.3f}")

# %%
sizes = [count_parameters(model) for model in (rnn, storyteller, gated)]
print("as many parameters, within two percent:", max(sizes) < 1.02 * min(sizes))
print("the GRU's loss is lower than that of both others:", gru_loss < min(rnn_loss, lstm_loss))

# %%
recalls |= {"LSTM": closes_quotations(storyteller), "GRU": closes_quotations(gated)}
far = {name: bins[-1].accuracy for name, bins in recalls.items()}
print("the GRU closes the most after forty characters:", max(far, key=far.get) == "GRU")
names = {"distance_name": "characters since it was opened", "share_name": "share closed"}
_ = plot_recall(recalls, title="Is an open quotation closed?", **names)

# %% [markdown]
# *What to see: the GRU closes quotations that were opened long ago, and the two others lose many. Its loss is the lowest,
# too. At equal parameters, and with as many steps, the vanilla RNN is here as good as the LSTM.*
#
# If that surprises you, good: this is why one measures. It is one text, one size, and a run of fifteen seconds, which
# rewards what learns fast. `python -m benchmarks gated` asks further. All its networks have about as many parameters,
# except for the last line of the first table. "Closed" counts the quotations that are closed after 20 to 79 characters.
#
# | on tales | 1,500 steps: loss | closed | 10,500 steps: loss | closed |
# |---|---|---|---|---|
# | vanilla RNN, 256 hidden | 0.596 | 75 % | 0.407 | 89 % |
# | LSTM, 128 hidden, forget bias −1 | 0.568 | 73 % | | |
# | LSTM, 128 hidden, forget bias 0 | 0.633 | 63 % | 0.410 | 92 % |
# | LSTM, 128 hidden, forget bias 1 | 0.740 | 65 % | 0.474 | 83 % |
# | LSTM, 128 hidden, forget bias 2 | 0.720 | 64 % | | |
# | GRU, 148 hidden | 0.542 | 92 % | 0.377 | 97 % |
# | LSTM, 256 hidden, forget bias 0 (three times the parameters) | | | 0.303 | 100 % |
#
# | on Python's documentation | 1,500 steps: loss |
# |---|---|
# | best n-gram | 1.336 |
# | vanilla RNN, 256 hidden | 1.324 |
# | GRU, 148 hidden | 1.284 |
# | LSTM, 128 hidden, forget bias 0 | 1.271 |
# | LSTM, 128 hidden, forget bias 1 | 1.308 |
#
# (Single runs, with the best of a few learning rates for each kind. A difference of 0.01 says nothing.)
#
# Three things stand out.
#
# - **Which network is best depends on the text and on the time.** On English the LSTM leads, on tales the GRU does. With
#   seven times the steps the LSTM has caught up with the vanilla RNN and closes more quotations. With 256 hidden numbers,
#   as many as the vanilla RNN has, it closes every single one.
# - **The forget bias of 1 did not pay.** In each of these pairs a bias of 0 has the lower loss, and in the short run a
#   bias of −1 one that is lower still, below that of the vanilla RNN. Why might that be? What predicts the
#   next character mostly lies a few characters back. A fresh cell that keeps everything is a blurred sum of the last ten
#   characters, and must first learn to forget. The advice comes from tasks whose answer lies far back. Good advice is
#   advice for a case.
# - **Two gates are enough** for much. The GRU is simpler and learns fast. It is also touchy: at the learning rate of its
#   short run, its long run ended at 0.71. (The table has the long run at a third of that rate.)
#
# %% [markdown]
# ## 11 · What loss should you expect?
#
# Losses in nats per character. Papers count in **bits**: multiply by ln 2 = 0.693 to get nats. Different texts cannot be
# compared with each other; within one text they can. (Before each command comes `python -m`.)
#
# | text | model | loss | where from |
# |---|---|---|---|
# | Python's documentation | best n-gram | 1.336 | this notebook |
# | Python's documentation | LSTM, 192 hidden, 4 epochs: this lesson's default | about 1.25 | this notebook |
# | tinyshakespeare | best n-gram | 1.669 | `helpers.baselines tinyshakespeare` |
# | tinyshakespeare | small GPT, 0.8 million parameters, 1 to 1½ min on two cores | 1.91 | `benchmarks quality` |
# | tinyshakespeare | LSTM, 192 hidden, in the same time | 1.51 | `benchmarks quality` |
# | tinyshakespeare | LSTM, 256 hidden, 11 min on one core, median of three | 1.465 | `benchmarks attempts` |
# | tinyshakespeare | GPT, 10.6 million parameters, 3 min on an A100 | 1.4697 | Karpathy, nanoGPT (2022) |
# | *War and Peace*, lower-cased | best n-gram | 1.319 | `helpers.train --preset war-and-peace` |
# | *War and Peace*, lower-cased | RNN, 500 hidden, 9 min on two cores | 1.289 | the same, `--minutes 10` |
# | *War and Peace*, lower-cased | LSTM, 320 hidden, 12 min on two cores | 1.214 | `benchmarks/results.md` |
# | *War and Peace* | best n-gram (context of 20), test | 1.195 | Karpathy, Johnson and Li (2015) |
# | *War and Peace* | best recurrent network, test | 1.077 | Karpathy, Johnson and Li (2015) |
# | Wikipedia, first 100 MB | LSTM, seven layers of 700 | 1.67 bits = 1.16 | Graves (2013) |
# | Wikipedia, first 100 MB (enwik8) | LSTM, three layers, well tuned | 1.232 bits = 0.854 | Merity, Keskar and Socher (2018) |
# | Penn Treebank, by characters | LSTM, three layers, well tuned | 1.175 bits = 0.814 | Merity, Keskar and Socher (2018) |
# | Wikipedia (enwik8) | transformer, 64 layers | 1.06 bits = 0.735 | Al-Rfou and others (2018) |
# | *Anna Karenina* | best n-gram (context of 5) | 1.491 | `helpers.baselines anna-karenina` |
#
# (Python's documentation is that of CPython 3.11; other versions differ a little.) The full size of the next section
# stands in no row, since nobody has measured it yet on a machine of ours. If you do, you know what it must beat.
#
# ## 12 · Full size
#
# Two layers of 512 on one-hot vectors, half of the states dropped out, batches of 64 rows of 100 characters, on *Anna
# Karenina*: the most copied character model there is. In section 7 it is one word:
#
# ```python
# settings = preset("full", architecture="lstm")  # Anna Karenina
# ```
#
# Run the cells of section 7 again, with `folder = "runs/04_lstm_full"`. The text is downloaded once. On a GPU it takes
# minutes; on a processor, hours: give it all its cores first, with `torch.set_num_threads(cores)`. Then
# `sample(model, vocabulary, 1000, "Anna", 5)`. For a text of your own, put its name in the place of `settings.corpus`.

# %%
print(preset("full", architecture="lstm"))

# %%
check.progress()

# %% [markdown]
# ## Remember
#
# - The cell is changed by a product and a sum. Where its forget gate is open, the gradient comes back undiminished.
# - Gates are sigmoids, the candidate is a tanh. PyTorch's order is input, forget, candidate, output, with two biases.
# - The state is a tuple (hidden, cell). Detach both.
# - Dropout stands between the layers and after the last, never in time. `nn.LSTM` with one layer drops nothing.
# - The prime warms the state up, and its last logits predict the first new character. Each character is fed once.
# - Compare at equal parameters, with a learning rate tuned for each, and look at longer runs before you judge.
# - A unit that looks like something must be judged on text on which it was not chosen.
#
# ## Questions to think about
#
# 1. Why is the candidate a tanh and not a sigmoid? What could the cell no longer do?
# 2. The cell has no tanh around it. How large can it get after 100 steps, and how does the network see it?
# 3. All forget gates at 1, all input gates at 0: what does the network remember, and what is its gradient?
# 4. Dropout on the state that is carried through time would set other numbers to zero at every step. What would be left
#    of a number after 50 steps with dropout 0.5?
# 5. Why may `get_batches` throw away what is left over, while a validation loss should count every character?
# 6. A GRU has no output gate. How could it hide something that it keeps?
#
# ### BEGIN SOLUTION
# <details><summary>Our answers</summary>
#
# 1. It must be able to write negative numbers. With a sigmoid the cell could only be increased, and only forgotten
#    downwards: the counter of section 9, for example, could count in one direction only.
# 2. Each step adds a number between −1 and 1, so at most 100. What is shown is its tanh, which is 1 for everything above
#    3: the network can count beyond what it shows, and sees only when the count comes back near 0.
# 3. The cell of the start, for ever, and the gradient back to it is 1 at every step. Nothing new is ever written.
# 4. 0.5⁵⁰, about 10⁻¹⁵, is the chance that it was never dropped. Practically nothing. (Variants that keep the *same*
#    numbers dropped over all steps avoid this: Gal and Ghahramani, 2016.)
# 5. In training, every character comes again in the next epoch, and a few at the end hardly matter. A published figure
#    should say what it counts; the package's `evaluate` counts all, and weighs the last batch by its length.
# 6. Only by what reads it: the output layer can give a number no weight, and the reset gate can hide it from the candidate.
#
# </details>
# ### END SOLUTION

# %% [markdown]
# ## Try
#
# - Train the model of section 8 with 256 hidden numbers, a learning rate of 0.005 and as many steps as you have patience
#   for. How many quotations does it close?
# - Set the forget gate of one unit to 1 for ever (a large bias) and train. What does the network use it for?
# - Feed the prime's last character twice in `sample`. Can you tell from the text?
# - Look for another unit: one for numbers, for names, for letters with a date.
#
# ## Read on
#
# - Sepp Hochreiter and Jürgen Schmidhuber, *Long Short-Term Memory* (1997).
# - Felix Gers, Jürgen Schmidhuber and Fred Cummins, *Learning to Forget* (2000): the forget gate.
# - Alex Graves, *Generating Sequences with Recurrent Neural Networks* (2013).
# - Kyunghyun Cho and others, *Learning Phrase Representations using RNN Encoder–Decoder* (2014): the GRU.
# - Andrej Karpathy, Justin Johnson and Fei-Fei Li, *Visualizing and Understanding Recurrent Networks* (2015).
# - Rafal Jozefowicz, Wojciech Zaremba and Ilya Sutskever, *An Empirical Exploration of Recurrent Network Architectures*
#   (2015): the forget bias.
# - Angela Fan, Mike Lewis and Yann Dauphin, *Hierarchical Neural Story Generation* (2018): top-k sampling.
# - Stephen Merity, Nitish Keskar and Richard Socher, *An Analysis of Neural Language Modeling at Multiple Scales* (2018).
#
# Next: **05 · attention**.
