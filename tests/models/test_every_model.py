"""What every language model of the package must obey. What is its own stands in its own module of tests."""

import importlib
import math
import pkgutil

import pytest
import torch

from helpers import models
from helpers.ground.nested import detach, map_tensors, select_rows
from helpers.ground.vocabulary import Vocabulary
from helpers.models.attention_lstm import CharAttentionLSTM, CharAttentionLSTMByHand
from helpers.models.gru import CharGRU, CharGRULoop
from helpers.models.lstm import CharLSTM, CharLSTMLoop
from helpers.models.stacked_rnn import StackedRNN
from helpers.models.vanilla_rnn import CharRNN, CharRNNLoop
from helpers.sampling.generation import generate
from helpers.text.ngrams import NgramModel
from helpers.training import sequence_loss
from tests.models.gated_models import tensors_of

VOCAB_SIZE, TIME = 7, 24
ONE_LAYER = [CharRNN, CharRNNLoop]
STACKS = [StackedRNN, CharLSTM, CharLSTMLoop, CharGRU, CharGRULoop, CharAttentionLSTM, CharAttentionLSTMByHand]
NETWORKS = [(one, 1) for one in ONE_LAYER] + [(one, layers) for one in STACKS for layers in (1, 2, 3)]


def make(architecture, num_layers=1, vocab_size=VOCAB_SIZE, embedding_size=5, hidden_size=6):
    """Return a network with the same weights each time."""
    torch.manual_seed(0)
    sizes = [num_layers] if architecture in STACKS else []
    return architecture(vocab_size, embedding_size, hidden_size, *sizes)


@pytest.fixture(params=[*ONE_LAYER, *STACKS])
def architecture(request):
    return request.param


@pytest.fixture(params=NETWORKS, ids=lambda one: f"{one[0].__name__} of {one[1]}")
def model(request):
    return make(*request.param).double()


@pytest.fixture
def tokens():
    return torch.randint(VOCAB_SIZE, (3, 11), generator=torch.Generator().manual_seed(0))


def used_state(model, batch_size):
    """Return a state that is no zero, as the model leaves it after some text."""
    text = torch.randint(VOCAB_SIZE, (batch_size, 6), generator=torch.Generator().manual_seed(1))
    return detach(model(text)[1])


def test_every_model_of_the_package_is_among_them():
    found = set()
    for module in pkgutil.iter_modules(models.__path__):
        classes = vars(importlib.import_module(f"helpers.models.{module.name}")).values()
        found |= {one for one in classes if isinstance(one, type) and "architecture" in dir(one)}
    assert found == {*ONE_LAYER, *STACKS}


def changes_nothing_before_it(model, changed):
    """Hold that a later character changes its own logits and nothing that was said before."""
    tokens = torch.randint(VOCAB_SIZE, (2, TIME), generator=torch.Generator().manual_seed(2))
    other = tokens.clone()
    other[:, changed:] = (other[:, changed:] + 1) % VOCAB_SIZE
    logits, after = model(tokens)[0], model(other)[0]
    assert torch.equal(logits[:, :changed], after[:, :changed])
    assert not torch.allclose(logits[:, changed], after[:, changed])


@pytest.mark.parametrize("changed", [1, 2, 9, 23])
def test_no_network_looks_at_the_future(model, changed):
    changes_nothing_before_it(model, changed)


@pytest.mark.parametrize("changed", [1, 9, 23])
def test_no_count_looks_at_the_future(changed):
    text = torch.randint(VOCAB_SIZE, (500,), generator=torch.Generator().manual_seed(0))
    changes_nothing_before_it(NgramModel(text, VOCAB_SIZE, 3), changed)


@pytest.mark.parametrize("cut", [1, 5, 10])
def test_two_parts_with_carried_state_equal_one_pass(model, tokens, cut):
    whole, end = model(tokens)
    first, state = model(tokens[:, :cut])
    second, last = model(tokens[:, cut:], state)
    torch.testing.assert_close(torch.cat([first, second], dim=1), whole)
    torch.testing.assert_close(last, end)


