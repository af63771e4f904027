"""What learners hand in for `decode` of lesson 01."""

from tests.checks.answers import Answers

ANSWERS = Answers()


@ANSWERS.is_wrong("does not find a tensor among its keys")
def decode(tokens, idx_to_char):
    return "".join(idx_to_char[token] for token in tokens)


@ANSWERS.is_wrong("join them into one string")
def decode(tokens, idx_to_char):
    return [idx_to_char[token] for token in tokens.tolist()]


@ANSWERS.is_wrong("does not look up a whole list")
def decode(tokens, idx_to_char):
    return idx_to_char[tokens.tolist()]


@ANSWERS.is_wrong("joined with spaces")
def decode(tokens, idx_to_char):
    return " ".join(idx_to_char[token] for token in tokens.tolist())


@ANSWERS.is_wrong("those are code points (chr)")
def decode(tokens, idx_to_char):
    return "".join(chr(token) for token in tokens.tolist())


@ANSWERS.is_wrong("tokens as digits")
def decode(tokens, idx_to_char):
    return "".join(str(token) for token in tokens.tolist())


@ANSWERS.is_wrong("is the `return` missing?")
def decode(tokens, idx_to_char):
    text = ""
    for token in tokens.tolist():
        text += idx_to_char[token]


@ANSWERS.is_wrong("back to front")
def decode(tokens, idx_to_char):
    text = ""
    for token in tokens.tolist():
        text = idx_to_char[token] + text
    return text


@ANSWERS.is_wrong("should give 'banana', and gives 'b'")
def decode(tokens, idx_to_char):
    for token in tokens.tolist():
        return idx_to_char[token]


@ANSWERS.is_right
def decode(tokens, idx_to_char):
    text = ""
    for token in tokens:
        text += idx_to_char[token.item()]
    return text


@ANSWERS.is_right
def decode(tokens, idx_to_char):
    return "".join(map(idx_to_char.__getitem__, tokens.numpy().tolist()))
