"""What is the GRU's own: its cell, and a state that is one tensor."""

import pytest
import torch
from torch import nn

from helpers.models.gru import CharGRU, CharGRULoop, GRUCell
from tests.models.gated_models import NAMES


@pytest.fixture(autouse=True)
def seed():
    """Draw the same weights and tokens in every run."""
    torch.manual_seed(0)


@pytest.fixture
def cell():
    return GRUCell(5, 6)


def shut(cell, gate, bias):
    with torch.no_grad():
        cell.bias_ih_l0[6 * gate : 6 * gate + 6] = bias


def test_the_cell_equals_that_of_torch(cell):
    theirs = nn.GRUCell(5, 6)
    theirs.load_state_dict({name: getattr(cell, f"{name}_l0") for name in NAMES})
    inputs, hidden = torch.randn(3, 5), torch.randn(3, 6)
    torch.testing.assert_close(cell(inputs, hidden), theirs(inputs, hidden))


def test_the_weights_of_a_layer_of_torch_can_be_loaded_into_the_cell(cell):
    layer = nn.GRU(5, 6)
    cell.load_state_dict(layer.state_dict())
    inputs = torch.randn(1, 3, 5)
    torch.testing.assert_close(cell(inputs[0], torch.zeros(3, 6)), layer(inputs)[0][0])


def test_an_open_update_gate_keeps_the_state(cell):
    shut(cell, 1, 200.0)
    hidden = torch.randn(3, 6)
    assert torch.equal(cell(torch.randn(3, 5), hidden), hidden)


def test_a_shut_update_gate_puts_the_candidate_in_the_place_of_the_state(cell):
    shut(cell, 1, -200.0)
    inputs, hidden = torch.randn(3, 5), torch.randn(3, 6)
    torch.testing.assert_close(cell(inputs, hidden), cell.gates(inputs, hidden).candidate)


def test_a_shut_reset_gate_hides_the_state_and_its_bias_from_the_candidate(cell):
    """It acts after the product: the paper's variant would leave the second bias in."""
    shut(cell, 0, -200.0)
    inputs = torch.randn(3, 5)
    expected = torch.tanh(inputs @ cell.weight_ih_l0[12:].t() + cell.bias_ih_l0[12:])
    torch.testing.assert_close(cell.gates(inputs, torch.randn(3, 6)).candidate, expected)


@pytest.mark.parametrize("architecture", [CharGRU, CharGRULoop])
@pytest.mark.parametrize("kind", [tuple, list])
def test_a_pair_is_refused(architecture, kind):
    state = kind([torch.zeros(3, 2, 6), torch.zeros(3, 2, 6)])
    line = (
        rf"the state is a {kind.__name__}, it must be one tensor of shape \(3, 2, 6\) "
        r"\(a pair is what an LSTM carries\): give the state that this model returned, or state=None to start anew"
    )
    with pytest.raises(ValueError, match=line):
        architecture(7, 5, 6, 2)(torch.randint(7, (3, 4)), state)
