"""Every picture of the course. A function takes numbers and returns matplotlib axes, or shows coloured text.

Nothing is measured here: that is `helpers.measuring`.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submod_attrs={
        "attention_map": ["plot_attention"],
        "backward": ["draw_backward", "plot_gradient_norms"],
        "charts": ["COLOURS", "new_axes", "plot_baselines", "plot_losses", "plot_temperatures"],
        "coloured_text": ["colour_text", "plot_strips"],
        "decoding": ["plot_counts", "plot_filters", "plot_trade_off"],
        "diagrams": ["draw_streams", "draw_unrolled", "draw_windows"],
        "learning": ["draw_samples", "plot_saturation"],
        "recall_curves": ["plot_recall"],
        "saturation": ["plot_gate_saturation"],
    },
)
