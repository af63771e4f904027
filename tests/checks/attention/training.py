"""Answers to the exercises of lesson 05 that train and measure."""

import math
import random

import torch
import torch.nn.functional as F
from torch import nn

from helpers.answers.attention import get_batch as course_batch
from tests.checks.answers import Answers

ANSWERS = Answers()

# ------------------------------------------------------------------------------------------------ get_batch


def draw(size, rows, generator):
    return torch.randint(size, (rows,), generator=generator)


def along(starts, length):
    return starts[:, None] + torch.arange(length)


def batch(*, starts=None, inputs=None, targets=None, result=None, size=0, times=along):
    """Make `get_batch`; each argument brings in one mistake. `size` is how many starts there are too many."""

    def get_batch(tokens, block_size, batch_size, generator):
        count = len(tokens) - block_size + size
        first = draw(count, batch_size, generator) if starts is None else starts(count, batch_size, generator)
        places = times(first, block_size)
        xs = tokens[places] if inputs is None else inputs(tokens, places)
        ys = tokens[places + 1] if targets is None else targets(tokens, places)
        return (xs, ys) if result is None else result(xs, ys)

    return get_batch


def stacked(first_start=0, size=0):
    """Make `get_batch` with slices."""

    def get_batch(tokens, block_size, batch_size, generator):
        starts = draw(len(tokens) - block_size + size - first_start, batch_size, generator) + first_start
        xs = torch.stack([tokens[start : start + block_size] for start in starts])
        ys = torch.stack([tokens[start + 1 : start + 1 + block_size] for start in starts])
        return xs, ys

    return get_batch


def elsewhere(tokens, block_size, batch_size, generator):
    xs, _ = course_batch(tokens, block_size, batch_size, generator)
    _, ys = course_batch(tokens, block_size, batch_size, generator)
    return xs, ys


def exchanged(tokens, block_size, batch_size, generator):
    return course_batch(tokens, batch_size, block_size, generator)


def wraps(tokens, block_size, batch_size, generator):
    places = along(draw(len(tokens), batch_size, generator), block_size)
    return tokens[places % len(tokens)], tokens[(places + 1) % len(tokens)]


def wraps_targets(tokens, block_size, batch_size, generator):
    places = along(draw(len(tokens) - block_size + 1, batch_size, generator), block_size)
    return tokens[places], tokens.roll(-1)[places]


