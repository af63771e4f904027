"""What the checks of lessons 04 and 06 ask of a function that writes: a text that goes on from its prime."""

from collections.abc import Callable
from itertools import pairwise

import torch

from helpers.checks.expectations import Mistake, expect, expect_type, same
from helpers.checks.recorded_lstm import Spy
from helpers.checks.spies import modes_of
from helpers.ground.vocabulary import Vocabulary

SYMBOLS = "abdehlo"
PRIME, SIZE = "hello", 12


def lively_model(prime: torch.Tensor) -> Spy:
    """Return a model that goes on after the prime otherwise than after its parts, so that each mistake shows."""
    while True:
        model = Spy(len(SYMBOLS))
        for parameter in model.parameters():
            parameter.data.mul_(6)
        with torch.no_grad():
            likeliest = model(prime[None])[0][0].argmax(-1)  # after each character of the prime
        if likeliest[-1] not in likeliest[:-1]:
            return model


def take_text(model: Spy, write: Callable[[], str], *, name: str, one_character: str) -> str:
    """Let an answer write with the model, and hold what it gives to a string, and gradients to being on afterwards.

    `name` is that of the exercise, `one_character` says how a single character is fed.
    """
    model.calls.clear()
    try:
        text = write()
    except ValueError as error:
        if "the tokens have shape" in str(error):
            later = len(model.calls) > 1
            fed = (
                f"one character is fed as {one_character}"
                if later
                else "a text is fed with its batch dimension, `[None]`"
            )
            raise Mistake(f"{error}: {fed}") from None
        raise
    except RuntimeError as error:
        if "probability tensor contains" in str(error):
            raise Mistake(
                "torch.multinomial takes probabilities: the logits go through the filter, then through the softmax"
            ) from None
        raise
    finally:
        recorded = torch.is_grad_enabled()
        torch.set_grad_enabled(True)
    expect(recorded, f"after `{name}` gradients are still switched off: use `with torch.no_grad():`, which ends")
    if isinstance(text, list | tuple):
        raise Mistake(f"`{name}` gives a list: join the characters to one string")
    expect_type(text, str, f"`{name}`")
    return text


def expect_modes(model: Spy) -> None:
    """Hold every call to evaluation mode without gradients, and the model to the mode that it was in before."""
    expect(len(model.calls) > 0, "the model was never called")
    modes = [call["modes"] for call in model.calls]
    expect(
        modes[0] != {False} or {True} not in modes,
        "the model is put back into training mode before the last character: do that after the loop",
    )
    expect(
        not any(True in call["modes"] for call in model.calls),
        "the model was in training mode, so dropout would fall on what it knows: call `model.eval()` first",
    )
    expect(
        not any(call["grad"] for call in model.calls),
        "gradients were recorded: put the loop under `with torch.no_grad():`",
    )
    expect(
        modes_of(model) == {True},
        "the model is left in evaluation mode: put it back as it was, `model.train(was_training)`",
    )


def expect_length(text: str, name: str = "size") -> None:
    """Hold a text to its prime and SIZE characters more; `name` is what the exercise calls their number."""
    whole, new = len(PRIME) + SIZE, len(text) - len(PRIME)
    if len(text) == SIZE and not text.startswith(PRIME):
        raise Mistake("the prime is missing in the text: return it with what comes after it")
    if len(text) == SIZE:
        raise Mistake(f"`{name}` counts the prime in yours: it is the number of characters that are added to it")
    expect(text.startswith(PRIME), f"the text should begin with its prime, {PRIME!r}, and begins with {text[:8]!r}")
    expect(len(text) == whole, f"with {name} {SIZE} there should be {SIZE} new characters, and there are {new}")


def expect_fed(model: Spy, vocabulary: Vocabulary, text: str) -> None:
    """Hold what the model read, call by call, to the prime and all drawn characters but the last, each once."""
    calls = model.calls
    expect(all(len(call["tokens"]) == 1 for call in calls), "feed one text: tokens of shape (1, time)")
    fed = "".join(vocabulary.decode(call["tokens"][0]) for call in calls)
    prime, drawn = PRIME, text[len(PRIME) :]
    fresh = model.fresh()
    expect(fresh[0], "the first call does not start from a fresh state: a new text begins with zeros")
    expect(not any(fresh[1:]), "a call starts from a fresh state: go on with the one that the call before returned")
    for before, call in pairwise(calls):
        expect(
            same(call["given"], before["returned"]),
            "a call does not go on from the state that the call before returned: hand on the newest one",
        )
    if fed in (prime + drawn[:-1], prime + drawn):
        return
    if fed.startswith(prime + prime[-1]) and fed in (prime + prime[-1] + drawn[:-1], prime + prime[-1] + drawn[:-2]):
        raise Mistake(
            f"the prime's last character, {prime[-1]!r}, is fed twice: the call that reads the prime gives the logits "
            "for the first draw already"
        )
    if fed[: len(drawn)] in (prime[-1] + drawn[:-1], prime[-1] + drawn):
        raise Mistake("only the last character of the prime is fed: warm the state up on all of it")
    if fed[: len(drawn)] in (prime[0] + drawn[:-1], prime[0] + drawn):
        raise Mistake("only the first character of the prime is fed: warm the state up on all of it")
    if fed.startswith(prime) and set(fed[len(prime) :]) <= {prime[-1]}:
        raise Mistake("every step reads the prime's last character: feed the one that was drawn")
    expect(fed.startswith(prime), f"the model should read the prime, {prime!r}, first; it reads {fed[:8]!r}")
    expect(
        fed[len(prime) :] not in (likely := likeliest_text(model, vocabulary, len(text))[len(prime) :], likely[:-1]),
        f"the model is fed {fed[len(prime) :]!r} after the prime, and the text goes on with {drawn!r}: the vocabulary turns a token "
        "into its character, `vocabulary.symbols[token]`",
    )
    raise Mistake(f"each character should be fed once, in order: {(prime + drawn[:-1])!r}; the model read {fed[:40]!r}")


@torch.no_grad()
def likeliest_text(model: Spy, vocabulary: Vocabulary, length: int) -> str:
    """Return the prime, continued by the likeliest character each time, until it has this length."""
    text = PRIME
    while len(text) < length:
        text += vocabulary.symbols[model(vocabulary.encode(text)[None])[0][0, -1].argmax()]
    return text
