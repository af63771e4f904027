"""The check of `forward`."""

import math

import torch

from helpers.checks.expectations import (
    Mistake,
    compare,
    compare_gradients,
    expect,
    expect_parts,
    expect_tensor,
    expect_type,
    same,
)
from helpers.checks.vanilla_rnn.gradient_lines import FOLLOWED
from helpers.checks.vanilla_rnn.reference import HIDDEN, VOCAB, losses, random_parameters, run


def forward(answer):
    """States, probabilities and the summed loss of a window, and a loss that autograd can look at."""
    parameters = tuple(parameter.requires_grad_() for parameter in random_parameters(dtype=torch.float64))
    hidden = torch.randn(HIDDEN, dtype=torch.float64).tanh()
    inputs, targets = torch.tensor([3, 1, 1, 5, 0]), torch.tensor([1, 1, 5, 0, 2])
    result = answer(inputs, targets, hidden, parameters)
    expect_parts(result, 3, "three tensors, the loss, all states and all probabilities")
    loss, states, probabilities = result
    for part, what in ((states, "the states"), (probabilities, "the probabilities")):
        expect(not isinstance(part, list), f"{what} are a list of tensors: join them to one tensor, with `torch.stack`")
        expect_type(part, torch.Tensor, what)
    right_states, logits = run(inputs, hidden, parameters)
    _compare_states(states, right_states, inputs, parameters)
    expect_tensor(probabilities, "the probabilities of 5 steps over 6 characters", shape=(5, VOCAB))
    right = logits.softmax(-1)
    compare(
        probabilities, right, "the probabilities",
        [
            (logits, "those are logits: the softmax turns them into probabilities"),
            (right.log(), "those are logarithms of probabilities: return the probabilities themselves"),
            (logits.softmax(0), "the softmax runs over time: it should run over the characters, the last dimension"),
        ],
    )  # fmt: skip
    _compare_loss(loss, right, logits, inputs, targets)
    compare_gradients(loss, losses(logits, targets).sum(), list(parameters), FOLLOWED.format("all parameters"))
    for part, what in ((states, "the states"), (probabilities, "the probabilities"), (loss, "the loss")):
        expect(
            part.dtype == torch.float64,
            f"with 64-bit parameters {what} should be float64: join the steps with `torch.stack`, "
            "and make no zeros of your own",
        )


def _compare_states(states: torch.Tensor, right: torch.Tensor, inputs: torch.Tensor, parameters) -> None:
    if states.shape == (5, HIDDEN) and same(states, right[1:], 1e-4):
        raise Mistake("the state you started from is missing in the states: it belongs at place 0")
    if states.shape == (5, HIDDEN) and same(states, right[:-1], 1e-4):
        raise Mistake("the last state is missing in the states: keep the state *after* each step, too")
    expect_tensor(states, "the states of 5 steps, the first state included,", shape=(6, HIDDEN))
    alone = torch.stack([right[0], *(run(token[None], right[0], parameters)[0][1] for token in inputs)])
    fresh, _ = run(inputs, torch.zeros_like(right[0]), parameters)
    compare(
        states, right, "the states",
        [
            (alone, "every step starts from the first state: give `hidden` the new value in each step"),
            (fresh, "you start from zeros: start from the state that is handed in"),
            (torch.cat([right[:1] * 0, right[1:]]), "place 0 of the states holds zeros: it should hold the state that is handed in"),
            (torch.cat([right[1:], right[:1]]), "the state you started from stands at the end: it belongs at place 0"),
            (right.flip(0), "the states are in the reverse order"),
        ],
    )  # fmt: skip


def _compare_loss(loss, probabilities, logits, inputs, targets) -> None:
    if isinstance(loss, float):
        raise Mistake("the loss is a plain number: keep it a tensor, without .item(), so that autograd can look at it")
    expect_type(loss, torch.Tensor, "the loss")
    steps = losses(logits, targets)
    if loss.shape == (5,):
        raise Mistake("the loss has a number for each step: add them up")
    right = steps.sum()
    compare(
        loss.reshape(()) if loss.numel() == 1 else loss, right, "the loss",
        [
            (right / 5, "that is the mean over the steps: here the loss is their sum"),
            (losses(logits, inputs).sum(), "the loss is taken against the inputs: hold the probabilities against the targets"),
            (-right, "the sign is wrong: the loss is the *negative* logarithm"),
            (right / math.log(2), "that is in bits: the course counts in nats, with the natural logarithm"),
            (right / math.log(10), "that is the logarithm to base 10: the course counts in nats, with torch.log"),
            (steps[-1], "that is the loss of the last step only: add up all steps"),
            (steps[0], "that is the loss of the first step only: add up all steps"),
            (-probabilities[:, targets].log().sum(), "`probabilities[:, targets]` mixes every step with every target: row t belongs to `targets[t]`, so name the rows too, with `torch.arange`"),
            (-probabilities.log().sum(), "that adds up -ln p of *all* characters: take only the one that came, the target"),
            (-(-steps).exp().sum(), "the logarithm is missing: the loss of a step is -ln p"),
        ],
    )  # fmt: skip
    expect(
        loss.requires_grad and loss.shape == (),
        "the loss should be a tensor of shape () that autograd can follow: no .item(), no .detach(), no torch.no_grad()",
    )
