"""What learners hand in for `estimate_loss` of lesson 05."""

import math

import torch
import torch.nn.functional as F

from helpers.answers.attention import get_batch as course_batch
from tests.checks.answers import Answers
from tests.checks.attention.get_batch import along

ANSWERS = Answers()


def loss_of(logits, targets):
    return F.cross_entropy(logits.flatten(0, 1), targets.flatten())


def estimate(
    *, before=lambda model: model.eval(), back=lambda model: model.train(), grad=False, result=None, names=None,
    source=None, loss=loss_of, swap=False, rounds=0, switches_off=False, learns=False, same_batch=False, kept=False,
    sizes=lambda time, rows: (time, rows), mean=lambda losses: sum(losses) / len(losses),
):  # fmt: skip
    """Make `estimate_loss`; each argument brings in one mistake."""

    def estimate_loss(model, parts, block_size, batch_size, eval_iters, generator):
        before(model)
        found, losses = {}, []
        source_of = generator if source is None else source(generator)
        with torch.set_grad_enabled(grad):
            for name in names or parts:
                losses = losses if kept else []
                for number in range(eval_iters + rounds):
                    if not same_batch or number == 0:
                        xs, ys = course_batch(parts[name], *sizes(block_size, batch_size), source_of)
                    one = loss(model(xs), xs if swap else ys)
                    if learns:
                        one.backward()
                    losses.append(one.item())
                found[name] = mean(losses if not kept else [sum(losses) / eval_iters])
        back(model)
        if switches_off:
            torch.set_grad_enabled(False)
        return found if result is None else result(found)

    return estimate_loss


def returns_inside_loop(model, parts, block_size, batch_size, eval_iters, generator):
    for name, tokens in parts.items():
        for _ in range(eval_iters):
            xs, ys = course_batch(tokens, block_size, batch_size, generator)
            return {name: loss_of(model(xs), ys).item()}


def seeds_in_loop(model, parts, block_size, batch_size, eval_iters, generator):
    losses = {name: 0.0 for name in parts}
    for name, tokens in parts.items():
        for _ in range(eval_iters):
            xs, ys = course_batch(tokens, block_size, batch_size, generator.manual_seed(0))
            losses[name] += loss_of(model(xs), ys).item() / eval_iters
    return losses


def only_flat(mode):
    def only_flat(model):
        model.training = mode

    return only_flat


returns_inside_loop.__name__ = seeds_in_loop.__name__ = "estimate_loss"


def nothing(model):
    """Leave the mode as it is."""


def swapped(found):
    return dict(zip(found, reversed(found.values()), strict=True))


def names_alone(model, parts, block_size, batch_size, eval_iters, generator):
    losses = {}
    for name, tokens in parts:
        losses[name] = model(tokens).mean().item()
    return losses


def divides_by_rows(model, parts, block_size, batch_size, eval_iters, generator):
    losses = estimate(mean=sum)(model, parts, block_size, batch_size, eval_iters, generator)
    return {name: loss / batch_size for name, loss in losses.items()}


def all_at_once(model, parts, block_size, batch_size, eval_iters, generator):
    return estimate()(model, parts, block_size, batch_size * eval_iters, 1, generator)


def trains_in_between(model, parts, block_size, batch_size, eval_iters, generator):
    model.eval()
    losses = {}
    for name, tokens in parts.items():
        part = {name: tokens}
        losses |= estimate(before=nothing)(model, part, block_size, batch_size, eval_iters, generator)
    return losses


def one_part_for_all(model, parts, block_size, batch_size, eval_iters, generator):
    parts = dict.fromkeys(parts, parts["train"])
    return estimate()(model, parts, block_size, batch_size, eval_iters, generator)


def draws_from_all(model, parts, block_size, batch_size, eval_iters, generator):
    for _ in parts:
        course_batch(parts, block_size, batch_size, generator)


for function in (trains_in_between, one_part_for_all, draws_from_all):
    function.__name__ = "estimate_loss"
