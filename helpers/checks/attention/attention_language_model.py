"""Checks of lesson 05, the model: an LSTM reads, attention looks back, their sum predicts."""

import torch
from torch import nn

from helpers.checks.attention.dropout import expect_dropout
from helpers.checks.attention.parts import expect_layers
from helpers.checks.attention.reference import HIDDEN, LATER, Hide, look_up
from helpers.checks.attention.self_attention import LATER_HIDDEN, draw_weights, expect_kept, found_in
from helpers.checks.expectations import Mistake, compare_gradients, expect, expect_tensor, same
from helpers.checks.modules import expect_module

_BATCH, _TIME, _VOCAB, _EMBEDDING, _HIDDEN = 3, 4, 7, 5, 6


def AttentionLanguageModel(answer):  # noqa: N802 (named like the exercise)
    """The layers of the text, the sum of what was read and what was found, `hide` handed on, dropout that counts."""
    model = answer(_VOCAB, _EMBEDDING, _HIDDEN)
    expect_module(model, "AttentionLanguageModel")
    expect_layers(model, _VOCAB, _EMBEDDING, _HIDDEN)
    # Embeddings as long as states: a model that attends to the wrong ones computes, and is found out by its numbers.
    model = answer(_VOCAB, _HIDDEN, _HIDDEN).eval()
    draw_weights(model)
    tokens, layers = torch.randint(_VOCAB, (_BATCH, _TIME)), list(model.parameters())
    logits = _call(model, tokens)
    expect_kept(model, layers, "layers")
    _expect_one_tensor(logits)
    _compare_logits(model, tokens, logits.detach())
    expect(same(model(tokens), logits, 1e-4), "the same tokens give other logits the second time: does the LSTM go on from the call before?")  # fmt: skip
    expect_tensor(model(tokens[:1, :1]), "the logits of one text of one token", (1, 1, _VOCAB))
    _compare_hidden(answer, tokens)
    _compare_gradients(model, tokens)
    expect_dropout(answer)


def _call(model: nn.Module, tokens: torch.Tensor):
    """Name what the errors of the first call are nearly always about."""
    try:
        return model(tokens)
    except (TypeError, AttributeError) as error:
        if "not tuple" in str(error) or "'tuple' object" in str(error):
            raise Mistake(
                "nn.LSTM returns two things, the states and its last state: `states, _ = self.lstm(...)`"
            ) from None
        raise
    except (RuntimeError, ValueError) as error:
        if "must be equal to input_size" in str(error) or "RNN input dtype" in str(error):
            raise Mistake(
                "the LSTM reads embeddings, and is given something else: `self.lstm(self.embedding(tokens))`"
            ) from None
        if "must match the size" in str(error):
            raise Mistake(
                f"two sizes do not fit ({error}): add states and what was found, both (batch, time, hidden)"
            ) from None
        raise


def _expect_one_tensor(logits) -> None:
    if isinstance(logits, tuple):
        raise Mistake("`forward` returns several things: this model carries no state, so return the logits alone")
    what = f"the logits of {_BATCH} texts of {_TIME} tokens"
    expect_tensor(logits, what)
    mistakes = {
        (_BATCH, _VOCAB): "there is one row of logits for each text: predict at every position",
        (_BATCH, 1, _VOCAB): "there is one row of logits for each text: predict at every position",
        (_TIME, _BATCH, _VOCAB): "texts and time are exchanged in the logits: the batch comes first",
        (
            _BATCH,
            _VOCAB,
            _TIME,
        ): "the characters stand before the time: the last dimension of the logits is the vocabulary",
        (_BATCH * _TIME, _VOCAB): "all positions stand in one long column: keep the shape (batch, time, vocab_size)",
        (_BATCH, _TIME, _HIDDEN): "those are states, `hidden_size` long: put them through `self.output`",
    }
    if tuple(logits.shape) in mistakes:
        raise Mistake(mistakes[tuple(logits.shape)])
    expect_tensor(logits, what, (_BATCH, _TIME, _VOCAB))


