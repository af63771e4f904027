"""The checks of lesson 01: one module an exercise, named like it; the others serve several."""

from helpers.checks.alphabet.build_vocabulary import build_vocabulary
from helpers.checks.alphabet.char_dataset import CharDataset
from helpers.checks.alphabet.char_rnn import CharRNN
from helpers.checks.alphabet.decode import decode
from helpers.checks.alphabet.encode import encode
from helpers.checks.alphabet.evaluate import evaluate
from helpers.checks.alphabet.generate_text import generate_text
from helpers.checks.alphabet.sample_from_output import sample_from_output
from helpers.checks.alphabet.sequence_loss import sequence_loss
from helpers.checks.alphabet.train_epoch import train_epoch
from helpers.checks.contract import Checks

check = Checks("01_alphabet")

for exercise in (
    build_vocabulary,
    encode,
    decode,
    CharDataset,
    CharRNN,
    sequence_loss,
    train_epoch,
    evaluate,
    sample_from_output,
    generate_text,
):
    check.exercise(exercise)
