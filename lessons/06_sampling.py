# ---
# jupyter:
#   course:
#     data: [data/tales.safetensors, data/python-docs.safetensors]
# ---

# %% [markdown]
# # 06 · Sampling
#
# A language model does not write. It gives a probability to each next character, and that is all. Somebody must choose.
# The same model writes dull loops, lively sentences or noise, and which of them depends only on how one chooses.
#
# In this notebook you build the ways to choose: greedy, temperature, top-p, min-p, a rule against repetition. Nothing is
# trained. You look at single distributions, you measure whole texts, and at the end you play.
#
# **At the end you will have built** a decoder with all parts of a present-day one, and a table that says what each part
# does to a text.
#
# **You need** lesson 01; lesson 04 helps. **Time:** two hours, of which the machine computes for about one minute.

# %%
import torch
import torch.nn.functional as F
from torch import nn

# %%
from helpers import sampling
from helpers.checks.sampling import check
from helpers.corpora import load_corpus
from helpers.course import print_text
from helpers.pictures import COLOURS, new_axes, plot_counts, plot_filters
from helpers.pictures import plot_temperatures, plot_trade_off
from helpers.sampling import measure_decoder, measure_texts, play, print_decoders
from helpers.text import NgramModel, make_split

# %%
from helpers.models import load_trained
from helpers.pictures import colour_text
from helpers.sampling import repetition_rate

_ = torch.manual_seed(6)
torch.set_num_threads(1)  # one character at a time: a second core has nothing to do

# %% [markdown]
# ## 1 · A model that is trained already
#
# Two small models come with the course, one trained on tales, one on Python's documentation. Each brings the vocabulary
# that it was trained with. The recipe stands in its notes, and `python -m tools.checkpoints` trains both anew.

# %%
model, vocabulary, notes = load_trained("tales")
symbols = vocabulary.symbols
print(f"{notes['recipe']['architecture']}, {notes['recipe']['steps']:,} steps of training")
print(f"validation loss {notes['val_loss']} nats per character")

# %%
manual, manual_vocabulary, manual_notes = load_trained("python-docs")
recipe = manual_notes["recipe"]
print(f"{recipe['architecture']}, {recipe['steps']:,} steps of training")
print(f"validation loss {manual_notes['val_loss']} nats per character")

# %% [markdown]
# What does it give us? Here are the logits after a piece of text. `logits_after` reads the text and returns the last
# ones, of shape (vocab,).


# %%
def logits_after(text):
    """Return what the model predicts after a text: logits of shape (vocab,)."""
    with torch.no_grad():
        logits, _ = model(vocabulary.encode(text)[None])  # (1, time, vocab)
    return logits[0, -1]


# %%
past = 'There was a gardener in Greyharbour with a hungry face and a patient soul. "Is that '
logits = logits_after(past)
probabilities = logits.softmax(-1)
best = probabilities.topk(5)
for probability, token in zip(best.values, best.indices, strict=True):
    print(f"{symbols[token]!r}  {probability:.2f}")

# %% [markdown]
# Somebody is asked for, so a name must follow. The model spreads its probability over the letters with which names begin.
# After the first letters of a name there is often only one way to go on, and the distribution is a single spike. A good
# decoder must do the right thing in both cases.
#
# ### Exercise 1: `greedy`
#
# The simplest choice: the likeliest. Return the index of the largest logit of the last dimension, for logits of any
# shape (..., vocab).
#
# <details><summary>Hint</summary>
#
# `logits.argmax(-1)`. No softmax is needed: the largest logit has the largest probability.
#
# </details>


# %% exercise="greedy" minutes=2
def greedy(logits: torch.Tensor) -> torch.Tensor:
    """Return the index of the largest logit. Takes (..., vocab), returns (...,), dtype int64."""
    # TODO: where is the largest?
    ### BEGIN SOLUTION
    return logits.argmax(-1)
    ### END SOLUTION


# %%
greedy = check.greedy(greedy)

# %%
certain = sampling.generate(manual, manual_vocabulary, "The function ", 300, temperature=0)
print(certain)
print("repeats more than half of itself:", repetition_rate(certain) > 0.5)

