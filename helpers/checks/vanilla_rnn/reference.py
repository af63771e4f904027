"""What the answers of lesson 02 are held against: the same network, with a place for each common mistake."""

import torch

NAMES = ("Wxh", "Whh", "Why", "bh", "by")
VOCAB, HIDDEN = 6, 4
SYMBOLS = tuple("edbfca")  # in no order

Tensors = tuple[torch.Tensor, ...]


def random_parameters(scale: float = 0.8, dtype: torch.dtype = torch.float32) -> Tensors:
    """Return Wxh, Whh, Why, bh, by of a small network, no number of them zero."""
    shapes = ((HIDDEN, VOCAB), (HIDDEN, HIDDEN), (VOCAB, HIDDEN), (HIDDEN,), (VOCAB,))
    return tuple(scale * torch.randn(*shape, dtype=dtype) for shape in shapes)


def lively_parameters() -> Tensors:
    """Return parameters whose likeliest text depends on token and state, and does not soon go round in circles."""
    angles = torch.tensor([1.0, 1.7])
    turns = [torch.stack([torch.stack([a.cos(), -a.sin()]), torch.stack([a.sin(), a.cos()])]) for a in angles]
    Wxh, _, Why, bh, _ = random_parameters()
    return Wxh, 1.2 * torch.block_diag(*turns), 3 * Why, 0.1 * bh, torch.zeros(VOCAB)


def step(token: int, hidden: torch.Tensor, parameters: Tensors) -> tuple[torch.Tensor, torch.Tensor]:
    """Return the new state and the logits."""
    Wxh, Whh, Why, bh, by = parameters
    hidden = torch.tanh(Wxh[:, token] + Whh @ hidden + bh)
    return hidden, Why @ hidden + by


def run(inputs: torch.Tensor, hidden: torch.Tensor, parameters: Tensors) -> tuple[torch.Tensor, torch.Tensor]:
    """Return all states, the first included, and all logits."""
    states, logits = [hidden], []
    for token in inputs.tolist():
        hidden, output = step(token, hidden, parameters)
        states.append(hidden)
        logits.append(output)
    return torch.stack(states), torch.stack(logits) if logits else torch.zeros(0, VOCAB)


def losses(logits: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
    """Return the loss of each step, in nats."""
    return -logits.log_softmax(-1)[torch.arange(len(targets)), targets]


def autograd(inputs: torch.Tensor, targets: torch.Tensor, hidden: torch.Tensor, parameters: Tensors) -> Tensors:
    """Return the gradients of the summed loss as PyTorch finds them."""
    watched = [parameter.detach().clone().requires_grad_() for parameter in parameters]
    _, logits = run(inputs, hidden, watched)
    return torch.autograd.grad(losses(logits, targets).sum(), watched)


def backward(
    inputs: torch.Tensor,
    targets: torch.Tensor,
    states: torch.Tensor,
    probabilities: torch.Tensor,
    parameters: Tensors,
    mistake: str = "",
) -> Tensors:
    """Return the gradients found by hand, with one mistake made on the way."""
    Whh, Why = parameters[1:3]
    gradients = [torch.zeros_like(parameter) for parameter in parameters]
    carried = torch.zeros_like(parameters[3])
    first, last = (1 if mistake == "first left out" else 0), len(inputs) - (1 if mistake == "last left out" else 0)
    order = range(len(inputs)) if mistake == "forwards" else reversed(range(first, last))
    for t in order:
        before, after = states[t], states[t + 1]
        dlogits = probabilities[t].clone()
        dlogits[targets[t]] -= 0 if mistake == "no one-hot" else 1
        from_output = Why.T @ dlogits
        dhidden = {"no carry": from_output, "carry only": carried}.get(mistake, from_output + carried)
        slope = 1 - (before if mistake == "slope before" else after) ** 2
        dinside = dhidden if mistake == "no slope" else dhidden * slope
        dinside = from_output * slope + carried if mistake == "carried past tanh" else dinside
        pair = torch.outer(dinside, after if mistake == "state after" else before)
        column = torch.zeros_like(parameters[0])
        column[:, (targets if mistake == "target's column" else inputs)[t]] = dinside
        parts = [
            column,
            pair.T if mistake == "transposed" else pair,
            torch.outer(dlogits, before if mistake == "output before" else after),
            {"bias from state": dhidden, "bias from output": from_output}.get(mistake, dinside),
            dlogits,
        ]
        if mistake == "column set":
            gradients[0][:, inputs[t]] = 0
        for gradient, part in zip(gradients, parts, strict=True):
            gradient.copy_(part if mistake == "assigned" else gradient + part)
        back = Whh if mistake == "Whh forwards" else Whh.T
        on = {"carry before tanh": dhidden, "carry of the output": from_output, "slope twice": dinside * slope}
        new = back @ on.get(mistake, dinside)
        carried = carried + new if mistake == "carry added up" else new
    return tuple(gradient / len(inputs) if mistake == "mean" else gradient for gradient in gradients)


def write(parameters: Tensors, hidden: torch.Tensor, token: int, length: int, mistake: str = "") -> str:
    """Return the text of the likeliest characters, with one mistake made on the way."""
    text, start, first = "", hidden, token
    for _ in range(length):
        hidden, logits = step(token, hidden, parameters)
        token = int(logits.argmax())
        text += SYMBOLS[token]
        token = first if mistake == "same token" else token
        hidden = start if mistake == "same state" else hidden
    return text


def flat(tensors) -> torch.Tensor:
    """Return all numbers of several tensors in one row."""
    return torch.cat([tensor.detach().flatten() for tensor in tensors])
