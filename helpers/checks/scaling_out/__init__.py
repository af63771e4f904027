"""The checks of lesson 07: one module an exercise, named like it; the others serve several."""

from helpers.checks.contract import Checks
from helpers.checks.scaling_out.accumulated_step import accumulated_step
from helpers.checks.scaling_out.average_gradients import average_gradients
from helpers.checks.scaling_out.mean_loss import mean_loss
from helpers.checks.scaling_out.own_rows import own_rows
from helpers.checks.scaling_out.parallel_step import parallel_step
from helpers.checks.scaling_out.scaled_rate import scaled_rate

check = Checks("07_scaling_out")

for exercise in (
    own_rows,
    average_gradients,
    mean_loss,
    parallel_step,
    scaled_rate,
    accumulated_step,
):
    check.exercise(exercise)