# %% [markdown]
# Greedy writes a few correct words, and then the same ones again, for ever. Once a phrase has come, it makes itself
# likelier, and where nothing is left to chance, nothing leads out of the loop. `repetition_rate` is the share of runs of
# 16 characters that the text has had before.
#
# ## 2 · Temperature
#
# Draw instead of choosing the best, and every character comes as often as the model says. To make the draw bolder or
# more careful, divide the logits by a **temperature** T before the softmax:
#
# $$p_i = \frac{e^{z_i / T}}{\sum_j e^{z_j / T}}$$
#
# **By hand,** with the logits 2 and 0. At T = 1 the odds are e² : 1 = 7.4 : 1. At T = 0.5 they are e⁴ : 1 = 55 : 1: the
# likelier one gets likelier. At T = 2 they are e : 1 = 2.7 : 1. Towards 0 only the best is left, which is greedy. Towards
# infinity all are equally likely. A *low* temperature is careful. (Many people read it the other way round.)
#
# ### Exercise 2: `apply_temperature`
#
# Return the logits divided by the temperature, which is above 0. Not the probabilities: to divide these would only be
# undone when they are made to add up to 1.
#
# <details><summary>Hint</summary>
#
# It is one division, and no softmax: that comes with the draw.
#
# </details>


# %% exercise="apply_temperature" minutes=2
def apply_temperature(logits: torch.Tensor, temperature: float) -> torch.Tensor:
    """Scale logits of any shape; below 1 the likely become likelier."""
    # TODO: one division.
    ### BEGIN SOLUTION
    return logits / temperature
    ### END SOLUTION


# %%
apply_temperature = check.apply_temperature(apply_temperature)

# %%
_ = plot_temperatures(logits, symbols, temperatures=(0.3, 1.0, 2.0))

# %% [markdown]
# *What to see: at 0.3 a few letters have nearly everything. At 2 the letters are more alike, and "all others" together,
# most of which make no sense here, get a good share.*
#
# ### Exercise 3: `entropy`
#
# How uncertain is a distribution, as one number? Its **entropy** is the mean of −ln p, weighted by p itself:
#
# $$H = -\sum_i p_i \ln p_i$$
#
# It is 0 if one character has everything, and ln V if all V are equally likely; ln 2 = 0.69 is a fair coin. $e^H$ reads
# as "as uncertain as between so many equally likely ones".
#
# A filter will set logits to −∞. Then p = 0 and ln p = −∞, and 0 · −∞ gives NaN, where it should be 0. Mind that.
#
# <details><summary>Hint 1</summary>
#
# `log_probabilities = F.log_softmax(logits, dim=-1)`; the probabilities are `log_probabilities.exp()`.
#
# </details>
#
# <details><summary>Hint 2: the zeros</summary>
#
# `torch.special.entr(p)` is −p ln p, and 0 for p = 0. Or replace −∞ by 0 in the logarithms, with
# `masked_fill(log_probabilities == -torch.inf, 0)`, before you multiply.
#
# </details>


# %% exercise="entropy" minutes=6
def entropy(logits: torch.Tensor) -> torch.Tensor:
    """Return the entropy of softmax(logits) in nats. Takes (..., vocab), returns (...,)."""
    # TODO: probabilities, their logarithms, the sum; and no NaN.
    ### BEGIN SOLUTION
    return torch.special.entr(logits.softmax(-1)).sum(-1)
    ### END SOLUTION


# %%
entropy = check.entropy(entropy)

# %% [markdown]
# Here is the entropy against the temperature, for three places of one sentence: where a name must begin, within a name,
# and between words.

# %%
places = {"a name begins": past, "within a name": past + "Bru", "a word begins": "The widow had a "}
temperatures = [0.05 * number for number in range(1, 61)]
curves = {
    name: [entropy(apply_temperature(logits_after(text), t)).item() for t in temperatures]
    for name, text in places.items()
}
changes = torch.tensor(list(curves.values())).diff(dim=1)
print("entropy never falls as the temperature rises:", changes.min().item() > -1e-4)

