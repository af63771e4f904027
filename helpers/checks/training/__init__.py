"""Checks of lesson 03: from a cell to the loop that trains a stack of them. Each exercise has a module below this one."""

from helpers.checks.contract import Checks
from helpers.checks.training.cell import RNNCell, count_parameters
from helpers.checks.training.loop import train
from helpers.checks.training.schedule import warmup_cosine
from helpers.checks.training.stack import StackedRNN
from helpers.checks.training.step import train_step
from helpers.checks.training.stop import should_stop
from helpers.checks.training.streams import stream_batches
from helpers.checks.training.validation import evaluate

check = Checks("03_training")

# In the order of the lesson.
for exercise in (
    RNNCell,
    StackedRNN,
    count_parameters,
    stream_batches,
    train_step,
    warmup_cosine,
    evaluate,
    should_stop,
    train,
):
    check.exercise(exercise)
