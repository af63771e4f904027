# %% [markdown]
# # 01 · The alphabet
#
# Type "The weath" on a phone, and it offers "er". Something in there has read a lot of text and learned what tends to
# come next. In this notebook you build such an autocomplete, from the first line to the last.
#
# You try it on a text whose every next letter is certain: the alphabet, over and over. A right model must get it
# exactly right, so most bugs show. Then the same functions, without a change, read half a million characters of
# English.
#
# **At the end you will have built** a vocabulary, a data set, a recurrent network, its training loop, an honest
# evaluation, and a text generator with a temperature.
#
# **You need** lesson 00. **Time:** two to three hours, of which the machine computes for about one minute. A good place
# for a break is after exercise 5.
#
# First the imports. The line with `manual_seed` makes the random numbers the same each time, so that you see what is
# described here. Writing `_ = ` before a call says that we do not need what it gives back; Jupyter would print it.

# %%
import math

import torch
import torch.nn.functional as F
from torch import nn
from torch.utils.data import DataLoader, Dataset
from tqdm.std import tqdm

# %%
from helpers.checks.alphabet import check
from helpers.corpora import ALPHABET, load_corpus
from helpers.course import full_or_quick
from helpers.ground import Vocabulary, load_checkpoint, save_checkpoint
from helpers.pictures import draw_unrolled, draw_windows, plot_losses, plot_temperatures
from helpers.text import bigram_loss

_ = torch.manual_seed(1)

# %% [markdown]
# ## 1 · A text, and the numbers for it
#
# Our first text is the alphabet, one hundred times in a row.

# %%
text = ALPHABET * 100
print(len(text), text[:60])

# %% [markdown]
# A network computes with numbers, so each character needs one. We collect the different characters, sort them, and
# number them from 0. That collection is the **vocabulary**; the numbers are called **tokens**.
#
# Take the text `"banana"`. Its different characters, sorted, are `a`, `b`, `n`. So `a` becomes 0, `b` becomes 1 and
# `n` becomes 2.
#
# Why sorted? A Python `set` has no order of its own: it may come out differently each time Python starts. A model
# trained with one numbering is worthless under another. Sorting makes the numbering the same every time.
#
# ### Exercise 1: `build_vocabulary`
#
# Return two dictionaries: one from character to token, one back from token to character.
#
# <details><summary>Hint 1</summary>
#
# `set(text)` holds each character once. `sorted(...)` turns it into a list in a fixed order.
#
# </details>
#
# <details><summary>Hint 2</summary>
#
# `enumerate(["a", "b", "n"])` gives the pairs `(0, "a")`, `(1, "b")`, `(2, "n")`. A dictionary comprehension can take
# each pair either way round.
#
# </details>


# %% exercise="build_vocabulary" minutes=5
def build_vocabulary(text: str) -> tuple[dict[str, int], dict[int, str]]:
    """Return char_to_idx and idx_to_char: the different characters, sorted, numbered from 0."""
    # TODO: sort the different characters, number them, and build both dictionaries.
    ### BEGIN SOLUTION
    characters = sorted(set(text))
    char_to_idx = {character: index for index, character in enumerate(characters)}
    idx_to_char = {index: character for index, character in enumerate(characters)}
    return char_to_idx, idx_to_char
    ### END SOLUTION


# %%
build_vocabulary = check.build_vocabulary(build_vocabulary)

# %%
vocabulary = build_vocabulary(text)
char_to_idx, idx_to_char = vocabulary
vocab_size = len(char_to_idx)
print(vocab_size, char_to_idx["a"], char_to_idx["z"], idx_to_char[2])

# %% [markdown]
# ### Tensors in five minutes
#
# PyTorch computes with **tensors**: numbers in a row, in a table, or in a stack of tables. The **shape** of a tensor
# says how many there are in each direction. Each direction is called a **dimension**; they are counted from 0, and −1
# is the last. Look at each line below and at what it prints; you will need them all.

# %%
table = torch.tensor([[1.0, 5.0, 3.0], [4.0, 2.0, 6.0]])  # two rows of three numbers
print(table.shape, len(table))  # torch.Size([2, 3]) is the shape (2, 3); len is its first number
print(table[0], table[0, -1], table[0, :2])  # row 0; its last number; its first two
print(table[:, 1])  # from every row, number 1
print(table[None].shape)  # one dimension more, in front: (1, 2, 3)

# %%
print(torch.zeros(2, 3))  # two rows of three zeros
print(torch.tanh(table[0]))  # number by number (math.tanh fails on a tensor)
print(torch.stack([table[0], table[1]], dim=1).shape)  # joined along a new dimension 1
print(table.flatten(0, 1))  # dimensions 0 and 1 become one: six numbers in a row

# %%
best = table.argmax(-1)  # in each row, the place of the largest number
print(best, best == torch.tensor([1, 0]))  # compared number by number
print((best == torch.tensor([1, 0])).float().mean())  # as 1.0 and 0.0, and their mean
print(table.sum().item(), table[0].tolist())  # plain Python numbers

# %% [markdown]
# One more word: `table.sum()` is a tensor, too, of one number and with the shape `()`. PyTorch prints it as
# `tensor(21.)`. Only `.item()` makes a plain Python number of it.

# %% [markdown]
# ### Exercise 2: `encode`
#
# Turn a text into its tokens: look every character up. The result is a tensor of 64-bit integers, PyTorch's usual kind.
# A character that is not in the dictionary should be an error, as it is anyway if you look it up with `[...]`.
# (An **embedding**, which turns tokens into something a network can use, takes only integers. It comes in section 4.)
#
# With the vocabulary of `"banana"`, `encode("nab", char_to_idx)` gives `tensor([2, 0, 1])`.
#
# <details><summary>Hint</summary>
#
# `torch.tensor([2, 0, 1])` makes an integer tensor from a list of integers, with the right type.
#
# </details>