# %%
axes = new_axes("Uncertainty by temperature", "temperature", "entropy in nats")
for colour, (name, curve) in zip(COLOURS, curves.items(), strict=False):
    _ = axes.plot(temperatures, curve, color=colour, label=name)
highest = torch.tensor(float(len(symbols))).log().item()
_ = axes.axhline(highest, color="grey", linestyle="--")
_ = axes.text(0.05, highest - 0.08, "ln V", color="grey", va="top")
_ = axes.legend(frameon=False, loc="center right", bbox_to_anchor=(1, 0.36))

# %% [markdown]
# *What to see: all curves rise. Two begin at 0; where a name begins, two letters are so nearly equal that even a
# temperature of 0.05 hardly separates them. All go towards ln V, the dashed line, and at 3 none has come there. Where the
# model is sure, nothing happens for a long while. Above a temperature of about 1.5 it loses its certainty even there, and
# spelling breaks.*
#
# ## 3 · Drawing
#
# ### Exercise 4: `draw`
#
# Draw one token for each row of logits. `torch.multinomial` draws from probabilities; it takes a `generator`, the source
# of its random numbers. With a generator of the same seed, the same text comes again. That is what makes a sample
# something one can talk about.
#
# <details><summary>Hint</summary>
#
# `torch.multinomial(probabilities, 1, generator=generator)` gives shape (rows, 1); take `[:, 0]`.
#
# </details>


# %% exercise="draw" minutes=4
def draw(logits: torch.Tensor, generator: torch.Generator | None = None) -> torch.Tensor:
    """Draw a token for each row. Takes logits (rows, vocab), returns (rows,), dtype int64."""
    # TODO: probabilities, and one draw for each row.
    ### BEGIN SOLUTION
    return torch.multinomial(logits.softmax(-1), 1, generator=generator)[:, 0]
    ### END SOLUTION


# %%
draw = check.draw(draw)

# %%
many = logits.expand(10_000, -1)  # (10000, vocab)
drawn = draw(many, torch.Generator().manual_seed(1)).bincount(minlength=len(symbols)) / len(many)
print(
    "the shares are the probabilities, within 0.02:",
    (drawn - probabilities).abs().max().item() < 0.02,
)

# %% [markdown]
# ## 4 · What should not be drawn at all
#
# Drawing has a weakness of its own. Of 67 characters perhaps five make sense at some place. The other 62 may have a
# probability of 0.0005 each, together 0.03. So every thirty characters something senseless is drawn, and what follows must
# go on from there. A lower temperature makes that rarer, and makes the text duller, too.
#
# A **filter** cuts off the tail instead. It sets some logits to −∞, and the softmax shares their probability among those
# that stay. **Top-k**, which you built in lesson 04, keeps the k likeliest. But how many make sense differs from place to
# place: after "Bru" there is one, where a name begins there are a dozen. The next two filters look at the distribution.
#
# ### Exercise 5: `keep_top_p`
#
# **Top-p**, or nucleus sampling (Holtzman and others, 2020), keeps the likeliest characters that *together* have
# probability p: as few as reach it. **By hand:** with the probabilities 0.5, 0.3, 0.15, 0.05 and p = 0.7, the first has
# 0.5, which is not enough; the first two have 0.8, which is. Two stay. The one that crosses the line belongs to them, so
# at least one always stays. (Where several at the line are equally likely, you may keep all of them.)
#
# What stays, stays at its place and as it is; all else is −∞. Each row has its own.
#
# <details><summary>Hint 1</summary>
#
# Sort the probabilities from high to low: `ordered, order = probabilities.sort(dim=-1, descending=True)`. A character is
# ruled out if those *before* it have reached p already: `ordered.cumsum(-1) - ordered >= p`.
#
# </details>
#
# <details><summary>Hint 2: back to the places</summary>
#
# The mask is in sorted order. `torch.zeros_like(mask).scatter(-1, order, mask)` puts each value back to its place.
#
# </details>


# %% exercise="keep_top_p" minutes=12
def keep_top_p(logits: torch.Tensor, p: float) -> torch.Tensor:
    """Keep the fewest likeliest that together reach probability p. Shape as given."""
    # TODO: sort, add up, rule out, and put back to the places.
    ### BEGIN SOLUTION
    ordered, order = logits.softmax(-1).sort(dim=-1, descending=True)
    ruled_out = ordered.cumsum(-1) - ordered >= p  # what comes before has reached p already
    return logits.masked_fill(torch.zeros_like(ruled_out).scatter(-1, order, ruled_out), -torch.inf)
    ### END SOLUTION


