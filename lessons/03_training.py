# %% [markdown]
# # 03 · Training properly
#
# You have a recurrent network, and you know where its gradient comes from. In this notebook you build what stands
# around a network: everything that decides whether the same few thousand weights end up as a good model or a poor one.
#
# There is a reason for each part, and you will see most of these reasons as a picture. What does it cost to carry a
# state where it does not belong? When does a model begin to learn by heart? How far is it from perfect? How many
# characters back does it remember?
#
# **At the end you will have built** a stack of recurrent layers, contiguous streams, a training step with clipping, a
# learning-rate schedule, a validation pass, early stopping, and the loop that holds them together. You will have
# trained a model that on English beats every model that only counts, and stopped and resumed a training without losing
# a bit.
#
# **You need** lesson 01; lesson 02 helps. **Time:** three to four hours, of which the machine computes for about two
# minutes. A good place for a break is after exercise 5.

# %%
import math

import torch
import torch.nn.functional as F
from torch import nn

# %%
from helpers import training
from helpers.checks.training import check
from helpers.corpora import load_corpus
from helpers.ground import choose_device, load_checkpoint
from helpers.measuring import excess_over_floor
from helpers.models import stacked_rnn
from helpers.pictures import draw_streams
from helpers.text import StreamBatches, WindowBatches, baseline_table

# %%
from helpers.course import full_or_quick, print_text
from helpers.measuring import describe_parameters, recall_by_distance
from helpers.pictures import COLOURS, new_axes, plot_baselines, plot_losses, plot_recall
from helpers.sampling import generate
from helpers.text import make_split
from helpers.training import preset

# %%
_ = torch.manual_seed(3)
cores = torch.get_num_threads()
torch.set_num_threads(1)

# %% [markdown]
# (The last two lines: PyTorch likes to share work among all cores. Our tensors are so small that this saves little, and on
# a busy machine it costs a lot. On one core, sums are also added in the same order each time, which section 10 needs.)
#
# ## 1 · Before any training: what is a good loss?
#
# A loss of 1.2 may be a triumph or a disgrace. It depends on the text. So the first thing to train is nothing at all:
# we ask what models without any learning reach.
#
# The text is one that the course writes itself. `tales` are small stories, put together by a grammar whose every choice
# has a known probability. So for this text, unlike for any text that people wrote, we know the best loss that is
# possible. It is called the **floor**.

# %%
tales = make_split(load_corpus("tales"))
print(tales.train, tales.val)
print_text(tales.val.text[: tales.val.starts[1]])

# %% [markdown]
# A part is cut off for **validation**: the model never trains on it, and we look at it again and again. `make_split`
# cuts where a tale begins, so no tale is torn.
#
# The table below holds the losses of models that count. Context 0 knows only how frequent each character is (a
# **unigram**), context 1 knows the character before (a **bigram**), and so on. It goes on for as long as a longer
# context helps, and one further.

# %%
tales_baselines = baseline_table(tales.train, tales.val)

# %%
bars = {name: loss for name, loss in tales_baselines.named.items() if name != "floor"}
_ = plot_baselines(bars, highlight=("best n-gram",), floor=tales_baselines.floor)

# %% [markdown]
# *What to see: each baseline knows more than the one above it. The dashed line is the floor: the grammar itself loses
# that much, since it draws its words by chance, and no model can ever stand to the left of it.*
#
# From now on, read a loss like this:
#
# | your loss is | it says |
# |---|---|
# | above ln V | worse than knowing nothing: a bug, or a learning rate that is far too high |
# | near the unigram | the output layer has learned, the recurrence not yet |
# | above the bigram | less than a memory of one character: look for a bug |
# | below the best n-gram | it uses what counting cannot |
# | below the floor | impossible: the model sees what it should predict |
#
# The best n-gram is strong here: after nine characters of a tale there is often only one way to go on, and one million
# characters are enough to have seen it. What it cannot do is remember the hero's name over a paragraph.
#
# ## 2 · From a cell to a stack
#
# In lesson 01 the network was one class. We take it apart. Its heart is the **cell**: one step in time, from an input
# and a state to the next state.
#
# $$h_t = \tanh(W_e\,x_t + b_e + W_h\,h_{t-1} + b_h)$$
#
# ### Exercise 1: `RNNCell`
#
# Two linear maps and tanh; no `nn.RNN`, no `nn.RNNCell`. In `__init__`, make `self.input_to_hidden` and
# `self.hidden_to_hidden`, each with a bias. In `forward`, return the next state.
#
# <details><summary>Hint 1</summary>
#
# `nn.Linear(a, b)` turns `a` numbers into `b`. The first map reads `input_size` numbers, the second `hidden_size`. Both
# give `hidden_size`.
#
# </details>
#
# <details><summary>Hint 2</summary>
#
# Add what the two maps give, and only then take `torch.tanh`.
#
# </details>


# %% exercise="RNNCell" minutes=6
class RNNCell(nn.Module):
    """One step of a recurrent layer."""

    def __init__(self, input_size: int, hidden_size: int):
        super().__init__()
        # TODO: make self.input_to_hidden and self.hidden_to_hidden.
        ### BEGIN SOLUTION
        self.input_to_hidden = nn.Linear(input_size, hidden_size)
        self.hidden_to_hidden = nn.Linear(hidden_size, hidden_size)
        ### END SOLUTION

    def forward(self, inputs: torch.Tensor, hidden: torch.Tensor) -> torch.Tensor:
        """Take inputs (batch, input_size) and a state (batch, hidden); return the next state."""
        # TODO: both maps, their sum, tanh.
        ### BEGIN SOLUTION
        return torch.tanh(self.input_to_hidden(inputs) + self.hidden_to_hidden(hidden))
        ### END SOLUTION


# %%
RNNCell = check.RNNCell(RNNCell)

