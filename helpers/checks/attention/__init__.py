"""Checks of lesson 05: attention from its scores to the text it writes. Each exercise has a module below this one."""

from helpers.checks.attention.batches import get_batch
from helpers.checks.attention.heads import split_heads
from helpers.checks.attention.layers import SelfAttention
from helpers.checks.attention.leak import largest_change
from helpers.checks.attention.look_up import attend
from helpers.checks.attention.losses import estimate_loss
from helpers.checks.attention.mask import hide_future
from helpers.checks.attention.model import AttentionLanguageModel
from helpers.checks.attention.optimizer import make_optimizer
from helpers.checks.attention.writing import generate
from helpers.checks.contract import Checks

check = Checks("05_attention")

# In the order of the lesson.
for exercise in (
    attend,
    SelfAttention,
    AttentionLanguageModel,
    get_batch,
    estimate_loss,
    make_optimizer,
    largest_change,
    hide_future,
    split_heads,
    generate,
):
    check.exercise(exercise)
