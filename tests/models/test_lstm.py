"""What is the LSTM's own: its cell, its forget bias, and a state that is a pair."""

import pytest
import torch
from torch import nn

from helpers.models.lstm import CharLSTM, CharLSTMLoop, LSTMCell, set_forget_bias
from tests.models.gated_models import NAMES


@pytest.fixture(autouse=True)
def seed():
    """Draw the same weights and tokens in every run."""
    torch.manual_seed(0)


@pytest.fixture(params=[CharLSTM, CharLSTMLoop])
def architecture(request):
    return request.param


@pytest.fixture
def tokens():
    return torch.randint(7, (3, 11))


def test_the_cell_equals_that_of_torch():
    cell, theirs = LSTMCell(5, 6), nn.LSTMCell(5, 6)
    theirs.load_state_dict({name: getattr(cell, f"{name}_l0") for name in NAMES})
    inputs, state = torch.randn(3, 5), (torch.randn(3, 6), torch.randn(3, 6))
    torch.testing.assert_close(cell(inputs, state), theirs(inputs, state))


def test_the_weights_of_a_layer_of_torch_can_be_loaded_into_the_cell():
    cell, layer = LSTMCell(5, 6), nn.LSTM(5, 6)
    cell.load_state_dict(layer.state_dict())
    inputs = torch.randn(1, 3, 5)
    states, _ = layer(inputs)
    torch.testing.assert_close(cell(inputs[0], (torch.zeros(3, 6), torch.zeros(3, 6)))[0], states[0])


@pytest.mark.parametrize("gate", range(4))
def test_each_gate_has_its_own_rows_in_torchs_order(gate):
    """Biases of +100 or -100 open or close a gate, and leave the others as they were."""
    cell = LSTMCell(5, 6)
    inputs, hidden = torch.randn(3, 5), torch.randn(3, 6)
    before = cell.gates(inputs, hidden)
    assert before._fields == ("input_gate", "forget_gate", "candidate", "output_gate")
    for bias, value in ((100.0, 1.0), (-100.0, -1.0 if gate == 2 else 0.0)):
        with torch.no_grad():
            cell.bias_ih_l0[6 * gate : 6 * gate + 6] = bias
        after = cell.gates(inputs, hidden)
        torch.testing.assert_close(after[gate], torch.full((3, 6), value))
        for other in {0, 1, 2, 3} - {gate}:
            assert torch.equal(after[other], before[other])


def test_a_cell_that_keeps_all_and_writes_nothing_carries_its_number_on():
    cell = LSTMCell(5, 6)
    with torch.no_grad():
        cell.bias_ih_l0[:6], cell.bias_ih_l0[6:12] = -200.0, 200.0  # input gate shut, forget gate open
    start = torch.randn(3, 6)
    state = (torch.zeros(3, 6), start)
    for _ in range(50):
        state = cell(torch.randn(3, 5), state)
    assert torch.equal(state[1], start)


@pytest.mark.parametrize("forget_bias", [1.0, 0.0, 2.5])
def test_both_biases_of_the_forget_gate_add_up_to_what_was_asked_for(architecture, forget_bias):
    torch.manual_seed(1)
    plain = architecture(7, 5, 6, 2, forget_bias=None)
    torch.manual_seed(1)
    model = architecture(7, 5, 6, 2, forget_bias=forget_bias)
    assert model.settings["forget_bias"] == forget_bias
    for layer, as_drawn in zip(model.layers, plain.layers, strict=True):
        total, drawn = (one.bias_ih_l0 + one.bias_hh_l0 for one in (layer, as_drawn))
        assert torch.equal(total[6:12], torch.full((6,), forget_bias))
        assert not torch.allclose(drawn[6:12], total[6:12])
        others = [0, 1, 2, 3, 4, 5, *range(12, 24)]
        assert torch.equal(total[others], drawn[others])
        assert torch.equal(layer.weight_hh_l0, as_drawn.weight_hh_l0)


def test_the_forget_bias_is_1_unless_asked_otherwise(architecture):
    for layer in [LSTMCell(5, 6), *architecture(7, 5, 6, 2).layers]:
        assert torch.equal((layer.bias_ih_l0 + layer.bias_hh_l0)[6:12], torch.ones(6))


def test_a_layer_of_torch_can_be_given_a_forget_bias():
    layer = nn.LSTM(5, 6)
    set_forget_bias(layer, 3.0)
    assert torch.equal((layer.bias_ih_l0 + layer.bias_hh_l0)[6:12], torch.full((6,), 3.0))


def test_a_higher_forget_bias_lets_more_of_the_cell_through():
    """The gradient from the last cell to the first grows with it."""
    grads = []
    for forget_bias in (-1.0, 1.0, 3.0):
        torch.manual_seed(1)
        model = CharLSTM(7, 5, 6, forget_bias=forget_bias)
        hidden, cell = model.init_state(1)
        _, (_, last) = model(torch.randint(7, (1, 20)), (hidden, cell.requires_grad_()))
        last.sum().backward()
        grads.append(cell.grad.norm().item())
    assert grads[0] < grads[1] / 100
    assert grads[1] < grads[2] / 10


def test_the_state_is_a_pair_and_may_come_as_a_list(architecture, tokens):
    model = architecture(7, 5, 6)
    state = model(tokens)[1]
    assert type(state) is tuple
    assert len(state) == 2
    after = model(tokens, list(state))
    assert type(after[1]) is tuple
    torch.testing.assert_close(after, model(tokens, state))


@pytest.mark.parametrize(
    ("state", "line"),
    [
        (torch.zeros(3, 2, 6), r"the state is a Tensor, it must be the tuple \(hidden, cell\) of two tensors of shape "
         r"\(3, 2, 6\): give the state that this model returned, or state=None to start anew"),
        (torch.zeros(2, 3, 6), r"the state is a Tensor, it must be the tuple \(hidden, cell\)"),  # its length is 2, too
        ((torch.zeros(3, 2, 6),), r"the state is a tuple of 1, it must be the tuple \(hidden, cell\)"),
        ((torch.zeros(3, 2, 6),) * 3, r"the state is a tuple of 3, it must be the tuple \(hidden, cell\)"),
        ("ab", r"the state is a str, it must be the tuple \(hidden, cell\)"),
        ((torch.zeros(3, 2, 6), None), "the cell state is a NoneType, it must be one tensor"),
        ((torch.zeros(4, 2, 6), torch.zeros(3, 2, 6)), r"the hidden state has shape \(4, 2, 6\)"),
        ((torch.zeros(3, 2, 6), torch.zeros(3, 1, 6)), r"the cell state has shape \(3, 1, 6\)"),
    ],
)  # fmt: skip
def test_a_state_that_is_no_pair_is_refused(architecture, tokens, state, line):
    with pytest.raises(ValueError, match=line) as caught:
        architecture(7, 5, 6, 2)(tokens, state)
    assert "\n" not in str(caught.value)
