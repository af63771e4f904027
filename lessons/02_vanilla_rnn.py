# %% [markdown]
# # 02 · A vanilla RNN by hand
#
# In 2015 Andrej Karpathy published a recurrent network in about a hundred lines of Python. It had no framework behind
# it: five matrices and vectors, a loop forwards, a loop backwards. Thousands of people learned from it what a gradient
# is. In this notebook you write that network yourself, in plain tensors, and derive each line of its backward pass.
#
# PyTorch will not compute a single gradient for you. It only comes in afterwards, as a witness: your gradients must
# equal its own.
#
# **At the end you will have built** the forward pass and the loss, the backward pass through time, the optimizer
# Adagrad, a sampler, and the loop that trains on English. You will have proved your gradient right in two ways, and
# turned it into something that PyTorch can use.
#
# **You need** lesson 01, the chain rule, and what a matrix product is. **Time:** three to four hours, of which the
# machine computes for about one minute. A good place for a break is after exercise 6, when the gradient stands.

# %%
import math
import statistics
import time

import torch
from torch import nn

# %%
from helpers.checks.vanilla_rnn import check
from helpers.corpora import ALPHABET, load_corpus
from helpers.course import full_or_quick, print_text
from helpers.ground import Vocabulary, load_checkpoint, save_checkpoint
from helpers.pictures import draw_backward, draw_samples, plot_gradient_norms, plot_losses
from helpers.pictures import plot_saturation
from helpers.text import bigram_loss

# %%
_ = torch.manual_seed(2)

# %% [markdown]
# ## 1 · Five tensors
#
# The text is the documentation that comes with Python, as in lesson 01: nine tenths to learn from, one tenth for the
# test. Vocabulary and tokens are what they were there, so we take the package's.

# %%
text = load_corpus("python-docs").text
vocabulary = Vocabulary.from_text(text)
tokens = vocabulary.encode(text)
cut = int(0.9 * len(tokens))
train_tokens, test_tokens = tokens[:cut], tokens[cut:]
vocab_size, symbols = len(vocabulary), vocabulary.symbols

# %% [markdown]
# The whole network is five tensors. At time t they make a state and logits from the character's one-hot vector $x_t$:
#
# $$h_t = \tanh(W_{xh}\,x_t + W_{hh}\,h_{t-1} + b_h) \qquad y_t = W_{hy}\,h_t + b_y$$
#
# A **one-hot** vector has one number for each character of the vocabulary: a 1 at the place of this character, and 0
# everywhere else. The names say where a matrix leads: `Wxh` from x to h, `Whh` from h to the next h, `Why` from h to y.
#
# This network has many relatives that write the same thing differently. Here they are, side by side. All of them store
# a matrix as (size that comes out, size that goes in), so nothing has to be transposed between the columns.
#
# | here, as in the hundred lines | shape | in lesson 01 | in `nn.RNN` |
# |---|---|---|---|
# | `Wxh` | (hidden, vocab) | $W_e$, after an embedding | `weight_ih_l0` |
# | `Whh` | (hidden, hidden) | $W_h$ | `weight_hh_l0` |
# | `Why` | (vocab, hidden) | $W_o$ | not part of it |
# | `bh` | (hidden,) | two biases, $b_e + b_h$ | two, `bias_ih_l0` + `bias_hh_l0` |
# | `by` | (vocab,) | $b_o$ | not part of it |
#
# Two differences matter. Lesson 01 has two biases that are only ever added, and one does the same. And there $W_e$
# reads a short embedding, while `Wxh` reads the one-hot vector itself: it is both steps in one matrix.
#
# The sizes are those of 2015: a state of 100 numbers, windows of 25 characters. The matrices start as small random
# numbers, scaled by 0.01, and the biases as zeros.

# %%
hidden_size, sequence_length = 100, 25
names = ("Wxh", "Whh", "Why", "bh", "by")


def make_parameters(vocab_size, hidden_size, scale=0.01):
    """Return Wxh, Whh, Why, bh, by, in this order."""
    shapes = ((hidden_size, vocab_size), (hidden_size, hidden_size), (vocab_size, hidden_size))
    weights = [scale * torch.randn(*shape) for shape in shapes]
    return *weights, torch.zeros(hidden_size), torch.zeros(vocab_size)


# %% [markdown]
# ### One-hot vectors, and why nobody multiplies by them
#
# What does a matrix do to a one-hot vector? Take three characters and a state of two numbers:
#
# $$\begin{pmatrix}5&7&9\\6&8&4\end{pmatrix}\begin{pmatrix}0\\1\\0\end{pmatrix} =
# \begin{pmatrix}5\cdot0+7\cdot1+9\cdot0\\6\cdot0+8\cdot1+4\cdot0\end{pmatrix} = \begin{pmatrix}7\\8\end{pmatrix}$$
#
# The zeros erase every column but one. The product *is* that column, so we need not multiply: `Wxh[:, token]` takes it
# out. (`nn.Embedding` stores the same matrix the other way round. There it is a row, `weight[token]`.)

# %%
small = torch.tensor([[5.0, 7.0, 9.0], [6.0, 8.0, 4.0]])  # (hidden, vocab)
one_hot = torch.tensor([0.0, 1.0, 0.0])  # (vocab,)
print(small @ one_hot, small[:, 1])
print("the same:", torch.equal(small @ one_hot, small[:, 1]))

# %% [markdown]
# With a hundred characters this saves a hundred multiplications for each number of the state. It will help on the way
# back as well: only one column took part, so only one column gets a gradient.
#
# ### Exercise 1: `rnn_step`
#
# One step in time, by the two formulas above. The state is a plain vector of shape (hidden,), and `Whh @ hidden` is
# the product of a matrix and a vector. Return the new state and the logits. (In exercises 1 to 3, leave all numbers as
# tensors that autograd can follow, and make none of your own: section 4 holds your gradient against autograd's, in 64
# bits.)
#
# **By hand, with a state of one number.** Let the old state be 0, the token's number in `Wxh` 0.5, `Whh` 0.8 and `bh`
# 0.1. Then the new state is tanh(0.5 + 0.8 · 0 + 0.1) = tanh(0.6) = 0.537. With `Why` = (2, −1) and `by` = (0, 0.5) the
# logits are 2 · 0.537 = 1.074 and −0.537 + 0.5 = −0.037: they come from the *new* state.
#
# <details><summary>Hint 1</summary>
#
# The first line of the blank cell unpacks the five tensors, so you can write `Wxh[:, token]`.
#
# </details>
#
# <details><summary>Hint 2</summary>
#
# `torch.tanh(Wxh[:, token] + ... + bh)`, and then the logits from this new state.
#
# </details>


# %% exercise="rnn_step" minutes=8
def rnn_step(
    token: int, hidden: torch.Tensor, parameters: tuple[torch.Tensor, ...]
) -> tuple[torch.Tensor, torch.Tensor]:
    """Read one token in the state hidden. Returns the new state (hidden,) and logits (vocab,)."""
    Wxh, Whh, Why, bh, by = parameters
    # TODO: the new state from the token and the old state; the logits from the new state.
    ### BEGIN SOLUTION
    hidden = torch.tanh(Wxh[:, token] + Whh @ hidden + bh)  # (hidden,)
    return hidden, Why @ hidden + by  # (hidden,), (vocab,)
    ### END SOLUTION


# %%
rnn_step = check.rnn_step(rnn_step)

