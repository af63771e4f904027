"""A small LSTM with attention that notes how it is used, for the check of lesson 05 that lets one write."""

import math

import torch
from torch import nn

from helpers.checks.spies import called

VOCAB, WIDTH = 7, 6
COLD = 1e-3  # the temperature at which the likeliest token comes


class _Noted:
    """A layer that notes what it reads and returns, and whether it records gradients and is in training mode."""

    def forward(self, *arguments, **named):
        """Note the call, and compute."""
        result = super().forward(*arguments, **named)
        note = {"read": [*arguments, *named.values()], "returned": result}
        vars(self).setdefault("calls", []).append(note | {"grad": torch.is_grad_enabled(), "training": self.training})
        return result


@called("LSTM")
class _LSTM(_Noted, nn.LSTM):
    pass


class _Linear(_Noted, nn.Linear):
    pass


class _Dropout(_Noted, nn.Dropout):
    pass


@called("SelfAttention")
class _Attention(nn.Module):
    """Queries, keys and values as the lesson's SelfAttention has them, later positions hidden."""

    def __init__(self):
        super().__init__()
        self.query, self.key, self.value = (_Linear(WIDTH, WIDTH, bias=False) for _ in range(3))
        self.hide = None

    def forward(self, states: torch.Tensor) -> torch.Tensor:
        """Take states (batch, time, width), return a mean of the values up to each position."""
        scores = self.query(states) @ self.key(states).mT / math.sqrt(WIDTH)
        later = torch.ones_like(scores, dtype=torch.bool).triu(1)
        return scores.masked_fill(later, -math.inf).softmax(-1) @ self.value(states)


@called("AttentionLanguageModel")
class Writer(nn.Module):
    """The lesson's model, in training mode, with weights so large that what it attends to shows."""

    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(VOCAB, 5)
        self.lstm = _LSTM(5, WIDTH, batch_first=True)
        self.attention = _Attention()
        self.dropout = _Dropout(0.5)
        self.output = _Linear(WIDTH, VOCAB)
        for parameter in self.parameters():
            parameter.data.mul_(3)

    def forward(self, tokens: torch.Tensor) -> torch.Tensor:
        """Take tokens (batch, time), return logits (batch, time, vocab)."""
        states, _ = self.lstm(self.embedding(tokens))
        return self.output(self.dropout(states + self.attention(states)))

    def forget(self) -> None:
        """Forget what has been noted."""
        for module in self.modules():
            vars(module).pop("calls", None)

    def calls(self, layer: nn.Module) -> list[dict]:
        """Return what a layer has noted."""
        return list(vars(layer).get("calls", []))

    def tokens_of(self, inputs: torch.Tensor) -> torch.Tensor:
        """Return the tokens whose embeddings the LSTM was given."""
        distances = (inputs[..., None, :] - self.embedding.weight).abs().sum(-1)
        return distances.argmin(-1)

    def drawn_from(self) -> list[torch.Tensor]:
        """Return the logits at the last position, (batch, vocab), of each call of the output layer."""
        results = [call["returned"].detach() for call in self.calls(self.output)]
        return [logits[:, -1] if logits.dim() == 3 else logits for logits in results]
