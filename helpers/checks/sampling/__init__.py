"""The checks of lesson 06: one module an exercise, named like it; the others serve several."""

from helpers.checks.contract import Checks
from helpers.checks.sampling.apply_temperature import apply_temperature
from helpers.checks.sampling.block_repeats import block_repeats
from helpers.checks.sampling.draw import draw
from helpers.checks.sampling.entropy import entropy
from helpers.checks.sampling.greedy import greedy
from helpers.checks.sampling.keep_min_p import keep_min_p
from helpers.checks.sampling.keep_top_p import keep_top_p
from helpers.checks.sampling.perplexity import perplexity
from helpers.checks.sampling.text_log_probability import text_log_probability
from helpers.checks.sampling.write import write

check = Checks("06_sampling")

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