def _right(model: nn.Module, tokens: torch.Tensor, hidden: torch.Tensor | None = None) -> torch.Tensor:
    states, _ = model.lstm(model.embedding(tokens))
    return model.output(states + found_in(model.attention, states, hidden))


@torch.no_grad()
def _compare_logits(model: nn.Module, tokens: torch.Tensor, logits: torch.Tensor) -> None:
    right, attention = _right(model, tokens), model.attention
    if same(logits, right, 1e-4):
        return
    expect(
        same(model(tokens), logits, 1e-4),
        "with dropout 0 and in evaluation mode, the same tokens give other logits each time: take `self.dropout`, an "
        "`nn.Dropout(dropout)`, which knows the mode and the probability",
    )
    embedded = model.embedding(tokens)
    states, (last, _) = model.lstm(embedded)
    last, found = last.transpose(0, 1), found_in(attention, states)
    turned = model.lstm(embedded.transpose(0, 1))[0].transpose(0, 1)
    by_last = look_up(attention.query(last), attention.key(states), attention.value(states))
    read = "attention reads the embeddings: give it the LSTM's states"
    final = "the LSTM's last state stands for all positions: its first result holds the states of every position"
    before_output = [
        (states + found_in(attention, states, LATER), LATER_HIDDEN),
        (found, "what was found replaces the states: add the two, `states + found`"),
        (states, "what attention finds is not used: add it to the states"),
        (states + found_in(attention, embedded), read),
        (embedded + found_in(attention, embedded), read),
        (found_in(attention, embedded), read),
        (embedded + found, "what was found is added to the embeddings: add it to the states that attention has read"),
        (states + embedded + found, "the embeddings are added, too: add what was found to the states, and nothing more"),
        (states * found, "states and what was found are multiplied: add them"),
        (2 * states + found, "the states are added twice: once is enough, `states + found`"),
        (states + 2 * found, "what was found is added twice: once is enough, `states + found`"),
        ((states + found).tanh(), "a tanh goes around the sum: it goes to the output layer as it is"),
        (torch.layer_norm(states + found, (_HIDDEN,)), "the sum is normalised: it goes to the output layer as it is"),
        (turned + found_in(attention, turned), "texts and time are exchanged before the LSTM: the batch comes first, and `batch_first=True` knows it"),
        (last + found, final),
        (states + found_in(attention, last), final),
        (last + found_in(attention, last), final),
        (states + by_last, final),
        (last + by_last, final),
    ]  # fmt: skip
    mistakes = [(model.output(wrong), message) for wrong, message in before_output] + [
        (right.softmax(-1), "those are probabilities: return the logits, the softmax comes with the loss"),
        (right.log_softmax(-1), "those are logarithms of probabilities: return the logits as the output layer gives them"),
    ]  # fmt: skip
    for wrong, message in mistakes:
        if same(logits, wrong.expand_as(logits), 1e-4):
            raise Mistake(message)
    raise Mistake(
        "the logits are not those of the text: embedding, LSTM, attention over its states, the sum of states and what was found, the output layer"
    )


def _compare_hidden(answer, tokens: torch.Tensor) -> None:
    hide = Hide()
    model = answer(_VOCAB, _HIDDEN, _HIDDEN, 0.0, hide).eval()
    draw_weights(model)
    logits = model(tokens)
    expect_tensor(logits, "the logits with `hide`", (_BATCH, _TIME, _VOCAB))
    if same(logits.detach(), _right(model, tokens).detach(), 1e-4):
        raise Mistake("`hide` is not handed on, so nothing is hidden: `SelfAttention(hidden_size, hide)`")
    right = _right(model, tokens, HIDDEN).detach()
    expect(same(logits.detach(), right, 1e-4), "with `hide`, the logits are not those of the text: hand it on to `SelfAttention`, and do nothing else with it")  # fmt: skip


def _compare_gradients(model: nn.Module, tokens: torch.Tensor) -> None:
    message = "the numbers are right, but the gradient does not flow through all layers: no .detach() or no_grad here"
    compare_gradients(model(tokens), _right(model, tokens), list(model.parameters()), message)
