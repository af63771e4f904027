"""The LSTM with attention: the same text in one piece, in pieces and step by step, and no look at the future."""

import pytest
import torch
from torch import nn

from helpers.ground.checkpoints import load_checkpoint, save_checkpoint
from helpers.ground.nested import detach, select_rows
from helpers.ground.vocabulary import Vocabulary
from helpers.measuring.gates import read_gates
from helpers.models.attention_lstm import CharAttentionLSTM, CharAttentionLSTMByHand
from helpers.models.lstm import CharLSTM
from helpers.models.self_attention import SelfAttention
from helpers.sampling.generation import generate
from helpers.text.batching import StreamBatches
from helpers.training import evaluate, fit, sequence_loss

PAIR = [CharAttentionLSTM, CharAttentionLSTMByHand]
BLOCK = 5


@pytest.fixture(params=PAIR)
def architecture(request):
    return request.param


@pytest.fixture(params=[1, 3], ids=["one head", "three heads"])
def model(architecture, request):
    torch.manual_seed(0)
    return architecture(7, 5, 6, 2, num_heads=request.param, block_size=BLOCK).double()


@pytest.fixture
def tokens():
    return torch.randint(7, (3, 17), generator=torch.Generator().manual_seed(1))


def make(architecture=CharAttentionLSTM, **options):
    torch.manual_seed(0)
    return architecture(7, 5, 6, **options).double()


@pytest.mark.parametrize("pieces", [[1] * 17, [5, 12], [16, 1], [3, 1, 7, 6], [4, 4, 4, 5]])
def test_pieces_with_the_state_carried_equal_the_whole(model, tokens, pieces):
    whole, last = model(tokens)
    state, parts = None, []
    for piece in tokens.split(pieces, dim=1):
        logits, state = model(piece, state)
        parts.append(logits)
    torch.testing.assert_close(torch.cat(parts, dim=1), whole)
    torch.testing.assert_close(state, last)


def test_a_position_sees_as_many_as_the_block_holds(model, tokens):
    weights = model.attention_weights(tokens)
    assert weights.shape == (3, model.attention.num_heads, 17, 17)
    seen = (weights > 0).sum(-1)
    assert (seen == torch.arange(1, 18).clamp(max=BLOCK)).all()
    torch.testing.assert_close(weights.sum(-1), torch.ones_like(weights[..., 0]))


def test_weights_of_a_part_are_those_of_the_whole(model, tokens):
    model.train()
    whole = model.attention_weights(tokens)
    _, state = model(tokens[:, :9])
    part = model.attention_weights(tokens[:, 9:], state)  # (3, heads, 8, 4 + 8)
    torch.testing.assert_close(part, whole[:, :, 9:, 5:])
    assert model.training


def test_both_have_the_same_weights_logits_states_and_gradients(tokens):
    results = []
    for architecture in PAIR:
        model = make(architecture, num_heads=2, block_size=BLOCK)
        _, state = model(tokens)
        logits, last = model(tokens, detach(state))
        sequence_loss(logits, tokens).backward()
        results.append([logits, last, {name: one.grad for name, one in model.named_parameters()}])
        assert all(one.grad.any() for one in model.parameters())
    torch.testing.assert_close(*results)


def test_without_a_band_it_is_what_torch_computes(tokens):
    model = make(num_heads=2, block_size=100)
    theirs = nn.MultiheadAttention(6, 2, batch_first=True).double()
    own = model.attention
    with torch.no_grad():
        theirs.in_proj_weight.copy_(torch.cat([own.query.weight, own.key.weight, own.value.weight]))
        theirs.in_proj_bias.zero_()
        theirs.out_proj.load_state_dict(own.output.state_dict())
    states = model.read(tokens, model.init_state(3)[:2])[0].transpose(0, 1)
    mask = torch.ones(17, 17).triu(1).bool()  # torch's is True where nothing may be seen
    expected, weights = theirs(states, states, states, attn_mask=mask, average_attn_weights=False)
    torch.testing.assert_close(own(states, own.init_past(3))[0], expected)
    torch.testing.assert_close(model.attention_weights(tokens), weights.detach())


def test_attention_that_gives_nothing_leaves_the_lstm_as_it_is(tokens):
    model, plain = make(), CharLSTM(7, 5, 6).double()
    nn.init.zeros_(model.attention.output.weight)
    nn.init.zeros_(model.attention.output.bias)
    plain.load_state_dict({name: one for name, one in model.state_dict().items() if not name.startswith("attention")})
    torch.testing.assert_close(model(tokens)[0], plain(tokens)[0])


def test_what_lies_outside_the_band_reaches_a_position_through_the_lstm_alone(tokens):
    model = make(block_size=BLOCK)
    inputs = torch.randn(1, 17, 6, dtype=torch.float64, requires_grad=True)
    attended, _ = model.attention(inputs, model.attention.init_past(1))
    (gradient,) = torch.autograd.grad(attended[0, 10].sum(), inputs)
    assert gradient[0].any(-1).nonzero().flatten().tolist() == [6, 7, 8, 9, 10]