# %% [markdown]
# ## 2 · Probabilities and a loss
#
# In lesson 01 the softmax was hidden in `F.cross_entropy`. Now you write it: e to the power of each logit, divided by
# their sum. There is one trap. The largest number of a 32-bit float is about 3.4 · 10³⁸, and $e^{89}$ is already more.
# A logit of 1000 becomes infinite, and infinity divided by infinity is `nan`, *not a number*.
#
# The way out: subtract the largest logit from all of them first. The logits 1002, 1001 and 1000 become 0, −1 and −2,
# and their powers 1, 0.368 and 0.135. The probabilities are 0.665, 0.245 and 0.090, the same as for 2, 1 and 0. Nothing
# has changed, because a common factor $e^{-1002}$ stands above and below the fraction line. And nothing can overflow,
# because no exponent is above 0.
#
# ### Exercise 2: `softmax`
#
# Over the *last* dimension: logits of shape (vocab,) give one set of probabilities, logits of shape (time, vocab) give
# one for each row. Each row must subtract its own largest logit. With the maximum of all rows, a row far below it would
# become zeros, and 0 divided by 0 is `nan` again. (`torch.softmax` exists. Write it yourself this once.)
#
# <details><summary>Hint 1</summary>
#
# `logits.max(dim=-1, keepdim=True)` gives two things, the largest numbers and their places. You want `.values`. With
# `keepdim=True` their shape is (time, 1), so that they can be subtracted from (time, vocab).
#
# </details>
#
# <details><summary>Hint 2</summary>
#
# `powers / powers.sum(dim=-1, keepdim=True)`
#
# </details>


# %% exercise="softmax" minutes=8
def softmax(logits: torch.Tensor) -> torch.Tensor:
    """Turn logits (..., vocab) into probabilities of the same shape; each row adds up to 1."""
    # TODO: subtract each row's largest logit, take the exponential, divide by each row's sum.
    ### BEGIN SOLUTION
    powers = torch.exp(logits - logits.max(dim=-1, keepdim=True).values)
    return powers / powers.sum(dim=-1, keepdim=True)
    ### END SOLUTION


# %%
softmax = check.softmax(softmax)

# %%
print(softmax(torch.tensor([[2.0, 1.0, 0.0], [1002.0, 1001.0, 1000.0]])))

# %% [markdown]
# ### Exercise 3: `forward`
#
# The whole forward pass over one window. Take the steps one after the other, each from the state that the last one
# left. The loss of one step is −ln p, where p is the probability of the character that really came. The hundred-line
# network **adds up** the losses of the 25 steps, and so shall you. We come back to that in a minute.
#
# Going back you will need what you saw on the way, so keep it. Return three things:
#
# - the loss, as a tensor of one number (not `.item()`: PyTorch, as a witness, wants to look at it);
# - all states, of shape (time + 1, hidden), *with the state you started from at place 0*. So `states[t]` is the state
#   before step t, and `states[t + 1]` the one after it;
# - all probabilities, of shape (time, vocab).
#
# **By hand:** with three steps in which the right character had the probabilities 0.5, 0.25 and 0.1, the loss is
# 0.693 + 1.386 + 2.303 = 4.382.
#
# <details><summary>Hint 1</summary>
#
# Start with `states = [hidden]` and an empty list of logits. `for token in inputs.tolist():` gives plain integers.
#
# </details>
#
# <details><summary>Hint 2</summary>
#
# After the loop, `torch.stack(states)` joins the list to (time + 1, hidden), and `softmax(torch.stack(logits))` gives
# all probabilities at once.
#
# </details>
#
# <details><summary>Hint 3</summary>
#
# `probabilities[torch.arange(len(targets)), targets]` picks from row t the number at place `targets[t]`.
#
# </details>


