"""Learning-rate schedules: pure functions of the step."""

import math
from functools import partial
from itertools import pairwise

import pytest
import torch

from helpers.training.schedules import constant, describe_schedule, find_schedule, warmup_cosine


def factors(total_steps, **options):
    return [warmup_cosine(step, total_steps, **options) for step in range(1, total_steps + 1)]


def test_constant_is_1_everywhere():
    assert {constant(step, 10) for step in range(1, 11)} == {1.0}


@pytest.mark.parametrize("warmup_steps", [0, 1, 7, 50, 99])
@pytest.mark.parametrize("final_factor", [0.0, 0.1, 1.0])
def test_the_rate_rises_in_a_line_and_falls_to_the_final_factor(warmup_steps, final_factor):
    values = factors(100, warmup_steps=warmup_steps, final_factor=final_factor)
    rising = values[:warmup_steps]
    assert rising == pytest.approx([step / warmup_steps for step in range(1, warmup_steps + 1)])
    assert all(before >= after for before, after in pairwise(values[max(warmup_steps - 1, 0) :]))
    assert values[-1] == pytest.approx(final_factor)
    assert all(0 <= value <= 1 for value in values)


@pytest.mark.parametrize(("step", "height"), [(40, (1 + 0.5**0.5) / 2), (60, 0.5), (80, (1 - 0.5**0.5) / 2)])
def test_the_way_down_is_half_a_cosine(step, height):
    factor = warmup_cosine(step, 100, warmup_steps=20, final_factor=0.2)
    assert factor == pytest.approx(0.2 + 0.8 * height)


def test_the_warm_up_takes_a_twentieth_if_not_said():
    values = factors(200)
    assert values.index(max(values)) + 1 == 10


@pytest.mark.parametrize("total_steps", [1, 2, 5])
@pytest.mark.parametrize("options", [{}, {"warmup_steps": 10}, {"warmup_steps": 0}])
def test_a_short_run_has_a_factor_at_every_step(total_steps, options):
    assert all(0 < value <= 1 for value in factors(total_steps, **options))


def test_a_schedule_is_found_by_name_and_a_function_is_one():
    assert find_schedule("warmup_cosine") is warmup_cosine
    assert find_schedule(max) is max
    with pytest.raises(ValueError, match="no schedule 'cosine': take 'constant' or 'warmup_cosine', or a function"):
        find_schedule("cosine")


def test_two_schedules_that_differ_at_one_step_are_told_apart():
    def other(step, total_steps):
        return 0.5 if step == 70 else 1.0

    other.__name__ = "constant"
    assert describe_schedule(other, 69) == describe_schedule(constant, 69)
    assert describe_schedule(other, 70) != describe_schedule(constant, 70)
    assert describe_schedule(partial(warmup_cosine, warmup_steps=3), 9) != describe_schedule(warmup_cosine, 9)


@pytest.mark.parametrize("factor", [-0.1, math.nan, math.inf, None, "half"])
def test_a_factor_that_is_no_number_is_refused_with_its_step(factor):
    with pytest.raises(ValueError, match=rf"the schedule gives {factor} at step 3: it must give a number"):
        describe_schedule(lambda step, total_steps: factor if step == 3 else 1.0, 5)


def test_a_schedule_may_return_a_tensor():
    as_tensor = describe_schedule(lambda step, total_steps: torch.tensor(1.0), 5)
    assert as_tensor.split("checksum")[1] == describe_schedule(constant, 5).split("checksum")[1]