def test_the_state_stays_as_long_as_the_band(model, tokens):
    state = None
    for piece, length in zip(tokens.split([2, 1, 9, 5], dim=1), [2, 3, 4, 4], strict=True):
        _, state = model(piece, state)
        assert state[2].shape[2] == state[3].shape[2] == length
        assert state[2].untyped_storage().nbytes() == state[2].nbytes


def test_a_block_of_one_sees_nothing_but_itself(tokens):
    model = make(block_size=1)
    _, state = model(tokens)
    assert state[2].shape[2] == 0
    torch.testing.assert_close(model.attention_weights(tokens)[0, 0], torch.eye(17).double())


def test_rows_of_a_state_can_be_taken(model, tokens):
    _, state = model(tokens)
    logits, _ = model(tokens, state)
    one, _ = model(tokens[2:], select_rows(state, 2))
    torch.testing.assert_close(one, logits[2:])


def test_it_learns_to_copy_by_looking_back():
    """A word of random letters is told twice: the second half can be known only by looking back."""
    torch.manual_seed(0)
    letters = "abcdefghijklmnop"
    generator = torch.Generator().manual_seed(1)
    words = torch.randint(16, (600, 8), generator=generator)
    text = "".join(f"{word} {word}." for word in ("".join(letters[i] for i in row) for row in words.tolist()))
    vocabulary = Vocabulary.from_text(text)
    batches = StreamBatches(vocabulary.encode(text), 36, batch_size=8)
    losses = {}
    for name, block_size in (("attention", 20), ("itself alone", 1)):
        torch.manual_seed(0)
        model = CharAttentionLSTM(len(vocabulary), 16, 32, block_size=block_size)
        fit(model, batches, steps=250, learning_rate=1e-2, progress=False)
        losses[name] = evaluate(model, batches).loss
    assert losses["attention"] < losses["itself alone"] - 0.1, losses


def test_checkpoints_and_sampling_take_it(tmp_path):
    vocabulary = Vocabulary.from_text("abcdefg")
    model, twin = make(block_size=BLOCK), make(CharAttentionLSTMByHand, block_size=BLOCK)
    nn.init.normal_(twin.output.weight)
    path = save_checkpoint(tmp_path / "one.safetensors", model, vocabulary)
    load_checkpoint(path, twin, vocabulary)
    texts = [generate(one, vocabulary, "ab", 40, generator=torch.Generator().manual_seed(3)) for one in (model, twin)]
    assert texts[0] == texts[1]


def test_a_step_of_sampling_equals_the_whole_prefix(model):
    tokens = torch.randint(7, (1, 30))
    state = None
    for length in range(1, 31):
        logits, state = model(tokens[:, length - 1 : length], state)
        torch.testing.assert_close(logits[:, -1], model(tokens[:, :length])[0][:, -1])


@pytest.mark.parametrize(
    ("options", "line"),
    [
        ({"num_heads": 4}, "a width of 6 cannot be shared by 4 heads: it must be divisible"),
        ({"num_heads": 0}, "num_heads must be at least 1"),
        ({"block_size": 0}, "block_size must be at least 1"),
    ],
)
def test_sizes_that_make_no_sense_are_refused(architecture, options, line):
    with pytest.raises(ValueError, match=line):
        architecture(7, 5, 6, **options)


@pytest.mark.parametrize(
    ("change", "line"),
    [
        (lambda state: state[:2], r"the state is 2 parts: it must be \(hidden, cell, keys, values\)"),
        (lambda state: state[0], r"the state is a Tensor: it must be \(hidden, cell, keys, values\)"),
        (lambda state: select_rows(state, [0, 1]), "state"),
        (lambda state: (*state[:2], state[2][:, :, 1:], state[3]), "as many keys as values"),
        (lambda state: (*state[:2], state[2][:1], state[3][:1]), r"\(3, 1, up to 4, 6\) for this batch"),
        (lambda state: (*state[:2], *(part.repeat(1, 1, 2, 1) for part in state[2:])), "up to 4"),
        (lambda state: (state[0][:, :1].repeat(1, 5, 1), *state[1:]), "state"),
    ],
)
def test_a_state_of_something_else_is_refused(architecture, tokens, change, line):
    model = make(architecture, block_size=BLOCK)
    _, state = model(tokens)
    with pytest.raises(ValueError, match=line):
        model(tokens, change(state))


def test_gates_of_it_are_refused():
    with pytest.raises(
        TypeError, match="only a CharLSTM or a CharGRU has gates to read, and this is a CharAttentionLSTM"
    ):
        read_gates(make(), torch.zeros(1, 3, dtype=torch.long))


def test_the_fast_attention_is_the_fast_class():
    assert isinstance(make().attention, SelfAttention)
