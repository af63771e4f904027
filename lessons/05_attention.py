# ---
# jupyter:
#   course:
#     data: [data/recall-rnn.safetensors, data/recall-lstm.safetensors, data/recall-attention.safetensors, data/recall.json]
# ---

# %% [markdown]
# # 05 · Attention
#
# A recurrent network carries everything it knows in one state. What was said four hundred characters ago must have
# survived four hundred steps. **Attention** takes another way: it keeps all earlier states, and looks up the one it
# needs.
#
# The idea is small. It is also easy to get wrong in a way that looks like a triumph: let each position look at the whole
# text, later characters too, and the loss falls and falls. Programs like this have been published. In this notebook you
# build attention, are fooled by it, catch the mistake with one experiment, and mend it. Then you see what attention is
# truly good for.
#
# **At the end you will have built** scaled dot-product attention, a language model with it, a test that finds out
# whether a model sees the future, the causal mask, several heads, and a generator that does not read its text anew for
# each character.
#
# **You need** lessons 03 and 04. **Time:** three to four hours, of which the machine computes for about two minutes. A
# good place for a break is after section 5.

# %%
import math
import time
from collections import Counter
from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import nn

# %%
from helpers.checks.attention import check
from helpers.corpora import data_folder, load_corpus
from helpers.course import print_text
from helpers.measuring import count_parameters, load_recall_runs, mean_bins, print_recall_runs
from helpers.models import attention_lstm
from helpers.pictures import COLOURS, new_axes, plot_attention, plot_losses
from helpers.text import baseline_table
from helpers.training import preset

# %%
from helpers.course import full_or_quick
from helpers.models import load_trained
from helpers.pictures import colour_text, plot_recall
from helpers.text import make_split

_ = torch.manual_seed(5)
torch.set_num_threads(1)  # small tensors: one core is as fast, and adds in the same order each time

# %% [markdown]
# ## 1 · Looking something up
#
# A tale names its hero early, and comes back to the name: when somebody says *Good morning* to the hero, only the name
# can follow. An LSTM that has learned for an hour still guesses. It would have to hold on to the name at every step, just
# in case.
#
# Now think of a dictionary in Python. You have a **query**, you compare it with all **keys**, and where it fits you take
# the **value**. Attention does the same with vectors, and softly. A query is compared with every key. Each comparison
# gives a number, the **score**. Softmax turns the scores into weights that add up to 1. What comes out is the mean of
# all values, with these weights. If one key fits much better than the others, it is a look-up. If all fit alike, it is
# the ordinary mean. And all of it has a gradient.
#
# **By hand.** The comparison is the dot product. One query (1, 2), three keys (2, 0), (0, 2) and (1, 1), and their values
# 10, 20 and 30. The scores are 1·2 + 2·0 = 2, then 4, then 3. We divide them by √2 = 1.41, for a reason that follows: 1.41,
# 2.83 and 2.12. Softmax: 0.140, 0.576 and 0.284. The mean of the values is 0.140 · 10 + 0.576 · 20 + 0.284 · 30 = 21.4.
#
# For many queries at once, the scores are a matrix product. With the queries as rows of $Q$, the keys as rows of $K$ and
# the values as rows of $V$,
#
# $$\text{attend}(Q, K, V) = \text{softmax}\left(\frac{Q K^\top}{\sqrt{d}}\right) V$$
#
# with the weights on the left: a row of them is one query's, and it meets each value, a row of $V$. Here $d$ is the length
# of a query. In row $t$ of $Q K^\top$ stand the scores of query $t$, one for each key. So softmax
# runs along a row, over the keys: it is each *query* that shares out its attention.
#
# ### Why the root
#
# A dot product is a sum of $d$ products. If the numbers in the vectors are random with variance 1, each product has
# variance 1, and the sum has variance $d$. With 256 numbers the scores spread by ±16. Softmax of such scores is nearly
# all or nothing: it has decided before anything was learned, and where softmax is flat, no gradient comes back. Divided
# by $\sqrt{d}$ the scores have variance 1 again, whatever $d$ is.
#
# We can see it. For random queries and 32 random keys, here is the entropy of the weights, which lesson 06 explains in
# full: 0 if one key has everything, and ln 32 = 3.47 if all have the same.

# %%
widths = [2, 4, 8, 16, 32, 64, 128, 256, 512]


def mean_entropy(width, divisor):
    scores = torch.randn(200, width) @ torch.randn(width, 32) / divisor  # (queries, keys)
    weights = scores.softmax(-1)
    return -(weights * weights.clamp_min(1e-30).log()).sum(-1).mean().item()


# %%
with_root = [mean_entropy(width, math.sqrt(width)) for width in widths]
without = [mean_entropy(width, 1) for width in widths]
axes = new_axes("How undecided is softmax?", "numbers in a query", "entropy in nats")
axes.plot(widths, with_root, marker="o", color=COLOURS[0], label="scores / √d")
axes.plot(widths, without, marker="s", color=COLOURS[1], label="scores as they are")
axes.set_xscale("log", base=2)
axes.set_ylim(0, math.log(32))
_ = axes.legend(frameon=False)

# %% [markdown]
# *What to see: with the root, the width does not matter. (The entropy lies a little below ln 32, because scores of
# variance 1 do differ.) Without it, wide queries decide at once: at 512 numbers hardly any entropy is left.*
#
# ### Exercise 1: `attend`
#
# Write the formula. Before the positions there may be any number of dimensions (a batch, later heads), so turn the keys
# with `keys.mT`, which exchanges the last two.
#
# There may be fewer queries than keys, and values may have a length of their own. Scores may be large, and `exp` of 100
# is more than a float32 can hold: leave the softmax to torch.
#
# `hide` is a function that we shall need in section 6. If it is given, it takes the scores, of shape (..., queries, keys),
# and returns others; use those.
#
# <details><summary>Hint</summary>
#
# Four lines: scores, `if hide is not None:`, `torch.softmax(scores, dim=-1)`, and the product with the values.
#
# </details>


