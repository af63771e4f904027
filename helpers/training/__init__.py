"""Training and evaluation of any model of the form `logits, state = model(tokens, state)`."""

from helpers.training.divergence import TrainingDiverged
from helpers.training.evaluation import evaluate
from helpers.training.fitting import fit
from helpers.training.history import History
from helpers.training.processes import Processes, ProcessLost
from helpers.training.run import Progress
from helpers.training.schedules import constant, warmup_cosine
from helpers.training.score import Score, sequence_loss

__all__ = [
    "History",
    "ProcessLost",
    "Processes",
    "Progress",
    "Score",
    "TrainingDiverged",
    "constant",
    "evaluate",
    "fit",
    "sequence_loss",
    "warmup_cosine",
]
