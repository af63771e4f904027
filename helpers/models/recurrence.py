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

import torch


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


class _Recurrence(torch.autograd.Function):
    @staticmethod
    def forward(ctx, inputs: torch.Tensor, weight: torch.Tensor, state: torch.Tensor) -> torch.Tensor:
        transposed = weight.t()  # (hidden, hidden), a view
        before = state  # (batch, hidden)
        for step in inputs.unbind():  # (batch, hidden), a view of the inputs
            before = step.addmm_(before, transposed).tanh_()
        ctx.mark_dirty(inputs)
        ctx.save_for_backward(weight, state, inputs)
        return inputs  # these are the states now

    @staticmethod
    def backward(ctx, grad_states: torch.Tensor) -> tuple[torch.Tensor | None, ...]:
        if torch.is_grad_enabled():  # it is so in a backward pass only if the gradient shall be differentiated again
            raise RuntimeError(
                "the gradient of the recurrence is derived by hand and cannot be differentiated again: "
                "leave create_graph=True out, or take a loop under autograd such as CharRNNLoop"
            )
        weight, state, states = ctx.saved_tensors
        grad_sums = _walk_back(grad_states, states, weight)  # dL/da of all steps, (time, batch, hidden)
        grad_weight = grad_state = None
        # Products that write into a given tensor keep their precision if backward runs under autocast.
        if ctx.needs_input_grad[1]:
            grad_weight = torch.zeros_like(weight)  # (hidden, hidden)
            grad_weight.addmm_(grad_sums[0].t(), state)  # (hidden, batch) (batch, hidden)
            grad_weight.addmm_(grad_sums[1:].flatten(0, 1).t(), states[:-1].flatten(0, 1))  # all later steps at once
        if ctx.needs_input_grad[2]:
            grad_state = torch.mm(grad_sums[0], weight, out=torch.empty_like(state))  # (batch, hidden)
        return grad_sums, grad_weight, grad_state


def _walk_back(grad_states: torch.Tensor, states: torch.Tensor, weight: torch.Tensor) -> torch.Tensor:
    """Return dL/da of all steps: the one part of the gradient that needs a loop. All shapes (time, batch, hidden)."""
    grad_sums = torch.addcmul(states.new_ones(()), states, states, value=-1)  # 1 - h², and below times dL/dh
    slopes, outside = grad_sums.unbind(), grad_states.unbind()  # of each step, (batch, hidden)
    after = slopes[-1].mul_(outside[-1])
    grad_state = torch.empty_like(after)  # dL/dh of one step, written anew at each
    for slope, from_outside in zip(slopes[-2::-1], outside[-2::-1], strict=True):
        after = slope.mul_(torch.addmm(from_outside, after, weight, out=grad_state))
    return grad_sums
