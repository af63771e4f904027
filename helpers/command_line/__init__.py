"""The parts that the commands `helpers.train`, `helpers.generate` and `helpers.evaluate` are put together from."""
