"""The checks of lesson 04: one module an exercise, named like it; the others serve several."""

from helpers.checks.contract import Checks
from helpers.checks.lstm.char_lstm import CharLSTM
from helpers.checks.lstm.gates import gates
from helpers.checks.lstm.get_batches import get_batches
from helpers.checks.lstm.keep_top_k import keep_top_k
from helpers.checks.lstm.lstm_layer import LSTMLayer
from helpers.checks.lstm.one_hot import one_hot
from helpers.checks.lstm.sample import sample
from helpers.checks.lstm.train_epoch import train_epoch
from helpers.checks.lstm.update import update
from helpers.checks.lstm.validate import validate

check = Checks("04_lstm")

for exercise in (
    one_hot,
    gates,
    update,
    LSTMLayer,
    CharLSTM,
    get_batches,
    train_epoch,
    validate,
    keep_top_k,
    sample,
):
    check.exercise(exercise)
