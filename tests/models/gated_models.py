"""The gated models of the tests, each beside the layer of torch that it must equal."""

import torch
from torch import nn

from helpers.ground.nested import map_tensors
from helpers.models.gru import CharGRU, CharGRULoop
from helpers.models.lstm import CharLSTM, CharLSTMLoop

MODELS = [CharLSTM, CharLSTMLoop, CharGRU, CharGRULoop]
PAIRS = [(CharLSTM, CharLSTMLoop), (CharGRU, CharGRULoop)]
TORCH = {"lstm": nn.LSTM, "gru": nn.GRU}
NAMES = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")


def torch_stack(model):
    """Return torch's own stack of layers, with the weights of the model's."""
    sizes = [layer.weight_ih_l0.shape[1] for layer in model.layers]
    stack = TORCH[model.architecture](sizes[0], model.settings["hidden_size"], len(sizes), batch_first=True)
    with torch.no_grad():
        for number, layer in enumerate(model.layers):
            for name in NAMES:
                getattr(stack, f"{name}_l{number}").copy_(getattr(layer, f"{name}_l0"))
    return stack.to(model.output.weight.dtype)


def random_state(model, batch_size):
    return map_tensors(torch.randn_like, model.init_state(batch_size))


def tensors_of(state):
    return [state] if isinstance(state, torch.Tensor) else list(state)


def turned(state):
    """Turn a state between (batch, num_layers, hidden) and torch's order."""
    return map_tensors(lambda part: part.detach().transpose(0, 1).contiguous(), state)
