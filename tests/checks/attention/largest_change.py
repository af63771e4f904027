"""What learners hand in for `largest_change` of lesson 05."""

import torch
from torch import nn

from tests.checks.answers import Answers
from tests.checks.attention.estimate_loss import loss_of, nothing, only_flat

ANSWERS = Answers()


def at_position(changed, position, token):
    changed[:, position] = token


def before_position(difference, position):
    return difference[:, :position].abs().max().item()


def change(
    *, put=at_position, copy=torch.clone, of=lambda logits: logits, result=before_position, prepare=nn.Module.eval,
    grad=False, switches_off=False,
):  # fmt: skip
    """Make `largest_change`; each argument brings in one mistake."""

    def largest_change(model, tokens, position, token):
        prepare(model)
        changed = copy(tokens)
        with torch.set_grad_enabled(grad):
            before = of(model(tokens))
            put(changed, position, token)
            after = of(model(changed))
        if switches_off:
            torch.set_grad_enabled(False)
        return result(before - after, position)

    return largest_change


def taken(function):
    return change(result=lambda difference, position: function(difference[:, :position]).item())


def put(*places):
    """Put the token at places that are made of the position."""

    def put(changed, position, token):
        for place in places:
            changed[place(position)] = token

    return change(put=put)


def of_losses(model, tokens, position, token, mean=lambda logits, targets: loss_of(logits[:, :-1], targets[:, 1:])):
    model.eval()
    changed = tokens.clone()
    changed[:, position] = token
    with torch.no_grad():
        return abs(mean(model(tokens), tokens) - mean(model(changed), tokens)).item()


def cuts_the_text(model, tokens, position, token):
    model.eval()
    changed = tokens.clone()
    changed[:, position] = token
    with torch.no_grad():
        return (model(tokens[:, :position]) - model(changed[:, :position])).abs().max().item()


def cuts_one_text(model, tokens, position, token):
    model.eval()
    changed = tokens.clone()
    changed[:, position] = token
    with torch.no_grad():
        return (model(tokens)[:, :position] - model(changed[:, :position])).abs().max().item()


def apart(compare, changes=(False, True)):
    """Make `largest_change` of a function of two texts' logits before the position; `changes` says which are changed."""

    def largest_change(model, tokens, position, token):
        model.eval()
        texts = [tokens.clone(), tokens.clone()]
        for text, is_changed in zip(texts, changes, strict=True):
            text[:, position] = token if is_changed else text[:, position]
        with torch.no_grad():
            before, after = (model(text)[:, :position] for text in texts)
        return compare(before, after).item()

    return largest_change


def inserts(model, tokens, position, token):
    model.eval()
    new = torch.full_like(tokens[:, :1], token)
    changed = torch.cat([tokens[:, :position], new, tokens[:, position:]], dim=1)
    with torch.no_grad():
        return (model(tokens)[:, :position] - model(changed)[:, :position]).abs().max().item() + 1


def by_likeliest(compare):
    """Make `largest_change` of a function of the likeliest tokens before the position."""

    def largest_change(model, tokens, position, token):
        model.eval()
        changed = tokens.clone()
        changed[:, position] = token
        with torch.no_grad():
            before, after = (model(text).argmax(-1)[:, :position] for text in (tokens, changed))
        return float(compare(before, after))

    return largest_change


def of_means(whole):
    def largest_change(model, tokens, position, token):
        model.eval()
        changed = tokens.clone()
        changed[:, position] = token
        with torch.no_grad():
            before, after = (model(text)[:, : None if whole else position].mean() for text in (tokens, changed))
        return (before - after).abs().item()

    return largest_change


def never_calls(model, tokens, position, token):
    return 0.0


def reads_twice(model, tokens, position, token):
    model.eval()
    with torch.no_grad():
        return before_position(model(tokens) - model(tokens), position)


def adds(changed, position, token):
    changed[:, position] += token


def first_text(model, tokens, position, token):
    model.eval()
    changed = tokens.clone()
    changed[:, position] = token
    with torch.no_grad():
        before, after = model(tokens)[0], model(changed)[0]
    return (before - after)[:, :position].abs().max().item()


def expects_state(model, tokens, position, token):
    model.eval()
    (before, _), (after, _) = model(tokens), model(tokens)
    return before_position(before - after, position)


