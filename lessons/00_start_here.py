# %% [markdown]
# # 00 · Start here
#
# Welcome. In this course you build language models by hand: programs that read a text one character at a time and
# learn to guess the next one. You begin with the alphabet, where a right model can be recognised at a glance, and you
# end with attention, the part that today's large models are made of.
#
# **At the end of this notebook** you know that your machine is ready, how long the course takes on it, and how an
# exercise works, because you have solved one.
#
# **You need** Python (functions, loops, lists, dictionaries, and what a class is) and the calculus of a last year at
# school. You do not need to know PyTorch: the lessons explain what they use.
#
# **Time:** about 15 minutes, nearly none of it waiting.

# %% [markdown]
# ## How to use a notebook
#
# A notebook is a row of cells. Some hold text, like this one; the others hold Python. Click into a cell and press
# **Shift + Enter** to run it and move to the next. Run them from the top to the bottom: each may need what the ones
# above it made.
#
# The number in brackets beside a cell says in which order it was run. A star, `[*]`, means that it is still running.
# If something takes too long, press the square **stop** button above; nothing is lost.
#
# Try it with the next two cells. The first is the **set-up cell**, the same in every notebook. It is folded, since you
# need not understand it: it brings the course to Google's Colab, and does nothing elsewhere. The second brings in three
# things from `helpers`, the package of this course.

# %%
from helpers.checks.start_here import check
from helpers.course import set_quick
from helpers.measuring import self_test, speed_test

# %% [markdown]
# ## Is this machine ready?
#
# The next cell looks at your machine. A cross in front of a line means that something is missing, and the line says
# what to do.

# %% tags=["nbval-ignore-output"]
self_test()

# %% [markdown]
# No GPU? You need none. Each lesson is made to compute for two minutes or less on two processor cores.
#
# How fast is yours? The next cell trains a small network for a few seconds and compares the result with the machine
# on which the course was written.

# %% tags=["nbval-ignore-output"]
speed_test()

# %% [markdown]
# **If that says "slow":** take the `#` away in the cell below and run it. Training is then cut short in every
# notebook. You will see each step happen, but the models stay weak, and comparisons at the end of a lesson will not
# hold. `set_quick(False)` takes it back. (A machine that is busy with something else looks slow, too: run the test
# again.)

# %%
# set_quick(True)

# %% [markdown]
# ## How an exercise works
#
# An exercise is a cell with one function in it. The function has a name, a docstring that says what it must do, a
# `TODO`, and three dots where your answer goes. The cell after it is its **check**: it runs your function on examples
# and answers with one line.
#
# Here is a small one. Our models will learn that `b` follows `a`, and that `a` follows `z`, because the alphabet is
# repeated over and over. Write that rule down yourself first: given a letter, return the next one.
#
# **Do it in this order**, to see everything that a check can say:
#
# 1. Run the exercise and its check as they are. The check says *not filled in yet*.
# 2. Get it wrong on purpose: replace `...` by `return letter`, run the cell, and run the check. It names your mistake.
# 3. Run the check a second time, without running the exercise again. It reminds you to run your cell first.
# 4. Solve it. If you are stuck, open the hints below; each gives away a little more.
#
# <details><summary>Hint 1</summary>
#
# `ALPHABET` is a string, and strings know where a letter stands: `ALPHABET.index("c")` is 2.
#
# </details>
#
# <details><summary>Hint 2</summary>
#
# The next letter stands one place further on. For `z` that place is 26, which does not exist. What should it be there?
# The remainder operator `%` helps: `26 % 26` is 0, and `5 % 26` is still 5.
#
# </details>
#
# <details><summary>Hint 3, nearly the answer</summary>
#
# Take `(place + 1) % 26`, and look up the letter that stands there.
#
# </details>

# %%
from helpers.corpora import ALPHABET

print(ALPHABET, len(ALPHABET))


