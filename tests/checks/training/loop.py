"""Answers to the exercises of lesson 03 that train and evaluate."""

import itertools
import math

import torch
import torch.nn.functional as F
from torch import nn

from helpers.answers.training import evaluate as course_evaluate
from helpers.answers.training import should_stop as course_stop
from helpers.answers.training import stream_batches as course_streams
from helpers.answers.training import train_step as course_step
from helpers.answers.training import warmup_cosine as course_schedule
from tests.checks.answers import Answers

ANSWERS = Answers()

# ------------------------------------------------------------------------------------------- stream_batches


def cut(inputs, targets, length):
    return list(zip(inputs.split(length, 1), targets.split(length, 1)))


@ANSWERS.is_wrong("reshape to (batch_size, length), not to (length, batch_size)")
def stream_batches(tokens, batch_size, sequence_length):
    length = (len(tokens) - 1) // batch_size
    inputs, targets = tokens[: batch_size * length], tokens[1 : batch_size * length + 1]
    return cut(inputs.view(length, batch_size).t(), targets.view(length, batch_size).t(), sequence_length)


@ANSWERS.is_wrong("reshape to (batch_size, length), and cut along dimension 1")
def stream_batches(tokens, batch_size, sequence_length):
    length = (len(tokens) - 1) // batch_size
    inputs, targets = tokens[: batch_size * length], tokens[1 : batch_size * length + 1]
    return cut(inputs.view(length, batch_size), targets.view(length, batch_size), sequence_length)


