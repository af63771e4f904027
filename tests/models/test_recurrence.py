"""The gradient through time derived by hand, held against numbers, against autograd and against torch's own layer."""

import pytest
import torch
from torch import nn

from helpers.models.recurrence import recur, recur_rows

SHAPES = [(7, 3, 5), (1, 3, 5), (7, 1, 5), (1, 1, 5), (7, 3, 1)]  # (time, batch, hidden)


def loop(inputs, weight, state):
    """Compute the same, written out, under autograd."""
    states = []
    for step in inputs:
        state = torch.tanh(step + state @ weight.T)
        states.append(state)
    return torch.stack(states)


def recur_copy(inputs, weight, state):
    """Spare the inputs: what requires a gradient and is no result of an operation may not be overwritten."""
    return recur(inputs.clone(), weight, state)


def draw(time, batch, hidden, dtype=torch.float64):
    """Return inputs, weight and state; the weight large enough that tanh bends."""
    torch.manual_seed(0)
    shapes = [(time, batch, hidden), (hidden, hidden), (batch, hidden)]
    return [torch.randn(shape, dtype=dtype).requires_grad_() for shape in shapes]


def results(function, arguments, grad_states):
    """Return the states and the gradients of all arguments that require one."""
    states = function(*arguments)
    needed = [argument for argument in arguments if argument.requires_grad]
    return [states, *torch.autograd.grad(states, needed, grad_states)]


@pytest.mark.parametrize("shape", SHAPES)
def test_the_gradient_equals_the_numerical_one(shape):
    assert torch.autograd.gradcheck(recur_copy, draw(*shape))


@pytest.mark.parametrize("shape", SHAPES)
def test_states_and_gradients_equal_those_of_the_loop(shape):
    arguments = draw(*shape)
    grad_states = torch.randn(shape, dtype=torch.float64)
    torch.testing.assert_close(results(recur_copy, arguments, grad_states), results(loop, arguments, grad_states))


def test_states_and_gradients_equal_those_of_torch():
    inputs, weight, state = draw(7, 3, 5)
    layer = nn.RNN(5, 5, bias=False).double()
    with torch.no_grad():
        layer.weight_ih_l0.copy_(torch.eye(5))
        layer.weight_hh_l0.copy_(weight)
    grad_states = torch.randn(7, 3, 5, dtype=torch.float64)
    ours = results(recur_copy, (inputs, weight, state), grad_states)
    states, _ = layer(inputs, state[None])
    theirs = torch.autograd.grad(states, (inputs, layer.weight_hh_l0, state), grad_states)
    torch.testing.assert_close(ours, [states, *theirs])


@pytest.mark.parametrize("frozen", [(0,), (1,), (2,), (0, 1), (0, 2), (1, 2)])
def test_only_what_requires_a_gradient_gets_one(frozen):
    arguments = draw(7, 3, 5)
    for place in frozen:
        arguments[place].requires_grad_(False)
    grad_states = torch.randn(7, 3, 5, dtype=torch.float64)
    torch.testing.assert_close(results(recur_copy, arguments, grad_states), results(loop, arguments, grad_states))


def test_tensors_that_are_not_contiguous_are_taken_as_they_are():
    shape = (7, 3, 5)
    plain = draw(*shape)
    # The same numbers in another order in memory: each dimension but the last of the inputs, each matrix, reversed.
    twisted = [
        argument.detach().T.contiguous().T.requires_grad_() if argument.dim() == 2 else argument for argument in plain
    ]
    twisted[0] = plain[0].detach().transpose(0, 1).contiguous().transpose(0, 1).requires_grad_()
    grad_states = torch.randn(shape, dtype=torch.float64)
    other = grad_states.transpose(0, 2).contiguous().transpose(0, 2)
    assert not any(tensor.is_contiguous() for tensor in [*twisted, other])
    torch.testing.assert_close(results(recur_copy, twisted, other), results(loop, plain, grad_states))
    ones = torch.ones((), dtype=torch.float64).expand(shape)  # what `states.sum()` sends back: one number, seen often
    torch.testing.assert_close(results(recur_copy, plain, ones), results(loop, plain, torch.ones(shape).double()))


@pytest.mark.parametrize("mode", [torch.no_grad, torch.inference_mode])
def test_without_gradients_nothing_is_kept(mode):
    inputs, weight, state = draw(7, 3, 5)
    expected = loop(inputs, weight, state)
    with mode():
        states = recur_copy(inputs, weight, state)
    torch.testing.assert_close(states, expected.detach(), check_stride=False)
    assert states.grad_fn is None


def test_the_backward_pass_keeps_the_states_once_and_nothing_else_of_their_size():
    inputs, weight, state = draw(7, 3, 5)
    kept = []

    def keep(tensor):
        kept.append(tensor)
        return tensor

    with torch.autograd.graph.saved_tensors_hooks(keep, lambda tensor: tensor):
        projected = inputs + 0
        states = recur(projected, weight, state)
    large = [tensor for tensor in kept if tensor.numel() == states.numel()]
    assert [tensor.data_ptr() for tensor in large] == [states.data_ptr()] == [projected.data_ptr()]
    assert len(kept) == 3


def test_weight_and_state_are_left_as_they_are():
    inputs, weight, state = draw(7, 3, 5)
    before = weight.clone(), state.clone()
    recur_copy(inputs, weight, state).sum().backward()
    assert torch.equal(weight, before[0])
    assert torch.equal(state, before[1])


def test_inputs_that_may_not_be_overwritten_are_refused():
    inputs, weight, state = draw(7, 3, 5)
    with pytest.raises(RuntimeError, match=r"leaf Variable that requires grad .* in-place operation"):
        recur(inputs, weight, state)
    needed = torch.exp(inputs)  # its gradient is the result itself
    with pytest.raises(RuntimeError, match="modified by an inplace operation"):
        recur(needed, weight, state).sum().backward()


