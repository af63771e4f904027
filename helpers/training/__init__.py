"""Training and evaluation of any model of the form `logits, state = model(tokens, state)`."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submod_attrs={
        "divergence": ["TrainingDiverged"],
        "evaluation": ["evaluate"],
        "fitting": ["fit"],
        "history": ["History"],
        "presets": ["preset"],
        "processes": ["Processes", "ProcessLost"],
        "run": ["Progress"],
        "schedules": ["constant", "warmup_cosine"],
        "score": ["Score", "sequence_loss"],
    },
)
