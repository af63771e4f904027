"""The check of `CharRNN`."""

import torch
from torch import nn

from helpers.checks.expectations import Mistake, compare, expect, expect_tensor, expect_type, same


def CharRNN(answer):  # noqa: N802 (named like the exercise)
    """The same numbers as the formula, in one pass or in two, whatever the future holds."""
    model = answer(vocab_size=7, embedding_size=5, hidden_size=6)
    expect(isinstance(model, nn.Module), "`CharRNN` should be an `nn.Module`: keep the first line of the class")
    _expect_layers(model)
    hidden = model.init_state(3)
    expect_tensor(hidden, "`init_state(3)` with hidden size 6", shape=(3, 6))
    expect(not hidden.any(), "`init_state` should give zeros: at the start there is nothing to remember")
    tokens = torch.randint(7, (4, 4))
    _expect_outputs(_run(model, tokens[:3]), "`forward` of 3 windows of 4 tokens", (3, 4, 7), (3, 6))
    logits, last = model(tokens)
    _compare_logits(model, tokens, logits, last)
    _expect_carried_state(model, tokens, logits, last)


def _expect_layers(model: nn.Module) -> None:
    layers = {
        "embedding": (nn.Embedding, (7, 5)),
        "input_to_hidden": (nn.Linear, (6, 5)),
        "hidden_to_hidden": (nn.Linear, (6, 6)),
        "output": (nn.Linear, (7, 6)),
    }
    for name, (kind, shape) in layers.items():
        layer = getattr(model, name, None)
        expect(layer is not None, f"there is no `self.{name}`: keep to the names in the text")
        expect(isinstance(layer, kind), f"`self.{name}` should be an `nn.{kind.__name__}`")
        expect(
            tuple(layer.weight.shape) == shape,
            f"the weight of `self.{name}` should have shape {shape} for vocab_size 7, embedding_size 5 and "
            f"hidden_size 6, and has {tuple(layer.weight.shape)}"
            + (
                ": nn.Linear(a, b) turns a numbers into b, and stores its weight as (b, a)" if kind is nn.Linear else ""
            ),
        )
        expect(
            kind is nn.Embedding or layer.bias is not None, f"`self.{name}` has no bias: the formula has both biases"
        )


def _run(model: nn.Module, tokens: torch.Tensor):
    try:
        return model(tokens)
    except RuntimeError as error:
        if "mat1 and mat2" in str(error):
            raise Mistake(
                f"a layer is given rows of another length than it takes ({error}): do the tokens go through "
                "`self.embedding` first, and are the states joined with `torch.stack(states, dim=1)`?"
            ) from None
        if "must match the size" in str(error):
            raise Mistake("your loop runs over the windows of the batch: time step t is `embedded[:, t]`") from None
        raise


def _expect_outputs(result, what: str, logits_shape: tuple, hidden_shape: tuple):
    if isinstance(result, torch.Tensor):
        raise Mistake(f"{what} should return two things, the logits and the last state; it returns only a tensor")
    expect_type(result, tuple, what)
    expect(len(result) == 2, f"{what} should return two things, the logits and the last state")
    expect_type(result[0], torch.Tensor, f"the logits of {what}")
    shape = tuple(result[0].shape)
    if shape == hidden_shape and tuple(getattr(result[1], "shape", ())) == logits_shape:
        raise Mistake("logits and state are returned the wrong way round: the logits come first")
    if shape == (logits_shape[0], logits_shape[0], logits_shape[2]):
        raise Mistake("there are as many steps as windows: take `tokens.shape[1]` steps, the length of a window")
    if shape == (logits_shape[0], logits_shape[2]):
        raise Mistake(
            "there are logits for the last position only: every position of the window predicts its next character"
        )
    if shape == (logits_shape[1], logits_shape[0], logits_shape[2]):
        raise Mistake("windows and time are exchanged at the end: stack the states with `dim=1`")
    expect_tensor(result[0], f"the logits of {what}", shape=logits_shape)
    expect_tensor(result[1], f"the last state of {what}", shape=hidden_shape)
    return result


