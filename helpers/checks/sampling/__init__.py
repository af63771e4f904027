"""Checks of lesson 06: from the likeliest character to a decoder. Each part has a module below this one."""

from helpers.checks.contract import Checks
from helpers.checks.sampling.choice import apply_temperature, entropy, greedy
from helpers.checks.sampling.draw import draw
from helpers.checks.sampling.min_p import keep_min_p
from helpers.checks.sampling.perplexity import perplexity
from helpers.checks.sampling.rating import text_log_probability
from helpers.checks.sampling.repeats import block_repeats
from helpers.checks.sampling.top_p import keep_top_p
from helpers.checks.sampling.writing import write

check = Checks("06_sampling")

# In the order of the lesson.
for exercise in (
    greedy,
    apply_temperature,
    entropy,
    draw,
    keep_top_p,
    keep_min_p,
    block_repeats,
    text_log_probability,
    perplexity,
    write,
):
    check.exercise(exercise)
