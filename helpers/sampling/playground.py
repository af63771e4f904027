"""Something to play with: a model that writes while one moves its sliders, or plainly, where no slider can be shown."""

import importlib.util
import os
import sys
from collections.abc import Callable
from typing import Any

import torch
from torch import nn

from helpers.ground.vocabulary import Vocabulary
from helpers.sampling.generation import generate

_FRESH = 8  # characters that are written before the panel is drawn anew: each drawing takes a message


def play(
    model: nn.Module,
    vocabulary: Vocabulary,
    *,
    prime: str = "There was ",
    length: int = 300,
    temperature: float = 0.8,
    top_k: int = 0,
    top_p: float = 1.0,
    min_p: float = 0.0,
    seed: int = 0,
) -> Any:
    """Let a model write, with sliders for everything that decides how, the text appearing while it is written.

    In a notebook a panel is shown; its sliders start at the arguments. Where no panel can be shown (outside of a
    notebook, or where the environment variable COURSE_WIDGETS is 0) the text is written once, with the arguments.
    Stop the cell to end a text early.

    Args:
        model: any model of the common protocol.
        vocabulary: of that model.
        prime: the text that is continued.
        length: characters to add.
        temperature: 0 always takes the likeliest character.
        top_k: 0 leaves this filter out.
        top_p: 1 leaves this filter out.
        min_p: 0 leaves this filter out.
        seed: the same seed and settings give the same text.

    Returns: the panel, or the text.

    Raises:
        ValueError: settings that make no sense, as `generate` says. The panel shows such a message in its place.
    """
    settings = {
        "prime": prime, "length": length, "temperature": temperature, "top_k": top_k, "top_p": top_p, "min_p": min_p,
        "seed": seed,
    }  # fmt: skip
    if can_show_widgets():
        panel = make_panel(model, vocabulary, settings)
        sys.modules["IPython"].display.display(panel)
        return panel
    print(prime, end="")
    text = write(model, vocabulary, settings, lambda new: print(new, end="", flush=True))
    print()
    return text


def can_show_widgets() -> bool:
    """Tell whether sliders can be shown: in a notebook, with ipywidgets, unless COURSE_WIDGETS is 0."""
    if os.environ.get("COURSE_WIDGETS") == "0" or importlib.util.find_spec("ipywidgets") is None:
        return False
    shell = sys.modules["IPython"].get_ipython() if "IPython" in sys.modules else None
    return getattr(shell, "kernel", None) is not None


def write(model: nn.Module, vocabulary: Vocabulary, settings: dict[str, Any], show: Callable[[str], None]) -> str:
    """Write a text with the settings of the panel, and hand each new character to `show`."""
    chosen = dict(settings)
    generator = torch.Generator().manual_seed(chosen.pop("seed"))
    neutral = {"top_k": 0, "top_p": 1.0, "min_p": 0.0}
    chosen = {name: value for name, value in chosen.items() if neutral.get(name) != value}
    return generate(model, vocabulary, generator=generator, callback=show, **chosen)


def make_panel(model: nn.Module, vocabulary: Vocabulary, settings: dict[str, Any]):
    """Return a panel with a slider for each setting, a button, and the text; `panel.text` and `panel.button`."""
    import ipywidgets as widgets  # here, since it takes half a second and most users of this module need it not

    wide = {"style": {"description_width": "100px"}, "layout": {"width": "420px"}}
    controls = {
        "prime": widgets.Text(settings["prime"], description="prime", **wide),
        "length": widgets.IntSlider(settings["length"], 10, 2_000, 10, description="length", **wide),
        "temperature": widgets.FloatSlider(
            value=settings["temperature"], min=0, max=2, step=0.05, description="temperature", **wide
        ),
        "top_k": widgets.IntSlider(settings["top_k"], 0, min(50, len(vocabulary)), description="top-k, 0: off", **wide),
        "top_p": widgets.FloatSlider(
            value=settings["top_p"], min=0.05, max=1, step=0.05, description="top-p, 1: off", **wide
        ),
        "min_p": widgets.FloatSlider(
            value=settings["min_p"], min=0, max=0.95, step=0.05, description="min-p, 0: off", **wide
        ),
        "seed": widgets.IntSlider(settings["seed"], 0, 99, description="seed", **wide),
    }
    button = widgets.Button(description="Write", button_style="primary")
    # as wide as the output at most, and without a margin at the sides: what is wider is scrolled sideways
    place = {"width": "100%", "max_width": "760px", "height": "260px", "margin": "2px 0"}
    text = widgets.Textarea(placeholder="Press Write", disabled=True, layout=place)
    above = widgets.HBox([widgets.VBox(list(controls.values())), button], layout={"flex_flow": "row wrap"})
    panel = widgets.VBox([above, text], layout={"max_width": "100%"})
    panel.controls, panel.button, panel.text = controls, button, text
    button.on_click(lambda _: _write_into(text, button, model, vocabulary, controls))
    return panel


def _write_into(text, button, model: nn.Module, vocabulary: Vocabulary, controls: dict[str, Any]) -> None:
    """Write into the panel while the button is greyed out; a setting that makes no sense is said there, too."""
    settings = {name: control.value for name, control in controls.items()}
    written = [settings["prime"]]

    def show(new: str) -> None:
        written.append(new)
        if len(written) % _FRESH == 0:
            text.value = "".join(written)

    button.disabled = True
    try:
        text.value = write(model, vocabulary, settings, show)
    except ValueError as error:
        text.value = f"✗ {error}"
    finally:
        button.disabled = False