# %% exercise="attend" minutes=12
def attend(
    queries: torch.Tensor,
    keys: torch.Tensor,
    values: torch.Tensor,
    hide: Callable[[torch.Tensor], torch.Tensor] | None = None,
) -> torch.Tensor:
    """Return a mean of the values for each query.

    queries (..., queries, head_size), keys (..., keys, head_size), values (..., keys, any size).
    """
    # TODO: scores; `hide` them if it is given; softmax over the keys; the weighted sum.
    ### BEGIN SOLUTION
    scores = queries @ keys.mT / math.sqrt(queries.shape[-1])  # (..., queries, keys)
    if hide is not None:
        scores = hide(scores)
    weights = torch.softmax(scores, dim=-1)  # (..., queries, keys), rows add up to 1
    return weights @ values  # (..., queries, head_size)
    ### END SOLUTION


# %%
attend = check.attend(attend)

# %%
query = torch.tensor([[1.0, 2.0]])  # (queries, head_size)
keys = torch.tensor([[2.0, 0.0], [0.0, 2.0], [1.0, 1.0]])  # (keys, head_size)
print(f"by hand 21.4: {attend(query, keys, torch.tensor([[10.0], [20.0], [30.0]])).item():.1f}")
queries, keys, values = torch.randn(3, 2, 7, 16)  # three times (batch, positions, head_size)
own = attend(queries, keys, values)
print(
    "the same as torch's:",
    own.allclose(F.scaled_dot_product_attention(queries, keys, values), atol=1e-6),
)

# %% [markdown]
# ## 2 · A language model that looks back
#
# Where do queries, keys and values come from? From the states of an LSTM. At each position there is one, and it has read
# the text up to there. Three linear maps, all learned, make of it a query (what am I looking for?), a key (what can I be
# found by?) and a value (what do I have to tell?). Queries and keys come from the same text, so this is called
# **self-attention**.
#
# ### Exercise 2: `SelfAttention`
#
# There are two gaps. In `__init__`, make the three maps, from `width` to `width`, without bias. In `forward`, apply them
# and `attend`, with `self.hide`. Return what was found, and no more: the states are added later, by the model.
#
# <details><summary>Hint</summary>
#
# `nn.Linear(width, width, bias=False)`, three times. `attend(queries, keys, values, self.hide)`.
#
# </details>


# %% exercise="SelfAttention" minutes=8
class SelfAttention(nn.Module):
    """Each position makes a query, a key and a value of its own state, and attends."""

    def __init__(self, width: int, hide: Callable[[torch.Tensor], torch.Tensor] | None = None):
        super().__init__()
        self.hide = hide
        # TODO: self.query, self.key, self.value: linear maps from width to width, without bias.
        ### BEGIN SOLUTION
        self.query = nn.Linear(width, width, bias=False)
        self.key = nn.Linear(width, width, bias=False)
        self.value = nn.Linear(width, width, bias=False)
        ### END SOLUTION

    def forward(self, states: torch.Tensor) -> torch.Tensor:
        """Take states (batch, time, width); return what each position found, of the same shape."""
        # TODO: three maps of the same states, then `attend`.
        ### BEGIN SOLUTION
        queries, keys, values = self.query(states), self.key(states), self.value(states)
        return attend(queries, keys, values, self.hide)
        ### END SOLUTION


# %%
SelfAttention = check.SelfAttention(SelfAttention)

# %% [markdown]
# ### Exercise 3: `AttentionLanguageModel`
#
# Now the whole network, in the order in which a text goes through it:
#
# - `self.embedding`: an `nn.Embedding`, which is made of two numbers, how many tokens there are and how long the vector
#   of each is;
# - `self.lstm`: an `nn.LSTM` of one layer, with `batch_first=True`, so that shapes are (batch, time, …);
# - `self.attention`: your `SelfAttention` over the states of the LSTM; hand `hide` on to it;
# - the sum of the states and of what attention found, with `self.dropout` on the sum;
# - `self.output`: a linear map to the logits.
#
# The sum is a **residual path**. Whatever attention does at the start, the states come through beside it. So the network
# can predict as an LSTM does from the first step on, while attention is still learning what to look for.
#
# <details><summary>Hint</summary>
#
# `nn.LSTM` returns two things: the states at all positions, and its last state, which is not needed here.
#
# </details>


# %% exercise="AttentionLanguageModel" minutes=15
class AttentionLanguageModel(nn.Module):
    """Embedding, LSTM, attention over its states, a residual path, a linear map to logits."""

    def __init__(
        self,
        vocab_size: int,
        embedding_size: int,
        hidden_size: int,
        dropout: float = 0.0,
        hide: Callable[[torch.Tensor], torch.Tensor] | None = None,
    ):
        super().__init__()
        # TODO: self.embedding, self.lstm (batch first), self.attention, self.dropout, self.output.
        ### BEGIN SOLUTION
        self.embedding = nn.Embedding(vocab_size, embedding_size)
        self.lstm = nn.LSTM(embedding_size, hidden_size, batch_first=True)
        self.attention = SelfAttention(hidden_size, hide)
        self.dropout = nn.Dropout(dropout)
        self.output = nn.Linear(hidden_size, vocab_size)
        ### END SOLUTION

    def forward(self, tokens: torch.Tensor) -> torch.Tensor:
        """Take tokens (batch, time); return logits (batch, time, vocab_size)."""
        # TODO: read; attend to what was read; add, with dropout; predict.
        ### BEGIN SOLUTION
        states, _ = self.lstm(self.embedding(tokens))  # (batch, time, hidden)
        found = self.attention(states)  # (batch, time, hidden)
        return self.output(self.dropout(states + found))  # (batch, time, vocab_size)
        ### END SOLUTION


