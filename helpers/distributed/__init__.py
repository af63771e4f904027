"""Training in several processes, started by torchrun: how they join, and which rows each of them takes.

The step itself stands in `helpers.training`.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submod_attrs={
        "group": ["Group", "join"],
        "pretended": ["pretend_processes"],
    },
)
