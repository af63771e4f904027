"""Checks of lesson 04: the LSTM from its gates to the text it writes. Each exercise has a module below this one."""

from helpers.checks.contract import Checks
from helpers.checks.lstm.batches import get_batches
from helpers.checks.lstm.gates import gates
from helpers.checks.lstm.layer import LSTMLayer
from helpers.checks.lstm.model import CharLSTM
from helpers.checks.lstm.one_hot import one_hot
from helpers.checks.lstm.sample import sample
from helpers.checks.lstm.top_k import keep_top_k
from helpers.checks.lstm.training import train_epoch
from helpers.checks.lstm.update import update
from helpers.checks.lstm.validation import validate

check = Checks("04_lstm")

# In the order of the lesson.
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