ANSWERS.is_wrong("`model.train()` comes after the loop over the parts")(trains_in_between)
ANSWERS.is_wrong("both losses are measured on the tokens of one part")(one_part_for_all)
ANSWERS.is_wrong("`get_batch` is given `parts`, all of them")(draws_from_all)
ANSWERS.is_wrong("that is the loss of the last position alone")(
    estimate(loss=lambda logits, targets: loss_of(logits[:, -1:], targets[:, -1:]))
)
names_alone.__name__ = divides_by_rows.__name__ = all_at_once.__name__ = "estimate_loss"


ANSWERS.is_wrong("that is the sum of the batches' losses: divide it by eval_iters")(estimate(mean=sum))
ANSWERS.is_wrong("the sum is divided by batch_size")(divides_by_rows)
ANSWERS.is_wrong("all batches of a part are read at once")(all_at_once)
ANSWERS.is_wrong("the sum is divided by the number of parts")(estimate(mean=lambda losses: sum(losses) / 2))
ANSWERS.is_wrong("that is the last batch's loss")(estimate(mean=lambda losses: losses[-1]))
ANSWERS.is_wrong("the total is set anew by each batch")(estimate(mean=lambda losses: losses[-1] / len(losses)))
ANSWERS.is_wrong("the loss is taken of probabilities")(
    estimate(loss=lambda logits, ys: loss_of(logits.softmax(-1), ys))
)
ANSWERS.is_wrong("that is the first batch's loss")(estimate(mean=lambda losses: losses[0]))
ANSWERS.is_wrong("that is the smallest of the batches' losses")(estimate(mean=min))
ANSWERS.is_wrong("the losses of 'train' are still in the sum")(estimate(kept=True))
ANSWERS.is_wrong("that is the mean over both parts: keep them apart")(
    estimate(result=lambda found: dict.fromkeys(found, sum(found.values()) / 2))
)
ANSWERS.is_wrong("the losses of 'train' and 'val' are exchanged")(estimate(result=swapped))
ANSWERS.is_wrong("the model reads the very tokens that it should predict")(estimate(swap=True))
ANSWERS.is_wrong("`parts.items()` gives each name and its tokens")(names_alone)
ANSWERS.is_wrong("that is the sum over a batch's characters")(
    estimate(loss=lambda logits, ys: F.cross_entropy(logits.flatten(0, 1), ys.flatten(), reduction="sum"))
)
ANSWERS.is_wrong("divide by eval_iters, not by the number of characters")(
    estimate(mean=lambda losses: sum(losses) / len(losses) / 24)
)
ANSWERS.is_wrong("divide by eval_iters, not by batch_size, too")(
    estimate(mean=lambda losses: sum(losses) / len(losses) / 4)
)
ANSWERS.is_wrong("that is in bits")(estimate(mean=lambda losses: sum(losses) / len(losses) / math.log(2)))
ANSWERS.is_wrong("that is the perplexity")(estimate(mean=lambda losses: math.exp(sum(losses) / len(losses))))
ANSWERS.is_wrong("the loss of 'train' is a tensor: make it a plain number")(
    estimate(mean=lambda losses: torch.tensor(losses).mean())
)
ANSWERS.is_wrong("F.cross_entropy did not take these shapes")(estimate(loss=F.cross_entropy))
ANSWERS.is_wrong("F.cross_entropy did not take these shapes")(
    estimate(loss=lambda logits, ys: F.cross_entropy(logits[:, -1], ys.flatten()))
)
ANSWERS.is_wrong("the loss of 'train' should give")(estimate(loss=lambda logits, ys: loss_of(logits, ys.T)))
ANSWERS.is_wrong("the model returns the logits alone")(
    estimate(loss=lambda output, ys: (lambda logits, state: loss_of(logits, ys))(*(part for part, _ in [output])))
)
ANSWERS.is_wrong("the model was in training mode")(estimate(before=nothing))
ANSWERS.is_wrong("the layers inside the model were in training mode")(estimate(before=only_flat(False)))
ANSWERS.is_wrong("the model is left in evaluation mode")(estimate(back=nothing))
ANSWERS.is_wrong("the layers inside the model stay in evaluation mode")(estimate(back=only_flat(True)))
ANSWERS.is_wrong("gradients were recorded")(estimate(grad=True))
ANSWERS.is_wrong("gradients are still switched off")(estimate(switches_off=True))
ANSWERS.is_wrong("`backward` is called: nothing is learned here")(estimate(grad=True, learns=True))
ANSWERS.is_wrong("a part is measured on the same batch again and again")(estimate(same_batch=True))
ANSWERS.is_wrong("a part is measured on the same batch again and again")(seeds_in_loop)
ANSWERS.is_wrong("every call measures on the same batches")(estimate(source=lambda generator: generator.manual_seed(0)))
ANSWERS.is_wrong("the same seed gives other batches")(estimate(source=lambda generator: None))
ANSWERS.is_wrong("only one of the two parts is evaluated")(estimate(names=["train"]))
ANSWERS.is_wrong("only 'val' is in what you return")(estimate(result=lambda found: {"val": found["val"]}))
ANSWERS.is_wrong("is the `return` inside the loop?")(returns_inside_loop)
ANSWERS.is_wrong("one batch of each part is evaluated")(estimate(rounds=-4))
ANSWERS.is_wrong("it reads 6 of the first and 6 of the second")(estimate(rounds=1))
ANSWERS.is_wrong("block_size and batch_size are exchanged")(estimate(sizes=lambda time, rows: (rows, time)))
ANSWERS.is_wrong("the model should read tokens of shape (4, 6), and reads (1, 6)")(
    estimate(sizes=lambda time, rows: (time, 1))
)
ANSWERS.is_wrong("the name 'val' is written into your code")(estimate(names=["val", "train"]))
ANSWERS.is_wrong("the names of the losses should be those of the parts")(
    estimate(result=lambda found: {f"{name} loss": loss for name, loss in found.items()})
)
ANSWERS.is_wrong("the loss of each part by its name, should be a dict, and is a list")(
    estimate(result=lambda found: list(found.values()))
)


