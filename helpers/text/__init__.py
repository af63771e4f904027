"""From a text to batches: the split into parts, streams and windows, and the counts that a model must beat.

Where texts come from stands in `helpers.corpora`; the vocabulary lies in `helpers.ground`.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submod_attrs={
        "baselines": ["baseline_table", "bigram_loss"],
        "batching": ["StreamBatches", "WindowBatches"],
        "ngrams": ["NgramModel"],
        "splits": ["make_split"],
    },
)
