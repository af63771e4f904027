"""Loss on tinyshakespeare: the course's LSTM against a small GPT, in the same time on the same machine.

The text is cut 90 to 10, contiguously, and the loss is that of the whole validation part; the LSTM carries its state
through it. The GPT trains first, for its recipe's number of steps. Then the LSTM's speed is measured, and it gets as
many steps as fit into the same time.

With `--quick` both sides are only seen at work, on a short text of tales that is always at hand: losses after so few
steps say nothing about either, and the rows say so.
"""

from collections.abc import Iterator
from statistics import median

from benchmarks.attempts import CORPUS, Attempt, validation_loss
from benchmarks.figures import show_seconds
from benchmarks.rows import Row
from benchmarks.small_gpt import Recipe, evaluate_small_gpt, train_small_gpt
from benchmarks.timing import seconds_of
from helpers.corpora import load_corpus
from helpers.measuring.parameters import count_parameters
from helpers.text.baselines import measure
from helpers.text.splits import Split, make_split

SEEDS, TARGET = (1, 2, 3), 1.56  # nats per character: what the course promises
MARGIN = 0.97  # of the GPT's time: the speed that is measured at the start may not last
MEASURED_STEPS = 60
QUICK_STEPS, QUICK_CHARACTERS = 30, 100_000


def rows(quick: bool) -> Iterator[Row]:
    """Train both at each seed, one after the other, and compare times and losses."""
    if quick:
        yield from show_both_at_work()
        return
    split = make_split(load_corpus(CORPUS))
    best_ngram = f"best n-gram {measure(split.train, split.val).named['best n-gram']:.3f}"
    recipe = Recipe()
    losses = []
    for seed in SEEDS:
        row, seconds = train_peer(split, recipe, seed)
        yield row
        row, loss = train_ours(split, seed, seconds)
        losses.append(loss)
        yield row._replace(peer=best_ngram)
    middle = median(losses)
    verdict = f"{'ok' if middle <= TARGET else 'over'} (≤ {TARGET})"
    spread = f"{min(losses):.4f} – {max(losses):.4f} ({len(losses)})"
    yield Row("course's LSTM, median over seeds", f"{middle:.4f}", best_ngram, verdict, spread, middle <= TARGET)


def show_both_at_work() -> Iterator[Row]:
    """Train both for a moment, the peer for a few steps and ours for as long, and say that no loss is to be quoted."""
    split = make_split(load_corpus("tales", length=QUICK_CHARACTERS))
    row, seconds = train_peer(split, Recipe(steps=QUICK_STEPS), SEEDS[0])
    for shown in (row, train_ours(split, SEEDS[0], seconds, measured_steps=QUICK_STEPS)[0]):
        yield shown._replace(name=f"shortened: {shown.name}", ours="not quoted")


def train_peer(split: Split, recipe: Recipe, seed: int) -> tuple[Row, float]:
    """Train the small GPT; return its row and its seconds."""
    models = []
    tokens, vocab_size = split.train.tokens, len(split.vocabulary)
    seconds = seconds_of(lambda: models.append(train_small_gpt(tokens, vocab_size, recipe, seed)))
    loss = evaluate_small_gpt(models[0], split.val.tokens, recipe.context)
    name = f"small GPT, seed {seed}, {recipe.steps:,} steps, {count_parameters(models[0]):,} parameters"
    return Row(name, f"{loss:.4f}", "", "", show_seconds(seconds)), seconds


def train_ours(split: Split, seed: int, seconds: float, measured_steps: int = MEASURED_STEPS) -> tuple[Row, float]:
    """Train the LSTM for as many steps as fit into these seconds; return its row and its loss."""
    recipe, vocab_size = Attempt(), len(split.vocabulary)
    probe = recipe.make_model(vocab_size, seed)
    recipe.train(probe, split, 10)
    per_step = seconds_of(lambda: recipe.train(probe, split, measured_steps)) / measured_steps
    steps = max(1, int(MARGIN * seconds / per_step))
    model = recipe.make_model(vocab_size, seed)
    spent = seconds_of(lambda: recipe.train(model, split, steps))
    loss = validation_loss(model, split)
    name = f"course's LSTM, seed {seed}, {steps:,} steps, {count_parameters(model):,} parameters"
    return Row(name, f"{loss:.4f}", "", f"{spent / seconds:.2f} of its time", show_seconds(spent)), loss
