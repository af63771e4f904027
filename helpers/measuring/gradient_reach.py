"""How far back does the gradient of a trained model reach on real text?"""

import torch
import torch.nn.functional as F
from torch import nn

from helpers.ground.nested import detach, flatten, map_tensors


def gradient_reach(model: nn.Module, tokens: torch.Tensor, steps: int) -> list[float]:
    """Measure how much the loss at the last character depends on the states before it.

    The model reads a text character by character. Then the loss of predicting its last character is followed back to
    the state after each earlier one. All tensors of a state count together: of an LSTM, the hidden state and the cell.

    Args:
        model: any recurrent model of the common protocol; read in evaluation mode, and left as it was.
        tokens: shape (batch, time), time at least steps + 3.
        steps: how many steps to go back.

    Returns: the length of the gradient after 1, 2, …, `steps` steps back, divided by its length before the first of
        them, at the state that the prediction is made from. Over the texts of the batch the geometric mean is taken.

    Raises:
        ValueError: the text is too short, or `steps` is below 1.
    """
    if steps < 1 or tokens.shape[1] < steps + 3:
        raise ValueError(
            f"{steps} steps back need a text of at least {steps + 3} characters, and this has {tokens.shape[1]}"
        )
    training = model.training
    model.eval()
    try:
        lengths = _lengths_back(model, tokens, steps)  # (steps + 1, batch)
    finally:
        model.train(training)
    ratios = (lengths[1:] / lengths[0]).clamp(min=torch.finfo(lengths.dtype).tiny)
    return ratios.log().mean(1).exp().tolist()


def _lengths_back(model: nn.Module, tokens: torch.Tensor, steps: int) -> torch.Tensor:
    """Return the gradient's length at the last state, and after each step back from it: (steps + 1, batch)."""
    warm = tokens.shape[1] - steps - 2  # what is read before the first state that is looked at
    with torch.no_grad():
        _, state = model(tokens[:, :warm])
    state = map_tensors(lambda tensor: tensor.requires_grad_(), detach(state))
    states = [state]
    for t in range(warm, warm + steps):
        _, state = model(tokens[:, t : t + 1], state)
        states.append(state)
    logits, _ = model(tokens[:, -2:-1], state)  # (batch, 1, vocab)
    loss = F.cross_entropy(logits[:, -1], tokens[:, -1], reduction="sum")
    parts = [list(flatten(one, "state")[0].values()) for one in states]
    gradients = iter(torch.autograd.grad(loss, [tensor for one in parts for tensor in one]))
    squares = [sum(next(gradients).double().flatten(1).square().sum(1) for _ in one) for one in parts]
    return torch.stack(squares).sqrt().flip(0)