for function in (first_text, cuts_the_text, cuts_one_text, of_losses, never_calls, reads_twice, expects_state):
    function.__name__ = "largest_change"

ANSWERS.is_wrong("the position itself is compared, too")(
    change(result=lambda difference, position: before_position(difference, position + 1))
)
ANSWERS.is_wrong("all positions are compared")(
    change(result=lambda difference, position: difference.abs().max().item())
)
ANSWERS.is_wrong("the positions from the changed one on are compared")(
    change(result=lambda difference, position: difference[:, position:].abs().max().item())
)
ANSWERS.is_wrong("the positions from the changed one on are compared")(
    change(result=lambda difference, position: difference[:, position + 1 :].abs().max().item())
)
ANSWERS.is_wrong("the first rows are compared, not the first positions")(
    change(result=lambda difference, position: difference[:position].abs().max().item())
)
ANSWERS.is_wrong("only the position right before is compared")(taken(lambda before: before[:, -1].abs().max()))
ANSWERS.is_wrong("only the first position is compared")(taken(lambda before: before[:, 0].abs().max()))
ANSWERS.is_wrong("the position right before is left out")(
    change(result=lambda difference, position: before_position(difference, max(position - 1, 1)))
)
ANSWERS.is_wrong("only the first row's token is replaced")(put(lambda position: (0, position)))
ANSWERS.is_wrong("only the first row's token is replaced")(taken(lambda before: before[0].abs().max()))
ANSWERS.is_wrong("the sign counts in yours")(taken(torch.max))
ANSWERS.is_wrong("the sign counts in yours")(taken(lambda before: (-before).max()))
ANSWERS.is_wrong("that is the smallest difference")(taken(torch.min))
ANSWERS.is_wrong("that is the smallest change")(taken(lambda before: before.abs().min()))
ANSWERS.is_wrong("that is the mean change")(taken(lambda before: before.abs().mean()))
ANSWERS.is_wrong("that is the mean difference, in which signs cancel")(taken(torch.mean))
ANSWERS.is_wrong("that is the mean difference, in which signs cancel")(of_means(whole=True))
ANSWERS.is_wrong("that is the mean difference, in which signs cancel")(of_means(whole=False))
ANSWERS.is_wrong("the model reads less than the whole text")(cuts_the_text)
ANSWERS.is_wrong("the model reads less than the whole text")(cuts_one_text)
ANSWERS.is_wrong("only the first logit of each position is compared")(taken(lambda before: before[..., 0].abs().max()))
ANSWERS.is_wrong("only the last logit of each position is compared")(taken(lambda before: before[..., -1].abs().max()))
ANSWERS.is_wrong("the likeliest tokens are compared")(by_likeliest(lambda left, right: (left - right).abs().max()))
ANSWERS.is_wrong("the likeliest tokens are compared")(by_likeliest(lambda left, right: (left != right).any()))
ANSWERS.is_wrong("the likeliest tokens are compared")(by_likeliest(lambda left, right: (left != right).sum()))
ANSWERS.is_wrong("the likeliest tokens are compared")(by_likeliest(lambda left, right: (left != right).float().mean()))
ANSWERS.is_wrong("the highest logits of each position are compared")(
    change(of=lambda logits: logits.amax(-1)[..., None])
)
ANSWERS.is_wrong("that is the sum of the changes")(taken(lambda before: before.abs().sum()))
ANSWERS.is_wrong("that is the root of the sum of squares")(taken(torch.norm))
ANSWERS.is_wrong("that is the largest square")(taken(lambda before: before.pow(2).max()))
ANSWERS.is_wrong(": probabilities are compared")(change(of=lambda logits: logits.softmax(-1)))
ANSWERS.is_wrong(": log-probabilities are compared")(change(of=lambda logits: logits.log_softmax(-1)))
ANSWERS.is_wrong("losses are compared, in which changes cancel")(of_losses)
ANSWERS.is_wrong("whole rows are replaced")(put(lambda position: position))
ANSWERS.is_wrong("the token before `position` is replaced")(put(lambda position: (slice(None), position - 1)))
ANSWERS.is_wrong("the token after `position` is replaced")(put(lambda position: (slice(None), (position + 1) % 8)))
ANSWERS.is_wrong("every token from `position` on is replaced")(
    put(lambda position: (slice(None), slice(position, None)))
)
ANSWERS.is_wrong("the tokens before `position` are replaced")(put(lambda position: (slice(None), slice(position))))
ANSWERS.is_wrong("whole rows are replaced")(put(lambda position: slice(None)))
ANSWERS.is_wrong("changes its argument `tokens`")(change(copy=lambda tokens: tokens))
ANSWERS.is_wrong("the model reads the same text twice")(reads_twice)
ANSWERS.is_wrong("the model reads the same text twice")(change(put=adds))
ANSWERS.is_wrong("`[0]` takes the first text alone")(first_text)
ANSWERS.is_wrong("is rounded: return it as it is")(
    change(result=lambda difference, position: round(before_position(difference, position), 1))
)
ANSWERS.is_wrong("`max` along a dimension gives two tensors")(
    change(result=lambda difference, position: difference[:, :position].abs().max(-1))
)
ANSWERS.is_wrong("the model was never called")(never_calls)
ANSWERS.add_wrong("largest_change", "and not beside it", inserts)
ANSWERS.is_wrong("the first logits are compared, at all positions")(
    change(result=lambda difference, position: difference[:, :, :position].abs().max().item())
)
ANSWERS.is_wrong("that is the place of the largest change")(taken(lambda before: before.abs().argmax()))
ANSWERS.is_wrong("the model reads the changed text alone")(apart(lambda b, a: (b - a).abs().max(), (True, True)))
for compare in (lambda b, a: (b.abs() - a.abs()).abs().max(), lambda b, a: (b.abs() - a.abs()).max()):
    ANSWERS.is_wrong("absolute values are subtracted from each other")(apart(compare))
