"""The recurrence h[t] = tanh(x[t] + W h[t-1]) with its gradient derived by hand: backpropagation through time.

Autograd would record each step of the loop, and add up the gradient of W by one small matrix product a step. By hand it
takes one large product for all steps together.

The derivation. Write a[t] = x[t] + W h[t-1], so h[t] = tanh(a[t]), and let L be the loss. The states go on to the rest
of the model, which sends back g[t], the gradient of L along that way alone. Two gradients are needed at each step:

    dL/dh[t] = g[t] + Wᵀ dL/da[t+1]        h[t] acts on the outside, and on the next step; after the last there is none
    dL/da[t] = dL/dh[t] · (1 - h[t]²)      the slope of tanh at a[t] is 1 - tanh(a[t])²; the product goes by elements

These two lines are the whole walk back through time. What depends on a[t] directly follows from them without a loop:

    dL/dx[t] = dL/da[t]
    dL/dW    = Σ over t of dL/da[t] h[t-1]ᵀ
    dL/dh[-1], the state before the first step, = Wᵀ dL/da[0]

A sum over steps and batch of products of a column and a row is one matrix product, of all dL/da and all h[t-1]. Here
every state is a row, not a column, so W stands behind the state and transposed: h Wᵀ.

Source: Werbos, "Backpropagation Through Time: What It Does and How to Do It" (1990).
"""

import warnings

import torch

_BLOCK = 16  # steps of a backward pass over rows at once: its work space stays small enough to be at hand each time


def recur(inputs: torch.Tensor, weight: torch.Tensor, state: torch.Tensor) -> torch.Tensor:
    """Compute the states h[t] = tanh(inputs[t] + h[t-1] weightᵀ) of all steps, and overwrite the inputs with them.

    Under autocast it computes in the precision of the weight. Its gradient cannot be differentiated again: a backward
    pass with `create_graph=True` raises a RuntimeError.

    Args:
        inputs: what each step adds before tanh, biases included, of shape (time, batch, hidden). It must be the result
            of an operation and needed by nobody else; what autograd still needs, it refuses to have overwritten.
        weight: W of shape (hidden, hidden).
        state: the state before the first step, of shape (batch, hidden). It is left as it is.

    Returns: the states of all steps, of shape (time, batch, hidden).
    """
    return _Recurrence.apply(inputs.to(weight.dtype), weight, state.to(weight.dtype))


def recur_rows(table: torch.Tensor, rows: torch.Tensor, weight: torch.Tensor, state: torch.Tensor) -> torch.Tensor:
    """Compute `recur(table[rows], weight, state)`, and its gradient without a tensor of the size of the inputs.

    What the steps add are rows of one table, and their gradients end as sums over its rows. So a backward pass may
    walk some steps, add them up, and forget them. A fresh tensor for all steps costs more than the sums in it: the
    operating system hands out memory of that size page by page, at each step of a training anew.

    Args:
        table: shape (vocab_size, hidden).
        rows: ids of shape (time, batch): which row each step adds.
        weight, state: as `recur` takes them.

    Returns: the states of all steps, of shape (time, batch, hidden).
    """
    return _RowRecurrence.apply(table.to(weight.dtype), rows, weight, state.to(weight.dtype))


class _Recurrence(torch.autograd.Function):
    @staticmethod
    def forward(ctx, inputs: torch.Tensor, weight: torch.Tensor, state: torch.Tensor) -> torch.Tensor:
        _overwrite_with_states(inputs, weight, state)
        ctx.mark_dirty(inputs)
        ctx.save_for_backward(weight, state, inputs)
        return inputs

    @staticmethod
    def backward(ctx, grad_states: torch.Tensor) -> tuple[torch.Tensor | None, ...]:
        _refuse_second_derivative()
        weight, state, states = ctx.saved_tensors
        grad_weight = torch.zeros_like(weight) if ctx.needs_input_grad[1] else None
        grad_sums = _walk_back(grad_states, states, weight)  # dL/da of all steps, (time, batch, hidden)
        _add_weight_gradient(grad_weight, grad_sums, state, states)
        return grad_sums, grad_weight, _state_gradient(grad_sums, weight) if ctx.needs_input_grad[2] else None


