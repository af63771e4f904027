"""What LSTM and GRU have in common, held against torch's own."""

import math
import warnings

import pytest
import torch
import torch.nn.functional as F

from helpers.ground.checkpoints import load_checkpoint, save_checkpoint
from helpers.ground.nested import map_tensors
from helpers.ground.vocabulary import Vocabulary
from helpers.text.batching import StreamBatches
from helpers.training import evaluate, fit, sequence_loss
from tests.models.gated_models import MODELS, NAMES, PAIRS, random_state, tensors_of, torch_stack, turned

VOCABULARY = Vocabulary("abcdefg")


@pytest.fixture(autouse=True)
def seed():
    """Draw the same weights and tokens in every run."""
    torch.manual_seed(0)


@pytest.fixture(params=MODELS)
def architecture(request):
    return request.param


@pytest.fixture(params=PAIRS, ids=["lstm", "gru"])
def pair(request):
    return request.param


@pytest.fixture(params=[1, 2, 3])
def num_layers(request):
    return request.param


@pytest.fixture(params=[5, None], ids=["embedding", "one-hot"])
def embedding_size(request):
    return request.param


@pytest.fixture
def model(architecture, num_layers):
    return architecture(7, 5, 6, num_layers).double()


@pytest.fixture
def tokens():
    return torch.randint(7, (3, 11))


def gradients(logits, state, starts, targets):
    """Send a loss back that every logit and every number of the last state counts in; return what reached the start."""
    loss = sequence_loss(logits, targets) + sum(part.square().sum() for part in tensors_of(state))
    loss.backward()
    return [start.grad for start in starts]


@pytest.mark.parametrize("fresh", [True, False], ids=["from zeros", "from a given state"])
def test_logits_state_and_gradients_equal_those_of_torch(architecture, num_layers, embedding_size, tokens, fresh):
    model = architecture(7, embedding_size, 6, num_layers).double()
    stack = torch_stack(model)
    targets = torch.randint(7, (3, 11))
    ours = theirs = None
    if not fresh:
        ours = random_state(model, 3)
        theirs = map_tensors(torch.Tensor.requires_grad_, turned(ours))
        ours = map_tensors(torch.Tensor.requires_grad_, ours)

    logits, last = model(tokens, ours)
    starts = gradients(logits, last, [] if fresh else tensors_of(ours), targets)
    grads = {name: parameter.grad.clone() for name, parameter in model.named_parameters()}

    model.zero_grad()
    vectors = F.one_hot(tokens, 7).double() if embedding_size is None else model.embedding(tokens)
    states, expected_last = stack(vectors, theirs)
    expected = model.output(states)
    expected_starts = gradients(expected, expected_last, [] if fresh else tensors_of(theirs), targets)
    torch.testing.assert_close(logits, expected)
    torch.testing.assert_close(last, turned(expected_last))
    torch.testing.assert_close(starts, turned(expected_starts))
    for name in ["output.weight", "output.bias"] + ["embedding.weight"] * (embedding_size is not None):
        torch.testing.assert_close(grads.pop(name), model.get_parameter(name).grad)
    for number in range(num_layers):
        for name in NAMES:
            grad = getattr(stack, f"{name}_l{number}").grad
            torch.testing.assert_close(grads.pop(f"layers.{number}.{name}_l0"), grad)
    assert not grads


def test_the_fast_model_and_the_loop_give_the_same_in_single_precision(pair, num_layers, embedding_size, tokens):
    fast, loop = (one(7, embedding_size, 6, num_layers) for one in pair)
    loop.load_state_dict(fast.state_dict())
    targets = torch.randint(7, (3, 11))
    results = []
    for model in (fast, loop):
        start = map_tensors(torch.ones_like, model.init_state(3))
        logits, last = model(tokens, start)
        sequence_loss(logits, targets).backward()
        results.append([logits, last, {name: one.grad for name, one in model.named_parameters()}])
    torch.testing.assert_close(*results)


def test_a_seed_gives_the_fast_model_and_the_loop_the_same_weights(pair, num_layers, embedding_size):
    weights = []
    for architecture in pair:
        torch.manual_seed(3)
        weights.append(architecture(7, embedding_size, 6, num_layers).state_dict())
    torch.testing.assert_close(*weights, atol=0, rtol=0)


def test_a_checkpoint_of_one_is_loaded_into_the_other(pair, tokens):
    for here, there in (pair, pair[::-1]):
        model, other = here(7, 5, 6, 2), there(7, 5, 6, 2)
        path = save_checkpoint("model.safetensors", model, VOCABULARY)
        load_checkpoint(path, other, VOCABULARY)
        torch.testing.assert_close(other(tokens), model(tokens))


