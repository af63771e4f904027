"""What learners hand in for `sample` of lesson 04."""

import types

import torch

from helpers.answers.lstm import keep_top_k as course_top_k
from helpers.answers.lstm import sample as course_sample
from tests.checks.answers import Answers
from tests.checks.lstm.keep_top_k import cuts_below

ANSWERS = Answers()


def write(
    *, mode=True, back=True, grad=False, feed="new", warm="all", forgets=None, result=None, extra=0, top=None,
    draw=None, position=-1, sample_seed=None, switches_off=False, first=None, divisor=1.0, greedy_first=False,
    places=("there", "there"), draw_at="cpu", trains=False,
):  # fmt: skip
    """Make a sampler; each argument brings in one mistake."""

    def sample(model, vocabulary, size, prime, top_k, generator=None):
        was = model.training
        model.train(not mode and was)
        source = generator if sample_seed is None else torch.Generator().manual_seed(sample_seed)
        ids = vocabulary.encode(prime)[None]
        tokens = {"all": ids, "last": ids[:, -1:], "first": ids[:, :1], "twice": ids, "none": ids[:, :0]}[warm]
        new, state = [], first
        with torch.set_grad_enabled(grad):
            if warm == "twice":
                _, state = model(ids, state)
                tokens = ids[:, -1:]
            for _ in range(size + extra):
                where = next(model.parameters()).device if places[bool(new)] == "there" else "cpu"
                logits, after = model(tokens.to(where), state)
                logits = logits if draw_at is None else logits.to(draw_at)
                state = {None: after, "state": None, "newest": state or after}[forgets]
                left = course_top_k(logits[0, position], top_k) if top is None else top(logits[0, position], top_k)
                shares = torch.softmax(left / divisor, -1)
                drawn = torch.multinomial(shares, 1, generator=source) if draw is None else draw(shares)
                drawn = shares.argmax()[None] if greedy_first and not new else drawn
                new.append(vocabulary.symbols[drawn.item()])
                tokens = {"new": drawn[None], "flat": drawn, "same": ids[:, -1:]}[feed]
                if feed == "all":
                    tokens = vocabulary.encode(prime + "".join(new))[None]
        if back:
            model.train(was or trains)
        if switches_off:
            torch.set_grad_enabled(False)
        return prime + "".join(new) if result is None else result(prime, new)

    return sample


def feeds(choose):
    """Make a sampler that feeds another token than the drawn one, which it chooses by the probabilities."""

    def sample(model, vocabulary, size, prime, top_k, generator=None):
        was, text, tokens, state = model.training, prime, vocabulary.encode(prime)[None], None
        model.eval()
        with torch.no_grad():
            for _ in range(size):
                logits, state = model(tokens, state)
                shares = course_top_k(logits[0, -1], top_k).softmax(-1)
                token = torch.multinomial(shares, 1, generator=generator)
                text += vocabulary.symbols[token.item()]
                tokens = choose(shares, generator)
        model.train(was)
        return text

    return sample


def then(change):
    """Make a sampler that does something to the model, or to the generator, first."""

    def sample(model, vocabulary, size, prime, top_k, generator=None):
        return course_sample(model, vocabulary, size, prime, top_k, change(model, generator))

    return sample


def moves(model, generator):
    model.cpu()
    return generator


def seeds_all(model, generator):
    torch.manual_seed(0)
    return generator


def seeds_its_own(model, generator):
    return generator or torch.Generator().manual_seed(0)


def puts_back_within(model, vocabulary, size, prime, top_k, generator=None):
    was, text, tokens, state = model.training, prime, vocabulary.encode(prime)[None], None
    model.eval()
    with torch.no_grad():
        for _ in range(size):
            logits, state = model(tokens, state)
            tokens = logits[:, -1:].argmax(-1)
            text += vocabulary.symbols[tokens.item()]
            model.train(was)
    return text


def without_softmax(model, vocabulary, size, prime, top_k, generator=None):
    logits, _ = model(vocabulary.encode(prime)[None])
    return torch.multinomial(course_top_k(logits[0, -1], top_k), 1)


for function in (puts_back_within, without_softmax):
    function.__name__ = "sample"
ANSWERS.is_wrong("feed the very character that was drawn and written")(
    feeds(lambda shares, generator: shares.argmax()[None, None])
)
ANSWERS.is_wrong("feed the very character that was drawn and written")(
    feeds(lambda shares, generator: torch.multinomial(shares, 1, generator=generator)[None])
)
ANSWERS.is_wrong("the model is moved to another device")(then(moves))
ANSWERS.is_wrong("torch's global random numbers are used or seeded, too")(then(seeds_all))
ANSWERS.is_wrong("without a generator every text is the same")(then(seeds_its_own))
ANSWERS.is_wrong("put back into training mode before the last character")(puts_back_within)
ANSWERS.is_wrong("torch.multinomial takes probabilities")(without_softmax)


def counts_prime(model, vocabulary, size, prime, top_k, generator=None):
    return course_sample(model, vocabulary, size - len(prime), prime, top_k, generator)


def feeds_all_again(model, vocabulary, size, prime, top_k, generator=None):
    was = model.training
    model.eval()
    text, state = prime, None
    with torch.no_grad():
        for _ in range(size):
            logits, state = model(vocabulary.encode(text)[None], state)
            shares = torch.softmax(course_top_k(logits[0, -1], top_k), -1)
            text += vocabulary.symbols[torch.multinomial(shares, 1, generator=generator)]
    model.train(was)
    return text


