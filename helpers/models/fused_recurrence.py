"""The vanilla recurrence by torch's own fused kernel, for GPUs.

Step after step, a GPU spends most of its time waiting for the next small product to be launched. cuDNN is handed all
steps at once. On a CPU `helpers.models.recurrence` is the faster one.
"""

import warnings

import torch

# cuDNN wants the four weights side by side and copies them there at each call: little beside a hundred steps.
warnings.filterwarnings("ignore", message="RNN module weights are not part of single contiguous chunk")


def can_fuse(inputs: torch.Tensor) -> bool:
    """Tell whether the kernel is there for inputs or ids of shape (time, batch, …), and worth its start."""
    return inputs.is_cuda and len(inputs) > 1 and torch.backends.cudnn.is_available()


def unroll_fused(
    inputs: torch.Tensor, to_hidden: torch.nn.Linear, hidden_to_hidden: torch.nn.Linear, hidden: torch.Tensor
) -> torch.Tensor:
    """Compute the states h[t] = tanh(W_e x[t] + b_e + W_h h[t-1] + b_h) of all steps.

    It computes in the precision of the weights, also under autocast, which would take float16 for every recurrent
    layer of cuDNN, whatever it was asked for: gradients of a mean over thousands of characters are too small for that.

    Args:
        inputs: shape (time, batch, input_size).
        to_hidden, hidden_to_hidden: the maps W_e, b_e and W_h, b_h.
        hidden: the state before the first step, shape (batch, hidden).

    Returns: the states of all steps, shape (time, batch, hidden).
    """
    weights = [to_hidden.weight, hidden_to_hidden.weight, to_hidden.bias, hidden_to_hidden.bias]
    kind = to_hidden.weight.dtype
    with torch.autocast(inputs.device.type, enabled=False):
        states, _ = torch.rnn_tanh(
            inputs.to(kind),
            hidden[None].to(kind).contiguous(),
            weights,
            has_biases=True,
            num_layers=1,
            dropout=0.0,
            train=torch.is_grad_enabled(),  # cuDNN keeps what a backward pass needs only where it trains
            bidirectional=False,
            batch_first=False,
        )
    return states