def test_the_loop_looks_columns_up_where_the_fast_model_multiplies_by_vectors(pair):
    """With infinite weights for a character that does not occur, a product with a one-hot vector is NaN."""
    for architecture, finite in zip(pair, (False, True), strict=True):
        model = architecture(7, None, 6)
        with torch.no_grad():
            model.layers[0].weight_ih_l0[:, 3] = math.inf
        assert model(torch.tensor([[1, 2]]))[0].isfinite().all() == finite


def test_the_state_of_every_layer_matters(model, tokens, num_layers):
    _, state = model(tokens)
    expected = model(tokens, state)[0]
    for layer in range(num_layers):
        for part in tensors_of(state):
            kept = part[:, layer].clone()
            with torch.no_grad():
                part[:, layer] = 0
                assert not torch.allclose(model(tokens, state)[0], expected)
                part[:, layer] = kept


def test_a_state_of_another_precision_is_taken_as_that_of_the_weights(architecture, tokens):
    model = architecture(7, 5, 6, 2).double()
    state = random_state(model, 3)
    logits, last = model(tokens, map_tensors(torch.Tensor.float, state))
    assert {tensor.dtype for tensor in [logits, *tensors_of(last)]} == {torch.float64}
    torch.testing.assert_close((logits, last), model(tokens, state), atol=1e-6, rtol=0)


def test_tokens_of_another_integer_type_and_order_in_memory_are_the_same_tokens(architecture, embedding_size, tokens):
    model = architecture(7, embedding_size, 6, embedding_dropout=0.4)
    for training in (False, True):
        results = []
        for same in (tokens, tokens.int(), tokens.t().contiguous().t()):
            torch.manual_seed(1)
            results.append(model.train(training)(same))
        torch.testing.assert_close(results[1], results[0])
        torch.testing.assert_close(results[2], results[0])


def test_autocast_gives_nearly_the_same(architecture, embedding_size, tokens):
    model = architecture(7, embedding_size, 6, 2)
    exact, _ = model(tokens, model(tokens)[1])
    with torch.autocast("cpu", dtype=torch.bfloat16):
        logits, _ = model(tokens, model(tokens)[1])
        sequence_loss(logits, tokens).backward()
    assert logits.dtype == torch.bfloat16
    torch.testing.assert_close(logits.float(), exact, atol=0.02, rtol=0)


def test_a_network_runs_where_its_weights_are(architecture, embedding_size):
    """On torch's device of shapes without numbers: what is made on the CPU by mistake does not fit there."""
    model = architecture(7, embedding_size, 6, 2, embedding_dropout=0.1).to("meta")
    tokens = torch.zeros(3, 11, dtype=torch.int64, device="meta")
    logits, state = model(tokens, model(tokens)[1])
    logits.sum().backward()
    assert logits.shape == (3, 11, 7)
    tensors = [logits, *tensors_of(state), *(parameter.grad for parameter in model.parameters())]
    assert {tensor.device.type for tensor in tensors} == {"meta"}


def test_dropout_acts_in_training_only_also_with_one_layer(architecture, num_layers, tokens):
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # torch warns of a dropout without effect
        model = architecture(7, 5, 6, num_layers, dropout=0.5)
    plain = architecture(7, 5, 6, num_layers)
    plain.load_state_dict(model.state_dict())
    assert not torch.allclose(model(tokens)[0], model(tokens)[0])
    torch.testing.assert_close(model.eval()(tokens), plain(tokens))


def test_dropout_stands_between_layers_and_before_the_output(architecture, num_layers, tokens):
    """With all states dropped, the output is its bias, and each layer above the first sees its own state alone."""
    model = architecture(7, 5, 6, num_layers, dropout=1.0)
    logits, state = model(tokens)
    _, other_state = model((tokens + 1) % 7)
    assert torch.equal(logits, model.output.bias.expand(3, 11, 7))
    for part, other in zip(tensors_of(state), tensors_of(other_state), strict=True):
        assert not torch.allclose(part[:, 0], other[:, 0])
        assert torch.equal(part[:, 1:], other[:, 1:])


def test_embedding_dropout_drops_a_character_wherever_it_stands_in_a_row(architecture, embedding_size):
    """What the first layer reads is 0 or twice what it was, the same for a character in a row, not for all rows."""
    model = architecture(7, embedding_size, 6, embedding_dropout=0.5)
    order = torch.tensor([3, 1, 0, 6, 5, 4, 2])
    tokens = torch.cat([torch.arange(7), order]).repeat(40, 1)  # each character twice a row
    full = model.eval()._vectors(tokens)
    if full.dim() == 2:
        full = F.one_hot(full, 7).float()
    factors = (model.train()._vectors(tokens) / full).nan_to_num().amax(-1).t()  # (batch, time)
    assert set(factors.unique().tolist()) == {0.0, 2.0}
    assert torch.equal(factors[:, order], factors[:, 7:])
    assert len(factors.unique(dim=0)) > 10
    assert 0.3 < (factors == 0).float().mean() < 0.7


