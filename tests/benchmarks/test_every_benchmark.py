"""Every benchmark of the quick table measures to its end; what it measures is for a quiet machine to say."""

import pytest

from benchmarks.registry import choose

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("benchmark", choose([]), ids=lambda one: one.name)
def test_it_measures_quickly_and_nothing_fails(benchmark):
    rows = list(benchmark.measure(quick=True))
    assert rows
    assert [row.problem for row in rows if row.problem] == []