# %%
AttentionLanguageModel = check.AttentionLanguageModel(AttentionLanguageModel)

# %% [markdown]
# ## 3 · Batches, losses and AdamW
#
# This model starts each piece of text anew, so the pieces need not follow each other. We cut them at random places.
#
# ### Exercise 4: `get_batch`
#
# Draw `batch_size` random starts, with `torch.randint` and the generator. From each, cut `block_size` tokens as input, and
# as target the same piece one character further on. Each possible start must have its chance. **By hand:** a text of 10
# tokens and a block of 4. The last target must be token 9, so the last input is 5, 6, 7, 8: starts go from 0 to 5, six of
# them. That is 10 − 4. All are equally likely, and the same may come twice. (A text without a single such start is an error,
# which `torch.randint` raises by itself.)
#
# <details><summary>Hint</summary>
#
# `torch.randint(high, (batch_size,), generator=generator)` draws below `high`. `starts[:, None] + torch.arange(block_size)`
# are all places, as a table of shape (batch, block_size), and a tensor can be indexed with a table.
#
# </details>


# %% exercise="get_batch" minutes=8
def get_batch(
    tokens: torch.Tensor, block_size: int, batch_size: int, generator: torch.Generator
) -> tuple[torch.Tensor, torch.Tensor]:
    """Cut batch_size pieces at random places. Returns inputs and targets, (batch, block_size)."""
    # TODO: draw where each piece begins; cut inputs, and targets one token further on.
    ### BEGIN SOLUTION
    starts = torch.randint(len(tokens) - block_size, (batch_size,), generator=generator)
    places = starts[:, None] + torch.arange(block_size)  # (batch, block_size)
    return tokens[places], tokens[places + 1]
    ### END SOLUTION


# %%
get_batch = check.get_batch(get_batch)

# %% [markdown]
# ### Exercise 5: `estimate_loss`
#
# The loss of one random batch is noisy. For a curve we want the mean over several, of both parts of the text. The model
# must be in evaluation mode meanwhile, so that dropout is off, and no gradients are needed. Afterwards training goes on, so
# put it into training mode.
#
# <details><summary>Hint</summary>
#
# `parts.items()` gives name and tokens. For `F.cross_entropy`, make (batch · time, vocab) of the logits with
# `.flatten(0, 1)`, and flatten the targets. `.item()` makes a number of the loss.
#
# </details>


# %% exercise="estimate_loss" minutes=10
def estimate_loss(
    model: nn.Module,
    parts: dict[str, torch.Tensor],
    block_size: int,
    batch_size: int,
    eval_iters: int,
    generator: torch.Generator,
) -> dict[str, float]:
    """Return the mean loss of `eval_iters` random batches of each part, by its name.

    The batches are drawn by `get_batch` with the generator.
    """
    # TODO: evaluation mode, no gradients; for each part the mean over batches; training mode again.
    ### BEGIN SOLUTION
    model.eval()
    losses = {}
    with torch.no_grad():
        for name, tokens in parts.items():
            total = 0.0
            for _ in range(eval_iters):
                inputs, targets = get_batch(tokens, block_size, batch_size, generator)
                logits = model(inputs)  # (batch, time, vocab_size)
                total += F.cross_entropy(logits.flatten(0, 1), targets.flatten()).item()
            losses[name] = total / eval_iters
    model.train()
    return losses
    ### END SOLUTION


# %%
estimate_loss = check.estimate_loss(estimate_loss)

# %% [markdown]
# ### Exercise 6: `make_optimizer`
#
# **AdamW** is Adam with **weight decay**: at each step every weight also shrinks a little, by learning rate × decay. With
# 0.01 and 0.1 that is a thousandth. A weight that no gradient pulls at fades away. (Adam knows decay, too, but adds it to
# the gradient, and then divides by the gradient's usual size, which undoes much of it. Keeping the two apart is the W:
# Loshchilov and Hutter, 2019.)
#
# What should fade? The entries of matrices. A large one makes an output follow a single input, and such trust should be
# earned from the text, again and again. Biases only shift things, and have no reason to be near 0. So parameters of two
# dimensions or more are decayed, the table of embeddings among them, and the others are not.
#
# Make two groups of parameters. A group is a dictionary: `{"params": list, "weight_decay": number}`.
#
# <details><summary>Hint</summary>
#
# `[parameter for parameter in model.parameters() if parameter.dim() >= 2]`, and the others. Then
# `torch.optim.AdamW([group, other], lr=learning_rate)`.
#
# </details>


# %% exercise="make_optimizer" minutes=8
def make_optimizer(
    model: nn.Module, learning_rate: float, weight_decay: float
) -> torch.optim.AdamW:
    """Return AdamW that decays the parameters of two dimensions or more, and no others."""
    # TODO: two groups of parameters: two dimensions or more, and fewer; the second with decay 0.
    ### BEGIN SOLUTION
    matrices = [parameter for parameter in model.parameters() if parameter.dim() >= 2]
    vectors = [parameter for parameter in model.parameters() if parameter.dim() < 2]
    groups = [
        {"params": matrices, "weight_decay": weight_decay},
        {"params": vectors, "weight_decay": 0.0},
    ]
    return torch.optim.AdamW(groups, lr=learning_rate)
    ### END SOLUTION


# %%
make_optimizer = check.make_optimizer(make_optimizer)

# %% [markdown]
# ## 4 · A triumph
#
# We train on tales. Who wrote them is known: a grammar whose every probability we know. So we know the lowest loss that
# any honest model can reach, the **floor**. Remember the number.
#
# Below, `train` takes `max_iters` steps, and every `eval_interval` steps it notes the validation loss. The learning rate
# rises and falls as lesson 03 taught; torch has such a schedule, `OneCycleLR`.

