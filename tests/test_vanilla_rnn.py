"""The vanilla recurrent network, held against torch's own and against what every language model must obey."""

import math

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


@pytest.mark.parametrize("cut", [1, 5, 10])
def test_two_parts_with_carried_state_equal_one_pass(model, tokens, cut):
    whole, end = model(tokens)
    first, state = model(tokens[:, :cut])
    second, last = model(tokens[:, cut:], state)
    torch.testing.assert_close(torch.cat([first, second], dim=1), whole)
    torch.testing.assert_close(last, end)


def test_the_state_that_is_carried_matters(model, tokens):
    _, state = model(tokens)
    assert not torch.allclose(model(tokens, state)[0], model(tokens)[0])


@pytest.mark.parametrize("time", range(10))
def test_a_later_character_leaves_the_logits_before_it_unchanged(model, tokens, time):
    changed = tokens.clone()
    changed[:, time + 1] = (changed[:, time + 1] + 1) % 7
    before, after = model(tokens)[0], model(changed)[0]
    assert torch.equal(before[:, : time + 1], after[:, : time + 1])
    assert not torch.allclose(before[:, time + 1 :], after[:, time + 1 :])


def test_the_rows_of_a_batch_do_not_touch_each_other(model, tokens):
    alone = torch.cat([model(row[None])[0] for row in tokens])
    torch.testing.assert_close(model(tokens)[0], alone)


@pytest.mark.parametrize("vocab_size", [2, 26, 100])
def test_a_fresh_model_knows_nothing(vocab_size, architecture):
    model = architecture(vocab_size, embedding_size=32, hidden_size=64)
    logits, _ = model(torch.randint(vocab_size, (32, 32)))
    loss = sequence_loss(logits, torch.randint(vocab_size, (32, 32)))
    assert loss.item() == pytest.approx(math.log(vocab_size), abs=0.15)


def test_one_batch_can_be_overfit(architecture):
    model = architecture(vocab_size=10, embedding_size=8, hidden_size=32)
    tokens = torch.randint(10, (1, 13))
    optimizer = torch.optim.Adam(model.parameters(), lr=0.03)
    for _ in range(100):
        loss = sequence_loss(model(tokens[:, :-1])[0], tokens[:, 1:])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    assert loss.item() < 0.01


def test_shapes_follow_the_protocol_of_all_models(model, tokens):
    logits, state = model(tokens)
    assert logits.shape == (3, 11, 7)
    assert state.shape == (3, 6)


def test_the_first_hidden_state_is_zeros_like_the_weights(model):
    hidden = model.init_state(4)
    assert hidden.shape == (4, 6)
    assert hidden.dtype == torch.float64
    assert not hidden.any()
    assert not hidden.requires_grad


def test_a_forward_pass_leaves_the_state_that_it_was_given(model, tokens):
    state = torch.randn(3, 6, dtype=torch.float64)
    before = state.clone()
    model(tokens, state)
    assert torch.equal(state, before)


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


def test_settings_make_the_same_network_again(model, tokens):
    again = type(model)(**model.settings).double()
    again.load_state_dict(model.state_dict())
    torch.testing.assert_close(again(tokens), model(tokens))


@pytest.mark.parametrize("mode", [torch.no_grad, torch.inference_mode])
def test_a_pass_without_gradients_gives_the_same(model, tokens, mode):
    with mode():
        logits, state = model(tokens)
    assert logits.grad_fn is None
    assert state.grad_fn is None
    torch.testing.assert_close((logits, state), model(tokens))


def test_a_state_that_is_kept_keeps_no_other_state(model, tokens):
    _, state = model(tokens)
    assert state.untyped_storage().nbytes() == state.numel() * state.element_size()


def test_logits_lie_in_memory_as_their_shape_says(model, tokens):
    assert model(tokens)[0].is_contiguous()


def test_tokens_of_another_integer_type_and_order_in_memory_are_the_same_tokens(model, tokens):
    expected = model(tokens)
    torch.testing.assert_close(model(tokens.int()), expected)
    torch.testing.assert_close(model(tokens.t().contiguous().t()), expected)


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


@pytest.mark.parametrize(
    ("tokens", "error", "line"),
    [
        (torch.rand(3, 4), ValueError, "the tokens are of torch.float32: they must be ids"),
        (torch.ones(3, 4, dtype=torch.bool), ValueError, "the tokens are of torch.bool: they must be ids"),
        (torch.tensor([1, 2, 3]), ValueError, r"the tokens have shape \(3,\): it must be \(batch, time\)"),
        (torch.zeros(3, 0, dtype=torch.int64), ValueError, r"shape \(3, 0\): it must be .* both at least 1"),
        (torch.tensor([[0, 7]]), IndexError, "the tokens hold 7: the vocabulary of this model has the ids 0 to 6"),
        (torch.tensor([[0, -1]]), IndexError, "the tokens hold -1: the vocabulary of this model has the ids 0 to 6"),
    ],
)
def test_tokens_that_are_no_batch_of_ids_are_refused(model, tokens, error, line):
    with pytest.raises(error, match=line):
        model(tokens)


def test_a_network_runs_where_its_weights_are(architecture):
    """On torch's device of shapes without numbers: what is made on the CPU by mistake does not fit there."""
    model = architecture(7, 5, 6).to("meta")
    tokens = torch.zeros(3, 11, dtype=torch.int64, device="meta")
    logits, state = model(tokens, model(tokens)[1])
    logits.sum().backward()
    assert logits.shape == (3, 11, 7)
    assert {tensor.device.type for tensor in [logits, state, *(p.grad for p in model.parameters())]} == {"meta"}
