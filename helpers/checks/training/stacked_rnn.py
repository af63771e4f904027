"""Checks of lesson 03, the network: several recurrent layers on top of each other."""

import torch
from torch import nn

from helpers.checks.expectations import Mistake, compare, expect, expect_tensor, expect_type, same
from helpers.checks.modules import expect_linear, expect_module

_BATCH, _TIME, _LAYERS, _HIDDEN, _VOCAB = 4, 5, 3, 6, 7


def StackedRNN(answer):  # noqa: N802 (named like the exercise)
    """The layers of the text, the states of the formula, carried over, with dropout on the way up only."""
    model = answer(vocab_size=_VOCAB, embedding_size=5, hidden_size=_HIDDEN, num_layers=_LAYERS)
    expect_module(model, "StackedRNN")
    _expect_layers(model)
    _expect_fresh_state(model.init_state(_BATCH))
    # Embeddings as long as states: a layer that reads the wrong one of them computes, and is found out by its numbers.
    model = answer(_VOCAB, _HIDDEN, _HIDDEN, _LAYERS).eval()
    tokens = torch.randint(_VOCAB, (_BATCH, _TIME))
    start = torch.randn(_BATCH, _LAYERS, _HIDDEN)
    given = start.clone()
    logits, last = _outputs(model, tokens, start)
    _compare_logits(model, tokens, given, logits)
    _compare_last(model, tokens, given, last)
    expect(same(start, given), "`forward` changes the state that it is given: make new ones in each step")
    _compare_gradients(model, tokens)
    without, _ = _outputs(model, tokens, None)
    zeros = torch.zeros(_BATCH, _LAYERS, _HIDDEN)
    expect(same(without, _run(model, tokens, zeros)[0], 1e-4), "without a state, `forward` should start from zeros")
    _expect_dropout(answer)


def _expect_layers(model: nn.Module) -> None:
    embedding = getattr(model, "embedding", None)
    expect(isinstance(embedding, nn.Embedding), "there should be an `nn.Embedding` called `self.embedding`")
    expect(
        tuple(embedding.weight.shape) == (_VOCAB, 5),
        f"`self.embedding` should hold a row of embedding_size numbers for each character, {(_VOCAB, 5)} here, and "
        f"holds {tuple(embedding.weight.shape)}",
    )
    cells = getattr(model, "cells", None)
    expect(cells is not None, "there is no `self.cells`: keep to the names in the text")
    if isinstance(cells, list | tuple):
        raise Mistake(
            "`self.cells` is a plain Python list, in which the optimizer finds no weights: make it an `nn.ModuleList`"
        )
    expect(isinstance(cells, nn.ModuleList), "`self.cells` should be an `nn.ModuleList`")
    expect(
        len(cells) == _LAYERS, f"there should be {_LAYERS} cells for num_layers={_LAYERS}, and there are {len(cells)}"
    )
    expect(
        len({id(cell) for cell in cells}) == _LAYERS,
        "the layers share one cell (a list times a number repeats the same one): make a new cell for each layer",
    )
    for number, cell in enumerate(cells):
        size, owner = 5 if number == 0 else _HIDDEN, f" of cell number {number}"
        sizes = f"embedding_size 5 and hidden_size {_HIDDEN}"
        expect(
            isinstance(cell, nn.Module) and hasattr(cell, "input_to_hidden"), "`self.cells` should hold your RNNCell"
        )
        if number and tuple(cell.input_to_hidden.weight.shape) == (_HIDDEN, 5):
            raise Mistake("all cells read an embedding: from the second on, a cell reads the state of the one below")
        expect_linear(cell, "input_to_hidden", (_HIDDEN, size), sizes, owner)
    expect_linear(model, "output", (_VOCAB, _HIDDEN), f"vocab_size {_VOCAB} and hidden_size {_HIDDEN}")


def _expect_fresh_state(state) -> None:
    shape = (_BATCH, _LAYERS, _HIDDEN)
    expect_type(state, torch.Tensor, f"`init_state({_BATCH})`")
    if tuple(state.shape) == (_LAYERS, _BATCH, _HIDDEN):
        raise Mistake("`init_state` puts the layers first, as nn.RNN does: here the batch comes first")
    if tuple(state.shape) == (_BATCH, _HIDDEN):
        raise Mistake("`init_state` has one state for all layers: each layer carries its own")
    expect_tensor(state, f"`init_state({_BATCH})` with {_LAYERS} layers of size {_HIDDEN}", shape=shape)
    expect(not state.any(), "`init_state` should give zeros: at the start there is nothing to remember")


