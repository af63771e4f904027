"""The checks of lesson 05: one module an exercise, named like it; the others serve several."""

from helpers.checks.attention.attend import attend
from helpers.checks.attention.attention_language_model import AttentionLanguageModel
from helpers.checks.attention.estimate_loss import estimate_loss
from helpers.checks.attention.generate import generate
from helpers.checks.attention.get_batch import get_batch
from helpers.checks.attention.hide_future import hide_future
from helpers.checks.attention.largest_change import largest_change
from helpers.checks.attention.make_optimizer import make_optimizer
from helpers.checks.attention.self_attention import SelfAttention
from helpers.checks.attention.split_heads import split_heads
from helpers.checks.contract import Checks

check = Checks("05_attention")

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
