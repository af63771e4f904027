"""Windows over a row of tokens, and batches of them."""

import json

import pytest
import torch

from helpers.text import batching
from helpers.text.batching import StreamBatches, WindowBatches, sliding_windows

SIZES = [
    pytest.param(
        length, sequence_length, stride, id=f"{length} characters, windows of {sequence_length} every {stride}"
    )
    for length, sequence_length, stride in [
        (2, 1, 1),
        (10, 3, 1),
        (10, 3, 3),
        (11, 3, 4),
        (50, 7, 2),
        (8, 7, 5),
        (9, 1, 4),
    ]
]


@pytest.mark.parametrize(("length", "sequence_length", "stride"), SIZES)
def test_every_window_and_its_target_are_there(length, sequence_length, stride):
    text = torch.randperm(length).tolist()
    starts = range(0, length - sequence_length, stride)
    inputs, targets = sliding_windows(torch.tensor(text), sequence_length, stride)
    assert inputs.tolist() == [text[start : start + sequence_length] for start in starts]
    assert targets.tolist() == [text[start + 1 : start + 1 + sequence_length] for start in starts]


def test_windows_share_the_storage_of_the_text():
    tokens = torch.arange(1_000)
    inputs, targets = sliding_windows(tokens, 100)
    assert inputs.untyped_storage().data_ptr() == targets.untyped_storage().data_ptr() == tokens.data_ptr()
    assert targets.data_ptr() == tokens[1:].data_ptr()


def test_a_change_of_the_text_is_seen_in_each_window_over_it():
    tokens = torch.zeros(6, dtype=torch.int64)
    inputs, targets = sliding_windows(tokens, 3)
    tokens[3] = 1
    assert inputs.tolist() == [[0, 0, 0], [0, 0, 1], [0, 1, 0]]
    assert targets.tolist() == [[0, 0, 1], [0, 1, 0], [1, 0, 0]]


@pytest.mark.parametrize("stride", [0, -1])
def test_a_stride_below_1_is_refused(stride):
    with pytest.raises(ValueError, match=f"stride must be at least 1, not {stride}: .* would never move on"):
        sliding_windows(torch.arange(9), 3, stride)


@pytest.mark.parametrize("sequence_length", [0, -1])
def test_a_sequence_length_below_1_is_refused(sequence_length):
    with pytest.raises(ValueError, match=f"sequence_length must be at least 1, not {sequence_length}"):
        sliding_windows(torch.arange(9), sequence_length)


@pytest.mark.parametrize(("length", "sequence_length"), [(0, 1), (1, 1), (5, 5), (260, 1_000)])
def test_a_text_shorter_than_a_window_and_its_target_is_refused(length, sequence_length):
    needed = f"need {sequence_length + 1} characters; the text has {length}: take a longer text or a shorter"
    with pytest.raises(ValueError, match=needed):
        sliding_windows(torch.arange(length), sequence_length)


def test_a_text_of_exactly_one_window_and_its_target_gives_one_window():
    inputs, targets = sliding_windows(torch.arange(5), 4)
    assert (inputs.tolist(), targets.tolist()) == ([[0, 1, 2, 3]], [[1, 2, 3, 4]])


def test_tokens_of_two_dimensions_are_refused():
    with pytest.raises(ValueError, match=r"one row of tokens, not from shape \(3, 4\)"):
        sliding_windows(torch.zeros(3, 4), 2)


def test_batches_in_order_are_the_windows_one_after_another():
    tokens = torch.randperm(41)
    inputs, targets = sliding_windows(tokens, 4, 2)
    batches = list(WindowBatches(tokens, 4, stride=2, batch_size=5))
    assert torch.equal(torch.cat([batch for batch, _ in batches]), inputs[:15])
    assert torch.equal(torch.cat([batch for _, batch in batches]), targets[:15])


def test_without_a_stride_windows_cover_the_text_without_overlap():
    batches = WindowBatches(torch.arange(25), 4, batch_size=2)
    assert torch.cat([inputs for inputs, _ in batches]).flatten().tolist() == list(range(24))