@ANSWERS.is_wrong("row 1 of a batch does not go on where row 1 of the batch before ended")
def stream_batches(tokens, batch_size, sequence_length):
    batches, size = [], batch_size * sequence_length
    for start in range(0, len(tokens) - 1, size):
        length = min(sequence_length, (len(tokens) - 1 - start) // batch_size)
        end = start + batch_size * length
        batches.append(
            (tokens[start:end].view(batch_size, length), tokens[start + 1 : end + 1].view(batch_size, length))
        )
    return batches


@ANSWERS.is_wrong("row 1 of a batch does not go on where row 1 of the batch before ended")
def stream_batches(tokens, batch_size, sequence_length):
    size = batch_size * sequence_length
    starts = range(0, len(tokens) - size, size)
    pairs = [(tokens[start : start + size], tokens[start + 1 : start + size + 1]) for start in starts]
    return [(one.view(batch_size, -1), other.view(batch_size, -1)) for one, other in pairs]


@ANSWERS.is_wrong("and no token is left over")
def stream_batches(tokens, batch_size, sequence_length):
    length = (len(tokens) - 2) // batch_size
    return course_streams(tokens[: batch_size * length + 1], batch_size, sequence_length)


@ANSWERS.is_wrong("your targets are the inputs")
def stream_batches(tokens, batch_size, sequence_length):
    return [(inputs, inputs) for inputs, _ in course_streams(tokens, batch_size, sequence_length)]


@ANSWERS.is_wrong("the last target of each stream is its own first character")
def stream_batches(tokens, batch_size, sequence_length):
    length = (len(tokens) - 1) // batch_size
    inputs = tokens[: batch_size * length].view(batch_size, length)
    return cut(inputs, inputs.roll(-1, 1), sequence_length)


@ANSWERS.is_wrong("each stream has 11 characters in place of 12")
def stream_batches(tokens, batch_size, sequence_length):
    length = len(tokens) // batch_size
    streams = tokens[: batch_size * length].view(batch_size, length)
    return cut(streams[:, :-1], streams[:, 1:], sequence_length)


@ANSWERS.is_wrong("the last batch, shorter than the others, is missing")
def stream_batches(tokens, batch_size, sequence_length):
    return [pair for pair in course_streams(tokens, batch_size, sequence_length) if pair[0].shape[1] == sequence_length]


@ANSWERS.is_wrong("since the last token is only a target")
def stream_batches(tokens, batch_size, sequence_length):
    length = len(tokens) // batch_size
    inputs = tokens[: batch_size * length].view(batch_size, length)
    return cut(inputs, tokens[1 : batch_size * length + 1].view(batch_size, length), sequence_length)


@ANSWERS.is_wrong("your targets are shifted the wrong way")
def stream_batches(tokens, batch_size, sequence_length):
    length = (len(tokens) - 1) // batch_size
    inputs = tokens[: batch_size * length].view(batch_size, length)
    before = torch.cat([tokens[:1], tokens[: batch_size * length - 1]]).view(batch_size, length)
    return cut(inputs, before, sequence_length)


@ANSWERS.is_wrong("those are the targets: the inputs begin with the first token")
def stream_batches(tokens, batch_size, sequence_length):
    return [pair[::-1] for pair in course_streams(tokens, batch_size, sequence_length)]


@ANSWERS.is_wrong("31 tokens in 3 streams make 10 characters each")
def stream_batches(tokens, batch_size, sequence_length):
    length = (len(tokens) - 1) // batch_size
    inputs, targets = tokens[: batch_size * length], tokens[1 : batch_size * length + 1]
    sides = inputs.view(batch_size, length), targets.view(batch_size, length)
    starts = [number * sequence_length for number in range(length // sequence_length + 1)]
    return [tuple(side[:, start : start + sequence_length] for side in sides) for start in starts]


@ANSWERS.is_wrong("pair them, batch by batch, with `zip`")
def stream_batches(tokens, batch_size, sequence_length):
    return tuple(zip(*course_streams(tokens, batch_size, sequence_length)))


@ANSWERS.is_wrong("the numbers are too many or too few")
def stream_batches(tokens, batch_size, sequence_length):
    length = (len(tokens) - 1) // batch_size
    inputs, targets = tokens[: batch_size * length], tokens[1 : batch_size * length]
    return cut(inputs.view(batch_size, length), targets.view(batch_size, length), sequence_length)


@ANSWERS.is_wrong("and is a generator")
def stream_batches(tokens, batch_size, sequence_length):
    return (pair for pair in course_streams(tokens, batch_size, sequence_length))


@ANSWERS.is_right
def stream_batches(tokens, batch_size, sequence_length):
    length = (len(tokens) - 1) // batch_size
    batches = []
    for start in range(0, length, sequence_length):
        end = min(start + sequence_length, length)
        inputs = torch.stack([tokens[row * length + start : row * length + end] for row in range(batch_size)])
        targets = torch.stack([tokens[row * length + start + 1 : row * length + end + 1] for row in range(batch_size)])
        batches.append((inputs, targets))
    return batches


@ANSWERS.is_right
def stream_batches(tokens, batch_size, sequence_length):
    length = (len(tokens) - 1) // batch_size
    both = tokens[: batch_size * length + 1].unfold(0, length + 1, length)  # each stream and the character after it
    starts = range(0, length, sequence_length)
    return tuple((both[:, :-1][:, s : s + sequence_length], both[:, 1:][:, s : s + sequence_length]) for s in starts)


# ----------------------------------------------------------------------------------------------- train_step


def step(
    *, loss=None, clip="between", zero="before", take=True, state=None, result=None, given=True, targets_of=None,
    evaluates=False,
):  # fmt: skip
    """Make a training step; each argument brings in one mistake."""

    def train_step(model, inputs, targets, old, optimizer, clip_norm=1.0):
        model.train(model.training and not evaluates)
        parameters = list(model.parameters())
        logits, new = model(inputs, old if given else None)
        goals = inputs if targets_of == "inputs" else targets
        mean = F.cross_entropy(logits.flatten(0, 1), goals.flatten()) if loss is None else loss(logits, goals)
        if zero == "before":
            optimizer.zero_grad()
        if clip == "before":
            nn.utils.clip_grad_norm_(parameters, clip_norm)
        mean.backward()
        if clip == "always":
            norm = torch.cat([one.grad.flatten() for one in parameters]).norm()
            for one in parameters:
                one.grad.mul_(clip_norm / norm)
        if clip == "to 1":
            nn.utils.clip_grad_norm_(parameters, 1.0)
        if clip == "between":
            nn.utils.clip_grad_norm_(parameters, clip_norm)
        if clip == "value":
            nn.utils.clip_grad_value_(parameters, clip_norm)
        if clip == "each":
            for one in parameters:
                nn.utils.clip_grad_norm_([one], clip_norm)
        if zero == "after":
            optimizer.zero_grad()
        if take:
            optimizer.step()
        if clip == "after":
            nn.utils.clip_grad_norm_(parameters, clip_norm)
        state_out = new.detach() if state is None else state(old, new)
        return (mean.item(), state_out) if result is None else result(mean, state_out)

    return train_step


def stepped_first(model, inputs, targets, state, optimizer, clip_norm=1.0):
    logits, state = model(inputs, state)
    loss = F.cross_entropy(logits.flatten(0, 1), targets.flatten())
    loss.backward(retain_graph=True)
    optimizer.step()
    optimizer.zero_grad()
    loss.backward()
    return loss.item(), state.detach()


def detaches_first(model, inputs, targets, state, optimizer, clip_norm=1.0):
    return step()(model, inputs, targets, state.detach(), optimizer, clip_norm)


detaches_first.__name__ = stepped_first.__name__ = "train_step"

ANSWERS.is_wrong("an epoch begins with the state None")(detaches_first)

ANSWERS.is_wrong("still holds the graph of this batch")(step(state=lambda old, new: new))
ANSWERS.is_wrong("is the one that you were given")(step(state=lambda old, new: old))
ANSWERS.is_wrong("the state that you return is zero")(step(state=lambda old, new: torch.zeros_like(new)))
ANSWERS.is_wrong("the step starts from a fresh state")(step(given=False))
ANSWERS.is_wrong("the gradient is not clipped")(step(clip=None))
ANSWERS.is_wrong("the gradient is not clipped")(step(clip="before"))
ANSWERS.is_wrong("the gradient is clipped to 1.0, not to `clip_norm`")(step(clip="to 1"))
ANSWERS.is_wrong("a gradient shorter than `clip_norm` is changed, too")(step(clip="always"))
ANSWERS.is_wrong("the step puts the model into evaluation mode")(step(evaluates=True))
ANSWERS.is_wrong("the gradient is clipped after the step")(step(clip="after"))
ANSWERS.is_wrong("each number of the gradient is clipped by itself")(step(clip="value"))
ANSWERS.is_wrong("each parameter's gradient is clipped by itself")(step(clip="each"))
ANSWERS.is_wrong("the gradients of the batches add up")(step(zero=None))
ANSWERS.is_wrong("the weights did not change")(step(zero="after"))
ANSWERS.is_wrong("the weights did not change")(step(take=False))
ANSWERS.is_wrong("the loss is taken against the inputs")(step(targets_of="inputs"))
ANSWERS.is_wrong("view or reshape to (batch, vocab, time) mixes the numbers up")(
    step(loss=lambda logits, targets: F.cross_entropy(logits.reshape(3, 7, 4), targets))
)
ANSWERS.is_wrong("F.cross_entropy did not take these shapes")(
    step(loss=lambda logits, targets: F.cross_entropy(logits.flatten(0, 1), targets[0]))
)
ANSWERS.is_wrong("the weights move between forward and backward")(stepped_first)
ANSWERS.is_wrong("is a tensor: make it a plain number")(step(result=lambda loss, state: (loss.detach(), state)))
ANSWERS.is_wrong("state and loss are returned the wrong way round")(
    step(result=lambda loss, state: (state, loss.item()))
)
ANSWERS.is_wrong("return two things, the loss and the state")(step(result=lambda loss, state: (loss.item(),)))
ANSWERS.is_wrong("that is the sum over all positions")(step(result=lambda loss, state: (loss.item() * 12, state)))
ANSWERS.is_wrong("that is the perplexity")(step(result=lambda loss, state: (math.exp(loss.item()), state)))


@ANSWERS.is_right
def train_step(model, inputs, targets, state, optimizer, clip_norm=1.0):
    optimizer.zero_grad(set_to_none=False)
    logits, state = model(inputs, state)
    loss = F.cross_entropy(logits.transpose(1, 2), targets)
    loss.backward()
    gradients = [one.grad for one in model.parameters() if one.grad is not None]
    norm = torch.sqrt(sum((gradient**2).sum() for gradient in gradients))
    if norm > clip_norm:
        for gradient in gradients:
            gradient.mul_(clip_norm / norm)
    optimizer.step()
    return float(loss), state.detach().clone()


@ANSWERS.is_right
def train_step(model, inputs, targets, state, optimizer, clip_norm=1.0):
    if state is not None:
        state = state.detach()
    output, last = model(inputs, state)
    loss = F.nll_loss(output.log_softmax(-1).reshape(-1, output.shape[-1]), targets.reshape(-1))
    for group in optimizer.param_groups:
        for one in group["params"]:
            one.grad = None
    loss.backward()
    nn.utils.clip_grad_norm_(model.parameters(), max_norm=clip_norm)
    optimizer.step()
    return [loss.item(), last.detach()]


# -------------------------------------------------------------------------------------------- warmup_cosine


def schedule(*, counted=0, share=20, lowest=0.1, pi=math.pi, start=None, half=2, line=False, fixed=None, over=0):
    def warmup_cosine(step, total_steps):
        warmup = (total_steps // share if share else 0) if fixed is None else fixed
        if step <= warmup:
            return (step - counted) / warmup
        p = step / total_steps if start == 0 else (step - warmup) / (total_steps - warmup + over)
        return lowest + (1 - lowest) * (1 - p if line else (1 + math.cos(pi * p)) / half)

    return warmup_cosine


def divides(step, total_steps):
    warmup = total_steps // 20
    if step / warmup <= 1:
        return step / warmup
    return course_schedule(step, total_steps)


def none_for_few(step, total_steps):
    return schedule(share=0)(step, total_steps) if total_steps <= 20 else course_schedule(step, total_steps)


def all_for_few(step, total_steps):
    return 1.0 if total_steps < 20 else course_schedule(step, total_steps)


def in_the_warm_up(factor):
    """Make a schedule with another factor in the warm-up, of the step, its steps and all of them."""

    def warmup_cosine(step, total_steps):
        warmup = total_steps // 20
        return factor(step, warmup, total_steps) if step <= warmup else course_schedule(step, total_steps)

    return warmup_cosine


def without_a_tenth(step, total_steps):
    return course_schedule(step, total_steps) - 0.1 * (step > total_steps // 20)


def rising(step, total_steps):
    if step <= total_steps // 20:
        return course_schedule(step, total_steps)
    return 1.1 - course_schedule(step, total_steps)


for function in (divides, none_for_few, all_for_few, without_a_tenth, rising):
    function.__name__ = "warmup_cosine"
ANSWERS.is_wrong("with 20 steps the warm-up takes 1")(none_for_few)
ANSWERS.is_wrong("the cosine falls from the first step on")(all_for_few)
ANSWERS.is_wrong("the warm-up rises over all steps")(in_the_warm_up(lambda step, warmup, total: step / total))
ANSWERS.is_wrong("`//` makes 0 of all but the last")(in_the_warm_up(lambda step, warmup, total: step // warmup))
ANSWERS.is_wrong("0.1 is left out")(without_a_tenth)
ANSWERS.is_wrong("0.1 and 0.9 are exchanged")(schedule(lowest=0.9))
ANSWERS.is_wrong("1 − cos rises: 1 + cos falls")(rising)

ANSWERS.is_wrong("the first step has the factor 0 and is wasted")(schedule(counted=1))
ANSWERS.is_wrong("there is no warm-up: the first")(schedule(share=0))
ANSWERS.is_wrong("the factor falls to 0")(schedule(lowest=0.0))
ANSWERS.is_wrong("π is missing in the cosine")(schedule(pi=1.0))
ANSWERS.is_wrong("that is a whole wave")(schedule(pi=2 * math.pi))
ANSWERS.is_wrong("the cosine starts before the warm-up is over")(schedule(start=0))
ANSWERS.is_wrong("divide it by 2")(schedule(half=1))
ANSWERS.is_wrong("that falls in a straight line")(schedule(line=True))
ANSWERS.is_wrong("with 1000 steps the warm-up should take 50")(schedule(fixed=10))
ANSWERS.is_wrong("and you divide by 0")(divides)
ANSWERS.is_wrong("p does not reach 1 at the last step")(schedule(over=1))
ANSWERS.is_wrong("`warmup_cosine(13, 200)` should give 0.9994, and gives 0.9995")(schedule(over=2))
ANSWERS.is_wrong("`warmup_cosine(1, 200)` should give 0.1000, and gives 0.0500")(schedule(share=10))


@ANSWERS.is_wrong("`total_steps // 20` cuts off, it does not round")
def warmup_cosine(step, total_steps):
    return schedule(fixed=round(total_steps / 20))(step, total_steps)


@ANSWERS.is_wrong("is a tensor: make it a plain number")
def warmup_cosine(step, total_steps):
    return torch.tensor(course_schedule(step, total_steps))


@ANSWERS.is_right
def warmup_cosine(step, total_steps):
    warmup = int(total_steps * 0.05)
    if warmup and step < warmup:
        return step / warmup
    angle = math.pi * (step - warmup) / (total_steps - warmup)
    return 0.55 + 0.45 * math.cos(angle)


@ANSWERS.is_right
def warmup_cosine(step, total_steps):
    warmup = total_steps // 20
    progress = max(step - warmup, 0) / (total_steps - warmup)
    rise = min(1.0, step / max(warmup, 1))
    return rise * (0.1 + 0.9 * math.cos(math.pi * progress / 2) ** 2)


# ------------------------------------------------------------------------------------------------- evaluate


def validation(
    *, mode=True, back="as before", grad=False, carry=True, first=None, weigh=True, result=None, only_last=False,
    switches_off=False, back_inside=False, against="targets",
):  # fmt: skip
    def evaluate(model, batches):
        was = model.training
        if mode == "model only":
            model.training = False
        elif mode:
            model.eval()
        rows, state = [], first
        with torch.set_grad_enabled(grad):
            for inputs, targets in batches:
                logits, new = model(inputs, state)
                state = new.detach() if carry else None
                loss = F.cross_entropy(logits.flatten(0, 1), targets.flatten()).item()
                hits = (logits.argmax(-1) == (inputs if against == "inputs" else targets)).float().mean().item()
                if back_inside:
                    model.train(was)
                rows.append((loss, hits, targets.numel() if weigh else 1))
        if back == "as before":
            model.train(was)
        elif back == "training":
            model.train()
        elif back == "model only":
            model.training = was
        if switches_off:
            torch.set_grad_enabled(False)
        if only_last:
            rows = rows[-1:]
        count = sum(row[2] for row in rows)
        loss, hits = sum(row[0] * row[2] for row in rows) / count, sum(row[1] * row[2] for row in rows) / count
        return (loss, hits) if result is None else result(loss, hits, count)

    return evaluate


ANSWERS.is_wrong("the model was in training mode, so dropout would go on")(validation(mode=False))
ANSWERS.is_wrong("put back into training mode before the last batch")(validation(back_inside=True))
ANSWERS.is_wrong("held against the inputs")(validation(against="inputs"))
ANSWERS.is_wrong("the accuracy is 0: are hits added up")(validation(result=lambda loss, hits, n: (loss, hits // 1)))
ANSWERS.is_wrong("the model is left in evaluation mode")(validation(back=None))
ANSWERS.is_wrong("the layers inside the model stay in evaluation mode")(validation(back="model only"))
ANSWERS.is_wrong("the layers inside the model were in training mode")(validation(mode="model only"))
ANSWERS.is_wrong("gradients are still switched off")(validation(switches_off=True))
ANSWERS.is_wrong("in training mode afterwards")(validation(back="training"))
ANSWERS.is_wrong("gradients were recorded")(validation(grad=True))
ANSWERS.is_wrong("each batch starts from a fresh state")(validation(carry=False))
ANSWERS.is_wrong("the first batch does not start from a fresh state")(validation(first=torch.full((3, 6), 0.5)))
ANSWERS.is_wrong("in which the short last batch counts as much")(validation(weigh=False))
ANSWERS.is_wrong("that is the last batch's loss")(validation(only_last=True))
ANSWERS.is_wrong("that is the sum over all characters")(validation(result=lambda loss, hits, n: (loss * n, hits)))
ANSWERS.is_wrong("loss and accuracy are the wrong way round")(validation(result=lambda loss, hits, n: (hits, loss)))
ANSWERS.is_wrong("that is in bits")(validation(result=lambda loss, hits, n: (loss / math.log(2), hits)))
ANSWERS.is_wrong("the accuracy is in percent")(validation(result=lambda loss, hits, n: (loss, 100 * hits)))
ANSWERS.is_wrong("that is the number of hits")(validation(result=lambda loss, hits, n: (loss, hits * n)))
ANSWERS.is_wrong("return two numbers, mean loss and accuracy")(validation(result=lambda loss, hits, n: (loss,)))


@ANSWERS.is_wrong("a batch's loss is a mean already")
def evaluate(model, batches):
    loss, accuracy = course_evaluate(model, batches)
    model.eval()
    losses, state = [], None
    with torch.no_grad():
        for (inputs, targets), call in zip(batches, list(model.calls)):
            logits, state = nn.Module.__call__(_unspied(model), inputs, state)
            losses.append(F.cross_entropy(logits.flatten(0, 1), targets.flatten()).item())
    model.train()
    return sum(losses) / sum(targets.numel() for _, targets in batches), accuracy


def _unspied(model):
    from helpers.models.vanilla_rnn import CharRNN

    plain = CharRNN(7, 4, 6)
    plain.load_state_dict(model.state_dict())
    return plain


@ANSWERS.is_wrong("validation changed the weights")
def evaluate(model, batches):
    result = course_evaluate(model, batches)
    model.output.bias.data.add_(0.1)
    return result


@ANSWERS.is_wrong("is the `return` inside the loop?")
def evaluate(model, batches):
    return course_evaluate(model, batches[:1])


@ANSWERS.is_right
@torch.no_grad()
def evaluate(model, batches):
    mode, state = model.training, None
    model.train(False)
    losses, hits = [], []
    for inputs, targets in batches:
        logits, state = model(inputs, state)
        losses.append(F.cross_entropy(logits.transpose(1, 2), targets, reduction="none").flatten())
        hits.append((logits.argmax(dim=2) == targets).flatten())
    if mode:
        model.train()
    return torch.cat(losses).mean().item(), torch.cat(hits).float().mean().item()


@ANSWERS.is_right
def evaluate(model, batches):
    before = model.training
    model.eval()
    total = right = characters = 0
    state = model.init_state(3)
    with torch.inference_mode():
        for inputs, targets in batches:
            logits, state = model(inputs, state)
            total += F.cross_entropy(logits.flatten(0, 1), targets.flatten(), reduction="sum")
            right += (logits.argmax(-1) == targets).sum()
            characters += len(targets.flatten())
    if before:
        model.train()
    return float(total / characters), float(right / characters)


# ---------------------------------------------------------------------------------------------- should_stop


def rule(function):
    def should_stop(val_losses, patience):
        return function(val_losses, patience)

    return should_stop


def since(losses):
    return len(losses) - 1 - losses.index(min(losses))


def falling(losses, patience):
    before, waited = math.inf, 0
    for loss in losses:
        waited = 0 if loss < before else waited + 1
        before = loss
    return waited >= patience


def never_set_back(losses, patience):
    lowest, waited = math.inf, 0
    for loss in losses:
        if loss < lowest:
            lowest = loss
        else:
            waited += 1
    return waited >= patience


ANSWERS.is_wrong("that stops one too late")(rule(lambda losses, p: bool(losses) and since(losses) > p))
ANSWERS.is_wrong("that stops one too early")(rule(lambda losses, p: bool(losses) and since(losses) >= p - 1))
ANSWERS.is_wrong("an equal loss counts as a new lowest")(
    rule(lambda losses, p: bool(losses) and losses[::-1].index(min(losses)) >= p)
)
ANSWERS.is_wrong("that asks whether the loss rose each time")(
    rule(lambda losses, p: len(losses) > p and all(a < b for a, b in zip(losses[-p - 1 :], losses[-p:])))
)
ANSWERS.is_wrong("2.55 is no new lowest")(rule(falling))
ANSWERS.is_wrong("your count is never set back")(rule(never_set_back))
ANSWERS.is_wrong("compare with the lowest so far")(
    rule(lambda losses, p: len(losses) > p and losses[-1] > losses[-p - 1])
)
ANSWERS.is_wrong("the patience is not used")(rule(lambda losses, p: bool(losses) and since(losses) > 0))
ANSWERS.is_wrong("count how many came *after* it")(rule(lambda losses, p: losses.index(min(losses)) >= p))
ANSWERS.is_wrong("that looks for the highest loss")(
    rule(lambda losses, p: len(losses) - 1 - losses.index(max(losses)) >= p)
)
ANSWERS.is_wrong("True means stop")(rule(lambda losses, p: since(losses) < p))
ANSWERS.is_wrong("that stops for good once")(
    rule(lambda losses, p: any(since(losses[:count]) >= p for count in range(1, len(losses) + 1)))
)
ANSWERS.is_wrong("that counts all losses")(rule(lambda losses, p: len(losses) >= p))
ANSWERS.is_wrong("with no losses yet it raises ValueError")(rule(lambda losses, p: since(losses) >= p))
ANSWERS.is_wrong("should be a bool, and is an int")(rule(lambda losses, p: since(losses) if losses else 0))


@ANSWERS.is_right
def should_stop(val_losses, patience):
    lowest, waited = math.inf, 0
    for loss in val_losses:
        if loss < lowest:
            lowest, waited = loss, 0
        else:
            waited += 1
    return waited >= patience and len(val_losses) > 0


@ANSWERS.is_right
def should_stop(val_losses, patience):
    if len(val_losses) <= patience:
        return False
    return min(val_losses[-patience:]) >= min(val_losses[:-patience])


# ---------------------------------------------------------------------------------------------------- train


def loop(
    *, rate="step", reset=True, carries=True, obeys_carry=True, anew=False, empties=True, entry=None, entries="every",
    stop=True, cut_off=True, epochs=None, goes_on=False, swapped=False, clip_norm=1.0, left_over=False, forgets=False,
    late_append=False, empties_at_epoch=False, validates_on="val_batches", score=0, counted=0,
):  # fmt: skip
    """Make a training loop; each argument brings in one mistake."""

    def train(model, batches, val_batches, learning_rate, total_steps, evaluate_every, carry=True, patience=1000):
        model.train()
        make = lambda: torch.optim.Adam(model.parameters(), lr=learning_rate)
        optimizer, step, epoch, recent, state, stopped = make(), 0, 0, [], None, False
        train_losses, val_losses = [], []
        while step < total_steps if epochs is None else epoch < epochs:
            epoch += 1
            state = None if reset else state
            recent = [] if empties_at_epoch else recent
            optimizer = make() if anew else optimizer
            for inputs, targets in batches:
                factor = {
                    "step": lambda: course_schedule(step + 1, total_steps),
                    "late": lambda: course_schedule(step, total_steps),
                    "constant": lambda: 1.0,
                    "epoch": lambda: course_schedule(epoch, -(-total_steps // len(batches))),
                    "anew": lambda: course_schedule(step % len(batches) + 1, total_steps),
                    "after": lambda: course_schedule(step, total_steps) if step else 1.0,
                    "compound": lambda: course_schedule(step + 1, total_steps),
                }[rate]()
                step += 1
                for group in optimizer.param_groups:
                    group["lr"] = factor * (group["lr"] if rate == "compound" else learning_rate)
                keeps = (carry or not obeys_carry) and carries
                loss, state = course_step(model, inputs, targets, state if keeps else None, optimizer, clip_norm)
                recent = recent if late_append else [*recent, loss]
                due = (step - counted) % evaluate_every == 0 or (left_over and step == total_steps)
                if entries == "each" or (entries == "every" and due):
                    state = None if forgets else state
                    if not stopped:
                        own = sum(recent) / len(recent)
                        train_losses.append(own if entry is None else entry(recent))
                        val_losses.append(
                            course_evaluate(model, batches if validates_on == "batches" else val_batches)[score]
                        )
                        recent = [] if empties else recent
                    if stop and course_stop(val_losses, patience):
                        stopped = True
                        if not goes_on:
                            return train_losses, val_losses
                recent = [*recent, loss] if late_append else recent
                if cut_off and epochs is None and step == total_steps:
                    break
        return (val_losses, train_losses) if swapped else (train_losses, val_losses)

    return train


def validates_first(model, batches, val_batches, *rest):
    course_evaluate(model, val_batches)
    return loop()(model, batches, val_batches, *rest)


def breaks_inside(model, batches, val_batches, *rest):
    """As if a `break` ended the inner loop alone."""
    return loop()(model, batches, val_batches, *rest[:4])


def returns_nothing_early(*arguments):
    result = loop()(*arguments)
    return None if len(arguments) > 7 else result


validates_first.__name__ = breaks_inside.__name__ = returns_nothing_early.__name__ = "train"

ANSWERS.is_wrong("the training goes on although the validation loss")(breaks_inside)
ANSWERS.is_wrong("also where it stops early")(returns_nothing_early)
ANSWERS.is_wrong("hand `train_step` no limit of your own")(loop(clip_norm=0.1))

ANSWERS.is_wrong("the learning rate stays the same")(loop(rate="constant"))
ANSWERS.is_wrong("the schedule moves once an epoch")(loop(rate="epoch"))
ANSWERS.is_wrong("the schedule starts anew in each epoch")(loop(rate="anew"))
ANSWERS.is_wrong("the schedule is one step late")(loop(rate="late"))
ANSWERS.is_wrong("the factors multiply up")(loop(rate="compound"))
ANSWERS.is_wrong("the state runs on from the end of the streams into their beginning")(loop(reset=False))
ANSWERS.is_wrong("with carry=True, hand the state on")(loop(carries=False))
ANSWERS.is_wrong("with carry=False the state is handed on all the same")(loop(obeys_carry=False))
ANSWERS.is_wrong("each epoch makes a new optimizer")(loop(anew=True))
ANSWERS.is_wrong("the training losses are means since the beginning")(loop(empties=False))
ANSWERS.is_wrong("each entry is the loss of the last step only")(loop(entry=lambda recent: recent[-1]))
ANSWERS.is_wrong("your list is emptied at each epoch")(loop(empties_at_epoch=True))
ANSWERS.is_wrong("each entry is made before the loss of its own step is in your list")(loop(late_append=True))
ANSWERS.is_wrong("the step left over at the end makes an entry")(loop(left_over=True))
ANSWERS.is_wrong("count the step before you ask whether it is time")(loop(counted=1))
ANSWERS.is_wrong("count the step before you ask whether it is time")(validates_first)
ANSWERS.is_wrong("the learning rate is set after the step")(loop(rate="after"))
ANSWERS.is_wrong("the state starts anew after each validation")(loop(forgets=True))
ANSWERS.is_wrong("the gradient is not clipped")(loop(clip_norm=1e9))
ANSWERS.is_wrong("you validate on the training batches")(loop(validates_on="batches"))
ANSWERS.is_wrong("that is the accuracy: `evaluate` returns the loss first")(loop(score=1))
ANSWERS.is_wrong("the training losses are sums")(loop(entry=sum))
ANSWERS.is_wrong("the wrong way round: the training losses come first")(loop(swapped=True))
ANSWERS.is_wrong("that validates after each step")(loop(entries="each"))
ANSWERS.is_wrong("the validation loss is never measured")(loop(entries="never"))
ANSWERS.is_wrong("the training goes on although the validation loss")(loop(stop=False))
ANSWERS.is_wrong("goes on training after `should_stop` has said stop")(loop(goes_on=True))
ANSWERS.is_wrong("stop within the epoch when total_steps is reached")(loop(cut_off=False))
ANSWERS.is_wrong("you stop after one epoch of 3 steps")(loop(epochs=1))
ANSWERS.is_wrong("total_steps counts batches")(loop(epochs=41))


@ANSWERS.is_right
def train(model, batches, val_batches, learning_rate, total_steps, evaluate_every, carry=True, patience=1000):
    model.train()
    optimizer = torch.optim.Adam(model.parameters(), lr=learning_rate)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda done: course_schedule(done + 1, total_steps))
    train_losses, val_losses, recent, state = [], [], [], None
    endless = itertools.chain.from_iterable(enumerate(batches) for _ in itertools.count())
    for step, (place, (inputs, targets)) in enumerate(itertools.islice(endless, total_steps), 1):
        if place == 0 or not carry:
            state = None
        loss, state = course_step(model, inputs, targets, state, optimizer)
        if step < total_steps:
            schedule.step()
        recent.append(loss)
        if step % evaluate_every == 0:
            train_losses.append(sum(recent[-evaluate_every:]) / evaluate_every)
            val_losses.append(course_evaluate(model, val_batches)[0])
            if course_stop(val_losses, patience):
                break
    return train_losses, val_losses


ANSWERS.is_right(loop())
