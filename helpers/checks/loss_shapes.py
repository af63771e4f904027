"""What the checks say where the loss of an answer is given tensors of the wrong shapes."""

import contextlib
from collections.abc import Iterator

from helpers.checks.expectations import Mistake

_ADVICE = (
    "F.cross_entropy did not take these shapes: make (batch · time, vocab) of the logits, `.flatten(0, 1)`, and "
    "(batch · time,) of the targets, `.flatten()`"
)


@contextlib.contextmanager
def naming_shapes() -> Iterator[None]:
    """Run the block; say what to do where F.cross_entropy refuses the shapes."""
    try:
        yield
    except (ValueError, RuntimeError) as error:
        if "batch_size" in str(error) or "Expected target size" in str(error):
            raise Mistake(_ADVICE) from None
        raise