def test_the_rows_of_a_batch_can_be_taken_apart(model, tokens):
    """Everything has the batch as its first dimension, so a part of a batch goes on from that part of the state."""
    start = used_state(model, 3)
    logits, state = model(tokens, start)
    for row in range(3):
        alone = model(tokens[row : row + 1], select_rows(start, row))
        torch.testing.assert_close(alone, (logits[row : row + 1], select_rows(state, row)))


def test_a_forward_pass_leaves_the_state_that_it_was_given(model, tokens):
    state = used_state(model, 3)
    before = map_tensors(torch.clone, state)
    model(tokens, state)
    torch.testing.assert_close(state, before, atol=0, rtol=0)


def test_the_first_state_is_zeros_like_the_weights(model, tokens):
    for part in tensors_of(model.init_state(4)):
        assert len(part) == 4
        assert part.dtype == torch.float64
        assert not part.any()
        assert not part.requires_grad
    torch.testing.assert_close(model(tokens, model.init_state(3)), model(tokens))


def test_what_comes_out_lies_in_memory_as_its_shape_says_and_keeps_nothing_else(model, tokens):
    logits, state = model(tokens)
    assert logits.shape == (3, 11, VOCAB_SIZE)
    for tensor in [logits, *tensors_of(state)]:
        assert tensor.is_contiguous()
        assert tensor.untyped_storage().nbytes() == tensor.numel() * tensor.element_size()


@pytest.mark.parametrize("mode", [torch.no_grad, torch.inference_mode])
def test_a_pass_without_gradients_gives_the_same(model, tokens, mode):
    with mode():
        logits, state = model(tokens)
    assert not any(tensor.requires_grad for tensor in [logits, *tensors_of(state)])
    torch.testing.assert_close((logits, state), model(tokens))


def test_tokens_of_another_integer_type_and_order_in_memory_are_the_same_tokens(model, tokens):
    expected = model(tokens)
    torch.testing.assert_close(model(tokens.int()), expected)
    torch.testing.assert_close(model(tokens.t().contiguous().t()), expected)


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
def test_tokens_that_are_no_batch_of_ids_are_refused(architecture, tokens, error, line):
    with pytest.raises(error, match=line):
        make(architecture)(tokens)


def test_settings_make_the_same_network_again(model, tokens):
    again = type(model)(**model.settings).double()
    again.load_state_dict(model.state_dict())
    torch.testing.assert_close(again(tokens), model(tokens))


def test_it_writes_the_same_text_from_the_same_random_numbers(model):
    vocabulary = Vocabulary("abcdefg")
    texts = [generate(model, vocabulary, "ab", 20, generator=torch.Generator().manual_seed(0)) for _ in range(2)]
    assert len(texts[0]) == 22
    assert texts[0] == texts[1]


@pytest.mark.parametrize("vocab_size", [2, 26, 100])
def test_a_fresh_model_knows_nothing(architecture, vocab_size):
    model = make(architecture, vocab_size=vocab_size, embedding_size=32, hidden_size=64)
    logits, _ = model(torch.randint(vocab_size, (32, 32)))
    loss = sequence_loss(logits, torch.randint(vocab_size, (32, 32)))
    assert loss.item() == pytest.approx(math.log(vocab_size), abs=0.15)


@pytest.mark.parametrize("num_layers", [1, 3])
def test_one_batch_can_be_overfit(architecture, num_layers):
    model = make(architecture, num_layers, vocab_size=10, embedding_size=8, hidden_size=32)
    tokens = torch.randint(10, (1, 13))
    optimizer = torch.optim.Adam(model.parameters(), lr=0.02)
    for _ in range(120):
        loss = sequence_loss(model(tokens[:, :-1])[0], tokens[:, 1:])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    assert loss.item() < 0.02


def test_a_network_runs_where_its_weights_are(architecture):
    """On torch's device of shapes without numbers: what is made on the CPU by mistake does not fit there."""
    model = make(architecture, 2).to("meta")
    tokens = torch.zeros(3, 11, dtype=torch.int64, device="meta")
    logits, state = model(tokens, model(tokens)[1])
    logits.sum().backward()
    tensors = [logits, *tensors_of(state), *(parameter.grad for parameter in model.parameters())]
    assert {tensor.device.type for tensor in tensors} == {"meta"}
