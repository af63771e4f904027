"""What learners hand in for `write` of lesson 06."""

import torch

from helpers.answers.sampling import draw as course_draw
from helpers.answers.sampling import write as course_write
from tests.checks.answers import Answers
from tests.checks.sampling.draw import by_the_sum

ANSWERS = Answers()
right, wrong = ANSWERS.add_right, ANSWERS.add_wrong


def writer(
    *, order=lambda filters: filters, feed=None, last=-1, chain=True, eval_mode=False, training_after=False, prime_too=True,
    extra=0, carry=True, choose=course_draw, grad=False,
    raw=lambda logits: logits, between=lambda logits: logits,
):  # fmt: skip
    """Return a decoder with one mistake."""

    def write(model, vocabulary, prime, length, filters, generator=None):
        if eval_mode:
            model.eval()
        text, tokens, state = "", vocabulary.encode(prime)[None], None
        if feed == "last of prime":
            tokens = tokens[:, -1:]
        with torch.set_grad_enabled(grad):
            if feed == "prime's last twice":
                _, state = model(tokens)
                tokens = tokens[:, -1:]
            for _ in range(length + extra):
                logits, state = model(tokens, state if carry else None)
                start = scores = raw(logits[:, last])
                for one in order(filters):
                    scores = between(one(scores if chain else start))
                drawn = choose(scores, generator)[:, None]
                tokens = tokens[:, -1:] if feed == "always the prime" else drawn
                text += vocabulary.symbols[drawn.item()]
        if training_after:
            model.train()
        return prime + text if prime_too else text

    return write


def likeliest(logits, generator):
    return logits.argmax(-1)


def unseeded(logits, generator):
    return course_draw(logits)


def always_the_same_seed(logits, generator):
    if generator.initial_seed() != 7:
        generator.manual_seed(7)
    return course_draw(logits, generator)


def a_new_generator(logits, generator):
    return course_draw(logits, torch.Generator().manual_seed(0))


def seeded_again(logits, generator):
    return course_draw(logits, generator.manual_seed(generator.initial_seed()))


def all_positions(model, vocabulary, prime, length, filters, generator=None):
    text, tokens, state = prime, vocabulary.encode(prime)[None], None
    with torch.no_grad():
        for _ in range(length):
            logits, state = model(tokens, state)
            for one in filters:
                logits = one(logits)
            tokens = course_draw(logits[:, -1], generator)[:, None]
            text += vocabulary.symbols[tokens.item()]
    return text


def of_other_symbols(model, vocabulary, prime, length, filters, generator=None):
    text = course_write(model, vocabulary, prime, length, filters, generator)
    return prime + "".join(str(vocabulary.symbols.index(character)) for character in text[len(prime) :])


def without_batch(model, vocabulary, prime, length, filters, generator=None):
    return model(vocabulary.encode(prime))


for line, function in {
    "`vocabulary.symbols[token]`": of_other_symbols,
    "a text is fed with its batch dimension": without_batch,
    "the filters are never called": writer(
        order=lambda filters: [one for one in filters if one.__name__ == "_keep_best"]
    ),
    "only one of two filters is called": writer(order=lambda filters: filters[:1]),
    "each filter should be called 12 times": writer(order=lambda filters: [*filters, *filters]),
    "the first filter is not given the model's": writer(raw=lambda logits: logits.log_softmax(-1)),
    "the second filter is not given what": writer(between=lambda logits: logits.log_softmax(-1)),
    "the model was never called": lambda model, vocabulary, prime, length, filters, generator=None: (
        prime + "h" * length
    ),
    "from the last to the first": writer(order=lambda filters: filters[::-1]),
    "the model's own logits": writer(chain=False),
    "they take logits, the softmax": writer(raw=lambda logits: logits.softmax(-1)),
    "it is given shape (1, 5, 7)": all_positions,
    "at the *last* position": writer(last=0),
    "is in training mode afterwards": writer(training_after=True),
    "the prime is missing in the text": writer(prime_too=False),
    "there should be 12 new characters": writer(extra=1),
    "is fed twice": writer(feed="prime's last twice"),
    "only the last character of the prime": writer(feed="last of prime"),
    "every step reads the prime's last": writer(feed="always the prime"),
    "a call starts from a fresh state": writer(carry=False),
    "gradients were recorded": writer(grad=True),
    "the likeliest character comes every time": writer(choose=likeliest),
    "every draw uses the same random number": writer(choose=a_new_generator),
    "the same seed gives another text": writer(choose=unseeded),
    "every seed gives the same text": writer(choose=always_the_same_seed),
}.items():
    wrong("write", line, function)
wrong("write", "every draw uses the same random number", writer(choose=seeded_again))


def recursive(model, vocabulary, prime, length, filters, generator=None):
    """Keep a list of tokens, and choose with the sum of probabilities."""
    training, tokens = model.training, vocabulary.encode(prime).tolist()
    model.eval()
    with torch.inference_mode():
        logits, state = model(torch.tensor([tokens]))
        while length:
            scores = logits[:, -1]
            for one in filters:
                scores = one(scores)
            tokens.append(by_the_sum(scores, generator).item())
            length -= 1
            if length:
                logits, state = model(torch.tensor([[tokens[-1]]]), state)
    model.train(training)
    return vocabulary.decode(tokens)


right("write", recursive)
right("write", writer())
right("write", writer(eval_mode=True))
