"""The look inside: gates and states over time, held against what the model itself computes."""

import pytest
import torch

from helpers.measuring.gates import read_gates
from helpers.models.stacked_rnn import StackedRNN
from tests.models.gated_models import MODELS, random_state, tensors_of

LSTM_NAMES = {"input_gate", "forget_gate", "candidate", "output_gate", "hidden", "cell"}
GRU_NAMES = {"reset_gate", "update_gate", "candidate", "hidden"}


@pytest.fixture(autouse=True)
def seed():
    """Draw the same weights and tokens in every run."""
    torch.manual_seed(0)


@pytest.fixture(params=MODELS)
def architecture(request):
    return request.param


@pytest.fixture(params=[5, None], ids=["embedding", "one-hot"])
def model(request, architecture):
    return architecture(7, request.param, 6, 3, dropout=0.5, embedding_dropout=0.5).double()


@pytest.fixture
def tokens():
    return torch.randint(7, (2, 11))


def test_all_gates_have_their_name_and_shape(model, tokens):
    gates = read_gates(model, tokens)
    assert set(gates) == (LSTM_NAMES if model.architecture == "lstm" else GRU_NAMES)
    for name, tensor in gates.items():
        assert tensor.shape == (2, 11, 3, 6)
        assert not tensor.requires_grad
        if name.endswith("gate"):
            assert ((tensor > 0) & (tensor < 1)).all()


def test_the_states_are_those_that_the_model_carries_after_each_character(model, tokens):
    start = random_state(model, 2)
    gates = read_gates(model, tokens, start)
    model.eval()
    for time in range(11):
        _, state = model(tokens[:, : time + 1], start)
        seen = [gates[name][:, time] for name in ("hidden", "cell") if name in gates]
        torch.testing.assert_close(seen, [part.detach() for part in tensors_of(state)])


def test_the_gates_explain_the_states(model, tokens):
    gates = read_gates(model, tokens)
    kept = gates["cell" if "cell" in gates else "hidden"]
    before = torch.cat([torch.zeros_like(kept[:, :1]), kept[:, :-1]], dim=1)
    if "cell" in gates:
        expected = gates["forget_gate"] * before + gates["input_gate"] * gates["candidate"]
        torch.testing.assert_close(gates["hidden"], gates["output_gate"] * kept.tanh())
    else:
        expected = gates["update_gate"] * before + (1 - gates["update_gate"]) * gates["candidate"]
    torch.testing.assert_close(kept, expected)


@pytest.mark.parametrize("training", [True, False])
def test_the_model_and_the_random_numbers_are_left_as_they_are(model, tokens, training):
    model.train(training)
    weights = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    random = torch.get_rng_state()
    read_gates(model, tokens)
    assert torch.equal(torch.get_rng_state(), random)
    assert all(module.training == training for module in model.modules())
    assert all(parameter.requires_grad for parameter in model.parameters())
    torch.testing.assert_close(model.state_dict(), weights, atol=0, rtol=0)
    for layer in model.layers:
        assert not layer._forward_hooks


def test_bad_input_is_refused_as_by_the_model(model, tokens):
    with pytest.raises(ValueError, match="the tokens have shape"):
        read_gates(model, tokens[0])
    with pytest.raises(ValueError, match="state has shape"):
        read_gates(model, tokens, model.init_state(3))
    with pytest.raises(TypeError, match="only a CharLSTM or a CharGRU has gates to read, and this is a StackedRNN"):
        read_gates(StackedRNN(7, 5, 6, 1), tokens)
