"""The benchmarks by name. A new one is a module of this package with a function `rows`, and one line here."""

import importlib
from collections.abc import Iterator
from typing import NamedTuple

from benchmarks.rows import Row, failed


class Benchmark(NamedTuple):
    """A module of this package whose `rows(quick)` measures and yields the rows of the table one by one."""

    name: str
    subject: str
    only_if_named: bool = False

    def measure(self, quick: bool) -> Iterator[Row]:
        """Import the module and measure. What is raised becomes one more row, and the next benchmark can follow."""
        try:
            yield from importlib.import_module(f"benchmarks.{self.name}").rows(quick)
        except Exception as error:
            yield failed(self.name, error)


BENCHMARKS = [
    Benchmark("windows", "windows over a long text, against lists of Python integers"),
    Benchmark("encoding", "encoding a long text, against a dictionary asked once a character"),
    Benchmark("tales", "seconds to write a text of tales, and to count a text of its size"),
    Benchmark("recurrence", "a training step of the vanilla RNN: speed and memory, against autograd and nn.RNN"),
    Benchmark("hundred_lines", "a training step of the hundred-line RNN, against min-char-rnn in numpy"),
    Benchmark("sampling", "characters written a second, against the loop of the textbooks, and the cost of filters"),
    Benchmark("attention", "writing with keys and values kept, against reading the whole text for each character"),
    Benchmark("recall", "the models of lesson 05: what a step costs, and what they recall over a distance"),
    Benchmark("processes", "a step of training in two processes, against one, and the cost of the exchange"),
    Benchmark("quality", "loss on tinyshakespeare against a small GPT that trains for as long"),
    Benchmark("checks", "seconds that the check of an exercise takes"),
    Benchmark("lessons", "seconds that the notebooks take, and the speed of this machine"),
    Benchmark("sweep", "what each hyperparameter does to a small stack on tales", only_if_named=True),
    Benchmark("longer", "how far stacks come in minutes: the figures that lesson 03 quotes", only_if_named=True),
    Benchmark(
        "gated", "vanilla RNN, LSTM and GRU at equal parameters, and the forget bias: lesson 04", only_if_named=True
    ),
    Benchmark("attempts", "what was tried for a low loss on tinyshakespeare with an LSTM", only_if_named=True),
    Benchmark("accelerator", "on a GPU: cuDNN and bfloat16 against the plain way", only_if_named=True),
    Benchmark("compilation", "what torch.compile changes in a step of the full presets", only_if_named=True),
    Benchmark("hangs", "how often the execution of a notebook hangs", only_if_named=True),
    Benchmark("kills", "what is left of training runs that are killed at random moments", only_if_named=True),
    Benchmark("command_kills", "the same for runs of the command line", only_if_named=True),
]


def choose(names: list[str]) -> list[Benchmark]:
    """Return the benchmarks of these names; without a name, all that need not be named. Raises ValueError."""
    known = {benchmark.name: benchmark for benchmark in BENCHMARKS}
    if unknown := [name for name in names if name not in known]:
        raise ValueError(f"there is no benchmark {unknown[0]!r}; there are {', '.join(known)}")
    return [known[name] for name in names] or [one for one in BENCHMARKS if not one.only_if_named]
