"""Checks of lesson 05, the layers of the model: their names, their kinds and their sizes."""

from torch import nn

from helpers.checks.attention.self_attention import MAPS, expect_maps
from helpers.checks.expectations import expect
from helpers.checks.modules import expect_linear


def expect_layers(model: nn.Module, vocab_size: int, embedding_size: int, hidden_size: int) -> None:
    """Hold a model to the layers of the text; the three sizes must differ."""
    names = ("embedding", "lstm", "attention", "output")
    for name in names:
        expect(hasattr(model, name), f"there is no `self.{name}`: keep to the names in the text")
        expect(isinstance(getattr(model, name), nn.Module), f"`self.{name}` should be a layer, an `nn.Module`")
    _expect_embedding(model.embedding, (vocab_size, embedding_size))
    _expect_lstm(model.lstm, embedding_size, hidden_size)
    expect(all(hasattr(model.attention, name) for name in MAPS), "`self.attention` should be your SelfAttention")
    width = getattr(model.attention.query, "in_features", None)
    expect(
        width != embedding_size,
        "`self.attention` is as wide as an embedding: it reads the LSTM's states, so make it `hidden_size` wide",
    )
    expect_maps(model.attention, hidden_size, " of `self.attention`")
    expect(
        getattr(model.output, "in_features", None) != 2 * hidden_size,
        "`self.output` reads states and what was found side by side: add the two, and it reads hidden_size numbers",
    )
    bias = getattr(model.output, "bias", True)
    expect(bias is not None, "`self.output` has no bias: only the three maps of attention go without")
    expect_linear(model, "output", (vocab_size, hidden_size), f"vocab_size {vocab_size} and hidden_size {hidden_size}")
    more = {name.split(".")[0] for name, _ in model.named_parameters()} - set(names)
    expect(
        not more, f"there are layers with weights beside those of the text, `{', '.join(sorted(more))}`: leave them out"
    )


def _expect_embedding(embedding: nn.Module, shape: tuple[int, int]) -> None:
    expect(isinstance(embedding, nn.Embedding), "`self.embedding` should be an `nn.Embedding`")
    expect(
        tuple(embedding.weight.shape) == shape,
        f"`self.embedding` should hold a row of embedding_size numbers for each character, {shape} here, "
        f"and holds {tuple(embedding.weight.shape)}",
    )


def _expect_lstm(lstm: nn.Module, embedding_size: int, hidden_size: int) -> None:
    expect(isinstance(lstm, nn.LSTM), "`self.lstm` should be an `nn.LSTM`")
    expect(
        not lstm.bidirectional,
        "`self.lstm` reads backwards, too: a language model may not see what is to come, so leave `bidirectional` out",
    )
    sizes = (lstm.input_size, lstm.hidden_size)
    expect(
        sizes != (hidden_size, embedding_size),
        "the sizes of `self.lstm` are exchanged: it reads embedding_size numbers, and its states have hidden_size",
    )
    expect(
        sizes == (embedding_size, hidden_size),
        f"`self.lstm` should read {embedding_size} numbers for embedding_size {embedding_size}, with states of hidden_size "
        f"{hidden_size}; it reads {sizes[0]}, with states of {sizes[1]}",
    )
    expect(lstm.bias, "`self.lstm` has no biases: only the three maps of attention go without")
    expect(lstm.num_layers == 1, f"`self.lstm` has {lstm.num_layers} layers: the text has one")
    expect(
        lstm.batch_first,
        "`self.lstm` takes the first dimension for the time, and here it is the texts: give it `batch_first=True`",
    )
