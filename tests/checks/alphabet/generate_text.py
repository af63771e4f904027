"""What learners hand in for `generate_text` of lesson 01."""

import torch

from helpers.answers.alphabet import encode as course_encode
from helpers.answers.alphabet import sample_from_output as course_sample
from tests.checks.answers import Answers

ANSWERS = Answers()


def writer(
    prime="all", carry=True, again=False, count=0, drop_start=False, ignore_temperature=False, feed_last_twice=False
):
    def generate_text(model, start_text, k, temperature, vocabulary):
        char_to_idx, idx_to_char = vocabulary
        model.eval()
        text, hidden = start_text, model.init_state(1)
        tokens = course_encode(start_text, char_to_idx)[None]
        with torch.no_grad():
            if prime == "last":
                tokens = tokens[:, -1:]
            if feed_last_twice:
                _, hidden = model(tokens, hidden)
                tokens = tokens[:, -1:]
            for _ in range(max(0, k + count) if k else 0):
                logits, new = model(tokens, hidden)
                hidden = new if carry else model.init_state(1)
                token = course_sample(logits[0, -1], 0 if ignore_temperature else temperature)
                text += idx_to_char[token]
                tokens = course_encode(text, char_to_idx)[None] if again else torch.tensor([[token]])
        return text[len(start_text) :] if drop_start else text

    return generate_text


def two_draws(feed):
    """Make `generate_text` that writes one token and feeds another, which is made of the logits."""

    def generate_text(model, start_text, k, temperature, vocabulary):
        char_to_idx, idx_to_char = vocabulary
        model.eval()
        text, hidden, tokens = start_text, model.init_state(1), course_encode(start_text, char_to_idx)[None]
        with torch.no_grad():
            for _ in range(k):
                logits, hidden = model(tokens, hidden)
                text += idx_to_char[course_sample(logits[0, -1], temperature)]
                tokens = torch.tensor([[feed(logits[0, -1], temperature)]])
        return text

    return generate_text


def never_feeds(model, start_text, k, temperature, vocabulary):
    char_to_idx, idx_to_char = vocabulary
    with torch.no_grad():
        logits, _ = model(course_encode(start_text, char_to_idx)[None], None)
    return start_text + "".join(idx_to_char[course_sample(logits[0, -1], temperature)] for _ in range(k))


def one_too_far(model, start_text, k, temperature, vocabulary):
    text = writer()(model, start_text, k, temperature, vocabulary)
    char_to_idx, idx_to_char = vocabulary
    return start_text + "".join(idx_to_char[(char_to_idx[one] + 1) % 61] for one in text[len(start_text) :])


never_feeds.__name__ = one_too_far.__name__ = "generate_text"
ANSWERS.is_wrong("feed the very token that is written")(two_draws(course_sample))
ANSWERS.is_wrong("feed the very token that is written")(two_draws(lambda logits, temperature: logits.argmax().item()))
ANSWERS.is_wrong("the model reads the start and nothing more")(never_feeds)
ANSWERS.is_wrong("the text is not what the model says")(one_too_far)
ANSWERS.is_wrong("the state is lost between steps")(writer(carry=False))
ANSWERS.is_wrong("the model reads the same characters again")(writer(again=True))
ANSWERS.is_wrong("the model has not read the whole start")(writer(prime="last"))
ANSWERS.is_wrong("the last character of the start is fed twice")(writer(feed_last_twice=True))
ANSWERS.is_wrong("the start is missing")(writer(drop_start=True))
ANSWERS.is_wrong("one character is missing")(writer(count=-1))
ANSWERS.is_wrong("one character too many")(writer(count=1))
ANSWERS.is_wrong("at temperature 1 the text is the same every time")(writer(ignore_temperature=True))


@ANSWERS.is_wrong("as wild as at 1")
def generate_text(model, start_text, k, temperature, vocabulary):
    return writer()(model, start_text, k, 1 if temperature else 0, vocabulary)


@ANSWERS.is_wrong("gradients are tracked while writing")
def generate_text(model, start_text, k, temperature, vocabulary):
    text, hidden, tokens = start_text, None, course_encode(start_text, vocabulary[0])[None]
    for _ in range(k):
        logits, hidden = model(tokens, hidden)
        token = course_sample(logits[0, -1], temperature)
        text += vocabulary[1][token]
        tokens = torch.tensor([[token]])
    return text


@ANSWERS.is_wrong("the vocabulary that is handed in")
def generate_text(model, start_text, k, temperature, vocabulary):
    from_above = (
        {c: i for i, c in enumerate("abcdefghijklmnopqrstuvwxyz")},
        dict(enumerate("abcdefghijklmnopqrstuvwxyz")),
    )
    return writer()(model, start_text, k, temperature, from_above)


@ANSWERS.is_wrong("the logits of the first position")
@torch.no_grad()
def generate_text(model, start_text, k, temperature, vocabulary):
    text, hidden, tokens = start_text, None, course_encode(start_text, vocabulary[0])[None]
    for _ in range(k):
        logits, hidden = model(tokens, hidden)
        token = course_sample(logits[0, 0], temperature)
        text += vocabulary[1][token]
        tokens = torch.tensor([[token]])
    return text


@ANSWERS.is_wrong("it wants (batch, time)")
def generate_text(model, start_text, k, temperature, vocabulary):
    return model(course_encode(start_text, vocabulary[0]))


@ANSWERS.is_wrong("should be a string, and is a list")
def generate_text(model, start_text, k, temperature, vocabulary):
    return list(writer()(model, start_text, k, temperature, vocabulary))


@ANSWERS.is_right
def generate_text(model, start_text, k, temperature, vocabulary):
    text = start_text
    with torch.no_grad():
        for _ in range(k):  # slow, but right: read everything again from a fresh state
            logits, _ = model(course_encode(text, vocabulary[0]).unsqueeze(0))
            text += vocabulary[1][course_sample(logits[0, -1], temperature)]
    return text


@ANSWERS.is_wrong("changes its argument `vocabulary`")
def generate_text(model, start_text, k, temperature, vocabulary):
    text = writer()(model, start_text, k, temperature, vocabulary)
    vocabulary[0].clear()
    return text


@ANSWERS.is_right
def generate_text(model, start_text, k, temperature, vocabulary):
    char_to_idx, idx_to_char = vocabulary
    hidden = torch.zeros(1, model.hidden_size)
    tokens, text = course_encode(start_text, char_to_idx).view(1, -1), start_text
    with torch.no_grad():
        while len(text) < len(start_text) + k:
            logits, hidden = model(tokens, hidden)
            tokens = torch.tensor([[course_sample(logits[0, -1], temperature)]])
            text += idx_to_char[tokens.item()]
    return text


@ANSWERS.is_right
@torch.no_grad()
def generate_text(model, start_text, k, temperature, vocabulary):
    char_to_idx, idx_to_char = vocabulary
    hidden, written = model.init_state(1), list(start_text)
    for character in start_text:
        logits, hidden = model(torch.tensor([[char_to_idx[character]]]), hidden)
    for _ in range(k):
        written.append(idx_to_char[course_sample(logits[0, -1], temperature)])
        logits, hidden = model(torch.tensor([[char_to_idx[written[-1]]]]), hidden)
    return "".join(written)