# %% exercise="forward" minutes=15
def forward(
    inputs: torch.Tensor,
    targets: torch.Tensor,
    hidden: torch.Tensor,
    parameters: tuple[torch.Tensor, ...],
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Read inputs (time,). Returns the summed loss (), all states, and all probabilities."""
    # TODO: step through the inputs, keep states and logits, and add up -ln p of the targets.
    ### BEGIN SOLUTION
    states, logits = [hidden], []
    for token in inputs.tolist():
        hidden, output = rnn_step(token, hidden, parameters)
        states.append(hidden)
        logits.append(output)
    probabilities = softmax(torch.stack(logits))  # (time, vocab)
    loss = -probabilities[torch.arange(len(targets)), targets].log().sum()  # ()
    return loss, torch.stack(states), probabilities  # (), (time + 1, hidden), (time, vocab)
    ### END SOLUTION


# %%
forward = check.forward(forward)

# %% [markdown]
# First proof: PyTorch's own `nn.RNN`, with our three tensors put into it and its second bias set to zero, must pass
# through the same states. It knows no tokens, so it gets one-hot vectors.

# %%
parameters, zeros = make_parameters(vocab_size, hidden_size), torch.zeros(hidden_size)
inputs, targets = train_tokens[:sequence_length], train_tokens[1 : sequence_length + 1]
loss, states, probabilities = forward(inputs, targets, zeros, parameters)

# %%
theirs = nn.RNN(vocab_size, hidden_size)
own = (*parameters[:2], parameters[3], zeros)
theirs.load_state_dict(dict(zip(theirs.state_dict(), own, strict=True)))
their_states, _ = theirs(nn.functional.one_hot(inputs, vocab_size).float())
print("the states of nn.RNN:", torch.allclose(their_states, states[1:], atol=1e-6))

# %% [markdown]
# ### "Why is my loss above 100?"
#
# People who run the hundred-line network see it begin with a loss above 100 and ask what they did wrong. Nothing. It is
# a **sum** over the 25 steps of a window. A fresh model gives each of V characters the probability 1/V, so each step
# costs ln V, and the sum is 25 ln V. For a text with 65 different characters that is 25 · 4.17 = 104.
#
# Everywhere else in this course a loss is a **mean** in nats per character. Divide by the sequence length, and the two
# can be compared. Whenever somebody quotes a loss, ask first: sum or mean, nats or bits?

# %%
print(f"25 ln 65 = {25 * math.log(65):.0f}")
print("a fresh sum is near 25 ln V:", abs(loss.item() - 25 * math.log(vocab_size)) < 0.5)
print("a fresh mean is near ln V:", abs(loss.item() / 25 - math.log(vocab_size)) < 0.02)

# %% [markdown]
# ## 3 · The way back
#
# The loss is a long chain of simple functions. We want to know, for each of our thirty thousand numbers: if it grew a
# little, how would the loss change? That is its **gradient**. We write `dWhh` for the gradient of the loss with respect
# to `Whh`; it has the shape of `Whh`. In the same way there are `dhidden` for a state ($dh$ in formulas), `dlogits` for
# the logits ($dy$), and so on.
#
# The **chain rule** says how to find them: begin at the loss, where the gradient is 1, and walk back along each arrow.
# At each arrow multiply by its slope. Where several arrows *leave* a number, it acts on the loss in several ways, and
# what comes back along them is **added**. A weight that is used in every step has an arrow to every step, so its
# gradient is added up over the steps. You need nothing else.
#
# We take three arrows, one after the other: the output layer, the tanh, and the arrow through time.
#
# ### Back through the output layer

# %%
_ = draw_backward("output")

# %% [markdown]
# *What to see: the way forward in grey, from the bottom to the top. In colour, this section's way back: from the loss
# through the softmax to the logits, and through* `Why` *to the state.* $a_t$ *is what stands inside the tanh.*
#
# **From the loss to the logits.** Let $y$ be the logits, and $k$ the character that came. The loss of this step is
#
# $$L = -\ln p_k = -\ln \frac{e^{y_k}}{\sum_j e^{y_j}} = -y_k + \ln \sum_j e^{y_j}$$
#
# The slope of the logarithm of the sum, with respect to $y_i$, is $e^{y_i}/\sum_j e^{y_j}$. But that is just $p_i$. The
# term $-y_k$ gives −1 where $i = k$, and nothing elsewhere. We write $\partial L/\partial y_i$ for the slope of
# $L$ when only $y_i$ moves. So
#
# $$\frac{\partial L}{\partial y_i} = p_i - [\,i = k\,]$$
#
# Read the bracket $[\,i = k\,]$ as 1 where $i = k$, and otherwise 0. For all $i$ together it is a one-hot vector.
#
# "Probabilities minus one-hot" is the most useful short formula in all of this. With the logits 2, 1, 0 the
# probabilities are 0.665, 0.245, 0.090. If the second character came, `dlogits` is (0.665, **−0.755**, 0.090). Read it:
# the right logit should grow, the others should fall, each by as much as it was overrated. The sum is 0.

# %% [markdown]
# **From the logits to Why, by and h.** Each logit is $y_i = \sum_j W_{ij} h_j + b_i$, where $W$ is short for `Why` and
# $b$ for `by`.
#
# - The slope with respect to $b_i$ is 1. So `dby` is `dlogits` itself.
# - The slope with respect to $W_{ij}$ is $h_j$. So `dWhy[i, j]` is `dlogits[i] * h[j]`: every number of the one with
#   every number of the other. This table is the **outer product**, `torch.outer(dlogits, h)`.
# - The state number $h_j$ acts on *every* logit, on $y_i$ with the slope $W_{ij}$. These add up:
#   $dh_j = \sum_i W_{ij}\, dy_i$.
#
# The last one needs a closer look. Take three logits and a state of two numbers:
#
# $$\begin{pmatrix}y_1\\y_2\\y_3\end{pmatrix} = \begin{pmatrix}2&5\\3&1\\4&6\end{pmatrix}
# \begin{pmatrix}h_1\\h_2\end{pmatrix} =
# \begin{pmatrix}2h_1+5h_2\\3h_1+h_2\\4h_1+6h_2\end{pmatrix}$$
#
# Going forward, each logit reads one *row*. But look for $h_1$: it stands in all three logits, with the slopes 2, 3
# and 4. They are the first *column*. If `dlogits` is (1, −3, 2), then
# $dh_1 = 2 \cdot 1 + 3 \cdot (-3) + 4 \cdot 2 = 1$. In the same way $h_2$ has the second column, and
# $dh_2 = 5 \cdot 1 + 1 \cdot (-3) + 6 \cdot 2 = 14$. A matrix product takes rows. So we first exchange rows and
# columns, which is called **transposing**:
#
# $$\begin{pmatrix}2&3&4\\5&1&6\end{pmatrix}\begin{pmatrix}1\\-3\\2\end{pmatrix} =
# \begin{pmatrix}1\\14\end{pmatrix}$$
#
# In code `.T` transposes, in formulas the sign ⊤. So `dhidden` is `Why.T @ dlogits`. Forward, a matrix takes rows; on
# the way back it takes columns.
#
# A shape tells you when you are wrong: (vocab, hidden) for `dWhy`, (hidden,) for `dhidden`.

# %% [markdown]
# ### Exercise 4: `backward_output`
#
# For one step: return `dWhy`, `dby` and `dhidden`. Do not write into `probabilities`; somebody may still need them.
#
# <details><summary>Hint 1</summary>
#
# `dlogits = probabilities.clone()` is a copy. Then subtract 1 from it at the place `target`.
#
# </details>
#
# <details><summary>Hint 2</summary>
#
# The three results are `torch.outer(dlogits, hidden)`, `dlogits` and `Why.T @ dlogits`.
#
# </details>


# %% exercise="backward_output" minutes=10
def backward_output(
    probabilities: torch.Tensor, target: int, hidden: torch.Tensor, Why: torch.Tensor
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Go back from the loss of one step. Returns dWhy, dby and dhidden."""
    # TODO: find dlogits, then the gradients of Why, of by, and of the state.
    ### BEGIN SOLUTION
    dlogits = probabilities.clone()  # (vocab,)
    dlogits[target] -= 1
    return torch.outer(dlogits, hidden), dlogits, Why.T @ dlogits
    ### END SOLUTION


# %%
backward_output = check.backward_output(backward_output)

# %% [markdown]
# ### Back through the tanh

# %%
_ = draw_backward("tanh")

# %% [markdown]
# *What to see: the coloured arrow is a short one, from the state back to the sum* $a_t$ *inside the tanh. Every
# gradient that reaches* `Wxh`, `Whh` *and* `bh` *passes through here.*
#
# Call what stands inside the tanh $a_t$, so that $h_t = \tanh(a_t)$. In code, its gradient $da_t$ will be `dinside`.
# The slope of tanh follows from its definition, $\tanh a = (e^a - e^{-a})/(e^a + e^{-a})$. Write $u$ for the numerator
# and $v$ for the denominator. The derivative of $u$ is $v$, and that of $v$ is $u$. By the quotient rule,
#
# $$\frac{d}{da}\tanh a = \frac{v \cdot v - u \cdot u}{v^2} = 1 - \frac{u^2}{v^2} = 1 - \tanh^2 a = 1 - h^2$$
#
# The slope can be had from the state alone, and the states we kept. At $a = 0.6$ the state is 0.537 and the slope 1 −
# 0.537² = 0.712: most of the gradient passes. At $a = 3$ the state is 0.995 and the slope 0.010: a hundredth is left. A
# state near 1 or −1 is called **saturated**, and it lets hardly anything through. Remember that for section 7.
#
# ### Exercise 5: `backward_tanh`
#
# Given the gradient of the state, return the gradient of what stood inside the tanh, number by number. It is one line.
# It should work for any shape; the last section hands it a whole batch.
#
# <details><summary>Hint</summary>
#
# `hidden` is the state itself, *after* the tanh. There is no need for another tanh.
#
# </details>


# %% exercise="backward_tanh" minutes=4
def backward_tanh(dhidden: torch.Tensor, hidden: torch.Tensor) -> torch.Tensor:
    """Go back through hidden = tanh(inside). Returns the gradient of inside, of the same shape."""
    # TODO: multiply by the slope of tanh.
    ### BEGIN SOLUTION
    return dhidden * (1 - hidden * hidden)
    ### END SOLUTION


# %%
backward_tanh = check.backward_tanh(backward_tanh)

# %% [markdown]
# ### Back through time

# %%
_ = draw_backward("time")

# %% [markdown]
# *What to see: two coloured arrows come into each state, from above and from the right, one from its own logits and one
# from the next step. They are added. The box on the right is the last step of the window: into its state comes one
# arrow only, since no step comes after it.*
#
# The state $h_t$ acts on the loss in two ways: through its own logits, and through $a_{t+1} = W_{xh} x_{t+1} + W_{hh}
# h_t + b_h$ on everything that comes later. Both come back, and are added:
#
# $$dh_t = W_{hy}^\top\, dy_t + W_{hh}^\top\, da_{t+1} \qquad\qquad da_t = dh_t \cdot (1 - h_t^2)$$
#
# The dot in the second formula is number by number, as in exercise 5: each number of the state has its own tanh. In the
# first, `Whh` is transposed for the same reason as `Why`: forward it takes rows, on the way back columns.
#
# The second term is what is **carried** back from the step after. So one must start at the end: in the last step
# nothing is carried, then the loop runs backwards. This is **backpropagation through time**.

# %% [markdown]
# **The five gradients.** The same five tensors were used in every step. So each step adds its part:
#
# - of `Wxh` only the column of this step's token took part: its column in `dWxh` gets $da_t$ *added*, since a token may
#   come more than once;
# - `Whh` was multiplied with the *old* state: `dWhh` adds up the outer products of $da_t$ and $h_{t-1}$;
# - `dWhy` adds up what exercise 4 gives;
# - $b_h$ enters $a_t$ with slope 1: `dbh` adds up the $da_t$;
# - `dby` adds up what exercise 4 gives.
#
# **By hand, with a state of one number.** As above, let `Whh` be 0.8 and the two states 0.537 and 0.318, from a start
# of 0. (The second is tanh(−0.2 + 0.8 · 0.537 + 0.1): its token's number is −0.2.) Let 1.0 come back from the output
# layer at both steps.
#
# - Step 2: nothing is carried. $da_2 = 1 \cdot (1 - 0.318^2) = 0.899$. It carries $0.8 \cdot 0.899 = 0.719$ to step 1.
# - Step 1: $dh_1 = 1 + 0.719 = 1.719$ and $da_1 = 1.719 \cdot (1 - 0.537^2) = 1.223$.
# - `dbh` = 0.899 + 1.223 = 2.122, and `dWhh` = 0.899 · 0.537 + 1.223 · 0 = 0.483.
#
# The state at the start of the window came from the window before. We hand that state on, but no gradient goes back
# into it. This is what `detach` did in lesson 01: backpropagation is cut off after 25 steps.

# %% [markdown]
# ### Exercise 6: `backward_through_time`
#
# Return the five gradients in the order of the parameters. Use your two functions.
#
# <details><summary>Hint 1: the places</summary>
#
# In step t, the state after it is `states[t + 1]`, and the one before it `states[t]`.
#
# </details>
#
# <details><summary>Hint 2: the skeleton</summary>
#
# Make five zeros with `torch.zeros_like`, and `carried = torch.zeros_like(bh)`. Then
# `for t in reversed(range(len(inputs))):`
#
# </details>
#
# <details><summary>Hint 3: one step</summary>
#
# `step_dWhy, step_dby, dhidden = backward_output(...)`, then `dinside = backward_tanh(dhidden + carried, ...)`. Add to
# all five, and end with `carried = Whh.T @ dinside`.
#
# </details>


# %% exercise="backward_through_time" minutes=25
def backward_through_time(
    inputs: torch.Tensor,
    targets: torch.Tensor,
    states: torch.Tensor,
    probabilities: torch.Tensor,
    parameters: tuple[torch.Tensor, ...],
) -> tuple[torch.Tensor, ...]:
    """Go back through a window, from what forward has kept. Returns dWxh, dWhh, dWhy, dbh, dby."""
    Wxh, Whh, Why, bh, by = parameters
    # TODO: from the last step to the first, add each step's part, and carry the gradient back.
    ### BEGIN SOLUTION
    dWxh, dWhh, dWhy, dbh, dby = (torch.zeros_like(parameter) for parameter in parameters)
    carried = torch.zeros_like(bh)  # (hidden,)
    for t in reversed(range(len(inputs))):
        token, target = inputs[t].item(), targets[t].item()
        step_dWhy, step_dby, dhidden = backward_output(probabilities[t], target, states[t + 1], Why)
        dinside = backward_tanh(dhidden + carried, states[t + 1])  # (hidden,)
        dWhy += step_dWhy
        dby += step_dby
        dbh += dinside
        dWhh += torch.outer(dinside, states[t])
        dWxh[:, token] += dinside
        carried = Whh.T @ dinside
    return dWxh, dWhh, dWhy, dbh, dby
    ### END SOLUTION


# %%
backward_through_time = check.backward_through_time(backward_through_time)

# %% [markdown]
# ## 4 · Two witnesses
#
# A gradient with a mistake in it often still trains, only worse, and nobody notices. So it must be *proved*. The first
# witness is the definition of a slope itself: nudge one weight up a little, then down a little, and see what the loss
# does.
#
# $$\frac{\partial L}{\partial w} \approx \frac{L(w + \varepsilon) - L(w - \varepsilon)}{2\varepsilon}$$
#
# That is slow, but cannot be fooled. Two things must be right. First, **64-bit numbers**: the difference of two nearly
# equal losses keeps few of its digits, and of seven digits nothing would be left. Second, ε: too large, and the curve
# bends within the nudge; too small, and rounding drowns it. 10⁻⁵ is good.
#
# A small network will do. We give it larger weights, so that every tanh is bent and much is carried back: a mistake in
# either then shows at once.

# %%
tiny = make_parameters(vocab_size=7, hidden_size=6, scale=0.5)
exact = tuple(parameter.double() for parameter in tiny)
start = torch.randn(6).double()
tiny_inputs, tiny_targets = torch.randint(7, (2, sequence_length))

tiny_loss, tiny_states, tiny_probabilities = forward(tiny_inputs, tiny_targets, start, exact)
by_hand = backward_through_time(tiny_inputs, tiny_targets, tiny_states, tiny_probabilities, exact)

# %% [markdown]
# Now you, with one weight. Choose another parameter and another place, and run it again.

# %%
number, place, epsilon = 1, (3, 4), 1e-5  # Whh[3, 4]; a bias has one index: place = (3,)
nudged = {}
for sign in (1, -1):
    changed = [parameter.clone() for parameter in exact]
    changed[number][place] += sign * epsilon
    nudged[sign] = forward(tiny_inputs, tiny_targets, start, changed)[0].item()
slope = (nudged[1] - nudged[-1]) / (2 * epsilon)
print(f"nudged {slope:.6f}   by hand {by_hand[number][place]:.6f}")

# %% [markdown]
# The same for every weight. The **relative error** of two gradients is the length of their difference, divided by the
# sum of their lengths. (The length of a table of numbers is the square root of the sum of their squares; `.norm()`
# computes it.)


# %%
def numerical_gradient(number, epsilon=1e-5):
    """Return the gradient of one parameter, found by nudging each of its numbers up and down."""
    changed = [parameter.clone() for parameter in exact]
    flat, slopes = changed[number].view(-1), torch.zeros_like(exact[number]).view(-1)
    for place, value in enumerate(exact[number].view(-1).tolist()):
        for sign in (1, -1):
            flat[place] = value + sign * epsilon
            slopes[place] += sign * forward(tiny_inputs, tiny_targets, start, changed)[0]
        flat[place] = value
    return (slopes / (2 * epsilon)).view_as(exact[number])


# %%
by_nudging = [numerical_gradient(number) for number in range(5)]
errors = {}
for name, own, theirs in zip(names, by_hand, by_nudging, strict=True):
    errors[name] = ((own - theirs).norm() / (own.norm() + theirs.norm())).item()
    print(f"{name:3}  relative error below 1e-7: {errors[name] < 1e-7}")

# %% [markdown]
# The second witness is PyTorch's **autograd**. It keeps a record of your forward pass if we ask for one, with
# `requires_grad_()`, and walks back along it by itself. This time at full size: a hundred states, the real text. The
# difference should be no more than rounding.

# %%
watched = [parameter.double().requires_grad_() for parameter in parameters]
loss, states, probabilities = forward(inputs, targets, zeros.double(), watched)
loss.backward()
with torch.no_grad():
    full_size = backward_through_time(inputs, targets, states, probabilities, watched)
differences = [(own - w.grad).abs().max() for own, w in zip(full_size, watched, strict=True)]
for name, difference in zip(names, differences, strict=True):
    print(f"{name:3}  equal to autograd within 1e-12: {difference.item() < 1e-12}")

# %% [markdown]
# And here are the figures themselves. The last digits differ from machine to machine.

# %% tags=["nbval-ignore-output"]
for name, difference in zip(names, differences, strict=True):
    print(f"{name:3}  nudging: relative error {errors[name]:.1e}", end="   ")
    print(f"autograd: largest difference {difference:.1e}")

# %% [markdown]
# This is a moment to enjoy: you know what `loss.backward()` does, because you have done it. (A place for a break.)
#
# ## 5 · How far back does it reach?
#
# On its way back a gradient is multiplied by $W_{hh}^\top$ and by the slopes of tanh, once for each step. Something
# that is multiplied by 0.9 twenty-five times is 0.07 of what it was. Multiplied by 1.1 it is eleven times as large.
# With a matrix, what counts in the long run is its **spectral radius**: roughly, by how much each multiplication
# stretches a vector when one multiplies again and again. (Exactly: the largest absolute value among its eigenvalues.)
# So we take one random matrix, scale it to several spectral radii, run it forwards over small random inputs, and watch
# how long the gradient is that is carried back. Here `run_states` does many steps at once, from inputs that stand
# inside the tanh already.


# %%
def run_states(inputs, start, Whh):
    """Return the states after each input (time, ..., hidden), from a start (..., hidden)."""
    states = []
    for step in inputs:
        start = torch.tanh(step + start @ Whh.T)
        states.append(start)
    return torch.stack(states)  # (time, ..., hidden)


# %% [markdown]
# (A vector times `Whh.T` from the left is `Whh` times the vector. Written this way it also works for a batch of rows.)


# %%
def norms_back(Whh, inputs):
    """Return the length of a carried gradient after 1, 2, ... steps back; it starts at 1."""
    Whh, norms = Whh.double(), []
    carried = torch.full_like(Whh[0], len(Whh) ** -0.5)  # n numbers of 1/√n: the length is 1
    zeros = 0 * carried  # of the same shape and dtype
    states = run_states(inputs.double(), zeros, Whh)
    for state in states.flip(0):  # from the last step to the first
        carried = Whh.T @ backward_tanh(carried, state)
        norms.append(carried.norm().item())
    return norms


# %%
def spectral_radius(matrix):
    """Return the largest absolute value among the eigenvalues."""
    return torch.linalg.eigvals(matrix).abs().max().item()


# %%
matrix = torch.randn(hidden_size, hidden_size)
matrix /= spectral_radius(matrix)  # now it is 1
noise = 0.1 * torch.randn(50, hidden_size)  # 50 steps of small random inputs
norms = {radius: norms_back(radius * matrix, noise) for radius in (0.5, 0.9, 1.2, 2.0, 4.0)}
print("at radius 0.5 it vanishes:", norms[0.5][-1] < 1e-10)
print("at radius 4 it explodes:", norms[4.0][-1] > 1e5)
_ = plot_gradient_norms({f"radius {radius:g}": values for radius, values in norms.items()})

# %% [markdown]
# *What to see (the scale is logarithmic, from one line of the grid to the next it is a factor of a thousand): below a
# radius of 1 the gradient vanishes, and far above it explodes, both exponentially. Just above 1 it hardly changes,
# because larger states bend the tanh, and slopes below 1 make up for the matrix.*
#
# This is the trouble of the vanilla RNN, described by Hochreiter in 1991 and by Bengio and others in 1994. A gradient
# that has vanished carries no news: what the network should have remembered 50 characters ago, it cannot learn. Lesson
# 04 builds the LSTM as an answer. A gradient that explodes is easier to treat: one makes it shorter.
#
# ### Exercise 7: `clip_gradients`
#
# There are two ways to shorten, and both are in use.
#
# - **By value:** each number is brought into −5 to 5, as in the hundred-line network. (3, −12, 8) becomes (3, −5, 5).
#   It is crude: the gradient then points elsewhere.
# - **By norm:** if the length of *all five gradients together* is above the limit, all numbers are multiplied by limit
#   / length. The direction stays. A gradient that is short enough stays as it is. (3, −12, 8) has the length
#   √(9 + 144 + 64) = 14.73; with a limit of 5, each number is multiplied by 0.3394, and it becomes (1.02, −4.07, 2.72).
#
# Return five new tensors, and leave the given ones as they are.
#
# <details><summary>Hint 1</summary>
#
# `gradient.clamp(-limit, limit)` gives a new tensor.
#
# </details>
#
# <details><summary>Hint 2</summary>
#
# The length of all together is the square root of the sum of all squares of all five:
# `math.sqrt(sum((gradient**2).sum().item() for gradient in gradients))`
#
# </details>


# %% exercise="clip_gradients" minutes=8
def clip_gradients(
    gradients: tuple[torch.Tensor, ...], limit: float, by_norm: bool = False
) -> tuple[torch.Tensor, ...]:
    """Shorten gradients: each number to -limit..limit, or, by norm, all of them by one factor."""
    # TODO: treat both ways, and return new tensors.
    ### BEGIN SOLUTION
    if not by_norm:
        return tuple(gradient.clamp(-limit, limit) for gradient in gradients)
    norm = math.sqrt(sum((gradient**2).sum().item() for gradient in gradients))
    factor = limit / norm if norm > limit else 1.0
    return tuple(gradient * factor for gradient in gradients)
    ### END SOLUTION


# %%
clip_gradients = check.clip_gradients(clip_gradients)

# %% [markdown]
# ## 6 · Adagrad
#
# The simplest step is $w \leftarrow w - \eta\,g$: against the gradient $g$, by the learning rate $\eta$. But a rare
# character's column in `Wxh` gets a gradient once in a thousand windows, and that of the space in every one. Should
# both move by the same rule? **Adagrad** gives each weight a memory $m$, the sum of all its squared gradients so far,
# and divides by the root of it:
#
# $$m \leftarrow m + g^2 \qquad\qquad w \leftarrow w - \frac{\eta\,g}{\sqrt{m + 10^{-8}}}$$
#
# **By hand,** with $\eta = 0.1$ and the gradients 0.5, 0.5 and 2:
#
# | g | m | step |
# |---|---|---|
# | 0.5 | 0.25 | 0.1 · 0.5 / 0.5 = 0.1 |
# | 0.5 | 0.5 | 0.1 · 0.5 / 0.707 = 0.071 |
# | 2 | 4.5 | 0.1 · 2 / 2.121 = 0.094 |
#
# Look at the first step. It is 0.1 *whatever the gradient is*, since $g/\sqrt{g^2}$ is 1 or −1. This will come back to
# us. The tiny 10⁻⁸ only keeps a weight that never had a gradient from dividing 0 by 0.
#
# ### Exercise 8: `adagrad_update`
#
# Return the new parameters and the new memory, each as a tuple of five, and change nothing that you are given.
#
# <details><summary>Hint 1</summary>
#
# First the memory, then the step with the *new* memory.
#
# </details>
#
# <details><summary>Hint 2</summary>
#
# `tuple(m + g * g for m, g in zip(memory, gradients))`, and a second one over three things at once.
#
# </details>


# %% exercise="adagrad_update" minutes=8
def adagrad_update(
    parameters: tuple[torch.Tensor, ...],
    gradients: tuple[torch.Tensor, ...],
    memory: tuple[torch.Tensor, ...],
    learning_rate: float,
) -> tuple[tuple[torch.Tensor, ...], tuple[torch.Tensor, ...]]:
    """Take one step of Adagrad. Returns the new parameters and the new memory."""
    # TODO: add the squared gradients to the memory, then move against the gradients.
    ### BEGIN SOLUTION
    memory = tuple(m + g * g for m, g in zip(memory, gradients, strict=True))
    steps = [
        learning_rate * g / torch.sqrt(m + 1e-8) for g, m in zip(gradients, memory, strict=True)
    ]
    return tuple(p - step for p, step in zip(parameters, steps, strict=True)), memory
    ### END SOLUTION


# %%
adagrad_update = check.adagrad_update(adagrad_update)

# %% [markdown]
# ## 7 · Writing and training
#
# ### Exercise 9: `sample_text`
#
# While it trains, the network shall show what it can do. It starts from a state and a token, takes a step, draws the
# next token from the softmax of the logits divided by the temperature, and goes on from the *new* state with the
# *drawn* token. As in lesson 01, temperature 0 takes the likeliest. The token that you are given is not part of the
# text: the text is what comes after.
#
# <details><summary>Hint 1</summary>
#
# `rnn_step` takes a plain integer, and `torch.multinomial(probabilities, 1).item()` draws one.
#
# </details>
#
# <details><summary>Hint 2</summary>
#
# `symbols[token]` is the character. Append it to a string, `length` times.
#
# </details>


# %% exercise="sample_text" minutes=8
def sample_text(
    parameters: tuple[torch.Tensor, ...],
    hidden: torch.Tensor,
    token: int,
    length: int,
    temperature: float,
    symbols: tuple[str, ...],
) -> str:
    """Read token in the state hidden, then write length characters."""
    # TODO: step, draw, append, and go on with the new state and the new token.
    ### BEGIN SOLUTION
    text = ""
    for _ in range(length):
        hidden, logits = rnn_step(token, hidden, parameters)
        if temperature == 0:
            token = logits.argmax().item()
        else:
            token = torch.multinomial(softmax(logits / temperature), 1).item()
        text += symbols[token]
    return text
    ### END SOLUTION


# %%
sample_text = check.sample_text(sample_text)

# %% [markdown]
# ### Exercise 10: `train`
#
# Now all of it together. Windows are taken from the text one after the other, without overlap and without shuffling. So
# each window continues the last, and its last state is the right one to go on from. When there is no room for another
# window and its targets, begin again at the start of the text, **with a state of zeros**, since the end of a text does
# not continue in its beginning.
#
# One window's loss is noisy. The **smoothed loss** starts at 25 ln V and follows slowly: after each window,
# smoothed = 0.999 · smoothed + 0.001 · loss. In each iteration, in this order:
#
# 1. Is there no room for a window at `position`? Back to 0, with a fresh state.
# 2. In every 100th iteration, from iteration 0 on: write a sample of 200 characters, from the current state and this
#    window's first token, and call `report(iteration, smoothed, sample, parameters)`. (The smoothed loss is that of a whole
#    window, a sum. `report` divides by itself what it wants per character.)
# 3. Forward. If the loss is not a finite number (it can become `nan`, or infinite), stop: `raise ValueError`, and say
#    in which iteration. Nothing good would ever come after it.
# 4. Backward, clip to −5 … 5, and one step of Adagrad.
# 5. Carry on: the state, the smoothed loss, the position.
#
# Return the parameters, and the list of the smoothed losses after each iteration. The first lines are there already:
# they refuse a text that is too short for one window, which would otherwise train on scraps without a word.
#
# <details><summary>Hint 1: room</summary>
#
# A window at `position` needs `sequence_length + 1` tokens, one more for the last target.
#
# </details>
#
# <details><summary>Hint 2: the state</summary>
#
# `hidden = states[-1]` is the state after the last character of the window. Its zeros at the start have the shape of
# `bh`, which is `parameters[3]`.
#
# </details>
#
# <details><summary>Hint 3: finite</summary>
#
# `math.isfinite(loss.item())`
#
# </details>


# %% exercise="train" minutes=25
def train(
    tokens: torch.Tensor,
    parameters: tuple[torch.Tensor, ...],
    symbols: tuple[str, ...],
    iterations: int,
    report,
    temperature: float = 1.0,
    sequence_length: int = 25,
    learning_rate: float = 0.1,
) -> tuple[tuple[torch.Tensor, ...], list[float]]:
    """Train on a text, window after window. Returns the parameters and the smoothed losses."""
    if len(tokens) <= sequence_length:
        raise ValueError(
            f"{len(tokens)} tokens are too few for a window of {sequence_length} and its targets"
        )
    memory = tuple(torch.zeros_like(parameter) for parameter in parameters)
    hidden, position = torch.zeros_like(parameters[3]), 0
    smoothed, history = sequence_length * math.log(len(symbols)), []
    # TODO: the five steps of the text, in each iteration.
    ### BEGIN SOLUTION
    for iteration in range(iterations):
        if position + sequence_length + 1 > len(tokens):
            hidden, position = torch.zeros_like(parameters[3]), 0
        inputs = tokens[position : position + sequence_length]
        targets = tokens[position + 1 : position + sequence_length + 1]
        if iteration % 100 == 0:
            sample = sample_text(parameters, hidden, inputs[0].item(), 200, temperature, symbols)
            report(iteration, smoothed, sample, parameters)
        loss, states, probabilities = forward(inputs, targets, hidden, parameters)
        if not math.isfinite(loss.item()):
            raise ValueError(
                f"the loss is {loss.item()} in iteration {iteration}: is the rate too large?"
            )
        gradients = backward_through_time(inputs, targets, states, probabilities, parameters)
        gradients = clip_gradients(gradients, 5.0)
        parameters, memory = adagrad_update(parameters, gradients, memory, learning_rate)
        hidden, position = states[-1], position + sequence_length
        smoothed = 0.999 * smoothed + 0.001 * loss.item()
        history.append(smoothed)
    return parameters, history
    ### END SOLUTION


# %%
train = check.train(train)

# %% [markdown]
# ### First the alphabet
#
# As in lesson 01: a text whose right continuation is known. A thousand iterations take a few seconds.
#
# First a word to PyTorch. It likes to share work among all cores, but our tensors are so small that this saves nothing,
# and on a busy machine waiting for the others costs a lot. So it shall use one core, until the last section.

# %%
cores = torch.get_num_threads()
torch.set_num_threads(1)
letters = Vocabulary.from_text(ALPHABET)
letter_tokens = letters.encode(ALPHABET * 100)
alphabet_samples = []


def keep_sample(iteration, smoothed, sample, parameters):
    alphabet_samples.append(sample)


# %% tags=["nbval-ignore-output"]
fresh = make_parameters(len(letters), hidden_size)
learned, smoothed_losses = train(letter_tokens, fresh, letters.symbols, 1000, keep_sample)
for iteration in (0, 100, 200, 500, 900):
    print(f"iteration {iteration:3}   {alphabet_samples[iteration // 100][:60]}")
loss, _, _ = forward(letter_tokens[:25], letter_tokens[1:26], zeros, learned)
print(f"smoothed loss {smoothed_losses[-1]:.1f}, and the loss of one window {loss:.1f}")

# %%
a = letters.encode("a").item()
written = sample_text(learned, zeros, a, 259, 0, letters.symbols)
print("the alphabet, ten times:", "a" + written == ALPHABET * 10)
print("one window costs less than 0.1 nats per character:", loss.item() / 25 < 0.1)
print("and the smoothed loss is still ten times as much:", smoothed_losses[-1] > 10 * loss.item())

# %% [markdown]
# The last line is the other half of the classic question. The smoothed loss is not only a sum. It also looks back over
# about a thousand windows, so in a short run it still remembers the beginning, and says little about the end.
#
# What if the learning rate is absurd? Your loop stops and says where, instead of going on with a loss of infinity.

# %%
try:
    train(letter_tokens, fresh, letters.symbols, 100, keep_sample, learning_rate=1e4)
except ValueError as error:
    print("ValueError:", error)

# %% [markdown]
# ### Then English
#
# **What loss should you expect?** Knowing nothing costs ln V per character, and the bigram of lesson 01 about 2.3 nats.
# The network here has a hundred numbers of memory, learns from one window at a time, and sees nine tenths of the
# training text, once. It will beat the bigram, but not by much: expect about 2.1 nats on the test text. The network of
# lesson 01 was larger, read the text ten times, and came to about 1.4.
#
# We keep an eye on it: `watch` notes the samples, and where the states lie on a fixed stretch of text. And every
# thousand iterations it writes the network to a file.

# %%
bigram = bigram_loss(train_tokens, test_tokens, vocab_size)
baselines = {"knowing nothing": math.log(vocab_size), "bigram": bigram}
probe = train_tokens[:401]  # the stretch of text on which we look at the states


def save(parameters):
    network = nn.ParameterDict(dict(zip(names, parameters, strict=True)))
    save_checkpoint(file, network, vocabulary, history=history)


# %%
def watch(iteration, smoothed, sample, parameters):
    _, states, _ = forward(probe[:-1], probe[1:], zeros, parameters)
    shares = torch.histc(states[1:], 40, -1, 1) / states[1:].numel()
    history.append((iteration, smoothed / sequence_length, sample, shares.tolist()))
    if iteration % 1000 == 0:
        print(f"iteration {iteration:5}   smoothed {smoothed:6.2f}   {sample[:50]!r}")
        save(parameters)


# %% [markdown]
# This takes about three quarters of a minute. You may press the stop button: the cell after the training reads the
# file, and at most a thousand iterations are lost. Have you trained before, and restarted? Then `load_instead = True`
# spares you the training.

# %%
load_instead, file = False, "runs/02_vanilla_rnn/english.safetensors"

# %% tags=["nbval-ignore-output"]
history, english = [], make_parameters(vocab_size, hidden_size)  # each run starts afresh
if not load_instead:
    english, _ = train(train_tokens, english, symbols, full_or_quick(15_000, 200), watch)
    save(english)

# %%
network = nn.ParameterDict(dict(zip(names, english, strict=True)))
history = load_checkpoint(file, network, vocabulary)["history"]
english = tuple(network[name].detach() for name in names)

# %% [markdown]
# For the test, `mean_loss` runs over a whole text with the state carried on, and gives a mean per character.


# %%
def mean_loss(tokens, parameters, length=100):
    """Return the loss over a text in nats per character, the state carried on."""
    hidden, total, windows = torch.zeros(hidden_size), 0.0, (len(tokens) - 1) // length
    for window in range(windows):
        part = tokens[window * length : (window + 1) * length + 1]
        loss, states, _ = forward(part[:-1], part[1:], hidden, parameters)
        hidden, total = states[-1], total + loss.item()
    return total / (windows * length)


# %%
test_loss = mean_loss(test_tokens, english)
print("beats the bigram by more than 0.1 nats per character:", test_loss < bigram - 0.1)

# %% tags=["nbval-ignore-output"]
results = {**baselines, "this network": test_loss}
print("   ".join(f"{name} {loss:.2f}" for name, loss in results.items()))

# %%
smoothed_losses = [entry[1] for entry in history]
titles = {"title": "Learning English", "step_name": "iteration", "baselines": baselines}
places = [entry[0] for entry in history]
_ = plot_losses({"smoothed loss, per character": smoothed_losses}, steps=places, **titles)

# %% [markdown]
# *What to see: it falls below the bigram a little before the middle. The bumps are the text's own: some chapters hold
# long tables of dashes, which are easy, and what follows them is hard again.*

# %%
_ = draw_samples([(iteration, loss, sample) for iteration, loss, sample, _ in history])

# %% [markdown]
# *What to see: first noise, then the right letters in the wrong order, then spaces where spaces belong, then word
# endings, brackets and short words. On the left stands the smoothed loss per character, which follows late.*
#
# ### What goes on inside
#
# The states were looked at every hundred iterations. Where do their numbers lie between −1 and 1?

# %%
iterations, shares = [entry[0] for entry in history], [entry[3] for entry in history]
_ = plot_saturation(iterations, shares)

# %% [markdown]
# *What to see: before the first step all states are near 0. A hundred iterations later nearly all stand at −1 or 1. Some
# come back afterwards; most stay there.*
#
# What happened? Adagrad's first step is about 0.1 for *every* weight that has a gradient. We had chosen weights of
# about 0.01, and one step makes them ten times as large, all hundred numbers of a row at once. The sums inside the tanh
# become large, and the states saturate. The hundred-line network does this, too. It learns in spite of it.

# %%
print("the spectral radius of a fresh Whh is below 0.2:", spectral_radius(parameters[1]) < 0.2)
for iterations, bound in ((1, 0.5), (3, 3.0)):
    moved, _ = train(train_tokens, parameters, symbols, iterations, lambda *given: None)
    print(f"after {iterations}, it is above {bound}: {spectral_radius(moved[1]) > bound}")

# %% [markdown]
# A saturated state lets little of the gradient through, and a large `Whh` makes what gets through larger. Which of the
# two wins? Here is the trained network on the text itself, beside the fresh one.

# %%
reach, stretch = {}, train_tokens[:200]
for name, (Wxh, Whh, _, bh, _) in {"fresh": parameters, "trained": english}.items():
    reach[name] = norms_back(Whh, Wxh[:, stretch].T + bh)[:sequence_length]
print("fresh, it has vanished after 10 steps:", reach["fresh"][9] < 1e-6)
print("trained, it reaches further back:", reach["trained"][9] > 100 * reach["fresh"][9])
print("and is small after 25 steps all the same:", reach["trained"][24] < 0.1)
print("although the spectral radius of Whh is above 3:", spectral_radius(english[1]) > 3)
_ = plot_gradient_norms(reach, title="The network of this lesson, fresh and trained")

# %% [markdown]
# *What to see: in the fresh network a tenth is left after each step. In the trained one the gradient lives longer, but
# it vanishes, too, although the spectral radius of its* `Whh` *is far above 1. The saturated states win.*
#
# And this is what it writes, at three temperatures, from a state of zeros and the letter T.

# %% tags=["nbval-ignore-output"]
first = vocabulary.encode("T").item()
for temperature in (0.2, 0.7, 1.0):
    print(f"--- temperature {temperature}")
    print_text("T" + sample_text(english, zeros, first, 250, temperature, symbols) + "\n")

# %% [markdown]
# ## 8 · Your gradient inside PyTorch
#
# You have derived the gradient by hand. Is it good for anything, now that autograd exists? Yes: you know something that
# autograd does not.
#
# In each step you add an outer product of $da_t$ and $h_{t-1}$ to `dWhh`, and autograd does the same: at every step it
# makes a whole table, and adds it. But a sum of outer products **is** a matrix product. Take two steps:
#
# $$\begin{pmatrix}1\\2\end{pmatrix}\begin{pmatrix}3&4\end{pmatrix} +
# \begin{pmatrix}5\\6\end{pmatrix}\begin{pmatrix}7&8\end{pmatrix} =
# \begin{pmatrix}38&44\\48&56\end{pmatrix} =
# \begin{pmatrix}1&5\\2&6\end{pmatrix}\begin{pmatrix}3&4\\7&8\end{pmatrix}$$
#
# (The upper left number is 1 · 3 + 5 · 7 = 38, either way.) So we keep all $da_t$ until the loop is over, and get
# `dWhh` from *one* product for the whole window, and for a whole batch of windows. One large product is what a
# processor does best.
#
# A batch of states has shape (batch, hidden), and all steps together (time, batch, hidden), as in `nn.RNN`. With rows
# in place of columns, `Whh.T @ dinside` becomes `dinside @ Whh`.


# %%
def backward_batch(dstates, start, states, Whh):
    """Go back through run_states. Returns the gradients of its inputs, of its start, and of Whh."""
    before = torch.cat([start[None], states[:-1]])  # (time, batch, hidden)
    dinside, carried = torch.empty_like(states), torch.zeros_like(start)
    for t in reversed(range(len(states))):
        dinside[t] = backward_tanh(dstates[t] + carried, states[t])
        carried = dinside[t] @ Whh  # (batch, hidden)
    dWhh = dinside.flatten(0, 1).T @ before.flatten(0, 1)  # one product: (hidden, hidden)
    return dinside, carried, dWhh


# %% [markdown]
# PyTorch takes a gradient of your own if you wrap it in a `torch.autograd.Function`. It has two methods. `forward`
# computes the result and saves what the way back needs. `backward` is given the gradient of the result, and returns one
# gradient for each argument of `forward`, in the same order.
#
# `ctx` (for *context*) is a bag that PyTorch hands from `forward` to `backward`: what you save in the one, you find in
# the other. `@staticmethod` says that the two are plain functions, without a `self`; PyTorch asks for it.


# %%
class Recurrence(torch.autograd.Function):
    @staticmethod
    def forward(ctx, inputs, start, Whh):
        states = run_states(inputs, start, Whh)
        ctx.save_for_backward(start, states, Whh)
        return states

    @staticmethod
    def backward(ctx, dstates):
        return backward_batch(dstates, *ctx.saved_tensors)


# %% [markdown]
# The witness once more: the same loop under autograd, and yours, in 64-bit numbers.

# %%
sizes = {"inputs": (20, 4, 30), "start": (4, 30), "Whh": (30, 30)}
own = [0.3 * torch.randn(*shape).double() for shape in sizes.values()]
own, theirs = ([tensor.clone().requires_grad_() for tensor in own] for _ in range(2))
upstream = torch.randn(20, 4, 30).double()  # the gradient that comes in from above
Recurrence.apply(*own).backward(upstream)
run_states(*theirs).backward(upstream)
for name, mine, other in zip(sizes, own, theirs, strict=True):
    print(f"{name:6}  equal to autograd: {torch.allclose(mine.grad, other.grad, atol=1e-12)}")

# %% [markdown]
# Now the race: 16 windows of 100 characters, an embedding of 30 numbers, 500 hidden. All three ways get the same
# numbers, and take turns, so that a machine that is busy for a moment slows all of them.

# %%
torch.set_num_threads(cores)
embedded, start = torch.randn(100, 16, 30), torch.zeros(16, 500)
network = nn.RNN(30, 500)
We, Whh, be, bh = network.parameters()
ways = {
    "step by step under autograd": lambda: run_states(embedded @ We.T + be + bh, start, Whh),
    "nn.RNN": lambda: network(embedded)[0],
    "your backward pass": lambda: Recurrence.apply(embedded @ We.T + be + bh, start, Whh),
}

# %%
results = [way() for way in ways.values()]
print("the same states:", all(torch.allclose(results[0], other, atol=1e-4) for other in results))

# %% tags=["nbval-ignore-output"]
seconds = {name: [] for name in ways}
for _ in range(full_or_quick(8, 2)):
    for name, way in ways.items():
        before = time.perf_counter()
        way().backward(torch.ones(100, 16, 500))
        seconds[name].append(time.perf_counter() - before)
for name, times in seconds.items():
    print(f"{name:28} {1600 / statistics.median(times[1:]):9,.0f} characters per second")

# %% [markdown]
# *Read the ratios: the figures themselves belong to the machine that made them. Each is the median of seven rounds,
# after a first that does not count.*
#
# Autograd makes a gradient of `Whh` at every step, from the 16 rows of that step, and adds it to the sum. You make one,
# from all 1,600 rows. With 64 windows, a step has more rows of its own, and the gain is smaller. Then it pays to write
# each step into memory that is there already, and to walk back in blocks.
#
# The package's own `CharRNN`, in `helpers/models/vanilla_rnn.py`, is built this way: the network that you train from
# now on runs on a gradient that was derived on paper.

# %%
check.progress()

# %% [markdown]
# ## Remember
#
# - The chain rule: walk back along each arrow, multiply by its slope, add where several arrows left.
# - Through the softmax and its loss: probabilities minus one-hot. Through tanh: times 1 − h². Through a matrix: times
#   its transpose.
# - Weights that are used in every step collect their gradient from every step.
# - A gradient is proved by nudging, in 64-bit numbers, and by a second opinion.
# - Over many steps a gradient vanishes or explodes. Clipping helps against the second only.
# - A sum over 25 characters is 25 times a mean: ask which one you are looking at.
#
# ## Questions to think about
#
# 1. The matrices start as small random numbers. What would happen if `Wxh`, `Whh` and `Why` all started as zeros?
# 2. The loss is a sum over 25 steps. If you took the mean, what would change for clipping at 5, and what for Adagrad?
# 3. The state at the start of a window comes from the window before, but no gradient goes back there. What can the
#    network still learn about things more than 25 characters ago?
# 4. Why is the gradient check done with weights of about 0.5, and not with those of 0.01 that training starts from?
# 5. Adagrad's memory only ever grows. What does that do to the steps of a long training?
#
# ### BEGIN SOLUTION
# <details><summary>Our answers</summary>
#
# 1. All states would be 0. With `Why` zero nothing comes back to the states, and with states of 0 nothing reaches
#    `dWhy`. Only `by` would learn: a unigram. Random numbers tell the hidden numbers apart.
# 2. All gradients would be a 25th. Hardly any number would then be clipped at 5. Adagrad would not notice: it divides
#    each gradient by the root of its squares, and the 25 cancels, but for the tiny 10⁻⁸.
# 3. It may *use* what the state still holds from further back; the state is handed on. But it is never told how to keep
#    something for longer than 25 steps. What survives does so by luck, or because keeping it for 25 steps keeps it for
#    longer.
# 4. With 0.01, the states are near 0, where tanh is nearly a straight line, and little is carried back in time. A
#    mistake in the slope or in what is carried would change the gradient by very little. With 0.5 it cannot be
#    overlooked.
# 5. They become ever smaller, like one over the square root of the number of steps. In the end nothing moves any more.
#    Adam, which lesson 01 used, forgets old gradients, and does not have this trouble.
#
# </details>
# ### END SOLUTION

# %% [markdown]
# ## Try
#
# Each of these trains English again. Give `file` another name first, so that the network you have stays. Then run the
# cells from there on: the one that trains starts from fresh weights, with an empty history.
#
# - Hand `learning_rate=0.02` to `train`, after `watch`. Look at the saturation again.
# - Let Adagrad's first steps be smaller: in `train`, start its memory with `torch.ones_like`. Run that cell, but not
#   the check below it: it would hand you the course's version.
# - Clip by norm in place of by value: in `train`, `clip_gradients(gradients, 5.0, by_norm=True)`. Here, too, leave out
#   the check.
# - Windows of 50 characters: set `sequence_length = 50` beside `file`, since `watch` divides by it, and hand
#   `sequence_length=sequence_length` to `train`. Compare the losses per character on the test text.
#
# ## Read on
#
# - Andrej Karpathy, *Minimal character-level language model with a vanilla recurrent neural network* (2015): the
#   hundred lines themselves, `min-char-rnn.py`; and *The Unreasonable Effectiveness of Recurrent Neural Networks*
#   (2015).
# - David Rumelhart, Geoffrey Hinton and Ronald Williams, *Learning Representations by Back-Propagating Errors* (1986).
# - Jeffrey Elman, *Finding Structure in Time* (1990).
# - Paul Werbos, *Backpropagation Through Time: What It Does and How to Do It* (1990).
# - Sepp Hochreiter, *Untersuchungen zu dynamischen neuronalen Netzen* (1991): the first description of the vanishing
#   gradient.
# - Yoshua Bengio, Patrice Simard and Paolo Frasconi, *Learning Long-Term Dependencies with Gradient Descent Is
#   Difficult* (1994).
# - John Duchi, Elad Hazan and Yoram Singer, *Adaptive Subgradient Methods for Online Learning and Stochastic
#   Optimization* (2011): Adagrad.
# - Razvan Pascanu, Tomas Mikolov and Yoshua Bengio, *On the Difficulty of Training Recurrent Neural Networks* (2013):
#   exploding gradients, and clipping by norm.
#
# Next: **03 · training properly**.