# %%
keep_top_p = check.keep_top_p(keep_top_p)

# %% [markdown]
# ### Exercise 6: `keep_min_p`
#
# **Min-p** (Nguyen and others, 2024) is simpler: keep what has at least p times the probability of the likeliest. **By
# hand,** with the same four and p = 0.2: the bar is 0.2 · 0.5 = 0.1, and three stay. If the likeliest had 0.99, the bar
# would be 0.198, and nothing else could stay.
#
# <details><summary>Hint</summary>
#
# `probabilities.amax(-1, keepdim=True)` is the largest of each row.
#
# </details>


# %% exercise="keep_min_p" minutes=5
def keep_min_p(logits: torch.Tensor, p: float) -> torch.Tensor:
    """Keep those with at least p times the largest probability. Shape as given."""
    # TODO: the bar, and what lies below it.
    ### BEGIN SOLUTION
    probabilities = logits.softmax(-1)
    return logits.masked_fill(probabilities < p * probabilities.amax(-1, keepdim=True), -torch.inf)
    ### END SOLUTION


# %%
keep_min_p = check.keep_min_p(keep_min_p)

# %%
_ = plot_filters(
    logits,
    {
        "nothing": logits,
        "top-k 5": sampling.keep_top_k(logits, 5),
        "top-p 0.8": keep_top_p(logits, 0.8),
        "min-p 0.3": keep_min_p(logits, 0.3),
    },
    symbols,
)

# %% [markdown]
# *What to see: grey is the model's own distribution, blue is what it becomes. Each filter cuts somewhere else. What it
# takes away is shared among the others in proportion.*
#
# **Typical sampling** (Meister and others, 2023) asks another question: not which characters are likeliest, but which
# are as surprising as the model expects to be surprised. It keeps those whose −ln p is nearest to the entropy. Where the
# model is uncertain, the likeliest character may then be ruled out, because it is *too* plain. It has no exercise here; the
# package has it as `typical_p`.
#
# How many are left, from step to step? We let the model read a tale, and count.

# %%
tale = load_corpus("tales").text[-1200:-800]
with torch.no_grad():
    steps = model(vocabulary.encode(tale[:160])[None])[0][0]  # (time, vocab)
kept = {
    "top-k 5": sampling.keep_top_k(steps, 5),
    "top-p 0.9": keep_top_p(steps, 0.9),
    "min-p 0.1": keep_min_p(steps, 0.1),
}

# %%
counts = {name: rows.isfinite().sum(-1).tolist() for name, rows in kept.items()}
single = sum(count == 1 for count in counts["top-p 0.9"])
print("top-p leaves a single one more often than not:", single > 80)

# %%
_ = plot_counts(counts)

# %% [markdown]
# *What to see: top-k leaves five everywhere, also within a word, where one is right. The two others leave one nearly
# everywhere, and open up where a word or a name begins.*
#
# ## 5 · Repetition
#
# A model of characters must repeat itself: "the" comes every few words. So a rule against repetition must look at long
# runs only.
#
# ### Exercise 7: `block_repeats`
#
# Given the tokens so far and a size n, rule out every character that would complete a run of n characters that has been
# there already. **By hand,** with n = 3: after "abcab" the last two characters are "ab". They have been there before,
# followed by "c". So "c" is ruled out. Runs may overlap: after "aaa" the last two, "aa", have been there from the start,
# followed by "a". So "a" is ruled out.
#
# <details><summary>Hint 1</summary>
#
# The last n − 1 tokens are `tokens[len(tokens) - (n - 1) :]`. (With n = 1 that is nothing, and everything that has been
# there is ruled out.)
#
# </details>
#
# <details><summary>Hint 2</summary>
#
# Go through all starts: if `tokens[start : start + n - 1]` equals these last ones, rule out
# `tokens[start + n - 1]`. Work on a clone of the logits.
#
# </details>


