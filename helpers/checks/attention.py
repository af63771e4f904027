"""Checks of lesson 05: attention from its scores to the text it writes. Each exercise has a module below this one."""

from helpers.checks.attention_batches import get_batch
from helpers.checks.attention_heads import split_heads
from helpers.checks.attention_layers import SelfAttention
from helpers.checks.attention_leak import largest_change
from helpers.checks.attention_look_up import attend
from helpers.checks.attention_losses import estimate_loss
from helpers.checks.attention_mask import hide_future
from helpers.checks.attention_model import AttentionLanguageModel
from helpers.checks.attention_optimizer import make_optimizer
from helpers.checks.attention_writing import generate
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