def with_top_k(keep_top_k):
    """Make a right sampler in a notebook in which keep_top_k is this one."""
    function = types.FunctionType(course_sample.__code__, course_sample.__globals__ | {"keep_top_k": keep_top_k})
    function.__defaults__ = course_sample.__defaults__
    function.__name__ = "sample"
    return function


counts_prime.__name__ = feeds_all_again.__name__ = "sample"

ANSWERS.is_wrong("the prime's last character, 'o', is fed twice")(write(warm="twice"))
ANSWERS.is_wrong("only the last character of the prime is fed")(write(warm="last"))
ANSWERS.is_wrong("only the first character of the prime is fed")(write(warm="first"))
ANSWERS.is_wrong("every step reads the prime's last character")(write(feed="same"))
ANSWERS.is_wrong("each character should be fed once, in order")(feeds_all_again)
ANSWERS.is_wrong("one character is fed as `torch.tensor([[token]])`")(write(feed="flat"))
ANSWERS.is_wrong("a call starts from a fresh state")(write(forgets="state"))
ANSWERS.is_wrong("a call does not go on from the state that the call before returned")(write(forgets="newest"))
ANSWERS.is_wrong("the first call does not start from a fresh state")(
    write(first=tuple(torch.full((1, 2, 6), 0.5) for _ in range(2)))
)
ANSWERS.is_wrong("blank or wrong (did you run the check of `keep_top_k`?)")(
    with_top_k(cuts_below(lambda logits, k: logits.topk(k - 1).values[..., -1:]))
)
ANSWERS.is_wrong("the prime is missing in the text")(write(result=lambda prime, new: "".join(new)))
ANSWERS.is_wrong("`size` counts the prime in yours")(counts_prime)
ANSWERS.is_wrong("there should be 12 new characters, and there are 13")(write(extra=1))
ANSWERS.is_wrong("`sample` gives a list")(write(result=lambda prime, new: [*prime, *new]))
ANSWERS.is_wrong("the model was in training mode")(write(mode=False))
ANSWERS.is_wrong("the model is left in evaluation mode")(write(back=False))
ANSWERS.is_wrong("gradients were recorded")(write(grad=True))
ANSWERS.is_wrong("gradients are still switched off")(write(switches_off=True))
ANSWERS.is_wrong("in training mode afterwards")(write(trains=True))
ANSWERS.is_wrong("the prime is fed on the CPU")(write(places=("cpu", "cpu")))
ANSWERS.is_wrong("the prime is fed on the CPU")(write(places=("cpu", "there")))
ANSWERS.is_wrong("a drawn character is fed on the CPU")(write(places=("there", "cpu")))
ANSWERS.is_wrong("the draw is made on the model's device")(write(draw_at=None))
ANSWERS.is_wrong("that is a temperature, and nobody asked")(write(divisor=2.0))
ANSWERS.is_wrong("that is a temperature, and nobody asked")(write(divisor=1.5))
ANSWERS.is_wrong("that is a temperature, and nobody asked")(write(divisor=0.6))
ANSWERS.is_wrong("the first new character is the same in 60 texts")(write(greedy_first=True))
ANSWERS.is_wrong("hand it the `top_k` that was given")(write(top=lambda logits, k: course_top_k(logits, 5)))
ANSWERS.is_wrong("hand it the `top_k` that was given")(write(top=lambda logits, k: course_top_k(logits, k + 1)))
ANSWERS.is_wrong("draw from the logits at the *last* position")(write(position=0))
ANSWERS.is_wrong("`top_k` has no effect")(write(top=lambda logits, k: logits if k > 1 else course_top_k(logits, k)))
ANSWERS.is_wrong("one character comes every time: draw")(write(draw=lambda shares: shares.argmax()[None]))
ANSWERS.is_wrong("each of the best is drawn equally often")(
    write(draw=lambda shares: torch.multinomial((shares > 0).float(), 1))
)
ANSWERS.is_wrong("the same seed gives another text")(write(draw=lambda shares: torch.multinomial(shares, 1)))
ANSWERS.is_wrong("every seed gives the same text")(write(sample_seed=3))


@ANSWERS.is_right
def sample(model, vocabulary, size, prime, top_k, generator=None):  # a character at a time, the prime, too
    training, state = model.training, model.init_state(1)
    model.eval()
    text = ""
    with torch.inference_mode():
        for place in range(len(prime) + size):
            if place < len(prime):
                token = vocabulary.encode(prime[place])
            else:
                shares = course_top_k(logits, top_k).softmax(1)
                token = torch.multinomial(shares, 1, generator=generator)[0]
            text += vocabulary.decode(token)
            logits, state = model(token[None].to(state[0].device), state)
            logits = logits[:, -1].cpu()
    model.train(training)
    return text


@ANSWERS.is_right
@torch.no_grad()
def sample(model, vocabulary, size, prime, top_k, generator=None):
    training, device = model.training, model.output.weight.device
    model.train(False)
    tokens = list(vocabulary.encode(prime).to(device))
    logits, state = model(torch.stack(tokens)[None])
    while len(tokens) < len(prime) + size:
        values, places = logits[0, -1].topk(top_k)
        drawn = torch.multinomial(values.softmax(0).cpu(), 1, generator=generator)[0]
        tokens.append(places[drawn].to(device))
        if len(tokens) < len(prime) + size:
            logits, state = model(tokens[-1].view(1, 1), state)
    model.train(training)
    return "".join(vocabulary.symbols[token] for token in tokens)