# %% exercise="block_repeats" minutes=10
def block_repeats(logits: torch.Tensor, tokens: torch.Tensor, size: int) -> torch.Tensor:
    """Rule out what would repeat a run of `size` tokens: logits (vocab,), tokens (time,)."""
    # TODO: find where the last size - 1 tokens have been before, and what followed.
    ### BEGIN SOLUTION
    seen = tokens.tolist()
    last = seen[len(seen) - (size - 1) :]
    starts = range(len(seen) - size + 1)
    banned = [seen[at + size - 1] for at in starts if seen[at : at + size - 1] == last]
    logits = logits.clone()
    logits[banned] = -torch.inf
    return logits
    ### END SOLUTION


# %%
block_repeats = check.block_repeats(block_repeats)

# %%
filtering = {"temperature": 0, "no_repeat_ngram": 12}
blocked = sampling.generate(manual, manual_vocabulary, "The function ", 300, **filtering)
print(blocked)
print("no run of 12 comes twice:", repetition_rate(blocked, 12) == 0)

# %% [markdown]
# The loop is gone, and the text is still greedy in everything else. (That it is not much of a text is not the rule's
# fault.)
#
# Chat models often use another rule, a **penalty**: the logits of all tokens that have been used are made smaller. For
# words this is sensible. For characters it is not. After two lines of text nearly all letters have been used.


# %%
def penalized(text, penalty, length=120):
    """Continue a text greedily, with a penalty on each character of its last 200."""
    for _ in range(length):
        recent = manual_vocabulary.encode(text[-200:])
        with torch.no_grad():
            scores = manual(recent[None])[0][0, -1].clone()  # (vocab,)
        scores[recent.unique()] -= penalty
        text += manual_vocabulary.symbols[greedy(scores)]
    return text


# %%
for penalty in (1.0, 4.0):
    print(f"--- penalty {penalty}\n{penalized('The function ', penalty)}\n")

# %% [markdown]
# A small penalty falls on nearly all letters alike, so it changes little, and the loop comes back. A large one falls on
# exactly the letters that spelling needs, and what has not been used yet, capitals, digits and brackets, takes their place.
#
# %% [markdown]
# ## 6 · How likely is a text?
#
# The probability of a text is the product of the probabilities of its characters, each given those before. The product of
# a thousand numbers below 1 is too small for a computer, so one adds logarithms.
#
# ### Exercise 8: `text_log_probability`
#
# Return the sum of ln p over the characters of a text, from the second on. (The first has nothing before it.) One pass of
# the model gives all distributions: the logits at place t predict the character at place t + 1. Nothing is trained, so
# compute it without gradients: with `torch.no_grad()`.
#
# <details><summary>Hint</summary>
#
# `tokens = vocabulary.encode(text)`; the logits of `tokens[None, :-1]`, their `log_softmax(-1)`, and from each row the
# number at `tokens[1:]`, with `gather`.
#
# </details>


# %% exercise="text_log_probability" minutes=10
def text_log_probability(model: nn.Module, vocabulary, text: str) -> float:
    """Return the natural logarithm of a text's probability, given its first character."""
    # TODO: one pass, log-probabilities, those of the characters that came, their sum.
    ### BEGIN SOLUTION
    tokens = vocabulary.encode(text)  # (time,)
    with torch.no_grad():
        logits, _ = model(tokens[None, :-1])  # (1, time - 1, vocab)
    rated = F.log_softmax(logits[0], dim=-1)  # (time - 1, vocab)
    return rated.gather(-1, tokens[1:, None]).sum().item()
    ### END SOLUTION


# %%
text_log_probability = check.text_log_probability(text_log_probability)

# %% [markdown]
# ### Exercise 9: `perplexity`
#
# Texts of different lengths are compared by the mean over their characters. Its exponential is the **perplexity**: "as
# uncertain as between so many equally likely characters". A loss of 0.69 nats is a perplexity of 2.
#
# <details><summary>Hint</summary>
#
# A text of five characters has four that are rated. `math` is not imported here; `torch.tensor(x).exp().item()` is e to
# the power of x.
#
# </details>


