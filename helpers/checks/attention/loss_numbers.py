"""Check of lesson 05, the mean loss of random batches: the numbers, and those that mistakes give."""

import math

import torch
import torch.nn.functional as F

from helpers.checks.expectations import Mistake, compare, expect, expect_number, expect_type

VOCAB = 55
CUT = 30  # tokens below it stand in the first part, the others in the second


def of_part(calls: list[dict], second: bool) -> list[dict]:
    """Return the calls that read tokens of the second part, or of the first."""
    return [call for call in calls if bool((call["tokens"] >= CUT).any()) == second]


def compare_losses(result, calls: list[dict], parts: dict[str, torch.Tensor]) -> None:
    """Hold the result to the losses of what the model returned, in whatever mode it was."""
    expect_type(result, dict, "what you return, the loss of each part by its name,")
    if len(result) == 1 and result.keys() < parts.keys():
        raise Mistake(f"only {next(iter(result))!r} is in what you return: give each part its place")
    expect(
        result.keys() == parts.keys(),
        f"the names of the losses should be those of the parts, {list(parts)}, and are {list(result)}",
    )
    losses = {name: _losses(of_part(calls, name == "val"), tokens) for name, tokens in parts.items()}
    for name, other in (("train", "val"), ("val", "train")):
        loss = expect_number(result[name], f"the loss of {name!r}")
        compare(loss, _mean(losses[name]), f"the loss of {name!r}", _mistakes(name, losses, other, calls, parts), 1e-5)


def _mean(losses: list[float]) -> float:
    return sum(losses) / len(losses)


def _losses(calls: list[dict], tokens: torch.Tensor, shift: int = 1, of=lambda logits: logits) -> list[float]:
    """Return the loss of each call against the tokens that stand `shift` further on in the part."""
    following = torch.zeros(VOCAB, dtype=torch.int64)
    following[tokens] = tokens.roll(-shift)
    pairs = [(call["logits"], following[call["tokens"]]) for call in calls]
    pairs = [(of(logits), targets) if of else (logits[:, -1:], targets[:, -1:]) for logits, targets in pairs]
    return [F.cross_entropy(logits.flatten(0, 1), targets.flatten()).item() for logits, targets in pairs]


def _mistakes(
    name: str, losses: dict[str, list[float]], other: str, calls: list[dict], parts: dict[str, torch.Tensor]
) -> list[tuple[float, str]]:
    own, mean = losses[name], _mean(losses[name])
    rows, time = calls[0]["tokens"].shape
    everything = losses["train"] + losses["val"]
    part = of_part(calls, name == "val")
    return [
        (_mean(losses[other]), f"the losses of {name!r} and {other!r} are exchanged"),
        (_mean(_losses(part, torch.arange(VOCAB), 0)), "the model reads the very tokens that it should predict: it reads the inputs, and the loss takes the targets"),
        (sum(own), "that is the sum of the batches' losses: divide it by eval_iters"),
        (sum(own) / 2, "the sum is divided by the number of parts: divide it by eval_iters"),
        (sum(own) / rows, "the sum is divided by batch_size: divide it by eval_iters, the number of batches"),
        (own[-1], "that is the last batch's loss: return the mean over all batches"),
        (own[-1] / len(own), "the total is set anew by each batch, so only the last one counts: add to it, `total += ...`"),
        (_mean(_losses(part, parts[name], of=lambda logits: logits.softmax(-1))), "the loss is taken of probabilities: F.cross_entropy takes the logits, and does the softmax itself"),
        (own[0], "that is the first batch's loss: return the mean over all batches"),
        (sum(everything) / len(own), f"the losses of {other!r} are still in the sum: begin with 0 for each part"),
        (_mean(everything), "that is the mean over both parts: keep them apart"),
        (mean * rows * time, "that is the sum over a batch's characters: F.cross_entropy gives their mean, unless told otherwise"),
        (mean / (rows * time), "a batch's loss is a mean already: divide by eval_iters, not by the number of characters"),
        (mean / rows, "a batch's loss is a mean already: divide by eval_iters, not by batch_size, too"),
        (_mean(_losses(part, parts[name], of=None)), "that is the loss of the last position alone: take all of them"),
        (min(own), "that is the smallest of the batches' losses: return their mean"),
        (mean / math.log(2), "that is in bits: the course counts in nats, with the natural logarithm"),
        (math.exp(mean), "that is the perplexity: return the loss itself"),
    ]  # fmt: skip
