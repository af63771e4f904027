"""A look inside: what the gates of a trained LSTM or GRU do at each character of a text."""

from typing import Any

import torch

from helpers.models.gru import CharGRULoop, GRUCell
from helpers.models.lstm import CharLSTMLoop, LSTMCell
from helpers.models.recurrent import RecurrentLanguageModel


@torch.no_grad()
def read_gates(model: RecurrentLanguageModel, tokens: torch.Tensor, state: Any = None) -> dict[str, torch.Tensor]:
    """Return all gates and states of a model while it reads, dropout off. The model is left as it is.

    They are computed by the cell that is written out, under the model's own weights.

    Args:
        model: a `CharLSTM` or `CharGRU`, or the loop of either.
        tokens: shape (batch, time).
        state: to go on from; zeros if not given.

    Returns: tensors of shape (batch, time, num_layers, hidden) by name, at each place as they are when the character
        there has been read. Of an LSTM: "input_gate", "forget_gate", "candidate", "output_gate", "hidden", "cell". Of a
        GRU: "reset_gate", "update_gate", "candidate", "hidden". Gates lie between 0 and 1, candidates between -1 and 1,
        hidden states as well where the first one does, a cell anywhere.

    Raises:
        TypeError: a model of another kind.
        ValueError, IndexError: tokens or a state that the model would refuse.
    """
    twin = _write_out(model)
    steps = [_watch(cell) for cell in twin.layers]
    twin(tokens, state)
    layers = [{name: torch.stack([step[name] for step in seen], dim=1) for name in seen[0]} for seen in steps]
    return {name: torch.stack([layer[name] for layer in layers], dim=2) for name in layers[0]}


def _watch(cell: LSTMCell | GRUCell) -> list[dict[str, torch.Tensor]]:
    """Return a list to which the cell adds, at each step that it takes, its gates and its states after that step."""
    seen = []

    def record(cell, arguments, after):
        inputs, before = arguments
        before, after = ((state,) if isinstance(state, torch.Tensor) else state for state in (before, after))
        gates = cell.gates(inputs, before[0])
        seen.append(gates._asdict() | dict(zip(("hidden", "cell"), after, strict=False)))  # each (batch, hidden)

    cell.register_forward_hook(record)
    return seen


def _write_out(model: RecurrentLanguageModel) -> CharLSTMLoop | CharGRULoop:
    """Return the loop of a model, in eval mode. It shares the weights, and nothing random is drawn to make it."""
    for loop in (CharLSTMLoop, CharGRULoop):
        if getattr(model, "architecture", None) == loop.architecture:
            with torch.device("meta"):
                twin = loop(**model.settings)
            twin.load_state_dict(model.state_dict(), assign=True)
            return twin.eval()
    raise TypeError(f"only a CharLSTM or a CharGRU has gates to read, and this is a {type(model).__name__}")