# %% [markdown]
# A cell does not care what its input is. In place of an embedding it can read the state of *another* cell. So layers can
# be stacked: at each time step, the first cell reads the character's embedding, the second reads the first one's new
# state, and so on. The state of the topmost cell goes to the output layer. Each layer carries a state of its own.
#
# The network then has one state for each layer, and we keep them in one tensor of shape (batch, layers, hidden).
#
# %% [markdown]
# One more part is prepared for you: **dropout**. While training, it sets a share of the numbers to zero, others each
# time, and scales up the rest. A network that cannot rely on any single number learns less by heart. It belongs on the
# way *up*: each layer's new state, the topmost included, is thinned out before it is handed up; the embedding is not.
# It does not belong on the way through time: a state that loses, say, a fifth of its numbers at every step has soon lost
# them all. In evaluation mode, `nn.Dropout` does nothing. Here is a reason for `model.eval()`.
#
# ### Exercise 2: `StackedRNN`
#
# There are three gaps.
#
# - In `__init__`, make `self.embedding`, `self.cells` and `self.output`. The cells go into an `nn.ModuleList`: in a
#   plain Python list, the optimizer would not find them. The first cell reads an embedding, all others a state.
# - In `init_state`, return zeros of shape (batch, layers, hidden).
# - In `forward`, loop over the time steps and, in each, over the layers, from the bottom to the top. Put every state
#   through `self.dropout` on its way up, and carry it on as it is. Return the logits, and the last states.
#
# <details><summary>Hint 1: the cells</summary>
#
# `nn.ModuleList([...])` takes a list of cells. The sizes that they read are
# `[embedding_size] + [hidden_size] * (num_layers - 1)`.
#
# </details>
#
# <details><summary>Hint 2: one state for each layer</summary>
#
# `states = list(state.unbind(1))` makes a list with one (batch, hidden) for each layer; in the loop,
# `states[layer] = cell(below, states[layer])`. At the end, `torch.stack(states, dim=1)` goes back.
#
# </details>
#
# <details><summary>Hint 3: the way up</summary>
#
# Start a time step with `below = embedded[:, t]`. After each cell, `below = self.dropout(states[layer])`. After the last
# one, append `below` to a list of outputs.
#
# </details>