# %% exercise="next_letter" minutes=5
def next_letter(letter: str) -> str:
    """Return the letter that follows in the alphabet: "b" for "a", and "a" again for "z"."""
    # TODO: find the place of `letter` in ALPHABET, and return the letter one place further on.
    ### BEGIN SOLUTION
    place = ALPHABET.index(letter)
    return ALPHABET[(place + 1) % len(ALPHABET)]
    ### END SOLUTION


# %%
next_letter = check.next_letter(next_letter)

# %% [markdown]
# Look closely at the line in the check's cell: `next_letter = check.next_letter(next_letter)`. The check *hands back* a
# function. If yours is right, you get yours back. If it is blank or wrong, you get the course's own. So whatever
# happens, there is a `next_letter` that works, and you can go on and return to the exercise later.

# %%
word = "a"
for _ in range(29):
    word += next_letter(word[-1])
print(word)

# %% [markdown]
# This loop is already what a language model does when it writes: it looks at what stands there, picks a next
# character, appends it, and looks again. The only difference is where the rule comes from. Here you wrote it. From the
# next lesson on, a network finds it in a text.
#
# ## When you are stuck
#
# - **Open the hints** above the exercise, one after the other.
# - **See one answer** with `check.show("next_letter")`. That is not cheating; read it, close it, write your own.
# - **Start over** with `check.reset("next_letter")`: it prints the blank cell, for you to copy.
# - **Strange errors** after much trying often come from cells run out of order. Choose *Kernel → Restart Kernel and
#   Run All Cells*: everything is run again from the top.
# - **Where was I?** `check.progress()` shows what each check said last. It remembers, also after a restart; just run
#   the cell with the imports first.
#
# A check stops your code after a few seconds if it does not end by itself. One thing it cannot stop is a single very
# long computation inside PyTorch; then use the stop button.

# %%
check.progress()

# %% [markdown]
# ## Where your work is kept
#
# `make lab` opened a *copy* of this notebook, in the folder `work/`. Nothing in the course ever writes to your copy but
# you: no update, no test, no build. What the notebooks themselves write (trained models, your progress) goes to
# `work/runs/`, and you may delete it at any time.
#
# ## The way ahead
#
# | lesson | you build |
# |---|---|
# | 01 · the alphabet | a recurrent network that learns the alphabet, then English |
# | 02 · a vanilla RNN by hand | the same network with its gradient derived on paper |
# | 03 · training properly | the whole pipeline around a model |
# | 04 · the LSTM | a network that remembers for longer, gate by gate |
# | 05 · attention | a network that looks back |
# | 06 · sampling | every way to turn probabilities into text |
# | 07 · scaling out | training on several processors at once |
#
# ## Remember
#
# - Run cells from the top to the bottom with Shift + Enter.
# - Fill in where the three dots are, run the cell, run the check.
# - A check never blocks you: blank or wrong, the course's version takes over, and says so.
#
# ## Questions to think about
#
# Write your answers in the next cell: double-click it, type, and press Shift + Enter.

# %% [markdown]
# **1.** Your `next_letter` needs to know one letter to find the next. How many letters back must one look to continue
# `abcabcabc…`? And to continue `aababcabcdabcde…`?
#
# **2.** In English the next letter is not certain. After `q` one can be nearly sure; after a space one cannot. What
# should a model return in place of one letter?
#
# ### BEGIN SOLUTION
# <details><summary>Our answers</summary>
#
# **1.** One letter back is enough for `abcabc…`: each letter has only one successor. In `aababcabcd…` a `b` may be
# followed by `a` or by `c`; one must look back to the last `a` and beyond, to know how long this run will be. A text
# in which the past far back matters is what later lessons are about.
#
# **2.** A probability for each letter of the alphabet: nearly all of it on `u` after `q`, spread over many letters
# after a space. All models of this course do that, and a letter is then drawn from these probabilities.
#
# </details>
# ### END SOLUTION

# %% [markdown]
# ## Read on
#
# - Claude Shannon, *Prediction and Entropy of Printed English* (1951): people guess the next letter of a text, and he
#   measures how much they know. This course asks networks to play the same game.
# - Project Jupyter, *JupyterLab Documentation*, section "Notebooks" (2024).
#
# Next: **01 · the alphabet**.