# %%
tales = make_split(load_corpus("tales"))
symbols, decode = len(tales.vocabulary), tales.vocabulary.decode
parts = {"train": tales.train.tokens, "val": tales.val.tokens}
floor = tales.val.floor
best_ngram = baseline_table(tales.train, tales.val).named["best n-gram"]
print(f"floor {floor:.3f}, best n-gram {best_ngram:.3f} nats per character")

# %%
block_size, batch_size, learning_rate = 64, 32, 0.01
max_iters, eval_interval = full_or_quick(800, 16), full_or_quick(80, 8)


def train_step(model, optimizer, generator):
    inputs, targets = get_batch(parts["train"], block_size, batch_size, generator)
    loss = F.cross_entropy(model(inputs).flatten(0, 1), targets.flatten())
    optimizer.zero_grad()
    loss.backward()
    nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimizer.step()


# %%
def train(model):
    generator, losses = torch.Generator().manual_seed(1), []
    optimizer = make_optimizer(model, learning_rate, weight_decay=0.1)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, learning_rate, max_iters, 0.1)
    for step in range(1, max_iters + 1):
        train_step(model, optimizer, generator)
        schedule.step()  # up for a tenth of the steps, then down like a cosine
        if step % eval_interval == 0:
            losses.append(estimate_loss(model, parts, block_size, batch_size, 20, generator)["val"])
    return losses


# %%
_ = torch.manual_seed(1)
marvel = AttentionLanguageModel(symbols, 32, 128)
marvel_losses = train(marvel)
print("the validation loss is below the floor:", marvel_losses[-1] < floor)
print("and below half of it:", marvel_losses[-1] < floor / 2)

# %%
steps = range(eval_interval, max_iters + 1, eval_interval)
baselines = {"floor": floor, "best n-gram": best_ngram}
curves = {"our model": marvel_losses}
pictured = {"steps": steps, "baselines": baselines, "step_name": "step", "log": True}
_ = plot_losses(curves, title="Better than perfect", **pictured)

# %% [markdown]
# After less than half a minute it predicts stories that it has never seen better than the grammar that wrote them. It is
# not overfitting: this is the *validation* loss. Now let it write.


# %%
def write(model, prime, length, generator):
    """Read the whole text anew for each character."""
    tokens = tales.vocabulary.encode(prime)[None]  # (1, time)
    for _ in range(length):
        with torch.no_grad():
            probabilities = model(tokens)[:, -1].softmax(-1)  # (1, vocab_size)
        token = torch.multinomial(probabilities, 1, generator=generator)  # (1, 1)
        tokens = torch.cat([tokens, token], dim=1)
    return decode(tokens[0])


# %% tags=["nbval-ignore-output"]
print(write(marvel, "There was a ", 70, torch.Generator().manual_seed(1)))
print(write(marvel, "Once a golden", 70, torch.Generator().manual_seed(2)))

# %% [markdown]
# Something is very wrong. Stop here for a moment. What could the model do at training, and at validation too, that it
# cannot do when it writes?
#
# ## 5 · Caught by one experiment
#
# When it writes, the last character has nothing behind it. In training and in validation every character but the last has
# the rest of the piece behind it. What if it looks there?
#
# Do not read the code to find out. Ask the model. A language model's prediction at position $t$ may depend on the
# characters up to $t$, and on nothing after. So change one character and look at the predictions *before* it. If a single
# number moves, the model has seen the future.
#
# ### Exercise 7: `largest_change`
#
# Replace the token at `position` in each row. Compare the logits at the positions before it, and return the largest
# difference, without its sign. Leave `tokens` as they are. In training mode dropout would change the logits by itself, so
# switch to evaluation mode first. Nothing is learned here, so no gradients are needed.
#
# Mind the edge: the logits *at* `position` come from the changed token itself, and may change.
#
# <details><summary>Hint</summary>
#
# `changed = tokens.clone()`, then `changed[:, position] = token`. The positions before are `[:, :position]`.
#
# </details>


# %% exercise="largest_change" minutes=12
def largest_change(model: nn.Module, tokens: torch.Tensor, position: int, token: int) -> float:
    """Replace one token; return the largest absolute change of a logit at a position before it.

    tokens has shape (batch, time); in each row the token at `position`, at least 1, is replaced.
    """
    # TODO: evaluation mode, no gradients; logits of both texts; the largest difference before it.
    ### BEGIN SOLUTION
    model.eval()
    changed = tokens.clone()
    changed[:, position] = token
    with torch.no_grad():
        before, after = model(tokens), model(changed)  # (batch, time, vocab_size)
    return (before - after)[:, :position].abs().max().item()
    ### END SOLUTION


# %%
largest_change = check.largest_change(largest_change)

# %%
piece = tales.val.tokens[None, :block_size]  # (1, time)
seen = largest_change(marvel, piece, 40, 3)
print("the logits before a changed character move by more than 5:", seen > 5)