# %% exercise="StackedRNN" minutes=25
class StackedRNN(nn.Module):
    """Predicts the next character with several recurrent layers on top of each other."""

    architecture = "stacked-rnn"  # the package's model of that name takes the same checkpoints

    def __init__(
        self,
        vocab_size: int,
        embedding_size: int,
        hidden_size: int,
        num_layers: int,
        dropout: float = 0.0,
    ):
        super().__init__()
        self.num_layers, self.hidden_size = num_layers, hidden_size
        self.dropout = nn.Dropout(dropout)
        # TODO: make self.embedding, self.cells (an nn.ModuleList of RNNCell) and self.output.
        ### BEGIN SOLUTION
        self.embedding = nn.Embedding(vocab_size, embedding_size)
        sizes = [embedding_size] + [hidden_size] * (num_layers - 1)
        self.cells = nn.ModuleList([RNNCell(size, hidden_size) for size in sizes])
        self.output = nn.Linear(hidden_size, vocab_size)
        ### END SOLUTION

    def init_state(self, batch_size: int) -> torch.Tensor:
        """Return the state before the first character: zeros of shape (batch, layers, hidden)."""
        # TODO: zeros, for each text of the batch and each layer.
        ### BEGIN SOLUTION
        return torch.zeros(batch_size, self.num_layers, self.hidden_size)
        ### END SOLUTION

    def forward(
        self, tokens: torch.Tensor, state: torch.Tensor | None = None
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Take tokens (batch, time); return logits (batch, time, vocab) and the last states."""
        if state is None:
            state = self.init_state(len(tokens)).to(tokens.device)
        # TODO: loop over time, and in each step over the layers.
        ### BEGIN SOLUTION
        embedded, outputs = self.embedding(tokens), []  # (batch, time, embedding)
        states = list(state.unbind(1))  # for each layer (batch, hidden)
        for t in range(tokens.shape[1]):
            below = embedded[:, t]  # (batch, embedding)
            for layer, cell in enumerate(self.cells):
                states[layer] = cell(below, states[layer])  # (batch, hidden)
                below = self.dropout(states[layer])
            outputs.append(below)
        return self.output(torch.stack(outputs, dim=1)), torch.stack(states, dim=1)
        ### END SOLUTION


# %%
StackedRNN = check.StackedRNN(StackedRNN)

# %% [markdown]
# Is it right? PyTorch's own `nn.RNN` is the judge. We copy the weights of a small stack into it, run both on the same
# tokens, and compare every state.

# %%
small = StackedRNN(vocab_size=20, embedding_size=8, hidden_size=16, num_layers=3)
judge = nn.RNN(8, 16, num_layers=3, batch_first=True)
with torch.no_grad():
    for layer, cell in enumerate(small.cells):
        for side, linear in (("ih", cell.input_to_hidden), ("hh", cell.hidden_to_hidden)):
            getattr(judge, f"weight_{side}_l{layer}").copy_(linear.weight)
            getattr(judge, f"bias_{side}_l{layer}").copy_(linear.bias)

# %%
tokens = torch.randint(20, (4, 50))  # (batch, time)
logits, state = small(tokens)  # (batch, time, vocab) and (batch, layers, hidden)
top, last = judge(small.embedding(tokens))  # nn.RNN keeps its states as (layers, batch, hidden)
print("the same logits as nn.RNN:", torch.allclose(logits, small.output(top), atol=1e-5))
print("the same states as nn.RNN:", torch.allclose(state, last.transpose(0, 1), atol=1e-5))

# %% [markdown]
# The course's package has the same network, `helpers.models.stacked_rnn.StackedRNN`. Its layers have the same names, so
# the weights can be loaded from one into the other. It differs inside: its gradient through time is the one that lesson
# 02 derived on paper, with one large matrix product for all steps. It is faster, and that is why we train with it below.
# First it has to prove that it is the same.

# %%
fast = stacked_rnn.StackedRNN(20, 8, 16, 3)
_ = fast.load_state_dict(small.state_dict())
fast_logits, _ = fast(tokens)
print("the same logits as the package:", torch.allclose(logits, fast_logits, atol=1e-5))

# %%
logits.square().mean().backward()
fast_logits.square().mean().backward()
pairs = zip(small.parameters(), fast.parameters(), strict=True)
same = all(torch.allclose(own.grad, other.grad, atol=1e-6) for own, other in pairs)
print("the same gradients as the package:", same)

# %% [markdown]
# ### Exercise 3: `count_parameters`
#
# "How large is your model?" is answered with the number of its **parameters**, the numbers that training changes. By
# hand, for the small stack above: the embedding has 20 · 8 = 160. The first cell has 8 · 16 + 16 · 16 weights and 2 · 16
# biases, together 416. The second and the third have 16 · 16 + 16 · 16 + 2 · 16 = 544 each. The output layer has
# 16 · 20 + 20 = 340. Together: 2,004.
#
# Return that number for any model. A parameter whose `requires_grad` is False is not trained, and does not count.
#
# <details><summary>Hint</summary>
#
# `model.parameters()` gives all of them, weights and biases; `parameter.numel()` says how many numbers are in one.
#
# </details>


# %% exercise="count_parameters" minutes=3
def count_parameters(model: nn.Module) -> int:
    """Return how many numbers training changes in a model."""
    # TODO: add up the sizes of all parameters that are trained.
    ### BEGIN SOLUTION
    return sum(one.numel() for one in model.parameters() if one.requires_grad)
    ### END SOLUTION


# %%
count_parameters = check.count_parameters(count_parameters)

# %%
print("as computed by hand:", count_parameters(small) == 2004)
print(describe_parameters(small))

# %% [markdown]
# ## 3 · Windows or streams
#
# In lesson 01 the text was cut into windows, and the windows were shuffled. Each window begins somewhere in the middle
# of a sentence, with a state of zeros: for its first few characters the network is blind. That is a waste, and worse:
# when the model *writes*, its state is never fresh.
#
# **Streams** do it differently. To train on 3 texts side by side, cut the text into 3 long pieces, the streams, and walk
# along all of them in step. Each batch takes the next few characters of every stream. Row 1 of a batch then goes on
# exactly where row 1 of the batch before ended, so the state that the network has reached there is the right one to go
# on from.

# %%
_ = draw_streams("The cat sat on the mat, and the dog sat on it.", batch_size=3, sequence_length=5)

# %% [markdown]
# *What to see: a row is one stream, read from left to right, and where it ends the next row goes on. A batch is three
# pieces, one of each stream. From batch to batch the state goes on along its row.*
#
# ### Exercise 4: `stream_batches`
#
# Cut tokens into streams and return the list of batches, each a pair of inputs and targets of shape (batch, time). Every
# position needs a target, so with N tokens a stream has length (N − 1) // batch_size. The last batch may be shorter than
# `sequence_length`. What does not fill another character in each stream is left out.
#
# Mind the direction. To get one stream in a *row*, tokens are reshaped to (batch_size, length). Reshaped to (length,
# batch_size), a row would hold neighbouring characters of the text, and every stream would be made of each third
# character. It runs just as well, and learns nothing of value.
#
# <details><summary>Hint 1: the streams</summary>
#
# `tokens[: batch_size * length].view(batch_size, length)` are the inputs. The targets are the same, one token further
# on: `tokens[1 : batch_size * length + 1]`.
#
# </details>
#
# <details><summary>Hint 2: the batches</summary>
#
# `inputs.split(sequence_length, dim=1)` cuts all streams into pieces of that length; the last may be shorter. `zip`
# pairs the pieces of inputs and targets.
#
# </details>


# %% exercise="stream_batches" minutes=10
def stream_batches(
    tokens: torch.Tensor, batch_size: int, sequence_length: int
) -> list[tuple[torch.Tensor, torch.Tensor]]:
    """Cut tokens into contiguous streams; return pairs (inputs, targets) of shape (batch, time)."""
    # TODO: reshape inputs and targets into streams, cut both into pieces, and pair them.
    ### BEGIN SOLUTION
    length = (len(tokens) - 1) // batch_size
    inputs = tokens[: batch_size * length].view(batch_size, length)
    targets = tokens[1 : batch_size * length + 1].view(batch_size, length)
    pieces = (whole.split(sequence_length, dim=1) for whole in (inputs, targets))
    return list(zip(*pieces, strict=True))
    ### END SOLUTION


# %%
stream_batches = check.stream_batches(stream_batches)

# %%
own = stream_batches(tales.train.tokens, 32, 64)
package = list(
    StreamBatches(tales.train.tokens, 64, batch_size=32)
)  # the package's order of arguments
pairs = [(torch.cat(one), torch.cat(other)) for one, other in zip(own, package, strict=True)]
print("the same batches as the package:", all(torch.equal(*pair) for pair in pairs))

# %% [markdown]
# The package's `StreamBatches` also says `carries_state = True`, so that the package's functions know what to do with
# the state. `WindowBatches` are the windows of lesson 01.
#
# ## 4 · One step
#
# A step of training has parts that you know, and one more.
#
# - **Teacher forcing.** At each position the network is given the *true* character, whatever it predicted before. So all
#   positions of a batch are computed in one pass. (Williams and Zipser gave it the name in 1989. When the model writes,
#   it has no teacher, and must read its own characters.)
# - **Cross-entropy**, over all positions of all rows.
# - **Adam**, which adapts the size of its steps for every weight.
# - **Clipping.** Once in a while a gradient explodes. If its norm, taken over all parameters together, is above a limit,
#   the gradient is shortened to that limit. Its direction stays. You have built this in lesson 02; PyTorch has it as
#   `nn.utils.clip_grad_norm_(model.parameters(), limit)`, which changes the gradients where they are.
# - **Detaching.** The state goes on into the next batch, as numbers without a past. The gradient reaches back to the
#   start of the batch and no further. This is called **truncated** backpropagation through time.
#
# ### Exercise 5: `train_step`
#
# Do one step on one batch. Return the loss as a plain number, and the state for the next batch. (At the beginning of an
# epoch the state that you are given is None: hand it on.) Shorten the gradient
# when there is one and before it is used: after `backward`, before `step`.
#
# <details><summary>Hint 1: the order</summary>
#
# Forward and loss, `zero_grad`, `backward`, clip, `step`.
#
# </details>
#
# <details><summary>Hint 2: the loss</summary>
#
# `F.cross_entropy(logits.flatten(0, 1), targets.flatten())`, as in lesson 01.
#
# </details>


# %% exercise="train_step" minutes=10
def train_step(
    model: nn.Module,
    inputs: torch.Tensor,
    targets: torch.Tensor,
    state: torch.Tensor | None,
    optimizer: torch.optim.Optimizer,
    clip_norm: float = 1.0,
) -> tuple[float, torch.Tensor]:
    """Take one step on one batch, from a state. Returns the loss, and the state to go on from."""
    # TODO: forward, loss, zero_grad, backward, clip, step; then hand on the state, detached.
    ### BEGIN SOLUTION
    logits, state = model(inputs, state)  # (batch, time, vocab)
    loss = F.cross_entropy(logits.flatten(0, 1), targets.flatten())
    optimizer.zero_grad()
    loss.backward()
    nn.utils.clip_grad_norm_(model.parameters(), clip_norm)
    optimizer.step()
    return loss.item(), state.detach()
    ### END SOLUTION


# %%
train_step = check.train_step(train_step)

# %% [markdown]
# A good place for a break.
#
# ## 5 · A learning rate that changes
#
# With a large learning rate a model learns fast and stays restless: near the end it jumps around the place where it
# should settle. With a small one it is calm, and slow. So start large and end small.
#
# And the very first steps? The weights are random, the gradients are large, and Adam has seen too few of them to judge
# their size. One wild step can saturate every tanh, as you saw with Adagrad in lesson 02. So the rate **warms up** first, from near 0.
#
# Put together, the factor on the learning rate rises in a straight line, and then falls along half a cosine wave:
#
# - Of N steps, the first W = N // 20 warm up: at step s the factor is s / W. Steps are counted from 1, so no step is
#   wasted on a rate of 0, and step W has the full rate.
# - After that, let p = (s − W) / (N − W): it runs from 0 to 1. The factor is 0.1 + 0.9 · (1 + cos(π p)) / 2.
#
# By hand, for N = 100: W is 5. Step 1 has 0.2, step 5 has 1, and step 100 has 0.1, since cos(π) is −1.
#
# ### Exercise 6: `warmup_cosine`
#
# Return the factor. If there are fewer than 20 steps, W is 0 and there is no warm-up; take care not to divide by it.
#
# <details><summary>Hint</summary>
#
# `if step <= warmup_steps: return step / warmup_steps`. With W = 0 this is never true, since step is at least 1. Then
# `math.cos(math.pi * progress)`.
#
# </details>


# %% exercise="warmup_cosine" minutes=6
def warmup_cosine(step: int, total_steps: int) -> float:
    """Return the factor on the learning rate at a step from 1 to total_steps."""
    # TODO: the straight line up, and then the cosine down to 0.1.
    ### BEGIN SOLUTION
    warmup_steps = total_steps // 20
    if step <= warmup_steps:
        return step / warmup_steps
    progress = (step - warmup_steps) / (total_steps - warmup_steps)
    return 0.1 + 0.9 * (1 + math.cos(math.pi * progress)) / 2
    ### END SOLUTION


# %%
warmup_cosine = check.warmup_cosine(warmup_cosine)

# %%
axes = new_axes("Warm-up, then half a cosine", "step of 1000", "factor on the learning rate")
factors = [warmup_cosine(step, 1000) for step in range(1, 1001)]
_ = axes.plot(range(1, 1001), factors, color=COLOURS[0])

# %% [markdown]
# *What to see: fifty steps up, then slowly down, and at the end a tenth of the full rate. A schedule needs to know its end
# beforehand. That is why the number of steps is fixed when a training starts, and kept in its checkpoints.*
#
# ## 6 · The validation pass
#
# At regular intervals we ask how good the model is on text that it does not train on. Five things can go wrong here, and
# each has happened to many people.
#
# 1. **Evaluation mode** is forgotten: dropout goes on, and the loss is too high.
# 2. Or the way **back to training mode** is forgotten, and from the first validation on nothing is dropped out.
# 3. **Gradients** are recorded for nothing: `torch.no_grad()`.
# 4. The **mean** is taken of the batches' means. The last batch of a stream is shorter than the others, and would count
#    as much as they do. Weigh each batch by its number of characters.
# 5. The **state** of the training runs into the validation. A validation pass has a state of its own: it begins with
#    `None` and is carried from batch to batch.
#
# ### Exercise 7: `evaluate`
#
# Return the mean loss and the **accuracy**, the share of all characters for which the largest logit was the right one,
# as plain numbers. Leave the model in the mode in which you found it.
#
# <details><summary>Hint 1: the mode</summary>
#
# `was_training = model.training`, then `model.eval()`; at the end `model.train(was_training)`.
#
# </details>
#
# <details><summary>Hint 2: the means</summary>
#
# Add `loss.item() * targets.numel()`, the hits, and the counts. Divide once, after the loop.
#
# </details>


# %% exercise="evaluate" minutes=12
def evaluate(model: nn.Module, batches) -> tuple[float, float]:
    """Return mean loss in nats per character, and accuracy, over streams with the state carried."""
    # TODO: evaluation mode, no gradients, a state of its own, and means over all characters.
    ### BEGIN SOLUTION
    was_training = model.training
    model.eval()
    loss, hits, count, state = 0.0, 0, 0, None
    with torch.no_grad():
        for inputs, targets in batches:
            logits, state = model(inputs, state)
            mean = F.cross_entropy(logits.flatten(0, 1), targets.flatten())
            loss += mean.item() * targets.numel()
            hits += (logits.argmax(-1) == targets).sum().item()
            count += targets.numel()
    model.train(was_training)
    return loss / count, hits / count
    ### END SOLUTION


# %%
evaluate = check.evaluate(evaluate)

# %%
fresh = stacked_rnn.StackedRNN(len(tales.vocabulary), 32, 64, 2)
tales_val = StreamBatches(tales.val.tokens, 128, batch_size=16)
loss, accuracy = evaluate(fresh, tales_val)
nothing = math.log(len(tales.vocabulary))
print(f"ln V = {nothing:.2f}, a fresh model is near:", abs(loss - nothing) < 0.2)
theirs = training.evaluate(fresh, tales_val)  # the package gives the two numbers names
print("the same as the package:", math.isclose(loss, theirs.loss))

# %% [markdown]
# ## 7 · When to stop
#
# A model that is large enough can learn a small text by heart. Its training loss then falls and falls, while the
# validation loss reaches its lowest point and rises again. From that point on, each step makes the model worse at what we
# want. So one stops when there has been no new lowest validation loss for a while, and takes the weights that had the
# lowest. (Your loop will stop. The package's `fit`, in section 10, keeps those weights, too.) That while is called
# **patience**, and is counted in validations.
#
# With patience 2, the losses 3.0, 2.5, 2.6, 2.7 stop: two came after the lowest without a new lowest one. The losses 3.0,
# 2.5, 2.6, 2.4 go on. And 3.0, 2.5, 2.6, 2.55 stop as well: 2.55 is less than 2.6, but no new lowest. To equal the lowest
# is not to be lower.
#
# ### Exercise 8: `should_stop`
#
# Given all validation losses so far, tell whether to stop: whether at least `patience` of them came after the lowest.
# Return True or False. With no losses yet, go on.
#
# <details><summary>Hint</summary>
#
# `val_losses.index(min(val_losses))` is the place of the first lowest loss. How many losses came after it?
#
# </details>


# %% exercise="should_stop" minutes=5
def should_stop(val_losses: list[float], patience: int) -> bool:
    """Tell whether the last `patience` losses, or more, came without a new lowest one."""
    # TODO: count the losses after the first lowest. With no losses yet, go on.
    ### BEGIN SOLUTION
    if not val_losses:
        return False
    since_best = len(val_losses) - 1 - val_losses.index(min(val_losses))
    return since_best >= patience
    ### END SOLUTION


# %%
should_stop = check.should_stop(should_stop)

# %% [markdown]
# ## 8 · The loop
#
# Now put it together.
#
# ### Exercise 9: `train`
#
# Train for `total_steps` steps, epoch after epoch, with `torch.optim.Adam`.
#
# - Each epoch starts with the state `None`: the end of the streams does not continue in their beginning.
# - Each step is your `train_step`. Before it, set the learning rate: `learning_rate` times your `warmup_cosine`, with
#   steps counted from 1 over the whole training, not anew in each epoch.
# - If `carry` is False, each batch starts from `None`. (The next section needs that.)
# - After every `evaluate_every` steps, append the mean of the training losses *since the last entry*, and the validation
#   loss. Then stop if `should_stop` says so. Steps that are left over at the end make no entry.
# - Return both lists.
#
# <details><summary>Hint 1: the learning rate</summary>
#
# An optimizer keeps it in its groups:
# `for group in optimizer.param_groups: group["lr"] = learning_rate * warmup_cosine(step, total_steps)`
#
# </details>
#
# <details><summary>Hint 2: the skeleton</summary>
#
# `while step < total_steps:` around `for inputs, targets in batches:`. Inside, after the step, `return` both lists as
# soon as there is a reason to. (A `break` would end the inner loop alone.)
#
# </details>
#
# <details><summary>Hint 3: since the last entry</summary>
#
# Collect losses in a list, and empty it after each entry: `recent = []`.
#
# </details>


# %% exercise="train" minutes=25
def train(
    model: nn.Module,
    batches,
    val_batches,
    learning_rate: float,
    total_steps: int,
    evaluate_every: int,
    carry: bool = True,
    patience: int = 1000,
) -> tuple[list[float], list[float]]:
    """Train a model. Returns training and validation losses, one of each per interval."""
    model.train()
    optimizer = torch.optim.Adam(model.parameters(), lr=learning_rate)
    train_losses, val_losses = [], []
    # TODO: epochs, steps, the learning rate, the entries, and the two ways to end.
    ### BEGIN SOLUTION
    step, recent = 0, []
    while step < total_steps:
        state = None
        for inputs, targets in batches:
            step += 1
            for group in optimizer.param_groups:
                group["lr"] = learning_rate * warmup_cosine(step, total_steps)
            state = state if carry else None
            loss, state = train_step(model, inputs, targets, state, optimizer)
            recent.append(loss)
            if step % evaluate_every == 0:
                train_losses.append(sum(recent) / len(recent))
                val_losses.append(evaluate(model, val_batches)[0])
                recent = []
                if should_stop(val_losses, patience):
                    return train_losses, val_losses
            if step == total_steps:
                break
    return train_losses, val_losses
    ### END SOLUTION


# %%
train = check.train(train)

# %% [markdown]
# ### Overfitting, seen and stopped
#
# The first thing to do with a new loop is to let it fail in a way that you know. We give it 4,000 characters of tales,
# a model with 23 times as many parameters, and all the time it wants. It must learn its text by heart.

# %%
few = StreamBatches(tales.train.tokens[:4000], 32, batch_size=8)
some = StreamBatches(tales.val.tokens[:10_000], 128, batch_size=16)
sizes = (len(tales.vocabulary), 32, 256, 1)  # vocabulary, embedding, hidden, layers
_ = torch.manual_seed(3)
greedy = stacked_rnn.StackedRNN(*sizes)
print("parameters for each character:", count_parameters(greedy) // 4000)
overfitted = train(greedy, few, some, 8e-3, full_or_quick(400, 40), evaluate_every=20)

# %%
best = overfitted[1].index(min(overfitted[1]))
lost = overfitted[1][-1] - overfitted[1][best]
print("the training loss falls below 0.5:", overfitted[0][-1] < 0.5)
print("the validation loss ends more than 0.1 above its lowest:", lost > 0.1)

# %% [markdown]
# And now the same, from the same first weights, with a patience of 4.

# %%
_ = torch.manual_seed(3)
patient = stacked_rnn.StackedRNN(*sizes)
stopped = train(patient, few, some, 8e-3, full_or_quick(400, 40), evaluate_every=20, patience=4)
print("stopped before the end:", len(stopped[1]) < len(overfitted[1]))
waited = len(stopped[1]) - 1 - stopped[1].index(min(stopped[1]))
print("four validations after the lowest loss:", waited == 4)

# %%
losses = {"training": overfitted[0], "validation": overfitted[1], "validation, stopped": stopped[1]}
axes = plot_losses(losses, step_name="validation pass", title="4,000 characters, 93,603 parameters")
_ = axes.axvline(best + 1, color=COLOURS[1], linestyle=":")

# %% [markdown]
# *What to see: the training loss goes far below the loss that the best n-gram reached with two hundred times the text:
# this is no knowledge, it is memory. The validation loss turns at the dotted line. The green curve, the run with
# patience, lies on the orange one. It goes four entries past its lowest point, and stops.*
#
# Early stopping gives up a little of the text for validation, and gains a number that one can trust. But note which
# number: the lowest of many validation losses is a little too good, since it was *chosen* for being low. That is why
# there is a third part, the **test**, which is used once, at the very end.
#
# ## 9 · What a state in the wrong place costs
#
# Lesson 01 confessed that it carried the state across shuffled windows, where row 3 of a batch does not continue row 3
# of the last one. We can now measure what that costs. Three models, alike in everything else:
#
# - **windows, fresh state:** shuffled windows, each from zeros;
# - **streams, carried state:** each batch goes on from the state before, where it belongs;
# - **windows, carried state:** shuffled windows, each from a state of somewhere else in the text.

# %%
length, steps = 25, full_or_quick(500, 20)
halves = {"train": tales.train.tokens, "val": tales.val.tokens}


def windows(part, seed=0):
    generator = torch.Generator().manual_seed(seed)
    return WindowBatches(halves[part], length, batch_size=32, shuffle=True, generator=generator)


def streams(part):
    return StreamBatches(halves[part], length, batch_size=32)


# %%
ways = {
    "windows, fresh state": (windows, False),
    "streams, carried state": (streams, True),
    "windows, carried state": (windows, True),
}
models = {}
for name, (make_batches, carry) in ways.items():
    _ = torch.manual_seed(3)
    models[name] = stacked_rnn.StackedRNN(len(tales.vocabulary), 32, 128, 1)
    _ = train(models[name], make_batches("train"), some, 3e-3, steps, steps, carry)

# %% [markdown]
# Each model is now validated in the way in which it was trained, on the text that none of them has seen. We keep the
# loss of each *place* in the window: of the first character, the second, and so on. (These models have no
# dropout, so the mode does not matter. `transpose` puts the classes where `cross_entropy` expects them, second.)


# %%
@torch.no_grad()
def loss_by_place(model, batches, carry):
    """Return the loss at each place of a batch, in nats per character."""
    losses, state = [], None
    for inputs, targets in batches:
        logits, state = model(inputs, state if carry else None)
        loss = F.cross_entropy(logits.transpose(1, 2), targets, reduction="none")  # (batch, time)
        losses += [loss.mean(0)] if loss.shape[1] == length else []
    return torch.stack(losses).mean(0)


# %%
places = {
    name: loss_by_place(models[name], make_batches("val"), carry)
    for name, (make_batches, carry) in ways.items()
}
rested, carried, wrong = (losses.mean().item() for losses in places.values())
print("streams beat fresh windows by more than 0.05:", carried < rested - 0.05)
print("and a state from elsewhere is the worst:", wrong > rested)
curves = {name: losses.tolist() for name, losses in places.items()}
_ = plot_losses(curves, step_name="place in the window", title="Where the loss comes from")

# %%
means = {name: sum(losses) / len(losses) for name, losses in curves.items()}
_ = plot_baselines(means, highlight=("windows, carried state",), title="The same, as means")

# %% [markdown]
# *What to see: with streams the first place is as good as the last, because the state knows what came before. With fresh
# windows the first few characters are guessed nearly blindly. A state from elsewhere is worse than none: the model
# expects one text and gets another, and takes several characters to notice. So it learns to trust its memory less, and
# that can be seen at the end of the window, too.*
#
# One could object that each model was asked a different question. So let all three read streams with the state carried,
# as they would when they write.

# %%
writing = {name: evaluate(model, streams("val"))[0] for name, model in models.items()}
worst = max(writing, key=writing.get)
print(f"when they write, the worst is {worst!r}:", worst == "windows, carried state")

# %% tags=["nbval-ignore-output"]
for name in ways:
    print(f"{name:24} as trained {means[name]:.3f}   on streams {writing[name]:.3f}")

# %% [markdown]
# ## 10 · The package's loop
#
# Your loop is complete, and it is not safe. If the machine stops, everything is lost. The package's `fit` is the same
# loop with a memory: same steps, same clipping, same schedule, same entries, same patience. Beyond that it
#
# - writes **checkpoints**, `last.safetensors` at regular intervals and `best.safetensors` at each new lowest validation
#   loss, each file whole or not at all;
# - can **resume**: a checkpoint holds the weights, Adam's memory, the position in the text, the state that was carried,
#   the random numbers, the number of steps, and the history;
# - stops at once when a loss is NaN, says at which step, and leaves the last good checkpoint as it was;
# - ends cleanly when you press the stop button: history and checkpoint are there;
# - calls a function of yours after every entry, for example to print a sample.
#
# First: is it really the same loop?

# %%
vocabulary = tales.vocabulary
short_train = StreamBatches(tales.train.tokens[:20_000], 25, batch_size=8)
short_val = StreamBatches(tales.val.tokens[:5_000], 100, batch_size=8)


def small_model():
    _ = torch.manual_seed(5)
    return stacked_rnn.StackedRNN(len(vocabulary), 16, 32, 2, dropout=0.1)


# %%
mine, theirs = small_model(), small_model()
_ = torch.manual_seed(6)  # for dropout
own_losses, own_val_losses = train(mine, short_train, short_val, 4e-3, 60, evaluate_every=15)

# %%
options = {"steps": 60, "learning_rate": 4e-3, "schedule": "warmup_cosine", "evaluate_every": 15}
options |= {"val_batches": short_val, "vocabulary": vocabulary, "progress": False}
_ = torch.manual_seed(6)
whole = training.fit(theirs, short_train, **options)
same = torch.allclose(torch.tensor(own_val_losses), torch.tensor(whole.val_loss), atol=1e-4)
print("the same losses as my own loop:", same)

# %% [markdown]
# Now we cut the power. A run keeps a checkpoint every 10 steps, and after step 30 something terrible happens: before
# the checkpoint of step 30 is written. A new model, with other random weights, then resumes.


# %%
def power_cut(progress):
    if progress.step == 30:
        raise RuntimeError("the power is gone")


# %%
options |= {"checkpoint_folder": "runs/03_training/resumed", "save_every": 10}
doomed = small_model()
_ = torch.manual_seed(6)
try:
    training.fit(doomed, short_train, callback=power_cut, **options)
except RuntimeError as error:
    print("RuntimeError:", error)

# %%
_ = torch.manual_seed(99)
revived = stacked_rnn.StackedRNN(len(vocabulary), 16, 32, 2, dropout=0.1)
resumed = training.fit(revived, short_train, resume=True, **options)
pairs = zip(theirs.parameters(), revived.parameters(), strict=True)
print("every weight is the same, to the last bit:", all(torch.equal(a, b) for a, b in pairs))
print("and so is the whole history:", resumed == whole)

# %% [markdown]
# The last ten steps were lost with the power, and computed again, with the same characters, the same state and the same
# numbers dropped out. Had any of these been forgotten, the weights would differ. (On several cores sums may be added in
# another order, and the last digits change.)
#
# ## 11 · The long run
#
# Now for real, on English: the documentation of Python, as in lesson 01. Everything that a run is made of stands in one
# place, a **preset**. Three parts this time: training, validation, and a test that we do not look at until the end.

# %%
settings = preset("quick")
corpus = load_corpus(settings.corpus, **settings.corpus_options)
split = make_split(corpus, validation=0.1, test=0.1)
vocabulary = split.vocabulary
torch.manual_seed(1)
model = stacked_rnn.StackedRNN(len(vocabulary), **settings.sizes)
model = model.to(choose_device(model).device)

# %% tags=["nbval-ignore-output"]
print(f"{settings}\n\n{count_parameters(model):,} parameters\n")
baselines = baseline_table(split.train, split.val)

# %% [markdown]
# The loss to beat is the lowest of the table. It belongs to a model that only counts, with the context length that works
# best: four characters. A longer context does worse, because most of what it meets it has never seen before.
#
# Training takes about a minute. After each epoch you see both losses and a sample. It keeps checkpoints in
# `runs/03_training/long_run`. Have you trained before, and restarted? With `resume = True` the run goes on where it
# stopped; a finished one gives its weights back without training.

# %%
folder, resume = "runs/03_training/long_run", False
train_batches = settings.make_batches(split.train.tokens)
val_batches = StreamBatches(split.val.tokens, 128, batch_size=16)
samples = torch.Generator().manual_seed(7)
keeping = {"checkpoint_folder": folder, "vocabulary": vocabulary, "sample_generator": samples}
learning = {"epochs": full_or_quick(settings.epochs, 1), **settings.optimization}


# %%
def report(progress):
    written = generate(model, vocabulary, "The ", 50, temperature=0.7, generator=samples)
    train_loss, val_loss = progress.history.train_loss[-1], progress.history.val_loss[-1]
    print(f"epoch {progress.epoch:2}   {train_loss:.3f}   {val_loss:.3f}   {written!r}")


# %% tags=["nbval-ignore-output"]
print("epoch      train   val     sample")
reporting = {"val_batches": val_batches, "patience": 2, "callback": report}
history = training.fit(model, train_batches, resume=resume, **learning, **reporting, **keeping)

# %%
notes = load_checkpoint(f"{folder}/best.safetensors", model, vocabulary)
loss, accuracy = training.evaluate(model, val_batches)  # yours does not know of a GPU
bigram, best_ngram = (baselines.named[name] for name in ("bigram", "best n-gram"))
print("beats the bigram by more than 0.8 nats per character:", loss < bigram - 0.8)
print("beats the best n-gram:", loss < best_ngram)

# %%
lines = {"bigram": bigram, "best n-gram": best_ngram}
_ = history.save(folder, **lines)  # loss_curve.png and history.csv
_ = history.plot(**lines)

# %% [markdown]
# *What to see: the validation loss is far below the bigram after the first epoch. It reaches the line of the best
# n-gram in the third of the four epochs, and ends a little below it, where the learning rate is small. The training loss starts higher, since
# the model was still learning, and goes on falling at the end: the model begins to know this text better than others.*
#
# The picture and the figures also lie in the run's folder, as `loss_curve.png` and `history.csv`, with the two
# checkpoints. Where does the best of them stand?

# %%
_ = plot_baselines(baselines.named | {"this model": loss}, highlight=("this model",))

# %% [markdown]
# *What to see: the network is below everything that counts. It is not far below the best n-gram, though: on a text of
# this size, looking up what came next is hard to beat.*
#
# And now, once, the test:

# %% tags=["nbval-ignore-output"]
test_batches = StreamBatches(split.test.tokens, 128, batch_size=16)
test_loss, test_accuracy = training.evaluate(model, test_batches)
print(f"best after epoch {notes['epoch']}, validation {loss:.3f}, test {test_loss:.3f}")
print(f"characters right: {accuracy:.1%} in validation, {test_accuracy:.1%} in the test\n")
for temperature in (0.3, 0.8):
    written = generate(model, vocabulary, "The ", 300, temperature=temperature, generator=samples)
    print(f"--- temperature {temperature}\n{written}\n")

# %% [markdown]
# ## 12 · How far from perfect, and how far back?
#
# For English nobody knows the floor. For the tales we do, so we train a second model on them, for about twenty seconds.

# %%
_ = torch.manual_seed(1)
storyteller = stacked_rnn.StackedRNN(len(tales.vocabulary), 32, 256, 1)
tales_train = StreamBatches(tales.train.tokens, 64, batch_size=32)
learning = {"learning_rate": 4e-3, "schedule": "warmup_cosine", "steps": full_or_quick(900, 20)}
learning["evaluate_every"] = learning["steps"]  # once, at the end

# %% tags=["nbval-ignore-output"]
told = training.fit(storyteller, tales_train, val_batches=tales_val, **learning)
print_text(generate(storyteller, tales.vocabulary, "There was ", 300, generator=samples))

# %%
excess = excess_over_floor(storyteller, tales.val)
ahead = tales_baselines.named["bigram"] - told.val_loss[-1]
print("beats the bigram by more than 1.4 nats per character:", ahead > 1.4)
clear = excess.excess > 10 * excess.standard_error
print("above the floor by more than ten standard errors:", clear)

# %% tags=["nbval-ignore-output"]
print(f"loss {excess.loss:.3f}, the grammar itself on the same characters {excess.floor:.3f}")
print(f"excess {excess.excess:.3f} ± {excess.standard_error:.3f} nats per character")

# %% [markdown]
# The **excess** is what is left to learn, and it is much. Model and grammar are compared tale by tale, so its error is
# small. This model stays behind the best n-gram, which looks at nine characters; counting needs no training.
#
# Where is it lost? A tale opens a quotation mark and must close it. It names its hero, and names him again much later.
# Where the story leaves only one thing to say, we ask whether the model's likeliest characters spell it, and sort the
# answers by how many characters ago the mark was opened, or the name was last mentioned.

# %%
near = (10, 20, 40, 80, 160, 320)  # characters
kinds = {"an open quotation mark": ("quotation",), "a name": ("hero", "friend")}
recalls = {
    kind: recall_by_distance(storyteller, tales.val, facts=facts, distances=near)
    for kind, facts in kinds.items()
}
far_names = recalls["a name"][-1].accuracy
print("fewer than one of five names is recalled from far away:", far_names < 0.2)
_ = plot_recall(recalls)

# %% [markdown]
# *What to see: a quotation mark is closed in the right place four times out of five if it was opened ten or twenty
# characters ago, and about every second time after forty. (No quotation in these tales is longer than eighty.) Names are
# hardly ever recalled, not even after ten characters: a name has several letters, all of which must be right, and there are
# many names. The model writes some name there, but not the one of this story.*
#
# The state has room enough for a name: 256 numbers. But nobody taught the network to keep it. The gradient reaches back
# 64 characters at most, and on the way it shrinks at every step, as you saw in lesson 02. What it learns is what pays
# off within a few characters: spelling, then words, then what tends to follow. Longer training helps, slowly. Lesson 04
# builds a cell whose gradient survives longer, and draws this picture again.
#
# ## 13 · What each hyperparameter did
#
# Which of all these numbers matter? Here is a small **sweep**: one layer of 128 hidden numbers reads 600,000 characters
# of tales, with a learning rate of 0.01, sequences of 64 and batches of 32. Then one setting at a time is changed.
# (Differences are rounded after the subtraction.) Every run reads the same number of characters, so shorter sequences or smaller batches take more steps.
#
# | changed | validation loss | against the usual | what it says |
# |---|---|---|---|
# | the usual settings | 1.297 |  |  |
# | hidden size 64 | 1.591 | +0.294 | a small memory |
# | hidden size 256 | 0.961 | −0.336 | the surest gain, paid for in time: twice the size is up to four times the work |
# | hidden size 512 | 0.906 | −0.392 | less gain for still more work: a large network needs more text |
# | 2 layers | 0.994 | −0.303 | patterns of patterns: nearly the gain of twice the hidden size |
# | 3 layers | 1.092 | −0.206 | no further gain: harder to train in so few steps |
# | learning rate 0.001 | 2.185 | +0.887 | far from done when the run ends |
# | learning rate 0.003 | 1.722 | +0.425 | the same, less so |
# | learning rate 0.03 | 1.133 | −0.164 | bold, and in a run this short it pays |
# | learning rate 0.1 | 1.463 | +0.166 | too bold: what is learned is thrown away again |
# | constant rate, no warm-up | 1.140 | −0.158 | better here: the cosine gives up speed for a calm end that this run does not need yet |
# | no clipping | 1.297 | +0.000 | the same: hardly any gradient is longer than the limit of 1. Clipping is insurance |
# | clipped at 0.1 | 1.225 | −0.072 | nearly every gradient is shortened, all to one length |
# | sequences of 16 | 0.938 | −0.359 | four times as many steps; the carried state makes up for the short gradient |
# | sequences of 256 | 1.846 | +0.548 | a quarter of the steps |
# | batches of 8 | 0.948 | −0.349 | four times as many steps, each noisier |
# | batches of 128 | 1.852 | +0.554 | a quarter of the steps |
# | dropout 0.1 | 1.337 | +0.040 | nothing is learned by heart yet, so it only disturbs |
# | dropout 0.3 | 1.422 | +0.125 | the same, more so |
#
# `python -m benchmarks sweep` makes these figures in a few minutes (these: CPython 3.11, torch 2.13, one seed; a
# difference of a few hundredths may be chance). Read them with care. The runs are short, and a short run rewards whatever
# learns *fast*: many small steps, a bold learning rate, no dropout. In a run of many epochs, a bold rate at the end would
# leave the model restless, and dropout would begin to pay. What you find for one length of training does not hold for
# another. That is the one rule of hyperparameters without exceptions.
#
# **What loss should you expect?** It depends on the text, on the size, and on how long you wait.
#
# | text | model | validation loss | made by |
# |---|---|---|---|
# | tales | bigram, best n-gram, floor | 2.38, 0.48, 0.20 | `python -m helpers.baselines tales` |
# | tales | 256 hidden, 2 epochs (section 12) | about 0.66 | this notebook |
# | Python's documentation | bigram, best n-gram | 2.45, 1.34 | this notebook, section 11 |
# | Python's documentation | 448 hidden, 4 epochs (section 11) | about 1.3 | this notebook |
# | tales | 256 hidden, 12 epochs | 0.41 | `python -m benchmarks longer` |
#
# (The documentation is that of CPython 3.11. Other versions differ a little.) Divide by ln 2, which is 0.693, to compare
# with a paper that counts in bits per character.
#
# ## 14 · The real thing
#
# The tutorials from which this course descends train on *War and Peace*, lower-cased, with 500 hidden numbers, windows of
# 100 characters that begin every 10 characters, batches of 64, for 10 epochs. In section 11 that is one word, in the line
# `settings = preset("quick")`. Write in its place one of these:
#
# ```python
# settings = preset("full")  # War and Peace
# settings = preset("full", "wikitext-2")  # WikiText-2, two layers of 512, in streams
# ```
#
# Then run the cells of section 11 again, that one first. The text is downloaded once. The cell chooses a GPU if there is one. On a processor
# it takes many hours: give it all its cores first, with `torch.set_num_threads(cores)`. Stop it whenever you like, and
# set `resume = True`.

# %%
print(preset("full"))

# %%
check.progress()

# %% [markdown]
# ## Remember
#
# - Baselines first: ln V, unigram, bigram, best n-gram, and the floor where it is known.
# - Streams carry their state, detached, from batch to batch. Windows start from a fresh one.
# - Forward, zero the gradients, backward, clip, step. The schedule moves at every step.
# - Validate in evaluation mode, without gradients, with a state of its own, and weigh by characters. Go back to training
#   mode.
# - Keep the best, stop when patience is over, look at the test once.
# - A checkpoint holds everything that the next step depends on, not only the weights.
#
# ## Questions to think about
#
# 1. The training loss of an epoch is often *higher* than the validation loss after it, although the model never saw the
#    validation text. How can that be? Name two reasons.
# 2. The gradient reaches back 64 characters at most, and yet the state may hold something from further back. Who taught
#    the network to keep it?
# 3. You resume a run with twice the number of steps, to train longer. `fit` refuses. Why is it right to?
# 4. Your validation loss falls below the floor. What do you do?
# 5. Why does the batch size matter more for streams than for windows?
#
# ### BEGIN SOLUTION
# <details><summary>Our answers</summary>
#
# 1. The training loss is a mean over the epoch, in which the model was worse at first; and dropout makes training
#    harder than validation. (And a validation text may simply be easier.)
# 2. Nobody did directly. What it keeps for 64 steps it often keeps for longer, since the same weights work at every
#    step. What would have to be kept for 200 characters to be of any use is never rewarded.
# 3. The schedule would be another one: at each step the learning rate depends on the number of all steps. The first half
#    was trained as the first half of a shorter run, so the result would be that of no run at all.
# 4. Look for a leak: the model sees what it should predict. Targets that are not shifted, a layer that looks ahead,
#    or validation text within the training text.
# 5. It decides how many streams the text is cut into, and so how long each is, and how many places there are
#    where a stream begins without a past. With windows it only decides how many are averaged for a step.
#
# </details>
# ### END SOLUTION

# %% [markdown]
# ## Try
#
# - Set the `dropout` of the model in section 8 to 0.3. Where does its validation loss turn, and how low does it get?
# - Give `fit` windows in place of streams in section 11, with the same number of characters seen. What do you lose?
# - Train on your own text: `load_corpus("my_book.txt")`.
#
# ## Read on
#
# - Ronald Williams and David Zipser, *A Learning Algorithm for Continually Running Fully Recurrent Neural Networks*
#   (1989): teacher forcing.
# - Lutz Prechelt, *Early Stopping – But When?* (1998).
# - Tomas Mikolov and others, *Recurrent Neural Network Based Language Model* (2010).
# - Razvan Pascanu, Tomas Mikolov and Yoshua Bengio, *On the Difficulty of Training Recurrent Neural Networks* (2013):
#   clipping by norm.
# - Diederik Kingma and Jimmy Ba, *Adam: A Method for Stochastic Optimization* (2015).
# - Ilya Loshchilov and Frank Hutter, *SGDR: Stochastic Gradient Descent with Warm Restarts* (2017): the cosine.
# - Stephen Merity and others, *Pointer Sentinel Mixture Models* (2017): WikiText-2.
#
# Next: **04 · the LSTM**.
