"""Instruments that look at a model, or at the machine, and give numbers: recall, floor, gates, gradients, probes.

What draws these numbers stands in `helpers.pictures`.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submod_attrs={
        "floor": ["excess_over_floor"],
        "gates": ["read_gates"],
        "gradient_reach": ["gradient_reach"],
        "machine": ["self_test", "speed_test"],
        "parameters": ["count_parameters", "describe_parameters"],
        "probes": ["best_unit", "linear_probe"],
        "recall": ["recall_by_distance"],
        "recall_runs": ["load_recall_runs", "mean_bins", "print_recall_runs"],
    },
)
