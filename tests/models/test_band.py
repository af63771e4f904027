"""Who may look where: counted position by position."""

import pytest
import torch

from helpers.models.self_attention import band_mask, check_mask


@pytest.mark.parametrize(("time", "past", "block_size"), [(5, 0, 3), (5, 4, 3), (1, 0, 1), (1, 7, 8), (6, 2, 100)])
def test_a_position_sees_itself_and_the_last_ones_before_it(time, past, block_size):
    mask = band_mask(time, past, block_size)
    assert mask.shape == (time, past + time)
    for row, seen in enumerate(mask):
        position = past + row
        expected = range(max(0, position - block_size + 1), position + 1)
        assert seen.nonzero().flatten().tolist() == list(expected)


@pytest.mark.parametrize(
    ("mask", "line"),
    [
        (torch.ones(3, 4), "of torch.float32: it must be of torch.bool"),
        (torch.ones(3, 4).long(), "of torch.int64: it must be of torch.bool"),
        (torch.ones(4, 3).bool(), r"shape \(4, 3\): its last two sizes must be \(3, 4\)"),
        (torch.ones(4).bool(), r"shape \(4,\): its last two sizes must be \(3, 4\)"),
    ],
)
def test_a_mask_of_another_type_or_shape_is_refused(mask, line):
    with pytest.raises(ValueError, match=line):
        check_mask(mask, (3, 4))


def test_a_mask_may_be_stretched():
    check_mask(torch.ones(2, 1, 1, 4).bool(), (3, 4))
