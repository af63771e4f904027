"""The vanilla recurrent network, held against torch's own and against the hundred-line network."""

import pytest
import torch
from torch import nn

from helpers.models.vanilla_rnn import CharRNN, CharRNNLoop
from helpers.training import fit, sequence_loss


@pytest.fixture(autouse=True)
def seed():
    """Draw the same weights and tokens in every run."""
    torch.manual_seed(0)


@pytest.fixture(params=[CharRNN, CharRNNLoop])
def architecture(request):
    return request.param


@pytest.fixture
def model(architecture):
    return architecture(vocab_size=7, embedding_size=5, hidden_size=6).double()


@pytest.fixture
def tokens():
    return torch.randint(7, (3, 11))


@pytest.fixture
def torch_rnn(model):
    """Return torch's own layer with the same weights as the recurrence of `model`."""
    rnn = nn.RNN(5, 6, batch_first=True).double()
    ours = {"ih": model.input_to_hidden, "hh": model.hidden_to_hidden}
    with torch.no_grad():
        for side, layer in ours.items():
            getattr(rnn, f"weight_{side}_l0").copy_(layer.weight)
            getattr(rnn, f"bias_{side}_l0").copy_(layer.bias)
    return rnn


@pytest.mark.parametrize("fresh", [True, False], ids=["from zeros", "from a given state"])
def test_logits_and_state_equal_those_of_torch(model, torch_rnn, tokens, fresh):
    state = None if fresh else torch.randn(3, 6, dtype=torch.float64)
    logits, last = model(tokens, state)
    steps, expected = torch_rnn(model.embedding(tokens), None if fresh else state[None])
    torch.testing.assert_close(logits, model.output(steps))
    torch.testing.assert_close(last, expected[0])


def test_gradients_equal_those_of_torch(model, torch_rnn, tokens):
    targets = torch.randint(7, (3, 11))
    sequence_loss(model(tokens)[0], targets).backward()
    ours = {name: parameter.grad.clone() for name, parameter in model.named_parameters()}
    model.zero_grad()
    sequence_loss(model.output(torch_rnn(model.embedding(tokens))[0]), targets).backward()
    for name, grad in {
        "input_to_hidden.weight": torch_rnn.weight_ih_l0.grad,
        "input_to_hidden.bias": torch_rnn.bias_ih_l0.grad,
        "hidden_to_hidden.weight": torch_rnn.weight_hh_l0.grad,
        "hidden_to_hidden.bias": torch_rnn.bias_hh_l0.grad,
        "embedding.weight": model.embedding.weight.grad,
        "output.weight": model.output.weight.grad,
        "output.bias": model.output.bias.grad,
    }.items():
        torch.testing.assert_close(ours.pop(name), grad)
    assert not ours


def test_the_state_that_is_carried_matters(model, tokens):
    _, state = model(tokens)
    assert not torch.allclose(model(tokens, state)[0], model(tokens)[0])


def test_shapes_follow_the_protocol_of_all_models(model, tokens):
    logits, state = model(tokens)
    assert logits.shape == (3, 11, 7)
    assert state.shape == (3, 6)


@pytest.mark.parametrize("shape", [(2, 6), (3, 5), (1, 3, 6)])
def test_a_state_of_another_shape_is_refused(model, tokens, shape):
    with pytest.raises(ValueError, match=r"the state has shape .*, for this batch it must be \(3, 6\)"):
        model(tokens, torch.zeros(shape, dtype=torch.float64))


@pytest.fixture(params=[5, None], ids=["embedding", "one-hot"])
def twins(request):
    """Return the fast network and the loop with the same weights, in single precision as they are trained."""
    fast, loop = CharRNN(7, request.param, 6), CharRNNLoop(7, request.param, 6)
    loop.load_state_dict(fast.state_dict())
    return fast, loop


# Fewer characters than the vocabulary has, or more: the fast network maps the embedding at another place.
@pytest.mark.parametrize("shape", [(1, 1), (1, 6), (2, 1), (1, 7), (1, 8), (3, 11)])
@pytest.mark.parametrize("fresh", [True, False], ids=["from zeros", "from a given state"])
def test_the_fast_network_and_the_loop_give_the_same(twins, shape, fresh):
    tokens, targets, state = torch.randint(7, shape), torch.randint(7, shape), torch.randn(shape[0], 6)
    results = []
    for model in twins:
        start = None if fresh else state.clone().requires_grad_()
        logits, last = model(tokens, start)
        (sequence_loss(logits, targets) + last.square().sum()).backward()
        grads = {name: parameter.grad for name, parameter in model.named_parameters()}
        results.append([logits, last, grads, None if fresh else start.grad])
    torch.testing.assert_close(*results)


def test_the_fast_network_and_the_loop_train_to_the_same_weights(twins):
    batches = [(torch.randint(7, (3, 11)), torch.randint(7, (3, 11))) for _ in range(20)]
    for model in twins:
        optimizer = torch.optim.SGD(model.parameters(), lr=0.5)  # Adam would enlarge differences of rounding
        fit(model, batches, epochs=2, optimizer=optimizer, progress=False)
    fast, loop = twins
    torch.testing.assert_close(fast.state_dict(), loop.state_dict(), atol=1e-4, rtol=1e-4)


def test_one_hot_vectors_make_the_hundred_line_network():
    """Its equations, with `Wxh`, `Whh` and `Why`, and a second bias that adds nothing new."""
    model = CharRNN(7, None, 6).double()
    assert sum(parameter.numel() for parameter in model.parameters()) == 7 * 6 + 6 * 6 + 6 * 7 + 2 * 6 + 7
    state = torch.zeros(6, dtype=torch.float64)
    logits, _ = model(torch.tensor([[3, 0, 3]]))
    for step, symbol in enumerate((3, 0, 3)):
        sums = model.input_to_hidden.weight[:, symbol] + model.input_to_hidden.bias
        state = torch.tanh(sums + model.hidden_to_hidden.weight @ state + model.hidden_to_hidden.bias)
        torch.testing.assert_close(logits[0, step], model.output.weight @ state + model.output.bias)


def test_both_networks_count_as_one_architecture():
    assert CharRNN.architecture == CharRNNLoop.architecture


def test_autocast_gives_nearly_the_same(twins):
    tokens, targets = torch.randint(7, (3, 11)), torch.randint(7, (3, 11))
    for model in twins:
        exact = sequence_loss(model(tokens)[0], targets)
        with torch.autocast("cpu", dtype=torch.bfloat16):
            logits, _ = model(tokens)
            loss = sequence_loss(logits, targets)
            loss.backward()
        assert logits.dtype == torch.bfloat16
        torch.testing.assert_close(loss, exact, atol=0.02, rtol=0)
    fast, loop = ([parameter.grad for parameter in model.parameters()] for model in twins)
    torch.testing.assert_close(fast, loop, atol=0.01, rtol=0.1)
