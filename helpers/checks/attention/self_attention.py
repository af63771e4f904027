"""Checks of lesson 05, the layer: three maps of the same states, and attention between them."""

import itertools

import torch
from torch import nn

from helpers.checks.attention.reference import HIDDEN, LATER, Hide, look_up
from helpers.checks.expectations import Mistake, compare_gradients, expect, expect_tensor, same
from helpers.checks.modules import expect_module

MAPS = {"query": "queries", "key": "keys", "value": "values"}  # what each map makes


LATER_HIDDEN = "later positions are hidden: what is hidden is for `hide` to say, and without it every position is seen"


_BATCH, _TIME, _WIDTH = 3, 4, 6


def SelfAttention(answer):  # noqa: N802 (named like the exercise)
    """Three maps without bias, each for its own part, and what attention finds, as `hide` allows."""
    layer = answer(_WIDTH)
    expect_module(layer, "SelfAttention")
    expect_maps(layer, _WIDTH)
    draw_weights(layer)
    states = torch.randn(_BATCH, _TIME, _WIDTH)
    given, maps = states.clone(), list(layer.parameters())
    result = _call(layer, states)
    expect_kept(layer, maps, "maps")
    expect(same(states, given), "`forward` changes the states that it is given: leave them as they are")
    _expect_one_tensor(result)
    _compare_found(layer, states, result.detach())
    expect_tensor(layer(states[:1, :1]), "what `forward` returns for one text of one state", (1, 1, _WIDTH))
    _compare_hidden(answer, states)
    _compare_gradients(layer, states)


def _call(layer: nn.Module, states: torch.Tensor):
    try:
        return layer(states)
    except TypeError as error:
        if "'NoneType' object is not callable" in str(error):
            raise Mistake(
                "`self.hide` is called: hand it on as it is, `attend(queries, keys, values, self.hide)`"
            ) from None
        raise


def expect_maps(layer: nn.Module, width: int, owner: str = "") -> None:
    """Hold a layer to three different maps `query`, `key` and `value`, from width to width, and to nothing else."""
    for name in MAPS:
        one = getattr(layer, name, None)
        expect(
            one is not None,
            f"there is no `self.{name}`{owner}: make it in `__init__`, with `self.`, and keep to the names in the text",
        )
        expect(not isinstance(one, tuple), f"`self.{name}`{owner} is a tuple: is there a comma at the end of its line?")
        if isinstance(one, list):
            raise Mistake(
                f"`self.{name}`{owner} is a plain Python list, in which the optimizer finds no weights: make it an `nn.Linear`"
            )
        expect(isinstance(one, nn.Linear), f"`self.{name}`{owner} should be an `nn.Linear`")
        expect(
            tuple(one.weight.shape) == (width, width),
            f"`self.{name}`{owner} should map {width} numbers to {width}, and maps {one.in_features} to {one.out_features}",
        )
        expect(one.bias is None, f"`self.{name}`{owner} has a bias: the three maps have none, `bias=False`")
    for one, other in itertools.combinations(MAPS, 2):
        expect(
            getattr(layer, one).weight is not getattr(layer, other).weight,
            f"`self.{one}` and `self.{other}`{owner} are one and the same map: make a new one for each",
        )
    more = [name for name, _ in layer.named_parameters() if name not in {f"{one}.weight" for one in MAPS}]
    expect(not more, f"there are parameters beside the three maps{owner}, `{', '.join(more)}`: the text has none")


def expect_kept(module: nn.Module, before: list[nn.Parameter], what: str) -> None:
    """Hold the parameters of a module to those that it had before a call."""
    expect(
        [id(one) for one in module.parameters()] == [id(one) for one in before],
        f"the {what} are made anew at each call, so nothing is learned: make them in `__init__`, and only use them in "
        "`forward`",
    )


def draw_weights(module: nn.Module) -> None:
    """Give a module weights of a size at which attention prefers some keys clearly."""
    with torch.no_grad():
        for weight in module.parameters():
            weight.copy_(torch.randn(weight.shape))


def found_in(layer: nn.Module, states: torch.Tensor, hidden: torch.Tensor | None = None) -> torch.Tensor:
    """Return what the three maps of a layer and attention find in states."""
    return look_up(layer.query(states), layer.key(states), layer.value(states), hidden)


