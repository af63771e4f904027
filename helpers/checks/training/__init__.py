"""The checks of lesson 03: one module an exercise, named like it; the others serve several."""

from helpers.checks.contract import Checks
from helpers.checks.training.count_parameters import count_parameters
from helpers.checks.training.evaluate import evaluate
from helpers.checks.training.rnn_cell import RNNCell
from helpers.checks.training.should_stop import should_stop
from helpers.checks.training.stacked_rnn import StackedRNN
from helpers.checks.training.stream_batches import stream_batches
from helpers.checks.training.train import train
from helpers.checks.training.train_step import train_step
from helpers.checks.training.warmup_cosine import warmup_cosine

check = Checks("03_training")

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