class _RowRecurrence(torch.autograd.Function):
    @staticmethod
    def forward(
        ctx, table: torch.Tensor, rows: torch.Tensor, weight: torch.Tensor, state: torch.Tensor
    ) -> torch.Tensor:
        states = torch.nn.functional.embedding(rows, table)  # (time, batch, hidden)
        _overwrite_with_states(states, weight, state)
        ctx.vocab_size = len(table)
        ctx.save_for_backward(rows, weight, state, states)
        return states

    @staticmethod
    def backward(ctx, grad_states: torch.Tensor) -> tuple[torch.Tensor | None, ...]:
        _refuse_second_derivative()
        rows, weight, state, states = ctx.saved_tensors
        grad_table = weight.new_zeros(ctx.vocab_size, len(weight)) if ctx.needs_input_grad[0] else None
        grad_weight = torch.zeros_like(weight) if ctx.needs_input_grad[2] else None
        after = None
        for start in reversed(range(0, len(states), _BLOCK)):
            block = slice(start, start + _BLOCK)
            grad_sums = _walk_back(grad_states[block], states[block], weight, after)  # (block, batch, hidden)
            after = grad_sums[0]
            _add_weight_gradient(grad_weight, grad_sums, states[start - 1] if start else state, states[block])
            if grad_table is not None:
                grad_table.index_add_(0, rows[block].flatten(), grad_sums.flatten(0, 1))
        return grad_table, None, grad_weight, _state_gradient(grad_sums, weight) if ctx.needs_input_grad[3] else None


def _overwrite_with_states(inputs: torch.Tensor, weight: torch.Tensor, state: torch.Tensor) -> None:
    transposed = weight.t()  # (hidden, hidden), a view
    for step in inputs.unbind():  # (batch, hidden), a view of the inputs
        state = step.addmm_(state, transposed).tanh_()


def _refuse_second_derivative() -> None:
    if torch.is_grad_enabled():  # it is so in a backward pass only if the gradient shall be differentiated again
        raise RuntimeError(
            "the gradient of the recurrence is derived by hand and cannot be differentiated again: "
            "leave create_graph=True out, or take a loop under autograd such as CharRNNLoop"
        )


def _walk_back(
    grad_states: torch.Tensor, states: torch.Tensor, weight: torch.Tensor, after: torch.Tensor | None = None
) -> torch.Tensor:
    """Return dL/da of these steps: the one part of the gradient that needs a loop. All shapes (time, batch, hidden).

    `after` is dL/da of the step behind the last, of shape (batch, hidden), if there is one.
    """
    grad_sums = torch.addcmul(states.new_ones(()), states, states, value=-1)  # 1 - h², and below times dL/dh
    grad_state = torch.empty_like(grad_sums[0])  # dL/dh of one step, written anew at each
    for slope, from_outside in zip(reversed(grad_sums.unbind()), reversed(grad_states.unbind()), strict=True):
        if after is None:
            after = slope.mul_(from_outside)
        else:
            after = slope.mul_(torch.addmm(from_outside, after, weight, out=grad_state))
    return grad_sums


# The products below write into a given tensor: so they keep their precision if backward runs under autocast.
def _add_weight_gradient(
    grad_weight: torch.Tensor | None, grad_sums: torch.Tensor, before: torch.Tensor, states: torch.Tensor
) -> None:
    """Add what these steps give to dL/dW; `before` is the state before the first of them, of shape (batch, hidden)."""
    if grad_weight is None:
        return
    grad_weight.addmm_(grad_sums[0].t(), before)  # (hidden, batch) (batch, hidden)
    grad_weight.addmm_(grad_sums[1:].flatten(0, 1).t(), states[:-1].flatten(0, 1))  # all later steps at once


def _state_gradient(grad_sums: torch.Tensor, weight: torch.Tensor) -> torch.Tensor:
    """Return the gradient of the state before the first step, (batch, hidden)."""
    return torch.mm(grad_sums[0], weight, out=torch.empty_like(grad_sums[0]))


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
