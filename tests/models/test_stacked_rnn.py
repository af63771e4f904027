"""The stack of recurrent layers, held against torch's own."""

import pytest
import torch
from torch import nn

from helpers.models.stacked_rnn import RNNCell, StackedRNN
from helpers.training import sequence_loss


@pytest.fixture(autouse=True)
def seed():
    """Draw the same weights and tokens in every run."""
    torch.manual_seed(0)


@pytest.fixture(params=[1, 2, 3])
def num_layers(request):
    return request.param


@pytest.fixture
def model(num_layers):
    return StackedRNN(vocab_size=7, embedding_size=5, hidden_size=6, num_layers=num_layers).double()


@pytest.fixture
def tokens():
    return torch.randint(7, (3, 11))


def copy_cell(cell, layer, suffix=""):
    """Give a layer of torch the weights of one of our cells."""
    with torch.no_grad():
        for side, linear in {"ih": cell.input_to_hidden, "hh": cell.hidden_to_hidden}.items():
            getattr(layer, f"weight_{side}{suffix}").copy_(linear.weight)
            getattr(layer, f"bias_{side}{suffix}").copy_(linear.bias)


@pytest.fixture
def torch_rnn(model, num_layers):
    """Return torch's own stack with the same weights as the cells of `model`."""
    rnn = nn.RNN(5, 6, num_layers=num_layers, batch_first=True).double()
    for number, cell in enumerate(model.cells):
        copy_cell(cell, rnn, f"_l{number}")
    return rnn


@pytest.mark.parametrize("fresh", [True, False], ids=["from zeros", "from a given state"])
def test_logits_state_and_gradients_equal_those_of_torch(model, torch_rnn, num_layers, tokens, fresh):
    targets = torch.randint(7, (3, 11))
    ours = theirs = None
    if not fresh:
        ours = torch.randn(3, num_layers, 6, dtype=torch.float64).requires_grad_()
        theirs = ours.detach().transpose(0, 1).contiguous().requires_grad_()

    logits, last = model(tokens, ours)
    (sequence_loss(logits, targets) + last.square().sum()).backward()
    grads = {name: parameter.grad.clone() for name, parameter in model.named_parameters()}

    model.zero_grad()
    states, expected_last = torch_rnn(model.embedding(tokens), theirs)
    expected = model.output(states)
    (sequence_loss(expected, targets) + expected_last.square().sum()).backward()
    torch.testing.assert_close(logits, expected)
    torch.testing.assert_close(last, expected_last.transpose(0, 1))
    if not fresh:
        torch.testing.assert_close(ours.grad, theirs.grad.transpose(0, 1))
    for name in ("embedding.weight", "output.weight", "output.bias"):
        torch.testing.assert_close(grads.pop(name), model.get_parameter(name).grad)
    for number in range(num_layers):
        for kind in ("weight", "bias"):
            for side, linear in {"ih": "input_to_hidden", "hh": "hidden_to_hidden"}.items():
                grad = getattr(torch_rnn, f"{kind}_{side}_l{number}").grad
                torch.testing.assert_close(grads.pop(f"cells.{number}.{linear}.{kind}"), grad)
    assert not grads


def test_the_cell_equals_that_of_torch():
    cell, layer = RNNCell(5, 6), nn.RNNCell(5, 6)
    copy_cell(cell, layer)
    inputs, hidden = torch.randn(3, 5), torch.randn(3, 6)
    torch.testing.assert_close(cell(inputs, hidden), layer(inputs, hidden))


def test_all_steps_at_once_equal_the_cell_step_by_step():
    cell = RNNCell(5, 6).double()
    inputs = torch.randn(7, 3, 5, dtype=torch.float64, requires_grad=True)
    start = torch.randn(3, 6, dtype=torch.float64, requires_grad=True)
    hidden, steps = start, []
    for step in inputs:
        hidden = cell(step, hidden)
        steps.append(hidden)
    arguments = [inputs, start, *cell.parameters()]
    grad = torch.randn(7, 3, 6, dtype=torch.float64)
    sides = []
    for states in (cell.unroll(inputs, start), torch.stack(steps)):
        sides.append([states, *torch.autograd.grad(states, arguments, grad)])
    torch.testing.assert_close(*sides)


def test_the_state_of_every_layer_matters(model, tokens, num_layers):
    _, state = model(tokens)
    expected = model(tokens, state)[0]
    for layer in range(num_layers):
        changed = state.clone()
        changed[:, layer] = 0
        assert not torch.allclose(model(tokens, changed)[0], expected)


def test_dropout_acts_in_training_only(tokens, num_layers):
    model = StackedRNN(7, 5, 6, num_layers, dropout=0.5)
    plain = StackedRNN(7, 5, 6, num_layers)
    plain.load_state_dict(model.state_dict())
    assert not torch.allclose(model(tokens)[0], plain(tokens)[0])
    torch.testing.assert_close(model.eval()(tokens), plain(tokens))


def test_dropout_stands_between_layers_and_before_the_output(tokens, num_layers):
    """With all states dropped, the output is its bias, and each layer above the first sees its own state alone."""
    model = StackedRNN(7, 5, 6, num_layers, dropout=1.0)
    logits, state = model(tokens)
    _, other_state = model((tokens + 1) % 7)
    assert torch.equal(logits, model.output.bias.expand(3, 11, 7))
    assert not torch.allclose(state[:, 0], other_state[:, 0])
    assert torch.equal(state[:, 1:], other_state[:, 1:])


def test_settings_make_the_same_network_again(tokens):
    model = StackedRNN(7, 5, 6, num_layers=2, dropout=0.25)
    again = StackedRNN(**model.settings)
    again.load_state_dict(model.state_dict())
    torch.testing.assert_close(again.eval()(tokens), model.eval()(tokens))
    assert again.dropout.p == 0.25


@pytest.mark.parametrize("shape", [(2, 2, 6), (3, 1, 6), (3, 2, 5), (2, 3, 6), (3, 6)])
def test_a_state_of_another_shape_is_refused(tokens, shape):
    model = StackedRNN(7, 5, 6, num_layers=2)
    with pytest.raises(ValueError, match=r"the state has shape .*, for this batch it must be \(3, 2, 6\)"):
        model(tokens, torch.zeros(shape))


def test_settings_that_make_no_sense_are_refused():
    with pytest.raises(ValueError, match="num_layers must be at least 1, not 0"):
        StackedRNN(7, 5, 6, num_layers=0)
    with pytest.raises(ValueError, match=r"has to be between 0 and 1, but got 1\.5"):
        StackedRNN(7, 5, 6, num_layers=2, dropout=1.5)