def _outputs(model: nn.Module, tokens: torch.Tensor, state: torch.Tensor | None):
    try:
        result = model(tokens, state)
    except RuntimeError as error:
        if "must match the size" in str(error) or "mat1 and mat2" in str(error):
            raise Mistake(
                f"two sizes do not fit ({error}): time step t is `embedded[:, t]`, of shape (batch, embedding), and the "
                "state of a layer is `state[:, layer]`, of shape (batch, hidden)"
            ) from None
        raise
    expect_type(result, tuple, "what `forward` returns, logits and states,")
    expect(len(result) == 2, "`forward` should return two things, the logits and the last states")
    logits, last = result
    expect_type(logits, torch.Tensor, "the first thing that `forward` returns, the logits,")
    expect_type(last, torch.Tensor, "the second thing that `forward` returns, the states,")
    if tuple(logits.shape) == (_BATCH, _LAYERS, _HIDDEN):
        raise Mistake("logits and states are returned the wrong way round: the logits come first")
    if tuple(logits.shape) == (_TIME, _BATCH, _VOCAB):
        raise Mistake("texts and time are exchanged in the logits: stack the outputs with `dim=1`")
    if tuple(logits.shape) == (_BATCH, _VOCAB):
        raise Mistake("there are logits for the last position only: append an output at every time step")
    if tuple(logits.shape) == (_BATCH, _TIME * _LAYERS, _VOCAB):
        raise Mistake("every layer appends an output: append only the topmost one, after the loop over the layers")
    expect_tensor(logits, "the logits of 4 texts of 5 tokens", shape=(_BATCH, _TIME, _VOCAB))
    if tuple(last.shape) == (_LAYERS, _BATCH, _HIDDEN):
        raise Mistake("the states have the layers first: stack them with `dim=1`, so that the batch comes first")
    if tuple(last.shape) == (_BATCH, _HIDDEN):
        raise Mistake("only the topmost state is returned: every layer needs its own to go on")
    expect_tensor(last, "the last states of 4 texts", shape=(_BATCH, _LAYERS, _HIDDEN))
    return logits, last


def _run(
    model, tokens, state, *, reads: str = "below", output: int | None = -1, shared: bool = False, keep: bool = True
):
    """Return logits and last states by the learner's weights; the arguments bring in one mistake each."""
    embedded, start, outputs = model.embedding(tokens), list(state.unbind(1)), []
    states = list(start)
    for t in range(tokens.shape[1]):
        below, before = embedded[:, t], list(states)
        for layer, cell in enumerate(model.cells):
            old = states[layer - 1] if shared else (states if keep else start)[layer]
            states[layer] = torch.tanh(cell.input_to_hidden(below) + cell.hidden_to_hidden(old))
            below = {"below": states[layer], "embedding": embedded[:, t], "late": before[layer]}[reads]
        outputs.append(below if output is None else states[output])
    return model.output(torch.stack(outputs, 1)), torch.stack(states, 1)


def _compare_logits(model: nn.Module, tokens: torch.Tensor, start: torch.Tensor, logits: torch.Tensor) -> None:
    right = _run(model, tokens, start)[0]
    if same(logits, right, 1e-4):
        return
    zeros = torch.zeros_like(start)
    mistakes = [
        (_run(model, tokens, zeros)[0], "the state that `forward` is given is not used: start from `state`, not from zeros"),
        (_run(model, tokens, start, reads="embedding")[0], "all layers read the embedding: from the second on, a layer reads the new state of the one below"),
        (_run(model, tokens, start, reads="late")[0], "a layer reads the old state of the one below: give it the new one, of the same time step"),
        (_run(model, tokens, start, reads="late", output=None)[0], "a layer reads the old state of the one below: give it the new one, of the same time step"),
        (_run(model, tokens, zeros, keep=False)[0], "every step starts from zeros: make the states once, before the loop over time"),
        (_run(model, tokens, start, output=0)[0], "the output layer reads the first layer: give it the topmost one"),
        (_run(model, tokens, start, shared=True)[0], "all layers go on from one state: layer number i goes on from `states[i]`"),
        (_run(model, tokens, start, keep=False)[0], "every step starts from the first states: put the new ones in their places"),
        (right.softmax(-1), "those are probabilities: return the logits, the softmax comes with the loss"),
    ]  # fmt: skip
    for wrong, message in mistakes:
        if same(logits, wrong, 1e-4):
            raise Mistake(message)
    raise Mistake(
        "the logits are not those of the text: compare your two loops with it, one step and one layer at a time"
    )


