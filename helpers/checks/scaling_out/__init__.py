"""Checks of lesson 07: from the rows of a process to a step of several. Each exercise has a module below this one."""

from helpers.checks.contract import Checks
from helpers.checks.scaling_out.accumulation import accumulated_step
from helpers.checks.scaling_out.gradients import average_gradients
from helpers.checks.scaling_out.losses import mean_loss
from helpers.checks.scaling_out.rate import scaled_rate
from helpers.checks.scaling_out.rows import own_rows
from helpers.checks.scaling_out.step import parallel_step

check = Checks("07_scaling_out")

# In the order of the lesson.
for exercise in (own_rows, average_gradients, mean_loss, parallel_step, scaled_rate, accumulated_step):
    check.exercise(exercise)
