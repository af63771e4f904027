"""What the language models on gated layers have in common: all but the layers."""

from abc import ABC, abstractmethod
from typing import Any

import torch
import torch.nn.functional as F
from torch import nn

from helpers.ground.nested import map_tensors
from helpers.models.inputs import check_sizes, check_tokens


def select_layer(state: Any, layer: int, dtype: torch.dtype) -> Any:
    """Return the state of one layer, tensors of shape (batch, hidden), from (batch, num_layers, hidden)."""
    return map_tensors(lambda part: part[:, layer].to(dtype), state)


def stack_layers(states: list[Any]) -> Any:
    """Return the state of all layers, tensors of shape (batch, num_layers, hidden), in memory of its own.

    They are copied where they are parts of something larger, and where there are several to put together.
    """
    if len(states) == 1:
        return map_tensors(_alone, states[0])
    if isinstance(states[0], torch.Tensor):
        return torch.stack(states, dim=1)
    return tuple(torch.stack(parts, dim=1) for parts in zip(*states, strict=True))


def _alone(part: torch.Tensor) -> torch.Tensor:
    part = part[:, None]  # (batch, 1, hidden)
    return part if part.untyped_storage().nbytes() == part.nbytes else part.clone()


class GateWeights(nn.Module):
    """Two linear maps, from the inputs and from the hidden state, each to the sums of all gates at once.

    The names are torch's own: `ih` from input to hidden, `hh` from hidden to hidden, `l0` the first layer. So the
    weights of a cell can be loaded into a layer of torch and back. The rows of each weight are those of the first gate,
    then those of the second, and so on. torch adds one bias to each map, though their sum would be enough for an LSTM.
    """

    def __init__(self, input_size: int, hidden_size: int, num_gates: int):
        """Draw all weights and biases evenly from ±1/√hidden_size, in torch's order: a seed gives the same numbers."""
        super().__init__()
        self.weight_ih_l0 = nn.Parameter(torch.empty(num_gates * hidden_size, input_size))
        self.weight_hh_l0 = nn.Parameter(torch.empty(num_gates * hidden_size, hidden_size))
        self.bias_ih_l0 = nn.Parameter(torch.empty(num_gates * hidden_size))
        self.bias_hh_l0 = nn.Parameter(torch.empty(num_gates * hidden_size))
        for parameter in self.parameters():
            nn.init.uniform_(parameter, -(hidden_size**-0.5), hidden_size**-0.5)

    def from_inputs(self, inputs: torch.Tensor) -> torch.Tensor:
        """Return what the inputs add to the sums, of shape (batch, num_gates · hidden).

        Args:
            inputs: vectors of shape (batch, input_size), or ids of shape (batch,), each in place of its one-hot vector.
                The product of a matrix and a one-hot vector is one column of the matrix, so that column is looked up.
        """
        if inputs.is_floating_point():
            return F.linear(inputs, self.weight_ih_l0, self.bias_ih_l0)
        return F.embedding(inputs, self.weight_ih_l0.t()) + self.bias_ih_l0

    def from_hidden(self, hidden: torch.Tensor) -> torch.Tensor:
        """Return what the hidden state, of shape (batch, hidden), adds to the sums: (batch, num_gates · hidden)."""
        return F.linear(hidden, self.weight_hh_l0, self.bias_hh_l0)

    def extra_repr(self) -> str:
        """Return the sizes, for printing."""
        return f"{self.weight_ih_l0.shape[1]}, {self.weight_hh_l0.shape[1]}"