def at_multiples(tokens, block_size, batch_size, generator):
    starts = draw((len(tokens) - 1) // block_size, batch_size, generator) * block_size
    return tokens[along(starts, block_size)], tokens[along(starts, block_size) + 1]


def wants_more(tokens, block_size, batch_size, generator):
    if len(tokens) < block_size + 2:
        raise ValueError("the text is too short")
    return course_batch(tokens, block_size, batch_size, generator)


def takes_anything(tokens, block_size, batch_size, generator):
    starts = draw(max(1, len(tokens) - block_size), batch_size, generator)
    xs = torch.stack([tokens[start : start + block_size] for start in starts])
    return xs, torch.stack([tokens[start + 1 : start + 1 + block_size] for start in starts])


def seeds_globally(count, rows, generator):
    torch.manual_seed(draw(2**30, 1, generator).item())
    return torch.randint(count, (rows,))


def one_more(tokens, block_size, batch_size, generator):
    piece, _ = course_batch(tokens[:-1], block_size + 1, batch_size, generator)
    return piece, piece


def plain_lists(tokens, block_size, batch_size, generator):
    xs, ys = course_batch(tokens, block_size, batch_size, generator)
    return list(xs), list(ys)


for function in (
    elsewhere, exchanged, wraps, wraps_targets, at_multiples, wants_more, takes_anything, one_more, plain_lists
):  # fmt: skip
    function.__name__ = "get_batch"

ANSWERS.is_wrong("your targets are the inputs: shift them by one")(batch(targets=lambda t, p: t[p]))
ANSWERS.is_wrong("your targets are shifted by two")(batch(size=-1, targets=lambda t, p: t[p + 2]))
ANSWERS.is_wrong("your targets are shifted the wrong way")(batch(targets=lambda t, p: t[p - 1]))
ANSWERS.is_wrong("your targets are shifted the wrong way")(batch(result=lambda xs, ys: (ys, xs), size=-1))
ANSWERS.is_wrong("that row's own first character")(batch(targets=lambda t, p: t[p].roll(-1, 1)))
ANSWERS.is_wrong("the last target of each row is 0")(batch(targets=lambda t, p: F.pad(t[p][:, 1:], (0, 1))))
ANSWERS.is_wrong("takes the shape of what it draws as a tuple")(
    batch(starts=lambda count, rows, g: torch.randint(count, rows, generator=g))
)
ANSWERS.is_wrong("stand the starts up as a column")(batch(times=lambda starts, length: starts + torch.arange(length)))
ANSWERS.is_wrong("a slice takes one number at each end")(
    batch(inputs=lambda t, p: t[p[:, 0] : p[:, 0] + 5], targets=lambda t, p: t[p[:, 0] + 1 : p[:, 0] + 6])
)
ANSWERS.is_wrong("without a place to draw from")(
    batch(starts=lambda count, rows, g: torch.randint(-count, (rows,), generator=g))
)
ANSWERS.is_wrong("1 is added to the tokens")(batch(targets=lambda t, p: t[p] + 1))
ANSWERS.is_wrong("the number of rows is subtracted")(
    batch(starts=lambda count, rows, g: torch.randint(count + 5 - rows, (rows,), generator=g))
)
ANSWERS.is_wrong("there is one target a row")(batch(targets=lambda t, p: t[p[:, -1] + 1]))
ANSWERS.is_wrong("the targets are places in the text")(batch(targets=lambda t, p: p + 1))
ANSWERS.is_wrong("inputs and targets come from different places")(elsewhere)
ANSWERS.is_wrong("those are places in the text")(batch(inputs=lambda t, p: p))
ANSWERS.is_wrong("a piece runs past the end of the text (")(batch(size=1))
ANSWERS.is_wrong("a piece runs past the end of the text (")(
    batch(starts=lambda count, rows, generator: torch.randint(count + 5, (rows,), generator=generator))
)
ANSWERS.is_wrong("a piece runs past the end of the text, and comes out shorter")(stacked(size=1))
ANSWERS.is_wrong("where the text ends")(wraps)
ANSWERS.is_wrong("a piece ends with the last token of the text")(wraps_targets)
ANSWERS.is_wrong("the text's last piece is never drawn")(batch(size=-1))
ANSWERS.is_wrong("the text's first piece is never drawn")(stacked(first_start=1))
ANSWERS.is_wrong("pieces begin only at multiples of block_size")(at_multiples)
ANSWERS.is_wrong("some pieces come more often than others")(
    batch(starts=lambda count, rows, g: torch.minimum(draw(count, rows, g), draw(count, rows, g)))
)
ANSWERS.is_wrong("no place is drawn twice in a batch")(
    batch(starts=lambda count, rows, generator: torch.randperm(count, generator=generator)[:rows])
)
ANSWERS.is_wrong("all rows of a batch are the same piece")(
    batch(starts=lambda count, rows, generator: draw(count, 1, generator).expand(rows))
)
ANSWERS.is_wrong("each row goes on where the row before ended")(
    batch(starts=lambda count, rows, g: 5 * torch.arange(rows))
)
ANSWERS.is_wrong("each row begins 1 further than the row before")(
    batch(starts=lambda count, rows, g: draw(count - rows, 1, g) + torch.arange(rows))
)
ANSWERS.is_wrong("the same seed gives other pieces")(batch(starts=lambda count, rows, g: torch.randint(count, (rows,))))
ANSWERS.is_wrong("the same seed gives other pieces")(
    batch(starts=lambda count, rows, g: torch.tensor([random.randrange(count) for _ in range(rows)]))
)
ANSWERS.is_wrong("every call gives the same pieces")(
    batch(starts=lambda count, rows, generator: draw(count, rows, generator.manual_seed(0)))
)
ANSWERS.is_wrong("draws from torch's global random state, too")(batch(starts=seeds_globally))
ANSWERS.is_wrong("batch and time are exchanged in the inputs")(exchanged)
ANSWERS.is_wrong("batch and time are exchanged in the inputs")(batch(result=lambda xs, ys: (xs.T, ys.T)))
ANSWERS.is_wrong("the rows of the inputs are block_size + 1 long")(one_more)
ANSWERS.is_wrong("the inputs are a list")(plain_lists)
ANSWERS.is_wrong("you return, inputs and targets, should be a tuple or a list, and is a tensor")(
    batch(result=lambda xs, ys: torch.stack([xs, ys]))
)
ANSWERS.is_wrong("the dtype of the inputs should be int64, and is float32")(
    batch(result=lambda xs, ys: (xs.float(), ys.float()))
)
ANSWERS.is_wrong("each row repeats one token")(batch(times=lambda starts, length: starts[:, None].expand(-1, length)))
ANSWERS.is_wrong("from their end to their beginning")(batch(times=lambda starts, length: along(starts, length).flip(1)))
ANSWERS.is_wrong("the tokens of a row do not follow each other")(
    batch(starts=lambda count, rows, g: torch.randint(count, (rows, 5), generator=g), times=lambda starts, _: starts)
)
ANSWERS.is_wrong("holds exactly one piece, and yours raises ValueError: the text is too short")(wants_more)
ANSWERS.is_wrong("a text of 5 tokens has no piece of 5 with its targets")(takes_anything)

ANSWERS.is_right(stacked())


@ANSWERS.is_right
def get_batch(tokens, block_size, batch_size, generator):
    pieces = tokens.unfold(0, block_size + 1, 1)  # (places, block_size + 1)
    chosen = pieces[torch.randint(len(pieces), (batch_size,), generator=generator)]
    return chosen[:, :-1], chosen[:, 1:]


@ANSWERS.is_right
def get_batch(tokens, block_size, batch_size, generator):
    xs, ys = [], []
    for _ in range(batch_size):
        start = torch.randint(0, len(tokens) - block_size, (1,), generator=generator).item()
        xs.append(tokens[start : start + block_size])
        ys.append(tokens[start + 1 : start + block_size + 1])
    return torch.stack(xs), torch.stack(ys)


@ANSWERS.is_right
def get_batch(tokens, block_size, batch_size, generator):
    count = len(tokens) - block_size
    assert count > 0, "the block is longer than the text"
    starts = (torch.rand(batch_size, generator=generator) * count).long()
    offsets = torch.arange(block_size + 1).expand(batch_size, -1)
    piece = tokens.expand(batch_size, -1).gather(1, starts.unsqueeze(1) + offsets)
    return [piece[:, :block_size], piece[:, 1:]]


@ANSWERS.is_right
def get_batch(tokens, block_size, batch_size, generator):
    chances = torch.ones(len(tokens) - block_size)
    starts = torch.multinomial(chances, batch_size, replacement=True, generator=generator)
    xs = torch.stack([starts + step for step in range(block_size)], dim=1)
    return tokens[xs], tokens.index_select(0, (xs + 1).flatten()).view_as(xs)


# -------------------------------------------------------------------------------------------- estimate_loss


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


# ------------------------------------------------------------------------------------------- make_optimizer


def optimize(
    *, is_matrix=lambda name, parameter: parameter.dim() >= 2, is_vector=None, of_matrices="decay", of_vectors=0.0,
    rate="rate", make=torch.optim.AdamW, keep=lambda parameters: parameters, result=None, rates=(),
):  # fmt: skip
    """Make `make_optimizer`; each argument brings in one mistake. A decay of None leaves AdamW its own."""

    def make_optimizer(model, learning_rate, weight_decay):
        given = {"decay": weight_decay, "rate": learning_rate}
        named = list(model.named_parameters())
        second = is_vector or (lambda name, parameter: not is_matrix(name, parameter))
        groups = []
        for chosen, decay in ((is_matrix, of_matrices), (second, of_vectors)):
            group = {"params": keep([parameter for name, parameter in named if chosen(name, parameter)])}
            if decay is not None:
                group["weight_decay"] = given.get(decay, decay)
            groups.append(group)
        for group, one in zip(groups, rates, strict=False):
            group["lr"] = given.get(one, one)
        if result is not None:
            return result(groups)
        return make(groups) if rate is None else make(groups, lr=given.get(rate, rate))

    return make_optimizer


def exhausts(model, learning_rate, weight_decay):
    parameters = model.parameters()
    matrices = [parameter for parameter in parameters if parameter.dim() >= 2]
    vectors = [parameter for parameter in parameters if parameter.dim() < 2]
    groups = [{"params": matrices, "weight_decay": weight_decay}, {"params": vectors, "weight_decay": 0.0}]
    return torch.optim.AdamW(groups, lr=learning_rate)


def all_alike(model, learning_rate, weight_decay):
    return torch.optim.AdamW(model.parameters(), lr=learning_rate, weight_decay=weight_decay)


def none_of_it(model, learning_rate, weight_decay):
    return torch.optim.AdamW(model.parameters(), lr=learning_rate)


def by_module(model, learning_rate, weight_decay):
    decayed = [m.weight for m in model.modules() if isinstance(m, nn.Linear | nn.Conv1d)]
    decayed += [p for name, p in model.lstm.named_parameters() if "weight" in name]
    ids = {id(parameter) for parameter in decayed}
    others = [parameter for parameter in model.parameters() if id(parameter) not in ids]
    groups = [{"params": decayed, "weight_decay": weight_decay}, {"params": others, "weight_decay": 0.0}]
    return torch.optim.AdamW(groups, lr=learning_rate)


def shrinks(model, learning_rate, weight_decay):
    optimizer = optimize()(model, learning_rate, weight_decay)
    for parameter in model.parameters():
        parameter.grad = torch.zeros_like(parameter)
    optimizer.step()
    return optimizer


def named_pairs(model, learning_rate, weight_decay):
    matrices = [[name, parameter] for name, parameter in model.named_parameters() if parameter.dim() >= 2]
    return torch.optim.AdamW([{"params": matrices, "weight_decay": weight_decay}], lr=learning_rate)


def asks_membership(model, learning_rate, weight_decay):
    matrices = [parameter for parameter in model.parameters() if parameter.dim() >= 2]
    vectors = [parameter for parameter in model.parameters() if parameter not in matrices]
    groups = [{"params": matrices, "weight_decay": weight_decay}, {"params": vectors, "weight_decay": 0.0}]
    return torch.optim.AdamW(groups, lr=learning_rate)


def hands_the_model(model, learning_rate, weight_decay):
    return torch.optim.AdamW(model, lr=learning_rate, weight_decay=weight_decay)


def goes_through_the_model(model, learning_rate, weight_decay):
    return torch.optim.AdamW([parameter for parameter in model if parameter.dim() >= 2], lr=learning_rate)


def pairs_of_names(model, learning_rate, weight_decay):
    return torch.optim.AdamW([parameter for parameter in model.named_parameters() if parameter.dim() >= 2])


def misspelt_key(model, learning_rate, weight_decay):
    matrices = [parameter for parameter in model.parameters() if parameter.dim() >= 2]
    vectors = [parameter for parameter in model.parameters() if parameter.dim() < 2]
    groups = [{"params": matrices, "decay": weight_decay}, {"params": vectors, "weight_decay": 0.0}]
    return torch.optim.AdamW(groups, lr=learning_rate)


def two_dictionaries(model, learning_rate, weight_decay):
    matrices = [parameter for parameter in model.parameters() if parameter.dim() >= 2]
    vectors = [parameter for parameter in model.parameters() if parameter.dim() < 2]
    return torch.optim.AdamW({"params": matrices}, {"params": vectors}, lr=learning_rate)


def other_key(model, learning_rate, weight_decay):
    return torch.optim.AdamW([{"parameters": list(model.parameters())}], lr=learning_rate)


def by_rate(model, learning_rate, weight_decay):
    return optimize()(model, learning_rate, weight_decay * learning_rate)


def all_by_rate(model, learning_rate, weight_decay):
    return all_alike(model, learning_rate, weight_decay * learning_rate)


for function in (
    asks_membership,
    hands_the_model,
    goes_through_the_model,
    two_dictionaries,
    pairs_of_names,
    misspelt_key,
    other_key,
    by_rate,
    all_by_rate,
    exhausts,
    all_alike,
    none_of_it,
    by_module,
    shrinks,
    named_pairs,
):
    function.__name__ = "make_optimizer"
ANSWERS.is_wrong("whatever is asked for: hand the argument `weight_decay` on")(optimize(of_matrices=0.1))


def by_end(*ends):
    return lambda name, parameter: name.endswith(ends)


def empty(name, parameter):
    return False


ANSWERS.is_wrong("everything is decayed, biases, too")(all_alike)
ANSWERS.is_wrong("everything is decayed, biases, too")(optimize(of_vectors="decay"))
ANSWERS.is_wrong("nothing is decayed")(optimize(of_matrices=0.0))
ANSWERS.is_wrong("the groups are exchanged")(optimize(of_matrices=0.0, of_vectors="decay"))
ANSWERS.is_wrong("the groups are exchanged")(optimize(is_matrix=lambda name, parameter: parameter.dim() < 2))
ANSWERS.is_wrong("everything is decayed by 0.01")(none_of_it)
ANSWERS.is_wrong("vectors are decayed by 0.01")(optimize(of_vectors=None))
ANSWERS.is_wrong("the matrices are decayed by 0.01")(optimize(of_matrices=None))
ANSWERS.is_wrong("the matrices have no decay and the vectors AdamW's own 0.01")(
    optimize(of_matrices=0.0, of_vectors=None)
)
ANSWERS.is_wrong(": the decay is multiplied by the learning rate, which AdamW does itself")(by_rate)
ANSWERS.is_wrong("everything is decayed, biases, too, and the decay is multiplied by the learning rate")(all_by_rate)
ANSWERS.is_wrong("`in` compares tensors by their numbers")(asks_membership)
ANSWERS.is_wrong("what you return should be an AdamW, and is a list_iterator")(optimize(result=iter))
ANSWERS.is_wrong("the matrices' weight_decay is the learning rate")(optimize(of_matrices="rate", rate="decay"))
ANSWERS.is_wrong("the learning rate is the weight decay")(optimize(rate="decay"))
ANSWERS.is_wrong("the learning rate is 0.001, AdamW's own")(optimize(rate=None))
ANSWERS.is_wrong("the learning rate should be 0.007, and is 0.0003")(optimize(rate=3e-4))
ANSWERS.is_wrong("only one group has the learning rate")(optimize(rate=None, rates=["rate"]))
ANSWERS.is_wrong("that is Adam, where decay goes through the running means")(optimize(make=torch.optim.Adam))
ANSWERS.is_wrong("what you return should be AdamW, and is an SGD")(optimize(make=torch.optim.SGD))
ANSWERS.is_wrong("those are the groups: hand them to torch.optim.AdamW")(optimize(result=lambda groups: groups))
ANSWERS.is_wrong("some parameters stand in both groups")(optimize(is_vector=lambda name, parameter: True))
ANSWERS.is_wrong("`scale` stands in its group twice")(optimize(keep=lambda parameters: parameters * 2))
ANSWERS.is_wrong("AdamW is given no parameters")(optimize(result=lambda groups: torch.optim.AdamW([])))
ANSWERS.is_wrong("AdamW did not take the parameters")(named_pairs)
ANSWERS.is_wrong("a model cannot be gone through")(hands_the_model)
ANSWERS.is_wrong("a model cannot be gone through")(goes_through_the_model)
ANSWERS.is_wrong("`named_parameters()` gives pairs")(pairs_of_names)
ANSWERS.is_wrong('a group has the key "decay"')(misspelt_key)
ANSWERS.is_wrong("AdamW takes both groups in one list")(two_dictionaries)
ANSWERS.is_wrong('a group has no "params"')(other_key)
ANSWERS.is_wrong("the optimizer holds the matrices only")(exhausts)
ANSWERS.is_wrong("the optimizer holds the matrices only")(optimize(is_vector=empty))
ANSWERS.is_wrong("the optimizer holds the vectors only")(
    optimize(is_matrix=empty, is_vector=lambda name, parameter: parameter.dim() < 2)
)
ANSWERS.is_wrong("`scale` of the check's model (no dimension) would never learn")(
    optimize(is_vector=lambda name, p: p.dim() == 1)
)
ANSWERS.is_wrong("`mix.weight` of the check's model (three dimensions) would never learn")(
    optimize(is_matrix=lambda name, p: p.dim() == 2, is_vector=lambda name, p: p.dim() < 2)
)
ANSWERS.is_wrong("`scale` of the check's model (no dimension) and 3 more would never learn")(
    optimize(is_matrix=lambda name, p: p.dim() >= 2, is_vector=by_end("bias"))
)
ANSWERS.is_wrong("the optimizer holds tensors that are no parameters of the model")(
    optimize(keep=lambda parameters: [parameter.detach().clone() for parameter in parameters])
)
ANSWERS.is_wrong("`mix.weight` of the check's model (three dimensions) has weight_decay 0 where 0.3 belongs")(
    optimize(is_matrix=lambda name, parameter: parameter.dim() == 2)
)
ANSWERS.is_wrong("`embedding.weight` of the check's model (two dimensions) has weight_decay 0 where 0.3 belongs")(
    optimize(is_matrix=lambda name, parameter: parameter.dim() > 2)
)
ANSWERS.is_wrong("the embedding is not decayed")(by_module)
ANSWERS.is_wrong("the embedding is not decayed")(
    optimize(is_matrix=lambda name, parameter: parameter.dim() >= 2 and "embedding" not in name)
)
ANSWERS.is_wrong("the weights of the LSTM are not decayed")(
    optimize(is_matrix=lambda name, parameter: name.endswith("weight") and parameter.dim() > 1)
)
ANSWERS.is_wrong("the biases of the LSTM are decayed")(
    optimize(is_matrix=lambda name, parameter: not name.endswith(("bias", "norm.weight", "scale")))
)
ANSWERS.is_wrong("the weight of a LayerNorm is decayed")(optimize(is_matrix=lambda name, parameter: "weight" in name))
ANSWERS.is_wrong("`scale` of the check's model (no dimension) has weight_decay 0.3 where 0 belongs")(
    optimize(is_matrix=lambda name, parameter: "bias" not in name)
)
ANSWERS.is_wrong("the weights of the model changed")(shrinks)


@ANSWERS.is_right
def make_optimizer(model, learning_rate, weight_decay):
    decay, no_decay = [], []
    for parameter in model.parameters():
        (no_decay if parameter.ndim < 2 else decay).append(parameter)
    optimizer = torch.optim.AdamW(decay, lr=learning_rate, weight_decay=weight_decay, betas=(0.9, 0.95))
    optimizer.add_param_group({"params": no_decay, "weight_decay": 0})
    return optimizer


@ANSWERS.is_right
def make_optimizer(model, learning_rate, weight_decay):
    groups = [
        {"params": (one for one in model.parameters() if len(one.shape) < 2), "lr": learning_rate},
        {"params": {one: 0 for one in model.parameters() if len(one.shape) > 1}.keys(), "weight_decay": weight_decay},
    ]
    return torch.optim.AdamW(groups, learning_rate, weight_decay=0.0)


@ANSWERS.is_right
def make_optimizer(model, learning_rate, weight_decay):  # a group for each parameter
    groups = [
        {"params": [parameter], "weight_decay": weight_decay * (parameter.dim() > 1)}
        for _, parameter in model.named_parameters()
    ]
    return torch.optim.AdamW(params=groups, lr=learning_rate, foreach=False)


@ANSWERS.is_right
def make_optimizer(model, learning_rate, weight_decay):
    optimizer = torch.optim.AdamW(list(model.parameters()), lr=learning_rate, weight_decay=0.0)
    (group,) = optimizer.param_groups
    vectors = [parameter for parameter in group["params"] if parameter.dim() < 2]
    matrices = [parameter for parameter in group["params"] if parameter.dim() >= 2]
    optimizer.param_groups = [group | {"params": matrices, "weight_decay": weight_decay}, group | {"params": vectors}]
    return optimizer