# %% exercise="encode" minutes=3
def encode(text: str, char_to_idx: dict[str, int]) -> torch.Tensor:
    """Turn text into tokens. Returns shape (len(text),), dtype int64."""
    # TODO: look every character of text up in char_to_idx.
    ### BEGIN SOLUTION
    return torch.tensor([char_to_idx[character] for character in text], dtype=torch.int64)
    ### END SOLUTION


# %%
encode = check.encode(encode)

# %% [markdown]
# ### Exercise 3: `decode`
#
# And back: from tokens to one string. A small trap waits here. The items of a tensor are tensors, not integers, and a
# dictionary does not find a tensor among its keys.
#
# <details><summary>Hint</summary>
#
# `tokens.tolist()` gives plain integers. `"".join(...)` makes one string of many.
#
# </details>


# %% exercise="decode" minutes=3
def decode(tokens: torch.Tensor, idx_to_char: dict[int, str]) -> str:
    """Turn tokens of shape (length,) back into one string."""
    # TODO: look every token up in idx_to_char, and join the characters.
    ### BEGIN SOLUTION
    return "".join(idx_to_char[token] for token in tokens.tolist())
    ### END SOLUTION


# %%
decode = check.decode(decode)

# %%
tokens = encode(text, char_to_idx)
print(tokens[:30])
print("there and back again:", decode(tokens, idx_to_char) == text)

# %% [markdown]
# ## 2 · What the network is shown
#
# A model that has seen a text may simply know it by heart. To find out whether it learned the *rule*, we keep a part of
# the text back: the first 90 % are for training, the last 10 % are for the test, and the model never trains on them.
# (For the alphabet this is a formality, since its test text looks just like the rest. For English it will count.)

# %%
cut = int(0.9 * len(tokens))
train_tokens, test_tokens = tokens[:cut], tokens[cut:]
print(len(train_tokens), len(test_tokens))

# %% [markdown]
# We do not show the text in one piece. We cut it into **windows** of `sequence_length` characters. A new window begins
# every `stride` characters, so windows overlap when the stride is smaller than their length.
#
# And what is the network to say about a window? At *every* position, the next character. So the target of a window is
# the same piece of text, shifted by one. The picture shows ten characters cut with length 4 and stride 2.

# %%
_ = draw_windows("abcdefghij", sequence_length=4, stride=2)

# %% [markdown]
# Three windows fit. A fourth would start at `g` and its input, `ghij`, is there; but its last target would be the
# character after `j`, which does not exist.
#
# How many fit in general? The starts are 0, `stride`, 2·`stride`, and so on. The last start allowed is
# `len(tokens) - sequence_length - 1`, because the target needs one character more than the input. So there are
# `(len(tokens) - sequence_length - 1) // stride + 1` windows. Check it: (10 − 4 − 1) // 2 + 1 = 3. For a text too
# short for one window, the answer must be 0 and not a negative number.
#
# ### Exercise 4: `CharDataset`
#
# PyTorch calls anything a data set that has a length and gives out items by number. Such a thing is a class with two
# special methods: Python calls `__len__` for `len(windows)`, and `__getitem__` for `windows[3]`. Window number `index`
# starts at `index * stride`. Keep the names of the arguments as they are, since later cells use them. (`Dataset` itself
# needs no setting up: there is no `super().__init__()` to call.)
#
# <details><summary>Hint 1</summary>
#
# Keep the three arguments in `__init__`: `self.tokens = tokens`, and so on. The other methods need them.
#
# </details>
#
# <details><summary>Hint 2</summary>
#
# If the input is `self.tokens[start : start + self.sequence_length]`, the target is the same slice with 1 added to both
# ends.
#
# </details>
#
# <details><summary>Hint 3</summary>
#
# `max(0, ...)` around the formula for the number of windows takes care of short texts.
#
# </details>