def _expect_one_tensor(result) -> None:
    if isinstance(result, tuple):
        raise Mistake("`forward` returns several things: return what was found alone")
    what = f"what `forward` returns for {_BATCH} texts of {_TIME} states of width {_WIDTH}"
    expect_tensor(result, what)
    if result.shape == (_BATCH, _WIDTH):
        raise Mistake("there is one vector for each text: attention finds something at every position")
    if result.shape == (_TIME, _BATCH, _WIDTH):
        raise Mistake("texts and time are exchanged: the batch comes first")
    if result.shape == (_BATCH, _TIME, _TIME):
        raise Mistake("those are scores or weights: return what `attend` returns, the sums of values")
    if result.shape == (_BATCH, _TIME, 2 * _WIDTH):
        raise Mistake("the states stand beside what was found: return that alone")
    expect_tensor(result, what, (_BATCH, _TIME, _WIDTH))


def _compare_found(layer: nn.Module, states: torch.Tensor, result: torch.Tensor) -> None:
    with torch.no_grad():
        right = found_in(layer, states)
        if same(result, right, 1e-4):
            return
        expect(
            same(layer(states), result, 1e-4),
            "the same states give something else each time: if the maps are made anew in `forward`, make them in `__init__`",
        )
        queries, keys, values = layer.query(states), layer.key(states), layer.value(states)
        mistakes = [
            (right + states, "the states are added to what was found: return that alone, the model adds them in the next exercise"),
            (look_up(queries, layer.key(queries), values), "the keys are made of the queries: each map takes the states"),
            (look_up(queries, layer.key(queries), layer.value(layer.key(queries))), "each map takes what the one before made: each takes the states"),
            (look_up(queries, keys, layer.value(keys)), "the values are made of the keys: each map takes the states"),
            (look_up(queries, keys[:, :-1], values[:, :-1]), "the last position is no key: queries, keys and values are made of the same states"),
            (look_up(*(part.transpose(0, 1) for part in (queries, keys, values))).transpose(0, 1), "attention goes over the texts: a position looks at the positions of its own text"),
            (found_in(layer, states, LATER), LATER_HIDDEN),
            *_mixed_up(layer, states),
        ]  # fmt: skip
    for wrong, message in mistakes:
        if same(result, wrong, 1e-4):
            raise Mistake(message)
    raise Mistake(
        "what is found is not that of the text: three maps of the states, then `attend(queries, keys, values, self.hide)`"
    )


def _mixed_up(layer: nn.Module, states: torch.Tensor) -> list[tuple[torch.Tensor, str]]:
    """What is found where a part comes from another part's map, or from none, with the line that says so."""
    made = {name: getattr(layer, name)(states) for name in MAPS} | {"": states}
    mistakes = []
    for names in itertools.product(made, repeat=3):
        wrong = [(part, name) for part, name in zip(MAPS, names, strict=True) if part != name]
        if wrong:
            says = [
                f"the {MAPS[part]} are made by `self.{name}`" if name else f"the {MAPS[part]} are the states themselves"
                for part, name in wrong
            ]
            advice = ", ".join(f"`{MAPS[part]} = self.{part}(states)`" for part, _ in wrong)
            mistakes.append((look_up(*(made[name] for name in names)), f"{', '.join(says)}: {advice}"))
    return mistakes


def _compare_hidden(answer, states: torch.Tensor) -> None:
    hide = Hide()
    layer = answer(_WIDTH, hide)
    draw_weights(layer)
    result = layer(states)
    expect_tensor(result, "what `forward` returns with `hide`", states.shape)
    if same(result.detach(), found_in(layer, states).detach(), 1e-4):
        if hide.calls:
            raise Mistake("`hide` is called, and what it returns is not used")
        raise Mistake("`hide` is not handed on, so nothing is hidden: `attend(queries, keys, values, self.hide)`")
    right = found_in(layer, states, HIDDEN).detach()
    expect(same(result.detach(), right, 1e-4), "with `hide`, what is found is not that of the text: hand `self.hide` on to `attend`, and do nothing else with it")  # fmt: skip


def _compare_gradients(layer: nn.Module, states: torch.Tensor) -> None:
    message = "the numbers are right, but no gradient flows back to all three maps: no .detach() or no_grad here"
    weights = [getattr(layer, name).weight for name in MAPS]
    compare_gradients(layer(states), found_in(layer, states), weights, message)
    message = "the maps learn, but no gradient flows on to the states, from which the LSTM learns: no .detach() here"
    states = states.clone().requires_grad_()
    compare_gradients(layer(states), found_in(layer, states), [states], message)