def test_a_state_changed_before_the_backward_pass_is_refused():
    states = recur_copy(*draw(7, 3, 5))
    loss = states.sum()
    with torch.no_grad():
        states.mul_(2)
    with pytest.raises(RuntimeError, match="modified by an inplace operation"):
        loss.backward()


def test_a_gradient_of_the_gradient_is_refused():
    arguments = draw(7, 3, 5)
    for loss in (recur_copy(*arguments).sum(), recur_copy(*arguments).square().sum()):
        with pytest.raises(RuntimeError, match="cannot be differentiated again: leave create_graph=True out"):
            torch.autograd.grad(loss, arguments[1], create_graph=True)


@pytest.mark.parametrize("backward_within", [True, False])
def test_autocast_leaves_the_recurrence_in_the_precision_of_its_weight(backward_within):
    arguments = draw(7, 3, 5, torch.float32)
    grad_states = torch.randn(7, 3, 5)
    expected = results(loop, arguments, grad_states)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        if backward_within:
            ours = results(recur_copy, arguments, grad_states)
        else:
            states = recur_copy(*arguments)
    if not backward_within:
        ours = [states, *torch.autograd.grad(states, arguments, grad_states)]
    torch.testing.assert_close(ours, expected)


def test_inputs_of_less_precision_are_brought_to_that_of_the_weight():
    inputs, weight, state = draw(7, 3, 5, torch.float32)
    half, half_state = inputs.detach().bfloat16().requires_grad_(), state.detach().bfloat16()
    states = recur(half, weight, half_state)
    torch.testing.assert_close(states, loop(half.float(), weight, half_state.float()))
    (grad,) = torch.autograd.grad(states.sum(), half)
    assert grad.dtype == torch.bfloat16


def draw_rows(time, batch, hidden, dtype=torch.float64):
    """Return a table of 6 rows, ids of some of them, weight and state."""
    _, weight, state = draw(time, batch, hidden, dtype)
    table = torch.randn(6, hidden, dtype=dtype).requires_grad_()
    return table, torch.randint(5, (time, batch)), weight, state  # the last row is never looked up


def loop_rows(table, rows, weight, state):
    """Compute the same, written out, under autograd."""
    return loop(table[rows], weight, state)


@pytest.mark.parametrize("shape", SHAPES)
def test_the_gradient_over_rows_equals_the_numerical_one(shape):
    assert torch.autograd.gradcheck(recur_rows, draw_rows(*shape))


@pytest.mark.parametrize("time", [1, 15, 16, 17, 40])
def test_states_and_gradients_over_rows_equal_those_of_the_loop(time):
    arguments = draw_rows(time, 3, 5)
    grad_states = torch.randn(time, 3, 5, dtype=torch.float64)
    ours = results(recur_rows, arguments, grad_states)
    torch.testing.assert_close(ours, results(loop_rows, arguments, grad_states))
    assert not ours[1][5].any()


@pytest.mark.parametrize("frozen", [(0,), (2,), (3,), (0, 2), (0, 3), (2, 3)])
def test_over_rows_only_what_requires_a_gradient_gets_one(frozen):
    arguments = draw_rows(20, 3, 5)
    for place in frozen:
        arguments[place].requires_grad_(False)
    grad_states = torch.randn(20, 3, 5, dtype=torch.float64)
    expected = results(loop_rows, arguments, grad_states)
    torch.testing.assert_close(results(recur_rows, arguments, grad_states), expected)


def test_over_rows_ids_of_any_order_in_memory_and_of_either_type_do():
    table, rows, weight, state = draw_rows(20, 3, 5)
    grad_states = torch.randn(20, 3, 5, dtype=torch.float64)
    expected = results(recur_rows, (table, rows, weight, state), grad_states)
    twisted = rows.t().contiguous().t().int()
    assert not twisted.is_contiguous()
    ours = torch.autograd.grad(recur_rows(table, twisted, weight, state), (table, weight, state), grad_states)
    torch.testing.assert_close(list(ours), expected[1:])


def test_over_rows_the_backward_pass_needs_nothing_of_the_size_of_the_states():
    table, rows, weight, state = draw_rows(320, 8, 16)
    states = recur_rows(table, rows, weight, state)
    grad_states = torch.ones_like(states)
    with torch.profiler.profile(profile_memory=True) as profile:
        states.backward(grad_states)
    largest = max(event.cpu_memory_usage for event in profile.events())
    assert 0 < largest < states.nbytes / 4


def test_over_rows_a_gradient_of_the_gradient_is_refused():
    table, rows, weight, state = draw_rows(7, 3, 5)
    with pytest.raises(RuntimeError, match="cannot be differentiated again: leave create_graph=True out"):
        torch.autograd.grad(recur_rows(table, rows, weight, state).sum(), weight, create_graph=True)


def test_over_rows_autocast_leaves_the_precision_of_the_weight():
    table, rows, weight, state = draw_rows(20, 3, 5, torch.float32)
    grad_states = torch.randn(20, 3, 5)
    expected = results(loop_rows, (table, rows, weight, state), grad_states)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        ours = results(recur_rows, (table, rows, weight, state), grad_states)
    torch.testing.assert_close(ours, expected)


@pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA here")
def test_states_and_gradients_are_the_same_on_a_device():
    arguments = draw(7, 3, 5)
    grad_states = torch.randn(7, 3, 5, dtype=torch.float64)
    there = [argument.detach().cuda().requires_grad_() for argument in arguments]
    ours = [result.cpu() for result in results(recur_copy, there, grad_states.cuda())]
    torch.testing.assert_close(ours, results(loop, arguments, grad_states))
