"""Language models. All follow one protocol: `logits, state = model(tokens, state=None)`.

`tokens` has shape (batch, time), `logits` (batch, time, vocab_size); `state` is whatever the model carries on: a
tensor, or a tuple of tensors, the batch first in each. `settings` of a model are what it was made with, so
`type(model)(**model.settings)` makes another of the same sizes.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submod_attrs={
        "trained": ["load_trained"],
    },
)