# %% exercise="perplexity" minutes=3
def perplexity(model: nn.Module, vocabulary, text: str) -> float:
    """Return e to the mean of -ln p over the characters that are predicted."""
    # TODO: use text_log_probability; how many characters does it rate?
    ### BEGIN SOLUTION
    mean = text_log_probability(model, vocabulary, text) / (len(text) - 1)
    return torch.tensor(-mean).exp().item()
    ### END SOLUTION


# %%
perplexity = check.perplexity(perplexity)

# %%
losses = -sampling.log_probabilities(model, vocabulary, tale)  # (time - 1,)
_ = colour_text(tale[1:], losses, low=0, high=4, title="Surprise at each character, in nats")

# %% [markdown]
# *What to see: bright are the characters that the model did not expect. Surprise sits at the beginnings, of words and of
# names. Within a word there is hardly any.*
#
# ### Why the likeliest text is dull
#
# Is the likeliest text the best one? Compare real documentation with what greedy wrote.

# %%
english = make_split(
    load_corpus("python-docs")
)  # an older or newer Python has a few other characters
known = "".join(c for c in english.val.text if c in manual_vocabulary)
real = perplexity(manual, manual_vocabulary, known[:20_000])
dull = perplexity(manual, manual_vocabulary, certain)
print("greedy is far likelier than real text:", dull < 0.7 * real)

# %% tags=["nbval-ignore-output"]
drawn = sampling.generate(manual, manual_vocabulary, "The function ", 300)
once = perplexity(manual, manual_vocabulary, drawn)
print(f"perplexity: greedy {dull:.2f}, drawn {once:.2f}, real text {real:.2f}")

# %% [markdown]
# A real text surprises, again and again. A text in which *every* character is the likeliest one is as unlike a real text as
# a thousand throws of a loaded die that all show its likeliest side: no other row of throws is likelier, and you will
# never see it. Holtzman and others (2020) found the same for large models and what people write. So to search for the
# likeliest text is to search for the wrong thing.
#
# ## 7 · All together
#
# ### Exercise 10: `write`
#
# Continue a prime by `length` characters. `filters` is a list of functions from logits (1, vocab) to logits. Before each
# draw, apply them in their order to the last logits; then use your `draw`. Feed the prime once, from the state `None`, then
# each character once, with the state that the call before returned. `vocabulary.symbols[token]` is a token's character.
# Again without gradients: with `torch.no_grad()`.
#
# <details><summary>Hint</summary>
#
# `logits, state = model(tokens, state)`, then `scores = logits[:, -1]` and `scores = one(scores)` for each filter. The new
# tokens are `draw(scores, generator)[:, None]`, of shape (1, 1).
#
# </details>


# %% exercise="write" minutes=12
def write(model: nn.Module, vocabulary, prime: str, length: int, filters, generator=None) -> str:
    """Continue the prime by `length` characters, all filters applied before each draw."""
    # TODO: read the prime; then filter, draw, feed, again and again.
    ### BEGIN SOLUTION
    text, tokens, state = prime, vocabulary.encode(prime)[None], None  # (1, time)
    with torch.no_grad():
        for _ in range(length):
            logits, state = model(tokens, state)  # (1, time, vocab)
            scores = logits[:, -1]  # (1, vocab)
            for one in filters:
                scores = one(scores)
            tokens = draw(scores, generator)[:, None]  # (1, 1)
            text += vocabulary.symbols[tokens.item()]
    return text
    ### END SOLUTION


# %%
write = check.write(write)

# %% [markdown]
# Does the order matter? Temperature changes the probabilities, and top-p looks at them. Here is one distribution, both
# ways: first hotter and then cut, or first cut and then hotter.

# %%
hot_then_cut = keep_top_p(apply_temperature(logits, 2.0), 0.8).isfinite().sum()
cut_then_hot = apply_temperature(keep_top_p(logits, 0.8), 2.0).isfinite().sum()
print("more are left if it is heated first:", bool(hot_then_cut > cut_then_hot))

# %% [markdown]
# Most libraries heat first, as this course's package does. Then a high temperature lets more of the tail through, which
# is what people complain about. If one cuts first, the temperature only plays among what makes sense.

