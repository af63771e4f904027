"""Filters before the dice: each takes logits and gives logits, with minus infinity where a character is ruled out.

They compose: what one has ruled out, the next one finds with probability 0. All work on the last dimension, so a batch
of logits goes through at once, and none changes the logits that it is given.
"""

import math
import warnings

import torch

_COLD = 1e-3  # below it a division could overflow
_ROUNDING = 1e-5  # of a sum of probabilities
_RULED_OUT = -math.inf


def scale_by_temperature(logits: torch.Tensor, temperature: float) -> torch.Tensor:
    """Divide the logits by the temperature: below 1 the likely become likelier; 0 leaves the likeliest alone.

    Raises:
        ValueError: a temperature that is negative, NaN or infinite.
    """
    check_temperature(temperature)
    if temperature > _COLD:
        return logits / temperature
    best = logits.amax(-1, keepdim=True)
    if temperature < torch.finfo(torch.float32).tiny:  # 0, or so near to it that the division overflows
        return _keep_only(logits, logits.argmax(-1, keepdim=True))
    return (logits - best) / temperature  # at most 0, so no temperature makes the exponential overflow


def keep_top_k(logits: torch.Tensor, k: int) -> torch.Tensor:
    """Keep the k likeliest characters, and those that are as likely as the last of them; all, if there are fewer.

    Source: Fan, Lewis & Dauphin, "Hierarchical Neural Story Generation" (2018).

    Raises:
        ValueError: k below 1.
    """
    if k < 1:
        raise ValueError(f"top_k must be at least 1, not {k}: with none left there is nothing to draw from")
    last = logits.topk(min(k, logits.shape[-1]), dim=-1).values[..., -1:]
    return logits.masked_fill(logits < last, _RULED_OUT)


def keep_top_p(logits: torch.Tensor, p: float) -> torch.Tensor:
    """Keep the likeliest characters that together have probability p: as few as reach it, at least one.

    Source: Holtzman, Buys, Du, Forbes & Choi, "The Curious Case of Neural Text Degeneration" (2020).

    Raises:
        ValueError: p that is not above 0 and at most 1.
    """
    if not 0 < p <= 1:
        raise ValueError(f"top_p must be above 0 and at most 1, not {p}")
    ordered, order = logits.sort(dim=-1)  # the least likely first
    up_to = ordered.softmax(-1).cumsum(-1)  # the probability of each and of all that are less likely
    tail = min(1 - p, 1 - _ROUNDING)  # so the likeliest, at which all add up to about 1, always stays
    return logits.scatter(-1, order, ordered.masked_fill(up_to <= tail, _RULED_OUT))


def keep_min_p(logits: torch.Tensor, p: float) -> torch.Tensor:
    """Keep the characters with at least p times the probability of the likeliest one.

    Where the model is sure this keeps few, where it is not, many. Source: Nguyen et al., "Turning Up the Heat: Min-p
    Sampling for Creative and Coherent LLM Outputs" (2024); what it gains is disputed.

    Raises:
        ValueError: p that is not at least 0 and below 1.
    """
    if not 0 <= p < 1:
        raise ValueError(f"min_p must be at least 0 and below 1, not {p}")
    if p == 0:
        return logits
    lowest = logits.amax(-1, keepdim=True) + math.log(p)  # a ratio of probabilities is a difference of logits
    return logits.masked_fill(logits < lowest, _RULED_OUT)


def keep_typical(logits: torch.Tensor, p: float) -> torch.Tensor:
    """Keep the characters whose surprise is nearest to the expected one, until they have probability p together.

    The surprise of a character is minus the logarithm of its probability, the expected one is the entropy. So the
    likeliest character goes, too, where it says less than is usual. Source: Meister, Pimentel, Wiher & Cotterell,
    "Locally Typical Sampling" (2023).

    Raises:
        ValueError: p that is not above 0 and at most 1.
    """
    if not 0 < p <= 1:
        raise ValueError(f"typical_p must be above 0 and at most 1, not {p}")
    surprise = -logits.log_softmax(-1)
    entropy = torch.special.entr(surprise.neg().exp()).sum(-1, keepdim=True)
    distance, order = (surprise - entropy).abs().sort(dim=-1)  # the most typical first
    up_to = logits.gather(-1, order).softmax(-1).cumsum(-1)
    needed = (up_to < p).sum(-1, keepdim=True).clamp(max=logits.shape[-1] - 1)  # the place of the last one kept
    atypical = distance > distance.gather(-1, needed)
    return logits.masked_fill(atypical.scatter(-1, order, atypical), _RULED_OUT)


def block_repeats(logits: torch.Tensor, tokens: torch.Tensor, size: int) -> torch.Tensor:
    """Rule out each character that would repeat a passage of `size` characters; keep the best if none were left.

    A penalty on single characters, as it is used on words, would soon forbid the letter e. Blocking passages of 8 or
    more stops loops and leaves spelling alone.

    Args:
        logits: shape (batch, vocab_size), of the next character.
        tokens: shape (batch, time), all before it.
        size: characters of a passage, at least 1.

    Raises:
        ValueError: a size below 1.
    """
    if size < 1:
        raise ValueError(f"no_repeat_ngram must be at least 1, not {size}")
    if tokens.shape[1] < size:
        return logits
    passages = tokens.unfold(1, size, 1)  # (batch, passages, size)
    ending = tokens[:, tokens.shape[1] - size + 1 :]  # (batch, size - 1): what a passage would have to begin with
    same = (passages[..., :-1] == ending[:, None]).all(-1)  # (batch, passages)
    seen = torch.zeros_like(logits).scatter_add(1, passages[..., -1], same.to(logits.dtype)) > 0
    blocked = logits.masked_fill(seen, _RULED_OUT)
    stuck = (blocked == _RULED_OUT).all(-1, keepdim=True)  # (batch, 1)
    if stuck.any():
        warnings.warn(f"every character would repeat a passage of {size}: the likeliest is kept", stacklevel=2)
        return torch.where(stuck, _keep_only(logits, logits.argmax(-1, keepdim=True)), blocked)
    return blocked


def check_temperature(temperature: float) -> None:
    """Raise ValueError unless `temperature` is a finite number of at least 0."""
    if not math.isfinite(temperature) or temperature < 0:
        raise ValueError(f"temperature must be a finite number of at least 0, not {temperature}")


def check_logits(logits: torch.Tensor) -> None:
    """Raise ValueError if a row of logits holds NaN or plus infinity, or nothing but minus infinity."""
    best = logits.amax(-1)  # of each row; NaN where it holds one
    if not math.isfinite(best.double().sum().item()):  # one number to look at: broken if any of them is
        raise ValueError(
            "the logits hold NaN or infinity, or rule out every character: the training of this model has diverged, "
            "or a filter of your own left nothing"
        )


def _keep_only(logits: torch.Tensor, places: torch.Tensor) -> torch.Tensor:
    return torch.full_like(logits, _RULED_OUT).scatter(-1, places, logits.gather(-1, places))