# %% [markdown]
# The logits jump, at places that have not read the changed character yet. So `softmax` had given weight to keys that lie
# later. The loss asks at position $t$ for character $t + 1$; the value of position $t + 1$ knows it. All that attention
# has to learn is to look one place to the right.
#
# This is a **leak**, and it is how the program that this lesson descends from was published: a text generator on poems
# whose every position attends to the whole block. Nothing in its output says so. The loss is low, the curve is smooth, the
# samples disappoint, and one blames the sampling. Three things could have told:
#
# - a loss below the floor, where a floor is known;
# - the experiment above, which needs no floor and no training, and takes a second;
# - reading what it writes, and not explaining it away.
#
# Whenever you build or change a language model, run the experiment. The tests of this course run it on each of its models.
#
# ## 6 · The mask
#
# The scores of later keys must not count. Not small: not at all. Softmax takes $e$ to the power of each score, and
# $e^{-\infty} = 0$. So we put minus infinity where a key is later than the query, *before* the softmax. **By hand:** in a
# row with scores 1, 2 and 5, the third key lies in the future. With (1, 2, −∞) softmax gives 0.27, 0.73 and 0, which add
# up to 1.
#
# Why not set the weights to 0 *after* the softmax? Then the row is 0.017, 0.047 and 0: it adds up to 0.06. The future
# is hidden, but it has had its say in the sum under the fraction, so the leak is smaller and still there.
#
# ### Exercise 8: `hide_future`
#
# The last two dimensions of the scores are queries and keys, as many of each. Return new scores with −∞ where the key (the
# column) is later than the query (the row). A position may look at itself: it has read its own character.
#
# <details><summary>Hint</summary>
#
# `torch.ones(time, time, dtype=torch.bool).triu(1)` is True above the diagonal. `scores.masked_fill(mask, -math.inf)`
# makes a new tensor. The mask must lie where the scores lie: give
# `torch.ones` the argument `device=scores.device`.
#
# </details>


# %% exercise="hide_future" minutes=8
def hide_future(scores: torch.Tensor) -> torch.Tensor:
    """Take scores (..., time, time); return them with minus infinity where a key is later."""
    # TODO: row t may look at columns 0 to t.
    ### BEGIN SOLUTION
    time = scores.shape[-1]
    later = torch.ones(time, time, dtype=torch.bool, device=scores.device).triu(1)
    return scores.masked_fill(later, -math.inf)
    ### END SOLUTION


# %%
hide_future = check.hide_future(hide_future)

# %%
queries, keys, values = torch.randn(3, 2, 7, 16)  # three times (batch, time, head_size)
own = attend(queries, keys, values, hide_future)
theirs = F.scaled_dot_product_attention(queries, keys, values, is_causal=True)
print("the same as torch's causal attention:", own.allclose(theirs, atol=1e-6))

# %% [markdown]
# The same network again, with the mask. Nothing else is changed: the same first weights, the same batches.

# %%
_ = torch.manual_seed(1)
honest = AttentionLanguageModel(symbols, 32, 128, hide=hide_future)
honest_losses = train(honest)
print("the validation loss is above the floor:", honest_losses[-1] > floor)
print("nothing moves before a changed character:", largest_change(honest, piece, 40, 3) < 1e-5)

# %%
curves = {"sees the future": marvel_losses, "does not": honest_losses}
_ = plot_losses(curves, title="The same network, without and with the mask", **pictured)

# %% [markdown]
# *What to see: the upper curve is what language modelling is like. The lower one falls through the floor before its third
# point, and that is how one knows that it is something else.*

# %% tags=["nbval-ignore-output"]
print_text(write(honest, "There was a ", 160, torch.Generator().manual_seed(1)))
print_text(write(honest, "Once a golden", 160, torch.Generator().manual_seed(2)))

# %% [markdown]
# A higher loss, and better tales. It has trained for as long as the marvel did; in section 9 you meet networks that had
# more time.
#
# ## 7 · Several heads
#
# One softmax can look for one thing at a time. Often a position wants two: who is speaking, and was the quotation opened?
# So the vectors are cut into pieces that lie side by side, and each piece attends on its own, with its own weights. A
# piece is called a **head**. With 128 numbers and 2 heads, each head has queries, keys and values of 64 numbers. It costs
# nothing more: the products are as large as before.
#
# ### Exercise 9: `split_heads`
#
# Cut the last dimension into heads, and bring the heads before time, so that `attend` works on the last two dimensions as
# ever. **By hand:** with a width of 4 and two heads, the vector (1, 2, 3, 4) becomes (1, 2) in head 0 and (3, 4) in head 1.
#
# <details><summary>Hint</summary>
#
# First `view` as (batch, time, heads, head_size). Then `transpose(1, 2)`. Not `view` as (batch, heads, time, …) at once:
# that would deal the numbers of one position out to several.
#
# </details>