# %%
decoder = [lambda scores: apply_temperature(scores, 0.9), lambda scores: keep_min_p(scores, 0.05)]
print_text(write(model, vocabulary, "There was ", 300, decoder, torch.Generator().manual_seed(3)))

# %% [markdown]
# ## 8 · Which is best?
#
# It depends on what for, so we measure. Each decoder writes 8 texts of 400 characters on Python, and of each we take
#
# - how much of it it has **repeated** (runs of 16 characters);
# - how varied it is: **distinct** runs of 8, as a share of all;
# - the longest passage that is **copied** from the training text, in characters;
# - its **loss** under the model that wrote it, and under another one, which only counts. The other one is the fairer
#   judge: a text can please the model that wrote it by exploiting its mistakes.
#
# Pieces of real text that no model has trained on are measured in the same way. They are what to compare with.

# %%
source = english.train.text[:300_000]
train_tokens = manual_vocabulary.encode(english.train.text, unknown="skip")
judge = NgramModel(train_tokens, len(manual_vocabulary), 4)
prime = "The function "
pieces = [known[start : start + len(prime) + 400] for start in range(0, 40_000, 1_000)]

# %%
decoders = {
    "greedy": {"temperature": 0},
    "greedy, no 12 twice": {"temperature": 0, "no_repeat_ngram": 12},
    "temperature 0.5": {"temperature": 0.5},
    "plain": {},
    "temperature 1.5": {"temperature": 1.5},
}

# %%
decoders |= {"top-k 5": {"top_k": 5}, "top-p 0.9": {"top_p": 0.9}, "min-p 0.1": {"min_p": 0.1}}
decoders |= {"typical 0.5": {"typical_p": 0.5}}
hot = {name: decoders[name] | {"temperature": 1.5} for name in ("top-p 0.9", "min-p 0.1")}
decoders |= {f"{name} at 1.5": settings for name, settings in hot.items()}

# %%
writing = {"prime": prime, "length": 400, "count": 8, "other": judge, "source": source}
measured = {
    name: measure_decoder(manual, manual_vocabulary, settings, **writing)
    for name, settings in decoders.items()
}
judging = {"own": manual, "other": judge, "source": source}
measured["real text"] = measure_texts(pieces, len(prime), manual_vocabulary, **judging)

# %% tags=["nbval-ignore-output"]
print_decoders(measured)

# %%
repeated = {name: one.repetition for name, one in measured.items()}
losses = {name: one.other_loss for name, one in measured.items()}
print("greedy repeats the most:", max(repeated, key=repeated.get) == "greedy")
print("a high temperature is the unlikeliest:", max(losses, key=losses.get) == "temperature 1.5")
likelier = losses["min-p 0.1 at 1.5"] < losses["top-p 0.9 at 1.5"]
print("at 1.5, min-p writes likelier text than top-p:", likelier)

# %%
_ = plot_trade_off({name: one for name, one in measured.items() if name != "greedy"})

# %% [markdown]
# *What to see: to the left texts are likely, and at the top they are varied. (Greedy would stand far below the picture.)
# Plain drawing is a little less likely than real text: it makes mistakes. (So says the other model. Under the one that
# wrote it, it is likelier than real text, as in section 6. That is why one asks another.) At temperature 1 all filters
# stand to the left of plain drawing, likelier, with about as much variety. But they stand to the left of real text, too:
# what they write is a little too plain. And real text is the least varied of all in the picture but one. Real documentation repeats its
# phrases, and surprises all the same. No decoder here does both.*
#
# Copying is no danger for this model: its longest copied passages are shorter than those of real text that was never
# trained on. Phrases of thirty characters are simply common in documentation. In a larger model, trained for longer, this
# is the first column to look at.
#
# ### The dispute about min-p
#
# Min-p is in every large library. Its paper (Nguyen and others, 2024; presented at ICLR 2025) reports that benchmarks and
# people prefer its texts, above all at high temperatures. A rebuttal (Schaeffer, Kazdan and Denisov-Blanch, 2025) went
# through the same data. It finds that part of the human ratings had been left out, that with all of them min-p is not
# clearly better, and that on the benchmarks it wins mostly because more settings were tried for it than for the others.
#
# What does your table say? At temperature 1.5, min-p 0.1 does keep the text likelier than top-p 0.9. But it also leaves
# fewer characters, so it is not the same degree of caution. Compare it at temperature 1.5 with plain drawing at 1:
# the likelihood is the same, with a little more variety. One point of the picture can be reached in several ways. To show that one
# *method* is better, one would have to vary the settings of all of them with equal care, and then ask people. That is what
# the dispute is about.
#
# ## 9 · Play
#
# All of it under sliders. Move a slider, then press **Write**. Move one at a time, and keep the seed: then you see what the
# slider does, and not chance. After a restart of the kernel, run this cell again, and those above it. (Where no sliders can
# be shown, the text is simply written.)