@ANSWERS.is_right
@torch.no_grad()
def estimate_loss(model, parts, block_size, batch_size, eval_iters, generator):
    out = {}
    model.eval()
    for split in parts:
        losses = torch.zeros(eval_iters)
        for k in range(eval_iters):
            xs, ys = course_batch(parts[split], block_size, batch_size, generator)
            losses[k] = F.cross_entropy(model(xs).transpose(1, 2), ys)
        out[split] = losses.mean().item()
    model.train()
    return out


@ANSWERS.is_right
def estimate_loss(model, parts, block_size, batch_size, eval_iters, generator):
    was_training = model.training
    model.train(False)
    total = dict.fromkeys(parts, 0.0)
    with torch.inference_mode():
        for _ in range(eval_iters):  # a batch of each part in turn
            for name, tokens in parts.items():
                xs, ys = course_batch(tokens, block_size, batch_size, generator)
                chances = model(xs).log_softmax(-1).gather(-1, ys[..., None])
                total[name] -= float(chances.mean()) / eval_iters
    model.train(was_training)
    return total


@ANSWERS.is_right
def estimate_loss(model, parts, block_size, batch_size, eval_iters, generator):
    def measure(tokens):
        starts = [
            torch.randint(len(tokens) - block_size, (batch_size,), generator=generator) for _ in range(eval_iters)
        ]
        for start in starts:
            places = along(start, block_size)
            logits = model(tokens[places])
            yield F.cross_entropy(logits.reshape(-1, logits.shape[-1]), tokens[places + 1].reshape(-1)).item()

    model.eval()
    with torch.no_grad():
        means = {name: math.fsum(measure(parts[name])) / eval_iters for name in sorted(parts)}
    model.train()
    return means


ANSWERS.is_right(estimate(names=None, mean=lambda losses: torch.tensor(losses, dtype=torch.float64).mean().item()))
