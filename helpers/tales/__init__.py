"""Small tales written by a stochastic grammar, with the exact probability of each of their characters."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submod_attrs={
        "tales": ["Tales", "write_tales"],
        "writer": ["Recall"],
    },
)
