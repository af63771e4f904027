"""An LSTM with attention over what it has read: twice, for reading and for speed."""

from typing import Any

import torch
from torch import nn

from helpers.models.inputs import check_tokens
from helpers.models.lstm import CharLSTM
from helpers.models.self_attention import SelfAttention, SelfAttentionByHand

State = tuple[torch.Tensor, torch.Tensor, torch.Tensor, torch.Tensor]  # hidden, cell, keys, values


class CharAttentionLSTMByHand(CharLSTM):
    """Predicts the next character from the states of an LSTM, and from what attention finds among the earlier ones.

    An LSTM must press all that it may need later into one state. Here it may look back: at each position, attention
    takes a mean of the last `block_size` states, weighted by how well they answer the present one. That mean is added
    to the present state (a residual path), so attention that has learned nothing yet does no harm.

    The state is a tuple (hidden, cell, keys, values). Hidden and cell are those of `CharLSTM`; keys and values have
    shape (batch, heads, up to block_size - 1, head_size). With them a new character costs one step, however long the
    text is, and gives what a pass over the whole text would. This is the class to read; to train, take
    `CharAttentionLSTM`.

    Sources: Bahdanau, Cho & Bengio, "Neural Machine Translation by Jointly Learning to Align and Translate" (2014), for
    attention over recurrent states; Vaswani et al., "Attention Is All You Need" (2017), for its form.
    """

    architecture = "attention-lstm"  # what a checkpoint says: both classes can load it

    def __init__(
        self,
        vocab_size: int,
        embedding_size: int | None,
        hidden_size: int,
        num_layers: int = 1,
        dropout: float = 0.0,
        *,
        num_heads: int = 1,
        block_size: int = 256,
        embedding_dropout: float = 0.0,
        forget_bias: float | None = 1.0,
    ):
        """Make the layers as `CharLSTM` does; `num_heads` and `block_size` as `SelfAttentionByHand` takes them."""
        super().__init__(
            vocab_size,
            embedding_size,
            hidden_size,
            num_layers,
            dropout,
            embedding_dropout=embedding_dropout,
            forget_bias=forget_bias,
        )
        self.settings |= {"num_heads": num_heads, "block_size": block_size}
        self.attention = self._make_attention(hidden_size, num_heads, block_size)

    def init_state(self, batch_size: int) -> State:
        """Return the state before the first character: zeros, and no keys and values yet."""
        return *super().init_state(batch_size), *self.attention.init_past(batch_size)

    def forward(self, tokens: torch.Tensor, state: State | None = None) -> tuple[torch.Tensor, State]:
        """Predict the next character at every position, as `CharLSTM.forward` does."""
        states, past, ends = self._read_text(tokens, state)  # states: (batch, time, hidden)
        attended, (keys, values) = self.attention(states, past)  # (batch, time, hidden)
        logits = self.output(states + self.dropout(attended))  # (batch, time, vocab_size)
        return logits, (*ends, keys, values)

    @torch.no_grad()
    def attention_weights(self, tokens: torch.Tensor, state: State | None = None) -> torch.Tensor:
        """Return how much each position takes from each, for a picture: dropout off, the model left as it is.

        Returns: shape (batch, heads, time, past + time), past being the positions that the state brings.
        """
        training = self.training
        self.eval()
        try:
            states, past, _ = self._read_text(tokens, state)
            return self.attention.weights(states, past)
        finally:
            self.train(training)

    def _read_text(self, tokens: torch.Tensor, state: Any) -> tuple[torch.Tensor, Any, Any]:
        """Return the LSTM's states, (batch, time, hidden), the keys and values before, and the LSTM's last state."""
        check_tokens(tokens, self.output.out_features)
        recurrent, past = self._take_apart(self.init_state(len(tokens)) if state is None else state)
        self.attention.check_past(past, len(tokens))
        states, ends = self.read(tokens, recurrent)  # (time, batch, hidden)
        return states.transpose(0, 1), past, ends

    def _take_apart(self, state: Any) -> tuple[Any, Any]:
        if not isinstance(state, (tuple, list)) or len(state) != 4:
            what = f"{len(state)} parts" if isinstance(state, (tuple, list)) else f"a {type(state).__name__}"
            raise ValueError(f"the state is {what}: it must be (hidden, cell, keys, values), as the model returns it")
        return tuple(state[:2]), tuple(state[2:])

    def _make_attention(self, width: int, num_heads: int, block_size: int) -> nn.Module:
        return SelfAttentionByHand(width, num_heads, block_size)


class CharAttentionLSTM(CharAttentionLSTMByHand):
    """The same network with the same parameters and results, its attention by torch's own kernel: faster."""

    def _make_attention(self, width: int, num_heads: int, block_size: int) -> nn.Module:
        return SelfAttention(width, num_heads, block_size)