def test_embedding_dropout_acts_in_training_only(pair, embedding_size, tokens):
    fast, loop = (one(7, embedding_size, 6, embedding_dropout=0.5) for one in pair)
    loop.load_state_dict(fast.state_dict())
    results = []
    for model in (fast, loop):
        torch.manual_seed(2)
        results.append([model.train()(tokens), model.eval()(tokens)])
        assert not torch.allclose(results[-1][0][0], results[-1][1][0])
    torch.testing.assert_close(*results)


def test_settings_make_the_same_network_again(architecture, embedding_size, tokens):
    model = architecture(7, embedding_size, 6, num_layers=2, dropout=0.25, embedding_dropout=0.125)
    again = architecture(**model.settings)
    again.load_state_dict(model.state_dict())
    torch.testing.assert_close(again.eval()(tokens), model.eval()(tokens))
    assert (again.dropout.p, again.embedding_dropout.p) == (0.25, 0.125)


def test_it_trains_over_streams_with_its_state_carried(architecture, embedding_size):
    """A text of period 7 is learned, and the loss over short pieces needs the state from the piece before."""
    text = torch.tensor([0, 0, 1, 0, 0, 2, 3]).repeat(30)
    batches = StreamBatches(text, 1, batch_size=3)  # one character at a time: after a 0, only the state knows
    model = architecture(7, embedding_size, 16, dropout=0.1)
    fit(model, StreamBatches(text, 14, batch_size=3), steps=60, learning_rate=0.03, progress=False)
    carried = evaluate(model, batches).loss
    fresh = evaluate(model, list(batches)).loss
    assert carried < 0.3 < fresh


@pytest.mark.usefixtures("one_thread")
def test_a_resumed_run_ends_with_the_same_bits(architecture):
    text = torch.randint(7, (200,))
    finals = []
    for folder, parts in {"whole": [12], "parted": [5, 12]}.items():
        for last in parts:
            torch.manual_seed(4)
            model = architecture(7, 5, 6, 2, dropout=0.3, embedding_dropout=0.2)

            def stop(progress, last=last):
                if progress.step == last < 12:
                    raise KeyboardInterrupt

            arguments = {"vocabulary": VOCABULARY, "checkpoint_folder": folder, "evaluate_every": 5, "save_every": 1}
            batches = StreamBatches(text, 6, batch_size=3)
            history = fit(model, batches, steps=12, callback=stop, resume=True, progress=False, **arguments)
            assert history.ended == ("interrupted" if last < 12 else "all steps")
        finals.append(model.state_dict())
    torch.testing.assert_close(*finals, atol=0, rtol=0)


@pytest.mark.parametrize(
    ("shape", "line"),
    [
        (
            (5, 2, 6),
            r"state has shape \(5, 2, 6\), for this batch it must be \(3, 2, 6\): it is of a batch of 5 and the "
            r"tokens are of one of 3, so start anew with state=None, or take rows out of it with helpers\.ground",
        ),
        (
            (3, 1, 6),
            r"state has shape \(3, 1, 6\), .* \(3, 2, 6\): it is of 1 layers and this model has 2, so start anew",
        ),
        (
            (2, 3, 6),
            r"state has shape \(2, 3, 6\), .* it lies as torch has it, \(num_layers, batch, hidden\); "
            r"state\.transpose\(0, 1\) turns it",
        ),
        (
            (3, 2, 5),
            r"state has shape \(3, 2, 5\), .* \(3, 2, 6\): give the state that this model returned, or state=None",
        ),
        ((3, 6), r"state has shape \(3, 6\), .* \(3, 2, 6\): give the state that this model returned, or state=None"),
    ],
)
def test_a_state_of_another_shape_is_refused_with_what_to_do(architecture, tokens, shape, line):
    model = architecture(7, 5, 6, 2)
    wrong = map_tensors(lambda part: torch.zeros(shape), model.init_state(1))
    with pytest.raises(ValueError, match=line) as caught:
        model(tokens, wrong)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("settings", "line"),
    [
        ({"num_layers": 0}, "num_layers must be at least 1, not 0"),
        ({"hidden_size": 0}, "hidden_size must be at least 1, not 0"),
        ({"embedding_size": 0}, "embedding_size must be at least 1, not 0"),
        ({"vocab_size": 0}, "vocab_size must be at least 1, not 0"),
        ({"dropout": 1.5}, r"has to be between 0 and 1, but got 1\.5"),
        ({"embedding_dropout": -0.1}, r"has to be between 0 and 1, but got -0\.1"),
    ],
)
def test_settings_that_make_no_sense_are_refused(architecture, settings, line):
    with pytest.raises(ValueError, match=line):
        architecture(**({"vocab_size": 7, "embedding_size": 5, "hidden_size": 6} | settings))
