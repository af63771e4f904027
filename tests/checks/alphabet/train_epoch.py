"""What learners hand in for `train_epoch` of lesson 01."""

import torch
import torch.nn.functional as F

from helpers.answers.alphabet import sequence_loss as course_loss
from tests.checks.answers import Answers

ANSWERS = Answers()


def epoch(
    model, loader, optimizer, zero=True, step=True, backward=True, order="zero backward step", carry="detach",
    mean=None, accuracy=None, mode=True, share=None,
):  # fmt: skip
    """Train for an epoch with one thing done differently."""
    if mode:
        model.train()
    losses, shares, hidden = [], [], None
    for inputs, targets in loader:
        if hidden is None or carry == "fresh":
            hidden = model.init_state(len(inputs))
        elif carry == "detach":
            hidden = hidden.detach()
        logits, hidden = model(inputs, hidden)
        loss = course_loss(logits, targets)
        for what in order.split():
            if what == "zero" and zero:
                optimizer.zero_grad()
            if what == "backward" and backward:
                loss.backward()
            if what == "step" and step:
                optimizer.step()
        losses.append(loss.item())
        hits = share(logits, targets) if share else logits.argmax(-1) == targets
        shares.append(hits.float().mean().item())
    result = mean(losses) if mean else sum(losses) / len(losses)
    return result, accuracy(shares) if accuracy else sum(shares) / len(shares)


def train(**changed):
    def train_epoch(model, loader, optimizer):
        return epoch(model, loader, optimizer, **changed)

    return train_epoch


ANSWERS.is_wrong("the gradients of all batches add up")(train(zero=False))
ANSWERS.is_wrong("the weights did not change")(train(step=False))
ANSWERS.is_wrong("first backward, then step")(train(order="step zero backward"))
ANSWERS.is_wrong("the weights did not change")(train(order="backward zero step"))
ANSWERS.is_wrong("the graph of one batch hangs on to the next")(train(carry="attached"))
ANSWERS.is_wrong("each batch starts from a fresh state")(train(carry="fresh"))
ANSWERS.is_wrong("that is the last batch's loss")(train(mean=lambda losses: losses[-1]))
ANSWERS.is_wrong("that is the sum of the losses")(train(mean=sum))
ANSWERS.is_wrong("the accuracy is in percent")(train(accuracy=lambda shares: 100 * sum(shares) / len(shares)))
ANSWERS.is_wrong("that is the number of hits:")(train(accuracy=lambda shares: 15 * sum(shares)))
ANSWERS.is_wrong("the last batch's accuracy")(train(accuracy=lambda shares: shares[-1]))
ANSWERS.is_wrong("keep `model.train()`")(train(mode=False))


@ANSWERS.is_wrong("`retain_graph` does not help")
def train_epoch(model, loader, optimizer):
    model.train()
    hidden = None
    for inputs, targets in loader:
        hidden = model.init_state(len(inputs)) if hidden is None else hidden
        logits, hidden = model(inputs, hidden)
        loss = course_loss(logits, targets)
        optimizer.zero_grad()
        loss.backward(retain_graph=True)
        optimizer.step()
    return loss.item(), 0.0


@ANSWERS.is_wrong("you use `loader.batch_size`")
def train_epoch(model, loader, optimizer):
    model.init_state(loader.batch_size)
    return epoch(model, loader, optimizer)


@ANSWERS.is_wrong("the loss is a tensor: make it a plain number")
def train_epoch(model, loader, optimizer):
    model.train()
    total, hits, hidden, count = 0, 0, None, 0
    for inputs, targets in loader:
        hidden = model.init_state(len(inputs)) if hidden is None else hidden.detach()
        logits, hidden = model(inputs, hidden)
        loss = course_loss(logits, targets)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        total, count = total + loss, count + 1
        hits += (logits.argmax(-1) == targets).float().mean()
    return total / count, hits / count


@ANSWERS.is_wrong("the model was called once for 4 batches: is the `return` inside the loop?")
def train_epoch(model, loader, optimizer):
    return epoch(model, list(loader)[:1], optimizer)


@ANSWERS.is_wrong("the model was called 5 times for 4 batches")
def train_epoch(model, loader, optimizer):
    model(next(iter(loader))[0])
    return epoch(model, loader, optimizer)


@ANSWERS.is_wrong("'DataLoader' object is not subscriptable")
def train_epoch(model, loader, optimizer):
    return epoch(model, [loader[i] for i in range(len(loader))], optimizer)


@ANSWERS.is_wrong("the loss is taken against the inputs")
def train_epoch(model, loader, optimizer):
    return epoch(model, [(inputs, inputs) for inputs, _ in loader], optimizer)


ANSWERS.is_wrong("`argmax()` gives one place for the whole batch")(
    train(share=lambda logits, targets: logits.argmax() == targets)
)
ANSWERS.is_wrong("the accuracy looks at the last position only")(
    train(share=lambda logits, targets: logits[:, -1].argmax(-1) == targets[:, -1])
)


@ANSWERS.is_wrong("is every batch used once")
def train_epoch(model, loader, optimizer):
    return epoch(model, [next(iter(loader))] * len(loader), optimizer)


@ANSWERS.is_wrong("return two numbers, mean loss and accuracy; you return 3 things")
def train_epoch(model, loader, optimizer):
    return (*epoch(model, loader, optimizer), None)


@ANSWERS.is_wrong("the wrong way round: the loss comes first")
def train_epoch(model, loader, optimizer):
    return epoch(model, loader, optimizer)[::-1]


@ANSWERS.is_right
def train_epoch(model, loader, optimizer):
    model.train()
    hidden, total_loss, hits, count = None, 0.0, 0, 0
    for x, y in loader:
        if hidden is None:
            hidden = model.init_state(x.shape[0])
        optimizer.zero_grad()
        logits, hidden = model(x, hidden)
        hidden = hidden.detach()
        loss = F.cross_entropy(logits.reshape(-1, logits.shape[-1]), y.reshape(-1))
        loss.backward()
        optimizer.step()
        total_loss += loss.item() * y.numel()
        hits += (logits.argmax(dim=2) == y).sum().item()
        count += y.numel()
    return total_loss / count, hits / count


@ANSWERS.is_right
def train_epoch(model, loader, optimizer):
    model.train()
    hidden, results = None, []
    for inputs, targets in loader:
        hidden = torch.zeros(len(inputs), model.hidden_size) if hidden is None else hidden.data
        logits, hidden = model(inputs, hidden)
        loss = course_loss(logits, targets)
        model.zero_grad()
        loss.backward()
        optimizer.step()
        results.append((loss.detach(), (logits.argmax(-1) == targets).float().mean()))
    losses, accuracies = zip(*results)
    return torch.stack(losses).mean().item(), float(torch.stack(accuracies).mean())