def _compare_last(model: nn.Module, tokens: torch.Tensor, start: torch.Tensor, last: torch.Tensor) -> None:
    right = _run(model, tokens, start)[1]
    compare(
        last, right, "the last states",
        [
            (start, "the states you return are the ones you started with: return those after the last character"),
            (_run(model, tokens[:, :1], start)[1], "the states you return are those after the first character, not the last"),
            (right.flip(1), "the states you return are in the reverse order of layers: the lowest comes first"),
        ],
        tolerance=1e-4,
    )  # fmt: skip


def _compare_gradients(model: nn.Module, tokens: torch.Tensor) -> None:
    logits, right = model(tokens)[0], _run(model, tokens, torch.zeros(_BATCH, _LAYERS, _HIDDEN))[0]
    message = "the numbers are right, but the gradient does not flow back through time: no .detach() or no_grad here"
    expect(logits.requires_grad, message)
    weights = list(model.parameters())
    own, wanted = (torch.autograd.grad(one.sum(), weights, allow_unused=True) for one in (logits, right))
    pairs = [(gradient, goal) for gradient, goal in zip(own, wanted, strict=True) if goal is not None]
    expect(all(gradient is not None and same(gradient, goal, 1e-3) for gradient, goal in pairs), message)


def _expect_dropout(answer) -> None:
    """Dropout changes the outputs and what the second layer reads, and no state is carried on with holes in it."""
    tokens = torch.randint(_VOCAB, (_BATCH, _TIME))
    state = torch.randn(_BATCH, 2, _HIDDEN)
    model = answer(_VOCAB, _HIDDEN, _HIDDEN, 2, 0.5).train()
    (_, last), (_, again) = model(tokens, state), model(tokens, state)
    right, right_states = _run(model, tokens, state)
    if not same(last[:, 0], right_states[:, 0], 1e-4):
        raise Mistake(_misplaced_dropout(model, tokens[:, :1], last))
    expect(
        not same(last[:, 1], again[:, 1], 1e-6),
        "nothing is dropped out between the layers: put every state through `self.dropout` on its way up",
    )
    single = answer(_VOCAB, _HIDDEN, _HIDDEN, 1, 0.5).train()
    expect(
        not same(single(tokens)[0], single(tokens)[0], 1e-6),
        "the topmost state goes to the output layer without `self.dropout`",
    )
    _expect_dropped_once(single, tokens)
    expect(
        same(model.eval()(tokens, state)[0], right, 1e-4),
        "something is dropped out in evaluation mode: take `self.dropout`, which knows the mode",
    )


def _misplaced_dropout(model: nn.Module, first: torch.Tensor, last: torch.Tensor) -> str:
    """Tell the embedding from the carried state, by one step from zeros, which dropout leaves as they are."""
    zeros = torch.zeros(_BATCH, 2, _HIDDEN)
    own, right = model(first, zeros)[1], _run(model, first, zeros)[1]
    if bool((last[:, 0] == 0).any()) or same(own[:, 0], right[:, 0], 1e-4):
        return "dropout falls on the state that is carried on: only what goes up to the next layer is dropped out"
    return "dropout falls on the embedding: only the states are dropped out, on their way up to the next layer"


def _expect_dropped_once(model: nn.Module, tokens: torch.Tensor) -> None:
    """Look at what reaches the output layer, which is made to copy it: dropout doubles what it leaves."""
    with torch.no_grad():
        model.output.weight.copy_(torch.eye(_VOCAB, _HIDDEN))
        model.output.bias.zero_()
    zeros = torch.zeros(_BATCH, 1, _HIDDEN)
    dropped, states = model(tokens, zeros)[0], _run(model, tokens, zeros)[0]
    left = dropped != 0
    expect(
        not same(dropped[left], 4 * states[left], 1e-4),
        "the topmost state is dropped out twice: once, on its way to the output layer",
    )
    expect(
        same(dropped[left], 2 * states[left], 1e-4),
        "what goes to the output layer is not the topmost state after `self.dropout`",
    )