class RecurrentLanguageModel(nn.Module, ABC):
    """Predicts the next character with recurrent layers, between an embedding (or one-hot vectors) and a linear map.

    Each layer reads the hidden states of the one below. What a state is, a subclass says; all its tensors have shape
    (batch, num_layers, hidden), batch first like everything that a model takes and gives.

    Each layer is a module of its own, and dropout stands between them as a module, too. `nn.LSTM(num_layers=...)` has
    it built in, but not after its last layer: with a single layer it does nothing. On a GPU it also draws it from a
    generator of its own, which a resumed run could not set back.
    """

    takes_ids = True  # the layers take an id for its one-hot vector; those of torch do not

    def __init__(
        self,
        vocab_size: int,
        embedding_size: int | None,
        hidden_size: int,
        num_layers: int = 1,
        dropout: float = 0.0,
        *,
        embedding_dropout: float = 0.0,
    ):
        """Make the layers.

        Args:
            vocab_size: number of characters.
            embedding_size: numbers in the embedding of a character; None reads one-hot vectors, without an embedding.
            hidden_size: numbers in the state of each layer.
            num_layers: at least 1.
            dropout: share of the hidden states that are set to zero in training, between layers and before the output;
                with a single layer before the output alone.
            embedding_dropout: share of the vocabulary that is set to zero in training, drawn anew for each row of a
                batch: a character that is dropped is dropped wherever it stands in the row (Gal & Ghahramani, "A
                Theoretically Grounded Application of Dropout in Recurrent Neural Networks", 2016).

        Raises:
            ValueError: a size below 1, or a share that is none.
        """
        super().__init__()
        check_sizes(vocab_size=vocab_size, hidden_size=hidden_size, num_layers=num_layers)
        if embedding_size is not None:
            check_sizes(embedding_size=embedding_size)
        self.settings = {
            "vocab_size": vocab_size,
            "embedding_size": embedding_size,
            "hidden_size": hidden_size,
            "num_layers": num_layers,
            "dropout": dropout,
            "embedding_dropout": embedding_dropout,
        }
        self.embedding = None if embedding_size is None else nn.Embedding(vocab_size, embedding_size)
        self.embedding_dropout = nn.Dropout(embedding_dropout)
        sizes = [embedding_size or vocab_size] + [hidden_size] * (num_layers - 1)  # what each layer reads
        self.layers = nn.ModuleList(self._make_layer(size, hidden_size) for size in sizes)
        self.dropout = nn.Dropout(dropout)
        self.output = nn.Linear(hidden_size, vocab_size)

    @abstractmethod
    def init_state(self, batch_size: int) -> Any:
        """Return the state before the first character: zeros."""

    def _zeros(self, batch_size: int) -> torch.Tensor:
        return self.output.weight.new_zeros(batch_size, len(self.layers), self.output.in_features)

    def forward(self, tokens: torch.Tensor, state: Any = None) -> tuple[torch.Tensor, Any]:
        """Predict the next character at every position.

        Args:
            tokens: shape (batch, time).
            state: to go on from, as `init_state` and this method return it; zeros if not given.

        Returns: logits of shape (batch, time, vocab_size), and the state after the last character.

        Raises:
            ValueError: tokens that are no integers, tokens of a wrong shape, or a state of another model or batch.
            IndexError: an id outside the vocabulary.
        """
        states, state = self.read(tokens, state)  # (time, batch, hidden)
        logits = self.output(states).transpose(0, 1).contiguous()  # (batch, time, vocab_size)
        return logits, state

    def read(self, tokens: torch.Tensor, state: Any = None) -> tuple[torch.Tensor, Any]:
        """Return what the output layer is given, hidden states with dropout, and the state after the last character.

        Arguments and errors are those of `forward`. Returns states of shape (time, batch, hidden).
        """
        check_tokens(tokens, self.output.out_features)
        if state is None:
            state = self.init_state(len(tokens))
        self._check_state(state, (len(tokens), len(self.layers), self.output.in_features))
        inputs = self._vectors(
            tokens
        )  # (time, batch, input_size): time first, so that all numbers of a step lie together
        ends = []
        for number, layer in enumerate(self.layers):
            states, end = self._unroll(layer, inputs, select_layer(state, number, self.output.weight.dtype))
            ends.append(end)
            inputs = self.dropout(states)  # (time, batch, hidden)
        return inputs, stack_layers(ends)

    def _vectors(self, tokens: torch.Tensor) -> torch.Tensor:
        """Return what the first layer reads: shape (time, batch, input_size), or ids (time, batch) if it takes them."""
        vocab_size = self.output.out_features
        dropping = self.training and self.embedding_dropout.p
        if self.embedding is not None:
            inputs = self.embedding(tokens.t())  # (time, batch, embedding)
        elif self.takes_ids and not dropping:
            return tokens.t()
        else:
            ids = tokens.t().long()[..., None]  # (time, batch, 1)
            inputs = self.output.weight.new_zeros(*ids.shape[:2], vocab_size).scatter_(-1, ids, 1.0)  # one-hot
        if dropping:
            kept = self.embedding_dropout(inputs.new_ones(len(tokens), vocab_size))  # (batch, vocab_size)
            inputs = inputs * kept.gather(1, tokens.long()).t()[..., None]
        return inputs

    @abstractmethod
    def _make_layer(self, input_size: int, hidden_size: int) -> nn.Module:
        """Return one layer."""

    @abstractmethod
    def _check_state(self, state: Any, shape: tuple[int, ...]) -> None:
        """Raise ValueError unless the tensors of the state have this shape, and are as many as they must be."""

    @abstractmethod
    def _unroll(self, layer: nn.Module, inputs: torch.Tensor, state: Any) -> tuple[torch.Tensor, Any]:
        """Return the hidden states of all steps, of shape (time, batch, hidden), and the layer's state after the last.

        Args:
            layer: as `_make_layer` made it.
            inputs: shape (time, batch, input_size), or ids of shape (time, batch) if `takes_ids`.
            state: of this layer, its tensors of shape (batch, hidden).
        """
