"""The gradient through time derived by hand: speed and memory of a training step, against autograd and `nn.RNN`."""

import math
from collections.abc import Callable, Iterator

import torch

from benchmarks.figures import show_bytes, show_count, show_rate
from benchmarks.rows import Row, compare
from benchmarks.step_memory import step_memory
from benchmarks.timing import alternate, seconds_of
from benchmarks.training_step import CHARACTERS, NETWORKS, OPERATIONS, make_network, make_step

PROMISES = {"step loop": 1.3, "nn.RNN": 1.0}  # how many times faster ours must be
SAME_MEMORY = 1.0
STEPS = 2  # in one measurement
ALTERNATIONS, QUICK_ALTERNATIONS = 15, 3
SIDE = 2048  # of the square matrices whose product is the machine's own rate


def rows(quick: bool) -> Iterator[Row]:
    """Compare the characters a second with each peer, then with the machine's matrix products, then the memory."""
    expect_same_losses()
    alternations = QUICK_ALTERNATIONS if quick else ALTERNATIONS
    ours = characters_a_second("ours")
    for peer, target in PROMISES.items():
        figures = alternate(ours, characters_a_second(peer), alternations)
        yield compare(
            "training, characters a second",
            *figures,
            show_count,
            target=target,
            more_is_better=True,
            peer_name=peer,
        )
    yield compare_with_products(ours, alternations)
    yield from compare_memory(1 if quick else 3)


def expect_same_losses() -> None:
    """Raise AssertionError unless all networks have the same loss over a few steps: else nothing is comparable."""
    steps = {name: make_step(make_network(name)) for name in NETWORKS}
    for _ in range(3):
        losses = {name: step() for name, step in steps.items()}
        if not all(math.isclose(loss, losses["ours"], rel_tol=1e-4) for loss in losses.values()):
            raise AssertionError(f"the networks do not train alike: {losses}")


def characters_a_second(name: str) -> Callable[[], float]:
    """Return a measurement of the characters a second that a network trains on. Two steps have warmed it up."""
    step = make_step(make_network(name))
    seconds_of(step, calls=2)
    return lambda: CHARACTERS / seconds_of(step, calls=STEPS)


def compare_with_products(ours: Callable[[], float], alternations: int) -> Row:
    """Compare the operations a second of our step, all of its time counted, with those of one large matrix product."""
    left, right = torch.randn(SIDE, SIDE), torch.randn(SIDE, SIDE)
    seconds_of(lambda: left @ right)
    own, machine = alternate(
        lambda: ours() / CHARACTERS * OPERATIONS,
        lambda: 2 * SIDE**3 / seconds_of(lambda: left @ right, calls=STEPS),
        alternations,
    )
    return compare(
        "share of the machine's matrix products", own, machine, show_rate, more_is_better=True, peer_name="matmul"
    )


def compare_memory(alternations: int) -> Iterator[Row]:
    """Compare the memory of a step with each peer's: the promise is about the tensors, whose figure is exact."""
    measured = [{name: step_memory(name) for name in NETWORKS} for _ in range(alternations)]
    for peer in PROMISES:
        for name, kind, target in (
            ("tensors of a training step", "tensors", SAME_MEMORY),
            ("resident memory of a training step", "resident", None),
        ):
            own, other = ([getattr(memories[side], kind) for memories in measured] for side in ("ours", peer))
            yield compare(name, own, other, show_bytes, target=target, peer_name=peer)
