"""Measured comparisons, side by side in one run; never part of the tests. Start them with `python -m benchmarks`."""