@pytest.mark.parametrize("shuffle", [False, True])
@pytest.mark.parametrize("batch_size", [1, 3, 4, 10])
def test_all_batches_are_full_and_as_many_as_the_length_says(batch_size, shuffle):
    batches = WindowBatches(torch.arange(11), 1, batch_size=batch_size, shuffle=shuffle)
    shapes = [(inputs.shape, targets.shape) for inputs, targets in batches]
    assert shapes == [((batch_size, 1), (batch_size, 1))] * (10 // batch_size)
    assert len(batches) == len(shapes)


def test_the_order_of_an_epoch_is_sent_once_to_where_the_text_lies(monkeypatch):
    sent = []
    monkeypatch.setattr(batching, "send", lambda tensor, device: sent.append((len(tensor), device)) or tensor)
    tokens = torch.arange(41)
    batches = WindowBatches(tokens, 2, batch_size=5, shuffle=True)
    assert len(list(batches)) == len(list(batches)) == 4
    assert sent == [(len(batches.inputs), tokens.device)] * 2


def test_shuffled_batches_hold_each_window_once_with_its_own_target():
    batches = WindowBatches(torch.arange(41), 2, batch_size=5, shuffle=True)
    inputs, targets = (torch.cat(parts) for parts in zip(*batches, strict=True))
    assert sorted(inputs[:, 0].tolist()) == list(range(0, 40, 2))
    assert torch.equal(targets, inputs + 1)


def test_each_epoch_has_an_order_of_its_own():
    batches = WindowBatches(torch.arange(101), 1, batch_size=100, shuffle=True)
    (first, _), (second, _) = next(iter(batches)), next(iter(batches))
    assert first.tolist() != second.tolist()


def test_the_same_seed_gives_the_same_order():
    orders = [
        next(iter(WindowBatches(
            torch.arange(101), 1, batch_size=100, shuffle=True, generator=torch.Generator().manual_seed(seed)
        )))[0].tolist()
        for seed in (1, 1, 2)
    ]  # fmt: skip
    assert orders[0] == orders[1] != orders[2]


def test_shuffling_by_a_generator_leaves_the_global_random_state():
    before = torch.get_rng_state()
    list(WindowBatches(torch.arange(9), 1, batch_size=2, shuffle=True, generator=torch.Generator()))
    assert torch.equal(torch.get_rng_state(), before)


def test_a_batch_may_hold_all_windows():
    assert len(WindowBatches(torch.arange(9), 2, batch_size=4)) == 1


def test_a_batch_size_larger_than_the_data_is_refused():
    with pytest.raises(ValueError, match="gives 4 windows, too few for one batch of 5: take a smaller batch_size"):
        WindowBatches(torch.arange(9), 2, batch_size=5)


@pytest.mark.parametrize("batch_size", [0, -1])
def test_a_batch_size_below_1_is_refused(batch_size):
    with pytest.raises(ValueError, match=f"batch_size must be at least 1, not {batch_size}"):
        WindowBatches(torch.arange(9), 2, batch_size=batch_size)


@pytest.mark.parametrize(
    ("length", "stride", "message"),
    [(9, 0, "stride must be at least 1, not 0"), (1, 1, "the text has 1"), (3, 1, "need 4 characters; the text has 3")],
)
def test_batches_refuse_what_windows_refuse(length, stride, message):
    with pytest.raises(ValueError, match=message):
        WindowBatches(torch.arange(length), 3, stride=stride, batch_size=1)


STREAMS = [
    pytest.param(*sizes, id="{} characters, {} at a time, in {} streams".format(*sizes))
    for sizes in [(2, 1, 1), (11, 3, 1), (21, 5, 4), (24, 5, 4), (100, 7, 3), (101, 7, 3), (60, 2, 29), (9, 4, 2)]
]


@pytest.mark.parametrize(("length", "sequence_length", "batch_size"), STREAMS)
def test_each_stream_goes_on_where_it_ended(length, sequence_length, batch_size):
    text = torch.randperm(length)
    batches = list(StreamBatches(text, sequence_length, batch_size=batch_size))
    each = (length - 1) // batch_size
    inputs = torch.cat([inputs for inputs, _ in batches], dim=1)
    targets = torch.cat([targets for _, targets in batches], dim=1)
    for row in range(batch_size):
        assert torch.equal(inputs[row], text[row * each : (row + 1) * each])
        assert torch.equal(targets[row], text[row * each + 1 : (row + 1) * each + 1])


@pytest.mark.parametrize(("length", "sequence_length", "batch_size"), STREAMS)
def test_only_a_tail_shorter_than_the_batch_is_left_out(length, sequence_length, batch_size):
    batches = StreamBatches(torch.arange(length), sequence_length, batch_size=batch_size)
    predicted = sum(targets.numel() for _, targets in batches)
    assert 0 <= length - 1 - predicted < batch_size


@pytest.mark.parametrize(("length", "sequence_length", "batch_size"), STREAMS)
def test_only_the_last_batch_of_streams_may_be_shorter(length, sequence_length, batch_size):
    batches = StreamBatches(torch.arange(length), sequence_length, batch_size=batch_size)
    widths = [inputs.shape[1] for inputs, _ in batches]
    assert len(batches) == len(widths)
    assert set(widths[:-1]) <= {sequence_length}
    assert 1 <= widths[-1] <= sequence_length
    assert all(inputs.shape == targets.shape and len(inputs) == batch_size for inputs, targets in batches)


def test_streams_are_the_same_in_each_epoch_and_copy_nothing():
    tokens = torch.arange(50)
    batches = StreamBatches(tokens, 6, batch_size=4)
    for (first, _), (second, _) in zip(batches, batches, strict=True):
        assert torch.equal(first, second)
        assert first.untyped_storage().data_ptr() == tokens.untyped_storage().data_ptr()


def test_streams_say_that_the_state_is_carried_and_windows_do_not():
    assert StreamBatches(torch.arange(9), 2, batch_size=2).carries_state
    assert not getattr(WindowBatches(torch.arange(9), 2, batch_size=2), "carries_state", False)


@pytest.mark.parametrize(("length", "batch_size", "each"), [(20, 4, 4), (0, 1, 0), (1, 1, 0), (3, 5, 0)])
def test_streams_shorter_than_the_sequence_length_are_refused(length, batch_size, each):
    line = (
        f"a text of {length} characters gives {batch_size} streams of {each} characters, shorter than sequence_length 5"
    )
    with pytest.raises(ValueError, match=line):
        StreamBatches(torch.arange(length), 5, batch_size=batch_size)


@pytest.mark.parametrize(("sequence_length", "batch_size"), [(0, 1), (-1, 1), (1, 0), (1, -1)])
def test_streams_of_no_size_are_refused(sequence_length, batch_size):
    name, value = ("sequence_length", sequence_length) if sequence_length < 1 else ("batch_size", batch_size)
    with pytest.raises(ValueError, match=f"{name} must be at least 1, not {value}"):
        StreamBatches(torch.arange(50), sequence_length, batch_size=batch_size)


def test_streams_of_two_dimensions_are_refused():
    with pytest.raises(ValueError, match=r"one row of tokens, not from shape \(3, 4\)"):
        StreamBatches(torch.zeros(3, 4), 1, batch_size=1)


@pytest.mark.parametrize("kind", [StreamBatches, WindowBatches])
def test_batches_describe_themselves_and_tell_one_changed_character(kind):
    text, other = torch.arange(50), torch.arange(50)
    other[17] = 0
    description = kind(text, 6, batch_size=4).describe()
    assert description == kind(text.clone(), 6, batch_size=4).describe()
    assert json.loads(json.dumps(description)) == description
    for changed in (kind(other, 6, batch_size=4), kind(text, 5, batch_size=4), kind(text, 6, batch_size=3)):
        assert changed.describe() != description