# %% exercise="CharDataset" minutes=10
class CharDataset(Dataset):
    """Windows over tokens, each with its target: the same window, one character further on."""

    def __init__(self, tokens: torch.Tensor, sequence_length: int, stride: int):
        # TODO: keep the arguments.
        ### BEGIN SOLUTION
        self.tokens = tokens
        self.sequence_length = sequence_length
        self.stride = stride
        ### END SOLUTION

    def __len__(self) -> int:
        """Return how many windows fit, 0 if the text is too short for one."""
        # TODO: use the formula above.
        ### BEGIN SOLUTION
        return max(0, (len(self.tokens) - self.sequence_length - 1) // self.stride + 1)
        ### END SOLUTION

    def __getitem__(self, index: int) -> tuple[torch.Tensor, torch.Tensor]:
        """Return input and target of one window, each of shape (sequence_length,)."""
        # TODO: find the start of window number index, and cut input and target.
        ### BEGIN SOLUTION
        start = index * self.stride
        end = start + self.sequence_length
        return self.tokens[start:end], self.tokens[start + 1 : end + 1]
        ### END SOLUTION


# %%
CharDataset = check.CharDataset(CharDataset)

# %% [markdown]
# A slice of a tensor is a *view*: it shares the memory of the text and copies nothing. Thousands of overlapping windows
# cost no more than the text itself. Lists of Python lists, which you may meet elsewhere, copy each character many times.
#
# Windows are shown in **batches**, several at a time, since a processor works on 16 windows nearly as fast as on one. A
# `DataLoader` picks windows and stacks them. One round through all windows is called an **epoch**; with `shuffle=True`
# each epoch has a new random order. `drop_last=True` leaves out a last batch that would have fewer rows than the
# others: we shall need batches of equal size soon.
#
# A loader can be looped over, `for inputs, targets in loader`, and has a `len`; it cannot be indexed. With a data set it
# is the other way round: index it, but do not loop over it, because ours would never say that it is at its end.

# %%
sequence_length, stride, batch_size = 25, 5, 16

train_set = CharDataset(train_tokens, sequence_length, stride)
test_set = CharDataset(test_tokens, sequence_length, stride)
train_loader = DataLoader(train_set, batch_size, shuffle=True, drop_last=True)
test_loader = DataLoader(test_set, batch_size, drop_last=True)

# %%
inputs, targets = next(iter(train_loader))  # the first batch
print(inputs.shape, len(train_loader), len(test_loader))  # (batch, time), and how many batches

# %% [markdown]
# The test text has 47 windows. Two batches of 16 hold 32 of them, so `drop_last` leaves out 15. In a text as regular as
# this one they would add nothing.

# %% [markdown]
# ## 3 · The numbers that you choose
#
# A network holds thousands of numbers, its **weights**. Training finds them. But some numbers you must choose beforehand,
# and they are called **hyperparameters**. Here are those for the alphabet; English will get others.
#
# | hyperparameter | here | what it is |
# |---|---|---|
# | vocabulary size | 26 | how many different characters there are; the text decides it |
# | sequence length | 25 | characters in a window |
# | stride | 5 | characters from one window's start to the next |
# | batch size | 16 | windows that are computed side by side, for one step of learning |
# | embedding dimension | 8 | how many numbers describe a character to the network |
# | hidden size | 32 | how many numbers the network can remember |
# | number of recurrent layers | 1 | networks on top of each other; lesson 03 stacks several |
# | learning rate | 0.01 | how far one step of learning changes the weights |
# | epochs | 20 | how often the whole training text is shown |
#
# You will think about each of them once you have seen it at work. Below, `full_or_quick(20, 2)` is 20, or 2 if you have
# switched to short training in lesson 00.

# %%
embedding_size, hidden_size = 8, 32
learning_rate, epochs = 0.01, full_or_quick(20, 2)

# %% [markdown]
# ## 4 · A network that remembers
#
# To predict the character after `m` in the alphabet, it is enough to see `m`. In English it is not: after `th`, an `e`
# is likely, after `sh` less so, and both times the last character is `h`. The network must remember.
#
# A **recurrent network** keeps a list of numbers, the **hidden state** h. At every character it makes a new state from
# the character and the old state:
#
# $$h_t = \tanh(W_e\,x_t + b_e + W_h\,h_{t-1} + b_h)$$
#
# Here $x_t$ is the character's **embedding**, a short list of numbers that is learned too. The matrix $W_e$ brings it
# to the size of the state, $W_h$ mixes the old state in, and the function tanh squeezes every number to between −1 and
# 1, so that nothing can grow without end, however often the step is repeated.
#
# **By hand, with a state of one number.** Let $W_h$ be 0.8 and $b_h$ be 0.1. Let $W_e x + b_e$ be 0.5 for the first
# character and −0.2 for the second, and start from $h_0 = 0$.
#
# - $h_1 = \tanh(0.5 + 0.8 \cdot 0 + 0.1) = \tanh(0.6) = 0.537$
# - $h_2 = \tanh(-0.2 + 0.8 \cdot 0.537 + 0.1) = \tanh(0.330) = 0.318$
#
# The second character alone would have given tanh(−0.1), a negative number. The memory of the first one kept it
# positive. That is the whole idea: the same step, with the same weights, again and again.

# %%
_ = draw_unrolled("abcd")

# %% [markdown]
# *What to see: read it from left to right. Each step takes the embedding of the character below it, and the state on its
# left. All steps use the same weights.*
#
# From each state an **output layer** computes one number for each character of the vocabulary, the **logits**: $W_o h_t +
# b_o$. A large logit means "I expect this one". They are not probabilities yet; that comes with the loss.
#
# PyTorch calls each building block a **layer**. Our network has four, and PyTorch's own `nn.RNN` has other names for two
# of them:
#
# | layer | in the formula | in `nn.RNN` | shape of the weight |
# |---|---|---|---|
# | `embedding` | from the character to $x_t$ | not part of it | (vocabulary, embedding) |
# | `input_to_hidden` | $W_e$, $b_e$ | `weight_ih_l0`, `bias_ih_l0` | (hidden, embedding) |
# | `hidden_to_hidden` | $W_h$, $b_h$ | `weight_hh_l0`, `bias_hh_l0` | (hidden, hidden) |
# | `output` | $W_o$, $b_o$ | not part of it | (vocabulary, hidden) |
#
# There are two biases, $b_e$ and $b_h$, where one would do, since they are simply added. PyTorch keeps two; so do we, to
# be able to compare. Mind the order of sizes: `nn.Linear(a, b)` turns `a` numbers into `b`, and stores its weight the
# other way round, with shape (b, a).
#
# Two words on the code. A network in PyTorch is a class that is built on `nn.Module`, which collects its weights;
# `super().__init__()` starts that up, and is there already. And to call the model, as in `model(tokens)`, is to call
# its method `forward`.
#
# ### Exercise 5: `CharRNN`
#
# This is the heart of the lesson. There are three gaps.
#
# - In `__init__`, make the four layers under exactly these names: `self.embedding` (an `nn.Embedding`),
#   `self.input_to_hidden`, `self.hidden_to_hidden` and `self.output` (each an `nn.Linear`).
# - In `init_state`, return the state before the first character: zeros, one row of `hidden_size` numbers for each
#   window of the batch.
# - In `forward`, run through the time steps with a Python loop. Collect the state of every step, and turn all states
#   into logits at the end. Return the logits, and the last state, so that somebody can go on from there.
#
# <details><summary>Hint 1: the layers</summary>
#
# `nn.Embedding(vocab_size, embedding_size)` holds one row for each character. `nn.Linear(a, b)` turns `a` numbers into
# `b`, and has a weight and a bias, so each of the two brings its own bias into the formula.
#
# </details>
#
# <details><summary>Hint 2: the loop</summary>
#
# `embedded = self.embedding(tokens)` has shape (batch, time, embedding). Time step `t` is `embedded[:, t]`, of shape
# (batch, embedding). There are `tokens.shape[1]` steps.
#
# </details>
#
# <details><summary>Hint 3: one step</summary>
#
# `hidden = torch.tanh(self.input_to_hidden(...) + self.hidden_to_hidden(hidden))`, and then append `hidden` to a list.
#
# </details>
#
# <details><summary>Hint 4: after the loop</summary>
#
# `torch.stack(states, dim=1)` makes one tensor of shape (batch, time, hidden) from a list of states of shape
# (batch, hidden): time is the new dimension, at place 1. An `nn.Linear` works on the last dimension, so `self.output` takes it as it is.
#
# </details>


# %% exercise="CharRNN" minutes=20
class CharRNN(nn.Module):
    """A recurrent network that predicts the next character at every position."""

    def __init__(self, vocab_size: int, embedding_size: int, hidden_size: int):
        super().__init__()
        self.hidden_size = hidden_size
        # TODO: make self.embedding, self.input_to_hidden, self.hidden_to_hidden, self.output.
        ### BEGIN SOLUTION
        self.embedding = nn.Embedding(vocab_size, embedding_size)
        self.input_to_hidden = nn.Linear(embedding_size, hidden_size)
        self.hidden_to_hidden = nn.Linear(hidden_size, hidden_size)
        self.output = nn.Linear(hidden_size, vocab_size)
        ### END SOLUTION

    def init_state(self, batch_size: int) -> torch.Tensor:
        """Return the state before the first character: zeros of shape (batch, hidden)."""
        # TODO: one row of zeros for each window in the batch.
        ### BEGIN SOLUTION
        return torch.zeros(batch_size, self.hidden_size)
        ### END SOLUTION

    def forward(
        self, tokens: torch.Tensor, hidden: torch.Tensor | None = None
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Take tokens (batch, time); return logits (batch, time, vocab) and the last state."""
        if hidden is None:
            hidden = self.init_state(len(tokens))
        # TODO: embed the tokens, loop over the time steps, and turn all states into logits.
        ### BEGIN SOLUTION
        embedded = self.embedding(tokens)  # (batch, time, embedding)
        states = []
        for t in range(tokens.shape[1]):
            step = self.input_to_hidden(embedded[:, t])  # (batch, hidden)
            hidden = torch.tanh(step + self.hidden_to_hidden(hidden))  # (batch, hidden)
            states.append(hidden)
        return self.output(torch.stack(states, dim=1)), hidden  # (batch, time, vocab)
        ### END SOLUTION


# %%
CharRNN = check.CharRNN(CharRNN)

# %%
model = CharRNN(vocab_size, embedding_size, hidden_size)
logits, hidden = model(inputs)
print(inputs.shape, "->", logits.shape, "and a state of", hidden.shape)
print("weights:", sum(weight.numel() for weight in model.parameters()))  # numel: how many numbers

# %% [markdown]
# ## 5 · How wrong is it?
#
# Logits become probabilities through the **softmax**: raise e to the power of each, and divide by the sum. The logits
# 2, 1 and 0 become 7.39, 2.72 and 1, with a sum of 11.11, and so 0.665, 0.245 and 0.090.
#
# The **cross-entropy loss** looks at one of them only: the probability that the model gave to what really came. Its
# negative logarithm is the loss. If the first character came, −ln 0.665 = 0.41. If the third came, −ln 0.090 = 2.41. To
# be sure and right costs nothing; to be sure and wrong costs a lot.
#
# The unit is the **nat**, for the natural logarithm. All losses of the course are means in *nats per character*. Papers
# often write *bits* per character: divide by ln 2, which is 0.693.
#
# A model that knows nothing gives each of 26 letters 1/26, and its loss is ln 26 = 3.26. Every fresh model should start
# near this number.
#
# ### Exercise 6: `sequence_loss`
#
# Return the mean loss over all positions of all windows. `F.cross_entropy` contains the softmax already, and wants
# logits of shape (positions, vocab) with targets of shape (positions,). So make one long list of positions from batch
# and time.
#
# <details><summary>Hint</summary>
#
# `logits.flatten(0, 1)` joins the first two dimensions: (batch, time, vocab) becomes (batch · time, vocab).
# `targets.flatten()` joins all.
#
# </details>


# %% exercise="sequence_loss" minutes=5
def sequence_loss(logits: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
    """Return the mean loss, in nats, of logits (batch, time, vocab) and targets (batch, time)."""
    # TODO: bring both to one long list of positions, and use F.cross_entropy.
    ### BEGIN SOLUTION
    return F.cross_entropy(logits.flatten(0, 1), targets.flatten())
    ### END SOLUTION


# %%
sequence_loss = check.sequence_loss(sequence_loss)

# %%
loss = sequence_loss(logits, targets)
nothing = math.log(vocab_size)
print(f"ln {vocab_size} = {nothing:.2f}, a fresh model is near:", abs(loss.item() - nothing) < 0.5)

# %% [markdown]
# ## 6 · Training
#
# The **gradient** says, for every weight, how the loss would change if the weight grew a little. PyTorch finds it, and
# keeps it beside the weight. An **optimizer** is given all weights at the beginning; it reads their gradients and moves
# each weight a little, so that the loss falls. Ours is **Adam**: it has a step size for every weight and adapts it, and
# is a good first choice nearly everywhere.
#
# One step of training has four parts, always in this order.
#
# 1. **Forward:** compute the logits and the loss.
# 2. `optimizer.zero_grad()`: forget the old gradients. PyTorch *adds* new gradients to old ones otherwise.
# 3. `loss.backward()`: find the new gradients.
# 4. `optimizer.step()`: move every weight.
#
# **The hidden state between batches.** We begin an epoch with `model.init_state(len(inputs))`, and hand the last state
# of each batch to the next. That is why all batches must have equal size.
#
# There is a catch. PyTorch keeps a record of how each number came about, the **graph**, and `backward` walks back along
# it. Through the state, the record would reach back to the first batch of the epoch. But a part that has been walked
# once is thrown away, and PyTorch stops with an error: *Trying to backward through the graph a second time*. So before
# each batch we write `hidden = hidden.detach()`. This gives a state with the same numbers and no past.
#
# (A confession: our windows are shuffled, so row 3 of this batch does not continue row 3 of the last. The state that
# is handed on comes from elsewhere in the text. The model learns not to trust it much in its first step. It does
# little harm here. Lesson 03 measures how much, and does it properly.)
#
# ### Exercise 7: `train_epoch`
#
# Go through the loader once, with your `sequence_loss`. Return two plain numbers: the mean of the batches' losses, and
# the **accuracy**, the share of positions at which the largest logit was the right character.
#
# Call `model.train()` first: some layers behave differently while training. Ours do not, but the habit pays.
#
# <details><summary>Hint 1: the skeleton</summary>
#
# Start with `losses, hits, hidden = [], [], None`. In the loop, `if hidden is None: hidden = model.init_state(...)`,
# with the number of rows of `inputs`.
#
# </details>
#
# <details><summary>Hint 2: numbers, not tensors</summary>
#
# `loss.item()` is a plain number. A list of loss *tensors* would keep every graph alive.
#
# </details>
#
# <details><summary>Hint 3: the accuracy of one batch</summary>
#
# `(logits.argmax(-1) == targets).float().mean().item()`
#
# </details>


# %% exercise="train_epoch" minutes=15
def train_epoch(
    model: nn.Module, loader: DataLoader, optimizer: torch.optim.Optimizer
) -> tuple[float, float]:
    """Train on every batch once. Returns the mean loss in nats, and the accuracy from 0 to 1."""
    model.train()
    # TODO: for each batch: detach the state, forward, zero the gradients, backward, step.
    ### BEGIN SOLUTION
    losses, accuracies, hidden = [], [], None
    for inputs, targets in loader:
        hidden = model.init_state(len(inputs)) if hidden is None else hidden.detach()
        logits, hidden = model(inputs, hidden)
        loss = sequence_loss(logits, targets)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
        accuracies.append((logits.argmax(-1) == targets).float().mean().item())
    return sum(losses) / len(losses), sum(accuracies) / len(accuracies)
    ### END SOLUTION


# %%
train_epoch = check.train_epoch(train_epoch)

# %% [markdown]
# After each epoch we write a **checkpoint**, a file with all weights, so that nothing is lost if the machine stops. It
# also holds the vocabulary, in the package's own form: weights without their vocabulary are a book in an unknown script.

# %%
symbols = Vocabulary.from_text(text)  # the package's own vocabulary, numbered like yours
print(symbols.symbols == tuple(char_to_idx))

# %% tags=["nbval-ignore-output"]
optimizer = torch.optim.Adam(model.parameters(), lr=learning_rate)
train_losses = []
for epoch in range(1, epochs + 1):
    loss, accuracy = train_epoch(model, train_loader, optimizer)
    train_losses.append(loss)
    file = f"runs/01_alphabet/epoch_{epoch:02}.safetensors"
    save_checkpoint(file, model, symbols, epoch=epoch, loss=loss)
    print(f"epoch {epoch:2}   loss {loss:.4f}   accuracy {accuracy:.3f}")

# %%
print("the loss is below 0.01:", train_losses[-1] < 0.01)
_ = plot_losses({"training": train_losses}, title="Learning the alphabet", log=True)

# %% [markdown]
# *What to see: the loss falls by a factor of a thousand, steeply at first and then ever more slowly. The scale on the
# left is logarithmic.*
#
# ## 7 · Evaluation
#
# How good is the model on the text that it never saw? Evaluation looks like training without the learning, and has
# three rules of its own.
#
# - `model.eval()` before, and no gradients: `with torch.no_grad():` saves time and memory.
# - The result is the **mean over all batches**. A published notebook from which this lesson descends divided the *last*
#   batch's loss by the number of batches. It reported a test loss of 0.1575 nats per character on a novel, far below
#   what any published model reaches, and nobody noticed.
# - **No batches, no result.** A loader over a text that is too short is silently empty. A sum of nothing is 0, and a loss
#   of 0 looks like a triumph. Raise a `ValueError` instead.
#
# ### Exercise 8: `evaluate`
#
# Return mean loss and accuracy as in `train_epoch`, with the state carried in the same way, but without any learning.
#
# <details><summary>Hint</summary>
#
# Collect the losses in a list. If the list is empty after the loop, `raise ValueError("there was not one batch")`.
#
# </details>


# %% exercise="evaluate" minutes=8
def evaluate(model: nn.Module, loader: DataLoader) -> tuple[float, float]:
    """Return mean loss and accuracy over all batches. Raises ValueError if there is none."""
    model.eval()
    # TODO: like train_epoch, under torch.no_grad() and without optimizer. No batches: an error.
    ### BEGIN SOLUTION
    losses, accuracies, hidden = [], [], None
    with torch.no_grad():
        for inputs, targets in loader:
            hidden = model.init_state(len(inputs)) if hidden is None else hidden
            logits, hidden = model(inputs, hidden)
            losses.append(sequence_loss(logits, targets).item())
            accuracies.append((logits.argmax(-1) == targets).float().mean().item())
    if not losses:
        raise ValueError("there was not one batch to evaluate: is the text too short?")
    return sum(losses) / len(losses), sum(accuracies) / len(accuracies)
    ### END SOLUTION


# %%
evaluate = check.evaluate(evaluate)

# %%
test_loss, test_accuracy = evaluate(model, test_loader)
print("test loss below 0.01:", test_loss < 0.01, "  every letter right:", test_accuracy == 1)

# %% [markdown]
# **Think about the hyperparameters.** You have seen each of them at work. A sentence is enough. (Double-click this
# cell to write.)
#
# 1. *Vocabulary size:* how would it change if the text were in capital and small letters?
# 2. *Sequence length:* the alphabet repeats after 26 characters. Must a window be that long to learn it?
# 3. *Stride:* what do you gain and lose with a stride of 1 in place of 5?
# 4. *Batch size:* twice the windows in a batch means half the steps in an epoch. What is lost?
# 5. *Embedding dimension:* could one number for each character do?
# 6. *Hidden size:* what happens to the time of one step if you double it?
# 7. *Number of layers:* what could a second layer see that the first does not?
# 8. *Learning rate:* what do you expect to see in the loss if it is far too large? And far too small?
# 9. *Epochs:* how would you know that there were too many?
#
# ### BEGIN SOLUTION
# <details><summary>Our answers</summary>
#
# 1. 52 for the alphabet in both cases: each capital is a character of its own, and nothing tells the model that `A` and
#    `a` are related.
# 2. No. The next letter follows from the current one alone; windows of two characters would do.
# 3. Five times as many windows in an epoch, each learned from in slightly different company; and five times the work.
# 4. The steps are fewer, and each is more exact than it needs to be. Small batches are noisy, and that often helps.
# 5. In principle yes, 26 different numbers are enough to tell 26 letters apart. But the network then has to pull
#    neighbours apart on one line. With a few dimensions there is room.
# 6. The product with the hidden state is a matrix of hidden × hidden numbers: about four times the work.
# 7. It sees the first layer's memory at each step, and can notice patterns in that: patterns of patterns.
# 8. Too large: the loss jumps about and may grow. Too small: it falls, but hardly.
# 9. The loss on the training text still falls while the loss on the test text rises.
#
# </details>
# ### END SOLUTION

# %% [markdown]
# ## 8 · Writing
#
# A trained model gives probabilities. To write, we must pick one character. Always the likeliest? Then the text is the
# same each time, and in English it soon goes round in circles. Drawn by the probabilities? Then unlikely characters
# slip in. The **temperature** T sits between: divide the logits by T before the softmax.
#
# With the logits 2, 1, 0 of above:
#
# | T | logits / T | probabilities |
# |---|---|---|
# | 0.5 | 4, 2, 0 | 0.867, 0.117, 0.016 |
# | 1 | 2, 1, 0 | 0.665, 0.245, 0.090 |
# | 2 | 1, 0.5, 0 | 0.506, 0.307, 0.186 |
#
# A low temperature makes the model surer than it is, a high one less sure. Towards 0 only the likeliest is left, and
# since one cannot divide by 0, **temperature 0 means: take the likeliest**.
#
# ### Exercise 9: `sample_from_output`
#
# Return one token, as a plain integer, drawn from the probabilities at this temperature. At temperature 0 return the
# likeliest.
#
# <details><summary>Hint 1</summary>
#
# `logits.argmax()` is the place of the largest logit, as a tensor; `.item()` makes it a plain number.
#
# </details>
#
# <details><summary>Hint 2</summary>
#
# `torch.softmax(logits / temperature, dim=-1)` gives the probabilities.
#
# </details>
#
# <details><summary>Hint 3</summary>
#
# `torch.multinomial(probabilities, 1)` draws one index by these probabilities, as a tensor of one number.
#
# </details>


# %% exercise="sample_from_output" minutes=5
def sample_from_output(logits: torch.Tensor, temperature: float) -> int:
    """Draw one token from logits (vocab,) at a temperature; 0 takes the likeliest."""
    # TODO: treat temperature 0 first; then divide, take the softmax, and draw.
    ### BEGIN SOLUTION
    if temperature == 0:
        return logits.argmax().item()
    probabilities = torch.softmax(logits / temperature, dim=-1)
    return torch.multinomial(probabilities, 1).item()
    ### END SOLUTION


# %%
sample_from_output = check.sample_from_output(sample_from_output)

# %% [markdown]
# ### Exercise 10: `generate_text`
#
# Now put it all together. Begin with `start_text`, and append `k` characters.
#
# First the network *reads* the start: run all of its tokens through the model, in one go. The logits at the last
# position tell what may come next. Draw a token, once, append it, feed **only this very** token back in, together with
# the state, and so on. The state holds the memory of all that came before. To feed the whole text again, with that state,
# would make the network read it twice. Nothing is learned here, so the loop stands under `with torch.no_grad():`.
#
# The function takes the vocabulary as an argument. It would be shorter to use `char_to_idx` from above, but this
# notebook is going to have two vocabularies, and a function that reaches for the wrong one breaks in strange ways.
#
# <details><summary>Hint 1</summary>
#
# The model wants shape (batch, time). `encode(start_text, char_to_idx)[None]` has a batch of one.
#
# </details>
#
# <details><summary>Hint 2</summary>
#
# `logits[0, -1]` are the logits after the last character. A single token for the next round is
# `torch.tensor([[token]])`.
#
# </details>


# %% exercise="generate_text" minutes=12
def generate_text(
    model: nn.Module,
    start_text: str,
    k: int,
    temperature: float,
    vocabulary: tuple[dict[str, int], dict[int, str]],
) -> str:
    """Continue start_text by k characters. Returns the start and what follows."""
    char_to_idx, idx_to_char = vocabulary
    model.eval()
    # TODO: read the start. Then k times: draw a token, append its character, feed the token back.
    ### BEGIN SOLUTION
    text, hidden = start_text, model.init_state(1)  # (1, hidden)
    tokens = encode(start_text, char_to_idx)[None]  # (1, time)
    with torch.no_grad():
        for _ in range(k):
            logits, hidden = model(tokens, hidden)
            token = sample_from_output(logits[0, -1], temperature)
            text += idx_to_char[token]
            tokens = torch.tensor([[token]])
    return text
    ### END SOLUTION


# %%
generate_text = check.generate_text(generate_text)

# %% [markdown]
# ## 9 · The sanity check
#
# This is what the alphabet is for. We give the model an `a`, always take its likeliest guess, and let it write 259 more
# characters. There is exactly one right answer: the alphabet, ten times. And while the likeliest letter is far ahead of
# all others, a moderate temperature must not change it.

# %%
print(generate_text(model, "a", 60, 0, vocabulary))
for temperature in (0, 0.2, 0.5):
    written = generate_text(model, "a", 259, temperature, vocabulary)
    print(f"temperature {temperature}: the alphabet, ten times:", written == ALPHABET * 10)

# %% [markdown]
# If this holds, the vocabulary, the windows, the shift by one, the training and the generator work together. Many classic
# bugs would have shown: targets not shifted, tokens mixed up, a letter left out.
#
# One thing the alphabet cannot test is the *memory*. The next letter follows from the current one alone, so a network
# that forgets everything would pass as well, and so would a generator that loses the state. Your checks have looked at
# that. And English will: there, a network without a memory cannot beat the bigram of section 11.
#
# ## 10 · How it goes wrong
#
# The notebook from which this lesson descends trained its alphabet with a **learning rate of 200** on **windows of
# 1,000** characters. Let us watch that, batch by batch, with your own code. (`tqdm` shows how far a loop has come.)

# %%
long_set = CharDataset(train_tokens, sequence_length=1000, stride=10)
long_loader = DataLoader(long_set, batch_size, shuffle=True, drop_last=True)
wild_model = CharRNN(vocab_size, embedding_size, hidden_size)
wild_optimizer = torch.optim.Adam(wild_model.parameters(), lr=200)

# %% tags=["nbval-ignore-output"]
wild_losses = []
for _ in range(full_or_quick(5, 1)):
    for batch in tqdm(long_loader, leave=False):  # [batch] stands in for a loader of one batch
        wild_losses.append(train_epoch(wild_model, [batch], wild_optimizer)[0])
axes = plot_losses({"training": wild_losses}, baselines={"knowing nothing": nothing}, log=True)
_ = axes.set(title="Learning rate 200", xlabel="batch")

# %% [markdown]
# *What to see (the scale is logarithmic): the first step throws the loss up to a thousand nats and more. It comes down again, and then jumps, up and
# down, for as long as we watch.*
#
# Adam moves each weight by about the learning rate in one step. Useful weights lie between about −1 and 1; a step of 200
# throws them far out. Every tanh then stands at −1 or 1, where it is flat, and hardly any gradient gets through. The
# logits grow into the thousands, so a wrong letter can cost a thousand nats. What still learns is the output layer. The
# alphabet is so simple that this alone brings many batches below the dashed line, until a step throws it out again.

# %%
print("once thirty times worse than knowing nothing:", max(wild_losses) > 30 * nothing)

# %% [markdown]
# The second trouble was silent. The test text has 260 characters. How many windows of 1,000 fit?

# %%
empty_loader = DataLoader(CharDataset(test_tokens, 1000, 10), batch_size, drop_last=True)
print("batches in the test:", len(empty_loader))
try:
    evaluate(wild_model, empty_loader)
except ValueError as error:
    print("ValueError:", error)

# %% [markdown]
# That notebook's test loop ran over nothing, and said nothing. Yours speaks up.
#
# ## 11 · The same code reads English
#
# Python brings its own documentation along: about half a million characters of English, without a download. It differs
# a little from one version of Python to the next.

# %% tags=["nbval-ignore-output"]
corpus = load_corpus("python-docs")
print(corpus)
print(corpus.text[30_000:30_400])

# %%
english = corpus.text
english_vocabulary = build_vocabulary(english)
english_symbols = Vocabulary.from_text(english)
english_tokens = encode(english, english_vocabulary[0])
english_cut = int(0.9 * len(english_tokens))

# %% [markdown]
# Could the alphabet's model go on learning from here? Its embedding has 26 rows, and its tokens mean other characters:
# token 0 was `a`, and is now a line break. The checkpoint knows its vocabulary and refuses.

# %%
english_model = CharRNN(len(english_symbols), embedding_size=32, hidden_size=256)
last_checkpoint = f"runs/01_alphabet/epoch_{epochs:02}.safetensors"
try:
    load_checkpoint(last_checkpoint, english_model, english_symbols)
except ValueError as error:
    print("ValueError:", str(error).split(":")[0])

# %% [markdown]
# **Baselines first.** A loss means nothing by itself. Two simple models tell us what is good. Knowing nothing costs
# ln V, where V is the size of the vocabulary. A **bigram** model counts, in the training text, which character follows which; it has a memory of one
# character. Our network has a hidden state, so it must beat the bigram. If it does not, there is a bug.

# %%
kept_for_test = english_tokens[english_cut:]
bigram = bigram_loss(english_tokens[:english_cut], kept_for_test, len(english_symbols))
baselines = {"knowing nothing": math.log(len(english_symbols)), "bigram": bigram}

# %% tags=["nbval-ignore-output"]
print({name: round(loss, 2) for name, loss in baselines.items()})

# %% [markdown]
# Now train. The windows are longer than before and do not overlap, and the network is larger. This takes about half a
# minute.
#
# Have you trained before, and restarted? With `load_instead = True` you get your last model back without training.

# %%
load_instead = False
english_train = CharDataset(english_tokens[:english_cut], sequence_length=64, stride=64)
english_test = CharDataset(english_tokens[english_cut:], sequence_length=64, stride=64)
english_train_loader = DataLoader(english_train, batch_size=32, shuffle=True, drop_last=True)
english_test_loader = DataLoader(english_test, batch_size=32, drop_last=True)
english_file = "runs/01_alphabet/english.safetensors"

# %% tags=["nbval-ignore-output"]
english_losses = {"training": [], "test": []}
english_optimizer = torch.optim.Adam(english_model.parameters(), lr=0.002)
for epoch in range(1, 1 + (0 if load_instead else full_or_quick(10, 1))):
    loader = tqdm(english_train_loader, f"epoch {epoch}", leave=False)
    loss, _ = train_epoch(english_model, loader, english_optimizer)
    english_loss, share = evaluate(english_model, english_test_loader)
    english_losses["training"].append(loss)
    english_losses["test"].append(english_loss)
    print(f"epoch {epoch:2}   train {loss:.3f}   test {english_loss:.3f}   right {share:.1%}")
    save_checkpoint(english_file, english_model, english_symbols, losses=english_losses)

# %%
if load_instead:
    english_losses = load_checkpoint(english_file, english_model, english_symbols)["losses"]
english_loss, _ = evaluate(english_model, english_test_loader)
print("beats the bigram by more than half a nat:", english_loss < bigram - 0.5)

# %%
_ = plot_losses(english_losses, baselines=baselines, title="Learning English")

# %% [markdown]
# *What to see: after the first epoch the test loss is well below the bigram. The training loss starts higher than the test
# loss, since it is a mean over the whole epoch, in which the network was still learning. Towards the end the training
# loss still falls, and the test loss hardly: the network begins to learn the training text by heart.*
#
# What does it expect after `The `? The bars show the likeliest characters at three temperatures.

# %%
prime = encode("The ", english_vocabulary[0])[None]
with torch.no_grad():
    logits, _ = english_model(prime)
_ = plot_temperatures(logits[0, -1], english_symbols.symbols, (0.5, 1.0, 1.5), top=8)

# %% [markdown]
# *What to see: at temperature 0.5 the likeliest characters have become likelier still, at the cost of all others. At 1.5
# it is the other way round: the bars on the left shrink, and what they lose goes to the bar of all others on the right.*
#
# And here is what it writes.

# %% tags=["nbval-ignore-output"]
for temperature in (0.2, 0.7, 1.0, 1.5):
    written = generate_text(english_model, "The ", 300, temperature, english_vocabulary)
    print(f"--- temperature {temperature}\n{written}\n")

# %% [markdown]
# At 0.2 nearly every word is right, and it goes round in circles. At 0.7 it looks like documentation from a distance, and
# here and there a word breaks. At 1.0 many do. At 1.5 it babbles.
#
# ## 12 · Your report
#
# The notebook from which this lesson descends ended with a short report, and so does this one. Answer in your own
# words, a few sentences each. (Double-click to write.)
#
# 1. **Both texts compared.** The alphabet reached a loss near 0, English did not come near it. Why can it not?
# 2. **Temperature explained** to somebody who has never heard of logits.
# 3. **What was hard?** And what did you find out when you got it wrong?
#
# ### BEGIN SOLUTION
# <details><summary>An example of a report</summary>
#
# 1. In the alphabet the next letter is certain, so a perfect model is sure each time, and its loss is 0. English is not
#    certain: after "the " many words may follow. Even a perfect model must spread its probability, and pays for it. How
#    far our model is from that perfect one, we cannot see yet.
# 2. The model has a favourite for the next letter and ranks the others. The temperature says how seriously this ranking
#    is taken. Cold: always the favourite. Hot: nearly a lottery.
# 3. That the state must be detached: the error message speaks of a graph and not of a state. And that a generator which
#    feeds the whole text again still looks right on the alphabet.
#
# </details>
# ### END SOLUTION

# %%
check.progress()

# %% [markdown]
# ## Remember
#
# - Text → vocabulary → tokens → windows with targets shifted by one → network → logits → loss → optimizer.
# - A recurrent network repeats one step with the same weights, and carries a hidden state.
# - A fresh model's loss is near ln V. On English, a trained one must beat the bigram.
# - Mean over all batches; no batches, no result.
# - Low temperature: surer. High temperature: wilder. Zero: the likeliest.
#
# ## Try
#
# - Load your own text in place of Python's: `load_corpus("my_book.txt")`, any file in UTF-8. It should have at least
#   21,000 characters, so that the test part still fills a batch of 32 windows.
# - Train the English model with hidden sizes 64 and 512. What do you pay, and what do you get?
#
# ## Read on
#
# - Jeffrey Elman, *Finding Structure in Time* (1990): the network of this lesson, and what its states come to mean.
# - Andrej Karpathy, *The Unreasonable Effectiveness of Recurrent Neural Networks* (2015): what such networks write.
# - Diederik Kingma and Jimmy Ba, *Adam: A Method for Stochastic Optimization* (2015).
# - Ian Witten and Timothy Bell, *The Zero-Frequency Problem* (1991): how the bigram treats pairs that it never saw.
