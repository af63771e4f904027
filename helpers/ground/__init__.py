"""What everything else stands on: a file written whole, a device, a vocabulary, nested states, checkpoints.

Nothing here knows of a model, a text or a lesson.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submod_attrs={
        "checkpoints": ["load_checkpoint", "save_checkpoint"],
        "device": ["choose_device"],
        "vocabulary": ["Vocabulary"],
    },
)
