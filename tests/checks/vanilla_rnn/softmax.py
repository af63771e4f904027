"""What learners hand in for `softmax` of lesson 02."""

import torch

from tests.checks.answers import Answers

ANSWERS = Answers()


@ANSWERS.is_wrong("subtract the largest logit before torch.exp")
def softmax(logits):
    powers = torch.exp(logits)
    return powers / powers.sum(-1, keepdim=True)


@ANSWERS.is_wrong("its *own* largest logit")
def softmax(logits):
    powers = torch.exp(logits - logits.max())
    return powers / powers.sum(-1, keepdim=True)


@ANSWERS.is_wrong("of logits in 64 bits the result should be in 64 bits")
def softmax(logits):
    return logits.float().softmax(-1)


@ANSWERS.is_wrong("autograd cannot follow them back to the logits")
def softmax(logits):
    return logits.detach().softmax(-1)


@ANSWERS.is_wrong("it is the *largest* logit that must be subtracted")
def softmax(logits):
    powers = torch.exp(logits - logits.min(dim=-1, keepdim=True).values)
    return powers / powers.sum(dim=-1, keepdim=True)


@ANSWERS.is_wrong("all rows together add up to 1")
def softmax(logits):
    powers = torch.exp(logits - logits.max())
    return powers / powers.sum()


@ANSWERS.is_wrong("all rows together add up to 1")
def softmax(logits):
    powers = torch.exp(logits - logits.max(-1, keepdim=True).values)
    return powers / powers.sum()


@ANSWERS.is_wrong("your columns add up to 1")
def softmax(logits):
    powers = torch.exp(logits - logits.max(-1, keepdim=True).values)
    return powers / powers.sum(0)


@ANSWERS.is_wrong("your columns add up to 1")
def softmax(logits):
    powers = torch.exp(logits - logits.max())
    return powers / powers.sum(0)


@ANSWERS.is_wrong("the exponential is missing")
def softmax(logits):
    return logits / logits.sum(-1, keepdim=True)


@ANSWERS.is_wrong("not divided by their sum")
def softmax(logits):
    return torch.exp(logits - logits.max(-1, keepdim=True).values)


@ANSWERS.is_wrong("logarithms of probabilities")
def softmax(logits):
    return torch.log_softmax(logits, -1)


@ANSWERS.is_wrong("take its `.values`")
def softmax(logits):
    powers = torch.exp(logits - logits.max(-1, keepdim=True))
    return powers / powers.sum(-1, keepdim=True)


@ANSWERS.is_wrong("with `keepdim=True`")
def softmax(logits):
    powers = torch.exp(logits - logits.max(-1).values)
    return powers / powers.sum(-1)


@ANSWERS.is_wrong("is there a minus too many?")
def softmax(logits):
    powers = torch.exp(logits.min(-1, keepdim=True).values - logits)
    return powers / powers.sum(-1, keepdim=True)


@ANSWERS.is_wrong("powers of 2")
def softmax(logits):
    powers = 2 ** (logits - logits.max(-1, keepdim=True).values)
    return powers / powers.sum(-1, keepdim=True)


@ANSWERS.is_wrong("changes its argument `logits`")
def softmax(logits):
    logits -= logits.max(-1, keepdim=True).values
    powers = torch.exp(logits)
    return powers / powers.sum(-1, keepdim=True)


@ANSWERS.is_right
def softmax(logits):
    return torch.exp(logits - torch.logsumexp(logits, -1, keepdim=True))


@ANSWERS.is_right
def softmax(logits):
    largest = logits.amax(-1)
    powers = (logits - largest[..., None]).exp()
    return powers / powers.sum(-1)[..., None]


@ANSWERS.is_right
def softmax(logits):
    return torch.softmax(logits, dim=-1)