def _formula(
    model: nn.Module,
    tokens: torch.Tensor,
    squash=torch.tanh,
    memory: float = 1.0,
    keep: bool = True,
    late: bool = False,
):
    """Return logits and last state by the learner's weights; the arguments bring in one mistake each."""
    start = hidden = torch.zeros(len(tokens), 6)
    states = []
    for step in model.embedding(tokens).unbind(1):
        hidden = squash(model.input_to_hidden(step) + memory * model.hidden_to_hidden(hidden if keep else start))
        states.append(hidden)
    states = [start, *states[:-1]] if late else states
    return model.output(torch.stack(states, 1)), hidden


def _compare_logits(model: nn.Module, tokens: torch.Tensor, logits: torch.Tensor, last: torch.Tensor) -> None:
    right, right_last = _formula(model, tokens)
    if same(logits, right, 1e-4):
        zeros = torch.zeros(4, 6)
        compare(
            last, right_last, "the last state",
            [
                (zeros, "the state you return is the one you started with: return the one after the last character"),
                (_formula(model, tokens[:, :1])[1], "the state you return is the one after the first character, not the last"),
            ],
            tolerance=1e-4,
        )  # fmt: skip
        _compare_gradients(model, logits, right)
        return
    mistakes = [
        (_formula(model, tokens, squash=lambda x: x)[0], "the tanh is missing"),
        (_formula(model, tokens, squash=torch.relu)[0], "that is a ReLU: the formula has tanh"),
        (_formula(model, tokens, squash=torch.sigmoid)[0], "that is a sigmoid: the formula has tanh"),
        (_formula(model, tokens, memory=0.0)[0], "the old state is not used: add `self.hidden_to_hidden(hidden)` before the tanh"),
        (_formula(model, tokens, keep=False)[0], "every step starts from the first state: give `hidden` the new value in each step"),
        (_formula(model, tokens, late=True)[0], "you keep each state before its step: make the new state first, then append it"),
        (right.softmax(-1), "those are probabilities: return the logits, the softmax comes with the loss"),
        (right.log_softmax(-1), "those are log-probabilities: return the logits, the softmax comes with the loss"),
        (_formula(model, tokens.flip(1))[0].flip(1), "the steps are in the reverse order: read the window from left to right"),
    ]  # fmt: skip
    for wrong, message in mistakes:
        if same(logits, wrong, 1e-4):
            raise Mistake(message)
    raise Mistake("the logits are not those of the formula: compare your loop with it, one step at a time")


def _compare_gradients(model: nn.Module, logits: torch.Tensor, right: torch.Tensor) -> None:
    expect(
        logits.requires_grad,
        "the logits carry no gradient, so nothing can be learned: no torch.no_grad() and no .detach() in `forward`",
    )
    weights = list(model.parameters())
    own = torch.autograd.grad(logits.sum(), weights, allow_unused=True)
    wanted = torch.autograd.grad(right.sum(), weights, allow_unused=True)
    pairs = [(gradient, goal) for gradient, goal in zip(own, wanted, strict=True) if goal is not None]
    flows = all(gradient is not None and same(gradient, goal, 1e-3) for gradient, goal in pairs)
    expect(flows, "the numbers are right, but the gradient does not flow back through time: no .detach() in the loop")


def _expect_carried_state(model: nn.Module, tokens: torch.Tensor, logits: torch.Tensor, last: torch.Tensor) -> None:
    first, middle = model(tokens[:, :2])
    given = middle.detach().clone()
    second, end = model(tokens[:, 2:], middle)
    expect(same(middle, given), "`forward` changes the state that it is given: make a new one in each step")
    expect(
        same(torch.cat([first, second], 1), logits, 1e-4) and same(end, last, 1e-4),
        "two halves with the state carried over should equal one pass: does `forward` use the `hidden` it is given?",
    )