for compare in (lambda b, a: (b.max() - a.max()).abs(), lambda b, a: b.abs().max() - a.abs().max()):
    ANSWERS.is_wrong("the highest logits of the two texts are compared")(apart(compare))
ANSWERS.is_wrong("the model returns the logits alone")(expects_state)
ANSWERS.is_wrong("the change that you return is a tensor: make it a plain number")(
    change(result=lambda difference, position: difference[:, :position].abs().max())
)
ANSWERS.is_wrong("should be a float or an int, and is a bool")(
    change(result=lambda difference, position: before_position(difference, position) > 0)
)
ANSWERS.is_wrong("the model was in training mode")(change(prepare=nothing))
ANSWERS.is_wrong("the layers inside the model were in training mode")(change(prepare=only_flat(False)))
ANSWERS.is_wrong("gradients were recorded")(change(grad=True))
ANSWERS.is_wrong("gradients are still switched off")(change(switches_off=True))


@ANSWERS.is_right
def largest_change(model, tokens, position, token):  # both texts in one batch, the mode put back
    was_training = model.training
    model.eval()
    here = torch.arange(tokens.shape[1]) == position
    both = torch.cat([tokens, torch.where(here, token, tokens)])
    with torch.inference_mode():
        before, after = model(both)[:, :position].chunk(2)
    model.train(was_training)
    return float(torch.max(torch.abs(after - before)))


@ANSWERS.is_right
@torch.no_grad()
def largest_change(model, tokens, position, token):  # a row at a time
    model.train(False)
    largest = 0.0
    for row in tokens:
        changed = row.tolist()
        changed[position] = token
        difference = model(row[None]) - model(torch.tensor([changed]))
        largest = max(largest, difference[0, :position].abs().max().item())
    return largest


@ANSWERS.is_right
def largest_change(model, tokens, position, token):
    model.eval()
    middle = torch.full_like(tokens[:, :1], token)
    changed = torch.cat([tokens[:, :position], middle, tokens[:, position + 1 :]], dim=1)
    with torch.no_grad():
        difference = model(changed).detach() - model(tokens).detach()
    return difference.abs().amax(dim=(0, 2))[:position].max().item()


@ANSWERS.is_right
@torch.no_grad()
def largest_change(model, tokens, position, token):
    model.eval()
    changed = tokens.index_fill(1, torch.tensor(position), token)
    pairs = zip(model(tokens)[:, :position].flatten().tolist(), model(changed)[:, :position].flatten().tolist())
    return max(abs(left - right) for left, right in pairs)
