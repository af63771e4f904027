"""The check of `apply_temperature`."""

import torch

from helpers.checks.expectations import Mistake, expect, expect_tensor, same


def apply_temperature(answer):
    """The softmax of the scaled logits is that of the formula."""
    logits = torch.tensor([[1.0, -2.0, 0.5, 3.0], [0.0, 1.0, -1.0, 0.3]])
    low, high = answer(logits.clone(), 0.5), answer(logits.clone(), 2.0)
    for result, temperature in ((low, 0.5), (high, 2.0)):
        expect_tensor(result, "`apply_temperature` of two rows of logits", shape=logits.shape)
        _compare_scaled(result, logits, temperature)
    probabilities = logits.softmax(-1)
    unchanged = [same(result.softmax(-1), probabilities, 1e-4) for result in (low, high)]
    expect(not all(unchanged), "the temperature has no effect on the probabilities: divide the logits by it")
    expect(not unchanged[0], "a temperature below 1 changes nothing: divide the logits by it, whatever it is")
    expect(not unchanged[1], "a temperature above 1 changes nothing: divide the logits by it, whatever it is")
    for result, temperature in ((low, 0.5), (high, 2.0)):
        expect(
            same(result.softmax(-1), (logits / temperature).softmax(-1), 1e-4),
            f"with temperature {temperature:g} the softmax of what you return is not that of `logits / temperature`",
        )
    plain = answer(logits.clone(), 1.0)
    expect(same(plain.softmax(-1), logits.softmax(-1), 1e-4), "a temperature of 1 should change nothing")


def _compare_scaled(result: torch.Tensor, logits: torch.Tensor, temperature: float) -> None:
    """Name the mistake that gives these logits."""
    right, probabilities = (logits / temperature).softmax(-1), logits.softmax(-1)
    if same(result.softmax(-1), right, 1e-4):
        return
    for wrong, message in [
        (logits * temperature, "the logits are multiplied by the temperature: divide, so that a low one makes them sharper"),
        (probabilities, "those are the probabilities of temperature 1: divide the logits, and return them"),
        (probabilities / temperature, "the probabilities are divided: divide the logits, before the softmax"),
        (right, "those are probabilities: return logits, the softmax comes before the draw"),
        (probabilities ** (1 / temperature), "those are probabilities to a power: divide the logits"),
        (logits / temperature**2, "the logits are divided by the square of the temperature"),
        (-logits / temperature, "the signs of the logits are turned around"),
        (logits ** (1 / temperature), "the logits are raised to a power: divide them"),
        (logits // temperature, "`//` leaves out what is behind the point: divide with `/`"),
        ((logits / temperature).exp(), "e is taken to the power of the scaled logits: return the logits, the softmax comes before the draw"),
        ((logits / temperature).softmax(0), "those are probabilities, and over the rows: return logits, the softmax comes before the draw"),
    ]:  # fmt: skip
        if same(result, wrong, 1e-4):
            raise Mistake(message)