# %% exercise="split_heads" minutes=6
def split_heads(vectors: torch.Tensor, num_heads: int) -> torch.Tensor:
    """Take (batch, time, width); return (batch, num_heads, time, width / num_heads).

    Raises an error where num_heads does not divide the width (`view` does so by itself).
    """
    # TODO: cut each vector into num_heads pieces that lie side by side; heads before time.
    ### BEGIN SOLUTION
    batch, time, width = vectors.shape
    pieces = vectors.view(batch, time, num_heads, width // num_heads)
    return pieces.transpose(1, 2)  # (batch, heads, time, head_size)
    ### END SOLUTION


# %%
split_heads = check.split_heads(split_heads)

# %%
vectors = torch.randn(3, 2, 7, 16)  # queries, keys, values, each (batch, time, width)
heads = attend(*(split_heads(one, 4) for one in vectors), hide_future)  # (batch, heads, time, 4)
joined = heads.transpose(1, 2).flatten(2)  # (batch, time, width): side by side again
first = attend(*vectors[..., :4], hide_future)  # the first head alone
print("a head is an attention of its own:", joined[..., :4].allclose(first, atol=1e-6))

# %% [markdown]
# ## 8 · Writing without reading everything again
#
# `write` above reads the whole text for each new character: for a thousand characters a thousand times, longer each time.
# Nearly all of that is done again and again with the same result. Nothing in the past changes when a character is added.
# The LSTM needs only its last state. Attention needs the keys and values of all positions, and these stay what they were.
# So we keep them, and compute for each new character one state, one query, one key, one value. This is called a **cache**
# of keys and values, and every large language model writes with one.
#
# ### Exercise 10: `generate`
#
# Read the start: all its states, keys and values, and the LSTM's last state. Then, for each new token:
#
# 1. The last state makes a query, which attends to all keys and values there are. No mask is needed: nothing is later.
# 2. Logits from the sum of the last state and what was found, as in your model, divided by the temperature.
# 3. Draw one token for each row, and append it.
# 4. Let the LSTM read this token, from its last state. Append the new key and the new value.
#
# No gradients are needed, so work under `with torch.no_grad():`. Nothing shall be dropped when one writes: leave
# `model.dropout` out. Keep keys and values from token to token, and compute only the new one; that is the point.
#
# <details><summary>Hint 1: the parts</summary>
#
# `states, lstm_state = model.lstm(model.embedding(tokens))`. Keys are `model.attention.key(states)`, values likewise; the
# query is made of `states[:, -1:]`, which keeps the dimension of time.
#
# </details>
#
# <details><summary>Hint 2: the draw</summary>
#
# `torch.multinomial(logits.softmax(-1), 1, generator=generator)` has shape (batch, 1), as `torch.cat([tokens, token],
# dim=1)` needs it.
#
# </details>
#
# <details><summary>Hint 3: the next step</summary>
#
# `states, lstm_state = model.lstm(model.embedding(token), lstm_state)`: now `states` has one position, the new one.
#
# </details>


# %% exercise="generate" minutes=25
def generate(
    model: AttentionLanguageModel,
    start_tokens: torch.Tensor,
    max_new_tokens: int,
    temperature: float,
    generator: torch.Generator,
) -> torch.Tensor:
    """Continue start_tokens (batch, time). Returns (batch, time + max_new_tokens).

    Without gradients and without dropout. Each new token costs one step of the LSTM.
    """
    # TODO: read the start; then, for each new token: attend, draw, append, and read that one token.
    ### BEGIN SOLUTION
    attention, tokens = model.attention, start_tokens
    with torch.no_grad():
        states, lstm_state = model.lstm(model.embedding(tokens))  # (batch, time, hidden)
        keys, values = attention.key(states), attention.value(states)
        for _ in range(max_new_tokens):
            last = states[:, -1:]  # (batch, 1, hidden)
            found = attend(attention.query(last), keys, values)
            logits = model.output(last + found)[:, -1] / temperature  # (batch, vocab_size)
            token = torch.multinomial(logits.softmax(-1), 1, generator=generator)  # (batch, 1)
            tokens = torch.cat([tokens, token], dim=1)
            states, lstm_state = model.lstm(model.embedding(token), lstm_state)
            keys = torch.cat([keys, attention.key(states)], dim=1)  # one longer
            values = torch.cat([values, attention.value(states)], dim=1)
    return tokens
    ### END SOLUTION


# %%
generate = check.generate(generate)

# %%
start = tales.vocabulary.encode("There was a ")[None]  # (1, time)
written = generate(honest, start, 300, 1.0, torch.Generator().manual_seed(3))
anew = write(honest, "There was a ", 300, torch.Generator().manual_seed(3))
print("the same text as when all is read anew:", decode(written[0]) == anew)

# %% tags=["nbval-ignore-output"]
timer = time.perf_counter()
_ = generate(honest, start, 500, 1.0, torch.Generator().manual_seed(3))
kept = time.perf_counter() - timer
_ = write(honest, "There was a ", 500, torch.Generator().manual_seed(3))
print(
    f"500 characters: {kept:.2f} s, and {time.perf_counter() - timer - kept:.2f} s when read anew"
)

# %% [markdown]
# The longer the text, the larger the difference. Counted in steps of the LSTM, one side grows with the length of the text,
# and the other with the square of it.
# `python -m benchmarks attention` measures it for the package's model.
#
# The package has all of this in one class, `CharAttentionLSTM`: heads, cache, and a **band**, so that a position sees the
# last `block_size` positions and the cache does not grow for ever. It follows the course's protocol: keys and values
# travel in its state.

# %%
model = attention_lstm.CharAttentionLSTM(symbols, 32, 128, num_heads=2, block_size=256)
logits, state = model(piece[:, :50])  # (batch, time, vocab_size)
for name, part in zip(("hidden", "cell", "keys", "values"), state, strict=True):
    print(name, tuple(part.shape))
print("of keys and values: (batch, heads, time, head_size)")

# %% [markdown]
# ## 9 · What attention is good for
#
# Does it help, when it is honest? Three networks of equal size, a vanilla RNN, an LSTM, and an LSTM with attention, were
# trained on four million characters of tales, with as many steps each, at three seeds. That takes one to three minutes on
# a large GPU, and an hour or more on a processor, so the results come with the course, and one network of each kind. The
# command `python -m tools.recall_models` makes them anew. Under each heading stand the three seeds; `attention-small`
# is explained further below.

# %%
kinds = {"rnn": "vanilla RNN", "lstm": "LSTM", "attention": "LSTM with attention"}
trained = {kind: load_trained(f"recall-{kind}").model for kind in kinds}
sizes = {kind: count_parameters(model) for kind, model in trained.items()}
print("as many parameters, within two percent:", max(sizes.values()) < 1.02 * min(sizes.values()))

# %%
runs = load_recall_runs()
print_recall_runs(runs)

# %%
bins = {name: mean_bins(runs[kind]) for kind, name in kinds.items()}
_ = plot_recall(bins, title="Is the name recalled? Means of three networks")
far = {kind: [run.bins[-1].accuracy for run in runs[kind]] for kind in kinds}
best_without = max(far["rnn"] + far["lstm"])
print(
    "recall from 200 characters on is higher with attention:", min(far["attention"]) > best_without
)

# %% [markdown]
# A name counts as recalled if each of its letters is the likeliest where it stands. Below each distance stands how many
# such places there are, and the vertical lines are the standard error over the three networks.
#
# *What to see: without attention, names are guessed. There are twenty, so a blind guess is seldom right, and distance
# makes no difference. With attention about half of the names are recalled, and farther names are not recalled less often.
# That is the point: to attention, four hundred characters are as near as forty.*
#
# It has its price. A training step of the network with attention takes about twice as long as one of the LSTM: 390 ms
# against 177, and 201 for the vanilla RNN, on two cores (`python -m benchmarks recall`).
#
# By its loss alone one would hardly notice: names that come back are a fortieth of all characters. (And the vanilla RNN is
# as good as the LSTM here. Lesson 04 found that, too: at equal parameters it has twice the state.)
#
# Now the other half of the truth. **It did not come by itself.** In the table, `attention-small` is the same network after
# as many steps, trained as one would begin: on a million characters, in pieces of 256, with half the batch. It learned to
# spell, it learned the grammar, and it recalls no more than the LSTM does. What changed that is more text, longer pieces
# and larger batches. It has to see many names come back from afar, and in a thousand characters there are five of them.
#
# And when it comes, it comes late and steeply:

# %%
axes = new_axes("Names recalled from 100 to 199 characters back", "step", "share recalled right")
for run in runs["lstm"] + runs["attention"]:
    shares = [points[2].accuracy for points in run.recalls]
    if run.kind == "attention":
        style = ("-", "--", ":")[run.seed - 1]
        axes.plot(run.steps, shares, style, color=COLOURS[2], label=f"attention, seed {run.seed}")
    else:
        axes.plot(run.steps, shares, color=COLOURS[1], label="LSTM" if run.seed == 1 else None)
_ = axes.legend(frameon=False, loc="upper left")

# %% [markdown]
# *What to see: for 750 steps hardly more than one name of ten. Then two of the three networks with attention learn in a
# few hundred steps to recall four names of ten; the third takes longer. A query must look for names, a key must say "here
# was a name", and a value must say which. Any two of the three are worth nothing without the third. Such steps are found
# in large language models, too.*
#
# ### Where does it look?
#
# We let the network read the beginning of a tale up to *Good evening*, and colour each character by how much the last
# position takes from it.

# %%
tale = tales.val.text[tales.val.starts[9] :]
tale = tale[: tale.index("Good evening, ") + len("Good evening, ")]
tokens = tales.vocabulary.encode(tale)[None]  # (1, time)
weights = trained["attention"].attention_weights(tokens)[0]  # (heads, time, time)
_ = colour_text(tale, weights[1, -1], low=0, high=1, title="Where head 2 looks")

# %%
looked_at = weights[1, -1].argmax().item()
print(
    repr(tale[looked_at - 6 : looked_at + 1]), "← the last character of this has nearly everything"
)
logits, _ = trained["attention"](tokens)
print("and the network says:", tales.vocabulary.symbols[logits[0, -1].argmax()])

# %% [markdown]
# It does not look at the name. It looks at the mark *behind* the name. (Head 1 does, too.) Why? The value there is made
# of the LSTM's state, and at the mark the LSTM has just read the whole name. At the name's first letter it knew only that
# letter. Nobody told the network. It found the place where the answer is complete.
#
# And all heads over a short piece, each position as a row:

# %%
short = tales.val.text[tales.val.starts[0] : tales.val.starts[0] + 32]
weights = trained["attention"].attention_weights(tales.vocabulary.encode(short)[None])[0]
_ = plot_attention(short, weights, title="A tale")
print(f"the largest weight of a row is {weights.amax(-1).mean():.1f} on average")

# %% [markdown]
# *What to see: above the diagonal all is dark, as the mask wants it. Below it, most rows have one or two bright squares:
# a head makes up its mind. Why it looks just there, the picture does not say.*
#
# The network has never seen a verse:

# %%
verse = "Shall I compare thee to a summer"
weights = trained["attention"].attention_weights(tales.vocabulary.encode(verse)[None])[0]
_ = plot_attention(verse, weights, title="A line of Shakespeare, to a reader of tales")
print(f"the largest weight of a row is {weights.amax(-1).mean():.1f} on average")

# %% [markdown]
# *What to see: more grey. It finds less that it knows, and shares its attention out.*
#
# A picture of attention says where a mean comes from. It does not say what is done with it, and it is easily
# over-interpreted. The test of a reading is an experiment: change the name there, and see whether the prediction follows.

# %%
name_starts = tale.rindex(" ", 0, looked_at) + 1
other = tale[:name_starts] + "Edith" + tale[looked_at:]
logits, _ = trained["attention"](tales.vocabulary.encode(other)[None])
print("with another name there, it says:", tales.vocabulary.symbols[logits[0, -1].argmax()])

# %% [markdown]
# ## 10 · Pushkin, in Cyrillic
#
# The system that this lesson descends from read Pushkin's poems. At full size, 384 units, a block of 256, batches of 64,
# dropout of 0.2, a learning rate of 3e-4 and 5,000 steps, it is one word, and made for a GPU:

# %%
print(preset("full", architecture="attention-lstm"))

# %% [markdown]
# Nothing here needs the Latin alphabet. Python's strings are Unicode, and a vocabulary is whatever characters the text
# has. But look at a text before you train on it. This function counts what a model has to put up with; rare is a
# character that comes fewer than ten times. The cell after it does the same for Pushkin, where his poems are at hand.


# %%
def look_at(text):
    counts = Counter(text)
    rare = [symbol for symbol, count in counts.items() if count < 10]
    print(f"{len(text):,} characters, {len(counts)} different ones, {len(rare)} of them rare")
    print("free of </s>:", "</s>" not in text)


look_at(tales.train.text)

# %% tags=["nbval-ignore-output"]
if (data_folder() / "pushkin").is_dir():  # once it was fetched: load_corpus("pushkin")
    poems = load_corpus("pushkin", raw=True).splits["train"]
    look_at(poems)
    print(poems[:200])

# %% [markdown]
# The poems as published have some 508,000 characters in their training file, and 131 different ones. Russian needs about
# 75 of them, capitals and marks counted. What are the others?
#
# - The separator `</s>` stands between the poems, as four characters that no poet wrote. A model learns to write it, and
#   each of its four characters takes its share of the probability. (`load_corpus` makes a paragraph break of it;
#   `raw=True` leaves it.)
# - The poems were read by a scanner. Latin letters stand in Russian words where they look alike: to a reader the same, to
#   a vocabulary another token.
# - Some symbols are invisible, like U+200E, a mark for the direction of writing.
# - Many occur a few times only. A cut of nine to one leaves three characters in validation that training never shows. No
#   model can predict them, and each costs it dearly.
#
# `load_corpus("pushkin", keep=...)` keeps only the characters that you name. It is your decision, and it belongs into the
# report: another vocabulary is another task, and the losses cannot be compared.
#
# ## 11 · From here to a Transformer
#
# In 2017 a paper asked what the recurrence is still needed for. If attention can fetch anything from anywhere, let it do
# all. What would have to go, and what would have to come?
#
# - **The LSTM goes.** With it goes the loop over time. All positions can be computed at once, in training, which is why
#   these models could grow as they did.
# - **Positions come.** Attention is a mean, and a mean knows no order: exchange two earlier characters, and without the
#   LSTM the result is the same. So each position gets a vector of its own, added to the embedding, or the queries and keys
#   are turned by an angle that depends on the position (Su and others, 2021).
# - **Layers come.** One look-up finds the mark behind the name. A second can start from what the first one found. Between
#   them stands a small network of two linear maps, at each position for itself, where most of the parameters are.
# - **Residual paths and norms** hold it together: each part adds to what comes through, as yours does, after a layer
#   norm has brought it to size.
#
# Mask, heads, root, cache, AdamW: all of that stays as you have built it. A small GPT is your `AttentionLanguageModel`
# with the LSTM taken out and the rest repeated. On texts of the size of this course the recurrence still pays: lesson 04's
# table has an LSTM and a small GPT side by side.

# %%
check.progress()

# %% [markdown]
# ## Remember
#
# - Attention compares a query with all keys, and takes the mean of the values, weighted by softmax over the *keys*.
# - Divide by the root of the head's size, or softmax decides before anything is learned.
# - Mask with minus infinity before the softmax, not with zero after it. A position sees itself.
# - A loss that is too good is a finding about your program. Change character $t + 1$; logits up to $t$ must not move.
# - Keys and values of the past never change: keep them, and a new character costs one step.
# - Attention recalls over any distance, but learns it late, and only from enough text.
#
# ## Questions to think about
#
# 1. Without the root, could the network not simply learn smaller queries? Why does it matter, then?
# 2. The leaking model was evaluated on text that it had never seen. Why did validation not catch it?
# 3. In `generate` there is no mask. Why is nothing hidden?
# 4. What would `largest_change` say of a model that masks the diagonal, too? Is that a leak? What becomes of row 0?
# 5. The weights of a row add up to 1. What does a position do that has nothing to look for?
# 6. A cache of 2 heads × 64 numbers × 2 (keys and values) × 4 bytes: how large is it after 10,000 characters, and how large
#    is the state of an LSTM?
#
# ### BEGIN SOLUTION
# <details><summary>Our answers</summary>
#
# 1. It could. But at the start it has random ones, softmax has decided, and the gradient that would make them smaller is
#    next to nothing. The root is about the start.
# 2. Validation guards against learning the training text by heart. The leak is in how the question is put: the answer
#    stands in the input, in the new text as in the old one.
# 3. The query is that of the last position. Everything there is lies before it.
# 4. Nothing later is seen, so it is no leak. But the first position may look nowhere: its scores are all minus infinity,
#    and softmax of that is not a number. It spreads through everything that follows, and `largest_change` says nan.
# 5. It must look somewhere. Trained networks often put the weight on a place that does no harm, such as the first
#    character or a mark.
# 6. 1,024 bytes a character, so about 10 megabytes. The LSTM's state of 2 × 128 numbers has one kilobyte, always.
#
# </details>
# ### END SOLUTION

# %% [markdown]
# ## Try
#
# - Put the weights to zero *after* the softmax in a `hide` of your own (you will need another `attend`), and measure: does
#   `largest_change` see it? Does the loss go below the floor?
# - Let the marvel see only one character ahead: `triu(2)` in place of `triu(1)`. How fast does it fall through the floor?
# - Take the residual path out of `AttentionLanguageModel`, and train with the mask. What is lost?
# - Use `split_heads` in a `SelfAttention` with heads, and put it into the model.
#
# ## Read on
#
# - Dzmitry Bahdanau, Kyunghyun Cho and Yoshua Bengio, *Neural Machine Translation by Jointly Learning to Align and
#   Translate* (2014): attention over the states of a recurrent network.
# - Ashish Vaswani and others, *Attention Is All You Need* (2017): the root, the heads, the Transformer.
# - Ilya Loshchilov and Frank Hutter, *Decoupled Weight Decay Regularization* (2019): AdamW.
# - Sarthak Jain and Byron Wallace, *Attention is not Explanation* (2019), and Sarah Wiegreffe and Yuval Pinter, *Attention
#   is not not Explanation* (2019): what pictures of attention show.
# - Catherine Olsson and others, *In-context Learning and Induction Heads* (2022): look-ups that appear all at once.
# - Jianlin Su and others, *RoFormer* (2021): positions as angles.
#
# Next: **06 · sampling**.
