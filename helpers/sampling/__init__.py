"""Writing: from logits to the next character, and from a model to a text; how likely and how varied a text is.

Pictures of it stand in `helpers.pictures.decoding`.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submod_attrs={
        "comparison": ["measure_decoder", "measure_texts", "print_decoders"],
        "filters": ["keep_top_k"],
        "generation": ["generate"],
        "likelihood": ["log_probabilities"],
        "playground": ["play"],
        "text_measures": ["repetition_rate"],
    },
)
