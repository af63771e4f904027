"""The checks of lesson 02: one module an exercise, named like it; the others serve several."""

from helpers.checks.contract import Checks
from helpers.checks.vanilla_rnn.adagrad_update import adagrad_update
from helpers.checks.vanilla_rnn.backward_output import backward_output
from helpers.checks.vanilla_rnn.backward_tanh import backward_tanh
from helpers.checks.vanilla_rnn.backward_through_time import backward_through_time
from helpers.checks.vanilla_rnn.clip_gradients import clip_gradients
from helpers.checks.vanilla_rnn.forward import forward
from helpers.checks.vanilla_rnn.rnn_step import rnn_step
from helpers.checks.vanilla_rnn.sample_text import sample_text
from helpers.checks.vanilla_rnn.softmax import softmax
from helpers.checks.vanilla_rnn.train import train

check = Checks("02_vanilla_rnn")

for exercise in (
    rnn_step,
    softmax,
    forward,
    backward_output,
    backward_tanh,
    backward_through_time,
    clip_gradients,
    adagrad_update,
    sample_text,
    train,
):
    check.exercise(exercise)