# %% tags=["nbval-ignore-output"]
_ = play(model, vocabulary, prime="There was ", length=300, temperature=0.8, seed=1)

# %% [markdown]
# And with the other model, on Python's documentation:

# %% tags=["nbval-ignore-output"]
_ = play(manual, manual_vocabulary, prime="The function ", min_p=0.1, seed=1)

# %%
check.progress()

# %% [markdown]
# ## Remember
#
# - A model gives probabilities; the decoder chooses. Say which one you used, with its settings and its seed.
# - Temperature divides *logits*. Low is careful: 0 is greedy, 1 is the model itself.
# - Top-k keeps a number, top-p a sum, min-p a share of the best. The order of filters matters.
# - Against repetition block long runs. A penalty for each character that was used destroys spelling.
# - A real text is not the likeliest text. Perplexity below that of real texts is a sign of dullness.
# - A text under the model that wrote it always looks good. Ask another one.
#
# ## Questions to think about
#
# 1. Top-p with p = 1 keeps everything, up to rounding. What does min-p need for that? And top-k?
# 2. Why is a repetition rule applied to the logits, and not to the finished text?
# 3. Two models have the same loss. Can one of them write better than the other?
# 4. At temperature 0.5 every character is drawn from a sharper distribution than the model's. Is the whole *text* then
#    drawn from the model's distribution of texts, sharpened in the same way?
# 5. How would you notice that a decoder copies whole sentences from the training text, if you did not have that text?
#
# ### BEGIN SOLUTION
# <details><summary>Our answers</summary>
#
# 1. Min-p with p = 0; top-k with k = V. (Rounding: the sum of the likeliest may come to 1 too early. Then the
#    unlikeliest go, though p is 1.)
# 2. In the finished text it would be too late: all that came after the repeated run was written because of it.
# 3. Yes. The loss is a mean over real texts. One model may put its mistakes into the tail, where a filter removes them;
#    the other may put them among the likely characters, where no filter finds them.
# 4. No. Sharpening whole texts would weigh each first character by all that can follow it. Sharpening character by
#    character looks only one step ahead.
# 5. Compare with other texts of the same kind, or ask a second model that was trained elsewhere: a copied passage has a
#    suspiciously low loss under the first model and an ordinary one under the second.
#
# </details>
# ### END SOLUTION

# %% [markdown]
# ## Try
#
# - Find the temperature at which plain drawing and top-p 0.9 give the same loss under the other model. Which is more varied?
# - Write a filter of your own: no letter "e".
# - Set `no_repeat_ngram=4`. What happens to the spelling, and when?
#
# ## Read on
#
# - Jiwei Li and others, *A Diversity-Promoting Objective Function for Neural Conversation Models* (2016): distinct-n.
# - Angela Fan, Mike Lewis and Yann Dauphin, *Hierarchical Neural Story Generation* (2018): top-k.
# - Ari Holtzman and others, *The Curious Case of Neural Text Degeneration* (2020): top-p, and why the likeliest text is
#   dull.
# - Clara Meister and others, *Locally Typical Sampling* (2023).
# - Minh Nguyen and others, *Turning Up the Heat: Min-p Sampling for Creative and Coherent LLM Outputs* (2024).
# - Rylan Schaeffer, Joshua Kazdan and Yegor Denisov-Blanch, *Min-p, Max Exaggeration* (2025).
#
# Next: **07 · scaling out**.
